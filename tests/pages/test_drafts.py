"""Drafts over HTTP: what was typed is there again, in every register, for the one who typed it and for nobody else."""

import re

import pytest
from sqlalchemy import select

from app import clock, drafts
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from models import Case, Draft
from tests import records
from tests.pages.drafting import CANARY, ONCE, STATION, TYPED, draft, kept, restored, value_of
from tests.pages.sessions import later
from tests.security.registers import BY_REGISTER, SPECS
from tests.world import FIRST_STATION, OWN
from views.menu import MENU

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

BASE = {entry.view.class_permission_name: entry.view.route_base for entry in MENU}

# ---- what was typed is there again


def test_what_was_typed_comes_back_sound_or_not(app, client_as):
    browser = client_as("town_admin")
    answer = draft(browser, "/cases", TYPED)
    assert answer.status_code == 200
    assert re.fullmatch(r"\d\d:\d\d", answer.json["at"])
    page = restored(browser)
    for name in ("station_id", "received_on", "name", "subject", "phone"):
        assert value_of(page, name) == TYPED[name]
    assert "昨晚\r\n又被打</textarea>" in page
    assert re.search(r'<option selected value="CALL">', page)
    assert re.search(r'<input[^>]*checked[^>]*name="no_sms"|<input[^>]*name="no_sms"[^>]*checked', page)
    assert value_of(page, "_once") == ONCE
    assert 'class="has-error' not in page


def test_an_empty_form_offers_what_was_typed_and_stays_empty(client_as):
    browser = client_as("town_admin")
    assert "恢复草稿" not in browser.get("/cases/add").text
    draft(browser, "/cases", TYPED)
    page = browser.get("/cases/add").text
    assert f'href="/cases/add?_draft={ONCE}"' in page
    assert CANARY not in page
    assert "恢复草稿" not in restored(browser)


def test_two_windows_do_not_take_each_others_draft(app, client_as):
    browser = client_as("town_admin")
    draft(browser, "/cases", TYPED)
    draft(browser, "/cases", TYPED | {"_once": "1" * 32, "subject": "第二件"})
    assert CANARY in restored(browser)
    assert "第二件" in browser.get(f"/cases/add?_draft={'1' * 32}").text
    assert browser.get("/cases/add").text.count("恢复草稿") == 2


def test_a_changed_row_is_drafted_for_that_row_only(client_as):
    browser = client_as("town_admin")
    assert draft(browser, "/stations", {"name": CANARY}, FIRST_STATION).status_code == 200
    assert "恢复草稿" in browser.get(STATION).text
    assert value_of(browser.get(f"{STATION}?_draft=1").text, "name") == CANARY
    for other in (f"/stations/edit/{FIRST_STATION + 1}", "/stations/add"):
        assert "恢复草稿" not in browser.get(other).text
        assert CANARY not in browser.get(f"{other}?_draft=1").text


def test_lines_of_a_form_come_back(app, client_as):
    with app.app_context():
        person, key = records.volunteer(name="王甲"), records.training()
        child = records.attendance(key, person)
    line = {"_key": str(child), "_version": "1", "volunteer_id": str(person), "hours": "x", "score": "7", "_remove": ""}
    new = {"_key": "", "volunteer_id": str(person), "hours": "3"}
    data = {f"attendances-0-{name}": value for name, value in line.items()}
    data |= {f"attendances-8-{name}": value for name, value in new.items()}
    browser = client_as("town_admin")
    assert draft(browser, "/trainings", data, key).status_code == 200
    page = browser.get(f"/trainings/edit/{key}?_draft=1").text
    shown = [value_of(page, f"attendances-{name}") for name in ("0-_key", "0-hours", "0-score", "8-hours")]
    assert shown == [str(child), "x", "7", "3"]


@pytest.mark.parametrize("spec", [s for s in SPECS if "draft" in s.methods], ids=lambda spec: spec.register)
def test_every_register_keeps_drafts_of_both_forms(app, client_as, spec):
    base, browser = BASE[spec.register], client_as(spec.master)
    data = spec.form(spec.home)
    assert draft(browser, base, data).status_code == 200
    assert draft(browser, base, data, spec.keys[spec.home]).status_code == 200
    for path in (f"/add?_draft={ONCE}", f"/edit/{spec.keys[spec.home]}?_draft=1"):
        assert browser.get(base + path).status_code == 200
    assert [form.split(":")[:2] for form in kept(app)] == [[spec.register, "add"], [spec.register, "edit"]]


