"""The Spec of the sheets of 考核; see tests.security.registers. Each is of a checklist of its own in the same place."""

from datetime import date

from app.extensions import db
from app.security.roles import CENTER, DIVISION_ADMIN, STAFF, SUPERVISOR
from models import (
    Assessment,
    AssessmentAnswer,
    Checklist,
    ChecklistEdition,
    ChecklistItem,
    ChecklistKind,
    Met,
    Model,
    StationLevel,
)
from models.base import TOWNSHIP
from tests.security.spec import Child, Spec, key
from tests.security.standards import DAY
from tests.world import canary


def sheet(code: str, its_key: int) -> Model:
    """The sheet of a place, and what it is of: a checklist with one line of ten points, both under the same key."""
    level = StationLevel.TOWNSHIP if len(code) == TOWNSHIP else StationLevel.VILLAGE
    asked = Checklist(id=its_key, division_code=code, name=f"考核{code}", kind=ChecklistKind.ASSESSMENT, level=level)
    line = ChecklistItem(id=its_key, checklist_id=its_key, label=f"项目{code}", points=10)
    words = {"id": its_key, "label": line.label, "rule": None, "evidence": "NONE", "points": 10}
    words |= {"validity_months": None, "is_active": True, "position": 0}
    for row in (asked, line, ChecklistEdition(checklist_id=its_key, edition=1, from_on=DAY, items=[words])):
        db.session.add(row)
        db.session.flush()
    return Assessment(
        id=its_key,
        station_id=key("Station", code),
        checklist_id=its_key,
        year=2025,
        assessed_on=date(2026, 3, 8),
        assessors=canary("ASSESSOR", code),
        remark=canary("REMARK", code),
    )


ASSESSMENTS = (
    Spec(
        model=Assessment,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit approve end delete export",
            SUPERVISOR: "view export",
            STAFF: "view add edit",
            CENTER: "view handle",
        },
        make=sheet,
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "checklist_id": str(key("Assessment", code)),
            "year": "2026",
            "assessed_on": "2026-11-20",
            "assessors": "考核组",
        },
        canaries={"ASSESSOR": "assessors", "REMARK": "remark"},
        routes={"sign": "approve", "unsign": "approve", "cosign": "handle", "uncosign": "handle"},
        posting={
            name: lambda code: [{"_seen": "1.1"}, {"_seen": "2.1"}] for name in ("sign", "unsign", "cosign", "uncosign")
        },
        children=(
            Child(
                model=AssessmentAnswer,
                parent="assessment_id",
                name="answers",
                make=lambda code, parent, its_key: AssessmentAnswer(
                    id=its_key,
                    assessment_id=parent,
                    item_id=parent,
                    label=f"项目{code}",
                    full_points=10,
                    is_met=Met.YES,
                    note=canary("SCORE", code),
                ),
                form=lambda _code: {"is_met": "YES", "points": "9", "note": "差一点"},
                canaries={"SCORE": "note"},
            ),
        ),
        held={
            f"{side}_{name}": verb
            for side, verb in (("women", "approve"), ("order", "handle"))
            for name in ("signed_by", "signed_on", "signer_id")
        },
        file="SCOREFILE",
    ),
)
