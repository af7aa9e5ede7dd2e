"""Periods: whole ones by their days, cut without a gap, and the same a year before, at leap days too."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import periods
from app.errors import BadInput
from app.periods import Period

DAY = timedelta(days=1)
DAYS = st.dates(date(1952, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("key", "first", "last", "before"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2025"),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31), "2025Q4"),
        ("2024Q1", date(2024, 1, 1), date(2024, 3, 31), "2023Q1"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2023-02"),
        ("2025-02", date(2025, 2, 1), date(2025, 2, 28), "2024-02"),
        ("2026-11", date(2026, 11, 1), date(2026, 11, 30), "2025-11"),
    ],
)
def test_a_whole_one_by_its_name(key, first, last, before):
    period = periods.parse(key)
    assert period == (first, last)
    assert period.key == key
    assert period.year_before == periods.parse(before)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2024-02-29", "2024-02-29", (date(2023, 3, 1), date(2023, 2, 28))),  # none
        ("2024-02-28", "2024-02-28", (date(2023, 2, 28), date(2023, 2, 28))),
        ("2025-02-28", "2025-02-28", (date(2024, 2, 28), date(2024, 2, 29))),
        ("2024-02-29", "2024-03-31", (date(2023, 3, 1), date(2023, 3, 31))),
        ("2025-02-10", "2025-02-27", (date(2024, 2, 10), date(2024, 2, 27))),
        ("2023-11-01", "2024-02-29", (date(2022, 11, 1), date(2023, 2, 28))),
    ],
)
def test_the_same_days_a_year_before(first, last, before):
    assert periods.between(first, last).year_before == before


@given(st.lists(DAYS, min_size=3, max_size=3, unique=True).map(sorted))
def test_what_lies_side_by_side_lay_so_a_year_before(days):
    """Nothing is counted twice, nothing falls between."""
    first, cut, last = days
    one, other = Period(first, cut - DAY), Period(cut, last)
    assert one.year_before.last + DAY == other.year_before.first
    assert (one.year_before.first, other.year_before.last) == Period(first, last).year_before


@given(st.lists(DAYS, min_size=2, max_size=2).map(sorted), st.sampled_from([*periods.UNITS]))
def test_the_parts_are_the_whole(days, unit):
    parts = Period(*days).parts(unit)
    assert (parts[0].first, parts[-1].last) == tuple(days)
    assert all(one.last + DAY == other.first for one, other in pairwise(parts))
    assert all(periods.whole(part.first, unit) == periods.whole(part.last, unit) for part in parts)


@given(DAYS, st.sampled_from([*periods.UNITS]))
def test_a_whole_one_is_found_by_its_name_again(day, unit):
    period = periods.whole(day, unit)
    assert period.kind == unit
    assert periods.parse(period.key) == period
    assert period.first <= day <= period.last


@pytest.mark.parametrize(
    "key", ["", "26", "2026Q5", "2026Q0", "2026-13", "2026-00", "1949", "2101", "２０２６", "2026-1", "x"]
)
def test_no_period(key):
    with pytest.raises(BadInput):
        periods.parse(key)


@pytest.mark.parametrize(
    ("first", "last"),
    [("", ""), ("2026-01-01", ""), ("2026-02-30", "2026-03-01"), ("2026-02-01", "2026-01-31"),
     ("1900-01-01", "1900-12-31"), ("2010-01-01", "2026-01-01"), ("9999-12-31", "9999-12-31"), ("x", "y")],
)  # fmt: skip
def test_days_that_are_no_period(first, last):
    with pytest.raises(BadInput):
        periods.between(first, last)


def test_the_last_ones_go_back_from_today():
    assert [p.key for p in periods.last_ones(date(2026, 1, 31), "quarter", 3)] == ["2026Q1", "2025Q4", "2025Q3"]
    assert [p.key for p in periods.last_ones(date(2026, 3, 31), "month", 3)] == ["2026-03", "2026-02", "2026-01"]