def test_accounts_and_roles_keep_none(client_as):
    page = client_as("manager").get("/accounts/add").text
    assert "data-draft" not in page
    assert "data-sign-in" not in page


# ---- nothing but the form's own fields is kept


def test_tokens_and_strange_fields_are_not_kept(app, client_as):
    browser = client_as("town_admin")
    strange = {"password": "x", "csrf_token": browser.token(), "id": "7", "uid": "x", "city_code": "9901", "q": "x"}
    strange |= {"attendances-0-training_id": "7", "attendances-0-x": "x", "attendances-x-hours": "1", "_another": "1"}
    draft(browser, "/trainings", {"name": "课", "attendances-0-hours": "1", **strange})
    with app.app_context(), acting_as(SETUP):
        owner = db.session.scalars(select(Draft.user_id)).one()
        found = drafts.load(Actor("甲", owner), f"Training:add:{ONCE}", clock.now())
    assert found is not None
    assert dict(found.fields) == {"name": "课", "attendances-0-hours": "1"}


@pytest.mark.parametrize("once", ["", "x", "0" * 31, "G" * 32])
def test_a_draft_without_its_number_is_refused(app, client_as, once):
    assert draft(client_as("town_admin"), "/cases", {"_once": once}).status_code == 400
    assert kept(app) == []


@pytest.mark.parametrize("version", ["", "x", "-1", "1.5", "9" * 30])
def test_a_draft_without_its_version_is_refused(app, client_as, version):
    assert draft(client_as("town_admin"), "/stations", {"_version": version}, FIRST_STATION).status_code == 400
    assert kept(app) == []


def test_what_is_too_long_is_refused_and_told(app, client_as):
    answer = draft(client_as("town_admin"), "/cases", {"narrative": "长" * 70_000})
    assert (answer.status_code, "不能自动保存草稿" in answer.json["message"]) == (413, True)
    assert kept(app) == []


# ---- saving, giving up, growing old


def good(**changes):
    return BY_REGISTER["Case"].form(OWN) | {"_once": ONCE, **changes}


def test_what_is_saved_is_no_draft_any_more(app, client_as):
    browser = client_as("town_admin")
    draft(browser, "/cases", good(subject=""))
    draft(browser, "/cases", good(subject="另一件", _once="1" * 32))
    assert browser.submit("/cases/add", good(subject="")).status_code == 422
    assert len(kept(app)) == 2, "a refused form keeps its draft"
    assert browser.submit("/cases/add", good()).status_code == 302
    assert kept(app) == [f"Case:add:{'1' * 32}"]


def test_what_is_changed_is_no_draft_any_more(app, client_as):
    browser = client_as("town_admin")
    draft(browser, "/stations", {"name": "改名"}, FIRST_STATION)
    assert browser.submit(STATION, {"name": "改名"}).status_code == 302
    assert kept(app) == []


