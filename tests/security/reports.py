"""The Specs of what goes between a station and its superior; see tests.security.registers. A superior's own steps are
asked about by report_intrusions: here everybody takes those of a station.
"""

from datetime import date
from typing import Any

from sqlalchemy import update

from app import secret
from app.extensions import db
from app.security.roles import DIVISION_ADMIN, STAFF, SUPERVISOR
from models import (
    Escalation,
    EscalationNote,
    EscalationState,
    Model,
    PolicyIssue,
    PolicyState,
    ReportTurn,
    SuperiorAssignment,
    SuperiorKind,
    SuperiorState,
    Urgency,
    UrgentPart,
    UrgentReport,
)
from tests.security.spec import TYPED, Child, Spec, key
from tests.security.transfers import STEPPING, over
from tests.world import TODAY, canary

DUE, DAY = date(2026, 12, 1), date(2026, 3, 8)


SIGNED = {"signed_on": TODAY, "signed_by": "签收的人"}


def standing(row: Any, **columns: Any) -> Model:
    """The row, stored, as it stands after some steps of both sides."""
    db.session.add(row)
    db.session.flush()
    if not columns:
        return row
    table = type(row).__table__
    db.session.connection().execute(update(table).where(table.c.id == row.id).values(**columns))
    db.session.expire(row)
    return row


def escalation(code: str, its_key: int) -> Model:
    """The escalation of a place, which its superior follows, of a case that has ended (see transfers.transfer)."""
    over(code, its_key)
    row = Escalation(
        id=its_key,
        case_id=its_key,
        station_id=key("Station", code),
        to_code=code[:6],
        asked=canary("HARD", code),
        subject=canary("HARDCASE", code),
        name=canary("HARDWOMAN", code),
        has_name=True,
        has_phone=True,
        has_address=True,
        sent_by=canary("ESCALATOR", code),
        due_on=DUE,
    )
    secret.put(row, "summary", TYPED["narrative"])
    return standing(row, state=EscalationState.TRACKING, note="已签", **SIGNED)


