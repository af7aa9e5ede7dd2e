"""Preferences: one's own, sealed, bound to person and name."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import select, update

from app import preferences, secret
from app.errors import OutOfScope
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from models import Account, Preference

NOW = datetime.fromisoformat("2026-11-24 08:00")


def person(username: str) -> Actor:
    with acting_as(SETUP):
        return Actor(username, db.session.scalar(select(Account.id).where(Account.username == username)))


def put(actor: Actor, content: dict, name: str = "list:Case") -> None:
    with acting_as(actor):
        preferences.revise(name, lambda _before: content, NOW)
    db.session.commit()


def get(actor: Actor, name: str = "list:Case") -> dict:
    with acting_as(actor):
        return preferences.get(name)


def stored() -> list[Preference]:
    with acting_as(SETUP):
        return list(db.session.scalars(select(Preference).order_by(Preference.id)))


def overwrite(row: Preference, **values: object) -> None:
    with acting_as(SETUP):
        db.session.execute(update(Preference).where(Preference.id == row.id).values(**values))
        db.session.commit()


def test_each_person_and_each_name_has_its_own(context):
    staff, center = person("staff"), person("center")
    put(staff, {"a": ["甲"]})
    put(staff, {"b": 1}, "list:Station")
    put(center, {"a": ["乙"]})
    assert (get(staff), get(center)) == ({"a": ["甲"]}, {"a": ["乙"]})
    assert (get(staff, "list:Station"), get(center, "list:Station")) == ({"b": 1}, {})


def test_a_revision_starts_from_what_was_there(context):
    staff = person("staff")
    put(staff, {"n": 1})
    with acting_as(staff):
        after = preferences.revise("list:Case", lambda before: {"n": before["n"] + 1}, NOW)
    assert after == get(staff) == {"n": 2}
    assert len(stored()) == 1


@pytest.mark.parametrize("actor", [SETUP, Actor("nobody")])
def test_who_is_no_person_has_none(context, actor):
    with acting_as(actor):
        with pytest.raises(OutOfScope):
            preferences.get("list:Case")
        with pytest.raises(OutOfScope):
            preferences.revise("list:Case", lambda before: before, NOW)
    assert stored() == []


def test_no_person_reads_or_writes_the_table_itself(context):
    staff = person("staff")
    put(staff, {"a": 1})
    with acting_as(staff):
        assert db.session.scalars(select(Preference)).all() == []
        db.session.add(Preference(user_id=staff.user_id, name="x", value="", changed_at=NOW))
        with pytest.raises(OutOfScope):
            db.session.flush()
    db.session.rollback()


def test_the_database_holds_ciphertext_that_differs_each_time(context):
    staff = person("staff")
    put(staff, {"q": "王小明"})
    first = stored()[0].value
    put(staff, {"q": "王小明"})
    db.session.expire_all()
    second = stored()[0].value
    assert "王小明" not in first
    assert "\\u738b" not in first
    assert first != second


def test_a_value_of_another_person_or_name_does_not_open(context, caplog):
    staff, center = person("staff"), person("center")
    for actor, name in ((staff, "list:Case"), (center, "list:Case"), (staff, "list:Station")):
        put(actor, {"q": f"{actor.name} {name}"}, name)
    mine, theirs, other = stored()
    for copied in (theirs.value, other.value):
        overwrite(mine, value=copied)
        assert get(staff) == {}
        assert "cannot be opened" in caplog.text
    assert get(center) == {"q": "center list:Case"}


@pytest.mark.parametrize("value", ["", "x", "dev:", "dev:AAAA", "无:密", "none:" + "A" * 60])
def test_what_cannot_be_opened_is_forgotten_and_written_anew(context, value):
    staff = person("staff")
    put(staff, {"a": 1})
    overwrite(stored()[0], value=value)
    assert get(staff) == {}
    put(staff, {"a": 2})
    assert get(staff) == {"a": 2}


def test_its_key_is_its_own(context):
    staff = person("staff")
    put(staff, {"a": 1})
    row = stored()[0]
    place = f"preference:{staff.user_id}:list:Case"
    assert secret.unseal_text(place, row.value, preferences.PURPOSE) == '{"a":1}'
    with pytest.raises(secret.InvalidTag):
        secret.unseal_text(place, row.value)


def test_two_at_once_take_turns(app):
    """The first row of a person too: neither loses what the other added."""
    with app.app_context():
        staff = person("staff")
    start, problems = threading.Barrier(4), []

    def add(n: int) -> None:
        with app.app_context():
            start.wait()
            with acting_as(staff):
                preferences.revise("list:Case", lambda before: {"n": [*before.get("n", []), n]}, NOW)
            db.session.commit()
            problems.append(None)

    threads = [threading.Thread(target=add, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(problems) == 4
    with app.app_context():
        assert sorted(get(staff)["n"]) == [0, 1, 2, 3]


def test_it_goes_with_its_person(context):
    staff = person("staff")
    put(staff, {"a": 1})
    with acting_as(SETUP):
        db.session.delete(db.session.get(Account, staff.user_id))
        db.session.commit()
    assert stored() == []
