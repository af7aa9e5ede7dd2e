"""In a real browser: a township keeps its roster and its trainings, on a desk and on a phone."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from tests.pages.browsing import DESK, PHONE, agree, choices, choose, look, save, to, told
from tests.records import id_number
from tests.world import OWN, canary

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
PEOPLE = (
    ("陈丽芳", "联络员", date(1980, 1, 1), "19900001111"),
    ("林娟", "代理员", date(1990, 2, 28), "１９９０ ０００ ２２２２"),
    ("黄敏静", "民调员", date(1971, 12, 31), "19900003333"),
)
screens = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])


def full_width(text: str) -> str:
    """As a Chinese input method types it."""
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


def fill_in(page: Page, name: str, role: str, born: date, phone: str) -> None:
    page.get_by_label("姓名").fill(name)
    page.get_by_label("类别").select_option(role)
    page.get_by_label("身份证号").fill(full_width(id_number(born)))
    page.get_by_label("联系电话").fill(phone)
    page.get_by_label("聘任日期").fill("2026-03-08")


@screens
def test_a_roster_is_kept(person, screen):
    page = person("town_admin", screen)
    look(page, "home")
    to(page, "队伍", "队伍")
    look(page, "roster")
    to(page, "新增", "新增队伍")
    chooser = page.get_by_role("combobox", name="所属维权站")
    chooser.click()
    expect(choices(page).first).to_be_visible()
    look(page, "station-choices")
    choose(page, "所属维权站", canary("STA", OWN))
    for name, role, born, phone in PEOPLE:
        fill_in(page, name, role, born, phone)
        look(page, "volunteer-typed")
        page.get_by_role("button", name="保存并继续新增").click()
        told(page, "已新增")
        expect(page.get_by_label("姓名")).to_have_value("")
        expect(chooser).to_have_value(canary("STA", OWN))  # the next one is of the same station
    page.goto("/volunteers/list/")
    for name, _role, born, _phone in PEOPLE:
        row = page.get_by_role("row", name=name)
        expect(row).to_contain_text("199****")
        expect(row).not_to_contain_text(id_number(born))
    look(page, "roster-of-three")

    page.get_by_role("link", name="陈丽芳").click()
    record = page.locator("table.record")
    expect(record).to_contain_text("1980-01-01")  # told by the number
    expect(record.get_by_role("row", name="性别")).to_contain_text("女")
    expect(record).to_contain_text(f"330{'*' * 15}")
    look(page, "volunteer")

    page.get_by_role("link", name="离任", exact=True).click()
    page.get_by_role("button", name="确定离任").click()
    expect(page.locator(".has-error")).to_contain_text("必填")
    look(page, "leaving-without-reason")
    page.get_by_label("离任原因").fill("调到县里工作")
    page.get_by_role("button", name="确定离任").click()
    told(page, "已离任")
    look(page, "left")
    page.get_by_label("所在位置").get_by_role("link", name="队伍").click()
    expect(page.get_by_role("row", name="林娟")).to_be_visible()
    expect(page.get_by_role("row", name="陈丽芳")).to_have_count(0)
    page.locator("summary", has_text="查询").click()
    look(page, "search-open")
    page.get_by_role("search").get_by_label("状态").select_option("已离任")
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".count")).to_have_text("共 1 条")
    expect(page.get_by_role("row", name="陈丽芳")).to_contain_text("已离任")
    look(page, "found-again")
    page.get_by_role("link", name="陈丽芳").click()
    agree(page, "恢复")
    told(page, "已恢复")
    page.get_by_role("link", name="修改记录").click()
    expect(page.locator("table.history")).to_contain_text("调到县里工作")
    look(page, "volunteer-history")


@screens
def test_a_training_with_its_attendance(person, screen):
    page = person("town_admin", screen)
    page.goto("/trainings/add")
    choose(page, "所在区划", "五马")
    page.get_by_label("培训名称").fill("反家庭暴力法培训")
    page.get_by_label("培训日期").fill("2026-03-08")
    page.locator("input[name=hours]").fill("6")
    page.get_by_label("主办").select_option("妇联")
    lines = page.locator("[data-lines] > tr")
    expect(lines).to_have_count(3)
    page.get_by_role("button", name="再加一行").click()
    expect(lines).to_have_count(4)
    expect(lines.nth(3).get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    choose(page, "参训人员", canary("VOL", OWN), lines.nth(0))
    choose(page, "参训人员", canary("VOL", "330302006044"), lines.nth(3))
    lines.nth(3).get_by_label("学时").fill("2")
    look(page, "training-typed")
    save(page)
    told(page, "已新增")
    look(page, "training")
    expect(page.get_by_role("row", name=canary("VOL", OWN))).to_contain_text("是")
    page.goto("/trainings/list/")
    look(page, "trainings")
    page.get_by_role("link", name="个人学时").click()
    expect(page.get_by_role("row", name=canary("VOL", OWN))).to_contain_text("14")  # 8 of the world's training, 6 here
    expect(page.get_by_role("row", name=canary("VOL", "330302006044"))).to_contain_text("10")
    look(page, "hours")
