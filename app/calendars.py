"""工作日历: the tables behind app.calendar, and how a notice changes them (F14).

Whoever depends on the calendar adds a Follower: it says beforehand what would change, and follows when it did.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select

from app import audit
from app.calendar import Calendar
from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security.actor import CALENDAR, Actor
from models import CalendarDay, DayKind, WorkCalendar

FIRST, LAST = 1949, 2100  # years that somebody may ask for: before and after nothing of ours happens
SHIPPED = "国务院办公厅通知（随程序载入）"
REGISTER = WorkCalendar.__name__
_CACHE = "calendar"
LOCK = 20101231  # any number that no other advisory lock of this database has

Days = Mapping[date, tuple[DayKind, str]]


@dataclass(frozen=True)
class Follower:
    """Something that depends on the calendar, e.g. the due dates of open cases."""

    would_change: Callable[[Calendar, Calendar], str]  # (old, new) → a Chinese sentence, "" when nothing changes
    follow: Callable[[Calendar, Actor, date], None]  # (new, who changed it, today), in the same transaction


FOLLOWERS: list[Follower] = []


class Outdated(DomainError):
    """The calendar is no longer the one that the person looked at before he agreed."""

    def __init__(self) -> None:
        super().__init__(_l("您查看以后，工作日历已被他人修改。下面是按现在的情况重新计算的，请核对。"))


class Change(NamedTuple):
    """A day and what it is called before and after: 休息（国庆节）, 补班（国庆节）, 平常."""

    day: date
    before: str
    after: str


@dataclass(frozen=True)
class Plan:
    """What the tables shall say: days to put in and to take out; all of a year when its notice is loaded."""

    year: int
    put: Days
    drop: frozenset[date]
    source: str
    is_notice: bool = False

    def applied_to(self, old: Calendar) -> Calendar:
        """The calendar as it would be."""
        kept = {day: special for day, special in old.days.items() if day not in self.drop}
        return Calendar.of({**kept, **self.put}, old.published | ({self.year} if self.is_notice else set()))


def current() -> Calendar:
    """The calendar as the database has it: one statement, asked once in a transaction and never kept beyond it."""
    session = db.session()
    transaction, kept = session.get_transaction(), session.info.get(_CACHE)
    if kept is not None and kept[0] is transaction and transaction is not None:
        return kept[1]
    rows = session.execute(
        select(CalendarDay.day, CalendarDay.kind, CalendarDay.name, WorkCalendar.year)
        .outerjoin(WorkCalendar, WorkCalendar.year == CalendarDay.year)
        .order_by(CalendarDay.day)
    ).all()
    found = Calendar.of({day: (kind, name) for day, kind, name, _y in rows}, {y for *_day, y in rows if y is not None})
    session.info[_CACHE] = session.get_transaction(), found
    return found


def stand_still() -> None:
    """Let nobody change the calendar until this transaction is over: what it counts now is what others will find.

    For rows that nobody else can see yet; whoever changes the calendar waits for those that he sees by their locks.
    """
    _hold("pg_advisory_xact_lock_shared")


def _hold(lock: str) -> None:
    """On SQLite there is one writer at a time anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection().execute(select(getattr(func, lock)(LOCK)))  # a lock, of no table: no row is read
        forget()


def forget() -> None:
    """Ask the database again: the tables have changed in this transaction."""
    db.session.info.pop(_CACHE, None)


def state(calendar: Calendar) -> str:
    """A short fingerprint: what somebody read and agreed to is still what there is."""
    days = "".join(f"{day}{kind.name}{name}\n" for day, (kind, name) in sorted(calendar.days.items()))
    return hashlib.sha256(f"{sorted(calendar.published)}{days}".encode()).hexdigest()[:32]


# ---- what would change


def plan_notice(year: int, days: Days, source: str) -> Plan:
    """The days of `year`'s notice instead of what an earlier one said; refuses what no notice says."""
    _check_year(year)
    if not any(day.year == year for day in days):
        raise DomainError(_("没有 %(year)s 年的放假安排。", year=year))
    for day, (kind, name) in sorted(days.items()):
        _name(name)
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            raise DomainError(_("%(day)s 不属于 %(year)s 年的放假安排。", day=day, year=year))
        _check_day(day, kind)
    old = db.session.scalars(select(CalendarDay.day).where(CalendarDay.year == year)).all()
    return Plan(year, days, frozenset(old) - days.keys(), _text(source, 100, "source", _l("请填写依据。")), True)


def plan_day(day: date, kind: DayKind | None, name: str, source: str) -> Plan:
    """One day set apart, or made plain again when `kind` is None."""
    _check_year(day.year)
    source = _text(source, 100, "source", _l("请填写依据。"))
    if kind is None:
        return Plan(day.year, {}, frozenset({day}), source)
    _check_day(day, kind)
    return Plan(day.year, {day: (kind, _name(name))}, frozenset(), source)


def changes(plan: Plan) -> list[Change]:
    """The days that would be called something else, by date."""
    old = current()
    new = plan.applied_to(old)
    years = {plan.year, *(day.year for day in (*plan.put, *plan.drop))}
    shown = {day for calendar in (old, new) for year in years for day in calendar.specials(year)}
    called = [Change(day, _called(old, day), _called(new, day)) for day in sorted(shown)]
    return [change for change in called if change.before != change.after]


def preview(days: Days, year: int) -> list[Change]:
    """What loading these days as the notice of `year` would change."""
    return changes(plan_notice(year, days, SHIPPED))


