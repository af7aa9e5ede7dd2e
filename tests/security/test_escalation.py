"""Attacks on scopes and accounts, by direct flush: only what the policy written by hand allows is written."""

from datetime import timedelta

import pytest

from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import OPERATOR, SETUP
from models import Account, UserScope
from models.user import MAX_SCOPES
from tests.security.attacks import (
    ACTIVE,
    ADMIN,
    AUDITOR,
    FROM,
    MANAGER,
    PLACES,
    ROLES,
    STAFF,
    SYSTEM,
    account_id,
    below,
    change,
    copied,
    drop,
    grant,
    make_puppets,
    may_grant,
    person,
    role_id,
    scope,
    scopes_of,
    succeeds,
)
from tests.world import CHILD, CITY, COUNTY, FOREIGN, OTHER_COUNTY, OWN, SIBLING, TODAY

__all__ = ["make_puppets"]  # the fixture

# ---- the table: everybody × every role × every place


@pytest.mark.parametrize("username", ACTIVE)
def test_scopes_are_granted_strictly_below_and_within_what_may_be_handed_on(puppets, username):
    actor, ids = person(username), {role: role_id(role) for role in ROLES}
    wrong = []
    with acting_as(actor):
        for place in PLACES:
            for role in ROLES:
                done = succeeds(db.session.add, scope(puppets[place], ids[role], place))
                if done != may_grant(username, role, place):
                    wrong.append((role, place, done))
                if succeeds(db.session.add, scope(actor.user_id, ids[role], place)):
                    wrong.append((role, place, "to himself"))
    assert wrong == []


# ---- one attack each


@pytest.mark.parametrize("username", ["manager", "city_manager", "system_admin", "mixed", "county_admin"])
def test_nobody_changes_his_own_scopes_or_account(context, username):
    actor = person(username)
    own = scopes_of(username)
    with acting_as(actor):
        for key in own:
            assert not succeeds(change(UserScope, key, division_code=FOREIGN))
            assert not succeeds(change(UserScope, key, valid_until=None, valid_from=FROM - timedelta(days=1)))
            assert not succeeds(drop(UserScope, key))
        for values in ({"first_name": "改名"}, {"active": False}, {"password": "x"}, {"division_code": CHILD}):
            assert not succeeds(change(Account, actor.user_id, **values))


@pytest.mark.parametrize("values", [{"password": "x"}, {"active": False}, {"first_name": "改"}, {"username": "other"}])
@pytest.mark.parametrize(
    ("username", "target", "allowed"),
    [
        ("manager", "town_admin", True),
        ("manager", "village_admin", True),
        ("manager", "staff", True),
        ("manager", "county_admin", False),  # not strictly inside
        ("manager", "city_admin", False),
        ("manager", "system_admin", False),  # he could not hand on its cells: a reset would take it over
        ("manager", "mixed", False),  # one scope lies elsewhere
        ("manager", "foreign_admin", False),
        ("manager", "city_manager", False),
        ("city_manager", "manager", True),
        ("city_manager", "county_admin", True),
        ("city_manager", "mixed", True),
        ("city_manager", "city_admin", False),
        ("city_manager", "auditor", False),
        ("city_manager", "system_admin", False),
        ("system_admin", "town_admin", False),
        ("system_admin", "village_admin", False),
        ("county_admin", "town_admin", False),
        ("staff", "village_admin", False),
    ],
)
def test_accounts_are_managed_by_who_could_hand_on_all_they_hold(context, username, target, allowed, values):
    key = account_id(target)
    with acting_as(person(username)):
        assert succeeds(change(Account, key, **values)) == allowed


@pytest.mark.parametrize("home", PLACES)
@pytest.mark.parametrize("username", ["manager", "city_manager", "system_admin", "county_admin"])
def test_accounts_are_added_strictly_inside(context, username, home):
    place = {"manager": COUNTY, "city_manager": CITY, "system_admin": OWN}.get(username)
    with acting_as(person(username)):
        done = succeeds(lambda: users.add("new", "新人", None, [], TODAY, home=home))
    assert done == bool(place and below(home, place))


