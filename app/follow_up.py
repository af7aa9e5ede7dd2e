"""For the to-do list, as SQL: what meetings decided and inspections found, until it is done (F11, F42), and what is
about to lapse (F7).
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, null, or_, select
from sqlalchemy.orm import aliased

from app.checklists import DAY
from models import (
    ChecklistItem,
    Confirmation,
    Decision,
    Finding,
    Inspection,
    JointMeeting,
    Judgement,
    Problem,
    ProblemResult,
    Recognition,
    Station,
)

AHEAD = timedelta(days=30)  # an evidence is announced before it expires

_UNDONE = (Decision.meeting_id == JointMeeting.id, Decision.done_on.is_(None))
_UNFIXED = (
    Problem.inspection_id == Inspection.id,
    or_(Problem.result.is_(None), Problem.result != ProblemResult.FIXED),
)


def has_undone() -> ColumnElement[bool]:
    """The meetings of which a decision is not done."""
    return exists(select(Decision.id).where(*_UNDONE).correlate(JointMeeting))


def has_unfixed() -> ColumnElement[bool]:
    """The inspections of which a problem was not found fixed."""
    return exists(select(Problem.id).where(*_UNFIXED).correlate(Inspection))


def _first(child: Any, parent: Any, open_: tuple[Any, ...], column: Any) -> Any:
    """A column of the parent's open child that is due first."""
    found = select(column).where(*open_).order_by(child.due_on, child.id).limit(1)
    return found.correlate(parent).scalar_subquery()


def _at(parent: Any) -> Any:
    return select(Station.name).where(Station.id == parent.station_id).correlate(parent).scalar_subquery()


# What the to-do list shows of one (app.todos OF_CASE): what is due first, the station, no state, the day, nobody.
_DECIDED, _FOUND = ((Decision, JointMeeting, _UNDONE), (Problem, Inspection, _UNFIXED))
DUE_DECISION, DUE_PROBLEM = _first(*_DECIDED, Decision.due_on), _first(*_FOUND, Problem.due_on)
OF_MEETING = (_first(*_DECIDED, Decision.text), _at(JointMeeting), null(), DUE_DECISION, null())
OF_INSPECTION = (_first(*_FOUND, Problem.text), _at(Inspection), null(), DUE_PROBLEM, null())


def expires(today: date) -> ColumnElement[bool]:
    """The confirmations that are over soon or already, each the last of a line that 系统判定 will miss then."""
    until = today + AHEAD
    later = aliased(Confirmation)
    followed = exists(
        select(later.id).where(
            later.station_id == Confirmation.station_id,
            later.item_id == Confirmation.item_id,
            later.ended_on.is_(None),
            later.valid_until > Confirmation.valid_until,
            later.valid_until <= until,
        )
    ).correlate(Confirmation)
    missing = exists(
        select(Judgement.id)
        .join(ChecklistItem, ChecklistItem.id == Judgement.item_id)
        .where(
            Judgement.station_id == Confirmation.station_id,
            Judgement.item_id == Confirmation.item_id,
            Judgement.finding == Finding.MISSING,
            Judgement.from_on <= until + DAY,
            or_(Judgement.until_on.is_(None), Judgement.until_on > today),
            ChecklistItem.rule.is_(None),
        )
    ).correlate(Confirmation)
    return and_(Confirmation.valid_until <= until, ~followed, missing)


_LINE = select(ChecklistItem.label).where(ChecklistItem.id == Confirmation.item_id)
OF_CONFIRMATION = (
    _LINE.correlate(Confirmation).scalar_subquery(),
    _at(Confirmation),
    null(),
    Confirmation.valid_until,
    Confirmation.confirmed_by,
)
OF_RECOGNITION = (_at(Recognition), Recognition.document_no, null(), Recognition.lapses_on, Recognition.recognized_by)
