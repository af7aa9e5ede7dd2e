"""Due dates: always what the clock says, whoever writes; and what a new calendar makes of them (F14)."""

import threading
from datetime import date, timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from app import calendars, recalculation
from app.calendar import Calendar
from app.extensions import db
from app.interface import Query, RegisterInterface
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.clocks import clock_of, due_of
from models import AuditEntry, Case, CaseState, Channel, DayKind, Difficulty, RightsCategory
from tests import records, world
from tests.security.attacks import person
from tests.unit import case_rules as rules
from tests.unit.case_rules import case_in, got, move, stored

TODAY = world.TODAY  # a Tuesday
DAY = timedelta(days=1)
TOMORROW = date(2026, 11, 25)


@pytest.mark.parametrize("state", rules.STATES)
def test_a_clock_runs_while_somebody_has_to_do_something(context, state):
    key = case_in(state)
    assert (stored(key)["due_on"] is not None) == (state in rules.RUNNING)
    with acting_as(SETUP):
        assert (clock_of(got(key)) is not None) == (state in rules.RUNNING)


@pytest.mark.parametrize(
    ("difficulty", "due"),
    [
        ("SIMPLE", TODAY),
        ("ORDINARY", date(2026, 12, 3)),  # the seventh working day
        ("COMPLEX", date(2026, 12, 24)),  # one month
    ],
)
def test_each_difficulty_has_its_term(context, difficulty, due):
    with acting_as(SETUP):
        row = got(records.case())
        move(row, "ACCEPTED", SETUP, difficulty=Difficulty[difficulty])
        assert row.due_on == due


def test_a_case_is_to_be_accepted_on_the_next_working_day(context):
    friday = date(2026, 11, 20)
    assert stored(records.case(received_on=friday))["due_on"] == date(2026, 11, 23)
    assert stored(records.case())["due_on"] == TOMORROW


def test_it_counts_from_the_day_of_acceptance_or_of_the_new_start_and_says_so(context):
    with acting_as(SETUP):
        row = got(case_in("ACCEPTED"))
        assert (
            due_of(row)
            .sentence(clock_of(row).label)
            .startswith("受理 2026-11-24，次日起算 7 个工作日，最迟 2026-12-03")
        )
        row = got(case_in("CLOSED"))
        move(row, "HANDLING", SETUP, date(2026, 12, 1))
        assert (clock_of(row).label, row.due_on) == ("重新起算", date(2026, 12, 10))


@pytest.mark.parametrize("written", [date(2030, 1, 1), None])
def test_a_due_date_that_was_put_there_gives_way(context, written):
    """By the product itself, on a stored row and on a new one."""
    key = records.case(due_on=written)
    assert stored(key)["due_on"] == TOMORROW
    with acting_as(SETUP):
        got(key).due_on = written
        db.session.commit()
    assert stored(key)["due_on"] == TOMORROW


def test_a_due_date_that_a_person_put_there_gives_way(context):
    actor, key = person("town_admin"), records.case()
    with acting_as(actor):
        row = got(key)
        row.due_on, row.subject = date(2030, 1, 1), "改了"
        db.session.commit()
    assert (stored(key)["due_on"], stored(key)["subject"]) == (TOMORROW, "改了")


def test_a_mended_day_of_arrival_moves_the_due_date(context):
    key = records.case()
    with acting_as(SETUP):
        got(key).received_on = date(2026, 11, 19)
        db.session.commit()
    assert stored(key)["due_on"] == date(2026, 11, 20)


@pytest.mark.parametrize(("is_newest_first", "order"), [(False, [1, 0, 2]), (True, [0, 1, 2])])
def test_a_list_by_due_date_ends_with_what_is_not_due_at_all(context, is_newest_first, order):
    keys = [records.case(), records.case(received_on=TODAY - 30 * DAY), case_in("CLOSED")]
    with acting_as(SETUP):
        asked = Query(conditions=(Case.id.in_(keys),), order=("due_on", is_newest_first))
        rows = RegisterInterface.of(Case).page(asked, [], 0, 10)
        assert [keys.index(row.id) for row in rows] == order


# ---- another calendar


@pytest.fixture
def cases(context):
    """{what it is: key}; the first two are due on another day when tomorrow is off."""
    return {
        "applied": records.case(),
        "ordinary": case_in("INVESTIGATING"),
        "closed": case_in("CLOSED"),
        "struck out": records.case(ended_on=TODAY, ended_reason="错登"),
        "long ago": records.case(received_on=TODAY - 30 * DAY),
    }


@pytest.fixture
def off():
    """The calendar of now, but tomorrow nobody works."""
    with acting_as(SETUP):
        now = calendars.current()
    return Calendar.of({**now.days, TOMORROW: (DayKind.REST, "停工")}, now.published)


