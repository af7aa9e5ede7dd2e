"""In a real browser: the way a township admin works, on a desk and on a phone."""

import pytest
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Station, StationHost
from tests.pages.browsing import PHONE, agree, choices, look, told
from tests.world import CHILD, DIVISIONS, OWN, SIBLING, canary

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]


@pytest.fixture
def page(person) -> Page:
    return person("town_admin")


@pytest.fixture
def phone(person) -> Page:
    return person("village_admin", PHONE)


def stored(app, name: str) -> Station | None:
    with app.app_context(), acting_as(SETUP):
        return db.session.scalars(select(Station).where(Station.name == name)).one_or_none()


def test_add_step_by_step_edit_and_history(app, page):
    page.get_by_role("link", name="维权站", exact=True).first.click()
    page.get_by_role("link", name="新增").click()
    chooser = page.get_by_role("combobox", name="所在区划")
    chooser.click()
    choices(page).filter(has_text=DIVISIONS[OWN]).locator(".step").click()
    choices(page).filter(has_text=DIVISIONS[CHILD]).click()
    expect(chooser).to_have_value(f"鹿城区 {DIVISIONS[OWN]} {DIVISIONS[CHILD]}")
    page.get_by_label("站点名称").fill("浏览器新站")
    page.get_by_label("依托").select_option("自行建立")
    page.get_by_label("建站日期").fill("2030-01-01")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".has-error")).to_contain_text("不能晚于今天")
    expect(page.get_by_label("站点名称")).to_have_value("浏览器新站")
    expect(chooser).to_have_value(f"鹿城区 {DIVISIONS[OWN]} {DIVISIONS[CHILD]}")
    page.get_by_label("建站日期").fill("2020-03-08")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("table.record")).to_contain_text("未与综治工作结合")
    page.get_by_role("link", name="修改", exact=True).click()
    page.get_by_label("地址").fill("墨池坊 1 号")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已保存")
    page.get_by_role("link", name="修改记录").click()
    expect(page.locator("table.history")).to_contain_text("地址：墨池坊 1 号")
    expect(page.locator("table.history")).to_contain_text("姓名town_admin")
    row = stored(app, "浏览器新站")
    assert row is not None
    assert (row.division_code, row.address) == (CHILD, "墨池坊 1 号")


def test_choose_by_typing_with_the_keyboard_alone(page):
    page.goto("/stations/add")
    chooser = page.get_by_role("combobox", name="所在区划")
    chooser.press_sequentially("鼓楼")
    expect(choices(page)).to_have_count(1)
    chooser.press("ArrowDown")
    chooser.press("Enter")
    expect(chooser).to_have_value(f"鹿城区 {DIVISIONS[OWN]} {DIVISIONS[CHILD]}")
    chooser.fill("松台")
    expect(page.locator(".choices-note:visible")).to_have_text("没有找到。")
    chooser.press("Tab")
    expect(chooser).to_have_value("")


def test_search_sort_export_and_bulk(app, page, tmp_path):
    page.goto("/stations/list/")
    page.get_by_text("查询", exact=True).first.click()
    page.get_by_role("search").get_by_label("级别").select_option("村(居)")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".count")).to_have_text("共 2 条")
    page.get_by_role("link", name="站点名称").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 Excel").click()
    download.value.save_as(tmp_path / "stations.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "stations.xlsx").get_sheet_by_index(0).to_python()
    assert rows[0][0] == "站点名称"
    assert len(rows) == 3
    assert not any(SIBLING in str(cell) for row in rows for cell in row)
    page.get_by_label("全选本页").check()
    page.get_by_role("button", name="标记为已挂牌").click()
    expect(page.get_by_role("status")).to_contain_text("已处理 2 条")
    assert stored(app, canary("STA", CHILD)).has_plaque
    assert not stored(app, canary("STA", OWN)).has_plaque


@pytest.fixture
def empty(app, page):
    """The page of a station that no row refers to."""
    with app.app_context(), acting_as(SETUP):
        db.session.add(Station(division_code=CHILD, name="空站", host=StationHost.SELF))
        db.session.commit()
    page.goto("/stations/list/")
    page.get_by_role("row", name="空站").get_by_role("link", name="查看").click()
    return page


def test_deleting_asks_first(app, empty):
    page, delete = empty, empty.get_by_role("button", name="删除")
    delete.click()
    expect(page.get_by_role("dialog")).to_contain_text("确定删除「空站」吗？")
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    expect(delete).to_be_focused()
    assert stored(app, "空站") is not None
    agree(page, "删除")
    told(page, "已删除")
    assert stored(app, "空站") is None


def test_asking_again_before_the_last_closing_was_heard_of(app, empty):
    """A browser tells of a closing later, sometimes only after the button was pressed anew."""
    empty.get_by_role("button", name="删除").evaluate(
        "(button) => { button.click(); document.querySelector('#confirm').close(); button.click(); }"
    )
    empty.get_by_role("dialog").get_by_role("button", name="确定").click()
    told(empty, "已删除")
    assert stored(app, "空站") is None


def test_a_station_that_others_belong_to_stays(app, page):
    page.goto("/stations/list/")
    page.get_by_role("row", name=canary("STA", CHILD)).get_by_role("link", name="查看").click()
    agree(page, "删除")
    expect(page.get_by_role("status")).to_contain_text("不能删除")
    assert stored(app, canary("STA", CHILD)) is not None


def test_a_village_on_the_phone(app, phone):
    phone.goto("/stations/list/")
    expect(phone.locator(".count")).to_have_text("共 1 条")
    phone.get_by_role("link", name="新增").click()
    phone.get_by_role("combobox", name="所在区划").click()
    choices(phone).first.click()
    phone.get_by_label("站点名称").fill("手机新站")
    phone.get_by_label("依托").select_option("综治工作室")
    phone.get_by_role("button", name="保存", exact=True).click()
    expect(phone.locator("table.record")).to_contain_text("手机新站")
    look(phone, "station")
    assert stored(app, "手机新站") is not None


def test_signing_out_ends_it(page):
    page.locator(".who > summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_label("账号")).to_be_visible()
    page.goto("/stations/list/")
    expect(page.get_by_label("账号")).to_be_visible()
