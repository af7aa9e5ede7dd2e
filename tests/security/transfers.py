"""The Specs of 转办 and 交办; see tests.security.registers. What an officer gets, transfer_intrusions asks."""

from datetime import date

from sqlalchemy import update

from app import secret
from app.extensions import db
from app.security.actor import SETUP
from app.security.roles import CENTER, DIVISION_ADMIN, STAFF, SUPERVISOR
from app.workflow.steps import advance
from models import Assignment, Case, Channel, Model, RightsCategory, Transfer, TransferReason, TransferState
from tests.security.spec import TYPED, Spec, key
from tests.world import TODAY, canary

DUE = date(2026, 12, 1)
STEPPING = {"advance": "handle", "draft_step": "handle", "discard_step": "handle"}


def over(code: str, its_key: int) -> None:
    """A case under the same key that has ended (作废), so that those of the register itself can be closed, and lists
    and numbers do not count it.
    """
    case = Case(
        id=its_key,
        station_id=key("Station", code),
        channel=Channel.LETTER,
        received_on=date(2025, 3, 8),
        name="转出的人",
        subject="转出的事",
        category=RightsCategory.FAMILY,
        receiver="接待人",
    )
    db.session.add(case)
    db.session.flush()
    ended = update(Case.__table__).where(Case.__table__.c.id == its_key)
    db.session.connection().execute(ended.values(ended_on=date(2025, 3, 9), ended_reason="重复登记"))
    db.session.expire(case)


def transfer(code: str, its_key: int) -> Model:
    """The transfer of a place, and what it is of."""
    over(code, its_key)
    row = Transfer(
        id=its_key,
        case_id=its_key,
        station_id=key("Station", code),
        why=TransferReason.DEPARTMENT,
        asked=canary("REQUEST", code),
        subject=canary("HANDED", code),
        has_name=True,
        has_phone=True,
        has_address=True,
        name=canary("WOMAN", code),
        sent_by=canary("SENDER", code),
        due_on=DUE,
    )
    secret.put(row, "summary", TYPED["narrative"])
    db.session.add(row)
    db.session.flush()
    advance(row, TransferState.SIGNED, SETUP, TODAY)  # so that units can be asked
    return row


TRANSFERS = (
    Spec(
        model=Transfer,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit handle end export",
            SUPERVISOR: "view",
            STAFF: "view reveal add edit end",
            CENTER: "view reveal handle",
        },
        make=transfer,
        form=lambda code: {
            "case_id": str(key("Case", code)),
            "why": "MAJOR",
            "asked": "请派出所出警",
            "summary": TYPED["narrative"],
            "has_name": "y",
            "due_on": "2026-12-10",
        },
        canaries={"REQUEST": "asked", "HANDED": "subject", "WOMAN": "name", "SENDER": "sent_by"},
        secrets={"summary": "narrative", "phone": "phone", "address": "address"},
        routes=STEPPING,
        paths={"advance": "HANDLING", "draft_step": "to-RETURNED", "discard_step": "to-RETURNED"},
        posting={"advance": lambda _code: [{}], "draft_step": lambda _code: [{"state_reason": "不属于本中心"}]},
        held=dict.fromkeys(("state", "signed_on", "signed_by"), "handle"),
    ),
    Spec(
        model=Assignment,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit handle export",
            SUPERVISOR: "view",
            STAFF: "view reveal edit handle",
            CENTER: "view reveal add edit handle",
        },
        make=lambda code, its_key: Assignment(
            id=its_key,
            transfer_id=key("Transfer", code),
            station_id=key("Station", code),
            unit_id=key("MemberUnit", code),
            assigned_by=canary("ASSIGNER", code),
            due_on=DUE,
        ),
        form=lambda code: {
            "transfer_id": str(key("Transfer", code)),
            "unit_id": str(key("MemberUnit", code[:6])),
            "asked": TYPED["narrative"],
            "due_on": "2026-12-10",
        },
        canaries={"ASSIGNER": "assigned_by"},
        secrets={"asked": "narrative", "content": "narrative"},
        routes=STEPPING,
        paths={"advance": "HANDLING", "draft_step": "to-ANSWERED", "discard_step": "to-ANSWERED"},
        posting={
            "advance": lambda _code: [{"signed_on": "2026-11-24"}],
            "draft_step": lambda _code: [{"feedback": "已出警"}],
        },
        held=dict.fromkeys(("state", "signed_on", "signed_by", "is_proxy_entry"), "handle"),
        file="SCAN",
    ),
)
