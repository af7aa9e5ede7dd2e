"""In a real browser: a day of a town's clerk, of a village's worker and of a manager, from first to last."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import SETUP
from app.security.roles import STAFF
from models import Case, Channel, Division
from tests.pages.browsing import (
    PHONE,
    agree,
    choices,
    choose,
    end_sessions,
    enter_again,
    look,
    save,
    send,
    sign_in,
    to,
    told,
)
from tests.world import CHILD, DIVISIONS, OWN, PASSWORD, TODAY, canary

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
VILLAGE, VILLAGE_NAME = f"{OWN}098", "百里坊社区"
PEOPLE = (("陈丽芳", "联络员"), ("林娟", "代理员"), ("黄敏静", "民调员"))
SHOWN = "[...document.querySelectorAll('.record-form .field')].filter((field) => field.checkVisibility()).length"
HEIGHT = "document.documentElement.scrollHeight"


@pytest.fixture
def village(app):
    """A village of the town that has no station."""
    with app.app_context(), acting_as(SETUP):
        db.session.add(Division(code=VILLAGE, name=VILLAGE_NAME))
        db.session.commit()


@pytest.fixture
def worker(app, person) -> Page:
    """The phone of somebody who works at one village's station."""
    with app.app_context(), acting_as(SETUP):
        users.add("village_staff", "钱村干", PASSWORD, [(STAFF, CHILD)], TODAY)
        db.session.commit()
    return person("village_staff", PHONE)


def figures(page: Page) -> dict[str, int]:
    """The numbers of the workbench, by their labels."""
    page.goto("/")
    said = page.locator(".figures a").all_inner_texts()
    return {label: int(number) for number, label in (text.split(maxsplit=1) for text in said)}


def test_a_clerk_finds_a_village_and_gives_it_a_station_and_people(village, person):
    page = person("town_admin")
    before = figures(page)
    assert before["未建站"] == 1
    page.get_by_role("combobox", name="查找维权站").press_sequentially("blfsq")
    expect(choices(page)).to_have_count(1)
    expect(choices(page)).to_contain_text(VILLAGE_NAME)
    choices(page).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(VILLAGE_NAME)
    assert "blf" not in page.url
    look(page, "village")
    page.get_by_role("link", name="新增维权站").click()
    expect(page.get_by_role("combobox", name="所在区划")).to_have_value(f"鹿城区 {DIVISIONS[OWN]} {VILLAGE_NAME}")
    page.get_by_label("站点名称").fill("百里坊妇女维权站")
    page.get_by_label("依托").select_option("综治工作室")
    save(page)
    told(page, "已新增")

    to(page, "队伍", "队伍")
    to(page, "新增", "新增队伍")
    choose(page, "所属维权站", "百里坊")
    for name, role in PEOPLE:
        page.get_by_label("姓名").fill(name)
        page.get_by_label("类别").select_option(role)
        page.get_by_label("聘任日期").fill("2026-03-08")
        page.get_by_role("button", name="保存并继续新增").click()
        told(page, "已新增")
        expect(page.get_by_role("status").first).to_be_in_viewport()
        expect(page.get_by_role("combobox", name="所属维权站")).to_have_value(re.compile("百里坊妇女维权站"))
        expect(page.get_by_label("姓名")).to_be_focused()  # so the next name is typed at once
        expect(page.get_by_label("姓名")).to_have_value("")
    now = figures(page)
    changed = {label: now.get(label, 0) - before.get(label, 0) for label in now | before if label[:3] != "已建站"}
    assert {label: n for label, n in changed.items() if n} == {"在册维权站": 1, "在册队伍成员": 3, "未建站": -1}
    look(page, "clerk-home")


def test_a_place_without_a_station_is_also_met_in_the_list_of_those(village, person):
    page = person("town_admin")
    page.locator(".figures a", has_text="未建站").click()
    look(page, "missing")
    page.get_by_role("link", name="新增维权站").click()
    expect(page.get_by_role("combobox", name="所在区划")).to_have_value(re.compile(VILLAGE_NAME))


