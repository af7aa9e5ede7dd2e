"""What goes between a station and its superior: who takes which step, in which order, whom it waits for (F17–F21)."""

from datetime import date

import pytest

from app import hands, secret, todos
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.hands import HandInterface
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.hands import HANDS, waiting_of
from app.workflow.steps import advance, available
from models import (
    Case,
    CaseState,
    Escalation,
    EscalationNote,
    EscalationState,
    PolicyIssue,
    PolicyState,
    ReportState,
    Superior,
    SuperiorAssignment,
    SuperiorState,
    Urgency,
    UrgentPart,
    UrgentReport,
)
from tests.security import attacks
from tests.security.registers import BY_REGISTER
from tests.security.report_makers import ASSIGNED, YESTERDAY
from tests.world import CHILD, COUNTY, OWN, TODAY

CASE, STATION = BY_REGISTER["Case"].keys[OWN], BY_REGISTER["Station"].keys
ACTORS: dict = {}
REPORT = {"urgency": Urgency.GROUP, "to_level": Superior.COUNTY, "subject": "集体来访", "people": 9, "report": "来访"}
ISSUE = {"to_level": Superior.COUNTY, "subject": "土地", "law": "承包法", "analysis": "不一致", "proposal": "清理"}


@pytest.fixture(autouse=True)
def world(context):
    people = ("staff", "town_admin", "county_admin", "village_admin")
    ACTORS.update({who: attacks.person(who) for who in people})
    with acting_as(SETUP):
        yield
        db.session.rollback()


def add(who, row, **secrets):
    with acting_as(ACTORS[who]):
        for column, text in secrets.items():
            secret.put(row, column, text)
        HandInterface(type(row)).add(row)
        key = row.id
    return db.session.get_one(type(row), key)


def move(row, to, who, **columns):
    def fill(one):
        for name, value in columns.items():
            is_secret = "secret" in type(one).__table__.c[name].info
            (secret.put if is_secret else setattr)(one, name, value)

    with acting_as(ACTORS[who]):
        advance(db.session.get_one(type(row), row.id), to, ACTORS[who], TODAY, fill)
    db.session.expire_all()


def hard():
    case = db.session.get_one(Case, CASE)
    said = {"difficulty": "HARD", "handler": "某人", "accepted_on": TODAY, "state": "ACCEPTED"}
    db.session.connection().execute(Case.__table__.update().where(Case.__table__.c.id == CASE).values(**said))
    db.session.expire(case)
    return case


def escalate(who="staff", **columns):
    hard()
    row = Escalation(case_id=CASE, to_level=Superior.COUNTY, asked="推诿", has_name=False, has_phone=False, **columns)
    return add(who, row, summary="情况")


def waits(who):
    actor = ACTORS[who]
    with acting_as(actor):
        found = todos.waiting(actor, TODAY, 50)
    return {group.kind.name: [line.number for line in group.lines] for group in found}


# ---- 上级转办、交办


def test_what_came_on_paper_is_with_the_station_and_what_was_given_waits_for_its_signature():
    own = add("staff", SuperiorAssignment(station_id=STATION[OWN], **ASSIGNED))
    given = add("county_admin", SuperiorAssignment(station_id=STATION[OWN], **ASSIGNED))
    assert (own.state, own.by_code) == (SuperiorState.HANDLING, OWN)
    assert (given.state, given.by_code, given.due_on) == (SuperiorState.SENT, COUNTY, date(2026, 12, 3))
    assert given.number in waits("staff")["handed_down"]
    assert given.number not in waits("county_admin")["handed_down"]


def test_a_case_waits_for_both_dates():
    row = add("county_admin", SuperiorAssignment(station_id=STATION[OWN], case_id=CASE, **ASSIGNED))
    case = db.session.get_one(Case, CASE)
    for state, columns in (
        (SuperiorState.HANDLING, {}),
        (SuperiorState.ANSWERED, {"answered_on": TODAY}),
        (SuperiorState.FED_BACK, {"fed_back_on": TODAY, "feedback": "已答复"}),
    ):
        assert waiting_of(case) == [("上级交办", row.number)]
        move(row, state, "staff", **columns)
    assert (waiting_of(case), row.closed_on) == ([], TODAY)


