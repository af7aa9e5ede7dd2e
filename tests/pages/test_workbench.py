"""工作台: each number is that of its list, for every role; names only where they are near; few statements."""

import html
import re
import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select

from app import workbench
from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import SETUP
from models import AuditEntry, Case, Division, Seat, Station, StationHost, StationMember, Volunteer
from tests import records, world
from tests.conftest import IS_AUDIT
from tests.world import CHILD, OWN, SIBLING, TODAY

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

EMPTY = "330302006099"  # a village without a station
DAY = timedelta(days=1)
PEOPLE = (
    "town_admin", "village_admin", "county_admin", "city_admin", "supervisor", "staff", "center", "mixed", "manager",
    "city_manager", "system_admin", "foreign_admin",
)  # fmt: skip
SOME = ("town_admin", "center", "mixed", "manager", "system_admin")  # in make test
ADMIN = "区划管理员"


def account(username, place, until, password=world.PASSWORD):
    with acting_as(SETUP):
        made = users.add(username, f"姓名{username}", password, [(ADMIN, place)], TODAY - DAY)
        made.scopes[0].valid_until = until
        db.session.commit()
    db.session.remove()


@pytest.fixture
def busy(app):
    """The world with something of each kind that is counted, and beside it what is not."""
    with app.app_context():
        for code in (OWN, CHILD, SIBLING):
            for n, days in enumerate((-400, 0, 30, 31)):
                records.volunteer(code, f"任{n}{code}", term_ends_on=TODAY + days * DAY, starts_on=date(2020, 1, 1))
            records.volunteer(
                code, "走", term_ends_on=TODAY, starts_on=date(2020, 1, 1), ended_on=TODAY, ended_reason="离任"
            )
            records.case(code, "今", received_on=TODAY)
            records.case(code, "首", received_on=TODAY.replace(day=1))
            records.case(code, "前", received_on=TODAY.replace(day=1) - DAY)
            records.case(code, "去", received_on=date(2025, 12, 31))
            records.case(code, "废", ended_on=TODAY, ended_reason="重复")
            course = records.training(code, "课", held_on=date(2026, 1, 1))
            records.training(code, "旧课", held_on=date(2025, 12, 31))
            records.attendance(course, records.volunteer(code, f"学{code}"))
        station = records.station_at(CHILD)
        records.keep(
            Division(code=EMPTY, name="新村"),
            Division(code=f"{SIBLING}099", name="别村"),
            Station(division_code=OWN, name="已撤", host=StationHost.CENTER, ended_on=TODAY, ended_reason="并站"),
            *(StationMember(station_id=station, name=s.name, seat=s) for s in (Seat.BRANCH, Seat.CONGRESS)),
        )
        account("waiting", OWN, None, password=None)
        account("leaving", CHILD, TODAY + 14 * DAY)
        account("staying", CHILD, TODAY + 15 * DAY)
        account("left", CHILD, TODAY - DAY)
    return app


def numbers_of(page):
    """[(number, address)] of every link of the page that begins with a number."""
    links = re.findall(r'<a\b[^>]*\bhref="([^"]+)"[^>]*>(.*?)</a>', page.partition("<h1")[2], re.DOTALL)
    found = [(re.match(r"\s*(\d+)", re.sub(r"<[^>]+>", "", text)), html.unescape(href)) for href, text in links]
    return [(int(number[1]), href) for number, href in found if number]


def rows_behind(browser, address):
    """How many rows the list at `address` has, its pages turned one by one."""
    view = {"/stations/": "StationView", "/volunteers/": "VolunteerView", "/cases/": "CaseView"}
    view |= {"/trainings/": "TrainingView", "/accounts/": "UserView"}
    view |= {"/meetings/": "JointMeetingView", "/inspections/": "InspectionView"}
    view |= {"/transfers/": "TransferView", "/assignments/": "AssignmentView"}
    view |= {"/superiors/": "SuperiorAssignmentView", "/escalations/": "EscalationView"}
    view |= {"/urgents/": "UrgentReportView", "/policies/": "PolicyIssueView"}
    own = "missing" in address or "hours" in address
    name = "page" if own else "page_" + view[address[: address.index("/", 1) + 1]]
    seen: set[str] = set()
    for page in range(100):
        answer = browser.get(f"{address}{'&' if '?' in address else '?'}{name}={page}")
        assert answer.status_code == 200
        body = answer.text.partition("<tbody>")[2].partition("</tbody>")[0]
        rows = {re.sub(r"\s+", " ", row) for row in re.split(r"<tr\b", body)[1:]}
        if not rows or rows <= seen:
            return len(seen)
        seen |= rows
    raise AssertionError("there is no end of it")


