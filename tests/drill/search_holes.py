"""Holes in finding by names: rows from elsewhere, columns that are private, registers without the right to look."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import inspect, or_

from app import finding, search
from app.security.actor import Actor
from tests.drill.hole import as_system, hole
from tests.security import intrusions


@hole(attack=intrusions.finds_a_row_elsewhere)
def search_unscoped(app: Flask) -> Iterator[None]:
    with patch.object(search, "_rows", as_system(search._rows)):
        yield


@hole(attack=intrusions.asks_a_row_for_what_is_private)
def found_by_private_columns(app: Flask) -> Iterator[None]:
    original = finding.matches

    def careless(cls: Any, q: str) -> Any:
        columns = inspect(cls).columns
        private = [getattr(cls, c.key) for c in columns if c.info.get("private")]
        return or_(original(cls, q), *(column.icontains(q, autoescape=True) for column in private))

    with patch.object(finding, "matches", careless):
        yield


@hole(attack=intrusions.finds_in_a_register_that_is_not_his)
def register_searched_without_the_right(app: Flask) -> Iterator[None]:
    with patch.object(Actor, "can", lambda self, verb, register: True):
        yield