def fed_back(username):
    row = add(username, SuperiorAssignment(station_id=STATION[OWN], **ASSIGNED))
    if row.state is SuperiorState.SENT:
        move(row, SuperiorState.HANDLING, "staff")
    move(row, SuperiorState.ANSWERED, "staff", answered_on=TODAY)
    move(row, SuperiorState.FED_BACK, "staff", fed_back_on=TODAY, feedback="已答复")
    return row


def test_whoever_gave_it_takes_note_of_the_feedback_and_nobody_else():
    row = fed_back("county_admin")
    assert waits("county_admin")["fed_back"] == [row.number]
    assert waits("staff")["fed_back"] == waits("town_admin")["fed_back"] == []
    for username in ("staff", "town_admin"):
        with pytest.raises(OutOfScope):
            move(row, SuperiorState.NOTED, username)
    move(row, SuperiorState.NOTED, "county_admin")
    assert waits("county_admin")["fed_back"] == []


def test_of_what_came_on_paper_nobody_here_takes_note():
    row = fed_back("staff")
    for username in ("staff", "town_admin", "county_admin"):
        assert waits(username)["fed_back"] == []
        with pytest.raises(OutOfScope):
            move(row, SuperiorState.NOTED, username)


def test_what_comes_before_its_case_is_put_on_it_later_once():
    row = add("staff", SuperiorAssignment(station_id=STATION[OWN], **ASSIGNED))
    with acting_as(ACTORS["staff"]):
        mine = db.session.get_one(SuperiorAssignment, row.id)
        mine.case_id = CASE
        HandInterface(SuperiorAssignment).edit(mine)
        for other in (None, BY_REGISTER["Case"].keys[CHILD]):
            mine.case_id = other
            with pytest.raises(DomainError, match="不能换"):
                HandInterface(SuperiorAssignment).edit(mine)
            db.session.expire(mine)
    assert row.case_id == CASE


def test_what_is_late_is_for_whoever_gave_it():
    row = add("county_admin", SuperiorAssignment(station_id=STATION[OWN], due_on=YESTERDAY, **ASSIGNED))
    assert waits("county_admin")["not_fed_back"] == [row.number]
    assert waits("town_admin")["not_fed_back"] == []


# ---- 疑难转报


def test_a_hard_case_waits_until_it_is_escalated_and_then_for_the_superior():
    case = hard()
    assert case.number in waits("staff")["unescalated"]
    row = escalate()
    assert waits("staff")["unescalated"] == []
    assert waits("county_admin")["escalated"] == [row.number]
    assert row.number not in waits("town_admin")["escalated"]


def test_only_a_hard_case_is_escalated():
    with db.engine.begin() as connection:
        connection.execute(Case.__table__.update().where(Case.__table__.c.id == CASE).values(difficulty="ORDINARY"))
    row = Escalation(case_id=CASE, to_level=Superior.COUNTY, asked="推诿", has_phone=False, has_address=False)
    with pytest.raises(DomainError, match="不用疑难转报"):
        add("staff", row, summary="情况")


def test_the_superior_signs_follows_and_answers_and_both_write_down_how_it_goes_on():
    row = escalate()
    move(row, EscalationState.SIGNED, "county_admin")
    move(row, EscalationState.TRACKING, "county_admin", note="已约谈")
    move(row, EscalationState.TRACKING, "staff", note="又来一次")
    assert [(n.text, n.noted_on) for n in db.session.query(EscalationNote).filter_by(escalation_id=row.id)] == [
        ("已约谈", TODAY), ("又来一次", TODAY),
    ]  # fmt: skip
    move(row, EscalationState.ANSWERED, "county_admin", reply="建议起诉")
    assert row.number in waits("staff")["escalation_back"]
    assert waiting_of(db.session.get_one(Case, CASE)) == []


@pytest.mark.parametrize("who", ["staff", "town_admin"])
def test_a_station_takes_no_step_of_its_superior(who):
    row = escalate()
    with acting_as(ACTORS[who]):
        mine = db.session.get_one(Escalation, row.id)
        offered = [found.step.verb for found in available(mine, ACTORS[who], TODAY)]
        assert offered == ["end"]
        with pytest.raises(OutOfScope):
            advance(mine, EscalationState.SIGNED, ACTORS[who], TODAY)


def test_what_went_back_waits_again():
    row = escalate()
    move(row, EscalationState.RETURNED, "county_admin", state_reason="资料不全")
    assert db.session.get_one(Case, CASE).number in waits("staff")["unescalated"]


