"""How the clock of a case stands, in words: on its page, and in the list (F14)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement

from app import calendars, clock, terms
from app.calendar import Light
from app.interface import RegisterInterface
from app.workflow import clocks
from models import Case


class Deadline(NamedTuple):
    """What is left (剩3个工作日), the light, and why it is that day, in a sentence."""

    words: str
    light: Light
    sentence: str


def deadline_of(case: Case, today: date) -> Deadline | None:
    """How the clock of a case stands; None when none runs."""
    running = clocks.clock_of(case)
    if running is None:
        return None
    calendar = calendars.current()
    due = calendar.due(running.start, running.term)
    light = calendar.light(today, due.on, terms.soon())
    return Deadline(calendar.words(today, due.on), light, due.sentence(running.label))


def running() -> ColumnElement[bool]:
    """The cases in which somebody has to do something by a day."""
    return Case.state.in_(clocks.RUNNING)


def of_day(due_on: date, today: date) -> Deadline:
    """How a day that stands by itself is, in words."""
    calendar = calendars.current()
    light = calendar.light(today, due_on, terms.soon())
    return Deadline(calendar.words(today, due_on), light, _("最迟 %(day)s（含当日）", day=due_on))


class DueInterface(RegisterInterface):
    """As any register; a due date says what is left."""

    def runs(self, row: Any) -> bool:
        """Whether somebody still has to do something by that day; a model may say it of a row itself."""
        return bool(getattr(row, "runs", True))

    def cells(self, rows: Sequence[Any], names: Sequence[str]) -> list[list[str]]:
        cells, today = super().cells(rows, names), clock.today()
        if "due_on" in names and any(row.due_on for row in rows):
            where, calendar = list(names).index("due_on"), calendars.current()
            for row, line in zip(rows, cells, strict=True):
                if row.due_on and self.runs(row):
                    line[where] = f"{line[where]} {calendar.words(today, row.due_on)}"
        return cells
