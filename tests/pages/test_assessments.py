"""考核 as people use it: a sheet with its lines ready to fill in, what is wrong said at the line, two signatures."""

import re

import pytest

from app import standards
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from app.setup import CHECKLISTS
from models import Assessment, Checklist, ChecklistKind, StationLevel
from tests import records
from tests.pages.drafting import draft
from tests.security import assessment_intrusions as intrusions
from tests.security.assessment_intrusions import BESIDE, LINE, SHEET, SPEC, seen, sign, signers
from tests.security.intrusions import ask
from tests.world import CITY, OWN, SIBLING, TODAY

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases


@pytest.fixture
def asked(app):
    """The key of the city's 考核 for townships."""
    with app.app_context(), acting_as(SETUP):
        standards.seed(db.session(), CHECKLISTS.read_bytes(), TODAY)
        db.session.commit()
        found = db.session.query(Checklist.id).filter_by(
            division_code=CITY, kind=ChecklistKind.ASSESSMENT, level=StationLevel.TOWNSHIP
        )
        return found.scalar()


def begin(app, browser, checklist, **changes):
    """Add a sheet by its form; the answer."""
    with app.app_context():
        station = records.station_at(OWN)
    form = {"station_id": str(station), "checklist_id": str(checklist), "year": "2026", "assessed_on": "2026-11-20"}
    return browser.submit("/assessments/add", {**form, "assessors": "考核组", **changes})


def hidden(page):
    """Every field of the lines of a form, as a browser would send it back."""
    fields = dict(re.findall(r'name="(answers-\d+-_(?:key|version))" value="([^"]*)"', page))
    assert fields
    return fields


def lines(page, *given):
    """The posted lines: each is (is_met, points, note), the first ones; the rest stay empty."""
    fields = hidden(page)
    for n in range(len(fields) // 2):
        is_met, points, note = given[n] if n < len(given) else ("", "", "")
        fields |= {f"answers-{n}-is_met": is_met, f"answers-{n}-points": points, f"answers-{n}-note": note}
    return fields


def form_of(page):
    (version,) = re.findall(r'name="_version" value="(\d+)"', page)
    return {"year": "2026", "assessed_on": "2026-11-20", "assessors": "考核组", "_version": version}


# ---- filled in


def test_a_sheet_is_begun_in_one_form_and_filled_in_in_the_next(app, client_as, asked):
    browser = client_as("staff")
    assert "answers-0" not in browser.get("/assessments/add").text
    page = begin(app, browser, asked).location
    key = page.rpartition("/")[2]
    shown = browser.get(page).text
    for text in ("领导机构健全，责任和分工明确", "未签字", "0", "100"):
        assert text in shown
    form = browser.get(f"/assessments/edit/{key}").text
    assert len(hidden(form)) == 28
    assert "领导机构健全，责任和分工明确：得分" in form
    assert "-_remove" not in form
    assert "data-lines" not in form
    given = [("", "10", ""), ("YES", "", ""), ("", "7", "来信无人复")]
    answer = browser.submit(f"/assessments/edit/{key}", form_of(form) | lines(form, *given))
    assert answer.status_code == 302
    assert ask(app, "SELECT total_points FROM assessment WHERE id = :key", key=key) == [22]
    listed = browser.get("/assessments/list/?_flt_0_year=2026").text
    assert "<td" in listed
    assert ">22<" in listed
    assert ">考核<" in listed


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (("", "11", ""), "「领导机构健全，责任和分工明确」的得分应为 0 到 10。"),
        (("", "9", ""), "「领导机构健全，责任和分工明确」扣了 1 分，请写明原因。"),
        (("NO", "", ""), "「领导机构健全，责任和分工明确」扣了 10 分，请写明原因。"),
    ],
)
def test_what_is_wrong_is_said_at_the_line_and_nothing_typed_is_lost(app, client_as, asked, given, text):
    browser = client_as("staff")
    key = begin(app, browser, asked).location.rpartition("/")[2]
    form = browser.get(f"/assessments/edit/{key}").text
    answer = browser.submit(f"/assessments/edit/{key}", form_of(form) | lines(form, given, ("", "4", "标牌旧了")))
    assert answer.status_code == 422
    assert text in answer.text
    assert 'value="标牌旧了"' in answer.text
    assert ask(app, "SELECT total_points FROM assessment WHERE id = :key", key=key) == [0]


