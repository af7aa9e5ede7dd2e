"""What meetings decided and inspections found, until it is done (F11, F42): as SQL, for the to-do list."""

from typing import Any

from sqlalchemy import ColumnElement, exists, null, or_, select

from models import Decision, Inspection, JointMeeting, Problem, ProblemResult, Station

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
