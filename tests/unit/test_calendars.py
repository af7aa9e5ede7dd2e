"""The tables of the calendar: who may change them, what changes, who follows, and what setup leaves alone."""

from datetime import date
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select

from app import calendars, setup
from app.calendar import Term, Unit
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.scope import acting_as
from app.security.actor import OPERATOR, SETUP, Actor, Grant
from models import AuditEntry, CalendarDay, DayKind, WorkCalendar
from tests import workdays
from tests.watching import statements
from tests.world import CITY, OWN, TODAY

RIGHTS = frozenset({("WorkCalendar", "view"), ("WorkCalendar", "edit")})
EDITOR = Actor("丁系统", user_id=9, grants=(Grant(CITY, "系统管理员", RIGHTS),))
STAFF = Actor("甲工作", user_id=1, grants=(Grant(OWN, "工作人员", frozenset({("WorkCalendar", "view")})),))
NOTICE = "国办发明电〔2026〕7号"
DAYS = {
    date(2027, 1, 1): (DayKind.REST, "元旦"),
    date(2027, 1, 4): (DayKind.REST, "元旦"),
    date(2026, 12, 27): (DayKind.WORK, "元旦"),
}
ORDINARY = Term(7, Unit.WORKDAYS)


@pytest.fixture
def editor(context):
    """The editor acts."""
    with acting_as(EDITOR):
        yield EDITOR


@pytest.fixture
def followers(monkeypatch):
    """The followers, to add to."""
    monkeypatch.setattr(calendars, "FOLLOWERS", [])
    return calendars.FOLLOWERS


def entries() -> list[AuditEntry]:
    with acting_as(SETUP):
        asked = select(AuditEntry).where(AuditEntry.verb == "publish").order_by(AuditEntry.id)
        return list(db.session.scalars(asked))


def test_database_that_was_set_up_has_the_shipped_calendar(editor):
    assert calendars.current() == workdays.shipped()
    assert calendars.year_of(2026) == (2026, calendars.SHIPPED, calendars.year_of(2026).loaded_on)
    assert calendars.year_of(2027) == (2027, "", None)


def test_everybody_who_is_signed_in_reads_the_calendar_and_nobody_else(context):
    with acting_as(STAFF):
        assert 2026 in calendars.current().published
    db.session.rollback()
    assert calendars.current().published == frozenset()


def test_calendar_is_asked_once_in_a_transaction_and_again_in_the_next(editor):
    db.session.rollback()
    with statements() as first:
        assert calendars.current() is calendars.current()
    db.session.commit()
    with statements() as second:
        calendars.current()
    assert (len(first), len(second)) == (1, 1)


# ---- a notice


def test_notice_makes_its_year_final(editor):
    before = calendars.current().due(date(2026, 12, 25), ORDINARY)
    calendars.publish(2027, DAYS, NOTICE, EDITOR, TODAY)
    db.session.commit()
    after = calendars.current().due(date(2026, 12, 25), ORDINARY)
    assert (before.on, before.is_provisional) == (date(2027, 1, 6), True)
    assert (after.on, after.is_provisional) == (date(2027, 1, 6), False)
    assert calendars.current().is_workday(date(2026, 12, 27))
    assert calendars.year_of(2027) == (2027, NOTICE, TODAY)


def test_preview_names_the_days_that_change_and_changes_none(editor):
    found = {change.day: (change.before, change.after) for change in calendars.preview(DAYS, 2027)}
    assert found[date(2027, 1, 4)] == ("平常", "休息（元旦）")
    assert found[date(2026, 12, 27)] == ("平常", "补班（元旦）")
    assert found[date(2027, 5, 1)] == ("休息（劳动节）", "平常")
    assert date(2027, 1, 1) not in found
    assert calendars.current() == workdays.shipped()


def test_second_notice_replaces_the_first_with_its_days_of_december(editor):
    calendars.publish(2027, DAYS, NOTICE, EDITOR, TODAY)
    made = calendars.publish(2027, {date(2027, 1, 1): (DayKind.REST, "元旦")}, "更正", EDITOR, TODAY)
    assert [change.day for change in made] == [date(2026, 12, 27), date(2027, 1, 4)]
    assert not calendars.current().is_workday(date(2026, 12, 27))
    assert calendars.current().days.keys() - workdays.shipped().days.keys() == {date(2027, 1, 1)}


def test_notice_for_the_year_before_keeps_what_a_later_one_said_of_its_december(editor):
    calendars.publish(2018, {date(2018, 1, 1): (DayKind.REST, "元旦")}, "更正", EDITOR, TODAY)
    assert calendars.current().special(date(2018, 12, 29)) == (DayKind.WORK, "元旦")
    assert calendars.current().special(date(2018, 10, 1)) is None


def test_audit_knows_who_published_what_and_when(editor):
    calendars.publish(2027, DAYS, NOTICE, EDITOR, TODAY)
    db.session.commit()
    (entry,) = entries()
    assert (entry.actor_id, entry.actor_name, entry.register, entry.row_key) == (9, "丁系统", "WorkCalendar", "2027")
    assert entry.changes["source"] == [None, NOTICE]
    assert entry.changes["2027-01-04"] == ["平常", "休息（元旦）"]
    assert entry.at


