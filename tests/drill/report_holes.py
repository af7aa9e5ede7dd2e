"""Holes between a station and its superior: who signs, who reads, what is told, cases that end over hands or get new
ones.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import true

from app import hands, scope
from app.security.actor import Actor
from app.workflow import endings, steps
from app.workflow import hands as waiting
from models import Case, CaseState, Escalation
from tests.drill.hole import hole, looking_anew
from tests.security import report_intrusions as intrusions


@contextmanager
def _one_side() -> Iterator[None]:
    """Every step asks for its verb where the row lies, and nowhere else."""
    with patch.object(steps, "_may", lambda row, _flow, step, actor: scope.holds(actor, step.verb, row)):
        yield


@hole(attack=intrusions.acts_as_its_superior)
def stations_sign_for_their_superiors(app: Flask) -> Iterator[None]:
    with _one_side():
        yield


@hole(attack=intrusions.county_hides_its_assignment)
def stations_strike_out_what_came_from_above(app: Flask) -> Iterator[None]:
    with _one_side():
        yield


@hole(attack=intrusions.closes_over_a_hand)
def cases_end_over_hands(app: Flask) -> Iterator[None]:
    with patch.object(waiting, "waiting_of", lambda _case: []):
        yield


@hole(attack=intrusions.adds_to_a_closed_case)
def closed_cases_take_hands(app: Flask) -> Iterator[None]:
    with patch.object(hands, "RUNNING", tuple(CaseState)):
        yield


@hole(attack=intrusions.takes_the_case_off)
def hands_leave_their_case(app: Flask) -> Iterator[None]:
    with patch.object(hands, "link", lambda *_: None):
        yield


@hole(attack=intrusions.reads_of_another_county)
def superiors_everywhere(app: Flask) -> Iterator[None]:
    real = scope.predicate

    def careless(cls: type, *args: Any) -> Any:
        return true() if cls is Escalation else real(cls, *args)

    with looking_anew(), patch.object(scope, "predicate", careless):
        yield


@hole(attack=intrusions.reads_the_case)
def everything_goes_up(app: Flask) -> Iterator[None]:
    real = hands.copy

    def careless(row: Any, case: Case, actor: Actor) -> None:
        with patch.multiple(row, has_name=True, has_phone=True, has_address=True):
            real(row, case, actor)

    with patch.object(hands, "copy", careless):
        yield


@hole(attack=intrusions.withdraws_what_was_signed_for)
def urgent_reports_are_taken_back(app: Flask) -> Iterator[None]:
    needs = endings.BEFORE["UrgentReport"]
    last = needs.pop()
    try:
        yield
    finally:
        needs.append(last)
