"""The registers of the standards as people use them: one click for the six, stale walls, budgets, to-dos."""

import pytest
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Decision, Inspection, JointMeeting, Problem, ProblemResult, Regulation
from tests import records
from tests.world import CHILD, FOREIGN, OWN, SIBLING, TODAY

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases


def regulations(app, code):
    """[(kind, edition)] of the current ones of a station."""
    with app.app_context(), acting_as(SETUP):
        rows = db.session.scalars(
            select(Regulation)
            .where(Regulation.division_code == code, Regulation.ended_on.is_(None))
            .order_by(Regulation.id)
        )
        return [(row.kind.name, row.edition) for row in rows]


def station(app, code):
    with app.app_context():
        return records.station_at(code)


# ---- the six


def test_one_click_gives_a_station_what_it_lacks_and_a_second_nothing(app, client_as):
    browser, key = client_as("staff"), station(app, OWN)
    page = browser.get(f"/stations/show/{key}").text
    assert "缺工作联席制度。" in page
    assert f'action="/regulations/complete/{key}"' in page
    for said in ("已补齐 5 项制度。", "六项制度齐全，没有要补的。"):
        answer = browser.submit(f"/regulations/complete/{key}")
        assert (answer.status_code, answer.location) == (302, f"/stations/show/{key}")
        page = browser.get(answer.location).text
        assert said in page
        assert "六项制度齐全。" in page
        assert "/regulations/complete/" not in page
        assert len(regulations(app, OWN)) == len(set(regulations(app, OWN))) == 6
    assert regulations(app, CHILD) == [("DAILY", 1)]


@pytest.mark.parametrize(
    ("username", "code", "status"),
    [
        ("town_admin", SIBLING, 404), ("town_admin", FOREIGN + "01", 404), ("staff", SIBLING, 404),
        ("supervisor", OWN, 403), ("center", OWN, 403), ("auditor", OWN, 403), ("village_admin", OWN, 404),
        ("mixed", "330304001", 403),
    ],
)  # fmt: skip
def test_the_click_is_for_who_may_add_regulations_there(app, client_as, username, code, status):
    with app.app_context(), acting_as(SETUP):
        rows = db.session.scalars(select(Regulation.station_id).where(Regulation.division_code.startswith(code)))
        key = rows.first()
    before = regulations(app, code)
    assert client_as(username).submit(f"/regulations/complete/{key}").status_code == status
    assert regulations(app, code) == before


@pytest.mark.parametrize("key", ["0", "99999999", "x", "-1"])
def test_a_station_that_there_is_not_is_not_found(app, client_as, key):
    assert client_as("town_admin").submit(f"/regulations/complete/{key}").status_code == 404


def test_a_second_current_one_of_a_kind_is_refused_at_its_field(app, client_as):
    browser = client_as("town_admin")
    form = {"station_id": str(station(app, OWN)), "kind": "DAILY", "edition": "2", "effective_on": "2026-11-20"}
    answer = browser.submit("/regulations/add", {**form, "text": "一、新版。"})
    assert answer.status_code == 422
    assert "该站已有这一种现行制度；换新版请先废止旧版。" in answer.text
    with app.app_context(), acting_as(SETUP):
        old = db.session.scalars(select(Regulation).where(Regulation.division_code == OWN)).one()
        key, version = old.id, old.version
    ending = {"ended_on": "2026-11-24", "ended_reason": "换版", "_version": str(version)}
    assert browser.submit(f"/regulations/end/{key}", ending).status_code == 302
    assert browser.submit("/regulations/add", {**form, "text": "一、新版。"}).status_code == 302
    assert regulations(app, OWN) == [("DAILY", 2)]
    assert "该站已有这一种现行制度" in browser.get(browser.submit(f"/regulations/resume/{key}").location).text
    assert regulations(app, OWN) == [("DAILY", 2)]


# ---- the wall


def test_a_stale_list_is_told_on_its_page_and_on_that_of_the_station(app, client_as):
    browser, key = client_as("staff"), station(app, OWN)
    form = {"station_id": str(key), "kind": "ROSTER", "posted_on": "2026-11-20", "spot": "大厅"}
    posting = browser.submit("/postings/add", form).location
    stale = "上墙已过期：队伍名单在 2026-11-20 之后有变动。"
    for page in (posting, f"/stations/show/{key}"):
        assert stale not in browser.get(page).text
    with app.app_context():
        records.volunteer(OWN, "新来的", starts_on=TODAY)
    for page in (posting, f"/stations/show/{key}"):
        assert stale in browser.get(page).text
    assert "未上墙：工作职责。" in browser.get(f"/stations/show/{key}").text