def test_a_line_that_is_posted_as_new_or_to_be_removed_changes_nothing(app, client_as, asked):
    browser = client_as("town_admin")
    key = begin(app, browser, asked).location.rpartition("/")[2]
    form = browser.get(f"/assessments/edit/{key}").text
    extra = {"answers-50-_key": "", "answers-50-_version": "", "answers-50-is_met": "YES", "answers-50-points": "5"}
    removed = {"answers-0-_remove": "1", "answers-0-label": "别的", "answers-0-full_points": "99"}
    answer = browser.submit(f"/assessments/edit/{key}", form_of(form) | lines(form, ("", "10", "")) | extra | removed)
    assert answer.status_code == 302
    sql = "SELECT count(*) FROM assessment_answer WHERE assessment_id = :key AND full_points < 99"
    assert ask(app, sql, key=key) == [14]
    assert ask(app, "SELECT total_points FROM assessment WHERE id = :key", key=key) == [10]


def test_a_second_sheet_of_the_year_is_refused_at_its_field(app, client_as, asked):
    browser = client_as("staff")
    begin(app, browser, asked)
    answer = begin(app, browser, asked, assessors="另一组")
    assert answer.status_code == 422
    assert "该站这一年已有这份标准的考核表。" in answer.text


def test_only_what_is_for_sheets_is_offered_and_only_lines_of_standards_are_confirmed(app, client_as, asked):
    browser = client_as("city_admin")
    offered = browser.get("/assessments/options/checklist_id?verb=add&q=").get_json()["items"]
    assert {"考核", "督导", "优秀妇女维权岗"} <= {item["text"] for item in offered}
    assert not {"五有", "三有", "平安家庭"} & {item["text"] for item in offered}
    items = browser.get("/confirmations/options/item_id?verb=add&q=防").get_json()["items"]
    assert items == []


# ---- signed


def test_both_sign_on_the_page_and_it_says_who_and_when(app, client_as):
    women, centre = client_as("town_admin"), client_as("center")
    page = women.get(f"/assessments/show/{SHEET}").text
    assert "妇联签字" in page
    assert "综治签字" not in page
    assert women.submit(f"/assessments/sign/{SHEET}", seen(app)).status_code == 302
    page = centre.get(f"/assessments/show/{SHEET}").text
    assert "姓名town_admin，2026-11-24 签字" in page
    assert "综治签字" in page
    assert "撤回妇联签字" not in page
    assert centre.submit(f"/assessments/cosign/{SHEET}", seen(app)).status_code == 302
    page = women.get(f"/assessments/show/{SHEET}").text
    assert "已会签" in page
    assert "姓名center，2026-11-24 签字" in page
    assert f'href="/assessments/edit/{SHEET}"' not in page
    edited = women.get(f"/assessments/edit/{SHEET}")
    assert edited.location == f"/assessments/show/{SHEET}"
    assert "这份考核表已经签字，不能修改。" in women.get(edited.location).text
    assert women.submit(f"/assessments/unsign/{SHEET}", seen(app)).status_code == 302
    assert len(signers(app)) == 1
    assert "妇联签字" in women.get(f"/assessments/history/{SHEET}").text


def test_lines_that_are_open_are_listed_where_one_would_sign(app, client_as, asked):
    browser = client_as("town_admin")
    page = begin(app, browser, asked).location
    key = page.rpartition("/")[2]
    shown = browser.get(page).text
    assert "还有 14 项没有填写，填完才能签字：领导机构健全，责任和分工明确、有固定的办公地点和标牌、" in shown
    assert f'action="/assessments/sign/{key}"' not in shown
    browser.submit(f"/assessments/sign/{key}", seen(app, int(key)))
    assert "还不能签字：还有 14 项没有填写：「领导机构健全" in browser.get(page).text
    assert signers(app, int(key)) == []


@pytest.mark.parametrize("stale", ["", "1.1", "x", "9" * 300])
def test_a_stale_signature_is_409_and_shows_the_sheet_as_it_is(app, client_as, stale):
    answer = client_as("town_admin").submit(f"/assessments/sign/{SHEET}", {"_seen": stale})
    assert answer.status_code == 409
    assert "您打开之后，这份考核表已有变化；请核对后再次提交。" in answer.text
    assert signers(app) == []