def test_account_is_not_pulled_in_from_elsewhere_nor_pushed_out(context):
    inside, outside = account_id("town_admin"), account_id("county_admin")
    with acting_as(person("manager")):
        assert not succeeds(change(Account, inside, division_code=OTHER_COUNTY))
        assert not succeeds(change(Account, inside, division_code=COUNTY))
        assert not succeeds(change(Account, inside, division_code=None))
        assert not succeeds(change(Account, outside, division_code=OWN))
        assert succeeds(change(Account, inside, division_code=SIBLING))


def test_managers_delete_no_account(context, puppets):
    with acting_as(person("city_manager")):
        assert not succeeds(drop(Account, puppets[CHILD]))


def test_scope_of_somebody_with_a_scope_elsewhere_is_not_the_countys(context):
    mixed = account_id("mixed")
    own, elsewhere = scopes_of("mixed")
    with acting_as(person("manager")):
        assert not succeeds(grant(mixed, STAFF, OWN))
        for key in (own, elsewhere):
            assert not succeeds(change(UserScope, key, valid_until=TODAY))
    with acting_as(person("city_manager")):
        assert succeeds(grant(mixed, STAFF, OWN))
        assert succeeds(change(UserScope, elsewhere, valid_until=TODAY))


def test_scope_is_not_moved_out_of_what_may_be_granted(context):
    (key,) = scopes_of("town_admin")
    system, manager = role_id(SYSTEM), role_id(MANAGER)
    with acting_as(person("manager")):
        for values in ({"division_code": COUNTY}, {"division_code": OTHER_COUNTY}, {"role_id": system}):
            assert not succeeds(change(UserScope, key, **values))
        for values in ({"division_code": SIBLING}, {"role_id": manager}, {"valid_until": TODAY}):
            assert succeeds(change(UserScope, key, **values))


def test_scope_is_not_passed_from_one_person_to_another(puppets):
    (key,), (above,) = scopes_of("town_admin"), scopes_of("county_admin")
    actor = person("manager")
    with acting_as(actor):
        assert not succeeds(change(UserScope, key, user_id=actor.user_id))
        assert not succeeds(change(UserScope, above, user_id=puppets[OWN]))
        assert not succeeds(change(UserScope, key, user_id=puppets[COUNTY]))


def test_administrator_is_not_disarmed_by_a_manager(context):
    (key,) = scopes_of("system_admin")
    with acting_as(person("manager")):
        assert not succeeds(change(UserScope, key, valid_until=TODAY))
        assert not succeeds(drop(UserScope, key))


def test_future_scope_elsewhere_counts(puppets):
    with acting_as(SETUP):
        db.session.add(scope(puppets[OWN], role_id(ADMIN), OTHER_COUNTY, valid_from=TODAY + timedelta(days=30)))
        db.session.commit()
    with acting_as(person("manager")):
        assert not succeeds(grant(puppets[OWN], STAFF, OWN))
        assert not succeeds(change(Account, puppets[OWN], password="x"))


def test_a_ninth_scope_is_refused(puppets):
    staff = role_id(STAFF)
    with acting_as(person("manager")):
        for n in range(MAX_SCOPES):
            row = scope(puppets[OWN], staff, OWN, valid_from=TODAY + timedelta(days=n))
            assert succeeds(lambda row=row: db.session.add(row), commit=True)
        assert not succeeds(grant(puppets[OWN], ADMIN, OWN))


def test_many_rows_in_one_flush_are_each_checked(puppets):
    staff, system = role_id(STAFF), role_id(SYSTEM)
    with acting_as(person("manager")):
        rows = [scope(puppets[OWN], staff, OWN), scope(puppets[CHILD], system, CHILD)]
        assert not succeeds(lambda: db.session.add_all(rows))


# ---- in two steps


