"""系统判定 as it is stored: current after every change, dated, never worked out by a look."""

import random
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import current_app
from sqlalchemy import delete, func, select, text

from app import board, checklists, divisions, standards
from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.endings import Standing
from app.workflow.steps import advance
from models import (
    AuditEntry,
    Checklist,
    ChecklistItem,
    ChecklistKind,
    DutyPeriod,
    DutyRoster,
    Judgement,
    MemberUnit,
    Regulation,
    RegulationKind,
    Station,
    StationHost,
    StationLevel,
    Volunteer,
    VolunteerRole,
    Weekday,
)
from tests import records
from tests.security.attacks import person
from tests.unit.standing import ENDING, complete, keep, lines, met, ship
from tests.world import CHILD, CITY, OWN, SIBLING, TODAY

DAY = timedelta(days=1)


@pytest.fixture
def shipped(context):
    with acting_as(SETUP):
        ship()
        yield context


# ---- current


def test_nothing_recorded_is_nothing_met(shipped):
    assert met() == met(CHILD) == 0
    assert [*lines()] == ["有领导机构", "有办公场所", "有专人负责", "有维权队伍", "有工作制度"]
    assert [*lines(CHILD)] == ["有机构", "有队伍", "有制度"]


def test_records_that_are_complete_are_five_of_five_with_no_further_click(shipped):
    complete()
    assert {finding for finding, _sentence in lines().values()} == {"AUTO"}
    assert met() == 5
    assert met(SIBLING) == 0


def test_any_record_taken_away_is_missed_at_once_and_back_at_once(shipped):
    rows = complete()
    for row in rows:
        advance(row, Standing.ENDED, SETUP, TODAY, lambda it: [setattr(it, *pair) for pair in ENDING.items()])
        db.session.commit()
        assert met() == 4, row
        (sentence,) = [sentence for finding, sentence in lines().values() if finding == "MISSING"]
        assert "缺" in sentence or "没有" in sentence or "不在任期" in sentence
        advance(row, Standing.CURRENT, SETUP, TODAY)
        db.session.commit()
        assert met() == 5, row
    station = db.session.get(Station, records.station_at(OWN))
    for name, empty in (("address", None), ("has_plaque", False)):
        before = getattr(station, name)
        setattr(station, name, empty)
        db.session.commit()
        assert lines()["有办公场所"][0] == "MISSING"
        setattr(station, name, before)
        db.session.commit()
    assert met() == 5


def test_a_unit_that_is_renamed_is_judged_by_its_new_name(shipped):
    complete()
    unit = db.session.scalars(select(MemberUnit).where(MemberUnit.name == "民政")).one()
    unit.name, unit.aliases = "某办", None
    db.session.commit()
    assert lines()["有领导机构"] == ("MISSING", "缺成员单位：民政。")


def test_a_row_that_moves_is_missed_where_it_was_and_found_where_it_is(shipped):
    keep(row := Volunteer(station_id=records.station_at(OWN), name="甲", role=VolunteerRole.AGENT, starts_on=TODAY))
    assert (lines()["有维权队伍"][0], lines(CHILD)["有队伍"][0]) == ("AUTO", "MISSING")
    row.station_id = records.station_at(CHILD)
    db.session.commit()
    assert (lines()["有维权队伍"][0], lines(CHILD)["有队伍"][0]) == ("MISSING", "AUTO")


def test_a_change_that_is_taken_back_judges_nothing(shipped):
    db.session.add(Volunteer(station_id=records.station_at(OWN), name="甲", role=VolunteerRole.AGENT, starts_on=TODAY))
    db.session.flush()
    db.session.rollback()
    db.session.commit()
    assert met() == 0


def test_who_may_change_the_records_changes_what_follows_and_nothing_else(shipped):
    """The judgement is the product's own; the person needs no right to it, and has none."""
    key, staff = records.station_at(OWN), person("staff")
    with acting_as(staff):
        db.session.add(Volunteer(station_id=key, name="甲", role=VolunteerRole.AGENT, starts_on=TODAY))
        db.session.commit()
        row = db.session.scalars(select(Judgement).where(Judgement.station_id == key)).first()
        row.sentence = "我说达标"
        with pytest.raises(DomainError):
            db.session.flush()
        db.session.rollback()
    assert lines()["有维权队伍"][0] == "AUTO"


def test_judging_leaves_no_entry_in_the_history(shipped):
    before = db.session.scalar(select(func.count(AuditEntry.id)))
    standards.judge(db.session(), [records.station_at(OWN)], TODAY + DAY)
    db.session.execute(delete(Judgement))
    list(standards.judge_all(db.session(), TODAY))
    db.session.commit()
    assert db.session.scalar(select(func.count(AuditEntry.id))) == before


