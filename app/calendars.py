"""The calendar as it stands in the database."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from app.calendar import Calendar
from app.extensions import db
from app.security.actor import Actor
from models import CalendarYear, WorkCalendar


class Follower(NamedTuple):
    """What else changes with the calendar: in a sentence, and done."""

    would_change: Callable[[Calendar, Calendar], str]
    follow: Callable[[Calendar, Actor, date], None]


FOLLOWERS: list[Follower] = []


def current() -> Calendar:
    """The calendar of now."""
    with db.session.no_autoflush:
        days = {d.day: (d.kind, d.name) for d in db.session.scalars(select(WorkCalendar))}
        return Calendar.of(days, db.session.scalars(select(CalendarYear.year)))
