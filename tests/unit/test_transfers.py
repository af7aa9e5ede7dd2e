"""转办, 交办: what is sent and told, by whom each step is taken, what follows, and that a case waits for it (F16)."""

from datetime import date

import pytest

from app import attachments, hands, secret
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.files import checked
from app.hands import HandInterface
from app.scope import acting_as
from app.security.actor import SETUP
from app.transfers import AssignmentInterface
from app.workflow.endings import Standing
from app.workflow.steps import advance, available
from models import (
    Assignment,
    AssignmentState,
    Case,
    CaseState,
    Transfer,
    TransferReason,
    TransferState,
)
from tests.security import attacks
from tests.security.registers import BY_REGISTER
from tests.security.spec import pdf
from tests.world import CHILD, COUNTY, OWN, SIBLING, TODAY

CASE = BY_REGISTER["Case"].keys[OWN]
UNIT = BY_REGISTER["MemberUnit"].keys
ACTORS: dict = {}  # who acts, as he stands in the world
SENT, SIGNED, ASSIGNED = TransferState.SENT, TransferState.SIGNED, TransferState.ASSIGNED
HANDLING, ANSWERED, RETURNED = TransferState.HANDLING, TransferState.ANSWERED, TransferState.RETURNED


@pytest.fixture(autouse=True)
def world(context):
    ACTORS.update({who: attacks.person(who) for who in ("staff", "center", "supervisor")})
    with acting_as(SETUP):
        yield
        db.session.rollback()


def person(who):
    return ACTORS[who]


def send(who="staff", case=CASE, **columns):
    actor = person(who)
    with acting_as(actor):
        row = Transfer(case_id=case, why=TransferReason.MAJOR, asked="请办", **columns)
        secret.put(row, "summary", "情况")
        HandInterface(Transfer).add(row)
        key = row.id
    return db.session.get_one(Transfer, key)


def signed(**columns):
    row = send(**columns)
    advance(row, SIGNED, person("center"), TODAY)
    return row


def assign(row, unit=UNIT[OWN], who="center", **columns):
    key = row.id
    with acting_as(person(who)):
        made = Assignment(transfer_id=key, unit_id=unit, **columns)
        secret.put(made, "asked", "请出警")
        AssignmentInterface(Assignment).add(made)
        number = made.id
    db.session.expire_all()
    return db.session.get_one(Assignment, number)


def move(row, to, **columns):
    def fill(one):
        for name, value in columns.items():
            secret.put(one, name, value) if name == "feedback" else setattr(one, name, value)

    advance(row, to, SETUP, TODAY, fill)


def sign(row):
    move(row, AssignmentState.HANDLING, signed_on=TODAY)


def feed_back(row):
    move(row, AssignmentState.ANSWERED, feedback="已办", fed_back_on=TODAY)


def set_case(**columns):
    case = db.session.get_one(Case, CASE)
    for name, value in columns.items():
        secret.put(case, name, value)
    db.session.flush()
    return case


# ---- what is sent and told


def test_nothing_of_the_woman_goes_that_is_not_ticked():
    set_case(phone="13900000001", safe_phone=None, address="某街 1 号")
    row = send()
    assert (row.name, row.phone, row.address) == (None, None, None)
    assert row.subject == db.session.get_one(Case, CASE).subject
    assert row.due_on == date(2026, 12, 1)


def test_the_safe_phone_goes_rather_than_the_other():
    set_case(phone="13900000001", safe_phone="13900000002")
    assert secret.get(send(has_phone=True), "phone") == "13900000002"


def test_only_who_handles_the_case_sends_it():
    for who, case in (("supervisor", CASE), ("center", CASE), ("staff", BY_REGISTER["Case"].keys[SIBLING])):
        with pytest.raises(OutOfScope):
            send(who, case)


def test_what_is_over_is_not_sent():
    case = db.session.get_one(Case, CASE)
    advance(case, CaseState.LOST, SETUP, TODAY, lambda row: setattr(row, "state_reason", "失联"))
    with pytest.raises(DomainError, match="不能转办"):
        send()