# ---- 紧急报告


def test_each_part_is_signed_for_and_the_last_ends_it():
    row = add("staff", UrgentReport(case_id=CASE, **REPORT))
    case = db.session.get_one(Case, CASE)
    assert row.number in waits("county_admin")["urgent"]
    move(row, ReportState.SIGNED, "county_admin", due_on=TODAY)
    assert row.number in waits("staff")["to_report"]
    move(row, ReportState.SENT, "staff", report="又来三人", people=12)
    move(row, ReportState.SIGNED, "county_admin")
    assert waiting_of(case) == [("紧急报告", row.number)]
    move(row, ReportState.FINAL, "staff", report="已散", people=12)
    assert waiting_of(case) == []
    assert row.number in waits("county_admin")["urgent"]
    move(row, ReportState.CLOSED, "county_admin")
    parts = db.session.query(UrgentPart).filter_by(urgent_id=row.id).order_by(UrgentPart.id).all()
    assert [(part.turn.value, part.text, part.people) for part in parts] == [
        ("首报", "来访", 9), ("续报", "又来三人", 12), ("终报", "已散", 12),
    ]  # fmt: skip
    assert {part.signed_by for part in parts} == {ACTORS["county_admin"].name}
    assert row.closed_on == TODAY


def test_what_goes_on_waits_for_no_signature_and_nothing_follows_the_last():
    row = add("staff", UrgentReport(station_id=STATION[OWN], **REPORT))
    move(row, ReportState.SENT, "staff", report="又来三人", people=12)
    move(row, ReportState.FINAL, "staff", report="已散", people=12)
    for state in (ReportState.SENT, ReportState.FINAL):
        with pytest.raises(DomainError):
            move(row, state, "staff", report="续", people=9)
    move(row, ReportState.CLOSED, "county_admin")
    parts = db.session.query(UrgentPart).filter_by(urgent_id=row.id).all()
    assert [part.signed_on for part in parts] == [TODAY] * 3


def test_what_is_not_reported_in_time_is_for_the_superior():
    row = add("staff", UrgentReport(station_id=STATION[OWN], **REPORT))
    move(row, ReportState.SIGNED, "county_admin", due_on=TODAY)
    assert waits("county_admin")["unfollowed"] == []
    late = hands.is_late(UrgentReport, date(2026, 11, 25))
    assert row in db.session.query(UrgentReport).filter(late).all()


def test_a_report_goes_to_a_level_above_the_station():
    with pytest.raises(DomainError, match="不在这个维权站的上级"):
        add("staff", UrgentReport(station_id=STATION[OWN], **REPORT | {"to_level": Superior.TOWNSHIP}))
    village = UrgentReport(station_id=STATION[CHILD], **REPORT | {"to_level": Superior.TOWNSHIP})
    assert add("village_admin", village).to_code == OWN


# ---- 政策建议


def test_a_case_does_not_wait_for_a_change_of_policy():
    row = add("staff", PolicyIssue(case_id=CASE, **ISSUE))
    case = db.session.get_one(Case, CASE)
    assert waiting_of(case) == [("政策建议", row.number)]
    move(row, PolicyState.SIGNED, "county_admin")
    assert waiting_of(case) == []
    move(row, PolicyState.ANSWERED, "county_admin", reply="已报省里")
    assert row.number in waits("staff")["policy_back"]
    move(row, PolicyState.NOTED, "staff")
    assert row.number not in waits("staff")["policy_back"]


# ---- of a case that is over


def test_a_case_that_is_over_gets_no_more_hands():
    case = hard()
    advance(case, CaseState.LOST, SETUP, TODAY, lambda row: setattr(row, "state_reason", "失联"))
    for row in (
        SuperiorAssignment(station_id=STATION[OWN], case_id=CASE, **ASSIGNED),
        UrgentReport(case_id=CASE, **REPORT),
        PolicyIssue(case_id=CASE, **ISSUE),
        Escalation(case_id=CASE, to_level=Superior.COUNTY, asked="推诿"),
    ):
        with pytest.raises(DomainError, match="案件现在是「失联」"):
            add("staff", row)


def test_no_hand_comes_back_when_its_case_is_over():
    """What was taken back is made anew, of a case that runs: no ending of a hand is undone."""
    assert [hand.__name__ for hand in HANDS if hand.__resumes__] == []