def test_what_is_given_up_leaves_nothing(editor):
    calendars.publish(2027, DAYS, NOTICE, EDITOR, TODAY)
    db.session.rollback()
    assert (calendars.current(), entries()) == (workdays.shipped(), [])


REFUSED = [
    (2027, {}, NOTICE, "没有 2027 年的放假安排。"),
    (2027, {date(2026, 10, 1): (DayKind.REST, "国庆节")}, NOTICE, "没有 2027 年的放假安排。"),
    (2027, {**DAYS, date(2026, 11, 1): (DayKind.REST, "元旦")}, NOTICE, "2026-11-01 不属于 2027 年的放假安排。"),
    (2027, {**DAYS, date(2028, 1, 1): (DayKind.REST, "元旦")}, NOTICE, "2028-01-01 不属于 2027 年的放假安排。"),
    (2027, {date(2027, 1, 5): (DayKind.WORK, "元旦")}, NOTICE, "2027-01-05 不是周末，不能是补班。"),
    (2027, DAYS, "  ", "请填写依据。"),
    (2027, DAYS, "号" * 101, "不能超过 100 个字。"),
    (1948, DAYS, NOTICE, "年份应在 1949 到 2100 之间。"),
    (10**9, DAYS, NOTICE, "年份应在 1949 到 2100 之间。"),
]


@pytest.mark.parametrize(("year", "days", "source", "message"), REFUSED)
def test_what_no_notice_says_is_refused(editor, year, days, source, message):
    with pytest.raises(DomainError, match=message):
        calendars.publish(year, days, source, EDITOR, TODAY)
    assert calendars.current() == workdays.shipped()


# ---- one day


def test_one_day_can_be_set_corrected_and_made_plain_again(editor):
    day = date(2027, 1, 4)
    calendars.set_day(day, DayKind.REST, "元旦", NOTICE, EDITOR, TODAY)
    assert not calendars.current().is_workday(day)
    assert calendars.current().is_provisional(2027)
    calendars.set_day(day, DayKind.REST, "元旦节", NOTICE, EDITOR, TODAY)
    assert calendars.current().special(day) == (DayKind.REST, "元旦节")
    calendars.remove_day(day, "更正", EDITOR, TODAY)
    assert calendars.current() == workdays.shipped()
    assert [entry.changes[day.isoformat()][1] for entry in entries()] == ["休息（元旦）", "休息（元旦节）", "平常"]


def test_one_day_of_a_published_year_stays_in_its_notice(editor):
    calendars.set_day(date(2018, 12, 29), DayKind.WORK, "补", NOTICE, EDITOR, TODAY)
    calendars.publish(2019, {date(2019, 1, 1): (DayKind.REST, "元旦")}, NOTICE, EDITOR, TODAY)
    assert calendars.current().special(date(2018, 12, 29)) is None


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        (DayKind.WORK, "元旦", "不是周末"),
        (DayKind.REST, " ", "请填写节日名称。"),
        (DayKind.REST, "节" * 51, "不能超过 50 个字。"),
    ],
)
def test_one_wrong_day_is_refused(editor, kind, name, message):
    with pytest.raises(DomainError, match=message):
        calendars.set_day(date(2027, 1, 4), kind, name, NOTICE, EDITOR, TODAY)


# ---- who may


def test_staff_cannot_change_the_calendar(context):
    attempts = (
        lambda: calendars.publish(2027, DAYS, NOTICE, STAFF, TODAY),
        lambda: calendars.set_day(date(2027, 1, 4), DayKind.REST, "元旦", NOTICE, STAFF, TODAY),
        lambda: calendars.remove_day(date(2026, 10, 1), NOTICE, STAFF, TODAY),
        lambda: calendars.apply(calendars.plan_notice(2027, DAYS, NOTICE), STAFF, TODAY),
    )
    with acting_as(STAFF):
        for attempt in attempts:
            with pytest.raises(DomainError, match="您的角色不能修改工作日历。"):
                attempt()
        assert calendars.current() == workdays.shipped()


@pytest.mark.parametrize("who", [STAFF, EDITOR], ids=["staff", "editor"])
def test_nobody_writes_the_tables_past_the_rules(context, who):
    with acting_as(who):
        row = db.session.scalars(select(CalendarDay).where(CalendarDay.day == date(2026, 10, 1))).one()
        row.kind = DayKind.WORK
        with pytest.raises(OutOfScope):
            db.session.flush()
        db.session.rollback()
        db.session.add(WorkCalendar(year=2027, source="我", loaded_on=TODAY))
        with pytest.raises(OutOfScope):
            db.session.flush()
        db.session.rollback()


# ---- what was agreed to, and who follows


