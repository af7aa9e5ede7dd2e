"""The clocks of a case (opinion 三(二), F14): by when its next step is due, and why, in words."""

from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from app import calendars
from app.calendar import Calendar, Due, Term
from app.terms import terms
from models import Case, CaseState

HANDLED = (CaseState.ACCEPTED, CaseState.INVESTIGATING, CaseState.HANDLING)
RUNNING = (CaseState.APPLIED, *HANDLED)  # somebody has to do something by a day


class Clock(NamedTuple):
    """What it counts from (受理, 登记, 重新起算), the day, and how long."""

    label: str
    start: date
    term: Term


def clock_of(case: Case) -> Clock | None:
    """The clock that runs for a case now: to accept it, or to close it; None when none does."""
    known, state = terms(), case.state or CaseState.APPLIED
    if case.ended_on is not None or state not in RUNNING:
        return None
    if state is CaseState.APPLIED:
        start = case.restarted_on or case.received_on
        return Clock(_("重新起算") if case.restarted_on else _("来访"), start, known["受理"]) if start else None
    if case.accepted_on is None or case.difficulty is None:
        return None
    label = _("重新起算") if case.restarted_on else _("受理")
    return Clock(label, case.restarted_on or case.accepted_on, known[case.difficulty.value])


def due_of(case: Case, calendar: Calendar | None = None) -> Due | None:
    """By when the clock of a case is over, explaining itself; None when none runs."""
    clock = clock_of(case)
    return (calendar or calendars.current()).due(clock.start, clock.term) if clock else None


COUNTS = ("state", "difficulty", "received_on", "accepted_on", "restarted_on", "ended_on", "due_on")


def _is_wound(case: Case) -> bool:
    state: Any = inspect(case)
    return not state.persistent or any(state.attrs[name].history.has_changes() for name in COUNTS)


def _wind(session: Session, _context: Any, _instances: Any) -> None:
    """Session hook: `due_on` is what the clock says, whatever was written there."""
    with session.no_autoflush:
        if any(isinstance(row, Case) for row in session.new):
            calendars.stand_still()
        for row in (*session.new, *session.dirty):
            if isinstance(row, Case) and _is_wound(row):
                due = due_of(row)
                if row.due_on != (on := due.on if due else None):
                    row.due_on = on


def install(session_class: type[Session]) -> None:
    """Wind the clocks in every flush of the sessions of this class."""
    event.listen(session_class, "before_flush", _wind)