def test_a_unit_is_told_what_the_centre_ticks():
    set_case(phone="13900000001", safe_phone=None, address="某街 1 号")
    row = signed(has_name=True, has_phone=True)
    told = secret.get(assign(row, has_phone=True), "content")
    assert all(text in told for text in ("13900000001", row.subject, "情况"))
    assert db.session.get_one(Case, CASE).name not in told
    assert "某街" not in told


def test_nothing_is_told_that_was_not_sent():
    with pytest.raises(DomainError, match="没有转来"):
        assign(signed(), has_address=True)


def test_a_unit_lies_at_the_station_or_above():
    row = signed()
    assign(row, UNIT[COUNTY])
    for place in (SIBLING, CHILD):
        with pytest.raises((DomainError, OutOfScope)):
            assign(row, UNIT[place])


# ---- its steps


def test_the_states_follow_the_units():
    row = signed()
    one, other = assign(row), assign(row, UNIT[COUNTY])
    assert row.state is ASSIGNED
    sign(one)
    assert row.state is HANDLING
    sign(other)
    feed_back(one)
    with pytest.raises(DomainError, match="还有交办没有办结"):
        move(row, ANSWERED, feedback="办好了")
    feed_back(other)
    move(row, ANSWERED, feedback="办好了")
    assert (row.state, row.closed_on) == (ANSWERED, TODAY)


def test_nothing_is_assigned_before_the_signature():
    with pytest.raises(DomainError, match="不能交办"):
        assign(send())


def test_what_goes_back_needs_a_reason():
    row = send()
    with pytest.raises(DomainError, match="缺少原因"):
        advance(row, RETURNED, person("center"), TODAY)
    move(row, RETURNED, state_reason="不属于本中心")
    assert row.closed_on == TODAY


def test_the_station_takes_no_step_of_the_centre():
    row = send()
    assert [found.step for found in available(row, person("staff"), TODAY) if found.step.verb == "handle"] == []
    with pytest.raises(OutOfScope):
        advance(row, SIGNED, person("staff"), TODAY)


def test_what_is_taken_back_takes_its_assignments_along_for_good():
    row = signed()
    one = assign(row)

    def why(ended):
        ended.ended_on, ended.ended_reason = TODAY, "另案处理"

    advance(row, Standing.ENDED, person("staff"), TODAY, why)
    db.session.refresh(one)
    assert one.state is AssignmentState.WITHDRAWN
    with pytest.raises(DomainError):
        advance(row, Standing.CURRENT, person("staff"), TODAY)


def test_whoever_writes_for_a_unit_hangs_the_sheet_on_it():
    row = assign(signed())
    with pytest.raises(DomainError, match="扫描件"):
        advance(row, AssignmentState.HANDLING, person("center"), TODAY, lambda one: setattr(one, "signed_on", TODAY))
    attachments.attach(row, checked("单.pdf", pdf("x")))
    db.session.flush()
    center = person("center")
    with acting_as(center):
        mine = db.session.get_one(Assignment, row.id)
        advance(mine, AssignmentState.HANDLING, center, TODAY, lambda one: setattr(one, "signed_on", TODAY))
    assert (row.is_proxy_entry, row.signed_by) == (True, center.name)


# ---- the case waits


@pytest.mark.parametrize("to", [CaseState.LOST, CaseState.WITHDRAWN, CaseState.REFUSED])
def test_a_case_does_not_end_over_an_open_transfer(to):
    row, case = send(), db.session.get_one(Case, CASE)
    with pytest.raises(DomainError, match=f"还没有办结的：转办（{row.number}）"):
        advance(case, to, SETUP, TODAY, lambda one: setattr(one, "state_reason", "不办了"))
    move(row, RETURNED, state_reason="不属于本中心")
    advance(case, to, SETUP, TODAY, lambda one: setattr(one, "state_reason", "不办了"))


def test_a_case_is_not_struck_out_over_an_open_transfer():
    row, case = send(), db.session.get_one(Case, CASE)

    def why(ended):
        ended.ended_on, ended.ended_reason = TODAY, "重复登记"

    with pytest.raises(DomainError, match=row.number):
        advance(case, Standing.ENDED, SETUP, TODAY, why)


def test_what_came_back_waits_for_the_station():
    row = send()
    move(row, RETURNED, state_reason="不属于本中心")
    found = db.session.query(Transfer).filter(hands.has_come_back(Transfer, ANSWERED, RETURNED)).all()
    assert row in found
