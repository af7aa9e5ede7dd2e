"""统计: whoever asks, every number is that of its rows and of a count by hand, and the sums are sums; 件 and 次."""

import random
from datetime import date

import pytest
from sqlalchemy import select

from app import periods, statistics
from app.errors import BadInput
from app.extensions import db
from app.scope import acting_as, current_actor
from app.security.actor import SETUP
from app.statistics import DIMENSIONS, MEASURES, Question
from app.timeline import visits_of
from app.workflow.steps import advance
from models import Case, CaseState
from tests import records, world
from tests.conftest import IS_AUDIT
from tests.security.attacks import person
from tests.unit import counted
from tests.world import CHILD, CITY, FOREIGN, OWN, SIBLING, TODAY
from views.statistics import address_in

VIEWERS = ("city_admin", "county_admin", "town_admin", "village_admin", "mixed", "supervisor", "staff", "foreign_admin")
NOBODIES = ("center", "auditor", "manager", "nowhere", "expired")
PERIODS = [
    periods.parse("2026"), periods.parse("2024"), periods.parse("2025Q1"), periods.parse("2024-02"),
    periods.between("2024-02-29", "2024-02-29"), periods.between("2024-02-10", "2025-02-28"),
    periods.between("2023-12-15", "2026-11-24"), periods.between("2025-02-28", "2025-03-01"),
]  # fmt: skip
USUAL = (DIMENSIONS["channel"], DIMENSIONS["category"])
HOW_MANY = 16 if IS_AUDIT else 3  # random questions of one viewer


def check(app, cases, who, asked):
    """Every number of a table, its sums and the year before; gives back how many there were."""
    table = statistics.table_of(asked)
    days, ago, measure = table.asked.days, table.before.asked.days, asked.measure.name
    for row in (*table.rows, None):
        for column in (*table.columns, None):
            n, before = table.count(row, column), table.a_year_before(row, column)
            said = (who, asked.rows.name, asked.columns.name, measure, days, asked.within, row, column)
            assert n == counted.by_hand(cases, who, measure, days, asked.within, row, column), said
            assert n == counted.shown(app, address_in(table, row, column)), said
            assert before == counted.shown(app, address_in(table, row, column, is_before=True)), said
            if row is None and column is None:
                assert before == counted.by_hand(cases, who, measure, ago, asked.within), said
    return table.count()


@pytest.mark.in_turns
@pytest.mark.parametrize("who", VIEWERS)
def test_every_number_is_that_of_its_rows(app, who):
    chance, seen = random.Random(who), set()
    with app.test_request_context():
        cases, actor = counted.fill(300), person(who)
        within = ["", *(code for code in world.DIVISIONS if actor.places("view", "Case")[0].startswith(code))]
        within += [code for code in world.DIVISIONS if actor.covers("view", "Case", code)]
        with acting_as(actor):
            for _ in range(HOW_MANY):
                pair, measure = chance.sample([*DIMENSIONS.values()], 2), chance.choice([*MEASURES.values()])
                question = Question(*pair, chance.choice(PERIODS), measure, chance.choice(within))
                try:
                    n = check(app, cases, who, statistics.asked_of(question, actor))
                except BadInput:
                    assert question.period.last.year - question.period.first.year > 2, "too many months"
                    continue
                seen.add(n > 0)
    assert True in seen


@pytest.mark.in_turns
@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_every_dimension_of_the_whole_city_by_each_measure(app, dimension):
    other = DIMENSIONS["channel" if dimension != "channel" else "category"]
    with app.test_request_context():
        cases, actor = counted.fill(200), person("city_admin")
        with acting_as(actor):
            for measure in MEASURES.values():
                for pair in ((DIMENSIONS[dimension], other), (other, DIMENSIONS[dimension])):
                    asked = statistics.asked_of(Question(*pair, periods.parse("2025"), measure), actor)
                    assert check(app, cases, "city_admin", asked) > 0


@pytest.mark.parametrize("who", NOBODIES)
def test_who_sees_no_case_counts_none(app, who):
    question = Question(DIMENSIONS["channel"], DIMENSIONS["category"], periods.parse("2026"))
    with app.test_request_context():
        actor = person(who)
        assert statistics.asked_of(question, actor) is None
        with acting_as(actor):
            assert statistics.table_of(question).count() == 0
        assert current_actor() is None
        assert statistics.table_of(question).count() == 0, "nobody acts"


