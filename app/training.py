"""培训学时: how many hours each person of the rosters was trained in a year, and who was not at all (F39).

A county trains the people of a village. The village does not see the county's list, but how long its own people were
there is its own business: the sums are counted by the product itself, over people that the actor may see.
"""

from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import Select, func, select, true

from app.extensions import db
from app.interface import names_of
from app.scope import acting_as, current_actor, predicate
from app.security.actor import system
from models import Attendance, Station, Training, Volunteer

COUNTING = system("系统（培训统计）")


class Trained(NamedTuple):
    """One person of a roster and the hours of one year."""

    key: int
    name: str
    number: str
    station: str
    hours: int


def _counted(year: int) -> Any:
    """(volunteer_id, hours): what each attendance counts, its own hours or else the training's."""
    return (
        select(Attendance.volunteer_id, func.sum(func.coalesce(Attendance.hours, Training.hours)).label("hours"))
        .join(Training, Training.id == Attendance.training_id)
        .where(Attendance.is_present, Training.ended_on.is_(None))
        .where(Training.held_on.between(date(year, 1, 1), date(year, 12, 31)))
        .group_by(Attendance.volunteer_id)
        .subquery()
    )


def _people(year: int, only_none: bool = False) -> Select[Any]:
    """The people whom the actor may see, with their hours in `year`."""
    counted = _counted(year)
    hours = func.coalesce(counted.c.hours, 0)
    return (
        select(Volunteer.id, Volunteer.name, Volunteer.number, Volunteer.station_id, hours)
        .outerjoin(counted, counted.c.volunteer_id == Volunteer.id)
        .where(predicate(Volunteer, current_actor()), hours == 0 if only_none else true())
    )


def hours_of(volunteer: Volunteer, year: int) -> int:
    """Hours of one person in `year`."""
    asked = _people(year).where(Volunteer.id == volunteer.id)
    with acting_as(COUNTING):  # the statement itself is narrowed to whom the actor may see
        found = db.session.execute(asked).one_or_none()
    return int(found[4]) if found else 0


def sentences(volunteer: Volunteer, today: date) -> list[str]:
    """The hours of this year and the last, in words."""
    hours = {year: hours_of(volunteer, year) for year in (today.year, today.year - 1)}
    return [
        _("%(year)s 年参训 %(hours)s 学时。", year=year, hours=n) if n else _("%(year)s 年未参加培训。", year=year)
        for year, n in hours.items()
    ]


def people(year: int, only_none: bool, offset: int, limit: int) -> tuple[list[Trained], bool]:
    """One page of the people in office with their hours in `year` (1 to 9998), and whether there are more."""
    asked = _people(year, only_none).where(Volunteer.ended_on.is_(None))
    asked = asked.order_by(Volunteer.id).offset(offset).limit(limit + 1)
    with acting_as(COUNTING):  # the statement itself is narrowed to whom the actor may see
        rows = db.session.execute(asked).all()
    stations = names_of(Station, [row[3] for row in rows])
    trained = [
        Trained(key, name, number, stations.get(at, ""), int(hours)) for key, name, number, at, hours in rows[:limit]
    ]
    return trained, len(rows) > limit


def untrained(year: int, limit: int) -> tuple[list[tuple[int, str]], int]:
    """(key, name) of the first people in office without an hour in `year`, and how many there are in all."""
    found = _people(year, only_none=True).where(Volunteer.ended_on.is_(None)).order_by(Volunteer.id).limit(limit)
    asked = found.with_only_columns(Volunteer.id, Volunteer.name, func.count().over(), maintain_column_froms=True)
    with acting_as(COUNTING):  # the statement itself is narrowed to whom the actor may see
        rows = db.session.execute(asked).all()
    return [(key, name) for key, name, _total in rows], rows[0][2] if rows else 0
