"""The rules of delegation as they are: pure, with facts made by hand."""

from datetime import date, timedelta

import pytest

from app.errors import DomainError
from app.security import delegation
from app.security.actor import Actor, Grant
from app.security.delegation import Held, Person, RoleFacts
from app.security.roles import MANAGER, ROLES, SUPERVISOR, SYSTEM_ADMIN, grantable_of, permissions_of, shipped_cells
from tests.world import CHILD, CITY, COUNTY, OTHER_COUNTY, OWN, SIBLING, TODAY

BEFORE = date(2020, 1, 1)


def facts(role: str, owner: str | None = None, cells=None) -> RoleFacts:
    return RoleFacts(
        1, role if owner is None else "本地角色", owner, role, shipped_cells(role) if cells is None else cells
    )


def held(role: str, place: str, until: date | None = None, since: date = BEFORE, **of) -> Held:
    return Held(facts(role, **of), place, since, until)


def somebody(*after: Held, homes=(OWN,), before: tuple[Held, ...] = ()) -> Person:
    return Person(7, homes, before, after)


def manager(place: str) -> Actor:
    return Actor("管理员", user_id=1, grants=(Grant(place, MANAGER, permissions_of(MANAGER), grantable_of(MANAGER)),))


def test_handing_on_goes_strictly_down():
    cells = {("Station", "view"), ("Station", "grant_view")}
    assert [manager(COUNTY).may_hand_on(cells, p) for p in (CITY, COUNTY, OWN, OTHER_COUNTY)] == [0, 0, 1, 0]
    assert not manager(COUNTY).may_hand_on({("Division", "add")}, OWN)


def test_handing_on_adds_up_over_grants_above_the_place_only():
    first = Grant(COUNTY, "甲", frozenset(), frozenset({("Station", "view")}))
    second = Grant(OWN, "乙", frozenset(), frozenset({("Station", "edit")}))
    actor, both = Actor("两处", 1, (first, second)), {("Station", "view"), ("Station", "edit")}
    assert actor.may_hand_on(both, CHILD)
    assert not actor.may_hand_on(both, OWN)
    assert not actor.may_hand_on(both, SIBLING)


def test_shipped_roles_are_shaped_from_a_whole_city_and_copies_from_their_owner():
    cell = {("Station", "view")}
    assert [manager(p).may_shape(cell, None) for p in (CITY, COUNTY, OWN)] == [True, False, False]
    assert [manager(p).may_shape(cell, COUNTY) for p in (CITY, COUNTY, OWN, OTHER_COUNTY)] == [True, True, False, False]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_is_shipped_with_more_to_hand_on_than_is_shipped_below(role):
    below = frozenset().union(*(permissions_of(other) for other in ROLES))
    assert grantable_of(role) <= below
    assert bool(grantable_of(role)) == (role in (MANAGER, SYSTEM_ADMIN))


@pytest.mark.parametrize(
    ("person", "changed", "said"),
    [
        (somebody(homes=(COUNTY,)), [held(SUPERVISOR, OWN)], "下级区划以内"),
        (somebody(held(SUPERVISOR, OTHER_COUNTY)), [held(SUPERVISOR, OWN)], "下级区划以内"),
        (somebody(homes=(None,)), [held(SUPERVISOR, OWN)], "下级区划以内"),
        (Person(1, (OWN,), (), ()), [held(SUPERVISOR, OWN)], "自己"),
        (somebody(), [held(SYSTEM_ADMIN, OWN)], "可转授的权限"),
        (somebody(), [held(SUPERVISOR, OWN), held(SUPERVISOR, COUNTY)], "可转授的权限"),
        (somebody(), [held(SUPERVISOR, OWN, owner=SIBLING)], "所属的区划"),
        (somebody(*[held(SUPERVISOR, OWN)] * 9), [held(SUPERVISOR, OWN)], "最多 8 个"),
    ],
)
def test_refused_scope_says_which_rule(person, changed, said):
    with pytest.raises(DomainError, match=said):
        delegation.check_scope(manager(COUNTY), person, changed, TODAY)


