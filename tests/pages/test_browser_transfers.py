"""In a real browser: from the station to the centre, to two units and back; one signs in, one does not (代录)."""

import pytest
from playwright.sync_api import expect

from tests.pages.browsing import DESK, PHONE, look, save, told
from tests.pages.handling import (
    BY_PAPER,
    SIGNS_IN,
    assign,
    follow,
    is_now,
    press,
    scan,
    transfer,
    two_units,
)
from tests.security.registers import BY_REGISTER
from tests.world import OWN, canary

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]


@pytest.fixture
def units(app):
    two_units(app)


def test_a_case_goes_to_two_units_and_comes_back(app, units, person):
    station, centre, unit = person("staff", PHONE), person("center", DESK), person("unit_officer", PHONE)
    station.goto(f"/cases/show/{BY_REGISTER['Case'].keys[OWN]}")
    look(station, "case")
    transfer(station, "请依法处置并反馈", "丈夫酒后动手，左臂受伤。")
    look(station, "sending")
    save(station)
    told(station, "已新增")
    is_now(station, "待签收")
    expect(station.locator(".deadline")).to_contain_text("剩5个工作日")
    look(station, "sent")

    centre.goto("/todo/")
    expect(centre.locator("#transferred")).to_contain_text("1 件")
    look(centre, "centre-todo")
    centre.locator("#transferred .todo-lines a").first.click()
    expect(centre.locator("main")).not_to_contain_text("案件编号")
    press(centre, "签收")
    is_now(centre, "待分流")
    look(centre, "signed")
    number = centre.url
    follow(centre, "分流交办")
    look(centre, "assigning")
    assign(centre, SIGNS_IN, "请出具告诫书")
    centre.goto(number)
    is_now(centre, "已分流交办")
    follow(centre, "再交办一个单位")
    by_proxy = assign(centre, BY_PAPER, "请加强巡查")

    unit.goto("/todo/")
    look(unit, "unit-todo")
    unit.locator(f"#assigned .todo-lines a:not([href$='/{BY_REGISTER['Assignment'].keys[OWN]}'])").first.click()
    expect(unit.locator("main")).to_contain_text("签收以后才看得到交办内容")
    look(unit, "unit-waiting")
    press(unit, "签收")
    is_now(unit, "办理中")
    row = unit.locator("tr", has=unit.get_by_role("rowheader", name="交办内容", exact=True))
    row.get_by_text("查看", exact=True).click()
    look(unit, "unit-opening")
    row.get_by_role("button", name="查看并记录").click()
    expect(unit.locator("main")).to_contain_text("左臂受伤")
    expect(unit.locator("main")).to_contain_text(canary("PERSON", OWN))
    look(unit, "unit-opened")
    unit.get_by_label("反馈内容").fill("已出具告诫书。")
    press(unit, "反馈")
    is_now(unit, "已反馈")
    expect(unit.locator("main")).not_to_contain_text("左臂受伤")
    look(unit, "unit-done")

    centre.goto(by_proxy)
    press(centre, "签收")
    expect(centre.locator("main")).to_contain_text("请先上传单位签字的扫描件")
    look(centre, "proxy-refused")
    centre.goto(by_proxy)
    centre.set_input_files("#file", scan("签收单.pdf"))
    press(centre, "上传")
    press(centre, "签收")
    is_now(centre, "办理中")
    centre.get_by_label("反馈内容").fill("已上门告诫。")
    press(centre, "反馈")
    expect(centre.locator(".progress-card")).to_contain_text("代录")
    look(centre, "proxy-done")
    centre.goto(number)
    is_now(centre, "办理中")
    centre.get_by_label("反馈内容").fill("派出所已出具告诫书，并加强巡查。")
    press(centre, "反馈维权站")
    is_now(centre, "已反馈")
    look(centre, "passed-back")

    station.goto("/todo/")
    expect(station.locator("#back")).to_contain_text("1 件")
    look(station, "station-todo")
    station.locator("#back .todo-lines a").first.click()
    is_now(station, "已反馈")
    look(station, "station-back")
