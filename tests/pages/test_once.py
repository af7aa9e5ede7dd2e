"""A form that is sent twice makes one row, whatever the register; another person's or another form makes another."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import (
    Attendance,
    AuditEntry,
    Case,
    Division,
    MemberUnit,
    Serial,
    Station,
    StationMember,
    Training,
    Volunteer,
)
from tests import records, world
from tests.conftest import Browser

pytestmark = pytest.mark.in_turns  # the pages are the same whatever the database

NAME = "只此一份"
PEOPLE = {"name": NAME, "phone": records.PHONE}
# (register's path, model, what a browser posts); the station is the town's.
FORMS = {
    "stations": (Station, {"division_code": world.OWN, "name": NAME, "host": "OFFICE"}),
    "members": (StationMember, {"station_id": world.FIRST_STATION, "seat": "OTHER", **PEOPLE}),
    "units": (MemberUnit, {"division_code": world.OWN, **PEOPLE}),
    "volunteers": (Volunteer, {
        "station_id": world.FIRST_STATION, "role": "AGENT", "engagement": "PART_TIME", "starts_on": "2026-01-01",
        "service_hours": "0", "id_number": records.id_number(), **PEOPLE,
    }),
    "cases": (Case, {
        "station_id": world.FIRST_STATION, "channel": "CALL", "received_on": "2026-11-24", "subject": "某事",
        "category": "OTHER", "receiver": "丙", "applicant": "SELF", "narrative": "经过", **PEOPLE,
    }),
    "trainings": (Training, {
        "division_code": world.OWN, "name": NAME, "held_on": "2026-11-24", "hours": "2", "organizer": "BOTH",
    }),
    "divisions": (Division, {"code": world.OWN + "998", "name": NAME}),
}  # fmt: skip
WHO = {"divisions": "system_admin"}


def count(app, model, *conditions):
    with app.app_context(), acting_as(SETUP):
        return db.session.scalar(select(func.count()).select_from(model).where(*conditions))


def once_on(page):
    return re.search(r'name="_once" value="([0-9a-f]{32})"', page)[1]


@pytest.fixture
def lines(app):
    """Two lines of an attendance list, as a form posts them."""
    with app.app_context():
        people = [records.volunteer(name=name) for name in "甲乙"]
    return {
        f"attendances-{n}-{column}": value
        for n, key in enumerate(people)
        for column, value in {"_key": "", "volunteer_id": str(key), "hours": "", "is_present": "y", "score": ""}.items()
    }


@pytest.mark.parametrize("path", FORMS)
def test_a_form_sent_twice_makes_one_row(app, client_as, path):
    model, form = FORMS[path]
    browser = client_as(WHO.get(path, "town_admin"))
    data = form | {"_once": once_on(browser.get(f"/{path}/add").text)}
    first, second = (browser.submit(f"/{path}/add", data) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.location == second.location, "both lead to the row"
    assert count(app, model, model.name == NAME) == 1
    called = AuditEntry.row_name.in_([NAME, "某事"]) | AuditEntry.row_name.endswith(" 某事")  # a case has a number too
    assert count(app, AuditEntry, AuditEntry.register == model.__name__, called) == 1
    assert browser.get(first.location).status_code == 200


def test_a_form_with_lines_sent_twice_makes_one_of_each(app, client_as, lines):
    browser = client_as("town_admin")
    data = FORMS["trainings"][1] | lines | {"_once": once_on(browser.get("/trainings/add").text)}
    before = count(app, Attendance)
    first, second = (browser.submit("/trainings/add", data) for _ in range(2))
    assert (first.status_code, second.status_code, first.location) == (302, 302, second.location)
    assert (count(app, Training, Training.name == NAME), count(app, Attendance) - before) == (1, 2)


def test_each_empty_form_has_another_token(client_as):
    browser = client_as("town_admin")
    assert len({once_on(browser.get("/volunteers/add").text) for _ in range(5)}) == 5


def test_a_refused_form_keeps_its_token_and_is_saved_once(app, client_as):
    browser = client_as("town_admin")
    form = FORMS["volunteers"][1]
    once = once_on(browser.get("/volunteers/add").text)
    refused = browser.submit("/volunteers/add", form | {"_once": once, "name": ""})
    assert (refused.status_code, once_on(refused.text)) == (422, once)
    answers = [browser.submit("/volunteers/add", form | {"_once": once}).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert count(app, Volunteer, Volunteer.name == NAME) == 1


def test_the_same_token_of_another_person_makes_another_row(app, client_as):
    """Or a token that was found somewhere would keep somebody's row from being saved, or show one out of sight."""
    form = FORMS["trainings"][1] | {"_once": "0" * 32}
    answers = [client_as(who).submit("/trainings/add", form) for who in ("town_admin", "county_admin")]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].location != answers[1].location
    assert count(app, Training, Training.name == NAME) == 2


