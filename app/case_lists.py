"""Which cases somebody should look at, as conditions of lists."""

from datetime import date

from sqlalchemy import ColumnElement

from app.security.actor import Actor
from app.workflow.clocks import HANDLED, RUNNING
from models import Case


def running() -> ColumnElement[bool]:
    """Not closed, and not over otherwise."""
    return Case.state.in_(RUNNING)


def overdue(today: date) -> ColumnElement[bool]:
    """Running, with the last day past."""
    return running() & (Case.due_on < today)


def handled_by(actor: Actor) -> ColumnElement[bool]:
    """His to handle: accepted and not closed."""
    return Case.state.in_(HANDLED) & (Case.handler_id == actor.user_id)
