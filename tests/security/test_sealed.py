"""Sealed cases (F53): whoever may not read one gets the same answers, whether it is there or not."""

import pytest

from tests.security.sealed_intrusions import ATTACKS
from tests.security.sealed_twins import OUTSIDE, twins


@pytest.mark.in_turns(one_in=6)  # everybody on each database: make audit, make drill
@pytest.mark.parametrize("person", OUTSIDE)
def test_the_answers_are_the_same_without_it(app, person):
    told = twins(app, person)
    assert told.leaks == []
    assert told.asked > 300


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_attack_finds_nothing(app, attack):
    assert attack(app) is None
