"""Roles as people see them: the matrix of one, what a change would mean, copying; and how far from what was shipped.

The rules stand in app.security.delegation; here nothing is decided that they do not decide again at the flush.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_appbuilder.security.sqla.models import PermissionView
from flask_babel import gettext as _
from sqlalchemy import func, or_, select

from app.errors import DomainError
from app.extensions import db
from app.security import handing
from app.security.actor import Actor
from app.security.roles import GRANTABLE, HANDING, MATRIX, ROLES, VERBS, Cells, permission_name, shipped_cells, verb_of
from models import Account, StaffRole, UserScope
from models.base import models_by_name
from models.role import TITLE

Cell = tuple[str, str]


@dataclass(frozen=True)
class Tick:
    """One cell of the matrix: held or not, and whether the viewer may change it."""

    register: str
    verb: str
    label: str
    is_held: bool
    is_open: bool


def register_label(register: str) -> str:
    """What a register is called, from its model."""
    model = models_by_name().get(register)
    return str(model.__label__) if model is not None else register


def cell_text(register: str, verb: str) -> str:
    """A cell in words: 导出「案件」, 转授：导出「案件」."""
    words = f"{_(VERBS[verb.removeprefix(HANDING)])}「{register_label(register)}」"
    return _("转授：%(what)s", what=words) if verb.startswith(HANDING) else words


def told_text(told: str) -> str:
    """Cells as the audit writes them ("can view on Station、…"), in words."""
    found = re.findall(r"(can|grant) (\w+) on (\w+)", told)
    return "、".join(cell_text(register, (HANDING if kind == "grant" else "") + verb) for kind, verb, register in found)


def texts(cells: Iterable[Cell]) -> list[str]:
    """Cells in words, in their order."""
    return [cell_text(*cell) for cell in cells]


def cells_of(role: StaffRole) -> Cells:
    """The cells a role holds."""
    return frozenset((p.view_menu.name, verb_of(p.permission.name)) for p in role.permissions)


def in_words(role: StaffRole) -> list[str]:
    """What a role may do, a line for each register: 案件：查看、新增、修改."""
    held = cells_of(role)
    verbs = {register: [_(VERBS[verb]) for verb in VERBS if (register, verb) in held] for register in MATRIX}
    return [_("%(register)s：%(verbs)s", register=register_label(r), verbs="、".join(v)) for r, v in verbs.items() if v]


def open_cells(actor: Actor, role: StaffRole, today: date) -> Cells:
    """The cells of `role` that the actor may give or take; none where he may not touch it."""
    if handing.role_problem(db.session, actor, role, today) is not None:
        return frozenset()
    kind = role.based_on.name if role.based_on is not None else role.name
    every = {(register, verb) for register in MATRIX for verb in applicable(register)}
    if kind in GRANTABLE:
        every |= {(register, HANDING + verb) for register, verb in every}
    else:
        every = {(register, verb) for register, verb in every if verb != "grant"}
    return frozenset(cell for cell in every if actor.may_shape([cell], role.division_code))


def applicable(register: str) -> list[str]:
    """The verbs that any shipped role holds on a register, in their order."""
    used = {verb for verbs in MATRIX[register].values() for verb in verbs.split()}
    return [verb for verb in VERBS if verb in used]


def matrix(role: StaffRole, open_: Cells, prefix: str = "") -> list[tuple[str, list[Tick | None]]]:
    """(register's label, a tick for each verb of VERBS or None where it means nothing); `prefix` = HANDING: 可转授."""
    held = cells_of(role)

    def tick(register: str, verb: str) -> Tick | None:
        cell = (register, prefix + verb)
        if verb not in applicable(register) and cell not in held:
            return None
        return Tick(*cell, cell_text(*cell), cell in held, cell in open_)

    return [(register_label(register), [tick(register, verb) for verb in VERBS]) for register in MATRIX]


def digest(role: StaffRole) -> str:
    """What a role was when a page was made: the page is refused when it is no longer that."""
    state = [str(role.id), role.name, *sorted(f"{register}.{verb}" for register, verb in cells_of(role))]
    return hashlib.sha256("\n".join(state).encode()).hexdigest()[:24]


def wanted_cells(role: StaffRole, open_: Cells, ticked: Iterable[str]) -> Cells:
    """The cells after a post: what the viewer may not change stays, whatever he sent."""
    asked = {(register, verb) for register, _dot, verb in (text.partition(".") for text in ticked)}
    return (cells_of(role) - open_) | (asked & open_)


def consequences(role: StaffRole, wanted: Cells, today: date) -> list[str]:
    """Who will be able to do what from now on, and who no longer, a sentence for each cell."""
    people = (
        db.session.scalar(
            select(func.count(UserScope.user_id.distinct()))
            .join(Account, Account.id == UserScope.user_id)
            .where(
                UserScope.role_id == role.id,
                Account.active,
                UserScope.valid_from <= today,
                or_(UserScope.valid_until.is_(None), UserScope.valid_until >= today),
            )
        )
        or 0
    )
    held = cells_of(role)
    more = [_("%(n)s 人将能%(what)s", n=people, what=cell_text(*cell)) for cell in sorted(wanted - held)]
    return more + [_("%(n)s 人将不能再%(what)s", n=people, what=cell_text(*cell)) for cell in sorted(held - wanted)]


def shape(role: StaffRole, wanted: Cells) -> None:
    """Give a role exactly these cells, flushed."""
    role.permissions = _rows_of(wanted)
    db.session.flush()


def _rows_of(cells: Cells) -> list[PermissionView]:
    names = {(register, permission_name(verb)) for register, verb in cells}
    every = db.session.scalars(select(PermissionView))
    return [p for p in every if (p.view_menu.name, p.permission.name) in names]


def copy(actor: Actor, source: StaffRole, owner: str, title: str) -> StaffRole:
    """A copy of a role for the division `owner`, with what the actor may hand on of it, flushed."""
    if not 1 <= len(title) <= TITLE or ":" in title or not title.isprintable():
        raise DomainError(_("名称应为 1 至 %(n)s 个字，不能有冒号。", n=TITLE), "title")
    cells = frozenset(cell for cell in cells_of(source) if actor.may_shape([cell], owner))
    made = StaffRole(
        name=f"{owner}:{title}", division_code=owner, based_on_id=source.based_on_id or source.id,
        permissions=_rows_of(cells),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def remove(role: StaffRole) -> None:
    """Delete a copy that nobody ever used, flushed."""
    db.session.delete(role)
    db.session.flush()


@dataclass(frozen=True)
class Difference:
    """A shipped role beside what it was shipped with."""

    role: str
    more: tuple[Cell, ...]
    fewer: tuple[Cell, ...]


def differences() -> list[Difference]:
    """The shipped roles in the database that are not as this version ships them."""
    found = db.session.scalars(select(StaffRole).where(StaffRole.division_code.is_(None)))
    stored = {role.name: cells_of(role) for role in found}
    rows = [(name, stored.get(name, frozenset()), shipped_cells(name)) for name in ROLES]
    return [
        Difference(name, tuple(sorted(now - shipped)), tuple(sorted(shipped - now)))
        for name, now, shipped in rows
        if now != shipped
    ]