@pytest.mark.parametrize(
    ("username", "route", "key", "status"),
    [
        ("town_admin", "sign", BESIDE, 404), ("center", "cosign", BESIDE, 404), ("foreign_admin", "sign", SHEET, 404),
        ("staff", "sign", SHEET, 403), ("supervisor", "sign", SHEET, 403), ("center", "sign", SHEET, 403),
        ("town_admin", "cosign", SHEET, 403), ("center", "unsign", SHEET, 403), ("town_admin", "uncosign", SHEET, 403),
        ("auditor", "sign", SHEET, 403), ("county_admin", "sign", SHEET, 302), ("center", "cosign", SHEET, 302),
        ("town_admin", "sign", 99_999_999, 404),
    ],
)  # fmt: skip
def test_each_side_signs_where_it_may(app, client_as, username, route, key, status):
    hidden = seen(app, key) if key < 9_000_000 else {"_seen": "1.1"}
    assert client_as(username).submit(f"/assessments/{route}/{key}", hidden).status_code == status
    if key < 9_000_000:
        assert bool(signers(app, key)) == (status == 302)


def test_a_signature_that_is_not_there_is_not_taken_back(app, client_as):
    browser = client_as("town_admin")
    answer = browser.submit(f"/assessments/unsign/{SHEET}", seen(app))
    assert "没有这一步" in browser.get(answer.location).text


def test_a_sheet_that_has_ended_is_not_signed(app, client_as):
    browser = client_as("town_admin")
    ending = {"ended_on": "2026-11-24", "ended_reason": "重复"}
    assert browser.submit(f"/assessments/end/{SHEET}", ending).status_code == 302
    assert "代表妇联签字" not in browser.get(f"/assessments/show/{SHEET}").text
    sign(app, "town_admin")
    assert signers(app) == []


def test_a_signed_sheet_is_not_deleted(app, client_as):
    browser = client_as("town_admin")
    for file in ask(app, "SELECT id FROM attachment WHERE register = 'Assessment' AND row_key = :key", key=str(SHEET)):
        assert browser.submit(f"/assessments/detach/{SHEET}/{file}").status_code == 302
    sign(app, "town_admin")
    for path, data in ((f"delete/{SHEET}", {}), ("action_post", {"action": "bulk_delete", "rowid": [str(SHEET)]})):
        browser.submit(f"/assessments/{path}", data)
        assert ask(app, "SELECT count(*) FROM assessment_answer WHERE id = :key", key=LINE) == [1]
    browser.submit(f"/assessments/unsign/{SHEET}", seen(app))
    assert browser.submit(f"/assessments/delete/{SHEET}").location == "/assessments/list/"
    assert ask(app, "SELECT count(*) FROM assessment_answer WHERE id = :key", key=LINE) == [0]


def test_a_draft_from_before_the_signature_is_not_saved_after_it(app, client_as):
    browser = client_as("town_admin")
    form = intrusions.form_of(browser, points="2")
    assert draft(browser, "/assessments", form, SHEET).status_code == 200
    sign(app, "center", "cosign")
    assert browser.get(f"/assessments/edit/{SHEET}?_draft=1").status_code == 302
    assert browser.submit(f"/assessments/edit/{SHEET}", form).status_code == 302
    assert ask(app, "SELECT points FROM assessment_answer WHERE id = :key", key=LINE) == [10]


def test_one_person_does_not_sign_for_both(app):
    assert intrusions.signs_for_both(app) is None


def test_who_has_signed_for_one_side_is_not_offered_the_other(app, client_as):
    assert intrusions.signs_for_both(app) is None
    page = client_as("town_admin").get(f"/assessments/show/{SHEET}").text
    assert "撤回妇联签字" in page
    assert "代表综治签字" not in page


# ---- on the page of the station


@pytest.mark.parametrize(
    ("username", "code", "is_named"), [("staff", OWN, True), ("center", OWN, True), ("town_admin", SIBLING, False)]
)
def test_the_page_of_a_station_leads_to_its_sheets(app, client_as, username, code, is_named):
    with app.app_context():
        station = records.station_at(code)
    page = client_as(username).get(f"/stations/show/{station}").text
    assert (f'href="/assessments/show/{SPEC.keys[code]}"' in page) == is_named
    assert ("2025 年考核" in page) == is_named


def test_the_model_says_who_has_signed():
    assert str(Assessment(year=2026)) == "2026 年考核表"
