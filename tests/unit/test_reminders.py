"""flask remind: one reminder for each due date, before it and after it, whatever is cut off or runs twice."""

import os
import subprocess
import sys
from datetime import date, timedelta

import pytest
from sqlalchemy import select

import config
from app import reminders
from app.extensions import db
from app.reminders import Made
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.steps import advance
from models import AuditEntry, Case, CaseState, Difficulty, Urge, UrgeKind
from tests import records
from tests.security.attacks import person
from tests.unit import case_rules
from tests.world import CHILD, OWN, SIBLING, TODAY

DAY = timedelta(days=1)
STAFF = "姓名staff"
# Accepted on the day, an ordinary case is due seven working days later: with nothing between but a weekend.
TUESDAY = date(2026, 11, 17)  # due on Thursday 2026-11-26, two working days after TODAY


@pytest.fixture(autouse=True)
def nothing_else(context):
    """The cases of the world are due too: here they are over."""
    with acting_as(SETUP):
        for case in db.session.scalars(select(Case).where(Case.state == CaseState.APPLIED, Case.ended_on.is_(None))):
            advance(case, CaseState.LOST, SETUP, TODAY, lambda row: setattr(row, "state_reason", "联系不上"))
        db.session.commit()
    db.session.remove()


def run(today=TODAY, days=2, is_dry=False):
    made = reminders.run(today, days, is_dry)
    db.session.remove()
    return made


def made(*columns):
    """What the clock made, by case."""
    with acting_as(SETUP):
        found = select(*columns).where(Urge.kind != UrgeKind.PERSON).order_by(Urge.case_id, Urge.id)
        return db.session.execute(found).all()


def late(number, code=OWN):
    """As many cases that are overdue."""
    return [records.accepted(STAFF, code, on=TUESDAY - 30 * DAY) for _ in range(number)]


@pytest.mark.parametrize(
    ("accepted_on", "kind"),
    [
        (TODAY, None),
        (TUESDAY + DAY, None),  # three working days left
        (TUESDAY, UrgeKind.SOON),
        (TUESDAY - DAY, UrgeKind.SOON),
        (TUESDAY - 4 * DAY, UrgeKind.SOON),  # Friday: due today
        (TUESDAY - 5 * DAY, UrgeKind.OVERDUE),
    ],
)
def test_the_clock_warns_two_working_days_before_and_after(accepted_on, kind):
    records.accepted(STAFF, on=accepted_on)
    run()
    assert [row.kind for row in made(Urge.kind)] == ([kind] if kind else [])


@pytest.mark.parametrize(("days", "count"), [(0, 1), (1, 2), (2, 3), (3, 4)])
def test_the_setting_says_how_many_working_days_before(days, count):
    for n in (4, 1, 0, -1):
        records.accepted(STAFF, on=TUESDAY - n * DAY)
    assert run(days=days) == Made(soon=count)


def test_a_weekend_and_a_holiday_are_no_working_days():
    """On the Wednesday before the seven days of 国庆: what is due on the first working day after is one day off."""
    records.accepted(STAFF, on=date(2026, 9, 28))
    with acting_as(SETUP):
        due = db.session.scalar(select(Case.due_on).where(Case.state == CaseState.ACCEPTED))
    calendar_days = (due - date(2026, 9, 30)).days
    assert calendar_days > 7
    left = 5  # of the seven, Tuesday and Wednesday are over
    assert run(date(2026, 9, 30), left - 1) == Made()
    assert run(date(2026, 9, 30), left) == Made(soon=1)


def test_a_reminder_goes_to_the_handler_by_the_system_and_says_what_is_left():
    key = records.accepted(STAFF, on=TUESDAY)
    records.accepted(STAFF, on=TUESDAY - 5 * DAY)
    records.case(received_on=TODAY - 4 * DAY)
    run()
    columns = (
        Urge.case_id,
        Urge.to_id,
        Urge.to_name,
        Urge.by_id,
        Urge.by_name,
        Urge.sent_on,
        Urge.made_for,
        Urge.reason,
    )
    rows = made(*columns)
    staff = person("staff").user_id
    assert rows[0] == (
        key, staff, STAFF, None, "系统", TODAY, date(2026, 11, 26), "最迟 2026-11-26，剩2个工作日，请抓紧办理。",
    )  # fmt: skip
    assert [row.reason for row in rows[1:]] == [
        "最迟 2026-11-23，已逾期1天，请尽快办理。",
        "最迟 2026-11-23，已逾期1天，请尽快受理。",
    ]
    assert (rows[2].to_id, rows[2].to_name) == (None, None)
    with acting_as(SETUP):
        names = db.session.scalars(select(AuditEntry.actor_name).where(AuditEntry.actor_name == "系统（催办）")).all()
    assert len(names) == 3


def test_a_second_run_makes_nothing_and_counts_what_is_there():
    for on in (TUESDAY, TUESDAY - 5 * DAY, TUESDAY - 30 * DAY):
        records.accepted(STAFF, on=on)
    assert run() == Made(soon=1, overdue=2)
    assert run() == Made(there=3)
    assert len(made(Urge.id)) == 3


def test_what_was_close_is_reminded_again_when_it_is_late():
    records.accepted(STAFF, on=TUESDAY)
    assert run() == Made(soon=1)
    assert run(TODAY + 3 * DAY) == Made(overdue=1)
    assert run(TODAY + 4 * DAY) == Made(there=1)


