"""What may happen to a case, by hand: from the opinion (三(二)) and F13, never from the table of the product.

States and columns stand here by the names that the database holds.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from app import secret
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from app.workflow.steps import advance
from models import (
    ActivityKind,
    AnswerWay,
    Case,
    CaseActivity,
    CaseState,
    Difficulty,
    RightsCategory,
    VisitResult,
    VisitWay,
)
from tests import records, world

RUNNING = ("APPLIED", "ACCEPTED", "INVESTIGATING", "HANDLING")
GONE = ("REFUSED", "WITHDRAWN", "LOST", "MERGED")
STATES = (*RUNNING, "CLOSED", "VISITED", *GONE)
# What is said when something is missing, and where it is mended.
SENTENCES = {
    "difficulty": "缺少难易程度",
    "handler": "缺少承办人",
    "accepted_on": "缺少受理日期",
    "category": "缺少权益类别",
    "answer": "缺少答复内容",
    "answer_way": "缺少答复方式",
    "answered_on": "缺少答复日期",
    "visited_on": "缺少回访日期",
    "visit_result": "缺少回访结果",
    "visit_way": "缺少回访方式",
    "state_reason": "缺少原因",
    "merged_into_id": "缺少并入的案件",
}
NOT_INVESTIGATED = "缺少调查记录"
NO_SUCH_CASE = "并入的应是另一件有效的案件"
IS_A_TARGET = "有别的案件并入了这一件"
ACCEPTING = ("difficulty", "handler", "accepted_on", "category")
ADJUSTING = ("difficulty", "handler", "state_reason")
CLOSING = ("answer", "answer_way", "answered_on")
VISITING = ("visited_on", "visit_result", "visit_way")
BECAUSE = ("state_reason",)


@dataclass(frozen=True)
class Rule:
    """One step: what its form has to bring."""

    fields: tuple[str, ...] = ()


LEGAL: dict[tuple[str, str], Rule] = {
    ("APPLIED", "ACCEPTED"): Rule(ACCEPTING),
    ("ACCEPTED", "INVESTIGATING"): Rule(),
    ("INVESTIGATING", "HANDLING"): Rule(),
    ("HANDLING", "CLOSED"): Rule(CLOSING),
    ("CLOSED", "VISITED"): Rule(VISITING),
    ("ACCEPTED", "APPLIED"): Rule(BECAUSE),
    ("INVESTIGATING", "ACCEPTED"): Rule(BECAUSE),
    ("HANDLING", "INVESTIGATING"): Rule(BECAUSE),
    ("CLOSED", "HANDLING"): Rule(BECAUSE),
    ("VISITED", "HANDLING"): Rule(BECAUSE),
    ("APPLIED", "REFUSED"): Rule(BECAUSE),
    **{(state, state): Rule(ADJUSTING) for state in ("ACCEPTED", "INVESTIGATING", "HANDLING")},
    **{(state, to): Rule(BECAUSE) for state in RUNNING for to in ("WITHDRAWN", "LOST")},
    **{(state, "MERGED"): Rule((*BECAUSE, "merged_into_id")) for state in RUNNING},
    **{(state, "APPLIED"): Rule(BECAUSE) for state in GONE},
}


def ways(state: str) -> list[str]:
    """Where the steps from a state lead; straight on comes first."""
    return [to for start, to in LEGAL if start == state]


# What a state cannot be without, in the database.
FACTS = {
    **dict.fromkeys(("ACCEPTED", "INVESTIGATING", "HANDLING"), ("difficulty", "handler", "accepted_on")),
    "CLOSED": ("difficulty", "handler", "accepted_on", *CLOSING, "closed_on"),
    "VISITED": ("difficulty", "handler", "accepted_on", *CLOSING, "closed_on", "visited_on", "visit_result"),
    **dict.fromkeys(("REFUSED", "WITHDRAWN", "LOST"), BECAUSE),
    "MERGED": (*BECAUSE, "merged_into_id"),
}
# The shortest way to each state.
WAYS = {
    "APPLIED": (),
    "ACCEPTED": ("ACCEPTED",),
    "INVESTIGATING": ("ACCEPTED", "INVESTIGATING"),
    "HANDLING": ("ACCEPTED", "INVESTIGATING", "HANDLING"),
    "CLOSED": ("ACCEPTED", "INVESTIGATING", "HANDLING", "CLOSED"),
    "VISITED": ("ACCEPTED", "INVESTIGATING", "HANDLING", "CLOSED", "VISITED"),
    **{state: (state,) for state in GONE},
}


def sample(today: date) -> dict[str, Any]:
    """What is typed into the fields of the steps."""
    return {
        "difficulty": Difficulty.ORDINARY,
        "handler": "丙",
        "accepted_on": today,
        "category": RightsCategory.FAMILY,
        "answer": "已经调解",
        "answer_way": AnswerWay.CALL,
        "answered_on": today,
        "visited_on": today,
        "visit_result": VisitResult.SATISFIED,
        "visit_way": VisitWay.HOME,
        "state_reason": "当事人要求",
    }


def put(row: Any, values: dict[str, Any]) -> None:
    """Write what a form of a step brought, as its view does."""
    for name, value in values.items():
        if name == "answer":
            secret.put(row, name, value)
        else:
            setattr(row, name, value)


def move(row: Case, to: str, actor: Actor, today: date = world.TODAY, **changes: Any) -> None:
    """One step with all that its form asks for; what is given as None is left out."""
    asked = LEGAL.get((row.state.name, to), Rule()).fields
    values = {name: value for name, value in (sample(today) | changes).items() if name in asked and value is not None}
    advance(row, CaseState[to], actor, today, lambda case: put(case, values))


def investigated(key: int, today: date = world.TODAY) -> CaseActivity:
    """A record of an investigation in the case, not yet in a session."""
    kind = ActivityKind.INVESTIGATION
    return CaseActivity(case_id=key, kind=kind, happened_on=today, summary="到村里了解", done_by="丙")


def case_in(state: str, code: str = world.OWN, **columns: Any) -> int:
    """A new case that went the shortest way to a state, committed; one that is merged went into another new one."""
    key = records.case(code, **columns)
    into = records.case(code, "并入的") if state == "MERGED" else None
    with acting_as(SETUP):
        row = db.session.get(Case, key)
        assert row is not None
        for to in WAYS[state]:
            if to == "HANDLING":
                db.session.add(investigated(key))
            move(row, to, SETUP, merged_into_id=into)
        db.session.commit()
    db.session.remove()
    return key


def got(key: int) -> Case:
    """The case, for whoever acts."""
    row = db.session.get(Case, key)
    assert row is not None
    return row


def stored(key: int) -> dict[str, Any]:
    """Every column of the case as the database has it."""
    db.session.rollback()
    with db.engine.connect() as connection:
        return dict(connection.execute(select(Case.__table__).where(Case.__table__.c.id == key)).mappings().one())
