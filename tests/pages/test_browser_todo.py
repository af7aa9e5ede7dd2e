"""In a real browser: what waits, one press from its case; asking and answering, on a desk and on a phone."""

import pytest
from playwright.sync_api import expect

from app import reminders
from tests import records
from tests.pages import face
from tests.pages.browsing import DESK, PHONE, look, told
from tests.world import CHILD, SIBLING, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
SCREENS = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
STAFF, ADMIN = "姓名staff", "姓名town_admin"
LONG = "婚后长期被丈夫及其家人殴打辱骂并被扣留身份证件和手机，多次报警后仍无法回家，请求紧急庇护和法律帮助"


@pytest.fixture
def busy(app):
    """A town in which something of each kind waits, and beside it one in which nothing should be seen."""
    with app.app_context():
        for n, (on, subject) in enumerate(
            [(TODAY.replace(month=9, day=1), LONG), (TODAY.replace(day=17), "要求抚养费"), (TODAY, "咨询离婚财产")]
        ):
            key = records.accepted(STAFF, on=on, subject=subject)
            if n == 0:
                records.urge(key, by_name="林县联", reason="当事人又来信，请在三日内答复。", to_name=STAFF)
        records.accepted(ADMIN, subject="土地承包纠纷")
        records.accepted("已调走的人", CHILD, subject="无人办理的家暴投诉")
        records.accepted(STAFF, to="CLOSED", subject="已结案的纠纷")
        for n in range(12):
            records.case(subject=f"第{n}件新来的事", received_on=TODAY)
        records.urge(records.accepted(STAFF, SIBLING, subject="邻街道的事"))
        reminders.run(TODAY, 2)
    return app


@SCREENS
def test_what_waits_is_one_press_from_its_case(busy, person, screen):
    page = person("staff", screen)
    look(page, "todo-home")
    expect(page.locator("main")).to_contain_text("要求抚养费")
    page.locator("a[href='/todo/']:visible").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("待办")
    look(page, "todo")
    assert face.faults(page, "html", []) == []
    expect(page.locator("main")).not_to_contain_text("邻街道的事")
    expect(page.locator("#handling li")).to_have_count(3)
    expect(page.locator("#handling li").first).to_contain_text("已逾期")
    expect(page.locator(".number:visible").first).to_contain_text("9")  # and six hands of the world
    page.locator("#handling").get_by_role("link", name="要求抚养费").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("要求抚养费")
    page.go_back()
    page.locator("#applied").get_by_role("link", name="全部列出").click()
    expect(page.locator("h1")).to_contain_text("案件：待受理")


@SCREENS
def test_asked_and_answered_in_the_browser(busy, person, screen):
    admin, staff = person("town_admin", screen), person("staff", screen)
    admin.goto("/todo/#late")
    look(admin, "todo-admin")
    admin.locator("#late").get_by_role("link", name=LONG).click()
    admin.get_by_text("再催办一次").click()
    look(admin, "urge-form")
    assert face.faults(admin, "#urges", []) == []
    admin.get_by_label("催办内容").fill("请三日内答复当事人。")
    admin.get_by_role("button", name="发送催办").click()
    told(admin, "已催办。")
    expect(admin.locator("#urges")).to_contain_text("请三日内答复当事人。")
    staff.goto("/todo/")
    staff.locator("#urged").get_by_role("link", name=LONG).click()
    look(staff, "urges")
    waiting = staff.locator("#urges li", has_text="请三日内答复当事人。")
    waiting.locator("summary").click()
    look(staff, "reply-form")
    assert face.faults(staff, "#urges", []) == []
    waiting.get_by_label("回复内容").fill("已约谈双方，明天上门。")
    waiting.get_by_role("button", name="提交回复").click()
    told(staff, "已回复。")
    expect(waiting).to_contain_text("已约谈双方，明天上门。")
    expect(waiting.locator("summary")).to_have_count(0)


@SCREENS
def test_a_refused_text_comes_back_with_what_is_wrong(busy, person, screen):
    page = person("town_admin", screen)
    page.goto("/todo/")
    page.locator("#late").get_by_role("link", name=LONG).click()
    page.get_by_text("再催办一次").click()
    page.get_by_label("催办内容").fill("   ")
    page.get_by_role("button", name="发送催办").click()
    expect(page.get_by_role("alert")).to_contain_text("催办内容")
    look(page, "urge-refused")
    assert face.faults(page, "html", []) == []
    page.get_by_label("催办内容").fill("请答复。")
    page.get_by_role("button", name="提交").click()
    told(page, "已催办。")