def test_puppet_does_not_get_above_its_maker(puppets):
    """A manager makes a manager below himself, who then tries to lift both."""
    with acting_as(person("manager")):
        assert succeeds(lambda: users.add("second", "二号", None, [], TODAY, home=OWN), commit=True)
        second = account_id("second")
        assert succeeds(grant(second, MANAGER, OWN), commit=True)
    above, first = person("second"), account_id("manager")
    with acting_as(above):
        for user in (second, first, puppets[OWN], puppets[COUNTY]):
            for place in (COUNTY, OWN, SIBLING):
                assert not succeeds(grant(user, ADMIN, place))
        assert not succeeds(grant(first, ADMIN, CHILD))
        assert succeeds(grant(puppets[CHILD], ADMIN, CHILD))
        assert not succeeds(grant(puppets[CHILD], SYSTEM, CHILD))


def test_account_with_a_wide_role_is_not_reset_after_its_home_moved_in(puppets):
    with acting_as(SETUP):
        db.session.add(scope(puppets[CHILD], role_id(SYSTEM), CHILD))
        db.session.commit()
    with acting_as(person("manager")):
        assert not succeeds(change(Account, puppets[CHILD], password="x"))
        assert not succeeds(grant(puppets[CHILD], STAFF, CHILD), commit=True) or not succeeds(
            change(Account, puppets[CHILD], password="x")
        )


# ---- 三员分立, for the product itself too


@pytest.mark.parametrize(("first", "second"), [(MANAGER, SYSTEM), (SYSTEM, AUDITOR), (AUDITOR, MANAGER)])
@pytest.mark.parametrize("days", [0, 40])
def test_three_powers_exclude_each_other(puppets, first, second, days):
    user = puppets[CHILD]
    with acting_as(OPERATOR):
        assert succeeds(grant(user, first, CHILD), commit=True)
        assert not succeeds(grant(user, second, OWN, valid_from=TODAY + timedelta(days=days)))
        with pytest.raises(DomainError, match=f"{first}.*{second}|{second}.*{first}"):
            users.add("both", "两样", None, [(first, OWN), (second, OWN)], TODAY)


def test_copies_exclude_each_other_as_their_origins_do(puppets):
    copy = copied(COUNTY, MANAGER, cells=[("Account", "can_view")])
    with acting_as(OPERATOR):
        assert succeeds(lambda: db.session.add(scope(puppets[CHILD], copy, CHILD)), commit=True)
        assert not succeeds(grant(puppets[CHILD], AUDITOR, CHILD))


def test_past_scope_excludes_nothing(puppets):
    with acting_as(OPERATOR):
        past = {"valid_from": FROM, "valid_until": TODAY - timedelta(days=1)}
        assert succeeds(grant(puppets[CHILD], MANAGER, CHILD, **past), commit=True)
        assert succeeds(grant(puppets[CHILD], AUDITOR, CHILD))


# ---- the last administrator, for the product itself too


@pytest.mark.parametrize("username", ["system_admin", "city_manager"])
@pytest.mark.parametrize("way", ["disable", "delete", "end", "drop", "role", "move", "later"])
def test_last_administrator_stays(context, username, way):
    user, (key,) = account_id(username), scopes_of(username)
    attacks = {
        "disable": change(Account, user, active=False),
        "delete": drop(Account, user),
        "end": change(UserScope, key, valid_until=TODAY + timedelta(days=9)),
        "drop": drop(UserScope, key),
        "role": change(UserScope, key, role_id=role_id(STAFF)),
        "move": change(UserScope, key, user_id=account_id("disabled")),
        "later": change(UserScope, key, valid_from=TODAY + timedelta(days=1)),
    }
    with acting_as(OPERATOR):
        assert not succeeds(attacks[way])
        role, place = (SYSTEM, OWN) if username == "system_admin" else (MANAGER, CITY)
        assert succeeds(lambda: users.add("heir", "继任", None, [(role, place)], TODAY), commit=True)
        assert succeeds(attacks[way])


def test_manager_of_a_county_is_no_last_administrator(context):
    with acting_as(OPERATOR):
        assert succeeds(change(Account, account_id("manager"), active=False))
