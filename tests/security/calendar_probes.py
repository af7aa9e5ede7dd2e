"""The requests of the matrix about the calendar of working days: looking, asking what would change, changing it."""

from collections.abc import Iterator

from app import calendars
from tests import workdays
from tests.security.probe import HOSTILE, Probe

NOTICE = "一、元旦：1月1日（周五）至3日（周日）放假，共3天。"
DAY = {"day": "2027-01-04", "kind": "REST", "name": "元旦", "day_source": "通知"}
GOOD = {"year": "2027", "source": "通知", "is_notice": "1", "day": "2027-01-01 REST 元旦"}
NAMES = {"notice": ("year", "text", "source"), "day": tuple(DAY), "publish": (*GOOD, "state")}
TABLES = ("work_calendar", "calendar_year")


def calendar_probes() -> Iterator[Probe]:
    """Good requests and bad ones to every route; who may edit gets through with the good ones."""
    for query in ("", "?year=2027", "?year=1949", "?year=2100"):
        yield Probe("WorkCalendarView.list", "GET", f"/workdays/{query}", expect=(200,))
    for text in ("x", "0", "-1", "1948", "2101", "9" * 400, "２０２６", "2026-01", "%00"):
        yield Probe("WorkCalendarView.list", "GET", f"/workdays/?year={text}", expect=(400,))
    good = {
        "notice": {"year": "2027", "text": NOTICE, "source": "通知"},
        "day": DAY,
        "publish": GOOD | {"state": calendars.state(workdays.shipped())},
    }
    for name, data in good.items():
        endpoint, path = f"WorkCalendarView.{name}", f"/workdays/{name}"
        yield Probe(endpoint, "POST", path, data, expect=(302,) if name == "publish" else (200,))
        yield Probe(endpoint, "POST", path, data, token=False)
        for shape in ("json", "file"):
            yield Probe(endpoint, "POST", path, data, shape=shape, expect=(400, 422))
        for field in NAMES[name]:
            for text in HOSTILE:
                yield Probe(endpoint, "POST", path, data | {field: text}, expect=(200, 302, 400, 409, 413, 422))