# ---- money


def test_a_budget_needs_its_document_and_comes_once_a_year(app, client_as):
    browser = client_as("staff")
    form = {"station_id": str(station(app, OWN)), "year": "2026", "amount_yuan": "20000", "is_in_budget": "y"}
    refused = browser.submit("/budgets/add", form)
    assert (refused.status_code, "列入财政预算的，请填写文号。" in refused.text) == (422, True)
    assert browser.submit("/budgets/add", {**form, "document_no": "鹿财〔2026〕1号"}).status_code == 302
    again = browser.submit("/budgets/add", {**form, "document_no": "鹿财〔2026〕2号"})
    assert (again.status_code, "该站这一年的经费已经登记。" in again.text) == (422, True)
    assert browser.submit("/budgets/add", {**form, "year": "1999", "document_no": "甲"}).status_code == 422


# ---- what is open


def waiting(browser, kind):
    page = browser.get("/todo/").text
    return page.partition(f'<section class="card" id="{kind}"')[2].partition("</section>")[0]


def test_a_decision_waits_until_it_is_done_and_leads_to_its_meeting(app, client_as):
    with app.app_context():
        (key,) = records.keep(
            JointMeeting(station_id=records.station_at(OWN), held_on=TODAY, chair="甲", topics="乙事")
        )
        records.keep(
            Decision(meeting_id=key, text="后办的", due_on=TODAY.replace(day=30)),
            Decision(meeting_id=key, text="先办的", due_on=TODAY.replace(day=1)),
            Decision(meeting_id=key, text="办好的", due_on=TODAY.replace(day=1), done_on=TODAY),
        )
    browser = client_as("staff")
    told = waiting(browser, "decisions")
    assert "先办的" in told
    assert "已逾期" in told
    assert "后办的" not in told
    assert "办好的" not in told
    assert f"/meetings/show/{key}" in told
    with app.app_context(), acting_as(SETUP):
        for decision in db.session.scalars(select(Decision).where(Decision.meeting_id == key)):
            decision.done_on = TODAY
        db.session.commit()
    assert f"/meetings/show/{key}" not in waiting(browser, "decisions")
    assert "先办的" in browser.get(f"/meetings/show/{key}").text


@pytest.mark.parametrize(
    ("result", "waits"), [(None, True), (ProblemResult.OPEN, True), (ProblemResult.FIXED, False)], ids=str
)
def test_a_problem_waits_until_it_is_found_fixed(app, client_as, result, waits):
    with app.app_context():
        (key,) = records.keep(
            Inspection(station_id=records.station_at(CHILD), inspected_on=TODAY, inspector="甲", content="台账")
        )
        seen = TODAY if result else None
        records.keep(Problem(inspection_id=key, text="没有标牌", due_on=TODAY, rechecked_on=seen, result=result))
    for username in ("staff", "supervisor", "village_admin"):
        told = waiting(client_as(username), "problems")
        assert (f"/inspections/show/{key}" in told, "没有标牌" in told) == (waits, waits)
    assert "没有标牌" not in client_as("foreign_admin").get("/todo/").text


def test_a_meeting_or_inspection_that_was_struck_out_leaves_nothing_to_do(app, client_as):
    with app.app_context(), acting_as(SETUP):
        for row in (*db.session.query(JointMeeting), *db.session.query(Inspection)):
            records.end(row)
        db.session.commit()
    browser = client_as("town_admin")
    assert waiting(browser, "decisions") == waiting(browser, "problems") == ""


def test_a_recheck_is_dated(app, client_as):
    form = {
        "station_id": str(station(app, OWN)), "inspected_on": "2026-11-20", "inspector": "甲", "content": "台账",
        "problems-0-_key": "", "problems-0-text": "没有标牌", "problems-0-due_on": "2026-12-01",
        "problems-0-result": "FIXED",
    }  # fmt: skip
    browser = client_as("supervisor")
    refused = browser.submit("/inspections/add", form)
    assert (refused.status_code, "复查日期和复查结果要一起填写。" in refused.text) == (422, True)
    assert browser.submit("/inspections/add", {**form, "problems-0-rechecked_on": "2026-11-24"}).status_code == 302