REPORTS = (
    Spec(
        model=SuperiorAssignment,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit handle end export",
            SUPERVISOR: "view",
            STAFF: "view reveal add edit handle end",
        },
        make=lambda code, its_key: standing(
            SuperiorAssignment(
                id=its_key,
                station_id=key("Station", code),
                by_code=code,
                kind=SuperiorKind.PASSED,
                document_no=canary("PAPER", code),
                from_whom=canary("ABOVE", code),
                subject=canary("HANDEDDOWN", code),
                arrived_on=DAY,
                due_on=DUE,
            ),
            state=SuperiorState.HANDLING,
            **SIGNED,
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "kind": "ASSIGNED",
            "document_no": "温妇〔2026〕9号",
            "from_whom": "市妇联",
            "arrived_on": "2026-11-20",
            "subject": "请调查",
            "content": TYPED["narrative"],
        },
        canaries={"PAPER": "document_no", "ABOVE": "from_whom", "HANDEDDOWN": "subject"},
        secrets={"content": "narrative"},
        routes=STEPPING,
        paths={"advance": "ANSWERED", "draft_step": "to-ANSWERED", "discard_step": "to-ANSWERED"},
        posting={
            "advance": lambda _code: [{"answered_on": "2026-11-24"}],
            "draft_step": lambda _code: [{"answered_on": "2026-11-24"}],
        },
        held=dict.fromkeys(("state", "answered_on"), "handle"),
    ),
    Spec(
        model=Escalation,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit handle end export",
            SUPERVISOR: "view",
            STAFF: "view reveal add edit handle end",
        },
        make=escalation,
        form=lambda code: {
            "case_id": str(key("Case", code)),
            "to_level": "CITY",
            "asked": "多部门推诿",
            "summary": TYPED["narrative"],
            "has_name": "y",
            "due_on": "2026-12-10",
        },
        canaries={
            "HARD": "asked",
            "HARDCASE": "subject",
            "HARDWOMAN": "name",
            "ESCALATOR": "sent_by",
        },
        secrets={"summary": "narrative", "phone": "phone", "address": "address"},
        records=(
            Child(
                model=EscalationNote,
                parent="escalation_id",
                name="notes",
                make=lambda code, parent, its_key: EscalationNote(
                    id=its_key,
                    escalation_id=parent,
                    noted_on=DAY,
                    noted_by=canary("NOTER", code),
                    text=canary("FOLLOWED", code),
                ),
                canaries={"NOTER": "noted_by", "FOLLOWED": "text"},
                verbs={"add": "handle"},
            ),
        ),
        routes=STEPPING,
        paths={"advance": "TRACKING", "draft_step": "to-TRACKING", "discard_step": "to-TRACKING"},
        posting={
            "advance": lambda _code: [{"note": "已会商"}],
            "draft_step": lambda _code: [{"note": "已会商"}],
        },
        held={"note": "handle"},
    ),
    Spec(
        model=UrgentReport,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit handle end export",
            SUPERVISOR: "view export",
            STAFF: "view add edit handle end",
        },
        make=lambda code, its_key: standing(
            UrgentReport(
                id=its_key,
                station_id=key("Station", code),
                to_code=code[:6],
                urgency=Urgency.GROUP,
                subject=canary("CROWD", code),
                people=12,
                report=canary("REPORTED", code),
                sent_by=canary("REPORTER", code),
                due_on=DUE,
            ),
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "urgency": "MAJOR",
            "to_level": "CITY",
            "body": "COORDINATION",
            "subject": "集体来访",
            "people": "9",
            "report": "九人来访，已接待",
        },
        canaries={"CROWD": "subject", "REPORTED": "report", "REPORTER": "sent_by"},
        records=(
            Child(
                model=UrgentPart,
                parent="urgent_id",
                name="parts",
                make=lambda code, parent, its_key: UrgentPart(
                    id=its_key,
                    urgent_id=parent,
                    turn=ReportTurn.FIRST,
                    reported_on=DAY,
                    reported_by=canary("PARTBY", code),
                    text=canary("PART", code),
                    people=12,
                    signed_on=DAY,
                    signed_by=canary("PARTSIGNER", code),
                ),
                canaries={"PARTBY": "reported_by", "PART": "text", "PARTSIGNER": "signed_by"},
                verbs={"add": "handle", "edit": "handle"},
            ),
        ),
        routes=STEPPING,
        paths={"advance": "SENT", "draft_step": "to-SENT", "discard_step": "to-SENT"},
        posting={
            "advance": lambda _code: [{"report": "又来三人", "people": "15"}],
            "draft_step": lambda _code: [{"report": "又来三人"}],
        },
        held=dict.fromkeys(("state", "report", "people", "due_on"), "handle"),
    ),
    Spec(
        model=PolicyIssue,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit handle end export",
            SUPERVISOR: "view export",
            STAFF: "view add edit handle end",
        },
        make=lambda code, its_key: standing(
            PolicyIssue(
                id=its_key,
                station_id=key("Station", code),
                to_code=code[:6],
                subject=canary("POLICY", code),
                law=canary("LAW", code),
                analysis=canary("WANTING", code),
                proposal=canary("PROPOSAL", code),
                due_on=DUE,
            ),
            state=PolicyState.ANSWERED,
            reply="已转市里",
            **SIGNED,
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "to_level": "CITY",
            "body": "WOMEN",
            "subject": "外嫁女的土地权益",
            "law": "农村土地承包法",
            "analysis": "村规民约与法律不一致",
            "proposal": "请统一清理",
        },
        canaries={"POLICY": "subject", "LAW": "law", "WANTING": "analysis", "PROPOSAL": "proposal"},
        routes=STEPPING,
        paths={"advance": "NOTED", "draft_step": "to-NOTED", "discard_step": "to-NOTED"},
        posting={"advance": lambda _code: [{}], "draft_step": lambda _code: [{}]},
        held={"state": "handle"},
    ),
)