def test_another_due_date_is_another_reminder():
    key = records.accepted(STAFF, on=TUESDAY)
    run()
    with acting_as(SETUP):
        row = case_rules.got(key)
        case_rules.move(row, "ACCEPTED", SETUP, difficulty=Difficulty.SIMPLE, handler=STAFF)
        db.session.commit()
    db.session.remove()
    assert run() == Made(overdue=1)


@pytest.mark.parametrize("state", ["CLOSED", "VISITED", "WITHDRAWN", "LOST", "REFUSED"])
def test_what_is_over_is_not_reminded_of(state):
    records.accepted(STAFF, on=TUESDAY - 30 * DAY, to=state)
    assert run() == Made()


def test_what_was_struck_out_is_not_reminded_of():
    (key,) = late(1)
    with acting_as(SETUP):
        records.end(case_rules.got(key))
        db.session.commit()
    db.session.remove()
    assert run() == Made()


def test_an_urge_of_a_person_is_none_of_the_clock():
    (key,) = late(1)
    records.urge(key)
    assert run() == Made(overdue=1)


def test_every_station_is_reminded():
    for code in (OWN, CHILD, SIBLING, "990101001"):
        late(1, code)
    assert run() == Made(overdue=4)


# ---- cut off, tried out, twice at once


def test_a_run_that_is_cut_off_keeps_its_batches_and_the_next_goes_on(monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 2)
    late(5)
    batches, remind = [], reminders._remind

    def killed_in_the_second(*args):
        batches.append(remind(*args))
        if len(batches) == 2:
            raise KeyboardInterrupt
        return batches[-1]

    monkeypatch.setattr(reminders, "_remind", killed_in_the_second)
    with pytest.raises(KeyboardInterrupt):
        run()
    db.session.remove()
    assert len(made(Urge.id)) == 2, "the first batch stays, of the second nothing does"
    monkeypatch.setattr(reminders, "_remind", remind)
    assert run() == Made(overdue=3, there=2)
    assert len(made(Urge.id)) == 5


def test_a_case_that_was_closed_since_it_was_listed_is_left_out(monkeypatch):
    (key,) = late(1)
    remind = reminders._remind

    def closed_meanwhile(*args):
        with acting_as(SETUP):
            case_rules.move(case_rules.got(key), "WITHDRAWN", SETUP)
            db.session.commit()
        return remind(*args)

    monkeypatch.setattr(reminders, "_remind", closed_meanwhile)
    assert run() == Made()


def test_trying_it_out_writes_nothing():
    late(3)
    assert run(is_dry=True) == Made(overdue=3)
    assert made(Urge.id) == []
    with acting_as(SETUP):
        assert db.session.scalars(select(AuditEntry.id).where(AuditEntry.actor_name == "系统（催办）")).all() == []


PROCESS = """
import sys
from datetime import date
from app import create_app, reminders
app = create_app()
with app.app_context():
    reminders.BATCH = 2
    print("ready", flush=True)
    sys.stdin.readline()
    print(reminders.run(date(2026, 11, 24), 2))
"""


def test_two_processes_at_once_make_each_reminder_once(context):
    late(24)
    uri = context.config["SQLALCHEMY_DATABASE_URI"]
    environ = os.environ | {"SQLALCHEMY_DATABASE_URI": uri, "PYTHONPATH": str(config.ROOT)}
    db.session.remove()
    both = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    assert [process.stdout.readline() for process in both] == ["ready\n"] * 2
    for process in both:
        process.stdin.write("go\n")
        process.stdin.flush()
    answers = [process.communicate(timeout=60) for process in both]
    assert [process.returncode for process in both] == [0, 0], answers
    numbers = [[int(part) for part in out.replace("；", " ").split() if part.isdigit()] for out, _err in answers]
    assert sorted(map(sum, numbers)) == [24, 24]
    assert sum(overdue for _soon, overdue, _there in numbers) == 24
    rows = made(Urge.case_id, Urge.kind, Urge.made_for)
    assert len(rows) == len(set(rows)) == 24


# ---- the command


@pytest.fixture
def command(context):
    def invoke(*args):
        answer = context.test_cli_runner().invoke(args=["remind", *args])
        db.session.remove()
        return answer.exit_code, answer.output

    return invoke


def test_the_command_says_what_it_did(command):
    for on in (TUESDAY, TUESDAY - 5 * DAY, TUESDAY - 6 * DAY):
        records.accepted(STAFF, on=on)
    said = "新增临期提醒 1 条，逾期提醒 2 条；已有 0 条。\n"
    assert command("--dry-run") == (0, f"（试算，没有写入）{said}")
    assert command() == (0, said)
    assert command() == (0, "新增临期提醒 0 条，逾期提醒 0 条；已有 3 条。\n")


def test_the_command_reads_the_setting(command, context, monkeypatch):
    records.accepted(STAFF, on=TUESDAY)
    monkeypatch.setitem(context.config, "URGE_DAYS", "1")
    assert command()[1].startswith("新增临期提醒 0 条")
    monkeypatch.setitem(context.config, "URGE_DAYS", "2")
    assert command()[1].startswith("新增临期提醒 1 条")


@pytest.mark.parametrize("days", ["x", "-1", "1.5", "２"])
def test_a_setting_that_is_no_number_is_refused(days):
    with pytest.raises(SystemExit, match="URGE_DAYS 应为整数"):
        config.load({"URGE_DAYS": days})
