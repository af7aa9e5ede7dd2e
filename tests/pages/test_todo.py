"""待办: every number is that of its list, on the workbench too; nothing of another township; few statements."""

import html
import re

import pytest
from flask_appbuilder.security.sqla.models import PermissionView
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import SETUP
from app.security.roles import permission_name
from app.todos import KINDS
from models import Account, Case, StaffRole
from tests import records
from tests.conftest import IS_AUDIT
from tests.pages.test_workbench import rows_behind
from tests.world import CHILD, OWN, PASSWORD, SIBLING, TODAY, canary

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

STAFF, ADMIN = "姓名staff", "姓名town_admin"
PEOPLE = ("town_admin", "village_admin", "county_admin", "city_admin", "staff", "mixed", "foreign_admin")
SOME = ("town_admin", "staff", "mixed")  # in make test
LONG_AGO = TODAY.replace(month=9, day=1)
MANY = 12  # more than a group shows
NUMBERED = ("Case", "approve")  # what waits there is a number without a list


@pytest.fixture
def busy(app):
    """Something of each kind in the town, its village and the next town."""
    with app.app_context():
        for code in (OWN, CHILD, SIBLING):
            for n in range(MANY):
                key = records.accepted(STAFF if n % 2 else ADMIN, code, on=LONG_AGO, subject=f"承办{n}{code}")
                records.urge(key, reason=f"催{n}{code}")
            records.accepted("没有账号", code, subject=f"无人{code}")
            records.accepted(STAFF, code, to="CLOSED", subject=f"结案{code}")
            records.case(code, f"申请{code}")
    return app


def groups_of(page):
    """{kind: (number in the heading, address of the list, keys of the rows shown)} of the page 待办."""
    found = {}
    for name, section in re.findall(r'<section class="card" id="(\w+)"(.*?)</section>', page, re.DOTALL):
        number = re.search(r'class="count">(\d+) 件', section)
        address = re.search(r'href="([^"]*_only[^"]*)"', section)
        found[name] = (int(number[1]), html.unescape(address[1]), re.findall(r'href="/\w+/show/(\d+)"', section))
    return found


def number_in_menu(page):
    found = re.findall(r'<b class="number">.*?</span>(\d+)', page)
    assert len(set(found)) <= 1, "on a desk and on a phone the same"
    return int(found[0]) if found else 0


# ---- the page


def test_every_number_is_that_of_its_list(busy, client_as):
    wrong, looked_at = [], 0
    for person in PEOPLE if IS_AUDIT else SOME:
        browser = client_as(person)
        page = browser.get("/todo/").text
        for name, (number, address, keys) in groups_of(page).items():
            looked_at += 1
            assert len(keys) == min(number, 10)
            if (found := rows_behind(browser, address)) != number:
                wrong.append(f"{person} {name}: {number}, and the list has {found}")
    assert wrong == []
    assert looked_at > 20


def test_the_numbers_of_a_town(busy, client_as):
    """By hand, beside what the three stations of the world have of their own; of the next town there is nothing."""
    numbers = {name: number for name, (number, *_rest) in groups_of(client_as("town_admin").get("/todo/").text).items()}
    assert numbers == {
        "urged": MANY, "handling": MANY, "applied": 2 + 3, "unhandled": 2, "visits": 2, "late": 2 * MANY + 3,
        "decisions": 3, "problems": 3, "unassigned": 3, "to_feed_back": 3, "policy_back": 3,
    }  # fmt: skip


def test_the_page_and_the_workbench_say_the_same(busy, client_as):
    browser = client_as("town_admin")
    todo, home = browser.get("/todo/").text, browser.get("/").text
    numbers = {address: number for number, address, _keys in groups_of(todo).values()}
    counted = re.findall(r'<a href="([^"]*_only=[^"]*)"[^>]*><strong>(\d+)</strong>', home)
    assert {html.unescape(address): int(number) for address, number in counted} == numbers


def test_the_number_in_the_menu_is_what_waits_for_me_on_every_page(busy, client_as):
    browser = client_as("town_admin")
    waits = {name: number for name, (number, *_) in groups_of(browser.get("/todo/").text).items()}
    assert waits["handling"] == waits["urged"]
    for path in ("/", "/todo/", "/cases/list/", "/stations/add", "/account/"):
        assert number_in_menu(browser.get(path).text) == waits["handling"] + 3 * 3  # of three hands
    # The transfers of the county and what its stations registered for themselves; of their reports, what it follows.
    assert number_in_menu(client_as("county_admin").get("/").text) == 4 * (3 + 2)


def test_an_error_page_asks_nothing_and_shows_no_number(busy, client_as, statements):
    browser = client_as("town_admin")
    browser.get("/")
    statements.clear()
    page = browser.get("/nothing").text
    assert "没有找到" in page
    assert number_in_menu(page) == 0
    assert not [s for s in statements if "case_record" in s]


