"""Sound rows of dangerous cases, and what the database itself refuses of them: for tests.unit.test_constraints."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import literal_column

from models import (
    Capacity,
    Case,
    Checklist,
    ChecklistKind,
    DvOrder,
    DvRiskAnswer,
    DvRiskAssessment,
    DvVisit,
    Finder,
    MandatoryReport,
    OrderKind,
    VisitFinding,
)
from tests import world

NOW = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001  the database stores UTC without zone
A_CASE = literal_column(f"(SELECT min(id) FROM case_record WHERE division_code = '{world.OWN}')")
A_CHECKLIST = literal_column("(SELECT min(id) FROM checklist)")
AN_ITEM = literal_column("(SELECT min(id) FROM checklist_item)")
A_SHEET = literal_column("(SELECT min(id) FROM dv_risk_assessment)")
AN_ORDER = literal_column("(SELECT min(id) FROM dv_order)")
NOBODY, YESTERDAY = literal_column("'NOBODY'"), date(2026, 11, 23)
STAMPS = {"created_at": NOW, "changed_at": NOW}
AT = STAMPS | {
    "division_code": world.OWN, "city_code": "3303", "county_code": "330302", "township_code": world.OWN,
    "station_id": world.FIRST_STATION, "case_id": A_CASE,
}  # fmt: skip
ROWS: dict[type, dict[str, Any]] = {
    DvRiskAssessment: AT | {
        "assessed_on": world.TODAY, "assessor": "甲", "checklist_id": A_CHECKLIST, "edition": 1, "medium_from": 4,
        "high_from": 6,
    },
    DvRiskAnswer: STAMPS | {
        "assessment_id": A_SHEET, "item_id": AN_ITEM, "label": "甲项", "points": 1, "is_prompt": False,
    },
    DvOrder: AT | {"kind": OrderKind.WARNING, "issued_by": "派出所", "issued_on": world.TODAY},
    DvVisit: STAMPS | {
        "order_id": AN_ORDER, "visited_on": world.TODAY, "visitor": "甲", "finding": VisitFinding.KEPT,
    },
    MandatoryReport: AT | {
        "finder_kind": Finder.SCHOOL, "finder": "甲校", "found_on": world.TODAY, "victim": "甲",
        "capacity": Capacity.NONE,
    },
}  # fmt: skip
PROTECTION = {"kind": OrderKind.PROTECTION, "expires_on": date(2027, 5, 24), "latest_on": date(2027, 5, 24)}
ONCE = [(DvRiskAnswer, {}, "dv_risk_answer.?assessment_id")]
REFUSED: list[tuple[type, dict[str, Any], str]] = [
    (DvRiskAssessment, {"level": NOBODY}, "risklevel"),
    (Case, {"risk": NOBODY}, "risklevel"),
    *[
        (Checklist, {"kind": ChecklistKind.RISK, "medium_from": medium, "high_from": high}, "thresholds_of_risk")
        for medium, high in ((None, 6), (4, None), (6, 6), (0, 6))
    ],
    (DvRiskAssessment, {"score": -1}, "score_counted"),
    *[(DvRiskAssessment, {"medium_from": n}, "thresholds_in_order") for n in (0, 6)],
    (DvRiskAssessment, {"police_on": world.TODAY}, "police_dated"),
    (DvRiskAssessment, {"police_unit": "派出所"}, "police_dated"),
    (
        DvRiskAssessment,
        {"police_on": world.TODAY, "police_unit": "派出所", "declined_reason": "不愿意"},
        "police_or_declined",
    ),
    (DvRiskAssessment, {"told_on": world.TODAY}, "told_dated"),
    (DvRiskAssessment, {"told_to": "县妇联"}, "told_dated"),
    (DvRiskAnswer, {"answer": NOBODY}, "met"),
    (DvRiskAnswer, {"points": -1}, "points_counted"),
    (DvOrder, {"kind": NOBODY}, "orderkind"),
    (DvOrder, {"expires_on": YESTERDAY}, "expires_after_issued"),
    (DvOrder, {"kind": OrderKind.PROTECTION}, "six_months"),
    *[(DvOrder, PROTECTION | {missing: None}, "six_months") for missing in ("expires_on", "latest_on")],
    (DvOrder, PROTECTION | {"expires_on": date(2027, 5, 25)}, "six_months"),
    (DvVisit, {"finding": NOBODY}, "visitfinding"),
    (MandatoryReport, {"finder_kind": NOBODY}, "finder"),
    (MandatoryReport, {"capacity": NOBODY}, "capacity"),
    (MandatoryReport, {"reported_on": world.TODAY}, "report_dated"),
    (MandatoryReport, {"reported_to": "派出所"}, "report_dated"),
    (MandatoryReport, {"reported_on": YESTERDAY, "reported_to": "派出所"}, "reported_after_found"),
]
