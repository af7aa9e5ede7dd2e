"""What the tests of 系统判定 share: the opinion's checklists on empty stations, and what a page reads of one."""

from sqlalchemy import delete, update

from app import board, checklists, standards
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
    DutyPeriod,
    DutyRoster,
    DvRiskAnswer,
    DvRiskAssessment,
    Judgement,
    MemberUnit,
    Recognition,
    Regulation,
    RegulationKind,
    Seat,
    Station,
    StationMember,
    Volunteer,
    VolunteerRole,
    Weekday,
)
from models.training import Attendance
from tests import records
from tests.world import OWN, TODAY

ENDING = {"ended_on": TODAY, "ended_reason": "试"}


def ship():
    """The opinion's checklists, and none of the small world's; nobody has recorded anything at its stations."""
    db.session.execute(delete(Attachment).where(Attachment.register.in_(("Confirmation", "Assessment"))))
    sheets = (AssessmentAnswer, Assessment, DvRiskAnswer, DvRiskAssessment)
    for model in (*sheets, Judgement, Confirmation, ChecklistItem, ChecklistEdition, Checklist):
        db.session.execute(delete(model))
    for model in (Recognition, StationMember, Attendance, Volunteer, Regulation, DutyRoster):
        db.session.execute(delete(model))
    db.session.execute(update(Station).values(address=None, has_plaque=False))
    db.session.commit()
    assert standards.seed(db.session(), CHECKLISTS.read_bytes(), TODAY) == 22, "eleven for each of two cities"
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


def complete(code=OWN):
    """Everything that 五有 asks of the station of a township; the rows by what they are."""
    station = db.session.get(Station, records.station_at(code))
    station.address, station.has_plaque = "府前街 1 号", True
    units = [
        MemberUnit(division_code=code, name=name)
        for name in ("人民法庭", "派出所", "司法所", "民政", "农业", "计生", "土地")
    ]
    db.session.add_all(units)
    db.session.flush()
    at = {"station_id": station.id}
    leaders = [StationMember(name="甲", seat=s, **at) for s in (Seat.DIRECTOR, Seat.DEPUTY_WOMEN, Seat.DEPUTY_ORDER)]
    members = [StationMember(name="乙", seat=Seat.UNIT, unit_id=unit.id, **at) for unit in units]
    texts = [Regulation(kind=kind, edition=1, text="一、", effective_on=TODAY, **at) for kind in RegulationKind]
    team = [Volunteer(name="丙", role=VolunteerRole.AGENT, starts_on=TODAY, **at)]
    duty = [
        DutyRoster(weekday=Weekday.MONDAY, period=DutyPeriod.ALL_DAY, name="丁", **{tick: True}, **at)
        for tick in checklists.DUTIES
    ]
    keep(*leaders, *members, *texts, *team, *duty)
    return [*leaders, *members, *texts, *team, *duty]
