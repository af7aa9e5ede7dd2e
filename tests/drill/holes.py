"""Holes on purpose: each context manager opens one, by replacing one named seam of the product for a while.

None of this is in the product. A hole says as whom it is to be looked for; the prober of the matrix has to find it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from unittest.mock import patch

from flask import Flask, abort, request
from sqlalchemy import bindparam, or_, select

from app import divisions, guard, scope
from app.extensions import db
from app.history import history_of
from app.interface import RegisterInterface
from app.scope import acting_as
from app.security import sessions, users
from app.security.actor import SETUP, Actor
from app.security.manager import ScopedSecurityManager
from models import Account, Division, SignInSession, Station
from views import base as views_base
from views import parameters
from views.base import RegisterView
from views.forms import RelationField


@dataclass(frozen=True)
class Hole:
    """A way in: what it is, who would use it, and the context manager that opens it."""

    name: str
    people: tuple[str, ...]
    open: Callable[[Flask], Any]


HOLES: list[Hole] = []


def hole(*people: str) -> Callable[[Callable[[Flask], Iterator[None]]], Callable[[Flask], Any]]:
    def declare(method: Callable[[Flask], Iterator[None]]) -> Callable[[Flask], Any]:
        opened = contextmanager(method)
        HOLES.append(Hole(method.__name__, people, opened))
        return opened

    return declare


def as_system(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, run by the product itself: what a careless acting_as() does."""

    def careless(*args: Any, **kwargs: Any) -> Any:
        with acting_as(SETUP):
            return function(*args, **kwargs)

    return careless


def _columns(view: Any) -> list[str]:
    return list(view.datamodel.list_columns)


@hole("town_admin")
def reads_unguarded(app: Flask) -> Iterator[None]:
    with patch.object(guard, "guard_read", lambda state: None):
        yield


@hole("system_admin")
def writes_unguarded(app: Flask) -> Iterator[None]:
    with patch.object(guard, "guard_write", lambda *args: None):
        yield


@hole("town_admin")
def export_unscoped(app: Flask) -> Iterator[None]:
    with patch.object(RegisterInterface, "all_for_export", as_system(RegisterInterface.all_for_export)):
        yield


@hole("mixed")
def export_by_the_right_to_view(app: Flask) -> Iterator[None]:
    """Not narrowed to where the person may export."""

    def everywhere(self: Any, query: Any, quick: Any, limit: int) -> Any:
        return self.page(query, quick, 0, limit)

    with patch.object(RegisterInterface, "all_for_export", everywhere):
        yield


@hole("town_admin")
def action_unscoped(app: Flask) -> Iterator[None]:
    view = next(v for v in app.appbuilder.baseviews if v.class_permission_name == "Station")

    def careless(rows: Any) -> None:
        with acting_as(SETUP):
            for row in db.session.scalars(select(Station)):
                row.has_plaque = True

    careless._verb = "edit"  # type: ignore[attr-defined]
    with patch.object(view.actions["bulk_plaque"], "func", careless):
        yield


@hole("town_admin")
def prefilled_foreign_key(app: Flask) -> Iterator[None]:
    with patch.object(RegisterView, "_prefilled", lambda self: request.args.to_dict()):
        yield


@hole("system_admin")
def key_out_of_sight_treated_as_empty(app: Flask) -> Iterator[None]:
    """A key whose row the guard hides is shown and written like any other."""
    with patch.object(RelationField, "fixed", False):
        yield


@hole("town_admin")
def hidden_order_column(app: Flask) -> Iterator[None]:
    with patch.object(parameters, "allowed_orders", _columns):
        yield


@hole("town_admin")
def hidden_filter_column(app: Flask) -> Iterator[None]:
    with patch.object(parameters, "allowed_filters", _columns):
        yield


@hole("town_admin")
def choices_unscoped(app: Flask) -> Iterator[None]:
    def careless(verb: str, register: str, q: str = "", parent: str = "", offset: int = 0, limit: int = 20) -> Any:
        found = select(Division).where(or_(Division.name.contains(q), Division.code.startswith(q)))
        with acting_as(SETUP):
            return [{"id": d.code, "text": d.name, "path": d.name} for d in db.session.scalars(found)], False

    with patch.object(divisions, "choices", careless):
        yield


@hole("town_admin")
def history_unscoped(app: Flask) -> Iterator[None]:
    with patch.object(views_base, "history_of", as_system(history_of)):
        yield


@hole("town_admin")
def private_columns_shown(app: Flask) -> Iterator[None]:
    with patch.object(RegisterInterface, "is_hidden", lambda self, row, name: False):
        yield


@hole("supervisor")
def permissions_ignored(app: Flask) -> Iterator[None]:
    with patch.object(ScopedSecurityManager, "has_access", lambda *args: True):
        yield


@hole("mixed")
def roles_merged_over_places(app: Flask) -> Iterator[None]:
    """What somebody may do in one place, he may do wherever he has any role."""

    def merged(self: Actor, verb: str, register: str) -> tuple[str, ...]:
        held = any((register, verb) in g.permissions for g in self.grants)
        return tuple(g.division_code for g in self.grants) if held else ()

    scope.read_criteria.cache_clear()
    with patch.object(Actor, "places", merged):
        yield
    scope.read_criteria.cache_clear()


@hole("town_admin")
def csrf_unchecked(app: Flask) -> Iterator[None]:
    with patch.dict(app.config, WTF_CSRF_CHECK_DEFAULT=False):
        yield


@hole("disabled")
def disabled_person_goes_on(app: Flask) -> Iterator[None]:
    *conditions, active = sessions._LIVE
    assert "active" in str(active)
    careless = (
        select(Account, SignInSession.id, SignInSession.seen_at)
        .join(SignInSession, SignInSession.user_id == Account.id)
        .where(SignInSession.token_hash == bindparam("token_hash"), *conditions)
    )
    with patch.object(sessions, "_BY_TOKEN", careless):
        yield


@hole("expired")
def scopes_never_end(app: Flask) -> Iterator[None]:
    original = users.grants_of
    with patch.object(users, "grants_of", lambda user_id, today: original(user_id, date(2021, 1, 1))):
        yield


@hole("town_admin")
def existence_told(app: Flask) -> Iterator[None]:
    """403 for a row out of sight, 404 for one that does not exist."""
    original = RegisterView._row

    def telling(self: Any, pk: str, verb: str = "view") -> Any:
        with acting_as(SETUP):
            exists = self.datamodel.get(pk) is not None
        if exists and self.datamodel.get(pk) is None:
            abort(403)
        return original(self, pk, verb)

    with patch.object(RegisterView, "_row", telling):
        yield


@hole("town_admin")
def count_unscoped(app: Flask) -> Iterator[None]:
    with patch.object(RegisterInterface, "count", as_system(RegisterInterface.count)):
        yield


@hole("city_admin")
def bad_numbers_crash(app: Flask) -> Iterator[None]:
    with patch.object(parameters, "integer", lambda text, highest: min(int(text), highest)):
        yield
