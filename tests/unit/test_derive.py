"""What rows get without being asked: the place of their station, a number for life, the day they were written down."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from app import derive
from app.errors import OutOfScope, explain
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor, Grant
from models import Case, MemberUnit, Serial, Station, Volunteer, VolunteerRole
from tests import records, world
from tests.conftest import today_is

ADMIN = Actor(
    "甲",
    user_id=1,
    grants=(Grant(world.COUNTY, "", frozenset({("Volunteer", verb) for verb in ("view", "add", "edit")})),),
)


def new(station, name="新来", **columns):
    columns = {"role": VolunteerRole.AGENT, "starts_on": date(2025, 1, 1)} | columns
    return Volunteer(station_id=station, name=name, **columns)


def read(key, model=Volunteer):
    """The row as it stands now; no transaction stays open."""
    with acting_as(SETUP):
        row = db.session.get(model, key)
    db.session.remove()
    return row


def last(series):
    """The last number of a series, 0 for one that has not begun."""
    with acting_as(SETUP):
        number = db.session.scalar(select(func.coalesce(func.max(Serial.last), 0)).where(Serial.series == series))
    db.session.remove()
    return number


SERIES = f"Volunteer:{world.COUNTY}-"


# ---- the place


def test_a_row_lies_where_its_station_does(context):
    row = read(records.volunteer(world.CHILD))
    assert (row.division_code, row.city_code, row.county_code, row.township_code) == (
        world.CHILD, world.CITY, world.COUNTY, world.OWN,
    )  # fmt: skip


def test_a_row_that_changes_its_station_changes_its_place(context):
    key, there = records.volunteer(world.CHILD), records.station_at(world.SIBLING)
    with acting_as(SETUP):
        row = db.session.get(Volunteer, key)
        row.station_id = there
        db.session.commit()
        assert (row.division_code, row.township_code) == (world.SIBLING, world.SIBLING)


def test_a_place_that_was_put_there_gives_way_to_the_station(context):
    station = records.station_at(world.OWN)
    with acting_as(SETUP):
        row = new(station, division_code=world.FOREIGN)
        db.session.add(row)
        db.session.flush()
        assert row.division_code == world.OWN


def test_a_row_cannot_leave_its_station_behind(context):
    key = records.volunteer(world.OWN)
    with acting_as(SETUP):
        db.session.get(Volunteer, key).division_code = world.CHILD
        with pytest.raises(IntegrityError):
            db.session.flush()


def test_a_station_out_of_sight_gives_no_place(context):
    there, key = records.station_at(world.OTHER_COUNTY + "001"), records.volunteer(world.OWN)
    sees = Actor(
        "甲", user_id=1, grants=(Grant(world.COUNTY, "", ADMIN.grants[0].permissions | {("Station", "view")}),)
    )
    with acting_as(sees):
        db.session.add(new(there))
        with pytest.raises(OutOfScope):
            db.session.flush()
        db.session.rollback()
        db.session.get(Volunteer, key).station_id = there
        with pytest.raises(OutOfScope):
            db.session.flush()


def test_a_station_cannot_move_away_from_its_rows(app, client_as):
    """It is said in words, and everything stays where it was."""
    browser = client_as("town_admin")
    with app.app_context():
        key, volunteer = records.station_at(world.CHILD), records.volunteer(world.CHILD)
        station = read(key, Station)
        posted = {"name": station.name, "host": "OFFICE", "_version": station.version}
    answer = browser.submit(f"/stations/edit/{key}", posted | {"division_code": world.OWN})
    assert answer.status_code == 422
    assert (
        "1 条「班子」、1 条「上级交办」、1 条「转办」、1 条「紧急报告」、2 条「队伍」、1 条「上墙」，不能改到其他区划。"
        in answer.text
    )
    with app.app_context():
        assert read(key, Station).division_code == read(volunteer).division_code == world.CHILD


def test_a_station_without_rows_can_move(app, client_as):
    browser = client_as("town_admin")
    data = {"division_code": world.CHILD, "name": "空站", "host": "OFFICE"}
    assert browser.submit("/stations/add", data).status_code == 302
    with app.app_context(), acting_as(SETUP):
        key = db.session.scalars(select(Station.id).where(Station.name == "空站")).one()
    moved = browser.submit(f"/stations/edit/{key}", data | {"division_code": world.OWN, "_version": "1"})
    assert moved.status_code == 302
    with app.app_context():
        assert read(key, Station).division_code == world.OWN


# ---- the number


def test_numbers_of_a_county_follow_each_other_whatever_the_station(context):
    before = last(SERIES)
    numbers = [read(records.volunteer(code)).number for code in (world.OWN, world.CHILD, world.SIBLING)]
    assert numbers == [f"330302-{before + n:05}" for n in (1, 2, 3)]
    assert last(SERIES) == before + 3


def test_each_county_counts_for_itself(context):
    mine, theirs = last(SERIES), last("Volunteer:330304-")
    records.volunteer(world.OWN)
    assert read(records.volunteer("330304001")).number == f"330304-{theirs + 1:05}"
    assert (last(SERIES), last("Volunteer:330304-")) == (mine + 1, theirs + 1)


def test_a_number_is_given_back_with_its_transaction(context):
    station, before = records.station_at(world.OWN), last(SERIES)
    db.session.remove()
    with acting_as(SETUP):
        row = new(station)
        db.session.add(row)
        db.session.flush()
        assert row.number == f"330302-{before + 1:05}"
        db.session.rollback()
    assert last(SERIES) == before
    assert read(records.volunteer(world.OWN)).number == f"330302-{before + 1:05}", "no gap"


def test_a_refused_form_takes_no_number(app, client_as):
    browser, number = client_as("town_admin"), records.id_number()
    with app.app_context():
        station, _ = records.station_at(world.OWN), records.volunteer(world.OWN, id_number=number)
        before = last(SERIES)
    data = {"station_id": station, "name": "又一人", "role": "AGENT", "engagement": "PART_TIME", "service_hours": "0",
            "starts_on": "2026-01-01"}  # fmt: skip
    assert browser.submit("/volunteers/add", data | {"id_number": number}).status_code == 422
    with app.app_context():
        assert last(SERIES) == before
    assert browser.submit("/volunteers/add", data).status_code == 302
    with app.app_context():
        assert last(SERIES) == before + 1


def test_a_number_is_never_given_again(context):
    key = records.volunteer(world.OWN)
    number = read(key).number
    with db.engine.begin() as connection:
        connection.execute(delete(Volunteer).where(Volunteer.id == key))
    assert read(records.volunteer(world.OWN)).number > number


def test_a_number_stays_when_its_holder_moves_or_leaves(context):
    key, there = records.volunteer(world.OWN), records.station_at("330304001")
    number = read(key).number
    with acting_as(SETUP):
        row = db.session.get(Volunteer, key)
        row.station_id = there
        records.end(row, reason="调动")
        db.session.commit()
        assert (row.number, row.county_code) == (number, "330304")


def test_racing_rows_get_numbers_without_gaps_and_without_twins(app):
    """Two people, each with rows in a transaction of his own that gives up now and then."""
    with app.app_context():
        station, before = records.station_at(world.OWN), last(SERIES)
    start = Barrier(2)

    def add(who):
        start.wait()
        for n in range(10):
            with app.app_context(), acting_as(SETUP):
                db.session.add(new(station, name=f"赛{who}"))
                db.session.flush()
                db.session.rollback() if n % 3 == 2 else db.session.commit()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, "甲乙"))
    with app.app_context(), acting_as(SETUP):
        numbers = db.session.scalars(select(Volunteer.number).where(Volunteer.name.startswith("赛"))).all()
    assert sorted(numbers) == [f"330302-{before + n:05}" for n in range(1, 15)]


def test_racing_transactions_begin_a_series_together(app):
    start = Barrier(2)

    def count(_who):
        with app.app_context():
            start.wait()
            number = derive.next_number(db.session(), "Test:1")
            db.session.commit()
            return number

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(count, range(2))) == [1, 2]


# ---- the rest


def test_a_case_is_written_down_today(context):
    with today_is(date(2026, 11, 30)):
        row = read(records.case(received_on=date(2026, 11, 24)), Case)
    assert (row.received_on, row.recorded_on) == (date(2026, 11, 24), date(2026, 11, 30))


def test_the_day_of_the_record_stays(app, client_as):
    """Neither a later change nor a post of one's own moves it."""
    with app.app_context():
        key = records.case()
        case = read(key, Case)
        posted = {
            "station_id": case.station_id, "channel": "VISIT", "received_on": "2026-11-23", "subject": "改",
            "name": "乙", "category": "FAMILY", "receiver": "丙", "applicant": "SELF", "_version": "1",
            "recorded_on": "2026-01-01",
        }  # fmt: skip
    with today_is(date(2026, 12, 1)):
        assert client_as("town_admin").submit(f"/cases/edit/{key}", posted).status_code == 302
    with app.app_context():
        case = read(key, Case)
        assert (case.subject, case.recorded_on) == ("改", world.TODAY)


def test_a_case_that_came_after_its_record_is_refused_in_words(context):
    key = records.case()
    with acting_as(SETUP):
        db.session.get(Case, key).received_on = date(2026, 11, 25)
        with pytest.raises(IntegrityError) as refused:
            db.session.flush()
    problem = explain(refused.value)
    assert (problem.field, str(problem.message)) == ("received_on", "来访日期不能晚于登记日期。")


@pytest.mark.parametrize(
    ("name", "aliases"),
    [
        ("县计生局", "卫健"), ("土地管理所", "自然资源"), ("综治办", "平安法治"), ("农业局", "农业农村"),
        ("司法所", None), ("卫健局", None), ("农业农村局", None), ("计划生育土地办", "卫生健康、自然资源"),
    ],
)  # fmt: skip
def test_a_unit_that_was_renamed_is_known_by_both_names(context, name, aliases):
    with acting_as(SETUP):
        unit, own = (MemberUnit(division_code=world.OWN, name=text) for text in (name, f"{name}甲"))
        own.aliases = "自取的名"
        db.session.add_all([unit, own])
        db.session.flush()
        assert (unit.aliases, own.aliases) == (aliases, "自取的名")