def consequences(plan: Plan) -> list[str]:
    """What would change elsewhere, a Chinese sentence from each follower that has something to say."""
    old = current()
    new = plan.applied_to(old)
    return [sentence for follower in FOLLOWERS if (sentence := follower.would_change(old, new))]


def _called(calendar: Calendar, day: date) -> str:
    special = calendar.special(day)
    return f"{special[0].value}（{special[1]}）" if special else "平常"


def _check_year(year: int) -> None:
    if not FIRST <= year <= LAST:
        raise DomainError(_("年份应在 %(first)s 到 %(last)s 之间。", first=FIRST, last=LAST), "year")


def _check_day(day: date, kind: DayKind) -> None:
    if kind is DayKind.WORK and day.weekday() < 5:
        raise DomainError(_("%(day)s 不是周末，不能是补班。", day=day), "day")


def _name(value: str) -> str:
    return _text(value, 50, "name", _l("请填写节日名称。"))


def _text(value: str, longest: int, field: str, missing: object) -> str:
    value = " ".join(value.split())
    if not value:
        raise DomainError(missing, field)
    if len(value) > longest:
        raise DomainError(_("不能超过 %(n)s 个字。", n=longest), field)
    return value


# ---- changing


def publish(year: int, days: Days, source: str, actor: Actor, today: date) -> list[Change]:
    """Load the notice of `year` in place of what was there (F14); what changed."""
    require_editor(actor)
    lock()
    return apply(plan_notice(year, days, source), actor, today)


def set_day(day: date, kind: DayKind, name: str, source: str, actor: Actor, today: date) -> list[Change]:
    """Say what one day is, e.g. when a notice is corrected."""
    require_editor(actor)
    return apply(plan_day(day, kind, name, source), actor, today)


def remove_day(day: date, source: str, actor: Actor, today: date) -> list[Change]:
    """Make one day what its weekday says."""
    require_editor(actor)
    return apply(plan_day(day, None, "", source), actor, today)


def require_editor(actor: Actor) -> None:
    """Refuse whoever may not edit the calendar."""
    if not actor.can("edit", REGISTER):
        raise DomainError(_("您的角色不能修改工作日历。"))


def lock() -> None:
    """Let one person at a time change the calendar: until he commits, others wait here and then see what he did."""
    with acting_as(CALENDAR):
        db.session.execute(select(WorkCalendar.year).order_by(WorkCalendar.year).with_for_update()).all()
    _hold("pg_advisory_xact_lock")
    forget()


def apply(plan: Plan, actor: Actor, today: date, seen: str | None = None) -> list[Change]:
    """Write the plan, tell the audit who did it, and let everything that depends on the calendar follow.

    `seen` is the state of the calendar that the person agreed to change; Outdated when it is another one by now.
    """
    require_editor(actor)
    lock()
    if seen not in (None, state(current())):
        raise Outdated()
    made = changes(plan)
    with acting_as(CALENDAR):
        _write(plan, today)
        _record(plan, made, actor)
    forget()
    for follower in FOLLOWERS:
        follower.follow(current(), actor, today)
    return made


def _write(plan: Plan, today: date) -> None:
    touched = or_(CalendarDay.day.in_(plan.put), CalendarDay.day.in_(plan.drop))
    rows = {row.day: row for row in db.session.scalars(select(CalendarDay).where(touched))}
    for day in plan.drop & rows.keys():
        db.session.delete(rows[day])
    for day, (kind, name) in sorted(plan.put.items()):
        row = rows.get(day)
        if row is None:
            row = CalendarDay(day=day, year=plan.year)
            db.session.add(row)
        elif plan.is_notice:
            row.year = plan.year
        row.kind, row.name, row.source = kind, name, plan.source
    if plan.is_notice:
        year = db.session.get(WorkCalendar, plan.year)
        if year is None:
            year = WorkCalendar(year=plan.year)
            db.session.add(year)
        year.source, year.loaded_on = plan.source, today
    db.session.flush()


def _record(plan: Plan, made: list[Change], actor: Actor) -> None:
    """One entry of the year: who said so, by what notice, and every day before and after."""
    said = {change.day.isoformat(): [change.before, change.after] for change in made}
    row = WorkCalendar(year=plan.year)
    audit.note(db.session(), "publish", row, {"source": [None, plan.source], **said}, actor)


# ---- set up


def seed(content: bytes, today: date) -> int:
    """Load the years of a CSV (day,kind,name,year) that the tables do not have yet; how many.

    A year that is there, and a day that somebody entered, stay as they are.
    """
    known = set(db.session.scalars(select(WorkCalendar.year)))
    entered = set(db.session.scalars(select(CalendarDay.day)))
    fresh = [
        CalendarDay(
            day=date.fromisoformat(row["day"]),
            kind=DayKind[row["kind"]],
            name=row["name"],
            source=SHIPPED,
            year=int(row["year"]),
        )
        for row in csv.DictReader(io.StringIO(content.decode()))
        if int(row["year"]) not in known
    ]
    years = {row.year for row in fresh}
    db.session.add_all(WorkCalendar(year=year, source=SHIPPED, loaded_on=today) for year in sorted(years))
    db.session.add_all(row for row in fresh if row.day not in entered)
    db.session.flush()
    forget()
    return len(years)


class Year(NamedTuple):
    """Where the days of a year come from; nothing for one whose notice is not out."""

    year: int
    source: str
    loaded_on: date | None


def year_of(year: int) -> Year:
    """A year's notice."""
    row = db.session.scalar(select(WorkCalendar).where(WorkCalendar.year == year))
    return Year(year, row.source, row.loaded_on) if row else Year(year, "", None)
