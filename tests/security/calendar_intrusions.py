"""Short attacks on the calendar of working days, from which every due date follows."""

from flask import Flask

from app import calendars
from tests.security.calendar_probes import GOOD
from tests.security.intrusions import ask, signed_in
from tests.workdays import shipped


def _days_of_2027(app: Flask) -> list[str]:
    return [str(day) for day in ask(app, "SELECT day FROM work_calendar WHERE year = 2027 ORDER BY day")]


def edits_the_calendar_as_staff(app: Flask) -> str | None:
    """Who handles cases would give himself a day off, and a later due date."""
    browser = signed_in(app, "staff")
    data = GOOD | {"state": calendars.state(shipped())}
    browser.post("/workdays/publish", data=data | {"csrf_token": browser.token()})
    return "staff changed the calendar" if _days_of_2027(app) else None


def confirms_what_he_did_not_see(app: Flask) -> str | None:
    """The calendar has changed between looking and confirming: what was agreed to is not what would happen."""
    browser = signed_in(app, "system_admin")
    old = calendars.state(shipped())
    day = {"year": "2027", "source": "更正", "day": "2027-01-02 REST 元旦"}
    assert (
        browser.post("/workdays/publish", data=day | {"state": old, "csrf_token": browser.token()}).status_code == 302
    )
    browser.post("/workdays/publish", data=GOOD | {"state": old, "csrf_token": browser.token()})
    return "an outdated confirmation was carried out" if _days_of_2027(app) != ["2027-01-02"] else None
