"""The hands of a case: what it waits for before it ends, and what the steps of all hands have in common (F16–F21)."""

import enum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session, object_session

from app.workflow import endings
from app.workflow.steps import Kind, Moment, Need, Step, filled
from models import Case, Escalation, PolicyIssue, SuperiorAssignment, Transfer, UrgentReport

# What a case waits for, whichever way it ends: the model of one more hand is one line.
HANDS: tuple[Any, ...] = (Transfer, SuperiorAssignment, Escalation, UrgentReport, PolicyIssue)


def session_of(row: Any) -> Session:
    """The session that a row is of. Raises TypeError for a row of none."""
    session = object_session(row)
    if session is None:
        raise TypeError("Only a row of a session moves.")
    return session


def waiting_of(case: Case) -> list[tuple[str, str]]:
    """(what it is called, number) of the open hands of a case, whoever sees them: it does not end over them."""
    asked = (
        select(literal(n).label("hand"), hand.id.label("key"), hand.number).where(
            hand.case_id == case.id, hand.holds_up()
        )
        for n, hand in enumerate(HANDS)
    )
    found = session_of(case).connection().execute(union_all(*asked).order_by("hand", "key"))
    return [(str(HANDS[n].__label__), number) for n, _key, number in found]


def still_waiting(case: Case) -> str:
    """Which hands a case waits for, in a sentence."""
    found: dict[str, list[str]] = {}
    for label, number in waiting_of(case):
        found.setdefault(label, []).append(number)
    listed = "、".join(f"{label}（{'、'.join(numbers)}）" for label, numbers in found.items())
    return _("还没有办结的：%(hands)s，请等办结，或者先撤回、作废", hands=listed)


# ---- what their steps share


def state_of(row: Any) -> enum.Enum:
    """Where it stands; a row that is not stored yet, at the beginning."""
    found: enum.Enum = row.state or type(row).state.type.enum_class.SENT
    return found


def enter(row: Any, to: enum.Enum) -> None:
    row.state = to


def sign(row: Any, moment: Moment) -> None:
    row.signed_on, row.signed_by = moment.today, moment.actor.name


def close(row: Any, moment: Moment) -> None:
    row.closed_on = moment.today


REASON = filled("state_reason", _l("缺少原因"))


def returning(start: enum.Enum, to: enum.Enum, *needs: Need, side: str = "") -> Step:
    """退回, with a reason."""
    return Step(start, to, _l("退回"), ("state_reason",), (REASON, *needs), close, Kind.END, side=side)


for _hand in HANDS:
    endings.BEFORE[_hand.__name__].append(
        Need("", lambda row: _("已经办结的%(hand)s不能%(ending)s", hand=row.__label__, ending=row.__ending__),
             lambda row: row.state in row.__open__)
    )  # fmt: skip
