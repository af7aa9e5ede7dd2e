"""Sound rows of 转办 and 交办, and what the database itself refuses of them: for tests.unit.test_constraints."""

from datetime import date, datetime

from sqlalchemy import literal_column

from models import Assignment, Transfer, TransferReason
from tests import world

NOW = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001  the database stores UTC without zone
A_CASE = literal_column(f"(SELECT min(id) FROM case_record WHERE division_code = '{world.OWN}')")
A_TRANSFER = literal_column(f"(SELECT id FROM transfer WHERE division_code = '{world.OWN}')")
A_UNIT = literal_column("(SELECT max(id) FROM member_unit)")
NOBODY, YESTERDAY = literal_column("'NOBODY'"), date(2026, 11, 23)
AT = {
    "division_code": world.OWN, "city_code": "3303", "county_code": "330302", "township_code": world.OWN,
    "station_id": world.FIRST_STATION, "created_at": NOW, "changed_at": NOW,
    "has_name": False, "has_phone": False, "has_address": False,
}  # fmt: skip
ROWS = {
    Transfer: AT | {
        "number": "转-1", "case_id": A_CASE, "why": TransferReason.MAJOR, "asked": "请办", "summary": "k:0",
        "subject": "甲事", "sent_on": world.TODAY,
    },
    Assignment: AT | {
        "number": "交-1", "transfer_id": A_TRANSFER, "unit_id": A_UNIT, "asked": "k:0", "content": "k:0",
        "assigned_on": world.TODAY,
    },
}  # fmt: skip
SIGNED = {"state": "SIGNED", "signed_on": world.TODAY, "signed_by": "甲"}
HANDLING = SIGNED | {"state": "HANDLING"}
ANSWERED = HANDLING | {"state": "ANSWERED", "feedback": "k:0", "closed_on": world.TODAY}
FED_BACK = HANDLING | {"state": "ANSWERED", "feedback": "k:0", "fed_back_on": world.TODAY}
ONCE = [(Transfer, {}, "transfer.?number"), (Assignment, {}, "assignment.?(number|transfer_id)")]
REFUSED = [
    (Transfer, {"why": NOBODY}, "transferreason"),
    (Transfer, {"state": NOBODY}, "transferstate"),
    *[
        (Transfer, SIGNED | {"state": state, missing: None}, "signed_facts")
        for state in ("SIGNED", "ASSIGNED", "HANDLING")
        for missing in ("signed_on", "signed_by")
    ],
    (Transfer, ANSWERED | {"feedback": None}, "answered_facts"),
    (Transfer, {"state": "RETURNED", "closed_on": world.TODAY}, "returned_for_a_reason"),
    (Transfer, ANSWERED | {"closed_on": None}, "closed_dated"),
    (Transfer, {"closed_on": world.TODAY}, "closed_dated"),
    (Transfer, {"due_on": YESTERDAY}, "due_after_sent"),
    (Assignment, {"state": NOBODY}, "assignmentstate"),
    *[(Assignment, HANDLING | {missing: None}, "signed_facts") for missing in ("signed_on", "signed_by")],
    *[(Assignment, FED_BACK | {missing: None}, "answered_facts") for missing in ("feedback", "fed_back_on")],
    (Assignment, {"state": "RETURNED"}, "returned_for_a_reason"),
    (Assignment, FED_BACK | {"fed_back_on": YESTERDAY}, "answered_after_signed"),
    (Assignment, {"due_on": YESTERDAY}, "due_after_assigned"),
]
