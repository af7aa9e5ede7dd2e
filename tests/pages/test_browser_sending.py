"""In a real browser: a line of a checklist goes off whole, however slow the telephone, or is told to be too large."""

import pytest
from playwright.sync_api import expect

from tests.pages.browsing import PHONE
from tests.pages.filling import made, ship
from tests.pages.test_browser_filling import LOST, SIGN, cut, fill, press, section, shoot, state, turn

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
# A telephone that draws each picture only when it is told to.
SLOW = """
const draw = createImageBitmap;
globalThis.createImageBitmap = (...of) => new Promise((go) => { globalThis.go = go; }).then(() => draw(...of));
"""


def test_a_line_whose_photo_is_still_drawn_waits_for_it_whoever_sends(app, person):
    page = person("staff", PHONE)
    page.add_init_script(SLOW)
    page.goto(ship(app))
    page.context.set_offline(True)
    fill(page, "合影一张")
    press(page, "保存佐证")
    state(page, LOST)
    turn(page, "下一项", "有队伍")
    fill(page, "队伍合影")
    section(page).locator("input[name=photo]").set_input_files([SIGN])
    press(page, "保存佐证")
    state(page, "正在保存")
    page.context.set_offline(False)  # and what waited goes off
    turn(page, "上一项", "有机构")
    state(page, "已保存")
    page.evaluate("go()")
    turn(page, "下一项", "有队伍")
    state(page, "已保存")
    assert made(app) == [("有机构", "合影一张", 0), ("有队伍", "队伍合影", 1)]


def test_what_the_server_in_front_finds_too_large_is_not_sent_for_ever(app, person):
    """nginx (README: client_max_body_size) says so with a page of its own."""
    page, sent = person("staff", PHONE), []
    page.goto(ship(app))
    cut(page, lambda route: (sent.append(1), route.fulfill(status=413, content_type="text/html", body="<h1>413</h1>")))
    shoot(page)
    press(page, "保存佐证")
    state(page, "需要修改")
    expect(section(page).get_by_role("alert")).to_have_text("照片太多或者太大，请去掉一些再保存。")
    section(page).get_by_role("button", name="去掉 标牌.jpg").click()
    page.unroute_all()
    fill(page, "合影一张")
    press(page, "保存佐证")
    state(page, "已保存")
    assert (len(sent), made(app)) == (1, [("有机构", "合影一张", 0)])
