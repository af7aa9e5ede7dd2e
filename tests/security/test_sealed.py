"""Sealed cases (F53): whoever may not read one gets the same answers, whether it is there or not."""

import pytest

from app.scope import visibility_of
from models import Case, Model
from models.base import Visibility
from models.case import UnderCase
from tests.security import sealed_intrusions, telling_intrusions
from tests.security.sealed_twins import OUTSIDE, twins


@pytest.mark.in_turns(one_in=10)  # everybody on each database: make audit, make drill
@pytest.mark.parametrize("person", OUTSIDE)
def test_the_answers_are_the_same_without_it(app, person):
    told = twins(app, person)
    assert told.leaks == []
    assert told.asked > 300


@pytest.mark.parametrize(
    "attack", [*sealed_intrusions.ATTACKS, *telling_intrusions.ATTACKS], ids=lambda attack: attack.__name__
)
def test_attack_finds_nothing(app, attack):
    assert attack(app) is None


def test_whatever_hangs_on_a_case_is_sealed_with_it():
    """Or it is read as its parent, or by nobody through the guard."""
    case, found = Case.__table__, {}
    for mapper in Model.registry.mappers:
        targets = {key.column.table for key in mapper.local_table.foreign_keys}
        if case in targets and mapper.class_ is not Case:
            by_parent = visibility_of(mapper.class_) in (Visibility.PARENT, Visibility.SYSTEM)
            found[mapper.class_.__name__] = by_parent or issubclass(mapper.class_, UnderCase)
    assert len(found) >= 10
    assert [name for name, is_sealed in found.items() if not is_sealed] == []
