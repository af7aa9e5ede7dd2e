"""认定: who may recognise a station, what it needs, and when a recognition lapses (F7).

系统判定 is what the records say today; 认定 is an act. A gap shows at once beside it, and makes an end of it only when
it has stayed for RECOGNITION_GRACE_DAYS.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, case, inspect, or_, select
from sqlalchemy.orm import Session

from app import checklists, clock
from app.errors import DomainError, OutOfScope
from app.scope import current_actor
from app.security.actor import Actor
from models import ChecklistItem, Division, Finding, Judgement, Recognition, RecognitionLevel, Station


def judged_on(day: date) -> ColumnElement[bool]:
    """The judgement that is in force on a day."""
    return and_(Judgement.from_on <= day, or_(Judgement.until_on.is_(None), Judgement.until_on > day))


def stands_on(day: date) -> ColumnElement[bool]:
    """The recognition is given by a day, and neither revoked nor lapsed on it."""
    return and_(
        Recognition.recognized_on <= day,
        or_(Recognition.ended_on.is_(None), Recognition.ended_on > day),
        or_(Recognition.lapses_on.is_(None), Recognition.lapses_on > day),
    )


def is_lapsing(today: date) -> ColumnElement[bool]:
    """It stands, and something is missing already."""
    return and_(Recognition.lapses_on > today, Recognition.lapses_on <= today + timedelta(days=_grace()))


def _grace() -> int:
    return int(current_app.config["RECOGNITION_GRACE_DAYS"])


def levels_of(session: Session, station: Station) -> list[RecognitionLevel]:
    """Whose acts it takes, in their order; not of a township that is none (龙港市 has its villages itself)."""
    township = select(Division.is_pseudo).where(Division.code == station.township_code)
    return [RecognitionLevel.COUNTY] if session.scalar(township) else [*RecognitionLevel]


def place_of(station: Station, level: RecognitionLevel) -> str | None:
    """The division whose act it is: of somebody whose part holds it."""
    return station.county_code if level is RecognitionLevel.COUNTY else station.township_code


def missing(session: Session, station_id: int, today: date) -> list[str]:
    """What is missing at a station today, by its lines."""
    found = (
        select(ChecklistItem.label)
        .join(Judgement, Judgement.item_id == ChecklistItem.id)
        .where(Judgement.station_id == station_id, judged_on(today), Judgement.finding == Finding.MISSING)
        .order_by(ChecklistItem.checklist_id, ChecklistItem.position, ChecklistItem.id)
    )
    return list(session.scalars(found))


def next_of(station: Station, actor: Actor, today: date) -> RecognitionLevel | None:
    """The act that the actor may do now at a station that lacks nothing; None when there is none for him."""
    session: Session | None = inspect(station).session
    if session is None or station.ended_on is not None:
        return None
    standing = set(session.scalars(_standing(station.id, today)))
    for level in levels_of(session, station):
        if level not in standing:
            may = actor.covers("add", Recognition.__name__, place_of(station, level))
            return level if may and not missing(session, station.id, today) else None
    return None


def _standing(station_id: int, today: date) -> Any:
    return select(Recognition.by_level).where(Recognition.station_id == station_id, stands_on(today))


# ---- what is asked of one


def complete(session: Session, _context: Any, _instances: Any) -> None:
    """Session hook: a recognition is written by the division whose act it is; a new one needs all that is asked."""
    actor = current_actor()
    with session.no_autoflush:
        for row in (*session.new, *session.dirty):
            if isinstance(row, Recognition) and session.is_modified(row):
                _complete(session, row, actor, clock.today())


def _complete(session: Session, row: Recognition, actor: Actor | None, today: date) -> None:
    state: Any = inspect(row)
    if state.pending:
        row.recorded_on = today
    if actor is not None and actor.is_system:
        return
    station = session.get(Station, row.station_id)
    if actor is None or station is None:
        raise OutOfScope()
    for level in {row.by_level, *(state.attrs.by_level.history.deleted or ())}:
        if not actor.covers("add", Recognition.__name__, place_of(station, level)):
            raise DomainError(_("%(level)s的认定由该级办理。", level=level.value), "by_level")
    if state.pending:
        _ask(session, row, station, today)


def _ask(session: Session, row: Recognition, station: Station, today: date) -> None:
    """Nobody changes the station's records meanwhile: who does waits, and then judges this recognition too."""
    session.scalars(select(Station.id).where(Station.id == row.station_id).with_for_update(key_share=True)).one()
    if gaps := missing(session, row.station_id, today):
        raise DomainError(_("还不能认定，现缺：%(gaps)s。", gaps="、".join(gaps)), "station_id")
    first = set(levels_of(session, station)) - {row.by_level, RecognitionLevel.COUNTY}
    if not first <= set(session.scalars(_standing(row.station_id, today))):
        raise DomainError(_("先由乡镇（街道）认定，再由县（市、区）认定。"), "by_level")


