"""A page costs few statements, whatever the number of rows: counted, not timed."""

import re
import uuid

import pytest
from sqlalchemy import delete, insert, select

from app import interface
from app.extensions import db
from app.interface import RegisterInterface
from models import Case, Model, Station
from tests import records
from tests.world import CHILD, FIRST_STATION, OWN

pytestmark = pytest.mark.in_turns  # the pages are the same whatever the database


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/stations/list/", 8),
        ("/stations/list/?_flt_0_division_code=330302&q=QX&_oc_StationView=name&_od_StationView=desc", 8),
        (f"/stations/show/{FIRST_STATION}", 18),
        (f"/stations/history/{FIRST_STATION}", 12),
        (f"/stations/edit/{FIRST_STATION}", 12),
        ("/stations/add", 8),
        ("/stations/export", 8),
        ("/stations/options/division_code?verb=add&q=3", 8),
        ("/divisions/list/", 8),
        (f"/divisions/show/{CHILD}", 12),
        ("/account/", 8),
    ],
)
def test_a_page_costs_few_statements(client_as, statements, path, most):
    browser = client_as("city_admin")
    statements.clear()
    assert browser.get(path).status_code == 200
    assert 0 < len(statements) <= most, statements


def test_the_permissions_are_loaded_once(client_as, statements):
    browser = client_as("town_admin")
    statements.clear()
    browser.get("/stations/list/")
    # Who heads a station, and who is near, is asked by the scopes of all; that is another table to the statement.
    others = re.compile("user_scope AS user_scope_(head|near)|user_scope_(head|near)")
    assert sum("user_scope" in others.sub("", statement) for statement in statements) == 1
    assert sum("FROM ab_user " in statement for statement in statements) <= 1
    assert sum("sign_in_session" in statement for statement in statements) == 1


def test_a_row_is_held_while_it_is_saved(client_as, statements, database):
    """Else it could be moved out of reach between the check and the write (PostgreSQL; SQLite's writers take turns)."""
    browser = client_as("town_admin")
    path = f"/stations/edit/{FIRST_STATION}"
    hidden = {"csrf_token": browser.token(), **browser.version(path)}
    statements.clear()
    answer = browser.post(path, data={"name": "改名", **hidden})
    assert answer.status_code == 302
    assert any("FOR UPDATE" in statement for statement in statements) == (database == "postgresql")


# ---- the register of cases: its pages with few rows and with many. 2,000 rows tell of statements that come with rows,
# not of time; that, with 100,000, is what `make bench` is for.

FEW, MANY, PAGE = 20, 2000, 25
CASE = {
    "channel": "VISIT",
    "received_on": "2026-11-24",
    "name": "乙",
    "subject": "新事",
    "category": "FAMILY",
    "receiver": "丙",
    "applicant": "SELF",
}


def clear(connection):
    """No cases, and nothing that hangs on one."""
    gone = {Case.__table__}
    for table in Model.metadata.sorted_tables:  # what is referred to comes first
        if {key.column.table for key in table.foreign_keys} & gone:
            gone.add(table)
    for table in reversed(Model.metadata.sorted_tables):
        if table in gone:
            connection.execute(delete(table))


@pytest.fixture
def cases(app):
    """(n) → the keys of `n` cases at two stations, all else being gone; copies of one that the product made."""

    def make(number):
        with app.app_context():
            with db.engine.begin() as connection:
                clear(connection)
            key = records.case(phone=records.PHONE, narrative="经过")
            table, other = Case.__table__, {"station_id": records.station_at(CHILD), "division_code": CHILD}
            db.session.remove()  # on SQLite, who reads outside a request holds the turn to write
            with db.engine.begin() as connection:
                made = dict(connection.execute(select(table).where(table.c.id == key)).mappings().one())
                del made["id"]
                own = ({"uid": uuid.uuid4().hex, "number": f"甲-{n}"} for n in range(1, number))
                rows = [made | (other if n % 2 else {}) | its for n, its in enumerate(own, 1)]
                connection.execute(insert(table), rows)
                return connection.scalars(select(table.c.id).order_by(table.c.id)).all()

    yield make
    with app.app_context(), db.engine.begin() as connection:
        clear(connection)


def deep(rows):
    """The last page of so many rows."""
    return (rows - 1) // PAGE


CASE_PAGES = {
    "list": lambda key, rows: ("/cases/list/", None),
    "filter": lambda key, rows: (f"/cases/list/?_flt_0_category=FAMILY&_flt_0_division_code={OWN}", None),
    "deep": lambda key, rows: (f"/cases/list/?page_CaseView={deep(rows)}", None),
    "show": lambda key, rows: (f"/cases/show/{key}", None),
    "edit": lambda key, rows: (f"/cases/edit/{key}", None),
    "save": lambda key, rows: (f"/cases/edit/{key}", CASE | {"_version": "1", "note": "改"}),
    "create": lambda key, rows: ("/cases/add", CASE | {"_once": uuid.uuid4().hex}),
}


@pytest.mark.parametrize("page", CASE_PAGES)
def test_a_page_of_the_cases_costs_no_more_with_many_rows(client_as, statements, cases, page):
    browser, counted = client_as("city_admin"), {}
    for rows in (FEW, MANY):
        keys = cases(rows)
        path, fields = CASE_PAGES[page](keys[rows // 2], rows)
        token = browser.token()
        data = fields and fields | {"station_id": str(FIRST_STATION), "csrf_token": token}
        statements.clear()
        answer = browser.get(path) if data is None else browser.post(path, data=data)
        counted[rows] = list(statements)
        assert answer.status_code == (200 if data is None else 302)
        if "list" in path:
            shown = [int(key) for key in re.findall(r'href="/cases/show/(\d+)">查看', answer.text)]
            start = deep(rows) * PAGE if page == "deep" else 0
            assert shown == keys[::-1][start : start + PAGE], "another page than the one that was asked for"
    assert 0 < len(counted[MANY]) <= len(counted[FEW]), counted


def test_a_statement_for_each_row_would_be_noticed(client_as, statements, cases, monkeypatch):
    """The seeded fault: a list that looks up each station by itself."""
    original, names_of = RegisterInterface.cells, interface.names_of

    def cells(self, rows, names):
        for row in rows:
            names_of(Station, [row.station_id])
        return original(self, rows, names)

    monkeypatch.setattr(RegisterInterface, "cells", cells)
    browser = client_as("city_admin")
    counted = []
    for rows in (PAGE - 5, PAGE + 5):
        cases(rows)
        statements.clear()
        assert browser.get("/cases/list/").status_code == 200
        counted.append(len(statements))
    assert counted[0] < counted[1]
