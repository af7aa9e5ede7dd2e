"""The prober finds every hole that is opened on purpose; what it says of the closed product is in test_matrix."""

import pytest

from tests.drill.holes import HOLES
from tests.security.prober import Prober


def test_there_are_enough_holes():
    assert len(HOLES) >= 12


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.name)
def test_hole_is_found(app, hole):
    with hole.open(app):
        found = [leak for person in hole.people for leak in Prober(app, person).first_leak()]
    assert found
