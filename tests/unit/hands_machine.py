"""The random walks of tests.unit.case_machine, with hands: no case ends over one that it waits for (F13, F16–F21).

How hands go on, and in which states a case waits for them, stands here by hand.
"""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule
from sqlalchemy import func, select

import models
from app import secret
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.hands import HandInterface
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.endings import Standing
from app.workflow.steps import advance
from models import Case, Superior, SuperiorKind, Transfer, TransferReason, Urgency
from tests.security.attacks import person
from tests.unit import case_rules as rules
from tests.unit.case_machine import ANY, TODAY, WHICH, WHO, CaseMachine, Known, may

# Of each hand: its states in their order, what a step there brings, and in how many of them its case waits.
LINES: dict[str, tuple[str, ...]] = {
    "Transfer": ("SENT", "SIGNED", "HANDLING", "ANSWERED"),
    "SuperiorAssignment": ("SENT", "HANDLING", "ANSWERED", "FED_BACK", "NOTED"),
    "UrgentReport": ("SENT", "SIGNED", "FINAL", "CLOSED"),
    "PolicyIssue": ("SENT", "SIGNED", "ANSWERED", "NOTED"),
}
WAITS = {"Transfer": 3, "SuperiorAssignment": 3, "UrgentReport": 2, "PolicyIssue": 1}
BRINGS: dict[tuple[str, str], dict[str, Any]] = {
    ("Transfer", "ANSWERED"): {"feedback": "已经调解"},
    ("SuperiorAssignment", "ANSWERED"): {"answered_on": TODAY},
    ("SuperiorAssignment", "FED_BACK"): {"fed_back_on": TODAY, "feedback": "已经办结"},
    ("UrgentReport", "FINAL"): {"report": "平息", "people": 9},
    ("PolicyIssue", "ANSWERED"): {"reply": "已经采纳"},
}
SECRET = ("feedback",)
STILL_OPEN = "还没有办结的"
UNITS = ("center", "unit_officer")  # who receives, and reads no case


@dataclass
class HandOf:
    """What is known of one hand."""

    case: Known
    kind: str
    key: int
    at: int = 0
    ended: bool = False

    @property
    def is_waited_for(self) -> bool:
        return not self.ended and self.at < WAITS[self.kind]


def new(kind: str, case: Known) -> Any:
    """One more of that kind, as its form would bring it."""
    if kind == "Transfer":
        row = Transfer(case_id=case.key, why=TransferReason.MAJOR, asked="请办")
        row.has_name = row.has_phone = row.has_address = False
        secret.put(row, "summary", "情况")
        return row
    said: dict[str, Any] = {
        "SuperiorAssignment": {
            "kind": SuperiorKind.PASSED, "document_no": "1号", "from_whom": "市妇联",
            "arrived_on": TODAY, "subject": "请核实",
        },
        "UrgentReport": {
            "urgency": Urgency.GROUP, "to_level": Superior.COUNTY, "subject": "来访", "people": 9, "report": "来访",
        },
        "PolicyIssue": {
            "to_level": Superior.COUNTY, "subject": "土地", "law": "承包法", "analysis": "不一致", "proposal": "清理",
        },
    }[kind]  # fmt: skip
    return getattr(models, kind)(case_id=case.key, **said)


class HandsMachine(CaseMachine):
    def __init__(self) -> None:
        super().__init__()
        self.hands: list[HandOf] = []

    def held_up(self, case: Known) -> set[str]:
        return {STILL_OPEN} if any(hand.case is case and hand.is_waited_for for hand in self.hands) else set()

    @rule(who=WHO, which=WHICH, kind=st.sampled_from(sorted(LINES)))
    def hand_over(self, who: str, which: int, kind: str) -> None:
        case, keys = self.case(which), []
        wanted: Any = None
        if not may(who, "handle", case.place):
            wanted = OutOfScope
        elif case.ended or case.state not in rules.RUNNING:
            wanted = DomainError

        def add(_row: Any) -> None:
            row = new(kind, case)
            HandInterface(type(row)).add(row)
            keys.append(row.id)

        if self.tried(who, None, add, wanted):
            at = 1 if kind == "SuperiorAssignment" and self.is_at_work(kind, keys[0]) else 0
            self.hands.append(HandOf(case, kind, keys[0], at))
        self.look(case)

    @rule(which=ANY)
    def hand_goes_on(self, which: int) -> None:
        """By whoever has to; that it is nobody else is what the attacks ask."""
        hand = self.hand(which)
        if hand is None or hand.ended or hand.at + 1 == len(LINES[hand.kind]):
            return
        to = LINES[hand.kind][hand.at + 1]

        def fill(row: Any) -> None:
            for name, value in BRINGS.get((hand.kind, to), {}).items():
                secret.put(row, name, value) if name in SECRET else setattr(row, name, value)

        self.moved(hand, lambda row: advance(row, type(row).state.type.enum_class[to], SETUP, TODAY, fill))
        hand.at += 1
        self.look(hand.case)

    @rule(which=ANY)
    def hand_taken_back(self, which: int) -> None:
        hand = self.hand(which)
        if hand is None or hand.ended or LINES[hand.kind][hand.at] != "SENT":
            return

        def fill(row: Any) -> None:
            row.ended_on, row.ended_reason = TODAY, "不用了"

        self.moved(hand, lambda row: advance(row, Standing.ENDED, SETUP, TODAY, fill))
        hand.ended = True
        self.look(hand.case)

    def hand(self, which: int) -> HandOf | None:
        return self.hands[which % len(self.hands)] if self.hands else None

    def moved(self, hand: HandOf, step: Any) -> None:
        type(self).counted += 1
        with acting_as(SETUP):
            step(db.session.get(getattr(models, hand.kind), hand.key))
            db.session.commit()
        db.session.remove()

    def is_at_work(self, kind: str, key: int) -> bool:
        """What a station registers for itself, from paper, has reached it."""
        with acting_as(SETUP):
            row = db.session.get(getattr(models, kind), key)
            found = row is not None and row.by_code == row.division_code
        db.session.remove()
        return found

    def look(self, case: Known) -> None:
        super().look(case)
        for username in UNITS:
            with acting_as(person(username)):
                assert db.session.scalar(select(func.count(Case.id))) == 0, f"{username} sees a case"
            db.session.remove()
        if case.ended or case.state in ("CLOSED", "VISITED", *rules.GONE):
            assert not self.held_up(case), "it ended over a hand"