def test_a_division_of_another_part_is_nobodys_to_ask_for(app):
    question = Question(DIMENSIONS["channel"], DIMENSIONS["category"], periods.parse("2026"))
    with app.test_request_context():
        for who, within in (("town_admin", SIBLING), ("town_admin", FOREIGN), ("mixed", SIBLING), ("staff", "x")):
            asked = Question(question.rows, question.columns, question.period, question.measure, within)
            assert statistics.asked_of(asked, person(who)) is None, (who, within)
        above = Question(question.rows, question.columns, question.period, question.measure, CITY)
        assert statistics.asked_of(above, person("town_admin")).within == OWN, "what of it is his"


# ---- 件 and 次, by hand


def a_table(measure, period="2026", within=OWN, who="town_admin"):
    actor = person(who)
    with acting_as(actor):
        question = Question(*USUAL, periods.parse(period), MEASURES[measure], within)
        return statistics.table_of(statistics.asked_of(question, actor)).count()


def test_a_matter_counts_once_and_each_time_she_comes_once(app):
    with app.test_request_context():
        cases, visits = a_table("cases"), a_table("visits")
        one, two = records.case(received_on=date(2026, 1, 5)), records.case(received_on=date(2026, 2, 6))
        assert (a_table("cases"), a_table("visits")) == (cases + 2, visits + 2)
        records.came_again(one, date(2026, 3, 1))
        records.came_again(one, date(2026, 3, 2))
        assert (a_table("cases"), a_table("visits")) == (cases + 2, visits + 4)
        assert a_table("visits", "2026Q1") - a_table("visits", "2026-03") == 2, "in the month in which it happened"
        merge(two, one)
        assert (a_table("cases"), a_table("visits")) == (cases + 1, visits + 4), "merged, it is not counted again"
        with acting_as(person("town_admin")):
            assert visits_of(db.session.get(Case, one)).times == 4


def merge(key, into):
    def fill(case):
        case.state_reason, case.merged_into_id = "重复", into

    with acting_as(SETUP):
        advance(db.session.get(Case, key), CaseState.MERGED, SETUP, TODAY, fill)
        db.session.commit()
    db.session.remove()


def test_what_is_void_never_counted(app):
    with app.test_request_context():
        before = a_table("cases"), a_table("visits")
        key = records.case(received_on=date(2026, 1, 5), ended_on=TODAY, ended_reason="误登")
        assert (a_table("cases"), a_table("visits")) == before
        with acting_as(person("town_admin")):
            assert db.session.scalar(select(Case.ended_on).where(Case.id == key)) == TODAY


def test_who_came_again_in_a_later_year_is_counted_there(app):
    with app.test_request_context():
        visits = {year: a_table("visits", year) for year in ("2025", "2026")}
        key = records.case(received_on=date(2025, 12, 31))
        records.came_again(key, date(2026, 1, 1))
        assert {y: a_table("visits", y) - n for y, n in visits.items()} == {"2025": 1, "2026": 1}


def test_the_village_is_apart_from_its_township(app):
    asked = Question(DIMENSIONS["division"], DIMENSIONS["channel"], periods.parse("2026"), within=OWN)
    with app.test_request_context():
        records.case(OWN, received_on=date(2026, 1, 5))
        records.case(CHILD, received_on=date(2026, 1, 5))
        actor = person("county_admin")
        with acting_as(actor):
            table = statistics.table_of(statistics.asked_of(asked, actor))
    counts = {row.label: table.count(row) for row in table.rows}
    assert counts["五马街道（本级）"] == counts["鼓楼社区"] == 2
    assert table.rows[0].filters == (("division_code", "exactly", OWN),)


def test_a_table_that_nobody_could_read_is_refused(app):
    with app.test_request_context():
        actor = person("town_admin")
        with acting_as(actor):
            for rows, columns in (("channel", "channel"), ("channel", "month")):
                question = Question(DIMENSIONS[rows], DIMENSIONS[columns], periods.between("2016-01-01", "2025-12-31"))
                with pytest.raises(BadInput):
                    statistics.table_of(statistics.asked_of(question, actor))
