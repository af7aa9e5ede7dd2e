"""工作日和期限: which days are worked, when a term ends and why, how much of it is left (F14).

Pure: nothing here asks a database or a clock. `app.calendars` fills a Calendar from the tables.
"""

import enum
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from app.festivals import statutory
from models.work_calendar import DayKind

SOON = 2  # working days left from which a term counts as close (F14, our own judgement: setting CASE_SOON_DAYS)
_SHORT = {"国庆节": "国庆", "中秋节": "中秋", "清明节": "清明", "端午节": "端午"}
_WEEKDAYS = "一二三四五六日"


class Unit(enum.Enum):
    """What a term is counted in."""

    SAME_DAY = "当日"
    WORKDAYS = "工作日"
    MONTHS = "个月"


@dataclass(frozen=True)
class Term:
    """A length of time, e.g. 7 工作日; `n` does not count for 当日."""

    n: int
    unit: Unit

    def __str__(self) -> str:
        return {
            Unit.SAME_DAY: "当日",
            Unit.WORKDAYS: f"{self.n} 个工作日",
            Unit.MONTHS: f"{self.n} 个月",
        }[self.unit]


class Light(enum.Enum):
    """How a term stands; said in words too, because colour alone says nothing."""

    NORMAL = "正常"
    SOON = "临期"
    OVERDUE = "逾期"


@dataclass(frozen=True)
class Due:
    """The last day of a term, itself included, and what on the way to it was no plain weekday or weekend."""

    start: date
    term: Term
    on: date
    met: tuple[str, ...] = ()
    pending: tuple[int, ...] = ()  # years on the way whose notice is not out

    @property
    def is_provisional(self) -> bool:
        """Whether the date may still move when a notice is loaded."""
        return bool(self.pending)

    def sentence(self, label: str) -> str:
        """The date and its reasons in one Chinese sentence; `label` says what happened on the first day: 受理."""
        same_day = self.term.unit is Unit.SAME_DAY
        counted = "当日办结" if same_day else f"次日起算 {self.term}"
        parts = [f"{label} {self.start.isoformat()}", counted]
        parts += ["、".join(self.met)] if self.met else []
        said = "，".join([*parts, f"最迟 {self.on.isoformat()}（含当日）"])
        if self.pending:
            years = "、".join(str(year) for year in self.pending)
            said += f"；{years} 年放假安排待公布，按法定节日推算，公布后重新计算"
        return said


class Span(NamedTuple):
    """Days set apart for one reason, both ends included."""

    begin: date
    until: date
    kind: DayKind
    name: str


