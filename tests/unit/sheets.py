"""What the tests of 考核 share: the opinion's checklists, sheets of them, and people who fill in and sign."""

import pytest
from sqlalchemy import select

from app import assessments
from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from app.workflow.signing import Women
from app.workflow.steps import advance
from models import Assessment, AssessmentAnswer, Checklist, ChecklistKind, Met, StationLevel
from tests import records
from tests.security.attacks import person
from tests.unit.standing import ship
from tests.world import CITY, OWN, TODAY

TOWNSHIP, VILLAGE = StationLevel.TOWNSHIP, StationLevel.VILLAGE
PEOPLE = ("town_admin", "center", "staff", "supervisor", "village_admin", "unit_officer", "foreign_admin")
ACTORS: dict[str, Actor] = {}  # people of the world; to look one up ends the session


def begin():
    """The product acts, on the opinion's checklists and empty stations."""
    ACTORS.update({name: person(name) for name in PEOPLE})
    with acting_as(SETUP):
        ship()
        yield


def checklist(kind="ASSESSMENT", level=TOWNSHIP):
    of_kind = select(Checklist).where(Checklist.kind == ChecklistKind[kind], Checklist.level == level)
    return db.session.scalars(of_kind.where(Checklist.division_code == CITY)).one()


def sheet(code=OWN, kind="ASSESSMENT", level=TOWNSHIP, **columns):
    """A new sheet with its lines, committed."""
    given = {"year": 2026, "assessed_on": TODAY, "assessors": "甲"} | columns
    row = Assessment(station_id=records.station_at(code), checklist_id=checklist(kind, level).id, **given)
    assessments.AssessmentInterface(Assessment).add(row)
    db.session.commit()
    return row


def answers(row):
    return db.session.scalars(
        select(AssessmentAnswer).where(AssessmentAnswer.assessment_id == row.id).order_by(AssessmentAnswer.id)
    ).all()


def fill(row):
    """Everything is answered with full points, or yes; committed."""
    for line in answers(row):
        assessments.answer(row, line.item_id, None if line.full_points else Met.YES, line.full_points, None)
    db.session.commit()
    return row


def sign(row, to=Women.SIGNED, username="town_admin"):
    advance(row, to, ACTORS[username], TODAY)
    db.session.commit()


def refused(change, text=""):
    def attempt():
        change()
        db.session.commit()

    with pytest.raises(DomainError, match=text):
        attempt()
    db.session.rollback()
