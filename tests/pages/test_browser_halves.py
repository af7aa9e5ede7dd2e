"""In a real browser: while one line of a checklist is made ready, another is sent off, and each goes whole."""

import pytest

from tests.pages.browsing import PHONE
from tests.pages.filling import made, ship
from tests.pages.test_browser_filling import LOST, SIGN, fill, press, section, state, turn

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
