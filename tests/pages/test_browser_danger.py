"""In a real browser: violence is assessed on a telephone, mediation is gone, and what is to be done appears."""

import pytest
from playwright.sync_api import expect

from app import setup, standards
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from tests.pages.browsing import DESK, PHONE, look, save, told
from tests.security.registers import BY_REGISTER
from tests.world import OWN, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]

CASE = f"/cases/show/{BY_REGISTER['Case'].keys[OWN]}"


@pytest.fixture
def questionnaire(app):
    """That of the city, as it is shipped."""
    with app.app_context(), acting_as(SETUP):
        standards.seed(db.session(), setup.CHECKLISTS.read_bytes(), TODAY)
        db.session.commit()
        db.session.remove()


def answer(page, said):
    """The line on the screen, and on to the next."""
    line = page.locator("[data-line]:visible")
    line.get_by_label("回答").select_option(said)
    line.get_by_role("button", name="保存回答").click()
    expect(line.locator(".fill-save [role=status]")).to_contain_text("已保存")
    line.locator("[data-next]").click()


def test_a_dangerous_case_is_assessed_and_not_mediated(questionnaire, person):
    phone = person("staff", PHONE)
    phone.goto(CASE)
    phone.locator("#add-activity summary").click()
    expect(phone.locator("#add-activity select[name=kind] option[value=MEDIATION]")).to_have_count(1)
    look(phone, "before")
    with phone.expect_navigation():
        phone.get_by_role("link", name="做危险评估").click()
    look(phone, "begin")
    save(phone)
    told(phone, "已新增")
    with phone.expect_navigation():
        phone.get_by_role("link", name="现场填报").click()
    look(phone, "first-line")
    answer(phone, "否")
    look(phone, "second-line")
    answer(phone, "是")  # a prompt
    while phone.locator("[data-line]:visible").count():
        answer(phone, "否")
    expect(phone.locator("[data-result]")).to_contain_text("高危，1 分。")
    look(phone, "result")

    phone.goto(CASE)
    danger = phone.locator("#danger")
    expect(danger).to_contain_text("不得调解")
    expect(danger).to_contain_text("报警（或者写明本人不同意报警的原因）、报告上级妇联")
    danger.scroll_into_view_if_needed()
    look(phone, "case")
    phone.locator("#add-activity summary").click()
    kind = phone.locator("#add-activity select[name=kind]")
    expect(kind.locator("option[value=MEDIATION]")).to_have_count(0)
    expect(phone.locator("#add-activity")).to_contain_text("经评估为高危，不得调解")
    kind.scroll_into_view_if_needed()
    look(phone, "no-mediation")
    phone.goto(f"/transfers/add?case_id={BY_REGISTER['Case'].keys[OWN]}")
    expect(phone.locator("select[name=why] option[value=MEDIATION]")).to_have_count(0)
    look(phone, "no-transfer")

    phone.goto("/todo/")
    expect(phone.locator("#police")).to_contain_text("1 件")
    expect(phone.locator("#told")).to_contain_text("1 件")
    look(phone, "todo")
    phone.locator("#police .todo-lines a").first.click()
    look(phone, "sheet")
    with phone.expect_navigation():
        phone.get_by_role("link", name="修改", exact=True).click()
    phone.get_by_label("报警日期").fill("2026-11-24")
    phone.get_by_label("出警单位").fill("五马派出所")
    phone.get_by_label("报告上级妇联日期").fill("2026-11-24")
    phone.get_by_label("报告对象").fill("鹿城区妇联")
    look(phone, "reporting")
    save(phone)
    told(phone, "已保存")
    phone.goto("/todo/")
    expect(phone.locator("#police")).to_have_count(0)


def test_an_order_is_kept_with_its_visits(app, person):
    desk = person("staff", DESK)
    desk.goto(CASE)
    with desk.expect_navigation():
        desk.get_by_role("link", name="登记告诫书、保护令").click()
    desk.get_by_label("种类").select_option("人身安全保护令")
    desk.get_by_label("出具机关").fill("鹿城区人民法院")
    desk.get_by_label("出具日期").fill("2026-10-20")
    desk.get_by_label("有效期到").fill("2027-05-20")
    save(desk)
    expect(desk.locator("main")).to_contain_text("最长到 2027-04-20")
    look(desk, "seven-months")
    desk.get_by_label("有效期到").fill("2027-04-20")
    save(desk)
    told(desk, "已新增")
    look(desk, "order")
    order = desk.url
    desk.goto("/todo/")
    expect(desk.locator("#visiting")).to_contain_text("人身安全保护令")
    look(desk, "visit-due")
    desk.goto(order.replace("show", "edit"))
    desk.locator("[name=visits-0-visited_on]").fill("2026-11-24")
    desk.locator("[name=visits-0-visitor]").fill("李镇联")
    desk.locator("[name=visits-0-finding]").select_option("没有再施暴")
    save(desk)
    told(desk, "已保存")
    expect(desk.locator("main")).to_contain_text("2026-12-24")
    look(desk, "visited")
