"""Hours of training: whatever the place of the training counts, and nobody learns more than sums of his own people."""

from datetime import date

import pytest
from sqlalchemy import select

from app import training
from app.extensions import db
from app.scope import acting_as
from app.security.actor import Actor, Grant
from models import Training, Volunteer
from tests import records, world

YEAR = 2026
VIEW = frozenset((register, "view") for register in ("Volunteer", "Station", "Training"))


def viewer(code, permissions=VIEW):
    """Somebody who may look at rosters in and below `code`."""
    return Actor("甲", user_id=1, grants=(Grant(code, "", permissions),))


@pytest.fixture
def trained(app):
    """{name: key} of a person in a village, one in its town, one in another county; the county trained two of them."""
    with app.app_context():
        keys = {
            "村甲": records.volunteer(world.CHILD, "村甲"),
            "镇乙": records.volunteer(world.OWN, "镇乙"),
            "外丙": records.volunteer(world.OTHER_COUNTY + "001", "外丙"),
        }
        held = records.training(world.COUNTY, "区里的课", hours=6)
        records.attendance(held, keys["村甲"])
        records.attendance(held, keys["外丙"])
    return keys


@pytest.fixture
def people(trained, context):
    """The same, with a context open for the rules."""
    return trained


def hours_as(actor, key, year=YEAR):
    """The hours of one person, as `actor` is told; None when he cannot see the person."""
    with acting_as(actor):
        person = db.session.get(Volunteer, key)
        return training.hours_of(person, year) if person is not None else None


def listed(actor, year=YEAR, only_none=False):
    """{name: hours} of the people that these tests made, as `actor` is told."""
    with acting_as(actor):
        found, _more = training.people(year, only_none, 0, 10_000)
    return {person.name: person.hours for person in found if person.name in ("村甲", "镇乙", "外丙", "丁")}


def test_a_training_of_the_county_counts_for_the_person_of_the_village(people):
    assert listed(viewer(world.CHILD)) == {"村甲": 6}
    assert hours_as(viewer(world.CHILD), people["村甲"]) == 6


def test_the_village_sees_neither_the_training_nor_the_others(trained, client_as):
    browser = client_as("village_admin")
    page = browser.get(f"/trainings/hours/?year={YEAR}").text
    assert "村甲" in page
    assert "镇乙" not in page
    assert "外丙" not in page
    shown = browser.get(f"/volunteers/show/{trained['村甲']}").text
    assert "2026 年参训 6 学时。" in shown
    assert "2025 年未参加培训。" in shown
    for text in (page, shown, browser.get("/trainings/list/").text):
        assert "区里的课" not in text


def test_nobody_is_told_of_people_out_of_sight(people):
    assert listed(viewer(world.COUNTY)) == {"村甲": 6, "镇乙": 0}
    assert listed(viewer(world.CITY)) == {"村甲": 6, "镇乙": 0, "外丙": 6}
    assert listed(viewer(world.OTHER_COUNTY)) == {"外丙": 6}
    assert listed(viewer(world.FOREIGN)) == {}
    assert listed(viewer(world.COUNTY, frozenset({("Training", "view"), ("Station", "view")}))) == {}


def test_hours_of_somebody_out_of_sight_are_none_even_when_his_row_is_at_hand(people):
    """The sum is taken in the product's own name: the statement itself has to be narrowed."""
    with acting_as(viewer(world.OTHER_COUNTY)):
        person = Volunteer(id=people["村甲"], name="村甲")
        assert training.hours_of(person, YEAR) == 0
    with acting_as(viewer(world.CHILD)):
        assert training.hours_of(person, YEAR) == 6


@pytest.mark.parametrize("place", [world.CITY, world.COUNTY, world.CHILD, world.OTHER_COUNTY, world.FOREIGN])
@pytest.mark.parametrize("year", [2025, 2026])
def test_the_untrained_are_those_that_are_listed(people, place, year):
    with acting_as(viewer(place)):
        listed_, _more = training.people(year, True, 0, 10_000)
        found, number = training.untrained(year, 3)
    assert number == len(listed_)
    assert number or year == YEAR, "in the year before, nobody was trained"
    assert found == [(person.key, person.name) for person in listed_[:3]]


def test_nobody_acting_gets_nothing(people):
    assert training.untrained(YEAR, 3) == ([], 0)
    assert training.people(YEAR, False, 0, 100) == ([], False)
    assert training.hours_of(Volunteer(id=people["村甲"]), YEAR) == 0


def test_nothing_that_was_read_for_the_sum_stays_in_sight(people):
    with acting_as(viewer(world.CHILD)):
        training.people(YEAR, False, 0, 100)
        assert [row for row in db.session if isinstance(row, Training)] == []
        assert "区里的课" not in [row.name for row in db.session.scalars(select(Training))]


