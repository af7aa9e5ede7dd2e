"""The days of `seed/reference/workdays.csv`, made from the package chinesecalendar, which the product does not need.

`.venv/bin/python -m tests.workdays > seed/reference/workdays.csv` writes the file anew.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

import chinese_calendar
from chinese_calendar import Holiday

import config
from app.calendar import Calendar
from models import DayKind

FILE = config.ROOT / "seed" / "reference" / "workdays.csv"
FESTIVAL = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}  # as the notices call them
YEARS = range(2004, 2027)


def rows() -> Iterator[tuple[date, DayKind, str, int]]:
    """(day, kind, festival, the year whose notice says so), by day."""
    for kind, days in ((DayKind.REST, chinese_calendar.holidays), (DayKind.WORK, chinese_calendar.workdays)):
        for day, english in days.items():
            chinese: Any = Holiday(english).chinese
            is_next = day.month == 12 and chinese == "元旦"
            yield day, kind, FESTIVAL.get(chinese, chinese), day.year + is_next


def text() -> str:
    """The whole file."""
    lines = (f"{day},{kind.name},{name},{year}\n" for day, kind, name, year in sorted(rows(), key=lambda row: row[0]))
    return "day,kind,name,year\n" + "".join(lines)


def shipped() -> Calendar:
    """The calendar of a database that was just set up."""
    return Calendar.of({day: (kind, name) for day, kind, name, _year in rows()}, YEARS)


if __name__ == "__main__":
    print(text(), end="")
