"""Every hole that is opened on purpose is found; what is found in the closed product is nothing.

The prober's word on the closed product is in tests.security.test_matrix, that of the short attacks here.
"""

import pytest

from tests.drill.seeded import HOLES, MODULES
from tests.security.registers import SPECS

ATTACKED = [hole for hole in HOLES if hole.attack]


def test_there_are_enough_holes():
    assert len(HOLES) >= 50
    assert len({hole.name for hole in HOLES}) == len(HOLES)
    assert all(any(hasattr(module, hole.name) for module in MODULES) for hole in HOLES)


@pytest.mark.in_turns(one_in=6)  # all of them: make audit, make drill
@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.name)
def test_hole_is_found(app, hole):
    assert any(hole.shown_by(spec) for spec in SPECS)
    assert hole.leaks(app)


@pytest.mark.in_turns(one_in=8)
@pytest.mark.parametrize("hole", ATTACKED, ids=lambda hole: hole.name)
def test_attack_gets_nothing_from_the_closed_product(app, hole):
    assert hole.search(app) == []
