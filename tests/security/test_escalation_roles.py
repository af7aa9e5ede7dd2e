"""Attacks on roles, by direct flush: only what the policy written by hand allows is written."""

from datetime import timedelta

import pytest

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from models import StaffRole
from tests.security.attacks import (
    ADMIN,
    AUDITOR,
    CENTER,
    MANAGER,
    OFFICER,
    ORDINARY,
    ROLES,
    STAFF,
    SUPERVISOR,
    SYSTEM,
    account_id,
    cell,
    change,
    copied,
    copy_of,
    drop,
    make_puppets,
    person,
    role_id,
    scope,
    some_cells,
    succeeds,
    toggle,
)
from tests.world import CHILD, CITY, COUNTY, FOREIGN, OTHER_COUNTY, OWN, SIBLING, TODAY

pytestmark = pytest.mark.in_turns  # make audit asks both databases

__all__ = ["make_puppets"]  # the fixture


@pytest.mark.parametrize("username", ["city_manager", "manager", "system_admin", "city_admin"])
def test_shipped_roles_are_shaped_by_city_managers_who_do_not_hold_them(context, username):
    """But 区划管理员: it is held in another city, and by one who is no less than they are."""
    actor = person(username)
    shaped = {STAFF, CENTER, OFFICER, SUPERVISOR} if username == "city_manager" else set()
    wrong = []
    with acting_as(actor):
        every = some_cells(everything=bool(shaped))
        for role in ROLES:
            for key, register, name in every:
                done = succeeds(toggle, role, key)
                expected = role in shaped and (register, name.removeprefix("can_")) in ORDINARY
                if done != expected:
                    wrong.append((role, register, name, done))
    assert wrong == []


@pytest.mark.parametrize("owner", [CITY, COUNTY, OWN, OTHER_COUNTY])
@pytest.mark.parametrize("username", ["manager", "city_manager", "county_admin", "system_admin"])
def test_copies_are_shaped_from_their_owner_or_above(context, username, owner):
    copy = copied(owner)
    place = {"manager": COUNTY, "city_manager": CITY}.get(username)
    wrong = []
    with acting_as(person(username)):
        for key, register, name in some_cells(everything=place is not None):
            done = succeeds(toggle, copy, key)
            expected = place and owner.startswith(place) and (register, name.removeprefix("can_")) in ORDINARY
            if done != bool(expected):
                wrong.append((register, name, done))
    assert wrong == []


@pytest.mark.parametrize(
    ("owner", "origin", "cells", "allowed"),
    [
        (COUNTY, ADMIN, [("Station", "can_view"), ("Station", "can_export")], True),
        (OWN, SUPERVISOR, [("Station", "can_view")], True),
        (COUNTY, MANAGER, [("Account", "can_grant"), ("Station", "grant_view")], True),
        (OTHER_COUNTY, ADMIN, [("Station", "can_view")], False),
        (CITY, ADMIN, [("Station", "can_view")], False),
        (COUNTY, ADMIN, [("Division", "can_add")], False),  # wider than his
        (COUNTY, ADMIN, [("AuditEntry", "can_view")], False),
        (COUNTY, ADMIN, [("Station", "grant_view")], False),  # handing on is for managers' roles
        (COUNTY, ADMIN, [("Account", "can_grant")], False),
        (COUNTY, SYSTEM, [("Division", "can_view")], False),
        (COUNTY, AUDITOR, [], False),
        (COUNTY, MANAGER, [("Division", "grant_add")], False),
    ],
)
def test_copies_are_within_what_their_maker_may_hand_on(context, owner, origin, cells, allowed):
    with acting_as(person("manager")):
        assert succeeds(copy_of(owner, origin, "新角色", cells)) == allowed


@pytest.mark.parametrize("username", ["county_admin", "system_admin", "supervisor", "auditor"])
def test_nobody_else_copies_roles(context, username):
    with acting_as(person(username)):
        assert not succeeds(copy_of(OWN, SUPERVISOR, "新角色", []))


