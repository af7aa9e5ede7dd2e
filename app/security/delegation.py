"""Delegation: who may hand on what to whom, as checks on facts. `app.security.handing` puts them before every flush.

Rights go one way down: a person hands on what his role lets him hand on, to others, strictly inside his own part.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from app.errors import DomainError
from app.security.actor import Actor
from app.security.roles import (
    EXCLUSIVE,
    GRANTABLE,
    HANDING,
    MANAGER,
    ROLES,
    SYSTEM_ADMIN,
    UNIT_OFFICER,
    Cells,
    shipped_cells,
)
from models.base import CITY
from models.user import MAX_SCOPES

GOVERNING = (SYSTEM_ADMIN, MANAGER)


@dataclass(frozen=True)
class RoleFacts:
    """A role as it stands: its name, its owner (None: shipped), the shipped role it comes from, its cells."""

    id: int | None
    title: str
    owner: str | None
    kind: str
    cells: Cells


@dataclass(frozen=True)
class Held:
    """A role that somebody holds in one place, from-until (both days included)."""

    role: RoleFacts
    place: str
    valid_from: date
    valid_until: date | None

    def is_open(self, today: date) -> bool:
        """Current or future."""
        return self.valid_until is None or self.valid_until >= today

    def is_lasting(self, today: date) -> bool:
        """In force today, and without an end."""
        return self.valid_until is None and self.valid_from <= today


@dataclass(frozen=True)
class Person:
    """Somebody whose account or scopes are written: where he belongs and what he holds, before and after."""

    id: int | None
    homes: tuple[str | None, ...]
    before: tuple[Held, ...]
    after: tuple[Held, ...]


def check_scope(actor: Actor, person: Person, changed: Iterable[Held], today: date) -> None:
    """A scope is given, changed or taken; `changed` is the scope before and after. Raises DomainError with the rule."""
    if person.id is not None and person.id == actor.user_id:
        raise DomainError("不能改动自己的角色和管辖范围。")
    _check_inside(actor, person, "grant", today)
    for held in changed:
        if held.role.owner and not held.place.startswith(held.role.owner):
            raise DomainError(f"角色「{held.role.title}」只能在它所属的区划以内使用。", "division_code")
        if not actor.may_hand_on(held.role.cells, held.place):
            raise DomainError(f"您不能在该区划授予或收回「{held.role.title}」：只能向下级，且不能超出您可转授的权限。")
    if sum(held.is_open(today) for held in person.after) > MAX_SCOPES:
        raise DomainError(f"一个人最多 {MAX_SCOPES} 个管辖范围。")


def check_account(actor: Actor, verb: str, person: Person, today: date) -> None:
    """An account is added or edited (disabled, given a new password). Raises DomainError with the rule."""
    if verb == "delete":
        raise DomainError("账号不能删除，只能停用。")
    if person.id is not None and person.id == actor.user_id:
        raise DomainError("不能改动自己的账号。")
    _check_inside(actor, person, verb, today)
    for held in (*person.before, *person.after):
        if held.is_open(today) and not actor.may_hand_on(held.role.cells, held.place):
            raise DomainError(f"这个账号持有您无权授予的角色「{held.role.title}」，不能改动。")


def _check_inside(actor: Actor, person: Person, verb: str, today: date) -> None:
    scopes = (held.place for held in (*person.before, *person.after) if held.is_open(today))
    if not all(actor.covers_strictly(verb, "Account", place) for place in (*person.homes, *scopes)):
        raise DomainError("账号的所属区划和全部管辖范围都要在您的下级区划以内，不能是本级或辖区以外。", "division_code")


def check_role(
    actor: Actor, before: RoleFacts | None, after: RoleFacts | None, holders: Iterable[Held], is_own: bool
) -> None:
    """A role is copied, changed or deleted. `holders`: the open scopes with it; `is_own`: one is the actor's."""
    role = after or before
    if role is None:
        return
    if is_own:
        raise DomainError("不能修改自己持有的角色。")
    if role.owner is None and (before is None or after is None or before.title != after.title):
        raise DomainError("内置角色不能新增、改名或删除。")
    if before and after and (before.owner, before.kind) != (after.owner, after.kind):
        raise DomainError("角色的所属区划和来源不能修改。")
    if after and after.owner and _as_read(after.title) in ROLES:
        raise DomainError("不能与内置角色同名。", "title")
    whole = (before.cells if before else frozenset()) | (after.cells if after else frozenset())
    if not actor.may_shape(whole | frozenset(_kind_cells(role)), role.owner):
        raise DomainError(f"您不能维护「{role.title}」：内置角色由市级授权管理员维护，且不能超出您可转授的权限。")
    if role.owner is None and role.kind in EXCLUSIVE:
        raise DomainError(f"「{role.title}」的内置权限不能修改，请复制一份再改。")
    old, new = before.cells if before else frozenset(), after.cells if after else frozenset()
    for held in holders:
        if not actor.may_shape(old ^ new, held.place):
            raise DomainError("辖区以外也有人使用这个角色，请复制一份再改。")
        # Nobody stands above a whole city: there a peer may be given less, never more.
        if not actor.may_hand_on(old ^ new if len(held.place) > CITY else new - old, held.place):
            raise DomainError("有与您同级的人员正在使用这个角色，请由上级修改，或复制一份再改。")


