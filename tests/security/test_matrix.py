"""The matrix: every route × method × kind of person × rows from everywhere, on both databases."""

import pytest

from tests import world
from tests.security import policy
from tests.security.people import REGISTERS, PeopleProber
from tests.security.prober import Prober
from tests.security.probes import rules
from tests.security.registers import SPECS

LIKE_OTHERS = ("village_admin", "foreign_admin", "mixed")  # as county_admin, town_admin and both, elsewhere


def in_audit(person):
    return pytest.param(person, marks=pytest.mark.in_audit)


def test_every_route_has_a_policy(app):
    assert set(rules(app)) == set(policy.ROUTES)


@pytest.mark.in_turns  # every person on each database: make audit, make drill
@pytest.mark.parametrize("person", ["anonymous", *(in_audit(p) if p in LIKE_OTHERS else p for p in world.PEOPLE)])
def test_no_leak(app, person):
    prober = Prober(app, person, is_sample=True)
    leaks = [str(leak) for leak in prober.leaks()]
    print(f"{person}: {prober.requests} requests, {dict(prober.statuses)}")
    assert leaks == []
    assert prober.requests > 8 * len(SPECS)
    # The forms of the Specs are good: else refusals would say nothing about rights.
    verbs = {(s.register, verb) for s in SPECS if s.master == person for verb in ("add", "edit") if verb in s.methods}
    verbs |= {("WorkCalendar", "edit")} if person == "system_admin" else set()
    assert verbs <= prober.done


@pytest.mark.in_turns  # every person on each database: make audit, make drill
@pytest.mark.parametrize("person", ["anonymous", *world.PEOPLE])
def test_no_leak_of_people_and_roles(app, person):
    prober = PeopleProber(app, person)
    leaks = [str(leak) for leak in prober.leaks()]
    print(f"{person}: {prober.requests} requests, {dict(prober.statuses)}")
    assert leaks == []
    assert prober.asked == {name for name in rules(app) if name.partition(".")[0] in REGISTERS}
    if person in ("manager", "city_manager"):  # the posts are good: else refusals would say nothing about rights
        assert {("ab_user", "add"), ("ab_user", "edit"), ("user_scope", "add"), ("user_scope", "edit")} <= prober.done
        assert {("activation", "add"), ("ab_role", "add"), ("ab_role", "delete")} <= prober.done
        assert {("ab_permission_view_role", "add"), ("ab_permission_view_role", "delete")} <= prober.done
