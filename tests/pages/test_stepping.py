"""The forms of steps: what they ask and refuse, on the version that was looked at, once; nothing typed is lost."""

import re

import pytest
from sqlalchemy import select

from app import secret
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry
from tests import records
from tests.pages.stepping import ACCEPT, CLOSE, VISIT, count, done, row_of, state_of, step, take
from tests.unit import case_rules
from tests.world import CHILD, OWN, SIBLING

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases


@pytest.fixture
def case_in(app):
    """(state, …) → the key of a new case that went there."""

    def make(state, **columns):
        with app.app_context():
            return case_rules.case_in(state, **columns)

    return make


def box(page, name):
    """The control of that name in a form."""
    return re.search(rf'<(?:input|select|textarea)[^>]* name="{name}"[^>]*>', page)[0]


def error_at(page, name):
    """What is said at a field."""
    found = re.search(rf'name="{name}".*?(?=<div class="field|</form>)', page, re.DOTALL)[0]
    return re.findall(r'<p class="error"[^>]*>([^<]*)</p>', found)


# ---- the form


def test_a_form_begins_with_what_usually_stands_there(client_as, case_in):
    page = client_as("staff").get(step(case_in("APPLIED"), "ACCEPTED")).text
    assert 'value="2026-11-24"' in box(page, "accepted_on")
    assert 'value="姓名staff"' in box(page, "handler")
    assert 'list="handler-offered"' in box(page, "handler")
    assert "姓名town_admin" in re.search(r'<datalist id="handler-offered">.*?</datalist>', page)[0]
    assert '<option selected value="FAMILY">' in page, "what stands in the case"


def test_a_reason_is_written_anew(app, client_as, case_in):
    """That of the step before is no reason for this one."""
    key, browser = case_in("WITHDRAWN"), client_as("staff")
    assert row_of(app, key).state_reason == "当事人要求"
    assert "当事人要求" not in browser.get(step(key, "APPLIED")).text
    assert take(browser, key, "APPLIED", {"state_reason": ""}).status_code == 422
    assert state_of(app, key) == "WITHDRAWN"


def test_what_a_step_needs_is_marked_and_refused_empty_at_its_field(app, client_as, case_in):
    key, browser = case_in("APPLIED"), client_as("staff")
    page = browser.get(step(key, "ACCEPTED")).text
    assert page.count('class="required"') == len(ACCEPT)
    for name in ACCEPT:
        answer = take(browser, key, "ACCEPTED", ACCEPT | {name: ""})
        assert answer.status_code == 422
        assert error_at(answer.text, name) == ["必填。"]
        assert 'value="姓名staff"' in box(answer.text, "handler") or name == "handler", "what was typed is kept"
    assert state_of(app, key) == "APPLIED"


def test_a_way_of_visiting_is_needed_only_where_she_was_visited(app, client_as, case_in):
    key, browser = case_in("CLOSED"), client_as("staff")
    answer = take(browser, key, "VISITED", VISIT | {"visit_way": ""})
    assert (answer.status_code, error_at(answer.text, "visit_way")) == (422, ["缺少回访方式。"])
    assert take(browser, key, "VISITED", VISIT | {"visit_way": "", "visit_result": "UNSAFE"}).status_code == 302
    assert state_of(app, key) == "VISITED"