def test_past_scope_elsewhere_does_not_count():
    person = somebody(held(SUPERVISOR, OTHER_COUNTY, until=TODAY - timedelta(days=1)))
    assert delegation.check_scope(manager(COUNTY), person, [held(SUPERVISOR, OWN)], TODAY) is None


def test_three_powers_exclude_each_other_today_and_later():
    today = held(MANAGER, OWN, until=TODAY)
    later = held(SYSTEM_ADMIN, OWN, since=TODAY + timedelta(days=90))
    with pytest.raises(DomainError, match="不能由同一个人担任"):
        delegation.check_exclusive(somebody(today, later), TODAY)
    past = held(MANAGER, OWN, until=TODAY - timedelta(days=1))
    assert delegation.check_exclusive(somebody(past, later), TODAY) is None


@pytest.mark.parametrize(
    ("scope", "governs"),
    [
        (held(SYSTEM_ADMIN, OWN), (SYSTEM_ADMIN, "")),
        (held(MANAGER, CITY), (MANAGER, CITY)),
        (held(MANAGER, COUNTY), None),
        (held(SYSTEM_ADMIN, CITY, until=TODAY), None),
        (held(SYSTEM_ADMIN, CITY, since=TODAY + timedelta(days=1)), None),
        (held(SUPERVISOR, CITY), None),
    ],
)
def test_who_governs(scope, governs):
    assert delegation.administration(scope, TODAY) == governs


@pytest.mark.parametrize("place", [CITY, COUNTY, OWN])
def test_a_shipped_role_of_the_three_powers_is_not_edited(place):
    """Even by who may hand on all of it and does not hold it himself: by a copy."""
    old = facts(MANAGER)
    new = facts(MANAGER, cells=old.cells - {("Station", "grant_view")})
    with pytest.raises(DomainError, match="内置"):
        delegation.check_role(manager(place), old, new, [], is_own=False)


@pytest.mark.parametrize(
    ("place", "widened", "narrowed"),
    [
        (OWN, None, None),
        (COUNTY, None, None),
        (CITY, "同级", None),
        ("9901", "辖区以外", "辖区以外"),
        ("990101001", "辖区以外", "辖区以外"),
    ],
)
def test_a_shipped_role_is_changed_for_those_below(place, widened, narrowed):
    """What he could not give to a holder himself, he does not give by way of the role."""
    less, more = facts(SUPERVISOR), facts(SUPERVISOR, cells=shipped_cells(SUPERVISOR) | {("Station", "edit")})
    for before, after, said in ((less, more, widened), (more, less, narrowed)):
        asked = (manager(CITY), before, after, [held(SUPERVISOR, place)])
        if said is None:
            assert delegation.check_role(*asked, is_own=False) is None
        else:
            with pytest.raises(DomainError, match=said):
                delegation.check_role(*asked, is_own=False)


def test_right_to_hand_on_stays_with_the_roles_made_for_it():
    for cell in (("Account", "grant"), ("Station", "grant_view")):
        with pytest.raises(DomainError, match="不能有授权或转授的权限"):
            delegation.check_kind(facts(SUPERVISOR, COUNTY, frozenset({cell})))
        assert delegation.check_kind(facts(MANAGER, COUNTY, frozenset({cell}))) is None


def test_last_one_says_so():
    with pytest.raises(DomainError, match="最后一个有效的系统管理员"):
        delegation.check_last({(SYSTEM_ADMIN, "")}, set())
    with pytest.raises(DomainError, match="最后一个有效的市级的授权管理员"):
        delegation.check_last({(MANAGER, CITY), (MANAGER, "9901")}, {(MANAGER, "9901")})
    assert delegation.check_last(set(), set()) is None
