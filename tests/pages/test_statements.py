"""A page costs few statements, whatever the number of rows: counted, not timed."""

import pytest
from sqlalchemy import event

from app.extensions import db
from tests.world import CHILD, FIRST_STATION


@pytest.fixture
def statements(app):
    """The statements that reach the database from here on."""
    seen = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/stations/list/", 8),
        ("/stations/list/?_flt_0_division_code=330302&q=QX&_oc_StationView=name&_od_StationView=desc", 8),
        (f"/stations/show/{FIRST_STATION}", 12),
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
    assert sum("user_scope" in statement for statement in statements) == 1
    assert sum("FROM ab_user " in statement for statement in statements) <= 1
    assert sum("sign_in_session" in statement for statement in statements) == 1


def test_a_row_is_held_while_it_is_saved(client_as, statements, database):
    """Else it could be moved out of reach between the check and the write (PostgreSQL; SQLite's writers take turns)."""
    browser = client_as("town_admin")
    path = f"/stations/edit/{FIRST_STATION}"
    hidden = {"csrf_token": browser.token("/"), **browser.version(path)}
    statements.clear()
    answer = browser.post(path, data={"name": "改名", **hidden})
    assert answer.status_code == 302
    assert any("FOR UPDATE" in statement for statement in statements) == (database == "postgresql")