def test_what_the_form_cannot_mend_is_said_on_top(app, client_as, case_in):
    key, browser = case_in("INVESTIGATING"), client_as("staff")
    assert "缺少调查记录" in browser.get(step(key, "HANDLING")).text
    answer = take(browser, key, "HANDLING")
    assert answer.status_code == 422
    assert "缺少调查记录" in re.search(r'<div class="alert alert-danger".*?</div>', answer.text, re.DOTALL)[0]
    assert state_of(app, key) == "INVESTIGATING"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("difficulty", "EASY"),
        ("accepted_on", "昨天"),
        ("accepted_on", "2026-11-25"),
        ("accepted_on", "2026-11-23"),  # before she came
        ("handler", "甲" * 51),
        ("category", "简单"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(app, client_as, case_in, name, value):
    key = case_in("APPLIED")
    answer = take(client_as("staff"), key, "ACCEPTED", ACCEPT | {name: value})
    assert answer.status_code == 422
    assert error_at(answer.text, name) != []
    assert state_of(app, key) == "APPLIED"


# ---- the step


def test_all_the_way_from_a_letter_to_the_visit(app, client_as, case_in):
    key, staff, admin = case_in("APPLIED"), client_as("staff"), client_as("town_admin")
    assert take(staff, key, "ACCEPTED", ACCEPT).status_code == 302
    assert take(staff, key, "INVESTIGATING").status_code == 302
    with app.app_context():
        done(key, kind=case_rules.ActivityKind.INVESTIGATION)
    assert take(staff, key, "HANDLING").status_code == 302
    assert take(admin, key, "CLOSED", CLOSE).status_code == 302
    assert take(admin, key, "VISITED", VISIT).status_code == 302
    row = row_of(app, key)
    assert (row.state.name, row.handler, row.visit_result.name) == ("VISITED", "姓名staff", "SATISFIED")
    with app.app_context():
        assert secret.get(row, "answer") == CLOSE["answer"]
    assert row.answer != CLOSE["answer"], "sealed"


def test_a_step_answers_with_the_page_of_the_case(client_as, case_in):
    key, browser = case_in("APPLIED"), client_as("staff")
    answer = take(browser, key, "ACCEPTED", ACCEPT)
    assert answer.location == f"/cases/show/{key}"
    assert "已完成：受理。" in browser.get(answer.location).text


@pytest.mark.parametrize(("start", "to", "form"), [("APPLIED", "ACCEPTED", ACCEPT), ("HANDLING", "CLOSED", CLOSE)])
def test_a_step_that_is_sent_twice_is_taken_once(app, client_as, case_in, start, to, form):
    key, browser = case_in(start), client_as("staff")
    data = form | browser.version(step(key, to)) | {"_from": start}
    answers = [browser.submit(step(key, to), data) for _ in range(2)]
    assert [(a.status_code, a.location) for a in answers] == [(302, f"/cases/show/{key}")] * 2
    assert "调整" not in re.search(r'role="status">.*?</div>', browser.get(answers[1].location).text, re.DOTALL)[0]
    with app.app_context(), acting_as(SETUP):
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.row_key == str(key))).all()
    assert sum(e.changes.get("state", [0, 0])[1] == to for e in entries if e.register == "Case") == 1


def test_the_rest_of_the_case_is_not_written_by_a_step(app, client_as, case_in):
    """What the form does not ask for is nobody's to smuggle in, not even whoever may edit."""
    key = case_in("APPLIED")
    extra = {
        "subject": "别的",
        "note": "夹带",
        "state": "CLOSED",
        "answer": "夹带",
        "handler_id": "1",
        "closed_on": "2026-11-24",
    }
    assert take(client_as("staff"), key, "ACCEPTED", ACCEPT | extra).status_code == 302
    row = row_of(app, key)
    assert (row.subject, row.note, row.state.name, row.answer, row.closed_on) == ("甲事", None, "ACCEPTED", None, None)


# ---- another version


def test_what_was_typed_on_an_older_version_is_kept_and_not_written(app, client_as, case_in):
    key, staff, admin = case_in("HANDLING"), client_as("staff"), client_as("town_admin")
    version = staff.version(step(key, "CLOSED"))
    assert admin.submit(f"/cases/edit/{key}", {"note": "改过"}).status_code == 302
    answer = staff.submit(step(key, "CLOSED"), CLOSE | version)
    assert answer.status_code == 409
    assert "姓名town_admin已修改了这条记录" in answer.text
    assert CLOSE["answer"] in answer.text
    assert state_of(app, key) == "HANDLING"
    again = re.search(r'name="_version" value="(\d+)"', answer.text)[1]
    assert staff.submit(step(key, "CLOSED"), CLOSE | {"_version": again}).status_code == 302
    assert state_of(app, key) == "CLOSED"


@pytest.mark.parametrize("version", ["", "0", "x", "99999999999999999999", "2٣"])
def test_a_version_that_never_was_is_refused(app, client_as, case_in, version):
    key = case_in("HANDLING")
    answer = client_as("staff").submit(step(key, "CLOSED"), CLOSE | {"_version": version})
    assert (answer.status_code, state_of(app, key)) == (409, "HANDLING")
    assert CLOSE["answer"] in answer.text


def test_a_step_without_a_form_asks_for_the_version_too(app, client_as, case_in):
    key = case_in("ACCEPTED")
    answer = client_as("staff").submit(step(key, "INVESTIGATING"), {"_version": "1"})
    assert (answer.status_code, state_of(app, key)) == (409, "ACCEPTED")
    assert "他人修改" in answer.text


