"""Sound rows of what goes between a station and its superior, and what the database itself refuses of them: for
tests.unit.test_constraints.
"""

from typing import Any

from sqlalchemy import literal_column

from models import (
    Body,
    Escalation,
    EscalationNote,
    PolicyIssue,
    ReportTurn,
    Superior,
    SuperiorAssignment,
    SuperiorKind,
    Urgency,
    UrgentPart,
    UrgentReport,
)
from tests import world
from tests.unit.transfer_faults import A_CASE, AT, NOBODY, NOW, YESTERDAY

TODAY = world.TODAY
HERE = {name: value for name, value in AT.items() if not name.startswith("has_")} | {"sent_on": TODAY}
UP = HERE | {"to_level": Superior.COUNTY, "to_code": world.COUNTY, "subject": "甲事"}
AN_ESCALATION = literal_column("(SELECT min(id) FROM escalation)")
A_REPORT = literal_column("(SELECT min(id) FROM urgent_report)")
STAMPS = {"created_at": NOW, "changed_at": NOW}
ROWS: dict[Any, dict[str, Any]] = {
    SuperiorAssignment: HERE | {
        "number": "上-1", "by_code": world.COUNTY, "kind": SuperiorKind.PASSED, "document_no": "1 号",
        "from_whom": "市妇联", "arrived_on": TODAY, "subject": "甲事",
    },
    Escalation: AT | UP | {"number": "疑-1", "case_id": A_CASE, "asked": "请指导", "summary": "k:0"},
    EscalationNote: STAMPS | {
        "escalation_id": AN_ESCALATION, "noted_on": TODAY, "noted_by": "甲", "text": "已会商",
    },
    UrgentReport: UP | {
        "number": "急-1", "urgency": Urgency.GROUP, "body": Body.WOMEN, "people": 9, "report": "九人来访",
    },
    UrgentPart: STAMPS | {
        "urgent_id": A_REPORT, "turn": ReportTurn.FURTHER, "reported_on": TODAY, "reported_by": "甲",
        "text": "又来三人", "people": 12,
    },
    PolicyIssue: UP | {
        "number": "策-1", "body": Body.WOMEN, "law": "承包法", "analysis": "不一致", "proposal": "清理",
    },
}  # fmt: skip
SIGNED = {"state": "SIGNED", "signed_on": TODAY, "signed_by": "甲"}
HANDLING = SIGNED | {"state": "HANDLING"}
FED_BACK = HANDLING | {
    "state": "FED_BACK", "answered_on": TODAY, "fed_back_on": TODAY, "feedback": "k:0", "closed_on": TODAY,
}  # fmt: skip
ANSWERED = SIGNED | {"state": "ANSWERED", "reply": "k:0", "closed_on": TODAY}
ONCE = [
    *[(model, {}, f"{model.__tablename__}.?number") for model in ROWS if hasattr(model, "number")],
    (UrgentPart, {"turn": "FINAL"}, "(urgent_part.?urgent_id|ix_urgent_part)"),  # the world's reports have their first
]
UPWARD = (Escalation, UrgentReport, PolicyIssue)
REFUSED = [
    (SuperiorAssignment, {"kind": NOBODY}, "superiorkind"),
    (SuperiorAssignment, {"state": NOBODY}, "superiorstate"),
    *[(SuperiorAssignment, HANDLING | {missing: None}, "signed_facts") for missing in ("signed_on", "signed_by")],
    (SuperiorAssignment, HANDLING | {"state": "ANSWERED"}, "answered_facts"),
    *[(SuperiorAssignment, FED_BACK | {missing: None}, "fed_back_facts") for missing in ("fed_back_on", "feedback")],
    *[(SuperiorAssignment, FED_BACK | {"state": s, "closed_on": None}, "closed_dated") for s in ("FED_BACK", "NOTED")],
    (SuperiorAssignment, FED_BACK | {"answered_on": YESTERDAY}, "answered_after_arrival"),
    (SuperiorAssignment, FED_BACK | {"fed_back_on": YESTERDAY}, "fed_back_after_arrival"),
    *[(SuperiorAssignment, {"by_code": code}, "by_code_above") for code in (world.OTHER_COUNTY, world.CHILD)],
    *[(model, {"due_on": YESTERDAY}, "due_after_sent") for model in (SuperiorAssignment, *UPWARD)],
    *[(model, {"to_level": NOBODY}, "superior") for model in UPWARD],
    *[
        (model, {"to_code": code}, "to_code_above")
        for model in UPWARD
        for code in (world.OWN, world.OTHER_COUNTY, world.CHILD)
    ],
    *[(model, SIGNED | {missing: None}, "signed_facts") for model in UPWARD for missing in ("signed_on", "signed_by")],
    *[(model, SIGNED | {"closed_on": TODAY}, "closed_dated") for model in UPWARD],
    (Escalation, ANSWERED | {"reply": None}, "answered_facts"),
    (PolicyIssue, SIGNED | {"state": "ANSWERED"}, "answered_facts"),
    (Escalation, {"state": "RETURNED", "closed_on": TODAY}, "returned_for_a_reason"),
    (PolicyIssue, {"state": "RETURNED"}, "returned_for_a_reason"),
    (Escalation, {"state": NOBODY}, "escalationstate"),
    (Escalation, SIGNED | {"state": "TRACKING"}, "tracking_noted"),
    (UrgentReport, {"state": NOBODY}, "reportstate"),
    (UrgentReport, {"urgency": NOBODY}, "urgency"),
    (UrgentReport, {"body": NOBODY}, "body"),
    *[(UrgentReport, {"people": n}, "people_plausible") for n in (0, 100_001)],
    (UrgentPart, {"turn": NOBODY}, "reportturn"),
    *[
        (UrgentPart, {column: value}, "signature_dated")
        for column, value in (("signed_on", TODAY), ("signed_by", "甲"))
    ],
    (PolicyIssue, {"state": NOBODY}, "policystate"),
    (PolicyIssue, {"body": NOBODY}, "body"),
]
