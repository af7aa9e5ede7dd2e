"""The attacks on what is counted and submitted come to nothing; tests.drill.statistics_holes shows that they would."""

import pytest

from tests.security import statistics_intrusions as intrusions


@pytest.mark.parametrize("attack", intrusions.ATTACKS, ids=lambda attack: attack.__name__)
def test_nobody_gets_away_with_it(app, attack):
    assert attack(app) is None
