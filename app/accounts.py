"""Accounts as managers see them: the list, one person's scopes, giving and taking them. It flushes; the edge commits.

The rules stand in app.security.delegation and are asked at the flush, whatever is offered here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import selectinload

from app import divisions
from app.errors import DomainError
from app.extensions import db
from app.interface import UNSEEN, RegisterInterface
from app.roles import cells_of
from app.scope import acting_as
from app.security import activation, handing
from app.security.actor import Actor
from app.security.roles import UNIT_OFFICER
from models import Account, StaffRole, UserScope

SOON = timedelta(days=14)


@dataclass(frozen=True)
class Post:
    """A scope in words, and whether the viewer may take it back."""

    id: int
    role: str
    path: str
    period: str
    is_current: bool
    is_open: bool


class AccountInterface(RegisterInterface):
    """As any register, with everybody's roles and places read at once."""

    def cells(self, rows: Sequence[Any], names: Sequence[str]) -> list[list[str]]:
        plain = [name for name in names if name != "posts"]
        cells = super().cells(rows, plain)
        if "posts" not in names:
            return cells
        scopes = _scopes_of([self.key_value(row) for row in rows])
        paths = divisions.paths_of(scope.division_code for scope in scopes)
        words: dict[int, list[str]] = {}
        for scope in scopes:
            words.setdefault(scope.user_id, []).append(f"{_name(scope, paths)}（{period(scope)}）")
        where = list(names).index("posts")
        for row, line in zip(rows, cells, strict=True):
            line.insert(where, "；".join(words.get(self.key_value(row), [])))
        return cells


def _scopes_of(users: Sequence[int]) -> list[UserScope]:
    named = (selectinload(UserScope.role), selectinload(UserScope.unit))
    found = select(UserScope).where(UserScope.user_id.in_(users)).options(*named)
    return list(db.session.scalars(found.order_by(UserScope.valid_from, UserScope.id)))


def _name(scope: UserScope, paths: dict[str, str]) -> str:
    return f"{_role(scope)} · {paths.get(scope.division_code, UNSEEN)}"


def _role(scope: UserScope) -> str:
    """The role, and the unit that he acts for."""
    role = scope.role.title if scope.role is not None else UNSEEN
    if scope.unit_id is None:
        return role
    return f"{role}（{scope.unit.name if scope.unit is not None else UNSEEN}）"


def period(scope: UserScope) -> str:
    """From–until, both days included."""
    if scope.valid_until is None:
        return _("%(day)s 起", day=scope.valid_from)
    return _("%(day)s 至 %(until)s", day=scope.valid_from, until=scope.valid_until)


def posts(account: Account, is_open: bool, today: date) -> list[Post]:
    """Everything somebody holds, held or will hold, in order."""
    scopes = _scopes_of([account.id])
    paths = divisions.paths_of(scope.division_code for scope in scopes)
    return [
        Post(
            scope.id, _role(scope), paths.get(scope.division_code, UNSEEN),
            period(scope), scope.valid_from <= today and (scope.valid_until is None or scope.valid_until >= today),
            is_open and (scope.valid_until is None or scope.valid_until >= today),
        )
        for scope in scopes
    ]  # fmt: skip


def problem(actor: Actor, account: Account, today: date) -> DomainError | None:
    """Why `actor` may not manage this account, None when he may."""
    try:
        handing.require_manageable(db.session, actor, account, today)
    except DomainError as error:
        return error
    return None


def awaiting() -> ColumnElement[bool]:
    """待激活: the accounts in force whose person has not set a password yet."""
    return and_(Account.active, Account.password.is_(None))


def ending(today: date) -> ColumnElement[bool]:
    """The accounts in force with a scope that ends today or within SOON."""
    soon = and_(UserScope.valid_from <= today, UserScope.valid_until.between(today, today + SOON))
    return and_(Account.active, exists(select(UserScope.id).where(UserScope.user_id == Account.id, soon)))


def roles_to_give(actor: Actor) -> list[StaffRole]:
    """The visible roles that the actor may hand on somewhere."""
    found = db.session.scalars(
        select(StaffRole).options(selectinload(StaffRole.permissions)).order_by(StaffRole.division_code, StaffRole.id)
    )
    below = [grant.division_code + "0" for grant in actor.grants if grant.grantable]  # anything strictly inside
    return [role for role in found if any(actor.may_hand_on(cells_of(role), place) for place in below)]


def give(
    account: Account, role: int, place: str, valid_from: date, valid_until: date | None, unit: int | None = None
) -> None:
    """One more scope for somebody, flushed. Raises DomainError with the rule that forbids it."""
    same = (UserScope.user_id == account.id) & (UserScope.role_id == role) & (UserScope.division_code == place)
    open_ = or_(UserScope.valid_until.is_(None), UserScope.valid_until >= valid_from)
    if db.session.scalars(select(UserScope.id).where(same, open_).limit(1)).first() is not None:
        raise DomainError(_("他在这个区划已经有这个角色。"), "role_id")
    given = db.session.get(StaffRole, role)
    if unit is None and given is not None and (given.based_on or given).name == UNIT_OFFICER:
        raise DomainError(_("部门经办人要填写他的成员单位。"), "unit_id")
    db.session.add(
        UserScope(
            user_id=account.id, role_id=role, division_code=place, unit_id=unit, valid_from=valid_from,
            valid_until=valid_until,
        )
    )  # fmt: skip
    db.session.flush()


def take(account: Account, scope: int, today: date) -> bool:
    """End a scope yesterday, or take back one that has not begun, flushed; False when he has no such scope."""
    row = db.session.scalars(
        select(UserScope).where(UserScope.id == scope, UserScope.user_id == account.id)
    ).one_or_none()
    if row is None:
        return False
    if row.valid_from >= today:
        db.session.delete(row)
    else:
        row.valid_until = today - timedelta(days=1)
    db.session.flush()
    return True


def invite(actor: Actor, account: Account, today: date, now: datetime) -> str:
    """A one-time link's token for somebody whom the actor may manage, flushed. Raises DomainError with the rule.

    The link's own table is the product's; the audit still names who asked.
    """
    handing.require_manageable(db.session, actor, account, today)
    with acting_as(replace(actor, is_system=True)):
        return activation.issue(account, now)


def set_active(account: Account, active: bool) -> None:
    """Disable or enable an account, flushed; a disabled person's next request is refused."""
    account.active = active
    db.session.flush()
