"""The Specs of dangerous cases; see tests.security.registers. Each sheet is of a questionnaire of its own there."""

from datetime import date

from app.extensions import db
from app.security.roles import DIVISION_ADMIN, STAFF, SUPERVISOR
from models import (
    Checklist,
    ChecklistEdition,
    ChecklistItem,
    ChecklistKind,
    DvRiskAnswer,
    DvRiskAssessment,
    Model,
    StationLevel,
)
from models.base import TOWNSHIP
from tests.security.spec import TYPED, Child, Spec, key
from tests.security.standards import DAY
from tests.world import canary


def sheet(code: str, its_key: int) -> Model:
    """The sheet of a place, and what it is of: a questionnaire with one line, both under the same key."""
    level = StationLevel.TOWNSHIP if len(code) == TOWNSHIP else StationLevel.VILLAGE
    asked = Checklist(
        id=its_key, division_code=code, name=f"问卷{code}", kind=ChecklistKind.RISK, level=level, medium_from=4,
        high_from=6,
    )  # fmt: skip
    line = ChecklistItem(id=its_key, checklist_id=its_key, label=f"问题{code}", points=1, is_prompt=True)
    words = {"id": its_key, "label": line.label, "rule": None, "evidence": "NONE", "points": 1, "is_prompt": True}
    words |= {"validity_months": None, "is_active": True, "position": 0}
    for row in (asked, line, ChecklistEdition(checklist_id=its_key, edition=1, from_on=DAY, items=[words])):
        db.session.add(row)
        db.session.flush()
    return DvRiskAssessment(
        id=its_key,
        case_id=key("Case", code),
        station_id=key("Station", code),
        assessed_on=date(2026, 3, 8),
        assessor=canary("RISKBY", code),
    )


DANGERS = (
    Spec(
        model=DvRiskAssessment,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit end export",
            SUPERVISOR: "view",
            STAFF: "view reveal add edit",
        },
        make=sheet,
        form=lambda code: {
            "case_id": str(key("Case", code)),
            "assessed_on": "2026-11-20",
            "assessor": "评估人",
            "narrative": TYPED["narrative"],
        },
        canaries={"RISKBY": "assessor"},
        secrets={"narrative": "narrative"},
        routes={"fill": "edit"},
        paths={"fill": "risk"},
        posting={"fill": lambda code: [{"item": str(key("DvRiskAssessment", code)), "answer": "NO"}]},
        children=(
            Child(
                model=DvRiskAnswer,
                parent="assessment_id",
                name="answers",
                make=lambda code, parent, its_key: DvRiskAnswer(
                    id=its_key, assessment_id=parent, item_id=parent, label=f"问题{code}", points=1, is_prompt=True
                ),
                form=lambda _code: {"answer": "NO"},
            ),
        ),
    ),
)
