"""The urges that the clock makes: before a due date, and after it (F18). Idempotent and resumable.

One for each (case, kind, due date), whatever runs twice, or two at once: a batch holds its cases until it is committed,
so whoever comes second finds what the first has made.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, select

from app import calendars
from app.calendar import Calendar
from app.extensions import db
from app.scope import acting_as
from app.security.actor import system
from app.workflow.clocks import RUNNING
from models import Case, CaseState, Urge, UrgeKind

REMINDER, SIGNED = system("系统（催办）"), "系统"
BATCH = 200  # cases of one transaction


class Made(NamedTuple):
    """How many reminders were made before a due date and after one, and how many were there already."""

    soon: int = 0
    overdue: int = 0
    there: int = 0

    def __str__(self) -> str:
        return f"新增临期提醒 {self.soon} 条，逾期提醒 {self.overdue} 条；已有 {self.there} 条。"


def _due(today: date, days: int, calendar: Calendar) -> ColumnElement[bool]:
    """The running cases that are due in `days` working days at most, or were."""
    beyond = calendar.add_workdays(today, days + 1)
    return and_(Case.state.in_(RUNNING), Case.ended_on.is_(None), Case.due_on < beyond)


def run(today: date, days: int, is_dry: bool = False) -> Made:
    """Remind of every case that is due within `days` working days or overdue; commits each batch (F18).

    `is_dry` only counts. What was committed before something went wrong stays, and the next run goes on from there.
    """
    made = Made()
    with acting_as(REMINDER):
        calendar = calendars.current()
        due = _due(today, days, calendar)
        keys = db.session.scalars(select(Case.id).where(due).order_by(Case.id)).all()
        db.session.rollback()  # nobody waits for what was only read
        for start in range(0, len(keys), BATCH):
            batch = _remind(keys[start : start + BATCH], due, today, calendar)
            made = Made(*(a + b for a, b in zip(made, batch, strict=True)))
            if is_dry:
                db.session.rollback()
            else:
                db.session.commit()
    return made


def _remind(keys: Sequence[int], due: ColumnElement[bool], today: date, calendar: Calendar) -> Made:
    """The reminders of one batch, flushed. Looks again at what is due: cases go on meanwhile."""
    # FOR NO KEY UPDATE on PostgreSQL: another run waits, whoever adds a record to the case does not.
    held = select(Case).where(Case.id.in_(keys), due).order_by(Case.id).with_for_update(key_share=True)
    cases = db.session.scalars(held.execution_options(populate_existing=True)).all()
    asked = select(Urge.case_id, Urge.kind, Urge.made_for).where(Urge.case_id.in_(keys), Urge.made_for.is_not(None))
    there = {tuple(row) for row in db.session.execute(asked)}
    fresh = [urge for urge in (_urge(case, today, calendar) for case in cases) if _sign(urge) not in there]
    db.session.add_all(fresh)
    db.session.flush()
    soon = sum(urge.kind is UrgeKind.SOON for urge in fresh)
    return Made(soon, len(fresh) - soon, len(cases) - len(fresh))


def _sign(urge: Urge) -> tuple[int, UrgeKind, date | None]:
    return urge.case_id, urge.kind, urge.made_for


def _urge(case: Case, today: date, calendar: Calendar) -> Urge:
    due_on = case.due_on or today  # only cases with one are due
    is_late = due_on < today
    step = "受理" if case.state is CaseState.APPLIED else "办理"
    left = f"最迟 {due_on.isoformat()}，{calendar.words(today, due_on)}"
    return Urge(
        case_id=case.id, kind=UrgeKind.OVERDUE if is_late else UrgeKind.SOON, made_for=due_on,
        to_id=case.handler_id, to_name=case.handler, by_name=SIGNED, sent_on=today,
        reason=f"{left}，请{'尽快' if is_late else '抓紧'}{step}。",
    )  # fmt: skip
