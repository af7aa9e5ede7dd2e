"""What the demonstration has between a station and its superior: one of each, as far as it has come."""

from datetime import date, timedelta

from sqlalchemy import select

from app import hands, secret
from app.demo_transfers import PLACE
from app.extensions import db
from app.security.actor import DEMO
from app.workflow.steps import advance
from models import (
    Case,
    CaseState,
    Difficulty,
    Escalation,
    EscalationState,
    PolicyIssue,
    ReportState,
    Station,
    Superior,
    SuperiorAssignment,
    SuperiorKind,
    Urgency,
    UrgentReport,
)

SUMMARY = "多次协调未果，涉及几个部门，站里没有权限处理。"


def load(today: date) -> int:
    """Add them, once, when their station is there, flushed; how many were added."""
    station = db.session.scalars(select(Station).where(Station.division_code == PLACE)).one_or_none()
    if station is None or db.session.scalars(select(SuperiorAssignment.id).limit(1)).first() is not None:
        return 0
    at = {"station_id": station.id}
    given = SuperiorAssignment(
        **at, kind=SuperiorKind.PASSED, document_no="鹿妇信〔2026〕12 号", from_whom="鹿城区妇联",
        arrived_on=today - timedelta(days=3), subject="来信反映婚内财产被转移，请核实答复",
    )  # fmt: skip
    hands.add(given, DEMO, today)
    urgent = UrgentReport(
        **at, urgency=Urgency.GROUP, to_level=Superior.COUNTY, subject="十二人集体来访反映欠薪", people=12,
        report="上午九时十二名女工到站反映欠薪，已安排接待，情绪平稳。",
    )  # fmt: skip
    hands.add(urgent, DEMO, today)
    advance(urgent, ReportState.SIGNED, DEMO, today)
    issue = PolicyIssue(
        **at, to_level=Superior.CITY, subject="外嫁女的集体经济组织成员资格", law="农村集体经济组织法",
        analysis="一些村规民约与法律不一致，维权站调解没有依据。", proposal="请统一清理村规民约。",
    )  # fmt: skip
    hands.add(issue, DEMO, today)
    return 3 + _escalate(today)


def _escalate(today: date) -> int:
    """A case of the place that turned out to be a hard one, if there is one that runs."""
    mine = (Case.township_code == PLACE, Case.state.in_((CaseState.ACCEPTED, CaseState.HANDLING)))
    case = db.session.scalars(select(Case).where(*mine).order_by(Case.id).limit(1)).one_or_none()
    if case is None:
        return 0

    def adjust(row: Case) -> None:
        row.difficulty, row.state_reason = Difficulty.HARD, "多部门协调未果"

    advance(case, case.state, DEMO, today, adjust)
    row = Escalation(case_id=case.id, to_level=Superior.COUNTY, asked="请协调有关部门", has_name=True)
    row.has_phone = row.has_address = False
    secret.put(row, "summary", SUMMARY)
    hands.add(row, DEMO, today)
    advance(row, EscalationState.SIGNED, DEMO, today)
    advance(row, EscalationState.TRACKING, DEMO, today, lambda one: setattr(one, "note", "已约有关部门会商。"))
    return 1
