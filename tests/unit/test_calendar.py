"""Working days against two packages, terms against a table of dates, and what holds for every date."""

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar import Calendar, Due, Light, Term, Unit, add_months
from models import DayKind
from tests import workdays

CALENDAR = workdays.shipped()
TERMS = {
    "简单": Term(0, Unit.SAME_DAY),
    "一般": Term(7, Unit.WORKDAYS),
    "复杂": Term(1, Unit.MONTHS),
    "疑难": Term(1, Unit.WORKDAYS),
}
# (accepted on, difficulty, last day), counted from the notices by other code; 2027 from the law, its notice is not out.
EXAMPLES = [
    # Spring Festivals
    ("2019-02-01", "一般", "2019-02-15"),
    ("2020-01-23", "一般", "2020-02-11"),
    ("2020-01-22", "疑难", "2020-01-23"),
    ("2021-02-10", "一般", "2021-02-25"),
    ("2022-01-29", "一般", "2022-02-14"),
    ("2022-01-30", "疑难", "2022-02-07"),
    ("2023-01-20", "一般", "2023-02-03"),
    ("2024-02-09", "一般", "2024-02-26"),
    ("2024-02-08", "疑难", "2024-02-09"),
    ("2025-01-27", "一般", "2025-02-12"),
    ("2025-01-26", "一般", "2025-02-11"),
    ("2026-02-13", "一般", "2026-03-02"),
    ("2026-02-14", "疑难", "2026-02-24"),
    ("2025-12-28", "复杂", "2026-01-28"),
    ("2026-01-17", "复杂", "2026-02-24"),
    # National Day, with Mid-Autumn in 2020, 2023 and 2025
    ("2019-09-30", "一般", "2019-10-15"),
    ("2020-09-30", "一般", "2020-10-16"),
    ("2020-09-29", "疑难", "2020-09-30"),
    ("2021-09-30", "一般", "2021-10-15"),
    ("2022-09-30", "一般", "2022-10-14"),
    ("2023-09-28", "一般", "2023-10-13"),
    ("2024-09-30", "一般", "2024-10-15"),
    ("2025-09-30", "一般", "2025-10-16"),
    ("2025-09-28", "一般", "2025-10-14"),
    ("2025-09-30", "疑难", "2025-10-09"),
    ("2026-09-30", "一般", "2026-10-15"),
    ("2026-09-24", "一般", "2026-10-12"),
    ("2026-09-18", "疑难", "2026-09-20"),
    ("2026-09-28", "一般", "2026-10-13"),
    ("2020-09-01", "复杂", "2020-10-09"),
    ("2025-09-01", "复杂", "2025-10-09"),
    ("2025-09-06", "复杂", "2025-10-09"),
    ("2026-09-01", "复杂", "2026-10-08"),
    # Saturdays and Sundays that are worked
    ("2019-09-27", "疑难", "2019-09-29"),
    ("2020-06-24", "疑难", "2020-06-28"),
    ("2021-09-17", "疑难", "2021-09-18"),
    ("2024-04-03", "一般", "2024-04-15"),
    ("2024-04-28", "一般", "2024-05-10"),
    ("2025-02-07", "疑难", "2025-02-08"),
    ("2025-04-25", "疑难", "2025-04-27"),
    ("2026-01-03", "疑难", "2026-01-04"),
    ("2026-02-27", "疑难", "2026-02-28"),
    ("2026-05-08", "疑难", "2026-05-09"),
    ("2026-10-09", "疑难", "2026-10-10"),
    ("2026-08-20", "复杂", "2026-09-20"),
    ("2026-01-28", "复杂", "2026-02-28"),
    ("2026-04-09", "复杂", "2026-05-09"),
    # the ends of months, and leap years
    ("2020-01-29", "复杂", "2020-03-02"),
    ("2020-01-31", "复杂", "2020-03-02"),
    ("2021-01-29", "复杂", "2021-03-01"),
    ("2023-01-31", "复杂", "2023-02-28"),
    ("2024-01-30", "复杂", "2024-02-29"),
    ("2024-01-31", "复杂", "2024-02-29"),
    ("2025-01-31", "复杂", "2025-02-28"),
    ("2024-02-29", "复杂", "2024-03-29"),
    ("2026-03-31", "复杂", "2026-04-30"),
    ("2026-05-31", "复杂", "2026-06-30"),
    ("2026-08-31", "复杂", "2026-09-30"),
    ("2025-11-30", "复杂", "2025-12-30"),
    ("2025-12-31", "复杂", "2026-02-02"),
    ("2024-02-28", "疑难", "2024-02-29"),
    # a last day off
    ("2026-03-05", "复杂", "2026-04-07"),
    ("2026-04-01", "复杂", "2026-05-06"),
    ("2026-05-19", "复杂", "2026-06-22"),
    ("2026-06-11", "复杂", "2026-07-13"),
    ("2026-08-25", "复杂", "2026-09-28"),
    ("2025-12-01", "复杂", "2026-01-04"),
    ("2025-04-01", "复杂", "2025-05-06"),
    ("2026-07-22", "复杂", "2026-08-24"),
    ("2026-09-03", "复杂", "2026-10-08"),
    # plain weeks
    ("2026-11-24", "简单", "2026-11-24"),
    ("2026-11-24", "一般", "2026-12-03"),
    ("2026-11-24", "复杂", "2026-12-24"),
    ("2026-11-24", "疑难", "2026-11-25"),
    ("2026-11-27", "疑难", "2026-11-30"),
    ("2026-11-28", "一般", "2026-12-08"),
    ("2026-11-28", "简单", "2026-11-28"),
    ("2026-07-01", "一般", "2026-07-10"),
    # into 2027, whose notice is not out
    ("2026-12-22", "一般", "2026-12-31"),
    ("2026-12-23", "一般", "2027-01-04"),
    ("2026-12-28", "一般", "2027-01-07"),
    ("2026-12-31", "疑难", "2027-01-04"),
    ("2026-12-31", "一般", "2027-01-12"),
    ("2026-12-01", "复杂", "2027-01-04"),
    ("2026-12-31", "复杂", "2027-02-01"),
    ("2027-01-05", "复杂", "2027-02-09"),
    ("2027-02-04", "疑难", "2027-02-09"),
    ("2027-09-01", "复杂", "2027-10-04"),
    ("2027-09-14", "疑难", "2027-09-16"),
]
# What the notice might say of 2027; the test needs only that it differs from what was worked out.
IN_2027 = {
    date(2027, 1, 1): (DayKind.REST, "元旦"),
    date(2027, 1, 4): (DayKind.REST, "元旦"),
    date(2027, 1, 9): (DayKind.WORK, "元旦"),
    **{date(2027, 2, n): (DayKind.REST, "春节") for n in range(5, 13)},
}
LOADED = Calendar.of({**CALENDAR.days, **IN_2027}, CALENDAR.published | {2027})
RECALCULATED = [
    ("2026-12-31", "疑难", "2027-01-04", "2027-01-05"),
    ("2026-12-31", "一般", "2027-01-12", "2027-01-12"),
    ("2026-12-25", "一般", "2027-01-06", "2027-01-07"),
    ("2026-12-04", "复杂", "2027-01-04", "2027-01-05"),
    ("2027-02-04", "疑难", "2027-02-09", "2027-02-15"),
    ("2026-12-22", "一般", "2026-12-31", "2026-12-31"),
]