def test_copy_does_not_change_owner_or_origin(context):
    copy, manager = copied(OWN), role_id(MANAGER)
    with acting_as(person("manager")):
        for values in (
            {"division_code": SIBLING, "name": f"{SIBLING}:本地角色"},
            {"division_code": None, "based_on_id": None},
            {"based_on_id": manager},
        ):
            assert not succeeds(change(StaffRole, copy, **values))
        assert succeeds(change(StaffRole, copy, name=f"{OWN}:改了名"))


def test_shipped_role_is_not_renamed_deleted_or_added(context):
    key = role_id(SUPERVISOR)
    with acting_as(person("city_manager")):
        assert not succeeds(change(StaffRole, key, name="别的名字"))
        assert not succeeds(drop(StaffRole, key))
        assert not succeeds(lambda: db.session.add(StaffRole(name="新的内置角色")))


@pytest.mark.parametrize(
    "title", [SYSTEM, "系统\u200b管理员", "系统管\uf9e4员", "系统 管理员", "\ufeff督导员", "督\u3000导员"]
)
def test_copy_that_reads_like_a_shipped_role_is_refused(context, title):
    with acting_as(person("manager")):
        assert not succeeds(copy_of(OWN, SUPERVISOR, title, []))
        assert succeeds(copy_of(OWN, SUPERVISOR, f"{title}助理", []))


def test_copy_is_usable_only_in_its_owners_part(puppets):
    copy = copied(OWN)
    with acting_as(person("city_manager")):
        assert succeeds(lambda: db.session.add(scope(puppets[CHILD], copy, CHILD)))
        for place in (SIBLING, COUNTY, "330304001"):
            assert not succeeds(lambda place=place: db.session.add(scope(puppets[place], copy, place)))


def test_role_that_one_holds_is_not_changed(puppets):
    copy = copied(COUNTY, MANAGER, cells=[("StaffRole", "can_grant"), ("Station", "grant_view")])
    with acting_as(SETUP):
        db.session.add(scope(account_id("manager"), copy, COUNTY, valid_from=TODAY + timedelta(days=9)))
        db.session.commit()
    with acting_as(person("manager")):
        assert not succeeds(lambda: toggle(copy, cell("Station", "grant_export").id))


def test_copy_is_not_widened_under_somebody_at_its_makers_own_level(puppets):
    """He could not grant to him: he may not grant by way of the role that the other one holds."""
    copy = copied(COUNTY)
    with acting_as(SETUP):
        db.session.add(scope(puppets[COUNTY], copy, COUNTY))
        db.session.commit()
    with acting_as(person("manager")):
        assert not succeeds(lambda: toggle(copy, cell("Station", "can_export").id))
    with acting_as(person("city_manager")):
        assert succeeds(lambda: toggle(copy, cell("Station", "can_export").id))


def test_a_shipped_role_of_the_three_powers_stays_as_it_is(context):
    """For him too who may hand it all on and holds no more than a copy of it."""
    by_a_copy = Actor("副手", account_id("nowhere"), person("city_manager").grants)
    with acting_as(by_a_copy):
        for register, name in (("Station", "grant_view"), ("Account", "can_grant"), ("Case", "can_view")):
            assert not succeeds(toggle, MANAGER, cell(register, name).id)


@pytest.mark.parametrize(
    ("place", "widened", "narrowed"), [(OWN, True, True), (CITY, False, True), (FOREIGN, False, False)]
)
def test_a_shipped_role_is_not_widened_under_peers_and_people_elsewhere(puppets, place, widened, narrowed):
    with acting_as(SETUP):
        db.session.add(scope(puppets[place], role_id(SUPERVISOR), place))
        db.session.commit()
    with acting_as(person("city_manager")):
        assert succeeds(toggle, SUPERVISOR, cell("Station", "can_edit").id) is widened
        assert succeeds(toggle, SUPERVISOR, cell("Station", "can_export").id) is narrowed


def test_copy_in_use_is_not_deleted(puppets):
    used, free = copied(COUNTY), copied(COUNTY, title="没人用")
    with acting_as(SETUP):
        db.session.add(scope(puppets[OWN], used, OWN))
        db.session.commit()
    with acting_as(person("manager")):
        assert not succeeds(drop(StaffRole, used))
        assert succeeds(drop(StaffRole, free))
