"""The search over the registers: who or what has this name, wherever the viewer may look."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import divisions, finding
from app.extensions import db
from app.interface import RegisterInterface
from app.scope import current_actor
from models import Division, Findable


@dataclass(frozen=True)
class Item:
    """One row that was found: its key, what it is called, where it lies, and "已离任" and the like for what is over."""

    key: Any
    text: str
    where: str
    mark: str


@dataclass(frozen=True)
class Group:
    """What was found in one register."""

    model: Any
    items: list[Item]
    has_more: bool


def find(q: str, models: Iterable[Any], per_group: int = 5) -> list[Group]:
    """The rows named like `q` in those of `models` that the actor may look at, at most `per_group` of each.

    Names that begin with `q` come first; what has ended comes last. One statement for each register and one for the
    places, whatever is found; registers without a find are left out.
    """
    actor = current_actor()
    seen = [m for m in models if issubclass(m, Findable) and actor is not None and actor.can("view", m.__name__)]
    found = {model: rows for model in seen if (rows := _rows(model, q, per_group + 1))}
    paths = divisions.paths_of(row.place for rows in found.values() for row in rows[:per_group])
    return [
        Group(model, [_item(model, row, paths.get(row.place, "")) for row in rows[:per_group]], len(rows) > per_group)
        for model, rows in found.items()
    ]


def _end_of(model: Any) -> str:
    """The column that says since when a row is no more."""
    return "retired_on" if model is Division else "ended_on"


def _rows(model: Any, q: str, limit: int) -> list[Any]:
    key, end = RegisterInterface.of(model).key, getattr(model, _end_of(model))
    order = (end.is_not(None), finding.rank(model, q), key)
    return list(db.session.scalars(select(model).where(finding.matches(model, q)).order_by(*order).limit(limit)))


def _item(model: Any, row: Any, where: str) -> Item:
    also = [value for name in row.__find__ if (value := getattr(row, name)) and value not in str(row)]
    has_ended = getattr(row, _end_of(model)) is not None
    return Item(
        key=RegisterInterface.of(model).key_value(row),
        text=f"{row}（{'，'.join(also)}）" if also else str(row),
        where=where,
        mark=_("已%(ending)s", ending=row.__ending__) if has_ended else "",
    )
