"""People: what one may do, whether a password is his, adding one. No view and no request here."""

import re
from datetime import date
from functools import cache
from typing import NamedTuple

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu, assoc_permissionview_role
from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import aliased
from werkzeug.security import check_password_hash, generate_password_hash

from app.errors import DomainError
from app.extensions import db
from app.security import passwords
from app.security.actor import Grant
from app.security.roles import HANDING, OF_UNITS, UNIT_OFFICER, plain, verb_of
from models import Account, Division, StaffRole, UserScope
from models.role import title_of
from models.user import MAX_SCOPES


@cache
def _nobody() -> str:
    """A hash to check against when there is no account: it then takes as long as when there is one."""
    return generate_password_hash("nobody", method="scrypt")


_ORIGIN = aliased(StaffRole)
# Built once: it runs for every request.
_GRANTS = (
    select(
        UserScope.division_code, Division.name, StaffRole.name, func.coalesce(_ORIGIN.name, StaffRole.name),
        UserScope.unit_id, ViewMenu.name, Permission.name,
    )
    .join(Division, Division.code == UserScope.division_code)
    .join(StaffRole, StaffRole.id == UserScope.role_id)
    .outerjoin(_ORIGIN, _ORIGIN.id == StaffRole.based_on_id)
    .outerjoin(assoc_permissionview_role, assoc_permissionview_role.c.role_id == StaffRole.id)
    .outerjoin(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
    .outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    .outerjoin(Permission, Permission.id == PermissionView.permission_id)
    .where(
        UserScope.user_id == bindparam("user_id"),
        UserScope.valid_from <= bindparam("today"),
        or_(UserScope.valid_until.is_(None), UserScope.valid_until >= bindparam("today")),
    )
)  # fmt: skip


class _Held(NamedTuple):
    """A role that somebody holds in one place, maybe for a unit."""

    code: str
    role: str
    kind: str
    unit_id: int | None


def grants_of(user_id: int, today: date) -> tuple[Grant, ...]:
    """The grants in force on `today`, with the permissions of their roles, in one statement."""
    rows = db.session.execute(_GRANTS, {"user_id": user_id, "today": today})
    found: dict[_Held, set[tuple[str, str]]] = {}
    names: dict[str, str] = {}
    for code, name, role, kind, unit_id, register, permission in rows:
        names[code] = name
        cells = found.setdefault(_Held(code, role, kind, unit_id), set())
        if permission:
            cells.add((register, verb_of(permission)))
    in_order = sorted(found.items(), key=lambda item: (item[0].code, item[0].role, item[0].unit_id or 0))
    return tuple(_grant(held, names[held.code], cells) for held, cells in in_order)


def _grant(held: _Held, name: str, cells: set[tuple[str, str]]) -> Grant:
    """What is meant for units, an officer holds for his own; without one, or in another role, no unit counts."""
    handing = {cell for cell in cells if cell[1].startswith(HANDING)}
    is_officer = held.kind == UNIT_OFFICER
    of_unit = {cell for cell in cells if is_officer and cell[0] in OF_UNITS}
    return Grant(
        held.code, title_of(held.role), frozenset(cells - handing - of_unit), plain(handing), name,
        held.unit_id if is_officer else None, frozenset(of_unit - handing),
    )  # fmt: skip


def find(username: str) -> Account | None:
    """The account of that name, whatever its state."""
    return db.session.scalars(select(Account).where(Account.username == username)).one_or_none()


def password_fits(stored: str | None, password: str) -> bool:
    """Whether `password` has the hash `stored`; takes as long when there is none."""
    return check_password_hash(stored or _nobody(), password) and stored is not None


def hash_of(password: str) -> str:
    """What is stored of a password; takes a while, so that guessing does."""
    return generate_password_hash(password, method="scrypt")


def profile_of(account: Account, today: date) -> passwords.Profile:
    """What is asked of this person's password, by every scope that is in force on `today` or will be."""
    scopes = (s for s in account.scopes if s.valid_until is None or s.valid_until >= today)
    return passwords.profile_of(((s.role.based_on or s.role).name, s.division_code) for s in scopes)


def add(
    username: str,
    name: str,
    password: str | None,
    scopes: list[tuple[str, str]],
    today: date,
    is_demo: bool = False,
    home: str | None = None,
) -> Account:
    """A new account with scopes [(role name, division code)], flushed. Raises DomainError in words.

    Without a password nobody signs in until an activation link is used (app.security.activation). The account belongs
    to `home`, else to the division of its first scope.
    """
    if not re.fullmatch(r"[\w.@-]{1,64}", username):
        raise DomainError("账号应为 1 至 64 个字母、数字、下划线、点、@ 或短横线。")
    if not 1 <= len(name.strip()) <= 64:
        raise DomainError("姓名应为 1 至 64 个字。")
    if find(username):
        raise DomainError(f"账号 {username} 已存在。")
    if len(scopes) > MAX_SCOPES:
        raise DomainError(f"一个人最多 {MAX_SCOPES} 个管辖范围。")
    for code in (home, *(code for _role, code in scopes)):
        if code is not None and db.session.get(Division, code) is None:
            raise DomainError(f"没有代码为 {code} 的区划。")
    if password is not None:
        passwords.check(password, username, passwords.profile_of(scopes))
    account = Account(
        username=username, first_name=name, active=True, is_demo=is_demo,
        password=None if password is None else hash_of(password),
        division_code=home or (scopes[0][1] if scopes else None),
    )  # fmt: skip
    for role_name, code in scopes:
        role = db.session.scalars(select(StaffRole).where(StaffRole.name == role_name)).one_or_none()
        if role is None:
            raise DomainError(f"没有「{role_name}」这个角色。")
        account.scopes.append(UserScope(role=role, division_code=code, valid_from=today))
    db.session.add(account)
    db.session.flush()
    return account


def has_demo_account() -> bool:
    """Whether any account of the demonstration is in the database."""
    return db.session.scalars(select(Account.id).where(Account.is_demo).limit(1)).first() is not None