def test_each_number_is_that_of_its_list(busy, client_as):
    wrong, looked_at = [], set()
    for person in PEOPLE if IS_AUDIT else SOME:
        browser = client_as(person)
        for number, address in numbers_of(browser.get("/").text):
            looked_at.add(person)
            if (found := rows_behind(browser, address)) != number:
                wrong.append(f"{person}: {number} at {address}, which lists {found}")
    assert wrong == []
    assert looked_at >= set(SOME)


def test_a_number_that_is_not_that_of_its_list_would_be_noticed(busy, client_as, monkeypatch):
    """The seeded fault: those who left are counted, those in office listed."""
    left = property(lambda rows: [rows.model.ended_on.is_not(None)])
    monkeypatch.setattr(workbench.Rows, "conditions", left)
    browser = client_as("town_admin")
    numbers = [
        (n, address) for n, address in numbers_of(browser.get("/").text) if address == "/volunteers/list/?_ended=no"
    ]
    assert [(n, rows_behind(browser, address)) for n, address in numbers] == [(2, 13)]


def test_the_numbers_of_a_town(busy, client_as):
    """By hand: what lies in the town and its village, without what has ended, is over or not due."""
    page = client_as("town_admin").get("/").text
    found = {re.sub(r"\d+-\d+-\d+", "D", address): number for number, address in numbers_of(page)}
    assert found == {
        "/transfers/list/?_ended=no&_only=unassigned": 3,
        "/superiors/list/?_ended=no&_only=to_feed_back": 3,
        "/policies/list/?_ended=no&_only=policy_back": 3,
        "/stations/missing/?show=all": 3,
        "/stations/missing/?show=built": 2,
        "/stations/missing/?show=missing": 1,
        "/stations/list/?_ended=no": 3,
        "/volunteers/list/?_ended=no": 3 + 2 * 5,
        "/cases/list/?_ended=no&_flt_0_received_on=D&_flt_1_received_on=D": 3
        + 2 * 3,  # of the year, the later of the two
        "/trainings/list/?_ended=no&_flt_0_held_on=D&_flt_1_held_on=D": 3 + 2,
        "/volunteers/list/?_ended=no&_flt_1_term_ends_on=D": 2 * 3,
        "/stations/list/?_ended=no&_only=gaps": 3 - 1 + 0,
        "/trainings/hours/?year=2026&none=y": 2 * 4,
        "/cases/list/?_ended=no&_only=applied": 3 + 2 * 4,
        "/cases/list/?_ended=no&_only=late": 3 + 2 * 3,  # to be accepted in one working day
        "/meetings/list/?_ended=no&_only=decisions": 3,
        "/inspections/list/?_ended=no&_only=problems": 3,
    }
    assert [n for n, address in numbers_of(page) if "received_on=2026-11" in address] == [2 * 2]


def test_rows_of_another_township_count_for_nobody_here(busy, client_as):
    browser = client_as("town_admin")
    before = browser.get("/").text
    with busy.app_context():
        records.volunteer(SIBLING, "邻", term_ends_on=TODAY)
        records.case(SIBLING, "邻事")
        records.training(SIBLING, "邻课")
        records.keep(Division(code=f"{SIBLING}098", name="邻村"))
    token = r'(?:value|content)="[^"]*"'
    assert re.sub(token, "", browser.get("/").text) == re.sub(token, "", before)


def test_names_are_told_where_they_are_near(busy, client_as):
    near, far = client_as("town_admin").get("/").text, client_as("county_admin").get("/").text
    for name in (f"任0{OWN}", "新村"):
        assert name in near
        assert name not in far
    assert f"/stations/add?division_code={EMPTY}" in near
    assert f"任0{SIBLING}" not in near
    assert "别村" not in near


