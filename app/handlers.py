"""承办人: who may handle the cases of a place, and whom a written name means."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu, assoc_permissionview_role
from sqlalchemy import ColumnElement, Select, or_, select

from app.extensions import db
from app.security.actor import Actor
from app.security.roles import permission_name
from models import Account, Case, UserScope
from models.base import PLACES

OFFERED = 30  # names with a field


def _able(today: date, reach: ColumnElement[bool], verb: str = "handle") -> Select[Any]:
    """(key, name) of the accounts that may handle (or `verb`) cases today in a scope that fits `reach`."""
    held = (
        select(assoc_permissionview_role.c.role_id)
        .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .where(ViewMenu.name == Case.__name__, Permission.name == permission_name(verb))
    )
    in_force = (UserScope.valid_from <= today) & or_(UserScope.valid_until.is_(None), UserScope.valid_until >= today)
    return (
        select(Account.id, Account.first_name)
        .join(UserScope, UserScope.user_id == Account.id)
        .where(Account.active, in_force, UserScope.role_id.in_(held), reach)
        .distinct()
        .order_by(Account.id)
    )


def _read(found: Select[Any]) -> dict[int, str]:
    """Past the guard: who handles cases is no secret to those who do, their accounts' rows are.

    Not by acting_as(), which first writes what was changed: a step would be written in two halves.
    """
    return {key: name for key, name in db.session.connection().execute(found).all()}  # noqa: C416  mypy knows pairs


def _above(code: str) -> list[str]:
    return [code[:digits] for digits in (*PLACES.values(), len(code)) if len(code) >= digits]


def of_place(code: str, today: date, verb: str = "handle") -> dict[int, str]:
    """{key: name} of the accounts that may handle (or `verb`) a case that lies in the division `code`."""
    return _read(_able(today, UserScope.division_code.in_(_above(code)), verb))


def reaching(places: Iterable[str], today: date) -> set[int]:
    """The accounts that may handle cases somewhere in the divisions `places`."""
    reach = or_(*(UserScope.division_code.startswith(p) | UserScope.division_code.in_(_above(p)) for p in places))
    return set(_read(_able(today, reach)))


def names_for(code: str, today: date) -> list[str]:
    """The names to offer where a handler is written."""
    return sorted(set(of_place(code, today).values()))[:OFFERED]


def meant_by(name: str | None, code: str, actor: Actor, today: date) -> int | None:
    """The account that a written name means: the actor's own, or the only one of that name; else nobody's."""
    if not name:
        return None
    able = of_place(code, today)
    if actor.user_id in able and actor.name == name:
        return actor.user_id
    found = [key for key, called in able.items() if called == name]
    return found[0] if len(found) == 1 else None
