"""The attacks on what goes between a station and its superior; tests.drill shows that they find something."""

import pytest

from tests.security.report_intrusions import ATTACKS


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_attack_finds_nothing(app, attack):
    assert attack(app) is None
