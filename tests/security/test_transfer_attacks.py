"""The attacks on what is handed over, on the product as it is; tests.drill shows that they find something."""

import pytest

from tests.security.transfer_intrusions import ATTACKS


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_attack_finds_nothing(app, attack):
    assert attack(app) is None
