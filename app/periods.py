"""Periods of statistics: a year, a quarter, a month, or from one day to another; and the same a year before."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from flask_babel import gettext as _

from app.errors import BadInput

EARLIEST, LATEST, LONGEST = 1950, 2100, 10  # years
UNITS = {"month": 1, "quarter": 3, "year": 12}  # in months


class Period(NamedTuple):
    """From `first` to `last`, both in it; what it is called follows from its days."""

    first: date
    last: date

    @property
    def kind(self) -> str:
        """month, quarter or year when it is a whole one, else days."""
        return next((unit for unit in UNITS if self == whole(self.first, unit)), "days")

    @property
    def key(self) -> str:
        """How an address says a whole one: 2026-11, 2026Q4, 2026; "" for other days."""
        year, month = self.first.year, self.first.month
        said = {"month": f"{year}-{month:02}", "quarter": f"{year}Q{(month + 2) // 3}", "year": str(year)}
        return said.get(self.kind, "")

    @property
    def label(self) -> str:
        """2026 年第 4 季度."""
        year, month = self.first.year, self.first.month
        if self.kind == "month":
            return _("%(year)s 年 %(month)s 月", year=year, month=month)
        if self.kind == "quarter":
            return _("%(year)s 年第 %(n)s 季度", year=year, n=(month + 2) // 3)
        if self.kind == "year":
            return _("%(year)s 年", year=year)
        return _("%(first)s 至 %(last)s", first=self.first, last=self.last)

    @property
    def year_before(self) -> "Period":
        """The same days a year before, so that periods side by side stay so: 29 February begins with 1 March, the end
        of February stays its end. A period of that one day has none: it ends before it begins.
        """
        begins_late = (self.first.month, self.first.day) == (2, 29)
        first = date(self.first.year - 1, 3, 1) if begins_late else self.first.replace(year=self.first.year - 1)
        return Period(first, _end_before(self.last))

    def parts(self, unit: str) -> list["Period"]:
        """It, cut at the ends of months, quarters or years."""
        return list(self._parts(unit))

    def _parts(self, unit: str) -> Iterator["Period"]:
        day = self.first
        while day <= self.last:
            last = min(whole(day, unit).last, self.last)
            yield Period(day, last)
            day = last + timedelta(days=1)


def _end_before(last: date) -> date:
    year = last.year - 1
    if last.month == 2 and last.day == monthrange(last.year, 2)[1]:
        return date(year, 2, monthrange(year, 2)[1])
    return last.replace(year=year)


def whole(day: date, unit: str) -> Period:
    """The month, quarter or year that a day lies in."""
    months = UNITS[unit]
    first = (day.month - 1) // months * months + 1
    end = first + months - 1
    return Period(date(day.year, first, 1), date(day.year, end, monthrange(day.year, end)[1]))


def last_ones(today: date, unit: str, n: int) -> list[Period]:
    """The one of today and those before it, newest first."""
    found = [whole(today, unit)]
    while len(found) < n:
        found.append(whole(found[-1].first - timedelta(days=1), unit))
    return found


def parse(key: str) -> Period:
    """The period of a `Period.key`. Raises BadInput."""
    match = re.fullmatch(r"(\d{4})(?:Q([1-4])|-(0[1-9]|1[0-2]))?", key, re.ASCII)
    if not match or not EARLIEST <= int(match[1]) <= LATEST:
        raise BadInput(_("期间无效。"))
    year = int(match[1])
    if match[2]:
        return whole(date(year, int(match[2]) * 3, 1), "quarter")
    return whole(date(year, int(match[3] or 1), 1), "month" if match[3] else "year")


def between(first: str, last: str) -> Period:
    """The period from one day to another, as a browser sends them. Raises BadInput with what to mend."""
    try:
        period = Period(*(date.fromisoformat(text) for text in (first, last)))
    except ValueError as error:
        raise BadInput(_("请填写起止日期。")) from error
    if period.first > period.last:
        raise BadInput(_("开始日期不能晚于结束日期。"))
    if not (period.first.year >= EARLIEST and period.last.year <= LATEST):
        raise BadInput(_("期间无效。"))
    if period.last.year - period.first.year > LONGEST:
        raise BadInput(_("期间不能超过 %(n)s 年。", n=LONGEST))
    return period
