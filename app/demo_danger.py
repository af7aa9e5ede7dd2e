"""What the demonstration knows of danger: a case that was assessed as dangerous, a warning with a visit, a report."""

from datetime import date, timedelta

from sqlalchemy import select

from app import danger, secret
from app.danger import OfCase, RiskInterface
from app.demo_transfers import PLACE, SUMMARY, UNIT
from app.extensions import db
from models import (
    Capacity,
    Case,
    CaseState,
    DvOrder,
    DvRiskAssessment,
    DvVisit,
    Finder,
    MandatoryReport,
    Met,
    OrderKind,
    VisitFinding,
)

YES = 4  # of the questions; one of them is a prompt


def load(today: date) -> int:
    """Add them, once, when their case is there, flushed; how many were added."""
    running = (Case.township_code == PLACE, Case.state == CaseState.INVESTIGATING, Case.ended_on.is_(None))
    case = db.session.scalars(select(Case).where(*running).order_by(Case.id).limit(1)).one_or_none()
    if case is None or db.session.scalars(select(DvOrder.id).limit(1)).first() is not None:
        return 0
    sheet = DvRiskAssessment(case_id=case.id, assessed_on=today - timedelta(days=3), assessor="赵工作")
    secret.put(sheet, "narrative", SUMMARY)
    RiskInterface(DvRiskAssessment).add(sheet)
    for n, line in enumerate(list(sheet.answers)):
        danger.answer(sheet, line.item_id, Met.YES if n < YES else Met.NO)
    sheet.police_on, sheet.police_unit = today - timedelta(days=3), UNIT
    order = DvOrder(
        case_id=case.id, kind=OrderKind.WARNING, issued_by=UNIT, document_no="告字〔演示〕1 号",
        issued_on=today - timedelta(days=40),
    )  # fmt: skip
    OfCase(DvOrder).add(order)
    visit = DvVisit(
        order_id=order.id, visited_on=today - timedelta(days=33), visitor="赵工作", finding=VisitFinding.KEPT
    )
    report = MandatoryReport(
        station_id=case.station_id, finder_kind=Finder.SCHOOL, finder="街道小学 班主任", found_on=today, victim="小某",
        capacity=Capacity.LIMITED,
    )  # fmt: skip
    db.session.add_all([visit, report])
    db.session.flush()
    return len([sheet, order, visit, report])