def test_what_was_typed_is_kept_when_the_case_has_gone_on(app, client_as, case_in):
    key, staff, admin = case_in("HANDLING"), client_as("staff"), client_as("town_admin")
    version = staff.version(step(key, "CLOSED"))
    assert take(admin, key, "WITHDRAWN", {"state_reason": "自己不要了"}).status_code == 302
    answer = staff.submit(step(key, "CLOSED"), CLOSE | version | {"_from": "HANDLING"})
    assert answer.status_code == 409
    assert "现在是「撤回」，没有这一步" in answer.text
    assert CLOSE["answer"] in answer.text
    assert state_of(app, key) == "WITHDRAWN"


# ---- who, and where


@pytest.mark.parametrize(
    ("person", "status"),
    [("staff", 200), ("town_admin", 200), ("county_admin", 200), ("supervisor", 403), ("center", 403),
     ("village_admin", 404), ("foreign_admin", 404), ("auditor", 403)],
)  # fmt: skip
def test_only_who_handles_cases_here_opens_a_step(app, client_as, case_in, person, status):
    key, browser = case_in("APPLIED"), client_as(person)
    assert browser.get(step(key, "ACCEPTED")).status_code == status
    if status != 200:
        answer = browser.submit(step(key, "ACCEPTED"), ACCEPT | {"_version": "1"})
        assert (answer.status_code, state_of(app, key)) == (status, "APPLIED")


def test_a_stranger_signs_in_first(app, case_in, client):
    answer = client.get(step(case_in("APPLIED"), "ACCEPTED"))
    assert answer.status_code == 302
    assert "/login/" in answer.location


def test_a_case_beside_is_not_there(app, client_as, case_in):
    key = case_in("APPLIED", code=SIBLING)
    for browser in (client_as("staff"), client_as("mixed")):
        assert browser.get(step(key, "ACCEPTED")).status_code == 404
        assert browser.submit(step(key, "ACCEPTED"), ACCEPT | {"_version": "1"}).status_code == 404
    assert state_of(app, key) == "APPLIED"


def test_a_case_of_a_village_below_is_handled_from_above(app, client_as, case_in):
    key = case_in("APPLIED", code=CHILD)
    assert take(client_as("staff"), key, "ACCEPTED", ACCEPT).status_code == 302


@pytest.mark.parametrize("to", ["NOTHING", "accepted", "CURRENT", "ENDED", "%E5%8F%97%E7%90%86", "APPLIED/x", "0"])
def test_there_is_no_other_step(app, client_as, case_in, to):
    key, browser = case_in("APPLIED"), client_as("staff")
    assert browser.get(step(key, to)).status_code == 404
    assert browser.submit(step(key, to), ACCEPT).status_code == 404
    assert state_of(app, key) == "APPLIED"


@pytest.mark.parametrize("to", ["CLOSED", "VISITED", "HANDLING", "APPLIED"])
def test_no_step_is_skipped(app, client_as, case_in, to):
    key, browser = case_in("APPLIED"), client_as("staff")
    answer = browser.get(step(key, to))
    assert (answer.status_code, "没有这一步" in answer.text) == (422, True)
    answer = browser.submit(step(key, to), CLOSE | VISIT | {"_version": "1", "state_reason": "想跳过去"})
    assert (answer.status_code, state_of(app, key)) == (422, "APPLIED")


@pytest.mark.parametrize("start", ["HANDLING", "CLOSED", "nothing", "ENDED", ""])
def test_where_a_form_says_it_comes_from_opens_no_way(app, client_as, case_in, start):
    key, browser = case_in("APPLIED"), client_as("staff")
    answer = browser.submit(step(key, "CLOSED"), CLOSE | {"_version": "1", "_from": start})
    assert (answer.status_code in (409, 422), state_of(app, key)) == (True, "APPLIED")


@pytest.mark.parametrize("pk", ["0", "x", "-1", "99999999999", "%00"])
def test_a_case_that_is_none(client_as, pk):
    assert client_as("staff").get(f"/cases/advance/{pk}/ACCEPTED").status_code in (400, 404)


def test_a_case_that_was_ended_stands_still(app, client_as):
    with app.app_context():
        key = records.case(OWN, ended_on=case_rules.world.TODAY, ended_reason="登错了")
    browser = client_as("staff")
    assert browser.get(step(key, "ACCEPTED")).status_code == 422
    answer = browser.submit(step(key, "ACCEPTED"), ACCEPT | {"_version": str(row_of(app, key).version)})
    assert (answer.status_code, state_of(app, key)) == (422, "APPLIED")


