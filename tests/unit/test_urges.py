"""催办: who may ask and answer, once, about which cases; it waits for whoever handles the case."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import urges
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry, Case, Urge, UrgeKind
from tests import records
from tests.security.attacks import person
from tests.unit import case_rules
from tests.world import CHILD, OWN, SIBLING, TODAY

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.in_turns]  # make audit asks both databases
STAFF = "姓名staff"


def got(key, model=Case):
    row = db.session.get(model, key)
    assert row is not None
    return row


@contextmanager
def as_(username):
    """Somebody of the world acts; what he did is committed."""
    actor = person(username)
    with acting_as(actor):
        yield actor
        db.session.commit()
    db.session.remove()


def ask(key, username="town_admin", reason="请三日内答复", **options):
    with as_(username) as actor:
        return urges.ask(got(key), reason, actor, TODAY, **options).id


def reply(key, username="staff", text="已约谈双方", today=TODAY):
    with as_(username) as actor:
        urges.reply(got(key, Urge), text, actor, today)


def urge(key):
    with acting_as(SETUP):
        row = got(key, Urge)
    db.session.expunge(row)
    return row


def waiting(username):
    with as_(username) as actor:
        return [row.id for row in urges.waiting_for(actor)]


def test_an_urge_names_who_is_asked_by_whom_when_and_what():
    row = urge(ask(records.accepted(STAFF)))
    staff, admin = person("staff"), person("town_admin")
    assert (row.kind, row.made_for, row.sent_on, row.reason) == (UrgeKind.PERSON, None, TODAY, "请三日内答复")
    assert (row.to_id, row.to_name, row.by_id, row.by_name) == (staff.user_id, STAFF, admin.user_id, admin.name)
    assert (row.reply, row.replied_on, row.replied_by) == (None, None, None)


def test_an_urge_waits_for_the_handler_until_he_answers():
    key = ask(records.accepted(STAFF))
    assert (waiting("staff"), waiting("town_admin"), waiting("county_admin")) == ([key], [], [])
    reply(key, today=TODAY + timedelta(1))
    row = urge(key)
    assert (row.reply, row.replied_on, row.replied_by) == ("已约谈双方", TODAY + timedelta(1), STAFF)
    assert waiting("staff") == []


def test_an_urge_goes_with_its_case_to_the_next_handler():
    key = records.accepted(STAFF)
    urge_id = ask(key)
    with as_("town_admin") as actor:
        case_rules.move(got(key), "ACCEPTED", actor, handler=actor.name)
    assert (waiting("staff"), waiting("town_admin")) == ([], [urge_id])
    assert urge(urge_id).to_name == STAFF, "who was asked first stays on record"


def test_a_case_without_a_handler_is_urged_too_and_waits_for_who_accepts_it():
    key = records.case()
    urge_id = ask(key)
    assert urge(urge_id).to_name is None
    with as_("staff") as actor:
        case_rules.move(got(key), "ACCEPTED", actor, handler=actor.name)
    assert waiting("staff") == [urge_id]


def test_a_case_is_urged_as_often_as_somebody_asks():
    key = records.accepted(STAFF)
    made = [ask(key, reason=f"第{n}次") for n in range(3)]
    with as_("staff"):
        assert [row.id for row in urges.of_case(got(key))] == made
    assert waiting("staff") == made


def test_both_stand_in_the_history_of_the_case():
    key = records.accepted(STAFF)
    reply(ask(key))
    with acting_as(SETUP):
        found = db.session.scalars(
            select(AuditEntry)
            .where(AuditEntry.register == "Urge", AuditEntry.root_key == str(key))
            .order_by(AuditEntry.id)
        ).all()
    assert [(e.verb, e.root_register, e.root_key, e.actor_name) for e in found] == [
        ("add", "Case", str(key), "姓名town_admin"),
        ("edit", "Case", str(key), STAFF),
    ]
    assert found[1].changes["reply"] == [None, "已约谈双方"]


# ---- what is refused


@pytest.mark.parametrize("state", ["CLOSED", "VISITED", "REFUSED", "WITHDRAWN", "LOST", "MERGED"])
def test_a_case_that_is_over_is_not_urged(state):
    key = case_rules.case_in(state)
    with pytest.raises(DomainError, match="不用再催办"):
        ask(key)
    assert urges_of(key) == []


def test_a_case_that_was_struck_out_is_neither_urged_nor_answered():
    key = records.accepted(STAFF)
    urge_id = ask(key)
    with acting_as(SETUP):
        records.end(got(key))
        db.session.commit()
    db.session.remove()
    with pytest.raises(DomainError, match="已作废"):
        ask(key)
    with pytest.raises(DomainError, match="已作废"):
        reply(urge_id)
    assert waiting("staff") == []


@pytest.mark.parametrize("text", ["", "  ", "\n\u3000", "长" * 201])
def test_a_text_that_is_empty_or_too_long_is_refused_at_its_field(text):
    key = records.accepted(STAFF)
    urge_id = ask(key, reason="长" * 200)
    with pytest.raises(DomainError, match="催办内容") as asked:
        ask(key, reason=text)
    with pytest.raises(DomainError, match="回复内容") as answered:
        reply(urge_id, text=text)
    assert (asked.value.field, answered.value.field) == ("reason", "reply")


def test_an_urge_is_answered_once():
    urge_id = ask(records.accepted(STAFF))
    reply(urge_id)
    for again in ("另一句", "已约谈双方"):
        with pytest.raises(DomainError, match=f"已经由{STAFF}回复"):
            reply(urge_id, "town_admin", again)
    assert urge(urge_id).reply == "已约谈双方"


# ---- whose it is: tried, and refused


def urges_of(key):
    with acting_as(SETUP):
        return db.session.scalars(select(Urge.id).where(Urge.case_id == key)).all()


@pytest.mark.parametrize("username", ["staff", "supervisor", "center", "manager", "auditor", "system_admin"])
def test_who_does_not_hold_the_verb_urges_nothing(username):
    """By the rule, and by a row that is put past it."""
    key = records.accepted(STAFF)
    with acting_as(SETUP):
        row = got(key)
    actor = person(username)
    with acting_as(actor), pytest.raises(OutOfScope):
        urges.ask(row, "催", actor, TODAY)
    with acting_as(actor):
        db.session.add(Urge(case_id=key, by_name="x", sent_on=TODAY, reason="催"))
        with pytest.raises(OutOfScope):
            db.session.flush()
        db.session.rollback()
    assert urges_of(key) == []


@pytest.mark.parametrize(
    ("username", "code"), [("town_admin", SIBLING), ("village_admin", OWN), ("foreign_admin", OWN)]
)
def test_nobody_urges_in_another_place(username, code):
    key = records.accepted(code=code)
    with acting_as(SETUP):
        row = got(key)
    actor = person(username)
    with acting_as(actor), pytest.raises(OutOfScope):
        urges.ask(row, "催", actor, TODAY)
    with acting_as(actor):
        db.session.add(Urge(case_id=key, by_name="x", sent_on=TODAY, reason="催"))
        with pytest.raises(OutOfScope):
            db.session.flush()
        db.session.rollback()
    assert urges_of(key) == []


@pytest.mark.parametrize("username", ["supervisor", "village_admin", "foreign_admin", "center"])
def test_who_does_not_handle_there_answers_nothing(username):
    urge_id = ask(records.accepted(STAFF))
    with acting_as(SETUP):
        row = got(urge_id, Urge)
    actor = person(username)
    with acting_as(actor), pytest.raises(OutOfScope):
        urges.reply(row, "x", actor, TODAY)
    assert urge(urge_id).reply is None


def test_an_urge_of_another_township_is_not_read():
    key = records.urge(records.accepted(code=SIBLING))
    near = records.urge(records.accepted(code=CHILD))
    with as_("town_admin"):
        assert db.session.scalars(select(Urge.id).where(Urge.id.in_([key, near]))).all() == [near]
        assert db.session.get(Urge, key) is None
        assert not [row for row in db.session.scalars(select(Urge)) if not row.case.place.startswith(OWN)]


@pytest.mark.parametrize("username", ["town_admin", "city_admin", "staff"])
def test_nobody_takes_an_urge_out(username):
    urge_id = ask(records.accepted(STAFF))
    with acting_as(person(username)):
        db.session.delete(got(urge_id, Urge))
        with pytest.raises(OutOfScope):
            db.session.flush()
        db.session.rollback()
    assert urge(urge_id).reason == "请三日内答复"
