"""Rows of the registers for tests, made by the product's own code at a place of the small world."""

from datetime import date
from typing import Any

from sqlalchemy import inspect, select

from app import identity, secret
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from app.workflow.endings import Standing
from app.workflow.steps import advance
from models import (
    ActivityKind,
    Case,
    CaseActivity,
    Channel,
    Ended,
    RightsCategory,
    Station,
    Training,
    Urge,
    Volunteer,
    VolunteerRole,
)
from models.training import Attendance, Organizer
from tests import world

PHONE = "19900001234"


def id_number(born: date = date(1980, 1, 1), sequence: str = "000", area: str = "330302") -> str:
    """A number that fits its own checksum and that nobody has: sequence 000 is given to nobody (GB 11643)."""
    seventeen = f"{area}{born:%Y%m%d}{sequence}"
    return seventeen + identity.check_character(seventeen)


def station_at(code: str) -> int:
    """The key of the station of a division."""
    with acting_as(SETUP):
        return db.session.scalars(select(Station.id).where(Station.division_code == code)).one()


def volunteer(code: str = world.OWN, name: str = "甲", **columns: Any) -> int:
    """A volunteer at the station of `code`, committed; secrets in clear."""
    row = Volunteer(station_id=station_at(code), name=name, role=VolunteerRole.INFORMANT, starts_on=date(2025, 1, 1))
    return _kept(row, columns)


def case(code: str = world.OWN, subject: str = "甲事", **columns: Any) -> int:
    """A case at the station of `code`, committed; secrets in clear."""
    row = Case(
        station_id=station_at(code), channel=Channel.VISIT, received_on=world.TODAY, name="乙", subject=subject,
        category=RightsCategory.FAMILY, receiver="丙",
    )  # fmt: skip
    return _kept(row, columns)


def accepted(
    handler: str = "丙", code: str = world.OWN, on: date = world.TODAY, to: str = "ACCEPTED", **columns: Any
) -> int:
    """An ordinary case that came and was accepted on one day, and on that day went on to a state; committed."""
    from tests.unit import case_rules  # which makes rows by this module

    key = case(code, **{"received_on": on, **columns})
    with acting_as(SETUP):
        row = db.session.get(Case, key)
        assert row is not None
        for state in case_rules.WAYS[to]:
            if state == "HANDLING":
                db.session.add(case_rules.investigated(key, on))
            case_rules.move(row, state, SETUP, on, handler=handler)
        db.session.commit()
    db.session.remove()
    return key


def came_again(case_id: int, on: date) -> int:
    """That she came again for a matter on a day, committed."""
    row = CaseActivity(
        case_id=case_id, kind=ActivityKind.CALL, happened_on=on, summary="又来", done_by="丙", is_repeat=True
    )
    return int(keep(row)[0])


def urge(case_id: int, **columns: Any) -> int:
    """An urge that the product sent, committed; without a reply."""
    given = {"by_name": "县妇联", "sent_on": world.TODAY, "reason": "请抓紧"} | columns
    return _kept(Urge(case_id=case_id), given)


def training(code: str = world.OWN, name: str = "甲课", **columns: Any) -> int:
    """A training in `code`, committed."""
    held = {"held_on": date(2026, 3, 8), "hours": 4, "organizer": Organizer.WOMEN} | columns
    return _kept(Training(division_code=code, name=name), held)


def attendance(training_id: int, volunteer_id: int, **columns: Any) -> int:
    """Somebody at a training, committed."""
    return _kept(Attendance(training_id=training_id, volunteer_id=volunteer_id), columns)


def _kept(row: Any, columns: dict[str, Any]) -> int:
    for name, value in columns.items():
        if type(row).__table__.c[name].info.get("secret"):
            secret.put(row, name, value)
        else:
            setattr(row, name, value)
    return keep(row)[0]


def keep(*rows: Any) -> list[Any]:
    """Put rows in, committed; their keys. Only a step ends a row: one that has ended is put in before it did."""
    endings = [(row, row.ended_on, row.ended_reason) for row in rows if isinstance(row, Ended) and row.ended_on]
    for row, *_ending in endings:
        row.ended_on = row.ended_reason = None
    with acting_as(SETUP):
        db.session.add_all(rows)
        db.session.flush()
        for row, on, reason in endings:
            end(row, on, reason)
        db.session.commit()
        keys = [inspect(row).identity[0] for row in rows]
    db.session.remove()
    return keys


def end(row: Any, on: date = world.TODAY, reason: str = "重复", actor: Actor = SETUP) -> None:
    """End a row of the session by its step; flushed."""

    def ending(ended: Any) -> None:
        ended.ended_on, ended.ended_reason = on, reason

    advance(row, Standing.ENDED, actor, world.TODAY, ending)
