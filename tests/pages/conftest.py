"""Fixtures of the tests of pages."""

import pytest
from sqlalchemy import event

from app.extensions import db
from tests.pages.browsing import address, chromium, person, stranger

__all__ = ["address", "chromium", "person", "statements", "stranger"]


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
