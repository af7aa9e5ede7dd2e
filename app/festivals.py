"""法定节日: the days that everybody has off by law, for years whose notice is not out yet (F14).

全国年节及纪念日放假办法, as revised in 2024: 13 days. The lunar dates of LUNAR are a table, because no short rule gives
them; past its end only the festivals of the solar calendar are known.
"""

from datetime import date, timedelta
from functools import lru_cache
from math import radians, sin

# year:初一-端午-中秋 as MMDD; tests/unit/test_festivals.py compares each date with the package `holidays`.
LUNAR = """
    2024:0210-0610-0917 2025:0129-0531-1006 2026:0217-0619-0925 2027:0206-0609-0915 2028:0126-0528-1003
    2029:0213-0616-0922 2030:0203-0605-0912 2031:0123-0624-1001 2032:0211-0612-0919 2033:0131-0601-0908
    2034:0219-0620-0927 2035:0208-0610-0916 2036:0128-0530-1004 2037:0215-0618-0924 2038:0204-0607-0913
    2039:0124-0527-1002 2040:0212-0614-0920 2041:0201-0603-0910 2042:0122-0622-0928 2043:0210-0611-0917
    2044:0130-0531-1005 2045:0217-0619-0925 2046:0206-0608-0915 2047:0126-0529-1004 2048:0214-0615-0922
    2049:0202-0604-0911 2050:0123-0623-0930 2051:0211-0613-0919 2052:0201-0601-0907 2053:0219-0620-0926
    2054:0208-0610-0916 2055:0128-0530-1005 2056:0215-0617-0924 2057:0204-0606-0913 2058:0124-0625-1002
    2059:0212-0614-0921 2060:0202-0603-0909
"""
CLEAR = 15.0  # degrees of the sun's apparent longitude at 清明


def _longitude(days: float) -> float:
    """The sun's apparent longitude in degrees, `days` after noon of 2000-01-01 UTC; right to a few minutes of time.

    The low-precision series of the Astronomical Almanac, good for centuries around 2000.
    """
    anomaly = radians((357.528 + 0.9856003 * days) % 360)
    return (280.460 + 0.9856474 * days + 1.915 * sin(anomaly) + 0.020 * sin(2 * anomaly)) % 360


def clear_and_bright(year: int) -> date:
    """清明: the Beijing day on which the sun reaches 15°."""
    day = date(year, 4, 3)
    # Beijing's midnight is 16:00 UTC, a sixth of a day after noon.
    while _longitude((day - date(2000, 1, 1)).days + 4 / 24) < CLEAR and day < date(year, 4, 7):
        day += timedelta(1)
    return day


def _lunar(year: int) -> tuple[date, ...]:
    for line in LUNAR.split():
        if line.startswith(f"{year:04}:"):
            return tuple(date(year, int(text[:2]), int(text[2:])) for text in line[5:].split("-"))
    return ()


@lru_cache(maxsize=64)
def statutory(year: int) -> dict[date, str]:
    """{day: its festival} of the days off by law in `year`; never what the notice adds by moving weekends."""
    days = {date(year, 1, 1): "元旦", clear_and_bright(year): "清明节"}
    days |= {date(year, 5, n): "劳动节" for n in (1, 2)}
    if lunar := _lunar(year):
        first, dragon_boat, mid_autumn = lunar
        days |= {first + timedelta(n): "春节" for n in (-1, 0, 1, 2)}
        days |= {dragon_boat: "端午节", mid_autumn: "中秋节"}
    # National Day comes last: where Mid-Autumn falls into it, the notice calls the days by it.
    return days | {date(year, 10, n): "国庆节" for n in (1, 2, 3)}
