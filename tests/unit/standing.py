"""What the tests of 系统判定 share: the opinion's checklists on empty stations, and what a page reads of one."""

from sqlalchemy import delete, update

from app import board, standards
from app.extensions import db
from app.security.actor import SETUP
from app.setup import CHECKLISTS
from models import (
    Assessment,
    AssessmentAnswer,
    Attachment,
    Checklist,
    ChecklistEdition,
    ChecklistItem,
    Confirmation,
    DutyRoster,
    Judgement,
    Regulation,
    Station,
    StationMember,
    Volunteer,
)
from models.training import Attendance
from tests import records
from tests.world import OWN, TODAY

ENDING = {"ended_on": TODAY, "ended_reason": "试"}


def ship():
    """The opinion's checklists, and none of the small world's; nobody has recorded anything at its stations."""
    db.session.execute(delete(Attachment).where(Attachment.register.in_(("Confirmation", "Assessment"))))
    for model in (AssessmentAnswer, Assessment, Judgement, Confirmation, ChecklistItem, ChecklistEdition, Checklist):
        db.session.execute(delete(model))
    for model in (StationMember, Attendance, Volunteer, Regulation, DutyRoster):
        db.session.execute(delete(model))
    db.session.execute(update(Station).values(address=None, has_plaque=False))
    db.session.commit()
    assert standards.seed(db.session(), CHECKLISTS.read_bytes(), TODAY) == 18, "nine for each of two cities"
    db.session.commit()


def lines(code=OWN, day=TODAY):
    """{line: (finding, sentence)} of the station of a division on a day, read as its page does."""
    station = db.session.get(Station, records.station_at(code))
    found = board.of_station(station, SETUP, day)
    return {line.item.label: (line.finding.name, line.sentence) for one in found for line in one.lines}


def met(code=OWN, day=TODAY):
    return sum(finding != "MISSING" for finding, _sentence in lines(code, day).values())


def keep(*rows):
    db.session.add_all(rows)
    db.session.commit()
    return rows
