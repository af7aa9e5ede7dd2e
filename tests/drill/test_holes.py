"""The prober finds every hole that is opened on purpose; what it says of the closed product is in test_matrix."""

import pytest

from tests.drill.holes import HOLES
from tests.security.registers import SPECS


def test_there_are_enough_holes():
    assert len(HOLES) >= 12


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.name)
def test_hole_is_found(app, hole):
    assert any(hole.shown_by(spec) for spec in SPECS)
    assert hole.leaks(app)
