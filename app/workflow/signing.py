"""Both sides sign a sheet (2010 opinion, 六(二): 同考评; F41): 妇联 by `approve`, 综治 by `handle`, two persons."""

import enum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from app import assessments
from app.errors import DomainError, OutOfScope
from app.workflow.steps import Kind, Moment, NotAllowed, Step, Workflow, declare
from models import Assessment


class Women(enum.Enum):
    """Whether 妇联 has signed."""

    OPEN = "妇联未签字"
    SIGNED = "妇联已签字"


class Order(enum.Enum):
    """Whether 综治 has signed."""

    OPEN = "综治未签字"
    SIGNED = "综治已签字"


def is_other_signer(row: Any, side: str, user_id: int | None) -> bool:
    """Whether somebody has signed for the other side of a sheet."""
    other = "order" if side == "women" else "women"
    return user_id is not None and getattr(row, f"{other}_signer_id") == user_id


def _check(row: Any, side: str, moment: Moment) -> None:
    """Only a person signs, for one side, and what is filled in; the sheet is held, that nobody changes it meanwhile."""
    session = object_session(row)
    if moment.actor.user_id is None or not isinstance(session, Session):
        raise OutOfScope()
    session.scalars(select(Assessment.id).where(Assessment.id == row.id).with_for_update()).all()
    if is_other_signer(row, side, moment.actor.user_id):
        raise NotAllowed(_("同一个人不能代表两方签字。"))
    if lacking := assessments.unanswered(session, row):
        named = "".join(f"「{label}」" for label in lacking)
        raise DomainError(_("还不能签字：还有 %(n)s 项没有填写：%(lines)s。", n=len(lacking), lines=named))


def _flow(side: str, states: Any, verb: str) -> Workflow:
    by, on, signer = f"{side}_signed_by", f"{side}_signed_on", f"{side}_signer_id"

    def sign(row: Any, moment: Moment) -> None:
        _check(row, side, moment)
        setattr(row, by, moment.actor.name)
        setattr(row, on, moment.today)
        setattr(row, signer, moment.actor.user_id)

    def withdraw(row: Any, _moment: Moment) -> None:
        for name in (by, on, signer):
            setattr(row, name, None)

    def state_of(row: Any) -> enum.Enum:
        found: enum.Enum = states.OPEN if getattr(row, on) is None else states.SIGNED
        return found

    steps = (
        Step(states.OPEN, states.SIGNED, _l("签字"), change=sign, verb=verb),
        Step(states.SIGNED, states.OPEN, _l("撤回签字"), change=withdraw, kind=Kind.BACK, verb=verb),
    )
    held = frozenset({by, on, signer})
    return declare(Workflow(Assessment, states, states.OPEN, state_of, lambda _row, _to: None, held, steps))


FLOWS = {"women": _flow("women", Women, "approve"), "order": _flow("order", Order, "handle")}
