"""认定: whose act it is, what it needs, and how long it outlives a gap."""

import random
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from flask import current_app
from sqlalchemy import select

from app import checklists, recognitions, standards
from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.endings import Standing
from app.workflow.steps import advance
from models import Division, DutyRoster, Recognition, RecognitionLevel, Station, Volunteer
from tests import records
from tests.security.attacks import person
from tests.unit.standing import ENDING, complete, ship
from tests.world import CHILD, OWN, SIBLING, TODAY

DAY = timedelta(days=1)
TOWNSHIP, COUNTY = RecognitionLevel


@pytest.fixture
def shipped(context):
    with acting_as(SETUP):
        ship()
        complete()
        yield context


def recognise(actor, level=TOWNSHIP, code=OWN, on=TODAY):
    """The act, by somebody: its key."""
    with acting_as(SETUP):
        station = records.station_at(code)
    with acting_as(actor):
        row = Recognition(station_id=station, by_level=level, recognized_on=on, recognized_by="甲")
        db.session.add(row)
        db.session.commit()
        return row.id


def refused(*args, **values):
    with pytest.raises(DomainError) as problem:
        recognise(*args, **values)
    db.session.rollback()
    return str(problem.value)


def end(row):
    advance(row, Standing.ENDED, SETUP, TODAY, lambda it: [setattr(it, *pair) for pair in ENDING.items()])
    db.session.commit()


def a_duty():
    return db.session.scalars(select(DutyRoster).where(DutyRoster.ended_on.is_(None))).first()


# ---- whose act


def test_first_the_township_then_the_county(shipped):
    county, town = person("county_admin"), person("town_admin")
    assert refused(county, COUNTY) == "先由乡镇（街道）认定，再由县（市、区）认定。"
    recognise(town)
    recognise(county, COUNTY)
    station = db.session.get(Station, records.station_at(OWN))
    assert recognitions.sentences(station, county, TODAY) == [
        f"乡镇（街道）：已认定（{TODAY}）。",
        f"县（市、区）：已认定（{TODAY}）。",
    ]


@pytest.mark.parametrize(
    ("username", "level", "code"),
    [("town_admin", COUNTY, OWN), ("village_admin", TOWNSHIP, CHILD), ("village_admin", COUNTY, CHILD)],
)
def test_nobody_acts_for_the_level_above_him(shipped, username, level, code):
    assert refused(person(username), level, code) == f"{level.value}的认定由该级办理。"


@pytest.mark.parametrize(("username", "code"), [("staff", OWN), ("supervisor", OWN), ("town_admin", SIBLING)])
def test_it_is_for_who_may_and_where(shipped, username, code):
    refused(person(username), TOWNSHIP, code)
    assert db.session.scalars(select(Recognition)).all() == []


@pytest.mark.parametrize("fault", [{"note": "改了"}, {"by_level": TOWNSHIP}, ENDING], ids=["note", "level", "ending"])
def test_what_the_county_did_is_not_the_townships_to_change(shipped, fault):
    town = person("town_admin")
    recognise(town)
    key = recognise(person("county_admin"), COUNTY)
    with acting_as(town):
        row = db.session.get(Recognition, key)
        for name, value in fault.items():
            setattr(row, name, value)
        with pytest.raises(DomainError):
            db.session.flush()
        db.session.rollback()


def test_a_recognition_is_not_given_when_it_is_recorded_that_something_is_missing(shipped):
    end(a_duty())
    assert refused(person("town_admin")) == "还不能认定，现缺：有专人负责。"


def test_the_page_offers_the_next_act_to_whose_it_is(shipped):
    town, county = person("town_admin"), person("county_admin")
    station = db.session.get(Station, records.station_at(OWN))

    def offered(actor):
        return recognitions.next_of(station, actor, TODAY)

    assert (offered(town), offered(county), offered(person("staff"))) == (TOWNSHIP, TOWNSHIP, None)
    recognise(town)
    station = db.session.get(Station, records.station_at(OWN))
    assert (offered(town), offered(county)) == (None, COUNTY)
    recognise(county, COUNTY)
    station = db.session.get(Station, records.station_at(OWN))
    assert (offered(town), offered(county)) == (None, None)


def test_where_there_is_no_township_the_county_recognises_alone(shipped):
    """龙港市 has its villages itself: the township of their codes is nobody who could act."""
    with acting_as(SETUP):
        db.session.get(Division, OWN).is_pseudo = True
        db.session.commit()
    county = person("county_admin")
    station = db.session.get(Station, records.station_at(OWN))
    assert recognitions.next_of(station, county, TODAY) is COUNTY
    recognise(county, COUNTY)
    station = db.session.get(Station, records.station_at(OWN))
    assert recognitions.sentences(station, county, TODAY) == [f"县（市、区）：已认定（{TODAY}）。"]
    assert recognitions.next_of(station, county, TODAY) is None


