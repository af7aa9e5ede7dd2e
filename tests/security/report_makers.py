"""Hands of the case of the town, made by people as the pages make them, and somebody of a county who receives them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from flask import Flask

from app import secret
from app.extensions import db
from app.hands import HandInterface
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.steps import advance
from models import (
    Case,
    CaseActivity,
    Escalation,
    PolicyIssue,
    Superior,
    SuperiorAssignment,
    SuperiorKind,
    SuperiorState,
    Urgency,
    UrgentReport,
    UserScope,
)
from tests.conftest import Browser
from tests.security.attacks import account_id, copied, person
from tests.security.intrusions import in_hand, signed_in
from tests.security.registers import BY_REGISTER
from tests.world import COUNTY, OWN, TODAY

CASE, STATION = BY_REGISTER["Case"].keys[OWN], BY_REGISTER["Station"].keys
WOMAN = {"name": "某女士-QX", "phone": "13955551234", "address": "某巷 55 号-QX", "narrative": "从头说起-QX"}
DONE = "上门了解-QX"  # in the timeline of the case
YESTERDAY = TODAY - timedelta(days=1)
ASSIGNED = {
    "kind": SuperiorKind.PASSED, "document_no": "温妇〔2026〕1号", "from_whom": "市妇联", "arrived_on": YESTERDAY,
    "subject": "请核实",
}  # fmt: skip


def made(app: Flask, username: str, row: Callable[[], Any]) -> int:
    """A hand of the case of the town, made by somebody as the page does it; its key."""
    with app.app_context():
        with acting_as(person(username)):
            new = row()
            HandInterface(type(new)).add(new)
            key: int = new.id
            db.session.commit()
        db.session.remove()
    return key


def assigned(app: Flask, username: str = "town_admin", **columns: Any) -> int:
    return made(app, username, lambda: SuperiorAssignment(station_id=STATION[OWN], **ASSIGNED, **columns))


def handed_down(app: Flask, **columns: Any) -> int:
    """What the county gives the town for its case, signed there."""
    key = assigned(app, "county_admin", case_id=CASE, **columns)
    in_hand(app, "staff", lambda row, who: advance(row, SuperiorState.HANDLING, who, TODAY), SuperiorAssignment, key)
    return key


def whole_case(app: Flask) -> None:
    """The case of the town with a woman, a story and a timeline that tells."""
    with app.app_context(), acting_as(SETUP):
        case = db.session.get_one(Case, CASE)
        case.name = WOMAN["name"]
        for column in ("phone", "address", "narrative"):
            secret.put(case, column, WOMAN[column])
        secret.put(case, "safe_phone", None)
        db.session.add(CaseActivity(case_id=CASE, kind="CALL", happened_on=TODAY, summary=DONE, done_by="某人"))
        db.session.commit()
        db.session.remove()


def receiver(app: Flask, *registers: str, place: str = COUNTY) -> Browser:
    """Somebody of a county who holds everything about these registers, and nothing about cases."""
    verbs = ("view", "reveal", "add", "edit", "handle", "end", "export")
    cells = [(register, f"can_{verb}") for register in registers for verb in verbs if (register, verb) in KNOWN]
    with app.app_context():
        role = copied("3303", "区划管理员", "接收", (*cells, ("Division", "can_view"), ("Station", "can_view")))
        with acting_as(SETUP):
            user = account_id("nowhere")
            db.session.add(UserScope(user_id=user, role_id=role, division_code=place, valid_from=date(2020, 1, 1)))
            db.session.commit()
        db.session.remove()
    return signed_in(app, "nowhere")


KNOWN = {
    (spec.register, verb) for spec in BY_REGISTER.values() for held in spec.rights.values() for verb in held.split()
}


def escalated(app: Flask, username: str = "staff") -> int:
    """The case of the town, a hard one now, at the county."""
    with app.app_context(), db.engine.begin() as connection:
        table = Case.__table__
        connection.execute(table.update().where(table.c.id == CASE).values(difficulty="HARD"))

    def row() -> Escalation:
        new = Escalation(case_id=CASE, to_level=Superior.COUNTY, asked="多部门推诿")
        new.has_name = new.has_phone = new.has_address = False
        secret.put(new, "summary", "情况")
        return new

    return made(app, username, row)


def reported(app: Flask, username: str = "staff") -> int:
    said = {"subject": "集体来访", "people": 9, "report": "九人来访"}
    return made(
        app, username,
        lambda: UrgentReport(case_id=CASE, urgency=Urgency.GROUP, to_level=Superior.COUNTY, **said),
    )  # fmt: skip


def proposed(app: Flask, username: str = "staff") -> int:
    said = {"subject": "土地", "law": "承包法", "analysis": "不一致", "proposal": "清理"}
    return made(app, username, lambda: PolicyIssue(case_id=CASE, to_level=Superior.COUNTY, **said))


BASE = {
    "SuperiorAssignment": "/superiors", "Escalation": "/escalations", "UrgentReport": "/urgents",
    "PolicyIssue": "/policies",
}  # fmt: skip
HANDS: dict[str, Callable[[Flask], int]] = {
    "SuperiorAssignment": handed_down, "Escalation": escalated, "UrgentReport": reported, "PolicyIssue": proposed,
}  # fmt: skip
