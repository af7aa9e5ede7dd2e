"""In a real browser: the same three days without a mouse. Where the focus is, shows at every step."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import SETUP
from app.security.roles import STAFF
from models import Division
from tests.pages.browsing import choices, end_sessions, enter_again, told
from tests.pages.keyboard import focused, pick, press, select, step, tab_to, to_main, write, write_day
from tests.world import CHILD, OWN, PASSWORD, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]


ORDER = """来访渠道 来访日期 所属维权站 接待人 申请人 当事人姓名 联系电话 安全联系电话 不要发短信 涉及性侵害
事由 权益类别 详情 当事人的更多情况 其他情况 当场答复（简单个案，保存后直接结案） 保存 保存并继续新增 取消"""


@pytest.fixture
def home(app):
    """Somebody who has no role yet, a village worker, a village without a station; the key of the first."""
    with app.app_context(), acting_as(SETUP):
        db.session.add(Division(code=f"{OWN}098", name="百里坊社区"))
        users.add("village_staff", "钱村干", PASSWORD, [(STAFF, CHILD)], TODAY)
        key = users.add("zhou.yun", "周云", PASSWORD, [], TODAY, home=OWN).id
        db.session.commit()
        return key


def come_in(page: Page, username: str) -> Page:
    """Sign in; the cursor stands where the name is typed."""
    page.goto("/login/")
    expect(page.get_by_label("账号")).to_be_focused()
    page.keyboard.type(username)
    assert step(page).startswith("密码")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("您好")
    return page


def test_a_clerks_day(home, stranger):
    page = come_in(stranger(), "town_admin")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="查找维权站")).to_be_focused()
    page.keyboard.type("blfsq")
    expect(choices(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(choices(page)).to_have_count(0)
    expect(page.get_by_role("combobox", name="查找维权站")).to_have_value("blfsq")
    page.keyboard.press("ArrowDown")
    expect(choices(page)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("百里坊社区")
    to_main(page)
    press(page, "新增维权站")
    expect(page.get_by_role("heading", level=1)).to_have_text("新增维权站")
    to_main(page)
    tab_to(page, "所在区划")
    expect(choices(page).first).to_be_visible()
    write(page, "站点名称", "百里坊妇女维权站")
    select(page, "依托", "综治工作室")
    page.keyboard.press("Control+s")
    told(page, "已新增")

    press(page, "队伍")
    expect(page.get_by_role("heading", level=1)).to_contain_text("队伍")
    to_main(page)
    press(page, "新增")
    expect(page.get_by_role("heading", level=1)).to_have_text("新增队伍")
    to_main(page)
    pick(page, "所属维权站", "blf", "百里坊社区")
    tab_to(page, "姓名")
    for name in ("陈丽芳", "林娟", "黄敏静"):
        expect(page.get_by_label("姓名")).to_be_focused()
        page.keyboard.insert_text(name)
        select(page, "类别", "联络员")
        write_day(page, "聘任日期", "2026-03-08")
        press(page, "保存并继续新增")
        told(page, "已新增")
        expect(page.get_by_label("姓名")).to_have_value("")
    page.keyboard.press("Escape")
    page.goto("/volunteers/list/")
    expect(page.locator(".count")).to_have_text("共 6 条")


def test_a_workers_day(app, home, stranger):
    page = come_in(stranger(), "village_staff")
    to_main(page)
    press(page, "登记来访")
    expect(page.get_by_role("heading", level=1)).to_have_text("新增案件")
    to_main(page)
    order = []
    while len(order) < 40 and order[-1:] != ["取消"]:
        order.append(step(page).rstrip("*"))
    seen = [name for n, name in enumerate(order) if name not in order[:n]]  # a date has several parts
    assert seen == ["工作台", "案件", *ORDER.split()]
    for label, text in (("事由", "求助"), ("安全联系电话", "19900001234"), ("当事人姓名", "周云")):
        tab_to(page, label, "Shift+Tab")
        page.keyboard.insert_text(text)
    tab_to(page, "所属维权站", "Shift+Tab")
    station = page.get_by_role("combobox", name="所属维权站").input_value()
    expect(choices(page).first).to_be_visible()
    page.keyboard.press("Escape")
    expect(choices(page)).to_have_count(0)
    expect(page.get_by_role("combobox", name="所属维权站")).to_have_value(station)  # what stood there stands
    select(page, "权益类别", "婚姻家庭权益")
    press(page, "当事人的更多情况")
    write(page, "民族", "汉")
    end_sessions(app)
    page.keyboard.press("Control+s")
    expect(page.get_by_role("dialog")).to_be_visible()
    names = {step(page) for _ in range(12)}
    assert names <= {"账号", "密码", "登录", "取消", ""}  # nothing behind the dialog is reached
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert focused(page) == "民族"  # where the hand was
    page.keyboard.press("Control+s")
    enter_again(page, "village_staff")
    told(page, "已新增")
    main = page.locator("main")
    for text in ("求助", "周云", "婚姻家庭权益", "199****1234"):
        expect(main).to_contain_text(text)


def test_a_managers_day(home, stranger):
    page = come_in(stranger(), "manager")
    press(page, "账号")
    expect(page.get_by_role("heading", level=1)).to_contain_text("账号")
    to_main(page)
    press(page, "zhou.yun")
    expect(page.get_by_role("heading", level=1)).to_contain_text("周云")
    to_main(page)
    select(page, "角色", "工作人员")
    pick(page, "管辖区划", "五马", "五马街道")
    press(page, "授权")
    told(page, "已授权")
    to_main(page)
    tab_to(page, "收回")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="取消")).to_be_focused()  # Enter pressed twice does nothing
    assert {step(page) for _ in range(6)} <= {"确定", "取消", ""}
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert focused(page) == "收回"
    page.keyboard.press("Enter")
    tab_to(page, "确定", "Shift+Tab")
    page.keyboard.press("Space")
    told(page, "已收回")


def test_menus_close_and_single_letters_can_be_switched_off(stranger):
    page = come_in(stranger(), "town_admin")
    menu = page.locator(".who-menu")
    tab_to(page, page.locator(".who > summary").inner_text().strip())
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    press(page, "键盘操作")
    dialog = page.get_by_role("dialog", name="键盘操作")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    tab_to(page, "启用 / 和 ?（只影响这台电脑）")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    for _ in range(2):  # at once, and on the next page
        for key in ("?", "/"):
            page.keyboard.press(key)
        expect(dialog).to_have_count(0)
        assert focused(page) != "查找维权站、人员、单位、村居"
        page.goto("/stations/list/")
    page.locator("[data-help]").evaluate("button => button.click()")
    expect(dialog.get_by_role("checkbox")).not_to_be_checked()
    tab_to(page, "启用 / 和 ?（只影响这台电脑）")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name=re.compile("查找维权站"))).to_be_focused()
