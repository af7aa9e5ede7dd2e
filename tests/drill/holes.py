"""Holes in scope, forms and answers; the prober of the matrix has to find each of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any
from unittest.mock import patch

from flask import Flask, abort, flash, request
from sqlalchemy import bindparam, or_, select, text
from werkzeug.datastructures import MultiDict

from app import divisions, guard
from app.extensions import db
from app.history import history_of
from app.interface import RegisterInterface
from app.scope import acting_as
from app.security import sessions, users
from app.security.actor import SETUP, Actor
from app.security.manager import ScopedSecurityManager
from models import Account, Division, SignInSession
from tests.drill.hole import (
    as_system,
    has_edit_action,
    has_key_out_of_sight,
    has_private_columns,
    hole,
    in_divisions,
    in_stations,
    looking_anew,
)
from tests.security.probes import view_of
from tests.security.registers import SPECS
from tests.security.spec import Spec
from views import parameters, reading
from views.base import RegisterView
from views.forms import Form, RelationField


def _columns(view: Any) -> list[str]:
    return list(view.datamodel.list_columns)


@hole("town_admin")
def reads_unguarded(app: Flask) -> Iterator[None]:
    with patch.object(guard, "guard_read", lambda state: None):
        yield


@hole("system_admin", shown_by=in_divisions)
def writes_unguarded(app: Flask) -> Iterator[None]:
    """A code is typed, not chosen: nothing but the guard says that a new division lies elsewhere."""
    with patch.object(guard, "guard_write", lambda *args: None):
        yield


@hole("town_admin", shown_by=in_stations)
def export_unscoped(app: Flask) -> Iterator[None]:
    with patch.object(RegisterInterface, "all_for_export", as_system(RegisterInterface.all_for_export)):
        yield


@hole("mixed", shown_by=in_divisions)
def export_by_the_right_to_view(app: Flask) -> Iterator[None]:
    """Not narrowed to where the person may export."""

    def all_in_view(self: Any, query: Any, quick: Any, limit: int) -> Any:
        return self.page(query, quick, 0, limit)

    with patch.object(RegisterInterface, "all_for_export", all_in_view):
        yield


@hole("town_admin", shown_by=in_stations)
def action_unscoped(app: Flask) -> Iterator[None]:
    """Every action that changes rows takes all of them."""
    with ExitStack() as stack:
        for spec in filter(has_edit_action, SPECS):
            view = view_of(app, spec)
            for action in (a for a in view.actions.values() if a.func._verb == "edit"):
                stack.enter_context(patch.object(action, "func", _on_all_rows(spec, action.func)))
        yield


def _on_all_rows(spec: Spec, action: Callable[[Any], None]) -> Callable[[Any], None]:
    def careless(rows: Any) -> None:
        with acting_as(SETUP):
            action(list(db.session.scalars(select(spec.model))))

    careless._verb = "edit"  # type: ignore[attr-defined]
    return careless


@hole("town_admin", shown_by=in_stations)
def prefilled_foreign_key(app: Flask) -> Iterator[None]:
    with patch.object(RegisterView, "_prefilled", lambda self: request.args.to_dict()):
        yield


@hole("system_admin", shown_by=has_key_out_of_sight)
def key_out_of_sight_treated_as_empty(app: Flask) -> Iterator[None]:
    """A key whose row the guard hides is shown and written like any other."""
    with patch.object(RelationField, "fixed", False):
        yield


@hole("town_admin", shown_by=in_stations)
def hidden_order_column(app: Flask) -> Iterator[None]:
    with patch.object(parameters, "allowed_orders", _columns):
        yield


@hole("town_admin", shown_by=in_stations)
def hidden_filter_column(app: Flask) -> Iterator[None]:
    with patch.object(parameters, "allowed_filters", _columns):
        yield


@hole("town_admin", shown_by=in_stations)
def choices_unscoped(app: Flask) -> Iterator[None]:
    def careless(verb: str, register: str, q: str = "", parent: str = "", offset: int = 0, limit: int = 20) -> Any:
        found = select(Division).where(or_(Division.name.contains(q), Division.code.startswith(q)))
        with acting_as(SETUP):
            return [{"id": d.code, "text": d.name, "path": d.name} for d in db.session.scalars(found)], False

    with patch.object(divisions, "choices", careless):
        yield


@hole("town_admin", shown_by=has_private_columns)
def history_unscoped(app: Flask) -> Iterator[None]:
    with patch.object(reading, "history_of", as_system(history_of)):
        yield


@hole("town_admin", shown_by=has_private_columns)
def private_columns_shown(app: Flask) -> Iterator[None]:
    with patch.object(RegisterInterface, "is_hidden", lambda self, row, name: False):
        yield


@hole("supervisor", shown_by=in_stations)
def permissions_ignored(app: Flask) -> Iterator[None]:
    with patch.object(ScopedSecurityManager, "has_access", lambda *args: True):
        yield


@hole("mixed", shown_by=in_stations)
def roles_merged_over_places(app: Flask) -> Iterator[None]:
    """What somebody may do in one place, he may do wherever he has any role."""

    def merged(self: Actor, verb: str, register: str) -> tuple[str, ...]:
        held = any((register, verb) in g.permissions for g in self.grants)
        return tuple(g.division_code for g in self.grants) if held else ()

    with looking_anew(), patch.object(Actor, "places", merged):
        yield


@hole("town_admin", shown_by=in_stations)
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


def _telling(where: Callable[[], bool]) -> Callable[..., Any]:
    """Existence told to some requests only: 403 for a row out of sight, where others get 404."""
    original = RegisterView._row

    def telling(self: Any, pk: str, verb: str = "view") -> Any:
        if where():
            with acting_as(SETUP):
                exists = self.datamodel.get(pk) is not None
            if exists and self.datamodel.get(pk) is None:
                abort(403)
        return original(self, pk, verb)

    return telling


@hole("town_admin", shown_by=in_stations)
def existence_told(app: Flask) -> Iterator[None]:
    """403 for a row out of sight, 404 for one that does not exist."""
    with patch.object(RegisterView, "_row", _telling(lambda: True)):
        yield


@hole("town_admin", shown_by=in_stations)
def count_unscoped(app: Flask) -> Iterator[None]:
    with patch.object(RegisterInterface, "count", as_system(RegisterInterface.count)):
        yield


@hole("city_admin", shown_by=in_stations)
def bad_numbers_crash(app: Flask) -> Iterator[None]:
    with patch.object(parameters, "integer", lambda text, highest: min(int(text), highest)):
        yield


@hole("town_admin", shown_by=in_stations)
def form_reads_the_address(app: Flask) -> Iterator[None]:
    """Fields in the address count as fields of the form."""

    def any_values(self: Any, form: Any, formdata: Any) -> Any:
        return None if formdata is None else request.values

    with patch.object(Form.Meta, "wrap_formdata", any_values):
        yield


@hole("town_admin", shown_by=in_stations)
def form_reads_json(app: Flask) -> Iterator[None]:
    def any_body(self: Any, form: Any, formdata: Any) -> Any:
        return None if formdata is None else MultiDict(request.get_json(silent=True) or request.form)

    with patch.object(Form.Meta, "wrap_formdata", any_body):
        yield


@hole("town_admin", shown_by=in_stations)
def second_value_written(app: Flask) -> Iterator[None]:
    """The first of two values of a field is checked, the second is written."""

    def careless(self: Any, obj: Any, name: str) -> None:
        setattr(obj, name, (request.form.getlist(self.name) or [self.data])[-1])

    with patch.object(guard, "guard_write", lambda *args: None), patch.object(RelationField, "populate_obj", careless):
        yield


@hole("town_admin", shown_by=in_stations)
def existence_told_to_head(app: Flask) -> Iterator[None]:
    with patch.object(RegisterView, "_row", _telling(lambda: request.method == "HEAD")):
        yield


@hole("town_admin", shown_by=in_stations)
def existence_told_to_scripts(app: Flask) -> Iterator[None]:
    with patch.object(RegisterView, "_row", _telling(lambda: request.accept_mimetypes.best == "application/json")):
        yield


@hole("town_admin", shown_by=in_stations)
def message_names_what_was_left_out(app: Flask) -> Iterator[None]:
    """The message after an action on many rows, which waits in a cookie, names those that it left out."""
    original = RegisterInterface.get_many

    def telling(self: Any, keys: Any, verb: str = "view", lock: bool = False) -> Any:
        keys = list(keys)
        if request.endpoint and request.endpoint.endswith(".action_post"):
            with acting_as(SETUP):
                flash("没有处理：" + "、".join(str(row) for row in original(self, keys, verb)))
        return original(self, keys, verb, lock)

    with patch.object(RegisterInterface, "get_many", telling):
        yield


@hole("town_admin")
def read_request_writes(app: Flask) -> Iterator[None]:
    """Looking at a row changes another one, past the session."""

    def careless(**args: Any) -> Any:
        db.session.rollback()
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE user_scope SET valid_until = '2099-12-31'"))
        return view(**args)

    name = f"{SPECS[0].register}View.show"
    view = app.view_functions[name]
    with patch.dict(app.view_functions, {name: careless}):
        yield
