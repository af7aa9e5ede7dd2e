"""How a connection is prepared, and what its transactions leave behind, on both databases."""

from typing import Any

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError

from app.extensions import db
from models import Preference, Station
from tests.world import FIRST_STATION

RENAMED = "UPDATE station SET name = 'renamed'"


def asked_of(database: str, sqlite: Any, postgresql: Any) -> Any:
    return {"sqlite": sqlite, "postgresql": postgresql}[database]


def test_every_connection_is_prepared(app, database):
    """Also after a rollback: readers do not wait on SQLite, PostgreSQL does not compile what it executes once."""
    with app.app_context(), db.engine.connect() as connection:
        connection.exec_driver_sql("SELECT 1")
        connection.rollback()
        found = connection.exec_driver_sql(asked_of(database, "PRAGMA journal_mode", "SHOW jit")).scalar()
        assert found == asked_of(database, "wal", "off")


@pytest.mark.parametrize("path", ["/", "/stations/list/", "/cases/list/"])
def test_what_a_page_asks_stays_planned(app, client_as, database, path):
    browser, asked = client_as("town_admin"), "SELECT count(*) FROM pg_prepared_statements"
    with app.app_context():
        db.engine.dispose()
    assert {browser.get(path).status_code for _ in range(2)} == {200}  # what is asked once is not worth it
    with app.app_context(), db.engine.connect() as connection:
        count = connection.exec_driver_sql(asked_of(database, "SELECT 0", asked)).scalar_one()
    assert (count > 5) == (database == "postgresql")


@pytest.mark.parametrize(
    "statement",
    [RENAMED, RENAMED.lower(), f"\n{RENAMED}", f"/* a note */ {RENAMED}", f"WITH one AS (SELECT 1) {RENAMED}"],
)
def test_what_was_written_is_rolled_back(app, statement):
    with app.app_context():
        asked = select(Station.name).where(Station.id == FIRST_STATION)
        with db.engine.connect() as connection:
            before = connection.scalar(asked)
            connection.execute(text(statement))
            assert connection.scalar(asked) != before
            connection.rollback()
            assert connection.scalar(asked) == before
        with db.engine.connect() as other:
            assert other.scalar(asked) == before


def test_what_was_committed_before_stays(app):
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(text(RENAMED))
        connection.commit()
        assert set(connection.scalars(select(Station.name))) == {"renamed"}
        connection.rollback()
        connection.execute(text("UPDATE station SET name = 'again'"))
        connection.rollback()
        assert set(connection.scalars(select(Station.name))) == {"renamed"}


@pytest.fixture
def widened(app, database):
    """() → another process makes a column wider, as the next version might."""
    words = "ALTER TABLE superior_assignment ALTER COLUMN document_no TYPE VARCHAR({})"
    with app.app_context():
        other = create_engine(db.engine.url)

    def alter(length=60):
        with other.begin() as connection:
            connection.exec_driver_sql(asked_of(database, "SELECT 1", words.format(length)))

    yield alter
    alter(50)
    other.dispose()
    with app.app_context():
        db.engine.dispose()


def test_a_change_of_the_schema_is_met_once(app, database, widened):
    """What was planned before fails, is forgotten, and planned anew."""
    asked, failed = text("SELECT document_no FROM superior_assignment"), []
    with app.app_context(), db.engine.connect() as connection:
        for _ in range(3):
            connection.execute(asked).all()
            connection.rollback()
        widened()
        for _ in range(3):
            try:
                connection.execute(asked).all()
            except DBAPIError as error:
                failed.append(str(error.orig))
            connection.rollback()
    assert len(failed) == asked_of(database, 0, 1), failed


def test_a_connection_that_was_given_up_is_replaced(app):
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(select(Preference.id))
        connection.invalidate()
        connection.rollback()
        assert connection.scalar(text("SELECT 1")) == 1


def test_pages_answer_after_the_server_has_ended_their_connections(app, client_as, database):
    browser = client_as("town_admin")
    assert browser.get("/stations/list/").status_code == 200
    others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid != pg_backend_pid()"
    with app.app_context():
        engine = create_engine(db.engine.url)
    with engine.connect() as connection:
        asked = asked_of(database, "SELECT 1", f"{others} AND datname = current_database()")
        assert connection.scalar(text(asked)) >= 1
    engine.dispose()
    assert browser.get("/stations/list/").status_code == 200