def add_months(start: date, n: int) -> date:
    """The same day `n` months on, or the last day of that month where it has no such day (民法典 202)."""
    year, month = divmod(start.year * 12 + start.month - 1 + n, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _days(after: date, until: date) -> Iterator[date]:
    return (after + timedelta(n) for n in range(1, (until - after).days + 1))


@dataclass(frozen=True)
class Calendar:
    """The days that differ from plain weekends, and the years whose notice is out."""

    days: Mapping[date, tuple[DayKind, str]] = field(default_factory=dict)
    published: frozenset[int] = frozenset()

    @classmethod
    def of(cls, days: Mapping[date, tuple[DayKind, str]], published: Iterable[int]) -> "Calendar":
        """A calendar of its own copies of both."""
        return cls(dict(days), frozenset(published))

    def is_provisional(self, year: int) -> bool:
        """Whether the notice for `year` is not out: its days are weekends and what the law fixes."""
        return year not in self.published

    def special(self, day: date) -> tuple[DayKind, str] | None:
        """(kind, name) where a day is not what its weekday says; None for a plain one."""
        found = self.days.get(day)
        if found is None and self.is_provisional(day.year):
            name = statutory(day.year).get(day)
            return (DayKind.REST, name) if name else None
        return found

    def specials(self, year: int) -> dict[date, tuple[DayKind, str]]:
        """{day: (kind, name)} of the days of `year` that are not what their weekday says, by date."""
        law = statutory(year) if self.is_provisional(year) else {}
        told = {day: special for day, special in self.days.items() if day.year == year}
        return dict(sorted({**{day: (DayKind.REST, name) for day, name in law.items()}, **told}.items()))

    def spans(self, year: int) -> list["Span"]:
        """The same days, those that follow each other and are alike as one."""
        found: list[Span] = []
        for day, (kind, name) in self.specials(year).items():
            last = found[-1] if found else None
            if last and (last.kind, last.name, last.until + timedelta(1)) == (kind, name, day):
                found[-1] = last._replace(until=day)
            else:
                found.append(Span(day, day, kind, name))
        return found

    def is_workday(self, day: date) -> bool:
        """Whether people work on `day`; for any day there is."""
        special = self.special(day)
        return special[0] is DayKind.WORK if special else day.weekday() < 5

    def roll_forward(self, day: date) -> date:
        """`day` itself, or the next working day when it is off (民法典 203)."""
        while not self.is_workday(day):
            day += timedelta(1)
        return day

    def add_workdays(self, start: date, n: int) -> date:
        """The `n`th working day after `start`; the clock starts on the next day (民法典 201)."""
        day = start
        while n > 0:
            day += timedelta(1)
            n -= self.is_workday(day)
        return day

    def count(self, after: date, until: date) -> int:
        """Working days after `after` up to and with `until`; 0 when there are none between."""
        return sum(self.is_workday(day) for day in _days(after, until))

    def due(self, start: date, term: Term) -> Due:
        """When `term` from `start` ends (F14): never on a day off, unless it ends on the day it began."""
        if term.unit is Unit.SAME_DAY:
            return Due(start, term, start)
        if term.unit is Unit.WORKDAYS:
            last = self.add_workdays(start, term.n)
            return Due(start, term, last, self._met(start, last, start.year), self._pending(start, last))
        nominal = add_months(start, term.n)
        last = self.roll_forward(nominal)
        met = self._met(nominal, last, start.year)
        if last != nominal:
            # What the last day is called stands before the rest of the way, and is not said twice.
            ends_on = self._why_off(nominal)
            met = (f"末日 {nominal.isoformat()} {ends_on}，顺延", *(text for text in met if text != ends_on))
        elif self.special(nominal):
            met = (f"末日 {nominal.isoformat()} 补班",)
        return Due(start, term, last, met, self._pending(start, last))

    def _why_off(self, day: date) -> str:
        special = self.special(day)
        return _off(special[1]) if special else f"周{_WEEKDAYS[day.weekday()]}"

    def _met(self, after: date, until: date, year: int) -> tuple[str, ...]:
        """The holidays and make-up days from the day after `after` to `until`, once each, as they come."""
        found: dict[str, None] = {}
        for day in _days(after, until):
            special = self.special(day)
            if special:
                written = (
                    f"{day.month}月{day.day}日补班" if day.year == year else f"{day.year}年{day.month}月{day.day}日补班"
                )
                found[written if special[0] is DayKind.WORK else _off(special[1])] = None
        return tuple(found)

    def _pending(self, after: date, until: date) -> tuple[int, ...]:
        years = range((after + timedelta(1)).year, until.year + 1)
        return tuple(year for year in years if self.is_provisional(year))

    def remaining(self, today: date, due_on: date) -> int:
        """Working days left, 0 on the last day; below 0 the calendar days since: somebody waits on weekends too."""
        return self.count(today, due_on) if today <= due_on else (due_on - today).days

    def light(self, today: date, due_on: date, soon: int = SOON) -> Light:
        """How it stands when `soon` working days or fewer count as close."""
        left = self.remaining(today, due_on)
        return Light.OVERDUE if left < 0 else Light.SOON if left <= soon else Light.NORMAL

    def words(self, today: date, due_on: date) -> str:
        """What is left, in words: 剩3个工作日, 今天到期, 已逾期2天."""
        left = self.remaining(today, due_on)
        if left < 0:
            return f"已逾期{-left}天"
        return "今天到期" if today == due_on else f"剩{left}个工作日"


def _off(name: str) -> str:
    for long, short in _SHORT.items():
        name = name.replace(long, short)
    return f"{name}放假"