@pytest.mark.parametrize(
    ("attended", "held", "hours"),
    [
        ({}, {}, 10),
        ({"hours": 1}, {}, 7),
        ({"hours": 0}, {}, 6),
        ({"is_present": False}, {}, 6),
        ({"is_present": False, "hours": 4}, {}, 6),
        ({}, {"ended_on": world.TODAY, "ended_reason": "登记错误"}, 6),
        ({}, {"held_on": date(2026, 1, 1)}, 10),
        ({}, {"held_on": date(2026, 11, 24)}, 10),
        ({}, {"held_on": date(2025, 12, 31)}, 6),
        ({"score": 20}, {}, 10),
    ],
    ids=["training's hours", "own hours", "none of them", "absent", "absent with hours", "ended", "first day", "today",
         "last year", "low score"],
)  # fmt: skip
def test_what_counts(people, attended, held, hours):
    records.attendance(records.training(world.OWN, "镇里的课", **held), people["村甲"], **attended)
    assert hours_as(viewer(world.CHILD), people["村甲"]) == hours
    assert listed(viewer(world.CHILD)) == {"村甲": hours}


def test_each_year_counts_for_itself(people):
    records.attendance(records.training(world.OWN, "旧课", held_on=date(2025, 12, 31), hours=2), people["村甲"])
    assert [hours_as(viewer(world.CHILD), people["村甲"], year) for year in (2024, 2025, 2026, 2027)] == [0, 2, 6, 0]
    with acting_as(viewer(world.CHILD)):
        told = training.sentences(db.session.get(Volunteer, people["村甲"]), date(2026, 1, 1))
    assert told == ["2026 年参训 6 学时。", "2025 年参训 2 学时。"]


def test_who_was_not_trained(people):
    assert listed(viewer(world.CITY), only_none=True) == {"镇乙": 0}
    assert listed(viewer(world.CITY), 2025, only_none=True) == {"村甲": 0, "镇乙": 0, "外丙": 0}


def test_who_was_there_for_no_hour_was_not_trained(people):
    records.attendance(records.training(world.OWN, "镇里的课"), people["镇乙"], hours=0)
    records.attendance(records.training(world.OWN, "又一课"), people["镇乙"], is_present=False)
    assert listed(viewer(world.CITY), only_none=True) == {"镇乙": 0}
    assert hours_as(viewer(world.CITY), people["镇乙"]) == 0


def test_who_has_left_is_not_on_the_list_but_keeps_his_hours(people):
    key = records.volunteer(world.CHILD, "丁", ended_on=world.TODAY, ended_reason="退休")
    records.attendance(records.training(world.OWN, "镇里的课"), key)
    assert "丁" not in listed(viewer(world.CITY))
    assert hours_as(viewer(world.CITY), key) == 4


def test_pages_follow_each_other_without_gap_or_twin(people):
    for n in range(5):
        records.volunteer(world.OWN, f"第{n}人")
    with acting_as(viewer(world.CITY)):
        everybody, more = training.people(YEAR, False, 0, 10_000)
        assert not more
        pages, offset = [], 0
        while True:
            page, more = training.people(YEAR, False, offset, 3)
            pages += page
            offset += 3
            assert len(page) == 3 or not more
            if not more:
                break
        assert training.people(YEAR, False, offset, 3) == ([], False)
    assert pages == everybody
    assert [person.key for person in pages] == sorted({person.key for person in pages})
    assert len(pages) >= 8


@pytest.mark.parametrize("year", [1, 1949, 2100, 9998])
def test_a_strange_year_is_answered(people, year):
    with acting_as(viewer(world.CHILD)):
        found, _more = training.people(year, True, 0, 100)
    assert "村甲" in [person.name for person in found]


# ---- the page


def test_the_page_asks_for_one_year_and_for_those_without(trained, client_as):
    browser = client_as("city_admin")
    page = browser.get("/trainings/hours/").text
    assert "2026 年培训学时" in page
    assert "镇乙" in page
    none = browser.get("/trainings/hours/?year=2026&none=y").text
    assert "镇乙" in none
    assert "村甲" not in none
    assert "村甲" in browser.get("/trainings/hours/?year=2025&none=y").text


@pytest.mark.parametrize(("query", "status"), [
    ("year=", 200), ("year=9999", 200), ("year=0", 200), ("page=99999", 200),
    ("year=x", 400), ("year=-1", 400), ("year=2026.5", 400), ("page=x", 400), ("page=-1", 400),
])  # fmt: skip
def test_strange_parameters_of_the_page(app, client_as, query, status):
    answer = client_as("city_admin").get(f"/trainings/hours/?{query}")
    assert answer.status_code == status


def test_a_year_before_all_records_is_called_what_it_is(app, client_as):
    assert "1949 年培训学时" in client_as("city_admin").get("/trainings/hours/?year=0").text


@pytest.mark.parametrize(("who", "status"), [("supervisor", 200), ("system_admin", 403), ("nowhere", 403)])
def test_the_page_is_for_those_who_may_see_trainings(app, client_as, who, status):
    assert client_as(who).get("/trainings/hours/").status_code == status
