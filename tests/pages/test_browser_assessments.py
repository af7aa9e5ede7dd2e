"""In a real browser: a sheet of 考核 is filled in by a township and signed by both sides, on a desk and on a phone."""

import pytest
from playwright.sync_api import Page, expect

from app import assessments, standards
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from app.setup import CHECKLISTS
from models import Assessment, Checklist, ChecklistKind, StationLevel
from tests import records
from tests.pages import face
from tests.pages.browsing import DESK, PHONE, agree, look, save, told
from tests.world import CITY, OWN, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
screens = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture
def sheet(app) -> int:
    """The key of a sheet of 考核, begun at the station of the town."""
    with app.app_context(), acting_as(SETUP):
        standards.seed(db.session(), CHECKLISTS.read_bytes(), TODAY)
        asked = db.session.query(Checklist.id).filter_by(
            division_code=CITY, kind=ChecklistKind.ASSESSMENT, level=StationLevel.TOWNSHIP
        )
        row = Assessment(
            station_id=records.station_at(OWN),
            checklist_id=asked.scalar(),
            year=2026,
            assessed_on=TODAY,
            assessors="甲",
        )
        assessments.AssessmentInterface(Assessment).add(row)
        db.session.commit()
        return row.id


def seen(page: Page, name: str) -> None:
    look(page, name)
    assert face.faults(page, "html", []) == []


@screens
def test_a_sheet_is_filled_in_and_signed_by_both(person, sheet, screen):
    page = person("town_admin", screen)
    page.goto(f"/assessments/show/{sheet}")
    seen(page, "sheet-open")
    page.get_by_role("link", name="修改", exact=True).click()
    seen(page, "sheet-form")
    points = page.get_by_label("：得分")
    expect(points).to_have_count(14)
    full = page.locator("td[data-label=分值]").all_inner_texts()
    for n, text in enumerate(full):
        points.nth(n).fill(text)
    points.nth(2).fill("8")
    save(page)
    expect(page.get_by_text("来访有人接」扣了 2 分，请写明原因。")).to_be_visible()
    seen(page, "sheet-wrong")
    page.get_by_label("：原因和说明").nth(2).fill("来信无人复")
    save(page)
    told(page, "已保存")
    agree(page, "妇联签字")
    told(page, "已完成：签字")
    other = person("center", screen)
    other.goto(f"/assessments/show/{sheet}")
    agree(other, "综治签字")
    told(other, "已完成：签字")
    expect(other.get_by_text("已会签")).to_be_visible()
    seen(other, "sheet-signed")
