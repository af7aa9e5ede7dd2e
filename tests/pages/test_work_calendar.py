"""The page of the calendar: a year at a glance, a notice shown before it is loaded, and every attack on the way."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from app import calendars
from app.calendar import Calendar
from app.extensions import db
from app.scope import acting_as
from app.security.actor import OPERATOR
from models import DayKind
from tests import workdays
from tests.pages.browsing import DESK, PHONE, look
from tests.pages.uploads import send
from tests.unit.test_notice import ITEMS
from tests.unit.test_sheet import written
from tests.world import TODAY

NOTICE = "国办发明电〔2026〕9号\n一、元旦：1月1日（周五）至4日（周一）放假调休，共4天。1月9日（周六）上班。"
DAYS = ("2027-01-01", "2027-01-02", "2027-01-03", "2027-01-04", "2027-01-09")
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
EDITOR, STAFF = "system_admin", "staff"


def stored(app) -> Calendar:
    with app.app_context(), acting_as(OPERATOR):
        found = calendars.current()
        db.session.rollback()
        return found


def preview(browser, text: str = NOTICE, **more: object):
    return browser.submit("/workdays/notice", {"year": "2027", "text": text, "source": "", **more})


def send_sheet(browser, content: bytes, source: str):
    return send(browser, "/workdays/notice", content, "x.xlsx", {"year": "2027", "source": source})


def carried(answer) -> dict[str, list[str]]:
    """What the page of confirmation would send."""
    found: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(answer.text):
        found.setdefault(name, []).append(value)
    found.pop("csrf_token")
    return found


# ---- looking


def test_year_shows_its_holidays_in_words(client_as):
    page = client_as(STAFF).get("/workdays/?year=2026").text
    assert "2026 年工作日历" in page
    assert "待公布" not in page
    assert "2026-10-01（周四）至 2026-10-07（周三）" in page
    assert "7 天" in page
    assert page.count(">休<") == sum(kind is DayKind.REST for kind, _ in workdays.shipped().specials(2026).values())
    assert page.count(">班<") == 6


def test_year_whose_notice_is_not_out_says_so(client_as):
    page = client_as(STAFF).get("/workdays/?year=2027").text
    assert "2027 年放假安排待公布" in page
    assert "2027-02-05（周五）至 2027-02-08（周一）" in page


def test_page_opens_on_this_year_and_leads_to_its_neighbours(client_as):
    page = client_as(STAFF).get("/workdays/").text
    assert f"{TODAY.year} 年工作日历" in page
    assert f"?year={TODAY.year - 1}" in page
    assert f"?year={TODAY.year + 1}" in page


def test_first_and_last_year_lead_nowhere_else(client_as):
    browser = client_as(STAFF)
    assert 'rel="prev"' not in browser.get("/workdays/?year=1949").text
    assert 'rel="next"' not in browser.get("/workdays/?year=2100").text


def test_only_who_may_edit_is_offered_forms(client_as):
    assert "粘贴通知" in client_as(EDITOR).get("/workdays/").text
    assert "粘贴通知" not in client_as(STAFF).get("/workdays/").text


# ---- the notice


def test_notice_is_shown_and_changes_nothing_until_it_is_confirmed(app, client_as):
    browser = client_as(EDITOR)
    answer = preview(browser)
    assert answer.status_code == 200
    assert "确认载入 2027 年放假安排" in answer.text
    assert "国务院办公厅通知（国办发明电〔2026〕9号）" in answer.text
    assert re.search(r"2027-01-09（周六）</td><td[^>]*>平常</td><td[^>]*>补班（元旦）", answer.text)
    assert "没有提到：春节" in answer.text
    assert stored(app) == workdays.shipped()
    done = browser.submit("/workdays/publish", carried(answer))
    assert (done.status_code, done.location) == (302, "/workdays/?year=2027")
    found = stored(app)
    assert [str(day) for day in found.specials(2027)] == list(DAYS)
    assert not found.is_provisional(2027)
    assert "待公布" not in browser.get(done.location).text


def test_sheet_is_shown_like_the_text(app, client_as):
    sheet = written(("日期", "类型", "名称"), (date(2027, 1, 1), "休息", "元旦"), ("2027-01-09", "补班", "元旦"))
    answer = send_sheet(client_as(EDITOR), sheet, "通知")
    assert answer.status_code == 200
    assert carried(answer)["day"] == ["2027-01-01 REST 元旦", "2027-01-09 WORK 元旦"]


def test_followers_say_what_would_change(client_as, monkeypatch):
    told = calendars.Follower(lambda old, new: "12 件到期日将变化", lambda *args: None)
    monkeypatch.setattr(calendars, "FOLLOWERS", [told])
    assert "12 件到期日将变化" in preview(client_as(EDITOR)).text


REFUSED = [
    ({"text": ""}, "请粘贴通知或上传表格，只选一样。"),
    ({"text": "元旦放三天"}, "没有 2027 年的放假安排。"),
    ({"text": "一、元旦：1月1日（周四）放假。"}, "元旦：2027-01-01 是周五，不是周四。"),
    ({"text": ITEMS[2026].replace("1月1日（周四）", "2027年1月1日（周五）")}, "看不懂的地方"),
    ({"text": NOTICE.partition("\n")[2]}, "请填写依据。"),
    ({"source": "号" * 101}, "不能超过 100 个字。"),
]


@pytest.mark.parametrize(("typed", "message"), REFUSED)
def test_refused_notice_keeps_what_was_typed(app, client_as, typed, message):
    answer = preview(client_as(EDITOR), **typed)
    assert answer.status_code == 422
    assert message in answer.text
    assert typed.get("text", NOTICE) in answer.text
    assert typed.get("source", "") in answer.text
    assert stored(app) == workdays.shipped()


@pytest.mark.parametrize(
    "content", [b"", b"x", written(("甲",), at=(1048575, 16383)), written(("甲",)), bytes(2**20 + 1)]
)
def test_hostile_sheet_is_refused_in_words(client_as, content):
    answer = send_sheet(client_as(EDITOR), content, "我的依据")
    assert answer.status_code == 422
    assert "我的依据" in answer.text


# ---- one day


def test_one_day_is_shown_and_then_changed(app, client_as):
    browser = client_as(EDITOR)
    typed = {"day": "2027-01-04", "kind": "REST", "name": "元旦 调休", "day_source": "更正"}
    answer = browser.submit("/workdays/day", typed)
    assert "确认修改一天" in answer.text
    assert browser.submit("/workdays/publish", carried(answer)).status_code == 302
    assert stored(app).special(date(2027, 1, 4)) == (DayKind.REST, "元旦 调休")
    answer = browser.submit("/workdays/day", typed | {"kind": "PLAIN"})
    assert browser.submit("/workdays/publish", carried(answer)).status_code == 302
    assert stored(app) == workdays.shipped()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"day": ""}, "请填写日期"),
        ({"day": "2027-02-30"}, "请填写日期"),
        ({"day": "9999-12-31"}, "年份应在 1949 到 2100 之间。"),
        ({"kind": "WORK"}, "2027-01-04 不是周末，不能是补班。"),
        ({"name": " "}, "请填写节日名称。"),
        ({"day_source": ""}, "请填写依据。"),
    ],
)
def test_refused_day_keeps_what_was_typed(client_as, typed, message):
    good = {"day": "2027-01-04", "kind": "REST", "name": "我的节日", "day_source": "我的依据"}
    answer = client_as(EDITOR).submit("/workdays/day", good | typed)
    assert answer.status_code == 422
    assert message in answer.text
    assert all(value in answer.text for value in (good | typed).values())


# ---- attacks


def test_staff_can_neither_ask_nor_change(app, client_as):
    sent = carried(preview(client_as(EDITOR)))
    browser = client_as(STAFF)
    assert preview(browser).status_code == 403
    assert browser.submit("/workdays/day", {"day": "2027-01-04"}).status_code == 403
    assert browser.submit("/workdays/publish", sent).status_code == 403
    assert stored(app) == workdays.shipped()


def test_nothing_is_changed_without_a_token(app, client_as):
    browser = client_as(EDITOR)
    sent = carried(preview(browser))
    assert browser.post("/workdays/publish", data=sent).status_code == 400
    assert stored(app) == workdays.shipped()


def test_confirmation_is_refused_when_somebody_changed_the_calendar_meanwhile(app, client_as):
    browser, other = client_as(EDITOR), client_as(EDITOR)
    sent = carried(preview(browser))
    day = {"day": "2026-10-10", "kind": "PLAIN", "name": "", "day_source": "更正"}
    assert other.submit("/workdays/publish", carried(other.submit("/workdays/day", day))).status_code == 302
    answer = browser.submit("/workdays/publish", sent)
    assert answer.status_code == 409
    assert "工作日历已被他人修改" in answer.text
    assert stored(app).is_provisional(2027)
    assert carried(answer)["day"] == sent["day"]
    assert browser.submit("/workdays/publish", carried(answer)).status_code == 302
    assert not stored(app).is_provisional(2027)


BAD = [
    {"day": []}, {"day": ["x"]}, {"day": ["2027-01-01 FEAST 元旦"]}, {"day": ["2027-01-01 REST"]},
    {"day": ["2027-01-01 REST 元旦"] * 101}, {"year": ["x"]}, {"year": ["2028"]}, {"source": [""]},
    {"day": ["2027-01-05 WORK 元旦"]}, {"day": ["2027-01-01 REST " + "元" * 51]}, {"day": ["2027-01-01 REST  "]},
]  # fmt: skip


@pytest.mark.parametrize("change", BAD, ids=str)
@pytest.mark.parametrize("is_notice", [True, False])
def test_confirmation_that_no_page_sends_is_refused(app, client_as, change, is_notice):
    browser = client_as(EDITOR)
    sent = carried(preview(browser)) | change
    if not is_notice:
        del sent["is_notice"]
        if "year" in change:
            sent["year"] = ["x"]
    assert browser.submit("/workdays/publish", sent).status_code == 400
    assert stored(app) == workdays.shipped()


@pytest.mark.parametrize("state", [[], [""], ["x"], ["0" * 32]])
def test_confirmation_of_something_never_seen_is_refused(app, client_as, state):
    browser = client_as(EDITOR)
    answer = browser.submit("/workdays/publish", carried(preview(browser)) | {"state": state})
    assert answer.status_code == 409
    assert stored(app) == workdays.shipped()


@pytest.mark.parametrize("method", ["notice", "day", "publish"])
def test_forms_have_no_page_of_their_own(client_as, method):
    assert client_as(EDITOR).get(f"/workdays/{method}").status_code == 405


# ---- in a browser


@pytest.mark.browser
@pytest.mark.in_turns
@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_notice_is_loaded_in_a_browser(person, screen):
    page = person("system_admin", screen)
    page.goto("/workdays/?year=2027")
    look(page, "workdays-2027")
    page.get_by_label("粘贴通知").fill("一、元旦：1月1日（周四）放假。")
    page.get_by_role("button", name="下一步").first.click()
    expect(page.get_by_text("2027-01-01 是周五，不是周四。")).to_be_visible()
    expect(page.get_by_label("粘贴通知")).to_have_value("一、元旦：1月1日（周四）放假。")
    look(page, "workdays-refused")
    page.get_by_label("粘贴通知").fill(NOTICE)
    page.get_by_role("button", name="下一步").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("确认载入 2027 年放假安排")
    look(page, "workdays-confirm")
    page.get_by_role("button", name="确认保存").click()
    expect(page.get_by_role("status")).to_contain_text("已保存")
    expect(page.locator(".month .work")).to_have_count(1)
    look(page, "workdays-loaded")