def day(text: str) -> date:
    return date.fromisoformat(text)


def due(start: str, difficulty: str, calendar: Calendar = CALENDAR) -> Due:
    return calendar.due(day(start), TERMS[difficulty])


# ---- days


@pytest.mark.parametrize("year", range(2019, 2027))
def test_every_day_is_what_both_packages_say(year):
    """The two packages differ on no day of these years; `holidays` needs no category beside its public one."""
    china = holidays.country_holidays("CN", years=range(year - 1, year + 2))
    days = [date(year, 1, 1) + timedelta(n) for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    found = [CALENDAR.is_workday(one) for one in days]
    assert found == [chinese_calendar.is_workday(one) for one in days]
    assert found == [china.is_working_day(one) for one in days]


@pytest.mark.parametrize("year", range(2004, 2019))
def test_every_earlier_day_is_what_chinesecalendar_says(year):
    days = [date(year, 1, 1) + timedelta(n) for n in range(365)]
    assert [CALENDAR.is_workday(one) for one in days] == [chinese_calendar.is_workday(one) for one in days]


def test_file_that_is_shipped_is_what_the_package_says():
    assert workdays.FILE.read_text(encoding="utf-8") == workdays.text()


def test_year_without_a_notice_has_weekends_and_what_the_law_fixes():
    off = [day(text) for text in ("2027-01-01", "2027-02-05", "2027-02-08", "2027-04-05", "2027-06-09", "2027-09-15")]
    assert not any(map(CALENDAR.is_workday, off))
    assert CALENDAR.is_workday(day("2027-01-04"))
    assert CALENDAR.is_workday(day("2027-02-09"))
    assert not CALENDAR.is_workday(day("2027-02-13"))
    assert (CALENDAR.is_provisional(2026), CALENDAR.is_provisional(2027)) == (False, True)


def test_a_day_that_was_entered_counts_before_the_notice_is_out():
    calendar = Calendar.of({day("2027-01-02"): (DayKind.WORK, "元旦")}, ())
    assert calendar.is_workday(day("2027-01-02"))
    assert not calendar.is_workday(day("2027-01-01"))


@given(st.dates())
def test_any_day_there_is_has_an_answer(one):
    assert CALENDAR.is_workday(one) in (True, False)
    assert Calendar().is_workday(one) in (True, False)


# ---- terms


@pytest.mark.parametrize(("start", "difficulty", "on"), EXAMPLES)
def test_term_ends_on(start, difficulty, on):
    found = due(start, difficulty)
    assert found.on == day(on)
    assert found.is_provisional is (day(on).year == 2027)


@pytest.mark.parametrize(("start", "difficulty", "before", "after"), RECALCULATED)
def test_term_is_recalculated_when_the_notice_is_loaded(start, difficulty, before, after):
    old, new = due(start, difficulty), due(start, difficulty, LOADED)
    assert (old.on, new.on) == (day(before), day(after))
    assert (old.is_provisional, new.is_provisional) == (day(before).year == 2027, False)


SENTENCES = [
    (
        "2026-09-30", "一般",
        "受理 2026-09-30，次日起算 7 个工作日，国庆放假、10月10日补班，最迟 2026-10-15（含当日）",
    ),
    ("2026-11-24", "一般", "受理 2026-11-24，次日起算 7 个工作日，最迟 2026-12-03（含当日）"),
    ("2026-11-28", "简单", "受理 2026-11-28，当日办结，最迟 2026-11-28（含当日）"),
    (
        "2026-09-01", "复杂",
        "受理 2026-09-01，次日起算 1 个月，末日 2026-10-01 国庆放假，顺延，最迟 2026-10-08（含当日）",
    ),
    ("2026-06-11", "复杂", "受理 2026-06-11，次日起算 1 个月，末日 2026-07-11 周六，顺延，最迟 2026-07-13（含当日）"),
    ("2026-08-20", "复杂", "受理 2026-08-20，次日起算 1 个月，末日 2026-09-20 补班，最迟 2026-09-20（含当日）"),
    ("2018-12-27", "一般", "受理 2018-12-27，次日起算 7 个工作日，12月29日补班、元旦放假，最迟 2019-01-08（含当日）"),
    (
        "2025-09-30", "一般",
        "受理 2025-09-30，次日起算 7 个工作日，国庆放假、中秋放假、10月11日补班，最迟 2025-10-16（含当日）",
    ),
    (
        "2026-12-28", "一般",
        "受理 2026-12-28，次日起算 7 个工作日，元旦放假，最迟 2027-01-07（含当日）；"
        "2027 年放假安排待公布，按法定节日推算，公布后重新计算",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("start", "difficulty", "sentence"), SENTENCES)
def test_due_explains_itself(start, difficulty, sentence):
    assert due(start, difficulty).sentence("受理") == sentence


def test_make_up_day_of_the_next_year_is_told_with_its_year():
    assert "2027年1月9日补班" in due("2026-12-30", "一般", LOADED).sentence("受理")


# ---- what is left


@pytest.mark.parametrize(
    ("today", "due_on", "left", "light", "words"),
    [
        ("2026-11-24", "2026-12-03", 7, Light.NORMAL, "剩7个工作日"),
        ("2026-11-30", "2026-12-03", 3, Light.NORMAL, "剩3个工作日"),
        ("2026-12-01", "2026-12-03", 2, Light.SOON, "剩2个工作日"),
        ("2026-12-03", "2026-12-03", 0, Light.SOON, "今天到期"),
        ("2026-12-05", "2026-12-03", -2, Light.OVERDUE, "已逾期2天"),
        ("2026-12-07", "2026-12-04", -3, Light.OVERDUE, "已逾期3天"),
        ("2026-09-30", "2026-10-10", 3, Light.NORMAL, "剩3个工作日"),
        ("2026-11-28", "2026-11-29", 0, Light.SOON, "剩0个工作日"),
    ],
)
def test_what_is_left_is_counted_and_said(today, due_on, left, light, words):
    asked = day(today), day(due_on)
    assert CALENDAR.remaining(*asked) == left
    assert (CALENDAR.light(*asked), CALENDAR.words(*asked)) == (light, words)


def test_how_close_is_close_can_be_said():
    asked = day("2026-11-30"), day("2026-12-03")
    assert [CALENDAR.light(*asked, soon=n) for n in (2, 3)] == [Light.NORMAL, Light.SOON]


# ---- properties

DATES = st.dates(date(2004, 1, 1), date(2035, 12, 31))
TERM = st.builds(Term, st.integers(1, 40), st.sampled_from([Unit.WORKDAYS, Unit.MONTHS]))


@given(DATES, DATES, TERM)
def test_who_begins_later_ends_no_earlier(one, other, term):
    first, second = sorted((one, other))
    assert CALENDAR.due(first, term).on <= CALENDAR.due(second, term).on


@given(DATES, TERM)
def test_term_ends_on_a_working_day_after_it_began(start, term):
    found = CALENDAR.due(start, term)
    assert CALENDAR.is_workday(found.on)
    assert found.on > start


@given(DATES)
def test_same_day_is_the_same_day_even_on_a_day_off(start):
    found = CALENDAR.due(start, TERMS["简单"])
    assert (found.on, found.is_provisional) == (start, False)


@given(DATES, st.integers(1, 60))
def test_adding_working_days_and_counting_them_are_inverse(start, n):
    end = CALENDAR.add_workdays(start, n)
    assert CALENDAR.count(start, end) == n
    assert CALENDAR.count(start, end - timedelta(1)) == n - 1
    assert CALENDAR.remaining(start, end) == n


@given(DATES, st.integers(1, 36))
def test_a_month_on_is_the_same_day_or_the_last_of_the_month(start, n):
    end = add_months(start, n)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == n
    assert end.day == start.day or (end.day < start.day and (end + timedelta(1)).day == 1)


@given(DATES)
def test_rolling_forward_stops_at_the_first_working_day(start):
    end = CALENDAR.roll_forward(start)
    assert CALENDAR.is_workday(end)
    assert not any(CALENDAR.is_workday(start + timedelta(n)) for n in range((end - start).days))
