"""In a real browser: somebody asks for a sealed case on a phone, the head of the station lets her in for a day."""

import pytest
from playwright.sync_api import expect

from tests.pages.browsing import DESK, PHONE, choose, look, save, told
from tests.security.sealed_twins import TOLD, plant
from tests.world import OWN, canary

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]


def press(page, name):
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def test_somebody_is_let_in_for_a_day(app, person):
    planted = plant(app, is_handed_over=False)
    asks, head = person("staff", PHONE), person("town_admin", DESK)
    asks.goto("/cases/list/")
    with asks.expect_navigation():
        asks.get_by_role("link", name="申请查阅").click()
    look(asks, "asking")
    for number in (planted.number, "密ZZZZZZZZ"):
        asks.get_by_label("编号").fill(number)
        asks.get_by_label("申请理由").fill("当事人又来电，需要了解以前的经过")
        press(asks, "提交申请")
        told(asks, "已提交")
    look(asks, "asked")
    expect(asks.locator("main")).not_to_contain_text(TOLD)

    head.goto("/todo/")
    expect(head.locator("#asked")).to_contain_text("1 件")
    look(head, "head-todo")
    head.goto("/cases/opening")
    expect(head.locator("main")).to_contain_text("等您决定1 件")
    look(head, "deciding")
    press(head, "开放 24 小时")
    told(head, "已开放 24 小时")

    asks.reload()
    expect(asks.locator("main")).to_contain_text("已开放至")
    look(asks, "opened")
    with asks.expect_navigation():
        asks.get_by_role("link", name="查看").first.click()
    expect(asks.locator("h1")).to_contain_text(TOLD)
    expect(asks.locator("main")).to_contain_text("已封存：性侵害")
    look(asks, "reading")

    head.goto(f"/cases/show/{planted.case}")
    expect(head.locator("#looked")).to_contain_text("staff")
    look(head, "looked")
    with head.expect_navigation():
        head.get_by_role("link", name="回避").click()
    look(head, "recuse")
    head.get_by_label("回避人").select_option("姓名staff")
    head.get_by_label("回避原因").fill("施暴人的亲属")
    look(head, "recusing")
    press(head, "确定回避")
    told(head, "已回避")
    asks.reload()
    expect(asks.locator("h1")).to_contain_text("没有找到")


def test_who_records_it_is_told_the_number_once(app, person):
    page = person("staff", PHONE)
    page.goto("/cases/add?channel=VISIT")
    choose(page, "所属维权站", canary("STA", OWN))
    page.get_by_label("当事人姓名").fill("某人")
    page.get_by_label("事由").fill("求助")
    page.get_by_label("权益类别").select_option("人身权利")
    page.get_by_label("涉及性侵害").check()
    look(page, "ticked")
    save(page)
    expect(page.locator("h1")).to_contain_text("已登记并封存")
    look(page, "kept")
