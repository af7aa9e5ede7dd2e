"""In a real browser: a hard case goes from a clerk's phone to the county and comes back."""

import pytest
from playwright.sync_api import expect

from app.extensions import db
from models import Case
from tests.pages.browsing import DESK, PHONE, look, save, told
from tests.pages.handling import is_now, press
from tests.security.registers import BY_REGISTER
from tests.world import OWN, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
CASE = BY_REGISTER["Case"].keys[OWN]


@pytest.fixture
def hard(app):
    """The case of the town is a hard one."""
    said = {"difficulty": "HARD", "handler": "姓名staff", "accepted_on": TODAY, "state": "HANDLING"}
    with app.app_context(), db.engine.begin() as connection:
        table = Case.__table__
        connection.execute(table.update().where(table.c.id == CASE).values(**said))


def test_a_hard_case_goes_up_and_comes_back(app, hard, person):
    station, county = person("staff", PHONE), person("county_admin", DESK)
    station.goto("/todo/")
    expect(station.locator("#unescalated")).to_contain_text("1 件")
    look(station, "unescalated")
    station.goto(f"/cases/show/{CASE}")
    look(station, "case")
    with station.expect_navigation():
        station.locator("#hands").get_by_role("link", name="疑难转报").click()
    station.get_by_label("疑难所在").fill("村规民约与法律不一致，多部门推诿")
    station.get_by_label("情况摘要").fill("外嫁女土地补偿款被扣，协调三次未果。")
    station.get_by_label("随附姓名").check()
    look(station, "escalating")
    save(station)
    told(station, "已新增")
    is_now(station, "已转报")
    expect(station.locator("#h-next")).to_have_count(0)
    look(station, "escalated")
    address = station.url

    county.goto("/todo/")
    expect(county.locator("#escalated")).to_contain_text("1 件")
    county.locator("#escalated .todo-lines a").first.click()
    expect(county.locator(".progress-card a")).to_have_count(0)  # no way to the case
    press(county, "签收")
    is_now(county, "已签收")
    county.get_by_label("跟踪情况").fill("已约谈镇政府，三日内答复")
    look(county, "tracking")
    press(county, "跟踪")
    is_now(county, "跟踪中")

    station.goto(address)
    expect(station.locator(".facts")).to_contain_text("已约谈镇政府")
    look(station, "tracked")
    station.goto(f"/cases/show/{CASE}")
    expect(station.locator("#hands")).to_contain_text("跟踪中")
    expect(station.locator(".next")).to_contain_text("还没有办结的：疑难转报")
    look(station, "case-waits")

    county.get_by_label("答复内容").fill("建议依法诉讼，已联系法律援助。")
    press(county, "答复")
    is_now(county, "已答复")
    look(county, "answered")
    station.goto("/todo/")
    expect(station.locator("#escalation_back")).to_contain_text("1 件")
    station.locator("#escalation_back .todo-lines a").first.click()
    is_now(station, "已答复")
    look(station, "back")