def test_a_look_judges_nothing(app, client_as, monkeypatch):
    with app.app_context(), acting_as(SETUP):
        ship()
        key = records.station_at(OWN)

    def refuse(*_args):
        raise AssertionError("a look has judged")

    monkeypatch.setattr(standards, "judge", refuse)
    browser = client_as("town_admin")
    for path in (f"/stations/show/{key}", "/stations/board/", "/stations/list/?_only=below", "/"):
        assert browser.get(path).status_code == 200
    changed = browser.submit(f"/stations/edit/{key}", browser.version(f"/stations/edit/{key}") | {"address": "某街"})
    assert changed.status_code == 500, "a change does"


@pytest.mark.parametrize(("username", "told"), [("staff", True), ("center", False)])
def test_why_is_told_to_those_who_may_look_at_the_records(shipped, username, told):
    """The centre sees stations, and neither their regulations nor who is on duty."""
    actor = person(username)  # which begins a new session
    station = db.session.get(Station, records.station_at(OWN))
    (standing,) = board.of_station(station, actor, TODAY)
    why = {line.item.label: line.sentence for line in standing.lines}
    assert [bool(why[label]) for label in ("有专人负责", "有工作制度")] == [told, told]
    assert why["有维权队伍"] == "没有登记队伍人员。", "which both may see"


# ---- dated


def test_a_term_that_ends_is_missed_on_its_day_without_anybody(shipped):
    keep(
        Volunteer(
            station_id=records.station_at(CHILD), name="甲", role=VolunteerRole.AGENT, starts_on=TODAY,
            term_ends_on=TODAY + 9 * DAY,
        )
    )  # fmt: skip
    assert [lines(CHILD, TODAY + n * DAY)["有队伍"][0] for n in (0, 9, 10)] == ["AUTO", "AUTO", "MISSING"]


def test_the_past_stays_as_it_was(shipped):
    key = records.station_at(CHILD)
    keep(row := Volunteer(station_id=key, name="甲", role=VolunteerRole.AGENT, starts_on=TODAY))
    row.term_ends_on = TODAY + 5 * DAY
    db.session.commit()
    standards.judge(db.session(), [key], TODAY + 20 * DAY)
    row.term_ends_on = None
    db.session.flush()
    standards.judge(db.session(), [key], TODAY + 30 * DAY)
    days = (0, 5, 6, 29, 30, 99)
    found = [lines(CHILD, TODAY + n * DAY)["有队伍"][0] for n in days]
    assert found == ["AUTO", "AUTO", "MISSING", "MISSING", "AUTO", "AUTO"]


def test_a_station_that_is_ended_is_judged_no_more_and_its_past_stays(shipped):
    key = records.station_at(CHILD)
    standards.judge(db.session(), [key], TODAY - 9 * DAY)
    row = db.session.get(Station, key)
    advance(row, Standing.ENDED, SETUP, TODAY, lambda it: [setattr(it, *pair) for pair in ENDING.items()])
    db.session.commit()
    assert lines(CHILD, TODAY) == {}
    assert len(lines(CHILD, TODAY - DAY)) == 3


# ---- equal to judging everything anew


def stored(today):
    """{(station, line): [(from, until, finding, sentence)]} from a day on."""
    found = {}
    for row in db.session.scalars(select(Judgement).order_by(Judgement.from_on)):
        if row.until_on is None or row.until_on > today:
            one = (max(row.from_on, today), row.until_on, row.finding, row.sentence)
            found.setdefault((row.station_id, row.item_id), []).append(one)
    return found


def some_change(chance, keys):
    """One more record, one fewer, or another date: what clerks do all day."""
    station = chance.choice(keys)
    at, on = {"station_id": station}, TODAY + chance.randint(-20, 20) * DAY
    rows = [row for model in (Volunteer, Regulation, DutyRoster) for row in db.session.scalars(select(model))]
    what = chance.randrange(7)
    if what == 0:
        db.session.add(Volunteer(name="甲", role=VolunteerRole.AGENT, starts_on=on, term_ends_on=on + 9 * DAY, **at))
    elif what == 1:
        tick = chance.choice([*checklists.DUTIES])
        db.session.add(DutyRoster(weekday=Weekday.FRIDAY, period=DutyPeriod.NIGHT, name="丁", **{tick: True}, **at))
    elif what == 2:
        kind = chance.choice(list(RegulationKind))
        known = (Regulation.station_id == station, Regulation.kind == kind, Regulation.ended_on.is_(None))
        if not db.session.scalars(select(Regulation.id).where(*known)).all():
            db.session.add(Regulation(kind=kind, edition=1, text="一、", effective_on=on, **at))
    elif what == 3:
        row = db.session.get(Station, station)
        row.address, row.has_plaque = chance.choice([None, "某街"]), chance.random() < 0.5
    elif what == 4 and rows and (row := chance.choice(rows)).ended_on is None:
        advance(row, Standing.ENDED, SETUP, TODAY, lambda it: [setattr(it, *pair) for pair in ENDING.items()])
    elif what == 5 and rows and isinstance(row := chance.choice(rows), Volunteer):
        row.term_ends_on = row.starts_on + chance.randint(0, 30) * DAY
    elif what == 6:
        item = chance.choice(list(db.session.scalars(select(ChecklistItem))))
        item.is_active = chance.random() < 0.7


