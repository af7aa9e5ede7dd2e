"""In a real browser: searching a list, taking conditions away, coming back, choosing columns; on a desk and a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.pages.browsing import DESK, PHONE, look, to
from tests.world import CHILD, OWN, canary

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]


def open_search(page: Page) -> None:
    if page.locator("details.search").get_attribute("open") is None:
        page.locator("details.search > summary").click()


def expect_chips(page: Page, *said: str) -> None:
    expect(page.locator(".chips button")).to_have_text(list(said))


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_a_search_is_remembered_and_taken_away_chip_by_chip(person, screen):
    page = person("town_admin", screen)
    page.goto("/stations/list/")
    open_search(page)
    search = page.get_by_role("search")
    search.get_by_label("级别").select_option("村(居)")
    search.get_by_label("关键字").fill(canary("STA", CHILD))
    search.get_by_label("关键字").press("Enter")
    expect(page.locator(".count")).to_have_text("共 1 条")
    expect(page).to_have_url(re.compile(r"/stations/list/\?_s=[0-9a-f]{6}$"))
    expect_chips(page, f"关键字：{canary('STA', CHILD)}", "级别：村(居)")
    look(page, "list-searched")

    open_search(page)
    with page.expect_event("domcontentloaded"):
        search.get_by_label("关键字").press("Enter")  # presses 查询, not the first chip
    expect_chips(page, f"关键字：{canary('STA', CHILD)}", "级别：村(居)")

    page.goto("/")
    to(page, "维权站", "维权站")
    expect(page.locator(".count")).to_have_text("共 1 条")

    page.get_by_role("button", name="关键字：").click()
    expect(page.locator(".count")).to_have_text("共 2 条")
    expect_chips(page, "级别：村(居)")
    open_search(page)
    page.get_by_role("button", name="重置").click()
    expect(page.locator(".count")).to_have_text("共 3 条")
    expect_chips(page)


def test_columns_are_chosen_and_put_back(person):
    page = person("town_admin")
    page.goto("/stations/list/?_flt_0_name=STA")
    usual = page.locator("thead th").all_inner_texts()
    page.locator("details.columns-menu > summary").click()
    chooser = page.locator("details.columns-menu")
    expect(chooser.get_by_label("站点名称")).to_be_disabled()
    chooser.get_by_label("地址").check()
    chooser.get_by_label("依托").uncheck()
    look(page, "list-columns")
    chooser.get_by_role("button", name="按所选显示").click()
    expect(page.get_by_role("columnheader", name="地址")).to_have_count(1)
    expect(page.get_by_role("columnheader", name="依托")).to_have_count(0)
    expect_chips(page, "站点名称：STA")
    expect(page.get_by_role("row", name=canary("STA", OWN))).to_contain_text(canary("ADR", OWN))
    page.locator("details.columns-menu > summary").click()
    page.locator("details.columns-menu").get_by_role("button", name="用默认的列").click()
    expect(page.get_by_role("columnheader", name="依托")).to_have_count(1)
    assert page.locator("thead th").all_inner_texts() == usual
