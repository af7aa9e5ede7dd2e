"""A sound row of each table of 封存, and what the database refuses of them: for tests.unit.test_constraints."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal_column

from models import Case, CaseRecusal, LookEntry, LookKind, Model, SealedOpening, SealedRequest, SealReason
from tests import world

NOW = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001  the database stores UTC without zone
PLACE = {"division_code": world.OWN, "city_code": "3303", "county_code": "330302", "township_code": world.OWN}
STAMPS = {"created_at": NOW, "changed_at": NOW}
A_CASE = literal_column("(SELECT min(id) FROM case_record)")
A_PERSON = literal_column("(SELECT min(id) FROM ab_user)")
A_REQUEST = literal_column("(SELECT min(id) FROM sealed_request)")
NOBODY = literal_column("'NOBODY'")

ROWS: dict[type[Model], dict[str, Any]] = {
    CaseRecusal: {
        **STAMPS, "case_id": A_CASE, "user_id": A_PERSON, "name": "甲", "reason": "亲属", "since": world.TODAY,
        "by_name": "乙",
    },
    SealedRequest: {
        **STAMPS, "number": "密23456789", "reason": "核实", "by_id": A_PERSON, "by_name": "甲",
        "asked_on": world.TODAY, "answer_by": world.TODAY,
    },
    LookEntry: {**PLACE, "at": NOW, "actor_name": "甲", "kind": LookKind.PAGE, "register": "Case", "row_key": "1"},
}  # fmt: skip
# Beside these: an opening needs a request, which the world has none of.
OPENING = {
    **STAMPS, "request_id": A_REQUEST, "case_id": A_CASE, "user_id": A_PERSON, "name": "甲", "asked_on": world.TODAY,
    "reason": "核实", "opened_at": NOW, "closes_at": NOW + timedelta(hours=24), "decided_by": "乙", "decision": "开放",
}  # fmt: skip
REFUSED: list[tuple[type[Model], dict[str, Any], str]] = [
    (Case, {"sealed_for": NOBODY, "sealed_on": world.TODAY}, "sealreason"),
    (Case, {"sealed_for": SealReason.MINOR}, "sealed_dated"),
    (Case, {"sealed_on": world.TODAY}, "sealed_dated"),
    (Case, {"sealed_for": SealReason.OTHER, "sealed_on": world.TODAY}, "sealed_for_a_reason"),
    (CaseRecusal, {"lifted_on": world.TODAY}, "lifted_for_a_reason"),
    (CaseRecusal, {"lifted_reason": "查明"}, "lifted_for_a_reason"),
    (LookEntry, {"kind": NOBODY}, "lookkind"),
    *((LookEntry, {name: None}, f"{name}_of_place") for name in ("city_code", "county_code", "township_code")),
]
LATER = [(SealedOpening, {"closes_at": NOW}, "closes_after_opening")]  # with OPENING
