"""Holes in signing in, sessions and versions: what goes on after it should have ended, and what is saved over."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from flask import Flask

from app import interface
from app.security import attempts, revoke, sessions
from models.base import new_uid
from tests.drill.hole import hole
from tests.security import intrusions
from views import once
from views.conflicts import Conflicts
from views.core import Core


@hole(attack=intrusions.goes_on_after_signing_out)
def session_survives_signing_out(app: Flask) -> Iterator[None]:
    with patch.object(sessions, "sign_out", lambda *args: None):
        yield


@hole(attack=intrusions.goes_on_after_a_new_password)
def session_survives_a_new_password(app: Flask) -> Iterator[None]:
    with patch.object(revoke, "ENDING", ("active",)):
        yield


def _without(people: bool, roles: bool) -> Any:
    original = revoke.concerned

    def careless(session: Any) -> tuple[set[int], set[int]]:
        found = original(session)
        return (set() if people else found[0]), (set() if roles else found[1])

    return patch.object(revoke, "concerned", careless)


@hole(attack=intrusions.goes_on_after_a_change_of_role)
def session_survives_a_change_of_role(app: Flask) -> Iterator[None]:
    with _without(people=False, roles=True):
        yield


@hole(attack=intrusions.goes_on_after_a_scope_was_taken)
def session_survives_a_scope_that_was_taken(app: Flask) -> Iterator[None]:
    with _without(people=True, roles=False):
        yield


@hole(attack=intrusions.guesses_on)
def lock_ignored(app: Flask) -> Iterator[None]:
    with patch.object(attempts, "FAILURES", 1_000_000):
        yield


@hole(attack=intrusions.saves_over_another)
def older_version_saved(app: Flask) -> Iterator[None]:
    with patch.object(Conflicts, "settle", lambda self: None):
        yield


@hole(attack=intrusions.edits_what_has_ended)
def ended_row_edited(app: Flask) -> Iterator[None]:
    """Both the page's word and the rule below it."""
    with (
        patch.object(Core, "has_ended", lambda self, row: False),
        patch.object(interface, "must_be_open", lambda row: None),
    ):
        yield


@hole(attack=intrusions.sends_a_form_twice)
def form_sent_twice_makes_two_rows(app: Flask) -> Iterator[None]:
    with patch.object(once, "uid_for", lambda register: new_uid()):
        yield
