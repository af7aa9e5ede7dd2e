"""In a real browser: a table of statistics, the way to its rows, and what is submitted, on a desk and on a phone."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from models import Channel, Escalation, RightsCategory, Transfer, UrgentReport
from tests import records
from tests.pages import face
from tests.pages.browsing import DESK, PHONE, look, told
from tests.unit import counted
from tests.unit.closed_cases import closed
from tests.world import CHILD, OWN

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
screens = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])


def seen(page: Page, name: str) -> None:
    look(page, name)
    assert face.faults(page, "html", []) == []


@screens
def test_a_number_leads_to_its_rows_and_a_table_is_submitted(app, person, screen):
    with app.app_context():
        counted.fill(300)
    page = person("town_admin", screen)
    page.goto("/cases/statistics/")
    seen(page, "statistics")
    page.get_by_label("行", exact=True).select_option("category")
    page.get_by_label("列", exact=True).select_option("channel")
    page.get_by_label("期间").select_option("2026Q3")
    page.get_by_role("button", name="统计").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026 年第 3 季度")
    seen(page, "statistics-quarter")
    cell = page.locator("tfoot a").first
    n = re.match(r"\d+", cell.inner_text())[0]
    cell.click()
    expect(page.get_by_text(f"共 {n} 条").first).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="上报").click()
    told(page, "已新增")
    seen(page, "submission")
    with app.app_context():
        late = {"received_on": date(2026, 8, 1), "channel": Channel.CALL, "category": RightsCategory.OTHER}
        records.case(**late)
    page.reload()
    expect(page.get_by_text("差异 +1").first).to_be_visible()
    seen(page, "submission-differs")
    page.goto("/cases/statistics/?rows=division&columns=month&measure=visits&period=2026")
    seen(page, "statistics-months")
    page.locator("tfoot a").first.click()
    seen(page, "visits")
    page.goto("/cases/statistics/?rows=state&columns=state&first=2026-02-02&last=2026-01-01")
    seen(page, "statistics-refused")


@screens
def test_what_broke_an_aim_is_one_click_away(app, person, screen):
    with app.app_context():
        for code in (OWN, CHILD):
            closed(code), closed(code)
            closed(code, (UrgentReport, {"urgency": "GROUP"}), (Transfer, {}))
            closed(code, (Escalation, {}), difficulty="HARD")
    page = person("town_admin", screen)
    page.goto("/cases/statistics/?period=2026")
    page.get_by_role("link", name="四个不").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("四个不 2026 年")
    seen(page, "aims")
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="小事不出村"))
    row.get_by_role("link", name="没有做到").click()
    expect(page.get_by_text("共 1 条").first).to_be_visible()
    look(page, "aims-broken")
    page.goto("/cases/aims/?period=2020")
    seen(page, "aims-nothing")
    page.goto("/cases/aims/?first=2026-02-02&last=2026-01-01")
    seen(page, "aims-refused")