def test_change_is_refused_when_the_calendar_is_no_longer_the_one_agreed_to(editor):
    seen, plan = calendars.state(calendars.current()), calendars.plan_notice(2027, DAYS, NOTICE)
    calendars.remove_day(date(2026, 10, 10), "更正", EDITOR, TODAY)
    db.session.commit()
    with pytest.raises(calendars.Outdated):
        calendars.apply(plan, EDITOR, TODAY, seen)
    assert calendars.current().is_provisional(2027)
    calendars.apply(plan, EDITOR, TODAY, calendars.state(calendars.current()))
    assert not calendars.current().is_provisional(2027)


def test_of_two_who_confirm_at_once_one_is_refused(app):
    with app.app_context(), acting_as(EDITOR):
        seen = calendars.state(calendars.current())
        db.session.rollback()
    ready, answers = Barrier(2), []

    def confirm(name: str) -> None:
        with app.app_context(), acting_as(EDITOR):
            ready.wait()
            try:
                plan = calendars.plan_notice(2027, {date(2027, 1, 1): (DayKind.REST, name)}, NOTICE)
                calendars.apply(plan, EDITOR, TODAY, seen)
                db.session.commit()
                answers.append(name)
            except calendars.Outdated:
                db.session.rollback()
                answers.append("refused")

    threads = [Thread(target=confirm, args=(name,)) for name in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers)[0] == "refused"
    with app.app_context(), acting_as(EDITOR):
        assert calendars.current().special(date(2027, 1, 1)) == (DayKind.REST, sorted(answers)[1])
        db.session.rollback()
        assert len(entries()) == 1


def test_state_tells_every_difference_apart():
    shipped = workdays.shipped()
    others = [
        calendars.Calendar.of(shipped.days, shipped.published | {2027}),
        calendars.Calendar.of({**shipped.days, date(2027, 1, 4): (DayKind.REST, "元旦")}, shipped.published),
        calendars.Calendar.of({**shipped.days, date(2026, 10, 1): (DayKind.REST, "国庆")}, shipped.published),
        calendars.Calendar.of({**shipped.days, date(2026, 10, 1): (DayKind.WORK, "国庆节")}, shipped.published),
    ]
    assert len({calendars.state(calendar) for calendar in (shipped, *others)}) == 5
    assert calendars.state(workdays.shipped()) == calendars.state(shipped)


def test_followers_say_what_would_change_and_then_follow(editor, followers):
    followed = []
    starts = [date(2026, 12, 28), date(2026, 11, 24)]

    def would_change(old, new):
        moved = sum(old.due(start, ORDINARY).on != new.due(start, ORDINARY).on for start in starts)
        return f"{moved} 件到期日将变化" if moved else ""

    def follow(new, actor, today):
        followed.append(([new.due(start, ORDINARY).on for start in starts], actor, today, new is calendars.current()))

    followers += [calendars.Follower(would_change, follow), calendars.Follower(lambda old, new: "", lambda *args: None)]
    plan = calendars.plan_notice(2027, {**DAYS, date(2027, 1, 5): (DayKind.REST, "元旦")}, NOTICE)
    assert calendars.consequences(plan) == ["1 件到期日将变化"]
    assert followed == []
    calendars.apply(plan, EDITOR, TODAY)
    assert followed == [([date(2027, 1, 11), date(2026, 12, 3)], EDITOR, TODAY, True)]


def test_follower_that_fails_takes_the_change_with_it(editor, followers):
    def follow(*_args):
        raise DomainError("不行")

    followers.append(calendars.Follower(lambda old, new: "", follow))
    with pytest.raises(DomainError, match="不行"):
        calendars.publish(2027, DAYS, NOTICE, EDITOR, TODAY)
    db.session.rollback()
    assert calendars.current() == workdays.shipped()


# ---- setup


def seed() -> int:
    with acting_as(SETUP):
        found = calendars.seed(setup.WORKDAYS.read_bytes(), TODAY)
        db.session.commit()
        return found


def test_setup_does_not_undo_what_was_edited_or_imported(editor):
    calendars.remove_day(date(2026, 10, 10), "更正", EDITOR, TODAY)
    calendars.publish(2027, DAYS, NOTICE, EDITOR, TODAY)
    db.session.commit()
    edited = calendars.current()
    assert seed() == 0
    assert calendars.current() == edited


def test_setup_adds_a_year_that_a_new_version_ships_and_keeps_a_day_that_was_entered(editor):
    calendars.set_day(date(2027, 1, 4), DayKind.REST, "我们的元旦", NOTICE, EDITOR, TODAY)
    db.session.commit()
    shipped = "day,kind,name,year\n2027-01-01,REST,元旦,2027\n2027-01-04,REST,元旦,2027\n"
    with acting_as(OPERATOR):
        assert calendars.seed(shipped.encode(), TODAY) == 1
        db.session.commit()
    assert calendars.current().special(date(2027, 1, 4)) == (DayKind.REST, "我们的元旦")
    assert not calendars.current().is_provisional(2027)


def test_every_shipped_day_is_in_the_table_once(editor):
    assert db.session.scalar(select(func.count(CalendarDay.day))) == len(workdays.shipped().days)
