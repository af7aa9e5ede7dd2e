"""Holes in the calendar of working days."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from flask import Flask

from app import calendars
from app.security.actor import Actor
from tests.drill.hole import hole
from tests.security import calendar_intrusions


@hole(attack=calendar_intrusions.edits_the_calendar_as_staff)
def calendar_edited_by_staff(app: Flask) -> Iterator[None]:
    """Whoever may look may change."""
    original = Actor.places

    def careless(self: Actor, verb: str, register: str) -> tuple[str, ...]:
        return original(self, "view" if register == "WorkCalendar" else verb, register)

    with patch.object(Actor, "places", careless):
        yield


@hole(attack=calendar_intrusions.confirms_what_he_did_not_see)
def calendar_confirmed_unseen(app: Flask) -> Iterator[None]:
    original = calendars.apply

    def careless(plan: Any, actor: Any, today: Any, seen: Any = None) -> Any:
        return original(plan, actor, today)

    with patch.object(calendars, "apply", careless):
        yield
