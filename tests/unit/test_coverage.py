"""覆盖率: which divisions count, whose part they are, and what is listed."""

import pytest

from app import coverage
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor, Grant
from models import Division, Station, StationHost
from tests import records
from tests.world import CHILD, CITY, COUNTY, FOREIGN, OWN, SIBLING, TODAY

VILLAGE, OTHER = f"{OWN}099", f"{OWN}098"
RIGHTS = frozenset((("Station", "view"), ("Station", "add"), ("Division", "view")))


def viewer(*codes, permissions=RIGHTS):
    return Actor("甲", user_id=1, grants=tuple(Grant(code, "", permissions) for code in codes))


@pytest.fixture
def villages(context):
    """Two villages of the town without a station; the town and its other village have one."""
    records.keep(Division(code=VILLAGE, name="新村"), Division(code=OTHER, name="老村"))


def figures(*codes, within=""):
    actor = viewer(*codes)
    with acting_as(actor):
        return tuple(coverage.coverage_of(actor, within))


def listed(actor, show=coverage.MISSING, within="", offset=0, limit=100):
    with acting_as(actor):
        return [place.code for place in coverage.places(actor, show, within, offset, limit)]


def test_due_and_built(villages):
    assert figures(OWN) == (4, 2)
    assert figures(CHILD) == (1, 1)
    assert figures(VILLAGE) == (1, 0)
    assert figures(SIBLING) == (2, 2)
    assert figures() == (0, 0)


@pytest.mark.parametrize(
    ("due", "built", "percent"), [(0, 0, 100), (3, 2, 66), (1000, 999, 99), (3, 3, 100), (3, 0, 0)]
)
def test_percent_never_rounds_up_to_all(due, built, percent):
    assert coverage.Coverage(due, built).percent == percent
    assert coverage.Coverage(due, built).missing == due - built


def test_a_station_that_ended_is_none_and_two_are_one(villages):
    records.keep(
        Station(division_code=VILLAGE, name="已撤", host=StationHost.OFFICE, ended_on=TODAY, ended_reason="并站")
    )
    assert figures(OWN) == (4, 2)
    records.keep(*(Station(division_code=VILLAGE, name=name, host=StationHost.OFFICE) for name in ("甲", "乙")))
    assert figures(OWN) == (4, 3)


@pytest.mark.parametrize("change", [{"is_pseudo": True}, {"retired_on": TODAY}])
def test_what_is_no_place_of_its_own_is_not_due(villages, change):
    with acting_as(SETUP):
        division = db.session.get(Division, VILLAGE)
        for name, value in change.items():
            setattr(division, name, value)
        db.session.commit()
    assert figures(OWN) == (3, 2)
    assert listed(viewer(OWN)) == [OTHER]


def test_missing_places_are_listed_by_code_and_paged(villages):
    assert listed(viewer(OWN)) == [OTHER, VILLAGE]
    assert listed(viewer(OWN), offset=1, limit=1) == [VILLAGE]
    assert listed(viewer(OWN), coverage.BUILT) == [OWN, CHILD]
    assert listed(viewer(OWN), coverage.ALL) == [OWN, CHILD, OTHER, VILLAGE]


@pytest.mark.parametrize("within", [SIBLING, FOREIGN, "x", "3302%", "'", "3303020060999"])
def test_nothing_is_listed_of_elsewhere(villages, within):
    assert listed(viewer(OWN), coverage.ALL, within) == []
    assert figures(OWN, within=within) == (0, 0)


def test_above_ones_part_lies_ones_part(villages):
    for within in (CITY, COUNTY, OWN):
        assert listed(viewer(OWN), coverage.MISSING, within) == [OTHER, VILLAGE]
    assert listed(viewer(COUNTY), coverage.MISSING, VILLAGE) == [VILLAGE]


def test_a_part_of_another_register_is_no_part_here(villages):
    """He looks after stations in one village, after divisions in the whole town."""
    actor = Actor(
        "甲",
        user_id=1,
        grants=(Grant(VILLAGE, "", RIGHTS), Grant(OWN, "", frozenset((("Division", "view"),)))),
    )
    assert listed(actor, coverage.ALL) == [VILLAGE]


def test_a_station_may_be_added_only_where_one_may(villages):
    view = frozenset((("Station", "view"),))
    actor = Actor("甲", user_id=1, grants=(Grant(OWN, "", view), Grant(VILLAGE, "", RIGHTS)))
    with acting_as(actor):
        found = {place.code: place.may_add for place in coverage.places(actor, coverage.MISSING, "", 0, 10)}
    assert found == {OTHER: False, VILLAGE: True}


def test_without_an_actor_nothing_is_seen(villages):
    assert coverage.coverage_of(viewer(OWN)) == (0, 0)