def test_what_stands_is_told_before_what_was_revoked(shipped):
    """It is counted, too: the same act recorded twice, and one of them taken back."""
    town = person("town_admin")
    _stands, revoked = recognise(town), recognise(town)
    with acting_as(SETUP):
        end(db.session.get(Recognition, revoked))
        station = db.session.get(Station, records.station_at(OWN))
        assert recognitions.sentences(station, town, TODAY)[0] == f"乡镇（街道）：已认定（{TODAY}）。"


# ---- how long it lasts


def lapses(key):
    return db.session.get(Recognition, key, populate_existing=True).lapses_on


def test_a_gap_shows_at_once_and_ends_it_after_thirty_days(shipped):
    town = person("town_admin")
    key = recognise(town)
    assert lapses(key) is None
    row = a_duty()
    end(row)
    assert lapses(key) == TODAY + 30 * DAY
    station = db.session.get(Station, records.station_at(OWN))
    told = f"乡镇（街道）：已认定（{TODAY}）· 现缺有专人负责；{TODAY + 30 * DAY} 前补齐，否则失效。"
    assert recognitions.sentences(station, town, TODAY)[0] == told
    advance(row, Standing.CURRENT, SETUP, TODAY)
    db.session.commit()
    assert lapses(key) is None


def test_what_has_lapsed_stays_so_when_the_gap_is_mended(shipped):
    key = recognise(person("town_admin"))
    row = a_duty()
    end(row)
    station = records.station_at(OWN)
    advance(row, Standing.CURRENT, SETUP, TODAY)
    db.session.flush()
    standards.judge(db.session(), [station], TODAY + 40 * DAY)
    db.session.commit()
    assert lapses(key) is None, "the flush above was judged today"


def test_a_term_that_ends_is_known_beforehand(shipped):
    """Nobody has to run anything: the day is known when the term is."""
    key = recognise(person("town_admin"))
    (row,) = db.session.scalars(select(Volunteer))
    row.term_ends_on = TODAY + 9 * DAY
    db.session.commit()
    assert lapses(key) == TODAY + 40 * DAY
    stands = select(Recognition.id).where(recognitions.stands_on(TODAY + 39 * DAY))
    assert db.session.scalars(stands).all() == [key]
    assert not db.session.scalars(select(Recognition.id).where(recognitions.stands_on(TODAY + 40 * DAY))).all()
    town = person("town_admin")
    station = db.session.get(Station, records.station_at(OWN))
    assert recognitions.sentences(station, town, TODAY)[0].endswith(f"{TODAY + 40 * DAY} 起失效。")
    assert recognitions.sentences(station, town, TODAY + 40 * DAY)[0].endswith(f"已于 {TODAY + 40 * DAY} 失效。")


def test_who_records_and_who_recognises_at_once_agree(shipped):
    """Whoever commits second waits for the first: no recognition stands beside a gap that it does not know of."""
    row, town = a_duty().id, person("town_admin")
    app, both, said = current_app._get_current_object(), Barrier(2), []
    is_slow = db.engine.dialect.name == "postgresql"  # on SQLite there is one writer at a time
    db.session.remove()

    def ending():
        with app.app_context(), acting_as(SETUP):
            if is_slow:
                db.session.get(DutyRoster, row).name = "戊"
                db.session.flush()
                both.wait(10)
            end(db.session.get(DutyRoster, row))

    def recognising():
        with app.app_context():
            if is_slow:
                both.wait(10)
            try:
                said.append(recognise(town))
            except DomainError as problem:
                db.session.rollback()
                said.append(str(problem))

    threads = [Thread(target=run) for run in (ending, recognising)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if isinstance(said[0], int):
        assert lapses(said[0]) == TODAY + 30 * DAY
    else:
        assert said == ["还不能认定，现缺：有专人负责。"]


# ---- the rule


def day(n):
    return date(2026, 1, 1) + n * DAY


@pytest.mark.parametrize(
    ("gaps", "lapses_on"),
    [
        ([], None),
        ([(5, 34)], None),  # 29 days
        ([(5, 35)], 35),
        ([(5, None)], 35),
        ([(-100, None)], 30),  # it was not known when it was recorded
        ([(-100, 29)], None),
        ([(5, 20), (20, 35)], 35),  # one thing after the other
        ([(5, 20), (21, 50)], None),  # a day with everything between
        ([(5, 20), (21, 51)], 51),
        ([(5, 10), (6, 40)], 35),
    ],
)
def test_how_long_a_recognition_outlives_its_gaps(gaps, lapses_on):
    found = checklists.lapse([(day(a), None if b is None else day(b)) for a, b in gaps], day(0), 30)
    assert found == (None if lapses_on is None else day(lapses_on))


@pytest.mark.parametrize("seed", range(200))
def test_it_is_what_counting_day_by_day_says(seed):
    chance = random.Random(seed)
    gaps = [(a := chance.randint(-20, 60), a + chance.randint(1, 15)) for _ in range(chance.randint(0, 8))]
    run, counted = 0, None
    for n in range(200):
        run = run + 1 if any(a <= n < b for a, b in gaps) else 0
        if run == 12 and counted is None:
            counted = day(n + 1)
    assert checklists.lapse([(day(a), day(b)) for a, b in gaps], day(0), 12) == counted