def test_managers_see_the_accounts_that_wait_or_end(busy, client_as):
    browser = client_as("manager")
    waiting, ending = (browser.get(f"/accounts/list/?_only={name}").text for name in ("awaiting", "ending"))
    assert "姓名waiting" in waiting
    assert "姓名leaving" not in waiting
    assert "姓名leaving" in ending
    assert not [name for name in ("waiting", "staying", "left") if f"姓名{name}" in ending]
    assert "1 个账号待激活" in browser.get("/").text
    assert "_only=awaiting" not in client_as("town_admin").get("/").text


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        ("auditor", "工作台上没有需要您处理的事项。"),
        ("unit_officer", "工作台上没有需要您处理的事项。"),
        ("nowhere", "您目前没有有效的角色或管辖范围"),
        ("expired", "您目前没有有效的角色或管辖范围"),
    ],
)
def test_who_has_nothing_to_do_is_told_so(busy, client_as, person, sentence):
    page = client_as(person).get("/").text
    assert sentence in page
    assert numbers_of(page) == []
    assert "/add" not in page


def test_only_registers_that_one_may_view_are_counted(busy, client_as):
    numbers = numbers_of(client_as("system_admin").get("/").text)
    assert {address.partition("?")[0] for _, address in numbers} == {"/accounts/list/"}
    assert "/cases/" not in client_as("center").get("/").text.partition("<h1")[2]


@pytest.mark.parametrize(
    ("person", "forms"),
    [
        ("staff", {*(f"/cases/add?channel={name}" for name in ("VISIT", "CALL", "LETTER")), "/volunteers/add"}),
        ("supervisor", set()),
        ("manager", set()),
    ],
)
def test_buttons_lead_to_the_forms_that_one_may_open(app, client_as, person, forms):
    browser = client_as(person)
    assert set(re.findall(r'href="(/\w+/add[^"]*)"', browser.get("/").text)) == forms
    assert all(browser.get(form).status_code == 200 for form in forms)


@pytest.mark.parametrize("only", ["x", "gaps", "'", "awaiting;"])
def test_a_shortlist_that_a_list_does_not_have_is_refused(app, client_as, only):
    assert client_as("town_admin").get("/volunteers/list/", query_string={"_only": only}).status_code == 400
    assert client_as("manager").get("/accounts/list/", query_string={"_only": only}).status_code == 400


def test_a_shortlist_is_exported_as_it_is_listed(busy, client_as):
    browser = client_as("town_admin")
    assert browser.get("/stations/export?_only=gaps").status_code == 200
    assert browser.get("/stations/export?_only=x").status_code == 400
    assert "维权站：班子不全" in browser.get("/stations/list/?_only=gaps").text


# ---- statements: as many for 20 rows of each kind as for 2,000

COPIED = (
    (Volunteer, Volunteer.title.is_(None), ("number", "uid")),
    (Case, Case.note.is_(None), ("number", "uid")),
    (AuditEntry, AuditEntry.row_name == "新课", ()),
)


def multiply(app, number):
    """Copies of a row of each kind; of the audit, of what the person did."""
    with app.app_context(), db.engine.begin() as connection:
        for model, condition, unique in COPIED:
            table = model.__table__
            row = connection.execute(select(table).where(condition).order_by(table.c.id).limit(1)).mappings().one()
            copy = {name: value for name, value in row.items() if name != "id"}
            fresh = [{name: uuid.uuid4().hex[:30] for name in unique} for _ in range(number)]
            connection.execute(insert(table), [copy | names for names in fresh])


@pytest.mark.parametrize("person", ["town_admin", "city_admin"])
def test_the_page_costs_no_more_with_many_rows(busy, client_as, statements, person):
    browser, counted = client_as(person), []
    browser.submit("/trainings/add", {"division_code": OWN, "name": "新课", "held_on": "2026-11-20", "hours": "4",
                                      "organizer": "BOTH"})  # fmt: skip
    for number in (20, 1980):
        multiply(busy, number)
        statements.clear()
        assert "新课" in browser.get("/").text
        counted.append(len(statements))
    assert counted[0] == counted[1] <= 25, statements


def test_accounts_cost_few_statements(busy, client_as, statements):
    browser = client_as("manager")
    statements.clear()
    assert browser.get("/").status_code == 200
    assert 0 < len(statements) <= 8
