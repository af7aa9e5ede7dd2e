"""The Specs of dangerous cases; see tests.security.registers. Each sheet is of a questionnaire of its own there."""

from datetime import date

from app.extensions import db
from app.security.roles import DIVISION_ADMIN, STAFF, SUPERVISOR
from models import (
    Capacity,
    Checklist,
    ChecklistEdition,
    ChecklistItem,
    ChecklistKind,
    DvOrder,
    DvRiskAnswer,
    DvRiskAssessment,
    DvVisit,
    Finder,
    MandatoryReport,
    Model,
    OrderKind,
    StationLevel,
    VisitFinding,
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
    Spec(
        model=DvOrder,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit end export",
            SUPERVISOR: "view",
            STAFF: "view reveal add edit end",
        },
        make=lambda code, its_key: DvOrder(
            id=its_key,
            case_id=key("Case", code),
            station_id=key("Station", code),
            kind=OrderKind.WARNING,
            issued_by=canary("ISSUER", code),
            document_no=canary("ORDERNO", code),
            issued_on=date(2026, 11, 1),
        ),
        form=lambda code: {
            "case_id": str(key("Case", code)),
            "kind": "PROTECTION",
            "issued_by": "人民法院",
            "issued_on": "2026-11-20",
            "expires_on": "2027-05-20",
        },
        canaries={"ISSUER": "issued_by", "ORDERNO": "document_no"},
        secrets={"measures": "narrative"},
        children=(
            Child(
                model=DvVisit,
                parent="order_id",
                name="visits",
                make=lambda code, parent, its_key: DvVisit(
                    id=its_key,
                    order_id=parent,
                    visited_on=date(2026, 11, 10),
                    visitor=canary("VISITOR", code),
                    finding=VisitFinding.KEPT,
                ),
                form=lambda _code: {"visited_on": "2026-11-20", "visitor": "丙", "finding": "KEPT"},
                canaries={"VISITOR": "visitor"},
            ),
        ),
        file="ORDERFILE",
    ),
    Spec(
        model=MandatoryReport,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit end export",
            SUPERVISOR: "view",
            STAFF: "view reveal add edit end",
        },
        make=lambda code, its_key: MandatoryReport(
            id=its_key,
            station_id=key("Station", code),
            case_id=key("Case", code),
            finder_kind=Finder.SCHOOL,
            finder=canary("FINDER", code),
            found_on=DAY,
            victim=canary("VICTIM", code),
            capacity=Capacity.LIMITED,
            reported_on=DAY,
            reported_to="公安派出所",
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "finder_kind": "MEDICAL",
            "finder": "卫生院",
            "found_on": "2026-11-20",
            "victim": "某孩子",
            "capacity": "NONE",
        },
        canaries={"FINDER": "finder", "VICTIM": "victim"},
        secrets={"circumstances": "narrative"},
        file="REPORTFILE",
    ),
)
