"""The Specs of what goes between a station and its superior; see tests.security.registers. A superior's own steps are
asked about by report_intrusions: here everybody takes those of a station.
"""

from datetime import date
from typing import Any

from app.extensions import db
from app.security.actor import SETUP
from app.security.roles import DIVISION_ADMIN, STAFF, SUPERVISOR
from app.workflow.steps import advance
from models import Model, SuperiorAssignment, SuperiorKind, SuperiorState
from tests.security.spec import TYPED, Spec, key
from tests.security.transfers import STEPPING
from tests.world import TODAY, canary

DUE, DAY = date(2026, 12, 1), date(2026, 3, 8)


def stepped(row: Any, *states: Any) -> Model:
    """The row, stored, after some of its steps."""
    db.session.add(row)
    db.session.flush()
    for state in states:
        advance(row, state, SETUP, TODAY)
    return row


REPORTS = (
    Spec(
        model=SuperiorAssignment,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit handle end export",
            SUPERVISOR: "view",
            STAFF: "view reveal add edit handle end",
        },
        make=lambda code, its_key: stepped(
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
            SuperiorState.HANDLING,
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
)