def test_a_restored_form_that_is_sent_twice_makes_one_row(app, client_as):
    browser = client_as("town_admin")
    draft(browser, "/cases", good(subject=CANARY))
    once = value_of(restored(browser), "_once")
    answers = [browser.submit("/cases/add", good(subject=CANARY, _once=once)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0].location == answers[1].location
    with app.app_context(), acting_as(SETUP):
        assert len(db.session.scalars(select(Case.id).where(Case.subject == CANARY)).all()) == 1


def test_a_draft_that_comes_after_its_form_was_saved_is_none(app, client_as):
    """The script's last word, held up on the line."""
    browser = client_as("town_admin")
    browser.submit("/cases/add", good(subject=CANARY))
    assert draft(browser, "/cases", good(subject=CANARY)).status_code == 200
    assert kept(app) == []


def test_saving_what_stands_there_already_forgets_the_draft(app, client_as):
    browser = client_as("town_admin")
    version = browser.version(STATION)
    browser.submit(STATION, {"name": "改名"})
    draft(browser, "/stations", {"name": "改名", **version}, FIRST_STATION)
    assert browser.submit(STATION, {"name": "改名", **version}).status_code == 302
    assert kept(app) == []


def test_a_draft_is_given_up(app, client_as):
    browser = client_as("town_admin")
    draft(browser, "/cases", TYPED)
    draft(browser, "/stations", {"name": "改名"}, FIRST_STATION)
    answer = browser.submit("/cases/discard/new", {"draft": ONCE})
    assert (answer.status_code, answer.location) == (302, "/cases/add")
    assert [form.split(":")[0] for form in kept(app)] == ["Station"]
    assert browser.submit(f"/stations/discard/{FIRST_STATION}").location == STATION
    assert kept(app) == []
    assert "没有找到这份草稿" in restored(browser)


def test_an_old_draft_is_not_offered(client_as):
    draft(client_as("town_admin"), "/cases", TYPED)
    with later(hours=72, seconds=1):
        browser = client_as("town_admin")
        assert "恢复草稿" not in browser.get("/cases/add").text
        assert CANARY not in restored(browser)


# ---- another person changed the row meanwhile


def test_a_restored_change_still_conflicts_with_anothers(app, client_as):
    mine, other = client_as("town_admin"), client_as("county_admin")
    draft(mine, "/stations", {"name": "我改的", "address": "我的地址"}, FIRST_STATION)
    other.submit(STATION, {"name": "他改的"})
    page = mine.get(f"{STATION}?_draft=1").text
    assert all(text in page for text in ("他改的", "_take_name", 'value="我改的"', 'value="我的地址"'))
    again = {"name": "我改的", "address": "我的地址", "_version": value_of(page, "_version"), "_disputed": "name"}
    assert mine.submit(STATION, again).status_code == 409, "no choice was made"
    assert mine.submit(STATION, again | {"_take_name": "mine"}).status_code == 302
    assert 'value="我改的"' in other.get(STATION).text


def test_a_choice_not_made_is_asked_for_again_after_restoring(client_as):
    mine, other = client_as("town_admin"), client_as("county_admin")
    version = mine.version(STATION)
    other.submit(STATION, {"name": "他改的"})
    page = mine.submit(STATION, {"name": "我改的", **version}).text
    draft(
        mine,
        "/stations",
        {"name": "我改的", "_disputed": "name", "_version": value_of(page, "_version")},
        FIRST_STATION,
    )
    page = mine.get(f"{STATION}?_draft=1").text
    assert all(text in page for text in ("他改的", "_take_name", 'value="我改的"'))


def test_a_row_that_has_ended_takes_no_draft(app, client_as):
    browser = client_as("town_admin")
    version = browser.version(STATION)
    browser.submit(f"/stations/end/{FIRST_STATION}", {"ended_on": "2026-11-01", "ended_reason": "撤并"})
    answer = draft(browser, "/stations", {"name": "改名", **version}, FIRST_STATION)
    assert (answer.status_code, "请先恢复再修改" in answer.json["message"]) == (422, True)
    assert kept(app) == []


def test_what_one_person_typed_is_not_saved_in_the_name_of_another(app, client_as):
    """His form is still on the screen when somebody else has signed in in another window."""
    mark = value_of(client_as("town_admin").get("/cases/add").text, "_opened_by")
    other = client_as("county_admin")
    sound = TYPED | {
        "received_on": "2026-11-20",
        "category": "FAMILY",
        "phone": "",
        "receiver": "甲",
        "applicant": "SELF",
    }
    answer = other.submit("/cases/add", sound | {"_opened_by": mark, "_once": ONCE})
    assert answer.location == "/"
    assert "另一个人打开的" in other.get("/").text
    assert draft(other, "/cases", TYPED | {"_opened_by": mark}).status_code == 403
    assert other.submit(STATION, {"name": "别人写的", "_opened_by": mark}).location == "/"
    with app.app_context(), acting_as(SETUP):
        assert db.session.scalars(select(Case).where(Case.subject == CANARY)).all() == []
        assert db.session.scalars(select(Draft)).all() == []
    assert other.submit("/cases/add", sound | {"_once": ONCE}).status_code == 302
