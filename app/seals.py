"""封存 in SQL (F53): which rows are shut to somebody who would see them by their place.

`app.scope` puts it into the predicate of every class that declares `__sealed__` or lies `__under__` one that does, so
that everything that asks through the guard follows. Statements here are on bare tables: whether a row is sealed, who
approves where and who is shut out is no question of what the one who asks may see.
"""

import secrets
from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu, assoc_permissionview_role
from sqlalchemy import ColumnElement, Date, DateTime, Select, and_, bindparam, exists, false, func, or_, select

from app import clock
from app.identity import age_on
from app.security.actor import Actor
from app.security.roles import permission_name
from models import Account, Case, CaseRecusal, SealedOpening, SealReason, UserScope
from models.base import CITY, PLACES

OF_AGE = 18  # full years (未成年人保护法 2)
APPROVE = "approve"
READING = frozenset({"view", "reveal"})  # all that an opening is for
MARK = "asks_about_seals"  # on such a condition: the guard lets it be
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read for something else


@cache
def _as(table: Any, name: str) -> Any:
    """A table by another name; made once, for an alias copies every column of it."""
    return table.alias(f"{table.name}_{name}")


# ---- what is sealed


def default_of(case: Case) -> SealReason | None:
    """Why a case is sealed by what stands in it; None when nothing does."""
    if case.is_sexual:
        return SealReason.SEXUAL
    is_child = case.born_on is not None and age_on(case.born_on, case.received_on) < OF_AGE
    return SealReason.MINOR if is_child else None


def seal(case: Case, reason: SealReason, today: date) -> None:
    """Seal a case by what follows from a flush; one that is sealed stays as it is. By somebody's word: the step."""
    if case.sealed_for is None:
        case.sealed_for, case.sealed_on = reason, today


def of_one_matter(case: Case) -> ColumnElement[bool]:
    """A case, the one that it was merged into, and what else was merged there: they are sealed and shut together."""
    root = case.merged_into_id or case.id
    return or_(Case.id == root, Case.merged_into_id == root)


def new_number() -> str:
    """A number that belongs to no series: nobody can tell which came before, or count."""
    return "密" + "".join(secrets.choice(ALPHABET) for _ in range(8))


def is_protected(model: Any) -> bool:
    """Whether rows of the model may be sealed, or lie under such."""
    return hasattr(model, "__sealed__") or hasattr(model, "__under__")


def root_of(model: Any) -> Any:
    """The model whose seal counts."""
    return root_of(model.__under__[1]) if hasattr(model, "__under__") else model


# ---- whom it shuts out


def shut(model: Any, key: Any, actor: Actor, verb: str) -> ColumnElement[bool]:
    """The row of `model` with this key is not for the actor to `verb`: he is recused, or it is sealed from him."""
    row, name = _as(model.__table__, "itself"), root_of(model).__name__
    sealed = _of_root(row.c, model, lambda root: _is_sealed_from(root, root_of(model), actor, verb))
    recused = is_recused(key, actor.user_id)
    if model.__name__ != name:
        found = _of_root(row.c, model, lambda root: is_recused(root.id, actor.user_id))
        recused = exists(select(row.c.id).where(row.c.id == key, found))
    # Two questions, not one: each is answered from an index of few rows.
    kept = exists(select(row.c.id).where(row.c.id == key, sealed, ~_received(row.c, model, actor, verb)))
    return or_(kept, recused)._annotate({MARK: True})


def is_sealed(model: Any, key: Any) -> Select[Any]:
    """Finds the row of `model` with this key when it is sealed, or lies under one that is."""
    row = _as(model.__table__, "itself")
    sealed = root_of(model).__sealed__[0]
    return select(row.c.id).where(row.c.id == key, _of_root(row.c, model, lambda root: root[sealed].is_not(None)))


