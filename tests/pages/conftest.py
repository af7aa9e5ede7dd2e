"""Fixtures of the tests of pages."""

from contextlib import ExitStack

import pytest

from tests import watching
from tests.pages.browsing import address, chromium, person, stranger

__all__ = ["address", "chromium", "person", "statements", "stranger"]


@pytest.fixture
def statements(app):
    """The statements that reach the database from here on."""
    with ExitStack() as stack:
        with app.app_context():
            sent = stack.enter_context(watching.statements())
        yield sent
