"""工作台: the days that are meant, who is near, and what I did last."""

from datetime import date

import pytest
from sqlalchemy import select

from app import workbench
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor, Grant
from models import Account, Case, Station, Training, Volunteer
from models.base import models_by_name
from tests import records
from tests.world import CHILD, CITY, COUNTY, OTHER_COUNTY, OWN, SIBLING

REGISTERS = ("Station", "Volunteer", "Case", "Training", "Division")
ALL = frozenset((register, verb) for register in REGISTERS for verb in ("view", "add", "edit", "delete"))


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 11, 24), date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 29)),
        (date(2027, 1, 31), date(2027, 1, 1), date(2027, 1, 31)),
    ],
)
def test_a_month_has_its_first_and_last_day(today, first, last):
    assert workbench._month_of(today) == (first, last)


@pytest.mark.parametrize(
    ("codes", "near"),
    [((CHILD,), True), ((OWN, CHILD), True), ((COUNTY,), False), ((CITY,), False), ((OWN, OTHER_COUNTY), False)],
)
def test_names_are_near_in_townships_and_villages(codes, near):
    actor = Actor("甲", user_id=1, grants=tuple(Grant(code, "", ALL) for code in codes))
    assert workbench.is_near(actor, "Station") is near


# ---- what I did last


@pytest.fixture
def me(context):
    """Somebody of the town who may do everything there, under the number of an account of the world."""
    return actor_of("town_admin", OWN)


def actor_of(username, *codes, permissions=ALL):
    with acting_as(SETUP):
        key = db.session.scalars(select(Account.id).where(Account.username == username)).one()
    db.session.remove()
    return Actor(username, user_id=key, grants=tuple(Grant(code, "", permissions) for code in codes))


def change(actor, model, key, **values):
    with acting_as(actor):
        row = db.session.get(model, key)
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()
    db.session.remove()


def touched(actor):
    """[(register, name)] of what `actor` did last."""
    with acting_as(actor):
        return [(row.register, row.name) for row in workbench.recent(actor)]


def test_the_newest_comes_first_and_each_row_once(me):
    first, second = records.volunteer(name="甲"), records.case(subject="乙")
    assert touched(me) == []  # made by the product
    change(me, Volunteer, first, title="一")
    change(me, Case, second, note="二")
    ((_, called), _last) = found = touched(me)
    assert called.endswith(" 乙")
    assert found == [("Case", called), ("Volunteer", "甲")]
    change(me, Volunteer, first, title="三")
    assert touched(me) == [("Volunteer", "甲"), ("Case", called)]


def test_what_others_did_is_not_mine(me):
    key = records.volunteer(name="甲")
    change(actor_of("staff", OWN), Volunteer, key, title="别人改")
    assert touched(me) == []


def test_a_row_has_the_name_that_others_gave_it_since(me):
    key = records.volunteer(name="甲")
    change(me, Volunteer, key, title="改")
    change(actor_of("staff", OWN), Volunteer, key, name="新名")
    assert touched(me) == [("Volunteer", "新名")]


def test_what_is_gone_is_left_out(me):
    key = records.training(name="课")
    change(me, Training, key, venue="改")
    assert touched(me) == [("Training", "课")]
    with acting_as(SETUP):
        db.session.delete(db.session.get(Training, key))
        db.session.commit()
    db.session.remove()
    assert touched(me) == []


def test_what_was_moved_out_of_sight_is_left_out(me):
    key = records.training(name="课")
    change(me, Training, key, venue="改")
    with acting_as(SETUP):
        db.session.get(Training, key).division_code = SIBLING
        db.session.commit()
    db.session.remove()
    assert touched(me) == []
    assert touched(actor_of("town_admin", OWN, SIBLING)) == [("Training", "课")]


def test_what_one_may_no_longer_view_is_left_out(me):
    change(me, Case, records.case(subject="乙"), note="改")
    fewer = frozenset(cell for cell in ALL if cell[0] != "Case")
    assert touched(actor_of("town_admin", OWN, permissions=fewer)) == []
    assert touched(actor_of("town_admin", SIBLING)) == []


def test_a_line_of_a_form_counts_as_its_row(me):
    course, person = records.training(name="课"), records.volunteer(name="甲")
    with acting_as(me):
        db.session.add(models_by_name()["Attendance"](training_id=course, volunteer_id=person))
        db.session.commit()
    db.session.remove()
    assert touched(me) == [("Training", "课")]


def test_a_division_is_found_by_its_code(me):
    """Its key is no number: beside it, keys that are one are still read as such."""
    change(me, models_by_name()["Division"], CHILD, note="改")
    change(me, Station, records.station_at(OWN), address="改")
    assert [register for register, _name in touched(me)] == ["Station", "Division"]


def test_eight_rows_are_shown(me):
    keys = [records.volunteer(name=f"第{n}") for n in range(10)]
    for key in keys:
        change(me, Volunteer, key, title="改")
    assert touched(me) == [("Volunteer", f"第{n}") for n in range(9, 1, -1)]


def test_who_has_no_account_did_nothing(context):
    actor = Actor("甲", grants=(Grant(OWN, "", ALL),))
    assert touched(actor) == []
