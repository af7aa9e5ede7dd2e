"""The world is put back exactly, whatever a test did to the database: rows, keys to come, nothing left over."""

import pytest
from sqlalchemy import func, insert, select, text

from app.extensions import db
from models import Model, SignInFailure
from tests import world
from tests.conftest import Browser


def rows() -> dict[str, world.Rows]:
    with db.engine.connect() as connection:
        return {table.name: world.read(connection, table) for table in Model.metadata.sorted_tables}


def next_key() -> int:
    """The key that the database gives to one more row."""
    with db.engine.begin() as connection:
        added = insert(SignInFailure.__table__).values(address_key="0" * 64, at=func.now())
        return connection.execute(added.returning(SignInFailure.id)).scalar_one()


def test_the_world_is_what_was_built(context):
    assert rows() == {table.name: world.saved(table.name) for table in Model.metadata.sorted_tables}


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM attendance",
        "DELETE FROM audit_entry",
        "DELETE FROM ab_permission_view_role",
        "DELETE FROM role_baseline",
        "UPDATE ab_user SET login_count = 7, session_version = 9",
        "UPDATE station SET name = 'x', version = version + 1",
        "UPDATE division SET succeeded_by = NULL",
        "UPDATE ab_role SET name = 'x' WHERE id = 1",
        "UPDATE serial SET last = last + 1",
        "INSERT INTO ab_permission (name) VALUES ('x')",
    ],
)
def test_what_was_written_is_undone(context, statement):
    before = rows()
    with db.engine.begin() as connection:
        assert connection.execute(text(statement)).rowcount > 0
    assert rows() != before
    world.begin(context)
    assert rows() == before


def test_the_keys_to_come_are_the_same_again(context):
    first = [next_key() for _ in range(3)]
    world.begin(context)
    assert [next_key() for _ in range(3)] == first


def test_who_had_signed_in_is_not_any_more(app, client_as):
    browser = client_as("town_admin")
    assert browser.get("/account/").status_code == 200
    with app.app_context():
        world.begin(app)
        assert db.session.connection().scalar(select(func.count()).select_from(text("sign_in_session"))) == 0
    assert "/login/" in browser.get("/account/").location


def test_somebody_who_is_let_in_stands_as_one_who_used_the_form(app):
    found = []
    for way in (Browser.enter, Browser.sign_in):
        with app.app_context():
            world.begin(app)
        browser = Browser(app)
        way(browser, "town_admin")
        with browser.session_transaction() as cookie:
            held = set(cookie)
        with app.app_context():
            now = {name: list(table.values()) for name, table in rows().items()}
        for row in (*now["sign_in_session"], *now["audit_entry"], *now["ab_user"]):
            for fleeting in ("token_hash", "created_at", "seen_at", "at", "mac", "last_login", "changed_on"):
                row.pop(fleeting, None)
        found.append((held - {"csrf_token"}, now))
    assert found[0] == found[1]
