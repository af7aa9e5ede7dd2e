"""What the checklists make of stations, read from what is stored: of one station, and of a whole part (F2, F7, F8)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, select, true

from app import divisions
from app.checklists import MENDED_IN
from app.extensions import db
from app.recognitions import judged_on
from app.scope import inside
from app.security.actor import Actor
from models import Checklist, ChecklistItem, Division, Finding, Judgement, Station
from models.base import CITY, COUNTY, TOWNSHIP, VILLAGE

BELOW = {CITY: COUNTY, COUNTY: TOWNSHIP, TOWNSHIP: VILLAGE}  # digits of the codes one level down
COLUMNS = {CITY: "city_code", COUNTY: "county_code", TOWNSHIP: "township_code", VILLAGE: "code"}


class Line(NamedTuple):
    """A line of a checklist at a station: what it makes of it, why, and in which register that is mended."""

    item: ChecklistItem
    finding: Finding
    sentence: str
    mended_in: str


class Standing(NamedTuple):
    """A checklist at a station: 系统判定 of each of its lines."""

    checklist: Checklist
    lines: Sequence[Line]

    @property
    def met(self) -> int:
        return sum(line.finding is not Finding.MISSING for line in self.lines)


def of_station(station: Station, actor: Actor, today: date) -> list[Standing]:
    """What each checklist makes of a station on a day. One statement; nothing is judged here.

    Why is told to those only who may look at the records that it follows from.
    """
    found = (
        select(Checklist, ChecklistItem, Judgement.finding, Judgement.sentence)
        .select_from(Judgement)
        .join(ChecklistItem, ChecklistItem.id == Judgement.item_id)
        .join(Checklist, Checklist.id == ChecklistItem.checklist_id)
        .where(Judgement.station_id == station.id, judged_on(today))
        .order_by(Checklist.id, ChecklistItem.position, ChecklistItem.id)
    )
    lists: dict[int, tuple[Checklist, list[Line]]] = {}
    for checklist, item, finding, sentence in db.session.execute(found):
        mended_in = MENDED_IN[item.rule] if item.rule is not None else "Confirmation"
        why = sentence if actor.covers("view", mended_in, station.place) else ""
        lists.setdefault(checklist.id, (checklist, []))[1].append(Line(item, finding, why, mended_in))
    return [Standing(*one) for one in lists.values()]


def is_up_to_standard(today: date) -> ColumnElement[bool]:
    """The stations of which every line that is asked of them is met on a day, and that are asked something."""
    judged = select(Judgement.id).where(Judgement.station_id == Station.id, judged_on(today))
    return and_(exists(judged), ~exists(judged.where(Judgement.finding == Finding.MISSING)))


class Row(NamedTuple):
    """One division of the board: how many stations are due in it, built, and up to standard (系统判定)."""

    code: str
    name: str
    due: int
    built: int
    up: int

    @property
    def missing(self) -> int:
        return self.due - self.built


def rows(actor: Actor, within: str, today: date) -> list[Row]:
    """The divisions right below `within`, as far as the actor sees their stations. Two statements."""
    digits = BELOW.get(len(within))
    if digits is None:
        return []
    column = getattr(Division, COLUMNS[digits])
    counted = _counted(actor, within, today).add_columns(column).group_by(column).order_by(column)
    found = [(code or within, *figures) for *figures, code in db.session.execute(counted)]
    names = dict(
        db.session.execute(select(Division.code, Division.name).where(Division.code.in_([r[0] for r in found]))).all()
    )
    return [Row(code, names.get(code, code), *figures) for code, *figures in found]


def total(actor: Actor, within: str, today: date) -> Row:
    """The same for all of `within`, or of the actor's whole part where it is empty."""
    figures = db.session.execute(_counted(actor, within, today)).one()
    return Row(within, divisions.paths_of([within]).get(within, ""), *figures)


def _counted(actor: Actor, within: str, today: date) -> Any:
    stands = (Station.division_code == Division.code) & Station.ended_on.is_(None)
    up = exists(select(Station.id).where(stands, is_up_to_standard(today)))
    built = exists(select(Station.id).where(stands))
    part = inside(Division, actor.places("view", "Station"))
    return (
        divisions.due()
        .where(part, inside(Division, (within,)) if within else true())
        .with_only_columns(
            func.count(Division.code), func.count(case((built, 1))), func.count(case((up, 1))),
            maintain_column_froms=True,
        )
    )  # fmt: skip
