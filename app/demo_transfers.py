"""What the demonstration has handed over: one transfer that a unit works on, and the unit that its officer acts for."""

from datetime import date, timedelta

from sqlalchemy import select

from app import hands, secret, transfers
from app.extensions import db
from app.security import users
from app.security.actor import DEMO
from app.workflow.steps import advance
from models import Assignment, AssignmentState, Case, CaseState, MemberUnit, Transfer, TransferReason, TransferState

PLACE, UNIT, OFFICER = "330302006", "公安派出所", "bumen"
SUMMARY = "丈夫酒后动手，女方左臂受伤，已就医；女方希望派出所出具告诫书。"


def load(today: date) -> int:
    """Add the transfer, once, when its case and unit are there, flushed; how many were added."""
    unit = db.session.scalars(
        select(MemberUnit).where(MemberUnit.division_code == PLACE, MemberUnit.name == UNIT)
    ).one_or_none()
    running = (Case.township_code == PLACE, Case.state == CaseState.INVESTIGATING, Case.ended_on.is_(None))
    case = db.session.scalars(select(Case).where(*running).order_by(Case.id).limit(1)).one_or_none()
    if unit is None or case is None or db.session.scalars(select(Transfer.id).limit(1)).first() is not None:
        return 0
    _act_for(unit)
    row = Transfer(
        case_id=case.id, why=TransferReason.DEPARTMENT, asked="请依法处置并反馈结果", has_name=True, has_phone=True,
        sent_on=today - timedelta(days=3),
    )  # fmt: skip
    secret.put(row, "summary", SUMMARY)
    hands.send(row, DEMO, row.sent_on)
    db.session.add(row)
    db.session.flush()
    advance(row, TransferState.SIGNED, DEMO, today - timedelta(days=2))
    asked = Assignment(transfer_id=row.id, unit_id=unit.id, has_name=True, assigned_on=today - timedelta(days=2))
    secret.put(asked, "asked", "请出具告诫书，并告知维权站")
    transfers.assign(asked, DEMO, today)
    advance(asked, AssignmentState.HANDLING, DEMO, today, lambda one: setattr(one, "signed_on", today))
    return 1


def _act_for(unit: MemberUnit) -> None:
    """The officer of the demonstration acts for this unit from now on."""
    account = users.find(OFFICER)
    for scope in account.scopes if account is not None else ():
        if scope.unit_id is None and unit.division_code.startswith(scope.division_code):
            scope.unit_id = unit.id
    db.session.flush()
