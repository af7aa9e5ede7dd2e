"""覆盖率: which townships and villages must have a station, and which have one (F2)."""

from collections.abc import Collection, Iterable
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, case, exists, func, select, true

from app import divisions
from app.extensions import db
from app.scope import inside
from app.security.actor import Actor
from models import Division, Station

ALL, BUILT, MISSING = "all", "built", "missing"


class Coverage(NamedTuple):
    """How many divisions must have a station, and how many of them have one."""

    due: int
    built: int

    @property
    def missing(self) -> int:
        return self.due - self.built

    @property
    def percent(self) -> int:
        """Rounded down, so that 100 means all of them; 100 where none is due."""
        return self.built * 100 // self.due if self.due else 100


class Place(NamedTuple):
    """A division that must have a station: its path, whether it has one, and whether the actor may add one there."""

    code: str
    path: str
    is_built: bool
    may_add: bool


def _has_station() -> ColumnElement[bool]:
    return exists(select(Station.id).where(Station.division_code == Division.code, Station.ended_on.is_(None)))


def part_of(actor: Actor) -> ColumnElement[bool]:
    """The divisions whose stations the actor sees; divisions themselves he reads along his whole line."""
    return inside(Division, actor.places("view", "Station"))


def _due(actor: Actor, within: str = "") -> Select[Any]:
    return divisions.due().where(part_of(actor), inside(Division, (within,)) if within else true())


def coverage_of(actor: Actor, within: str = "") -> Coverage:
    """The figures of the actor's part, or of what of it lies in the division `within`; one statement."""
    built = func.count(case((_has_station(), 1)))
    row = db.session.execute(
        _due(actor, within).with_only_columns(func.count(Division.code), built, maintain_column_froms=True)
    ).one()
    return Coverage(*row)


def missing(actor: Actor) -> Select[Any]:
    """The codes of the divisions in the actor's part that must have a station and have none."""
    return _due(actor).where(~_has_station())


def names_missing(part: Collection[str]) -> list[str]:
    """The paths of the divisions in `part` (codes) that must have a station and have none, by code."""
    found = db.session.scalars(
        divisions.due().where(inside(Division, tuple(part)), ~_has_station()).order_by(Division.code)
    ).all()
    paths = divisions.paths_of(found)
    return [paths.get(code, code) for code in found]


def places(actor: Actor, show: str, within: str, offset: int, limit: int) -> list[Place]:
    """One page of the divisions that must have a station, by code; `show` is ALL, BUILT or MISSING."""
    wanted = {ALL: true(), BUILT: _has_station(), MISSING: ~_has_station()}[show]
    asked = _due(actor, within).where(wanted).add_columns(case((_has_station(), 1), else_=0))
    found = db.session.execute(asked.order_by(Division.code).offset(offset).limit(limit)).all()
    return list(_named(actor, [(code, bool(is_built)) for code, is_built in found]))


def _named(actor: Actor, found: list[tuple[str, bool]]) -> Iterable[Place]:
    paths = divisions.paths_of(code for code, _is_built in found)
    for code, is_built in found:
        yield Place(code, paths.get(code, code), is_built, actor.covers("add", "Station", code))