# ---- merging into another


def test_a_case_is_merged_into_one_that_one_sees(app, client_as, case_in):
    key, other, beside = case_in("APPLIED"), case_in("APPLIED"), case_in("APPLIED", code=SIBLING)
    browser = client_as("staff")
    reason = {"state_reason": "同一件事"}
    for into in (beside, key, 999_999_999, "x", ""):
        answer = take(browser, key, "MERGED", reason | {"merged_into_id": str(into)})
        assert (answer.status_code, state_of(app, key)) == (422, "APPLIED")
        assert error_at(answer.text, "merged_into_id") != []
    assert take(browser, key, "MERGED", reason | {"merged_into_id": str(other)}).status_code == 302
    assert state_of(app, key) == "MERGED"
    assert f'href="/cases/show/{other}"' in browser.get(f"/cases/show/{key}").text


def test_the_cases_to_merge_into_are_found_by_their_number(app, client_as, case_in):
    key, beside = case_in("APPLIED", subject="这一件"), case_in("APPLIED", code=SIBLING)
    url = "/cases/options/merged_into_id"
    number, hidden = row_of(app, key).number, row_of(app, beside).number
    found = client_as("staff").get(url, query_string={"verb": "handle", "q": number}).json["items"]
    assert [item["text"] for item in found] == [f"{number} 这一件"]
    assert client_as("staff").get(url, query_string={"verb": "handle", "q": hidden}).json["items"] == []
    assert client_as("supervisor").get(url, query_string={"verb": "handle", "q": number}).status_code == 403
    assert client_as("staff").get(url, query_string={"verb": "edit", "q": number}).status_code == 404


# ---- nothing but a step writes what a step writes

HELD = {"state": "CLOSED", "handler": "夹带", "difficulty": "SIMPLE", "answer": "夹带", "closed_on": "2026-11-24",
        "state_reason": "夹带", "merged_into_id": "1", "due_on": "2030-01-01", "number": "夹带-1"}  # fmt: skip


def held_of(app, key):
    row = row_of(app, key)
    return {name: getattr(row, name) for name in HELD}


def test_an_edit_form_writes_none_of_it(app, client_as, case_in):
    key, browser = case_in("ACCEPTED"), client_as("town_admin")
    before = held_of(app, key)
    assert browser.submit(f"/cases/edit/{key}", HELD | {"note": "改"}).status_code == 302
    assert held_of(app, key) == before
    assert row_of(app, key).note == "改"


def test_a_draft_keeps_none_of_it_and_brings_none_back(app, client_as, case_in):
    key, browser = case_in("ACCEPTED"), client_as("town_admin")
    before, version = held_of(app, key), browser.version(f"/cases/edit/{key}")
    assert browser.submit(f"/cases/draft/{key}", HELD | version | {"note": "草稿"}).status_code == 200
    page = browser.get(f"/cases/edit/{key}?_draft=1").text
    assert "草稿" in page
    assert "夹带" not in page
    assert browser.submit(f"/cases/edit/{key}", HELD | version | {"note": "草稿"}).status_code == 302
    assert held_of(app, key) == before


@pytest.mark.parametrize("action", ["bulk_delete", "bulk_close", "advance", ""])
def test_a_bulk_action_writes_none_of_it(app, client_as, case_in, action):
    key, browser = case_in("ACCEPTED"), client_as("town_admin")
    before = held_of(app, key)
    answer = browser.submit("/cases/action_post", {"action": action, "rowid": str(key)} | HELD)
    assert answer.status_code in (400, 403)
    assert held_of(app, key) == before


def test_a_new_case_is_not_written_in_the_middle(app, client_as):
    form = {
        "station_id": str(case_rules.world.FIRST_STATION), "channel": "VISIT", "received_on": "2026-11-24",
        "applicant": "SELF", "name": "乙", "subject": "中间开始的", "category": "FAMILY", "receiver": "丙",
    }  # fmt: skip
    held = {k: v for k, v in HELD.items() if k != "answer"}
    answer = client_as("staff").submit("/cases/add", form | held)
    assert answer.status_code == 302
    row = row_of(app, int(answer.location.rpartition("/")[2]))
    assert (row.state.name, row.handler, row.difficulty, row.merged_into_id) == ("APPLIED", None, None, None)
    assert count(app, type(row), type(row).number == "夹带-1") == 0
