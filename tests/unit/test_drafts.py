"""Drafts as a rule: his own only, sealed, for 72 hours, so large and so many."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app import clock, drafts
from app.errors import OutOfScope
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from models import Account, Draft

NEW = drafts.form_of("Case", "add", "0" * 32)
FIELDS = (("subject", "婚后被打"), ("subject", ""), ("narrative", "a\r\nb"))
NOW = clock.now()


@pytest.fixture
def people(context) -> list[Actor]:
    """Two actors, known by their account."""
    with acting_as(SETUP):
        found = db.session.execute(
            select(Account.id, Account.first_name).where(Account.username.in_(["town_admin", "staff"]))
        )
        return [Actor(name, key) for key, name in found]


def stored(*columns):
    with acting_as(SETUP):
        return db.session.execute(select(*columns).select_from(Draft)).all()


def change(**values):
    with acting_as(SETUP):
        db.session.execute(update(Draft).values(**values))


def test_what_was_typed_comes_back_as_it_was(people):
    drafts.save(people[0], NEW, FIELDS, 7, NOW)
    assert drafts.load(people[0], NEW, NOW) == drafts.Found(FIELDS, 7)


def test_saving_again_takes_the_place_of_what_was_saved(people):
    drafts.save(people[0], NEW, FIELDS, 1, NOW)
    drafts.save(people[0], NEW, FIELDS[:1], 2, NOW)
    assert drafts.load(people[0], NEW, NOW) == drafts.Found(FIELDS[:1], 2)
    assert stored(func.count(Draft.id)) == [(1,)]


def test_nobody_elses_draft_is_read_listed_or_forgotten(people):
    mine, other = people
    drafts.save(mine, NEW, FIELDS, 0, NOW)
    assert drafts.load(other, NEW, NOW) is None
    assert drafts.kept(other, drafts.form_of("Case", "add"), NOW) == []
    drafts.discard(other, NEW)
    drafts.save(other, NEW, (("subject", "另一事"),), 0, NOW)
    assert drafts.load(mine, NEW, NOW) == drafts.Found(FIELDS, 0)


@pytest.mark.parametrize("nobody", [None, Actor("无名"), SETUP], ids=["nobody", "without a number", "the product"])
@pytest.mark.parametrize(
    "do",
    [
        lambda actor: drafts.save(actor, NEW, FIELDS, 0, NOW),
        lambda actor: drafts.load(actor, NEW, NOW),
        lambda actor: drafts.kept(actor, NEW, NOW),
        lambda actor: drafts.discard(actor, NEW),
    ],
    ids=["save", "load", "kept", "discard"],
)
def test_without_a_person_there_is_no_draft(context, nobody, do):
    with pytest.raises(OutOfScope):
        do(nobody)


def test_the_guard_lets_nobody_at_the_table(people):
    drafts.save(people[0], NEW, FIELDS, 0, NOW)
    with acting_as(people[0]):
        assert db.session.scalars(select(Draft)).all() == []
    assert len(stored(Draft.id)) == 1


def test_it_is_sealed(people):
    drafts.save(people[0], NEW, FIELDS, 0, NOW)
    ((payload,),) = stored(Draft.payload)
    assert payload.startswith(b"dev:")
    assert not any(text.encode() in payload for text in ("婚后被打", "subject", "narrative"))


@pytest.mark.parametrize("column", ["user_id", "form", "version", "payload"])
def test_moved_or_changed_it_does_not_open(people, caplog, column):
    drafts.save(people[0], NEW, FIELDS, 0, NOW)
    ((payload,),) = stored(Draft.payload)
    other = drafts.form_of("Case", "edit", "1" * 32)
    broken = payload[:-1] + bytes([payload[-1] ^ 1])
    change(**{column: {"user_id": people[1].user_id, "form": other, "version": 1, "payload": broken}[column]})
    reader = people[1] if column == "user_id" else people[0]
    assert drafts.load(reader, other if column == "form" else NEW, NOW) is None
    assert [r.getMessage().rpartition(":")[0] for r in caplog.records] == ["A draft cannot be opened"]


def test_after_72_hours_it_is_gone(people):
    mine, other = people
    later = NOW + drafts.KEPT
    drafts.save(mine, NEW, FIELDS, 0, NOW)
    assert drafts.load(mine, NEW, later - timedelta(seconds=1)) is not None
    assert (drafts.load(mine, NEW, later), drafts.kept(mine, NEW, later)) == (None, [])
    drafts.save(other, NEW, FIELDS, 0, later)
    assert stored(Draft.user_id) == [(other.user_id,)], "whoever saves clears what is too old away"


def test_too_much_is_refused_and_what_was_kept_stays(people):
    drafts.save(people[0], NEW, FIELDS, 0, NOW)
    room = drafts.LARGEST - len('[["narrative", ""]]')
    with pytest.raises(drafts.TooLarge):
        drafts.save(people[0], NEW, [("narrative", "a" * (room + 1))], 0, NOW)
    assert drafts.load(people[0], NEW, NOW) == drafts.Found(FIELDS, 0)
    drafts.save(people[0], NEW, [("narrative", "a" * room)], 0, NOW)


def test_of_too_many_the_oldest_make_room(people):
    mine, other = people
    drafts.save(other, NEW, FIELDS, 0, NOW)
    for n in range(drafts.MOST + 2):
        drafts.save(mine, drafts.form_of("Case", "add", f"{n:032}"), FIELDS, 0, NOW + timedelta(seconds=n))
    left = sorted(form for form, user in stored(Draft.form, Draft.user_id) if user == mine.user_id)
    assert left == [drafts.form_of("Case", "add", f"{n:032}") for n in range(2, drafts.MOST + 2)]
    assert drafts.load(other, NEW, NOW) is not None


def test_those_of_one_form_are_listed_newest_first(people):
    for n, (register, verb) in enumerate([("Case", "add"), ("Case", "add"), ("Case", "edit"), ("Training", "add")]):
        drafts.save(people[0], drafts.form_of(register, verb, str(n)), FIELDS, 0, NOW + timedelta(seconds=n))
    found = drafts.kept(people[0], drafts.form_of("Case", "add"), NOW)
    assert found == [("1", NOW + timedelta(seconds=1)), ("0", NOW)]
    assert len(drafts.kept(people[0], drafts.form_of("Case", "add"), NOW, most=1)) == 1
    assert drafts.kept(people[0], drafts.form_of("Case", "add", "%"), NOW) == []


def test_it_goes_with_its_account(people):
    drafts.save(people[0], NEW, FIELDS, 0, NOW)
    with acting_as(SETUP):
        account = Account(first_name="甲", last_name="", username="jia", email="jia@localhost.invalid")
        db.session.add(account)
        db.session.flush()
        drafts.save(Actor("甲", account.id), NEW, FIELDS, 0, NOW)
        db.session.delete(account)
        db.session.flush()
    assert stored(Draft.user_id) == [(people[0].user_id,)]