@pytest.mark.parametrize("seed", range(3))
def test_what_is_kept_current_is_what_judging_anew_would_say(shipped, seed):
    chance, keys = random.Random(seed), list(db.session.scalars(select(Station.id)))
    for _ in range(25):
        some_change(chance, keys)
        db.session.commit()
    kept = stored(TODAY)
    db.session.execute(delete(Judgement))
    assert [*standards.judge_all(db.session(), TODAY)][-1] == (len(keys), len(keys))
    assert stored(TODAY) == kept
    for day in (TODAY, TODAY + 10 * DAY):
        every = {code: lines(code, day) for code in db.session.scalars(divisions.due()) if code.startswith(OWN)}
        up = {code for code, found in every.items() if found and all(f != "MISSING" for f, _s in found.values())}
        of_town = board.total([OWN], day).now
        assert (of_town.built, of_town.up) == (len(every), len(up))


def test_two_who_change_one_station_at_once_judge_by_what_both_wrote(shipped):
    """Each does not see what the other writes; whoever commits second waits, and then sees it."""
    complete()
    rows = list(db.session.scalars(select(DutyRoster.id).order_by(DutyRoster.id)))[:2]
    app, both = current_app._get_current_object(), Barrier(2)
    db.session.remove()
    ending = [Thread(target=_end, args=(app, row, both)) for row in rows]
    for thread in ending:
        thread.start()
    for thread in ending:
        thread.join()
    lacking = [name for name, row in zip(checklists.DUTIES.values(), rows, strict=False) if row]
    assert lines()["有专人负责"] == ("MISSING", "，".join(str(name) for name in lacking) + "。")


def _end(app, key, both):
    with app.app_context(), acting_as(SETUP):
        if db.engine.dialect.name == "postgresql":  # on SQLite there is one writer at a time
            db.session.get(DutyRoster, key).name = "戊"
            db.session.flush()
            both.wait(10)
        advance(
            db.session.get(DutyRoster, key), Standing.ENDED, SETUP, TODAY,
            lambda it: [setattr(it, *pair) for pair in ENDING.items()],
        )  # fmt: skip
        db.session.commit()


@pytest.mark.parametrize("what", ["a record", "a station"])
@pytest.mark.parametrize("first", ["checklist", "clerk"])
def test_who_records_while_a_checklist_is_changed_is_judged_by_the_new_one(shipped, first, what):
    """Whoever comes second waits for the first, and judges by what he wrote."""
    app, both = current_app._get_current_object(), Barrier(2)
    asked = select(Checklist.id).where(Checklist.division_code == CITY, Checklist.level == StationLevel.TOWNSHIP)
    asked = asked.where(Checklist.kind == ChecklistKind.STATION)
    asked, key = db.session.scalars(asked).one(), records.station_at(OWN)
    line = {"checklist_id": asked, "label": "新的一项", "position": 9}
    changes = {
        "checklist": lambda: ChecklistItem(**line),
        "clerk": lambda: (
            Volunteer(station_id=key, name="甲", role=VolunteerRole.AGENT, starts_on=TODAY)
            if what == "a record"
            else Station(division_code=OWN, name="另一个站", host=StationHost.SELF)
        ),
    }
    db.session.remove()

    def write(who):
        with app.app_context(), acting_as(SETUP):
            if who != first:
                both.wait(10)
            db.session.add(changes[who]())
            db.session.flush()
            if who == first:
                standards._settle(db.session())
                both.wait(10)
                until_somebody_waits(threads[-1])
            db.session.commit()

    threads = [Thread(target=write, args=(who,)) for who in sorted(changes, key=lambda who: who != first)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    keys = db.session.scalars(select(Station.id).where(Station.division_code == OWN)).all()
    told = select(Judgement.station_id).join(ChecklistItem).where(ChecklistItem.label == "新的一项")
    assert set(keys) <= set(db.session.scalars(told))
    assert len(keys) == (1 if what == "a record" else 2)


def until_somebody_waits(thread):
    """For a lock; on SQLite the other waits for his turn from the beginning."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect() as watch:
            while thread.is_alive() and not watch.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                watch.rollback()
