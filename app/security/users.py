"""People: loading one with his grants, signing in, adding one. No view and no request here."""

import re
from datetime import date
from functools import cache

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu, assoc_permissionview_role
from sqlalchemy import bindparam, or_, select
from werkzeug.security import check_password_hash, generate_password_hash

from app.errors import DomainError
from app.extensions import db
from app.security.actor import Actor, Grant
from app.security.roles import HANDING, plain, verb_of
from models import Account, Division, StaffRole, UserScope
from models.role import title_of
from models.user import MAX_SCOPES


@cache
def _nobody() -> str:
    """A hash to check against when there is no account: it then takes as long as when there is one."""
    return generate_password_hash("nobody", method="scrypt")


# Built once: these run for every request.
_ACCOUNT = select(Account).where(Account.id == bindparam("user_id"))
_GRANTS = (
    select(UserScope.division_code, StaffRole.name, ViewMenu.name, Permission.name)
    .join(StaffRole, StaffRole.id == UserScope.role_id)
    .outerjoin(assoc_permissionview_role, assoc_permissionview_role.c.role_id == StaffRole.id)
    .outerjoin(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
    .outerjoin(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    .outerjoin(Permission, Permission.id == PermissionView.permission_id)
    .where(
        UserScope.user_id == bindparam("user_id"),
        UserScope.valid_from <= bindparam("today"),
        or_(UserScope.valid_until.is_(None), UserScope.valid_until >= bindparam("today")),
    )
)


def load(user_id: int, today: date) -> tuple[Account, Actor] | None:
    """An active account and what it may do where on `today`; None if there is none. Two statements."""
    account = db.session.scalars(_ACCOUNT, {"user_id": user_id}).one_or_none()
    if account is None or not account.active:
        return None
    return account, Actor(name=account.get_full_name(), user_id=account.id, grants=grants_of(account.id, today))


def grants_of(user_id: int, today: date) -> tuple[Grant, ...]:
    """The grants in force on `today`, with the permissions of their roles, in one statement."""
    rows = db.session.execute(_GRANTS, {"user_id": user_id, "today": today})
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for code, role, register, permission in rows:
        cells = found.setdefault((code, role), set())
        if permission:
            cells.add((register, verb_of(permission)))
    return tuple(_grant(code, title_of(role), cells) for (code, role), cells in sorted(found.items()))


def _grant(code: str, role: str, cells: set[tuple[str, str]]) -> Grant:
    handing = {cell for cell in cells if cell[1].startswith(HANDING)}
    return Grant(code, role, frozenset(cells - handing), plain(handing))


def find(username: str) -> Account | None:
    """The account of that name, whatever its state."""
    return db.session.scalars(select(Account).where(Account.username == username)).one_or_none()


def secret_of(username: str) -> str | None:
    """The password hash of an active account, as a plain value: it outlives the transaction it was read in."""
    account = find(username)
    return account.password if account is not None and account.active else None


def password_fits(stored: str | None, password: str) -> bool:
    """Whether `password` has the hash `stored`; takes as long when there is none."""
    return check_password_hash(stored or _nobody(), password) and stored is not None


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

    Nobody can sign in to one without a password. It belongs to `home`, else to the division of its first scope.
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
    account = Account(
        username=username, first_name=name, active=True, is_demo=is_demo,
        password=generate_password_hash(password, method="scrypt") if password is not None else None,
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
