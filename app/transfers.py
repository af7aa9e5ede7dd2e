"""转办: what leaves a station and a centre, and what waits on either side (F16).

Copies are made when something is sent: whoever receives it reads neither the case nor, as a unit, the transfer.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, select

from app import clock, secret
from app.deadlines import DueInterface
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.hands import PARTS, acting
from app.security.actor import Actor
from app.workflow.steps import advance
from models import Assignment, AssignmentState, MemberUnit, Transfer, TransferState
from models.assignment import OPEN as UNIT_OPEN

RECEIVING = (TransferState.SIGNED, TransferState.ASSIGNED, TransferState.HANDLING)  # more units may be asked


# ---- assigning


def assign(row: Assignment, actor: Actor, today: date) -> None:
    """Add an assignment, flushed, and move its transfer on. Raises OutOfScope unless the actor handles transfers there,
    DomainError with what is wrong.
    """
    asked = select(Transfer).where(Transfer.id == row.transfer_id)
    transfer = db.session.scalars(asked.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if transfer is None or not actor.covers("handle", Transfer.__name__, transfer.place):
        raise OutOfScope()
    if transfer.ended_on is not None or transfer.state not in RECEIVING:
        now = transfer.state.value if transfer.ended_on is None else _("已撤回")
        raise DomainError(_("转办现在是「%(state)s」，不能交办。", state=now), "transfer_id")
    unit = db.session.get(MemberUnit, row.unit_id)
    if unit is None or not transfer.division_code.startswith(unit.division_code):
        raise DomainError(_("只能交办给维权站所在区划或其上级区划的成员单位。"), "unit_id")
    for part in PARTS:
        if getattr(row, f"has_{part}") and not getattr(transfer, f"has_{part}"):
            raise DomainError(_("维权站没有转来这一项。"), f"has_{part}")
    row.station_id, row.assigned_by = transfer.station_id, actor.name
    row.due_on = row.due_on or max(transfer.due_on or today, today)
    secret.put(row, "content", _content(row, transfer))
    db.session.add(row)
    db.session.flush()
    if transfer.state is TransferState.SIGNED:
        advance(transfer, TransferState.ASSIGNED, actor, today)


def _content(row: Assignment, transfer: Transfer) -> str:
    """What the unit is told: the one place where it is put together."""
    told = {"name": transfer.name, **{part: secret.get(transfer, part) for part in PARTS[1:]}}
    ticked = [part for part in PARTS if getattr(row, f"has_{part}")]
    labels = {part: Transfer.__table__.c[part].info["label"] for part in PARTS}
    lines = [
        (_("交办事项"), secret.get(row, "asked")),
        (_("事由"), transfer.subject),
        (_("情况摘要"), secret.get(transfer, "summary")),
        *((labels[part], told[part] or _("（没有登记）")) for part in ticked),
    ]
    return "\n".join(f"{label}：{text}" for label, text in lines)


# ---- the registers


class AssignmentInterface(DueInterface):
    """As any register; a new row takes what is told from its transfer."""

    def add(self, item: Any, commit: bool = False) -> None:
        assign(item, acting(), clock.today())


def units_of(transfer: Transfer) -> Sequence[Assignment]:
    """The assignments of a transfer that the viewer sees, in order."""
    asked = select(Assignment).where(Assignment.transfer_id == transfer.id)
    return db.session.scalars(asked.order_by(Assignment.id)).all()


# ---- what waits (app.todos)


def _of_transfer() -> ColumnElement[bool]:
    return Assignment.transfer_id == Transfer.id


def to_pass_back() -> ColumnElement[bool]:
    """The transfers whose units are all done: the centre goes on."""
    mine = exists(select(Assignment.id).where(_of_transfer()).correlate(Transfer))
    open_ = exists(select(Assignment.id).where(_of_transfer(), Assignment.state.in_(UNIT_OPEN)).correlate(Transfer))
    return and_(Transfer.state.in_((TransferState.ASSIGNED, TransferState.HANDLING)), mine, ~open_)


def waits_for_unit(state: AssignmentState, actor: Actor) -> ColumnElement[bool]:
    """The assignments of the actor's units that stand there."""
    return (Assignment.state == state) & Assignment.unit_id.in_(sorted(actor.units("handle", Assignment.__name__)))