def everything():
    db.session.rollback()  # on SQLite, who reads outside a request holds the turn to write
    with db.engine.connect() as connection:
        return {row["id"]: dict(row) for row in connection.execute(select(Case.__table__)).mappings()}


def test_the_sentence_beforehand_counts_exactly_what_changes(cases, off):
    before = everything()
    with acting_as(SETUP):
        said = recalculation.would_change(calendars.current(), off)
        db.session.rollback()
        assert everything() == before, "asking writes nothing"
        recalculation.recalculate(off, SETUP)
        db.session.commit()
    changed = [key for key, row in everything().items() if row != before[key]]
    assert {cases["applied"], cases["ordinary"]} <= set(changed)
    assert not {cases["closed"], cases["struck out"], cases["long ago"]} & set(changed)
    assert said == f"{len(changed)} 件未办结案件的到期日将变化。"


def test_nothing_to_change_is_said_by_nothing(cases):
    with acting_as(SETUP):
        now = calendars.current()
        assert recalculation.would_change(now, now) == ""
        assert recalculation.recalculate(now, SETUP) == 0


def test_nothing_but_the_due_date_changes_and_open_forms_stay_valid(cases, off):
    before = everything()
    with acting_as(SETUP):
        recalculation.recalculate(off, SETUP)
        db.session.commit()
    assert stored(cases["applied"])["due_on"] == date(2026, 11, 26)
    assert stored(cases["ordinary"])["due_on"] == date(2026, 12, 4)
    assert {key: row | {"due_on": before[key]["due_on"]} for key, row in everything().items()} == before


def test_each_due_date_that_moved_stands_in_the_history_with_who_published(cases, off):
    actor = person("city_admin")
    with acting_as(actor):
        n = recalculation.recalculate(off, actor)
        db.session.commit()
    with acting_as(SETUP):
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.verb == "recalculate")).all()
        assert len(entries) == n >= 2
        assert {entry.actor_name for entry in entries} == {actor.name}
        (mine,) = [entry for entry in entries if entry.root_key == str(cases["applied"])]
        assert mine.changes["due_on"] == ["2026-11-25", "2026-11-26"]


def test_whoever_publishes_moves_the_due_dates_of_places_that_are_not_his(cases, off):
    actor, key = person("village_admin"), records.case(world.FOREIGN + "01001")
    with acting_as(actor):
        recalculation.recalculate(off, actor)
        db.session.commit()
        assert db.session.get(Case, key) is None, "and sees them no more than before"
    assert stored(key)["due_on"] == date(2026, 11, 26)


def test_a_step_after_the_calendar_changed_counts_by_the_new_one(cases, off, monkeypatch):
    monkeypatch.setattr(calendars, "current", lambda: off)
    with acting_as(SETUP):
        row = got(cases["applied"])
        move(row, "ACCEPTED", SETUP)
        assert (row.state, row.due_on) == (CaseState.ACCEPTED, date(2026, 12, 4))


def test_a_case_that_is_withdrawn_while_the_calendar_changes_is_due_on_no_day(cases, off):
    """Whoever publishes waits for the step, and then sees that nothing is due any more."""
    key, app = cases["applied"], current_app._get_current_object()

    def publish():
        with app.app_context(), acting_as(SETUP):
            recalculation.recalculate(off, SETUP)
            db.session.commit()

    publishing = threading.Thread(target=publish)
    with acting_as(SETUP):
        move(got(key), "WITHDRAWN", SETUP)
        publishing.start()
        publishing.join(timeout=1)
        db.session.commit()
    publishing.join()
    assert (stored(key)["state"].name, stored(key)["due_on"]) == ("WITHDRAWN", None)


def test_a_case_that_is_registered_while_the_calendar_changes_is_due_by_the_new_one(context):
    """Whoever publishes waits for it, and moves it with the others."""
    app, editor, made = current_app._get_current_object(), person("system_admin"), []

    def publish():
        with app.app_context(), acting_as(SETUP):
            made.extend(calendars.set_day(TOMORROW, DayKind.REST, "停电", "通知", editor, TODAY))
            db.session.commit()

    publishing = threading.Thread(target=publish)
    with acting_as(SETUP):
        row = Case(
            station_id=records.station_at(world.OWN), channel=Channel.VISIT, received_on=TODAY, name="乙",
            subject="甲事", category=RightsCategory.FAMILY, receiver="丙",
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        key, due = row.id, row.due_on
        publishing.start()
        publishing.join(timeout=1)
        db.session.commit()
    publishing.join()
    assert len(made) == 1
    assert (due, stored(key)["due_on"]) == (TOMORROW, TOMORROW + DAY)