def test_the_same_token_in_another_register_makes_another_row(app, client_as):
    browser = client_as("town_admin")
    for path in ("trainings", "units"):
        assert browser.submit(f"/{path}/add", FORMS[path][1] | {"_once": "0" * 32}).status_code == 302
    assert count(app, Training, Training.name == NAME) == count(app, MemberUnit, MemberUnit.name == NAME) == 1


def test_other_content_under_a_used_token_is_not_lost(app, client_as):
    """Somebody saves, goes back to the form and types the next one into it."""
    browser, form = client_as("town_admin"), FORMS["trainings"][1] | {"_once": "0" * 32}
    browser.submit("/trainings/add", form)
    answer = browser.submit("/trainings/add", form | {"venue": "另一处"})
    assert answer.status_code == 302
    assert "另一处" in browser.get(answer.location).text
    assert count(app, Training, Training.name == NAME) == 2


def test_other_lines_under_a_used_token_are_not_lost(app, client_as, lines):
    browser, form = client_as("town_admin"), FORMS["trainings"][1] | {"_once": "0" * 32}
    browser.submit("/trainings/add", form)
    assert "签到" in browser.get(browser.submit("/trainings/add", form | lines).location).text
    assert count(app, Training, Training.name == NAME) == 2


@pytest.mark.parametrize("once", [None, "", "x", "0" * 31, "0" * 33, "G" * 32, "０" * 32, "0" * 31 + "\n"])
def test_a_token_that_no_form_carries_is_none(app, client_as, once):
    """Two posts without a token are two rows, as two forms would make."""
    browser, form = client_as("town_admin"), FORMS["trainings"][1] | ({} if once is None else {"_once": once})
    for _ in range(2):
        assert browser.submit("/trainings/add", form).status_code == 302
    assert count(app, Training, Training.name == NAME) == 2


def test_a_row_that_is_gone_is_made_again(app, client_as):
    browser, form = client_as("town_admin"), FORMS["trainings"][1] | {"_once": "0" * 32}
    shown = browser.submit("/trainings/add", form).location
    browser.submit(shown.replace("show", "delete"))
    assert browser.submit("/trainings/add", form).location != shown
    assert count(app, Training, Training.name == NAME) == 1


def test_save_and_another_twice_makes_one_row(app, client_as):
    browser = client_as("town_admin")
    data = FORMS["units"][1] | {"_once": once_on(browser.get("/units/add").text), "_another": "1"}
    answers = [browser.submit("/units/add", data) for _ in range(2)]
    assert {answer.location.partition("?")[0] for answer in answers} == {"/units/add"}
    assert count(app, MemberUnit, MemberUnit.name == NAME) == 1


# ---- at the same moment

RACERS, EACH = 4, 5


@pytest.mark.parametrize("path", ["volunteers", "trainings", "stations"])
def test_twenty_racing_submits_of_one_form_make_one_row(app, lines, path):
    """Four windows of one person, each sending the same form five times."""
    model, form = FORMS[path]
    data = form | {"_once": "0" * 32} | (lines if path == "trainings" else {})
    start, before = Barrier(RACERS), count(app, Attendance)
    numbers = Serial.series == "Volunteer:330302-"
    with app.app_context(), acting_as(SETUP):
        last = db.session.scalar(select(Serial.last).where(numbers))

    def race(_window):
        browser = Browser(app)
        browser.sign_in("town_admin")
        data_ = data | {"csrf_token": browser.token()}
        start.wait()
        answers = [browser.post(f"/{path}/add", data=data_) for _ in range(EACH)]
        return [(answer.status_code, answer.location) for answer in answers]

    with ThreadPoolExecutor(RACERS) as pool:
        answers = [answer for window in pool.map(race, range(RACERS)) for answer in window]
    assert len(answers) == RACERS * EACH
    assert {status for status, _ in answers} == {302}
    assert len({location for _, location in answers}) == 1
    assert count(app, model, model.name == NAME) == 1
    assert count(app, Attendance) - before == (2 if path == "trainings" else 0)
    with app.app_context(), acting_as(SETUP):
        assert db.session.scalar(select(Serial.last).where(numbers)) - last == (path == "volunteers"), (
            "no number is lost"
        )
