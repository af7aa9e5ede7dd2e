"""Holes in what is handed over: officers of all units, content too early or too late, all told, cases that end."""

from collections.abc import Iterator
from unittest.mock import patch

from flask import Flask

from app import transfers
from app.security import delegation, users
from app.security.actor import Actor
from app.workflow import hands
from models import Assignment, AssignmentState
from tests.drill.hole import hole, looking_anew
from tests.security import transfer_intrusions as intrusions


@hole(attack=intrusions.reads_without_a_unit)
def officers_hold_it_by_place(app: Flask) -> Iterator[None]:
    """As every other role does: an officer without a unit then sees all of his division."""
    with patch.object(users, "OF_UNITS", frozenset()):
        yield


@hole(attack=intrusions.reads_of_another_unit)
def officers_of_all_units(app: Flask) -> Iterator[None]:
    everybody, real = frozenset(intrusions.UNIT.values()), Actor.units
    anybody = patch.object(Actor, "units", lambda self, *args: everybody if real(self, *args) else frozenset())
    with looking_anew(), anybody:
        yield


@hole(attack=intrusions.reads_before_signing)
def content_before_the_signature(app: Flask) -> Iterator[None]:
    anytime = Assignment.__of_unit__ | {"reveal": tuple(AssignmentState)}
    with looking_anew(), patch.object(Assignment, "__of_unit__", anytime):
        yield


@hole(attack=intrusions.reads_after_feedback)
def content_after_the_feedback(app: Flask) -> Iterator[None]:
    too_long = Assignment.__of_unit__ | {"reveal": (AssignmentState.HANDLING, AssignmentState.ANSWERED)}
    with looking_anew(), patch.object(Assignment, "__of_unit__", too_long):
        yield


@hole(attack=intrusions.reads_what_is_not_meant_for_him)
def everything_that_was_sent_is_told(app: Flask) -> Iterator[None]:
    real = transfers._content

    def careless(row: Assignment, transfer: object) -> str:
        with patch.multiple(row, has_name=True, has_phone=True, has_address=True):
            return real(row, transfer)  # type: ignore[arg-type]

    with patch.object(transfers, "_content", careless):
        yield


@hole(attack=intrusions.closes_over_a_transfer)
def cases_end_over_transfers(app: Flask) -> Iterator[None]:
    with patch.object(hands, "waiting_of", lambda _case: []):
        yield


@hole(attack=intrusions.acts_for_a_unit_out_of_reach)
def units_out_of_reach(app: Flask) -> Iterator[None]:
    with patch.object(delegation, "check_unit", lambda *_: None):
        yield