def test_a_visit_is_written_down_on_the_phone_and_outlives_the_session(app, worker):
    page = worker
    page.get_by_role("link", name="登记来访").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("新增案件")
    page.wait_for_load_state()
    assert page.evaluate(SHOWN) <= 13
    assert page.evaluate(HEIGHT) <= 2 * PHONE[1]
    expect(page.get_by_label("来访渠道")).to_have_value("VISIT")
    expect(page.get_by_label("来访日期")).to_have_value(str(TODAY))
    expect(page.get_by_label("接待人")).to_have_value("钱村干")
    expect(page.get_by_role("combobox", name="所属维权站")).to_have_value(re.compile(canary("STA", CHILD)))
    look(page, "visit-empty")
    page.get_by_label("当事人姓名").fill("周云")
    page.get_by_label("安全联系电话").fill("19900001234")
    end_sessions(app)
    page.get_by_label("事由").fill("婚后长期被殴打，要求帮助")
    page.get_by_label("权益类别").select_option("婚姻家庭权益")
    page.get_by_label("详情").fill("昨晚又被打，左臂有伤。\n孩子在外婆家。")
    look(page, "visit-typed")
    send(page)
    enter_again(page, "village_staff")
    told(page, "已新增")
    record = page.locator("table.record")
    for text in ("周云", "199****1234", "婚后长期被殴打，要求帮助", "婚姻家庭权益", "钱村干", canary("STA", CHILD)):
        expect(record.filter(has_text=text)).to_have_count(1)
    look(page, "visit")
    key = int(page.url.rpartition("/")[2])
    page.get_by_role("row", name="详情").get_by_text("查看", exact=True).click()
    page.get_by_role("row", name="详情").get_by_role("button", name="查看并记录").click()
    expect(page.get_by_role("row", name="详情")).to_contain_text("孩子在外婆家。")
    with app.app_context(), acting_as(SETUP):
        row = db.session.get_one(Case, key)
        assert (row.channel, row.received_on, row.division_code) == (Channel.VISIT, TODAY, CHILD)


def sign_in_and_see(page: Page) -> list[str]:
    """Signed out by what the manager changed; what the menu offers after signing in."""
    page.goto("/")
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    sign_in(page, "zhou.yun")
    return page.locator(".side li").all_inner_texts()


def change_role(manager: Page, cell: str, is_given: bool, sentence: str) -> None:
    """Give or take one cell of the role, having read what it means."""
    manager.goto("/roles/list/")
    to(manager, "工作人员", "工作人员")
    manager.get_by_label(cell, exact=True).set_checked(is_given)
    manager.get_by_role("button", name="下一步").click()
    expect(manager.locator(".consequences li")).to_have_text([sentence])
    look(manager, "role-confirm")
    manager.get_by_role("button", name="确认保存").click()
    told(manager, "已保存")
    assert manager.get_by_label(cell, exact=True).is_checked() is is_given


def test_a_manager_gives_a_role_sees_what_it_opens_and_takes_it_back(app, person, stranger):
    with app.app_context(), acting_as(SETUP):
        key = users.add("zhou.yun", "周云", PASSWORD, [], TODAY, home=OWN).id
        db.session.commit()
    new, manager = stranger(), person("city_manager")
    sign_in(new, "zhou.yun")
    expect(new.get_by_text("没有有效的角色")).to_have_count(2)  # in the middle of the page, and below the name
    expect(new.locator(".side li")).to_have_count(0)

    manager.goto(f"/accounts/show/{key}")
    manager.get_by_label("角色").select_option("工作人员")
    choose(manager, "管辖区划", "五马")
    manager.get_by_role("button", name="授权").click()
    told(manager, "已授权")
    look(manager, "granted")
    new.goto("/")
    sign_in(new, "zhou.yun")
    assert [e for e in new.locator(".side li").all_inner_texts() if e in ("案件", "队伍", "账号")] == ["队伍", "案件"]
    expect(new.get_by_role("link", name="登记来访")).to_be_visible()
    new.goto("/volunteers/list/")
    expect(new.get_by_role("link", name="导出 Excel")).to_have_count(0)

    # The world has one more of the role in this city.
    change_role(manager, "导出「队伍」", True, "2 人将能导出「队伍」")
    sign_in_and_see(new)
    new.goto("/volunteers/list/")
    expect(new.get_by_role("link", name="导出 Excel")).to_be_visible()
    change_role(manager, "导出「队伍」", False, "2 人将不能再导出「队伍」")

    manager.goto(f"/accounts/show/{key}")
    agree(manager, "收回")
    told(manager, "已收回")
    assert sign_in_and_see(new) == []
