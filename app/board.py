"""What the checklists make of stations, read from what is stored: of one station, and of a whole part (F2, F7, F8).

The figures of a part are those of any day: what was judged, and what was recognised, is kept with its days.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from app import clock, divisions
from app.checklists import MENDED_IN
from app.extensions import db
from app.recognitions import judged_on, stands_on
from app.scope import inside
from app.security.actor import Actor
from models import Checklist, ChecklistItem, Division, Finding, Judgement, Recognition, RecognitionLevel, Station
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


# ---- of a part, on a day


def is_up_to_standard(day: date) -> ColumnElement[bool]:
    """The stations of which every line that is asked of them is met on a day, and that are asked something."""
    judged = select(Judgement.id).where(Judgement.station_id == Station.id, judged_on(day))
    return and_(exists(judged), ~exists(judged.where(Judgement.finding == Finding.MISSING)))


def is_recognised(day: date, level: RecognitionLevel = RecognitionLevel.COUNTY) -> ColumnElement[bool]:
    """The stations whose recognition stands on a day; the county's is the last word."""
    act = select(Recognition.id).where(Recognition.station_id == Station.id, Recognition.by_level == level)
    return exists(act.where(stands_on(day)))


def is_due() -> ColumnElement[bool]:
    """The stations of divisions that must have one."""
    return Station.division_code.in_(divisions.due())


def _was_there(day: date) -> ColumnElement[bool]:
    """The stations that there were on a day gone by; one without a date was there since it was recorded."""
    next_day = datetime.combine(day + timedelta(days=1), time.min, clock.BEIJING)
    recorded = Station.created_at < clock.stored(next_day)
    return and_(
        or_(Station.founded_on <= day, and_(Station.founded_on.is_(None), recorded)),
        or_(Station.ended_on.is_(None), Station.ended_on > day),
    )


def last_quarter(today: date) -> date:
    """The last day of the quarter before today's."""
    return date(today.year, (today.month - 1) // 3 * 3 + 1, 1) - timedelta(days=1)


class Figures(NamedTuple):
    """How many stations are due, built, up to standard (系统判定) and recognised by the county (认定)."""

    due: int = 0
    built: int = 0
    up: int = 0
    confirmed: int = 0

    @property
    def missing(self) -> int:
        return self.due - self.built

    def since(self, before: "Figures") -> "Figures":
        """What has come to it; the divisions of today are asked for both."""
        return Figures(*(now - then for now, then in zip(self, before, strict=True)))


class Row(NamedTuple):
    """One division of the board: its figures today, and what has changed since the last quarter."""

    code: str
    name: str
    now: Figures
    change: Figures


def part_of(actor: Actor, verb: str, within: str) -> list[str]:
    """The divisions of whose stations the actor sees (exports, …) all, as far as they lie in `within`."""
    places = actor.places(verb, Station.__name__)
    if any(within.startswith(code) for code in places):
        return [within]
    return [code for code in places if code.startswith(within)]


def rows(part: Collection[str], within: str, today: date) -> list[Row]:
    """The divisions right below `within`, as far as they lie in `part`. Three statements."""
    digits = BELOW.get(len(within))
    if digits is None:
        return []
    column = getattr(Division, COLUMNS[digits])
    now, before = (_grouped(part, column, day, today) for day in (today, last_quarter(today)))
    names = dict(db.session.execute(select(Division.code, Division.name).where(Division.code.in_(now))).all())
    return [
        Row(code, names.get(code, code), figures, figures.since(before.get(code, Figures())))
        for code, figures in now.items()
    ]


def _grouped(part: Collection[str], column: Any, day: date, today: date) -> dict[str, Figures]:
    figures = _figures(part, day, today).add_columns(column).group_by(column).order_by(column)
    return {code: Figures(*found) for *found, code in db.session.execute(figures)}


def total(part: Collection[str], today: date, name: str = "") -> Row:
    """The same for all of `part`: division codes, none of them in another."""
    now, before = (Figures(*db.session.execute(_figures(part, d, today)).one()) for d in (today, last_quarter(today)))
    code = next(iter(part)) if len(part) == 1 else ""
    return Row(code, name, now, now.since(before))


def _figures(part: Collection[str], day: date, today: date) -> Any:
    there = Station.ended_on.is_(None) if day >= today else _was_there(day)
    stands = select(Station.id).where(Station.division_code == Division.code, there)
    kinds = (exists(stands), *(exists(stands.where(kind)) for kind in (is_up_to_standard(day), is_recognised(day))))
    counts = (func.count(case((kind, 1))) for kind in kinds)
    due = divisions.due().where(inside(Division, tuple(part)))
    return due.with_only_columns(func.count(Division.code), *counts, maintain_column_froms=True)
