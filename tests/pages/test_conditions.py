"""What is asked beside a certain answer only, what is folded away, whose names come first: by HTTP, in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Applicant, Case
from tests import records
from tests.pages.browsing import PHONE, choices, choose, save, told, unfold
from tests.security.registers import key
from tests.world import COUNTY, OWN, SIBLING, canary

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

browser_test = pytest.mark.browser
AGENT = {"agent_name": "周姐", "agent_relation": "姐妹"}
CASE = {
    "channel": "CALL", "received_on": "2026-11-20", "receiver": "甲", "applicant": "AGENT", "name": "乙",
    "subject": "求助", "category": "FAMILY", "is_hotline": "y", **AGENT,
}  # fmt: skip


def form(**changes: str) -> dict[str, str]:
    return CASE | {"station_id": str(key("Station", OWN))} | changes


def stored(app, pk) -> tuple:
    with app.app_context(), acting_as(SETUP):
        row = db.session.get_one(Case, int(pk))
        return row.is_hotline, row.agent_name, row.agent_relation


# ---- beside an answer, on the server


@pytest.mark.parametrize(
    ("changes", "kept"),
    [
        ({}, (True, "周姐", "姐妹")),
        ({"channel": "VISIT", "is_hotline": ""}, (False, "周姐", "姐妹")),
        ({"applicant": "SELF", "agent_name": "", "agent_relation": ""}, (True, None, None)),
    ],
)
def test_what_is_not_asked_is_stored_empty(app, client_as, changes, kept):
    made = client_as("staff").submit("/cases/add", form(**changes))
    assert made.status_code == 302
    assert stored(app, made.location.rpartition("/")[2]) == kept


def test_what_is_typed_beside_another_answer_is_told_and_stays(client_as):
    answer = client_as("staff").submit("/cases/add", form(applicant="SELF"))
    assert answer.status_code == 422
    assert answer.text.count("现在填的「申请人」不需要这一项") == 2
    assert 'value="周姐"' in answer.text


def test_what_stood_beside_another_answer_stays(app, client_as):
    """A change of something else says nothing about it."""
    browser = client_as("staff")
    pk = browser.submit("/cases/add", form()).location.rpartition("/")[2]
    with app.app_context(), acting_as(SETUP):
        db.session.get_one(Case, int(pk)).applicant = Applicant.SELF
        db.session.commit()
    same = form(applicant="SELF", note="又来过一次")
    assert browser.submit(f"/cases/edit/{pk}", same).status_code == 302
    assert stored(app, pk) == (True, "周姐", "姐妹")
    assert "周姐" in browser.get(f"/cases/show/{pk}").text


def test_sent_twice_is_no_conflict(app, client_as):
    browser = client_as("staff")
    pk = browser.submit("/cases/add", form()).location.rpartition("/")[2]
    change = form(applicant="SELF", channel="LETTER") | browser.version(f"/cases/edit/{pk}")
    token = browser.token()
    for _ in range(2):
        assert browser.post(f"/cases/edit/{pk}", data=change | {"csrf_token": token}).status_code == 302
    assert stored(app, pk) == (False, None, None)


def test_an_answer_that_changes_empties_what_hung_on_it(app, client_as):
    browser = client_as("staff")
    pk = browser.submit("/cases/add", form()).location.rpartition("/")[2]
    assert browser.submit(f"/cases/edit/{pk}", form(channel="LETTER", applicant="SELF")).status_code == 302
    assert stored(app, pk) == (False, None, None)


def test_what_is_asked_is_still_checked(client_as):
    answer = client_as("staff").submit("/cases/add", form(agent_name=""))
    assert answer.status_code == 422
    assert "请填写代理人姓名" in answer.text


ON_THE_SPOT = "当场答复（简单个案，保存后直接结案）"


def folds(page: str) -> dict[str, bool]:
    """{folded section: whether it is open}."""
    return {
        label: bool(is_open)
        for is_open, label in re.findall(r'<details class="card section"( open)?>\s*<summary>([^<]+)<', page)
    }


@pytest.mark.parametrize(
    ("changes", "person", "more"),
    [
        ({"name": ""}, False, False),
        ({"born_on": "2030-01-01"}, True, False),
        ({"id_number": "330302"}, True, False),
        ({"note": "字" * 501}, False, True),
        ({"name": "", "occupation": "教师"}, True, False),  # what was typed is not folded away
    ],
)
def test_a_fold_opens_where_something_is_wrong_or_typed(client_as, changes, person, more):
    answer = client_as("staff").submit("/cases/add", form(**changes))
    assert answer.status_code == 422
    assert folds(answer.text) == {"当事人的更多情况": person, "其他情况": more, ON_THE_SPOT: False}


def test_an_empty_form_is_folded(client_as):
    empty = {"当事人的更多情况": False, "其他情况": False, ON_THE_SPOT: False}
    assert folds(client_as("staff").get("/cases/add").text) == empty


@pytest.mark.parametrize("code", [OWN, SIBLING])
def test_the_units_of_the_station_come_first(client_as, code):
    browser = client_as("county_admin")
    asked = f"/members/options/unit_id?verb=add&near={key('Station', code)}"
    names = [item["path"] for item in browser.get(asked).json["items"]]
    assert canary("UNIT", code) in names[0]
    assert any(canary("UNIT", COUNTY) in name for name in names), "the others are still there"


# ---- in a browser


@browser_test
def test_what_hangs_on_an_answer_comes_and_goes_with_it(app, person):
    page: Page = person("staff", PHONE)
    page.goto("/cases/add")
    agent, hotline = page.get_by_label("代理人姓名"), page.get_by_label("由 12338 热线转来")
    expect(agent).to_be_hidden()
    expect(hotline).to_be_hidden()
    page.get_by_label("来访渠道").select_option("来电")
    expect(hotline).to_be_visible()
    hotline.check()
    page.get_by_label("申请人").select_option("代理")
    agent.fill("周姐")
    page.get_by_label("代理人与当事人关系").fill("姐妹")
    page.get_by_label("来访渠道").select_option("来访")
    page.get_by_label("申请人").select_option("本人")
    expect(agent).to_be_hidden()
    expect(hotline).to_be_hidden()
    page.get_by_label("申请人").select_option("代理")
    expect(agent).to_have_value("周姐")  # a slip of the finger costs nothing
    page.get_by_label("申请人").select_option("本人")
    choose(page, "所属维权站", canary("STA", OWN))
    page.get_by_label("当事人姓名").fill("周云")
    page.get_by_label("事由").fill("求助")
    page.get_by_label("权益类别").select_option("其他")
    unfold(page, "当事人的更多情况")
    page.get_by_label("出生日期").fill("2030-01-01")
    page.locator("details.section > summary", has_text="当事人的更多情况").click()
    save(page)
    expect(page.get_by_label("出生日期")).to_be_focused()  # opened again, and the hand is there
    page.get_by_label("出生日期").fill("1990-01-01")
    save(page)
    told(page, "已新增")
    assert stored(app, page.url.rpartition("/")[2]) == (False, None, None)


@browser_test
def test_units_are_offered_beside_the_station_that_stands_in_the_form(app, person):
    with app.app_context():
        records.volunteer()
    page: Page = person("county_admin")
    page.goto("/members/add")
    for code in (SIBLING, OWN):
        choose(page, "所属维权站", canary("STA", code))
        page.get_by_role("combobox", name="成员单位").click()
        expect(choices(page).first).to_contain_text(canary("UNIT", code))


@browser_test
def test_a_form_without_a_draft_asks_before_it_is_left(person):
    page: Page = person("manager")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/accounts/add")
    page.goto("/accounts/add")
    assert asked == []  # nothing was typed
    page.get_by_label("姓名").fill("周云")
    page.get_by_role("link", name="取消").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("新增")
    assert asked == ["beforeunload"]
    page.goto("/accounts/add")
    page.get_by_label("姓名").fill("周云")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("有内容需要修改")
    assert asked == ["beforeunload"]