def _as_read(title: str) -> str:
    """A name without what the eye does not see: blanks, invisible characters, a second code for the same character."""
    return "".join(c for c in unicodedata.normalize("NFKC", title) if c.isprintable() and not c.isspace())


def _kind_cells(role: RoleFacts) -> Cells:
    """What somebody has to be able to hand on before he touches a role of this kind, however little it holds now."""
    return shipped_cells(role.kind) if role.kind in EXCLUSIVE else frozenset()


def in_use() -> DomainError:
    """A role that scopes refer to stays, even when they have ended: the record says who held it."""
    return DomainError("还有账号使用（或用过）这个角色，不能删除。")


def check_kind(after: RoleFacts) -> None:
    """For everybody, the product too: handing on stays with the roles that are made for it."""
    if after.kind not in GRANTABLE and any(v == "grant" or v.startswith(HANDING) for _, v in after.cells):
        raise DomainError(f"「{after.title}」不能有授权或转授的权限，只有{'、'.join(GRANTABLE)}一类的角色可以有。")


def check_unit(held: Held, unit_place: str | None) -> None:
    """For everybody: whom a scope acts for. Only a 部门经办人 acts for a unit, and it lies in or below his scope: who
    gives the scope has to stand above the unit too. `unit_place` is where the unit lies, None for no unit.
    """
    if unit_place is None:
        return
    if held.role.kind != UNIT_OFFICER:
        raise DomainError(f"只有{UNIT_OFFICER}可以填写成员单位。", "unit_id")
    if not unit_place.startswith(held.place):
        raise DomainError("成员单位要在所授的管辖区划以内。", "unit_id")


def check_exclusive(person: Person, today: date) -> None:
    """三员分立, for everybody: nobody holds two of the exclusive kinds, now or in future."""
    kinds = {held.role.kind for held in person.after if held.is_open(today)}
    for one, other in combinations(EXCLUSIVE, 2):
        if one in kinds and other in kinds:
            raise DomainError(f"{one}和{other}不能由同一个人担任。")


def administration(held: Held, today: date) -> tuple[str, str] | None:
    """(kind, city) of a scope that keeps the product governed: a lasting 系统管理员, or 授权管理员 of a city."""
    if not held.is_lasting(today):
        return None
    if held.role.kind == SYSTEM_ADMIN:
        return SYSTEM_ADMIN, ""
    return (MANAGER, held.place) if held.role.kind == MANAGER and len(held.place) == CITY else None


def check_last(before: set[tuple[str, str]], after: set[tuple[str, str]]) -> None:
    """For everybody: the last one who governs stays. Raises DomainError."""
    for kind, city in sorted(before - after):
        where = "市级的" if city else ""
        raise DomainError(f"这是最后一个有效的{where}{kind}，不能停用、删除或收回；请先授权另一个人。")
