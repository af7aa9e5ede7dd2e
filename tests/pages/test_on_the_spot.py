"""当场答复: a simple case in one form, new or registered already; all of it or nothing."""

import re

import pytest

from app import secret
from models import Case
from tests import records, world
from tests.pages.stepping import activities_of, count, row_of, take
from tests.unit import case_rules
from tests.world import FIRST_STATION, SIBLING

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

NEW = {
    "station_id": str(FIRST_STATION), "channel": "VISIT", "received_on": "2026-11-24", "applicant": "SELF",
    "name": "乙", "subject": "只此一件", "category": "FAMILY", "receiver": "丙",
}  # fmt: skip
TOLD = {"answer": "告诉她怎么申请低保", "answer_way": "IN_PERSON"}


def form_of(page, name):
    return re.search(rf'<(?:input|select|textarea)[^>]* name="{name}"', page)


def test_a_new_case_is_answered_in_the_form_that_registers_it(app, client_as):
    browser = client_as("staff")
    answer = browser.submit("/cases/add", NEW | TOLD | {"received_on": "2026-11-23"})
    assert answer.status_code == 302
    key = int(answer.location.rpartition("/")[2])
    row = row_of(app, key)
    assert (row.state.name, row.difficulty.name, row.handler) == ("CLOSED", "SIMPLE", "姓名staff")
    assert {row.accepted_on, row.answered_on, row.received_on} == {row.received_on}
    with app.app_context():
        assert secret.get(row, "answer") == TOLD["answer"]
    assert [a.kind.name for a in activities_of(app, key)] == ["INVESTIGATION", "ANSWER"]
    assert TOLD["answer"] not in browser.get(answer.location).text
    assert take(browser, key, "VISITED", {"visited_on": "2026-11-24", "visit_result": "REFUSED"}).status_code == 302


def test_a_new_case_without_an_answer_waits_to_be_accepted(app, client_as):
    answer = client_as("staff").submit("/cases/add", NEW | {"answer": "  ", "answer_way": ""})
    assert row_of(app, int(answer.location.rpartition("/")[2])).state.name == "APPLIED"


@pytest.mark.parametrize("left_out", sorted(TOLD))
def test_half_an_answer_is_none(app, client_as, left_out):
    answer = client_as("staff").submit("/cases/add", NEW | TOLD | {left_out: ""})
    assert answer.status_code == 422
    assert count(app, Case, Case.subject == NEW["subject"]) == 0
    section = re.search(
        r'<details class="card section" open>\s*<summary>当场答复.*?</details>', answer.text, re.DOTALL
    )[0]
    fields = re.split(r'<div class="field', section)
    assert [left_out in field for field in fields if "这一项也要填写" in field] == [True]


def test_what_is_sent_twice_is_one_case(app, client_as):
    browser, data = client_as("staff"), NEW | TOLD | {"_once": "a" * 32}
    first, second = (browser.submit("/cases/add", data) for _ in range(2))
    assert first.location == second.location
    assert count(app, Case, Case.subject == NEW["subject"]) == 1
    assert len(activities_of(app, int(first.location.rpartition("/")[2]))) == 2


def test_a_case_that_waits_is_answered_from_its_page(app, client_as):
    with app.app_context():
        key = records.case(received_on=world.TODAY)
    browser = client_as("staff")
    page = browser.get(f"/cases/show/{key}").text
    assert f'href="/cases/answer/{key}"' in page
    version = browser.version(f"/cases/answer/{key}")
    answers = [browser.submit(f"/cases/answer/{key}", TOLD | version) for _ in range(2)]
    assert [a.location for a in answers] == [f"/cases/show/{key}"] * 2, "sent twice"
    assert (row_of(app, key).state.name, len(activities_of(app, key))) == ("CLOSED", 2)
    assert f'href="/cases/answer/{key}"' not in browser.get(f"/cases/show/{key}").text


@pytest.mark.parametrize("left_out", sorted(TOLD))
def test_half_an_answer_from_its_page_is_refused_with_what_was_typed(app, client_as, left_out):
    with app.app_context():
        key = records.case()
    browser = client_as("staff")
    answer = browser.submit(f"/cases/answer/{key}", TOLD | {left_out: ""} | browser.version(f"/cases/answer/{key}"))
    assert (answer.status_code, "必填。" in answer.text) == (422, True)
    assert TOLD["answer"] in answer.text or left_out == "answer"
    assert row_of(app, key).state.name == "APPLIED"


def test_an_answer_on_an_older_version_is_kept_and_not_written(app, client_as):
    with app.app_context():
        key = records.case()
    browser = client_as("staff")
    version = browser.version(f"/cases/answer/{key}")
    client_as("town_admin").submit(f"/cases/edit/{key}", {"note": "改过"})
    answer = browser.submit(f"/cases/answer/{key}", TOLD | version)
    assert (answer.status_code, row_of(app, key).state.name) == (409, "APPLIED")
    assert TOLD["answer"] in answer.text


def test_only_what_has_not_been_accepted_is_answered_on_the_spot(app, client_as):
    with app.app_context():
        key = case_rules.case_in("ACCEPTED")
    browser = client_as("staff")
    assert browser.get(f"/cases/answer/{key}").status_code == 422
    data = TOLD | {"_version": str(row_of(app, key).version)}
    answer = browser.submit(f"/cases/answer/{key}", data)
    assert (answer.status_code, "只有还没有受理的案件" in answer.text) == (422, True)
    assert row_of(app, key).state.name == "ACCEPTED"


@pytest.mark.parametrize(("person", "status"), [("supervisor", 403), ("center", 403), ("village_admin", 404)])
def test_only_who_handles_cases_here_answers(app, client_as, person, status):
    with app.app_context():
        key = records.case()
    browser = client_as(person)
    assert browser.get(f"/cases/answer/{key}").status_code == status
    assert browser.submit(f"/cases/answer/{key}", TOLD | {"_version": "1"}).status_code == status
    assert row_of(app, key).state.name == "APPLIED"


def test_a_case_beside_is_not_there(app, client_as):
    with app.app_context():
        key = records.case(SIBLING)
    assert client_as("staff").get(f"/cases/answer/{key}").status_code == 404


def test_an_answer_is_asked_for_in_new_forms_only(client_as, app):
    with app.app_context():
        key = records.case()
    browser = client_as("staff")
    for name in TOLD:
        assert form_of(browser.get("/cases/add").text, name)
        assert not form_of(browser.get(f"/cases/edit/{key}").text, name)


def test_an_answer_that_was_not_saved_is_kept_in_the_draft(client_as):
    browser = client_as("staff")
    page = browser.get("/cases/add").text
    once = re.search(r'name="_once" value="([^"]*)"', page)[1]
    assert browser.submit("/cases/draft/new", TOLD | {"subject": "半张表", "_once": once}).status_code == 200
    restored = browser.get(f"/cases/add?_draft={once}").text
    assert TOLD["answer"] in restored