def _of_root(row: Any, model: Any, condition: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
    if not hasattr(model, "__under__"):
        return condition(row)
    column, parent = model.__under__
    above = _as(parent.__table__, "above")
    return exists(select(above.c.id).where(above.c.id == row[column], _of_root(above.c, parent, condition)))


def _is_sealed_from(row: Any, model: Any, actor: Actor, verb: str) -> ColumnElement[bool]:
    sealed, keeper = model.__sealed__
    reads = [is_head(row, actor)]
    if verb != APPROVE:
        reads.append(func.coalesce(row[keeper] == actor.user_id, false()))
    if verb in READING:
        reads.append(_opening(row, actor))
    return and_(row[sealed].is_not(None), ~or_(*reads))


def _received(row: Any, model: Any, actor: Actor, verb: str) -> ColumnElement[bool]:
    """What was handed over is there for whoever received it: he sees it by a role that shows him no case."""
    if not hasattr(model, "__under__"):
        return false()
    name, above = model.__name__, (root_of(model).__name__, "view")
    codes = {g.division_code for g in actor.grants if (name, verb) in g.permissions and above not in g.permissions}
    units = actor.units(verb, name) if hasattr(model, "__unit__") else ()
    meant = row[model.__unit__].in_(sorted(units)) if units else false()
    return or_(meant, _sent_up(row, model, actor, verb), *(_lies_in(row, code) for code in sorted(codes)))


def _sent_up(row: Any, model: Any, actor: Actor, verb: str) -> ColumnElement[bool]:
    """What goes to a superior, or comes from one, is there for whoever acts in that division itself."""
    above = getattr(model, "__above__", model.__place__)
    ends = {g.division_code for g in actor.grants if (model.__name__, verb) in g.permissions}
    return false() if above == model.__place__ else row[above].in_(sorted(ends)) & (row[above] != row[model.__place__])


def _lies_in(row: Any, code: str) -> ColumnElement[bool]:
    name = next((name for name, digits in PLACES.items() if digits == len(code)), "division_code")
    return row[name] == code


# ---- heads


def is_head(row: Any, actor: Actor, but: Any = None) -> ColumnElement[bool]:
    """The actor heads the station: he approves cases in its division, or in the nearest one above where anybody does.

    Whoever is recused does not count, nor does `but`, who asks for something: then it is the next one above.
    """
    mine = {g.division_code for g in actor.grants if (Case.__name__, APPROVE) in g.permissions}
    return or_(false(), *(_lies_in(row, code) & ~_is_headed_below(row, code, but) for code in sorted(mine)))


def sees_there(row: Any, user_id: Any) -> ColumnElement[bool]:
    """Somebody sees the cases that lie where the row does, unless they are sealed."""
    held = _as(UserScope.__table__, "near")
    line = [row[name] for name in PLACES]
    mine = select(held.c.id).where(held.c.user_id == user_id, held.c.division_code.in_([*line, row.division_code]))
    return exists(mine.where(*_by_which_one_may("view", held)))


def _by_which_one_may(verb: str, held: Any) -> Sequence[ColumnElement[bool]]:
    """The scope `held` is in force today, and of a role that may `verb` cases."""
    today = bindparam(None, callable_=lambda: clock.today(), type_=Date)
    return (
        held.c.role_id.in_(_roles_that(verb)),
        held.c.valid_from <= today,
        or_(held.c.valid_until.is_(None), held.c.valid_until >= today),
    )


def _roles_that(verb: str) -> Select[Any]:
    """The roles by which cases are seen, or approved. Planned by themselves (OFFSET 0): else PostgreSQL weighs these
    four tables against all around them, at every place where somebody may head a station.
    """
    held, cell = _as(assoc_permissionview_role, "held"), _as(PermissionView.__table__, "held")
    register, permission = _as(ViewMenu.__table__, "held"), _as(Permission.__table__, "held")
    joined = held.join(cell, cell.c.id == held.c.permission_view_id).join(
        register, register.c.id == cell.c.view_menu_id
    )
    return (
        select(held.c.role_id)
        .select_from(joined.join(permission, permission.c.id == cell.c.permission_id))
        .where(register.c.name == Case.__name__, permission.c.name == permission_name(verb))
        .offset(0)
    )


def _is_headed_below(row: Any, code: str, but: Any) -> ColumnElement[bool]:
    """Somebody approves cases nearer to the row than in `code`, today."""
    held, account = _as(UserScope.__table__, "head"), _as(Account.__table__, "head")
    line = [row[name] for name, digits in PLACES.items() if digits > CITY]
    others = () if but is None else (held.c.user_id != but,)
    return exists(
        select(held.c.id)
        .select_from(held.join(account, account.c.id == held.c.user_id))
        .where(
            held.c.division_code.in_([*line, row.division_code]),
            func.length(held.c.division_code) > len(code),
            *_by_which_one_may(APPROVE, held),
            account.c.active,
            ~is_recused(row.id, held.c.user_id),
            *others,
        )
    )


def is_recused(case_id: Any, user_id: Any) -> ColumnElement[bool]:
    """Somebody is shut out of a case. The case may be that of any statement around: else it would be any case."""
    found = _as(CaseRecusal.__table__, "shut")
    shut = select(found.c.id).where(found.c.case_id == case_id, found.c.user_id == user_id, found.c.lifted_on.is_(None))
    return exists(shut.correlate_except(found))


def _opening(row: Any, actor: Actor) -> ColumnElement[bool]:
    found = _as(SealedOpening.__table__, "open")
    now = bindparam(None, callable_=lambda: clock.now(), type_=DateTime)
    return exists(
        select(found.c.id).where(
            found.c.case_id == row.id,
            found.c.user_id == actor.user_id,
            found.c.opened_at <= now,
            found.c.closes_at > now,
        )
    )
