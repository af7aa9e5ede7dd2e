"""Fixtures of the browser tests."""

from tests.pages.browsing import address, chromium, person, stranger

__all__ = ["address", "chromium", "person", "stranger"]