# ---- kept current


def settle(session: Session, stations: Collection[int]) -> int:
    """After these stations were judged: when each of their recognitions lapses; how many changed. Flushed."""
    wanted = select(Recognition).where(Recognition.station_id.in_(stations), Recognition.ended_on.is_(None))
    rows = list(session.scalars(wanted.order_by(Recognition.id).execution_options(populate_existing=True)))
    if not rows:
        return 0
    gaps, changed = defaultdict[int, list[tuple[date, date | None]]](list), 0
    known = select(Judgement.station_id, Judgement.from_on, Judgement.until_on)
    known = known.where(Judgement.station_id.in_({row.station_id for row in rows}))
    for station, from_on, until_on in session.execute(known.where(Judgement.finding == Finding.MISSING)):
        gaps[station].append((from_on, until_on))
    for row in rows:
        lapses_on = checklists.lapse(gaps[row.station_id], row.recorded_on, _grace())
        if lapses_on != row.lapses_on:
            row.lapses_on, changed = lapses_on, changed + 1
    session.flush()
    return changed


# ---- told


def sentences(station: Station, actor: Actor, today: date) -> list[str]:
    """How a station stands, a sentence for each level; none for who does not see its recognitions."""
    if not actor.covers("view", Recognition.__name__, station.place):
        return []
    session: Any = inspect(station).session
    stands = case((stands_on(today), 1), else_=0)  # told before one that is over, whatever its date
    newest = select(Recognition).where(Recognition.station_id == station.id)
    newest = newest.order_by(stands, Recognition.recognized_on, Recognition.id)
    rows = {row.by_level: row for row in session.scalars(newest)}
    gaps = missing(session, station.id, today)
    told = {*levels_of(session, station), *rows}
    return [_told(level, rows.get(level), gaps, today) for level in RecognitionLevel if level in told]


def _told(level: RecognitionLevel, row: Recognition | None, gaps: list[str], today: date) -> str:
    said = {"level": level.value}
    if row is None:
        return _("%(level)s：还没有认定。", **said)
    said["day"] = row.recognized_on.isoformat()
    if row.ended_on is not None:
        return _("%(level)s：%(day)s 的认定已撤销。", **said)
    if row.lapses_on is None:
        return _("%(level)s：已认定（%(day)s）。", **said)
    said["lapses"], said["gaps"] = row.lapses_on.isoformat(), "、".join(gaps)
    if row.lapses_on <= today:
        return _("%(level)s：%(day)s 的认定已于 %(lapses)s 失效。", **said)
    if not gaps:  # what is missing is known already: a term that ends
        return _("%(level)s：已认定（%(day)s）；到期的记录不更新，%(lapses)s 起失效。", **said)
    return _("%(level)s：已认定（%(day)s）· 现缺%(gaps)s；%(lapses)s 前补齐，否则失效。", **said)
