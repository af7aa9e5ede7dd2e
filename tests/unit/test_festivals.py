"""The days off by law, compared with a package that knows them."""

from datetime import date, timedelta

import pytest
from holidays.calendars.chinese import _ChineseLunisolar as Lunisolar

from app.festivals import LUNAR, clear_and_bright, statutory

IN_TABLE = range(2024, 2061)


def known(dates: dict[int, tuple[int, int]], year: int) -> date:
    return date(year, *dates[year])


def test_sun_stands_where_the_package_says_for_two_centuries():
    package = Lunisolar()
    found = {year: clear_and_bright(year) for year in range(1901, 2100)}
    assert found == {year: package.qingming_date(year)[0] for year in found}


def test_table_of_lunar_dates_is_the_package_s():
    written = [
        f"{y}:" + "-".join(f"{known(dates, y):%m%d}" for dates in (
            Lunisolar.LUNAR_NEW_YEAR_DATES, Lunisolar.DRAGON_BOAT_DATES, Lunisolar.MID_AUTUMN_DATES
        )) for y in IN_TABLE
    ]  # fmt: skip
    assert LUNAR.split() == written


@pytest.mark.parametrize("year", IN_TABLE)
def test_law_gives_thirteen_days_fewer_only_where_two_festivals_meet(year):
    days = statutory(year)
    meet = known(Lunisolar.MID_AUTUMN_DATES, year) in {date(year, 10, n) for n in (1, 2, 3)}
    assert len(days) == 13 - meet
    first = known(Lunisolar.LUNAR_NEW_YEAR_DATES, year)
    assert {day for day, name in days.items() if name == "春节"} == {first + timedelta(n) for n in range(-1, 3)}


@pytest.mark.parametrize("year", [1, 1582, 1900, 2023, 2061, 9999])
def test_year_outside_the_table_has_the_festivals_of_the_sun(year):
    days = statutory(year)
    assert set(days.values()) == {"元旦", "清明节", "劳动节", "国庆节"}
    assert len(days) == 7
    assert {day.year for day in days} == {year}