def test_a_row_leads_to_its_case_and_says_what_stands(busy, client_as):
    page = client_as("staff").get("/todo/").text
    section = re.search(r'id="handling".*?</section>', page, re.DOTALL)[0]
    first = re.search(r"<li>(.*?)</li>", section, re.DOTALL)[1]
    words = re.sub(r"\s+", " ", re.sub(r"<svg.*?</svg>|<[^>]+>", " ", first)).strip()
    assert re.fullmatch(rf"承办1{OWN} 已逾期\d+天 {OWN}-2026-来访-\d{{4}} 受理", words)
    key = re.search(r"/cases/show/(\d+)", first)[1]
    assert f"承办1{OWN}" in client_as("staff").get(f"/cases/show/{key}").text


def test_a_list_is_named_by_its_kind_and_can_be_exported(busy, client_as):
    browser = client_as("town_admin")
    assert "案件：催办待回复" in browser.get("/cases/list/?_ended=no&_only=urged").text
    assert browser.get("/cases/export?_only=handling").status_code == 200


@pytest.mark.parametrize("person", ["unit_officer", "manager", "auditor", "nowhere"])
def test_who_handles_nothing_is_told_that_nothing_waits(busy, client_as, person):
    page = client_as(person).get("/todo/").text
    assert groups_of(page) == {}
    assert "目前没有等您办理的事项。" in page
    assert "承办" not in page.partition("<h1")[2]


def test_a_supervisor_has_the_problems_that_he_is_to_check_again_and_no_case(busy, client_as):
    page = client_as("supervisor").get("/todo/").text
    assert list(groups_of(page)) == ["problems"]
    assert "承办" not in page.partition("<h1")[2]


def test_only_for_whom_something_may_wait_has_it_in_the_menu(app, client_as):
    for person in ("supervisor", "center"):
        assert client_as(person).get("/account/").text.count('href="/todo/"') == 2
    for person in ("manager", "unit_officer"):
        assert 'href="/todo/"' not in client_as(person).get("/").text


def test_a_stranger_is_asked_to_sign_in(client):
    answer = client.get("/todo/")
    assert (answer.status_code, answer.location) == (302, "/login/?next=/todo/")


@pytest.mark.parametrize("only", ["x", "urged;", "MINE", "'"])
def test_a_kind_that_there_is_not_is_refused(app, client_as, only):
    assert client_as("town_admin").get("/cases/list/", query_string={"_only": only}).status_code == 400


def test_the_cases_of_a_disabled_handler_come_to_the_station(busy, client_as):
    browser = client_as("town_admin")
    assert groups_of(browser.get("/todo/").text)["unhandled"][0] == 2
    with busy.app_context(), acting_as(SETUP):
        db.session.scalars(select(Account).where(Account.username == "staff")).one().active = False
        db.session.commit()
    number, address, _keys = groups_of(browser.get("/todo/").text)["unhandled"]
    assert number == rows_behind(browser, address) == 2 + MANY


# ---- scope: tried first


def test_nothing_of_another_township_is_seen(busy, client_as):
    for person in ("town_admin", "staff", "village_admin"):
        browser = client_as(person)
        pages = [browser.get(path).text for path in ("/todo/", "/")]
        pages += [browser.get(f"/cases/list/?_only={kind}").text for kind in ("urged", "handling", "applied", "visits")]
        for page in pages:
            for text in ("承办", "无人", "结案", "申请", "催"):
                assert not re.search(rf"{text}\d*{SIBLING}", page), person
            assert canary("CASE", SIBLING) not in page


# ---- statements


def test_the_page_costs_no_more_with_many_rows(busy, client_as, statements):
    browser, counted = client_as("town_admin"), []
    for _ in range(2):
        statements.clear()
        browser.get("/todo/")
        counted.append(len(statements))
        with busy.app_context():
            for _n in range(5):
                records.urge(records.accepted(ADMIN, on=LONG_AGO))
                records.case()
    assert counted[0] == counted[1] <= 25, statements


def test_the_number_costs_one_statement_a_page(busy, client_as, statements):
    browser = client_as("town_admin")
    statements.clear()
    browser.get("/account/")
    assert sum(Case.__tablename__ in statement for statement in statements) == 1


# ---- roles of few rights, as a manager may make them


@pytest.mark.parametrize(
    ("register", "verb"), sorted({(kind.model.__name__, kind.verb) for kind in KINDS} | {NUMBERED})
)
def test_whoever_may_do_one_thing_only_reads_his_pages(app, client_as, register, verb):
    with app.app_context(), acting_as(SETUP):
        held = {(register, permission_name(v)) for v in {"view", verb}}
        cells = [c for c in db.session.scalars(select(PermissionView)) if (c.view_menu.name, c.permission.name) in held]
        assert len(cells) == len(held)
        db.session.add(StaffRole(name="只做一件", permissions=cells))
        db.session.flush()
        users.add("leader", "周云", PASSWORD, [("只做一件", OWN)], TODAY)
        db.session.commit()
    browser = client_as("leader")
    assert {path: browser.get(path).status_code for path in ("/", "/todo/")} == {"/": 200, "/todo/": 200}
