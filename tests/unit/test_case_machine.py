"""Random walks through the workflow of cases break no rule; with a fault in the product, they come upon it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch

import pytest
from sqlalchemy.exc import IntegrityError

from app import derive, guard
from app.workflow import clocks, hands, steps
from models import CaseState
from tests.conftest import IS_AUDIT
from tests.unit import case_machine
from tests.unit.case_faults import asking_for, flow, not_held, unnamed_verbs_are, with_another, without
from tests.unit.hands_machine import HandsMachine

STEPS = {"sqlite": (400, 10_000), "postgresql": (150, 1_000)}  # in make test, in make audit
ENOUGH = 6_000  # steps after which a fault should have been met


def test_no_random_walk_breaks_a_rule(app, database):
    counted, taken = case_machine.run(app, STEPS[database][IS_AUDIT])
    print(f"{counted} steps, {taken} of them taken")
    assert counted >= STEPS[database][IS_AUDIT]
    assert taken > counted / 10, "else most walks would stand still"


def test_no_random_walk_ends_over_a_hand(app, database):
    counted, taken = case_machine.run(app, STEPS[database][IS_AUDIT], of=HandsMachine)
    assert counted >= STEPS[database][IS_AUDIT]
    assert taken > counted / 10, "else most walks would stand still"


@pytest.mark.in_audit
def test_an_end_over_a_hand_is_met(app):
    with patch.object(hands, "waiting_of", lambda _case: []), pytest.raises(AssertionError):
        case_machine.run(app, ENOUGH, of=HandsMachine)


# ---- faults, one at a time


def twice(session: Any, series: str) -> int:
    """A number is lost each time."""
    NEXT(session, series)
    return NEXT(session, series)


NEXT = derive.next_number
FAULTS: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "handled without an investigation": lambda: without("缺少调查记录"),
    "sent back without a reason": lambda: without("缺少原因"),
    "merged into a case that is gone": lambda: without("另一件有效的案件"),
    "a target merged": lambda: without("有别的案件并入了"),
    "a state skipped": lambda: with_another(CaseState.ACCEPTED, CaseState.HANDLING),
    "a step for who may only view": lambda: asking_for("view"),
    "a step for who may urge": lambda: asking_for("urge"),
    "the state not entered": lambda: flow(enter=lambda _row, _to: None),
    "the reason of another step": lambda: flow(anew=frozenset()),
    "columns not held": not_held,
    "a step after the end": lambda: patch.object(steps, "_is_stopped", lambda *_: False),
    "a number lost": lambda: patch.object(derive, "next_number", twice),
    "a number given again": lambda: patch.object(derive, "next_number", lambda *_: 7),
    "records altered": lambda: unnamed_verbs_are("view"),
    "writes unguarded": lambda: patch.object(guard, "guard_write", lambda *_: None),
    "no clock": lambda: patch.object(clocks, "due_of", lambda *_: None),
}


@pytest.mark.in_turns(one_in=2)
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_met(app, fault):
    with FAULTS[fault](), pytest.raises((AssertionError, IntegrityError)):
        case_machine.run(app, ENOUGH)
