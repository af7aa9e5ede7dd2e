"""The steps of 转办 and 交办 (F16): the centre signs, assigns and passes back; a unit signs and feeds back; 退回."""

from dataclasses import replace

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app import attachments, danger
from app.errors import DomainError
from app.scope import acting_as
from app.workflow import endings
from app.workflow.hands import REASON, close, enter, returning, session_of, sign, state_of
from app.workflow.steps import Kind, Moment, Need, Step, Workflow, advance, declare, filled
from models import Assignment, AssignmentState, MemberUnit, Transfer, TransferState
from models.assignment import OPEN as UNIT_OPEN

FOLLOWS = "follow"  # a verb that no role can hold: what one row's step brings about in another


# ---- 转办


def _open_units(transfer: Transfer) -> list[str]:
    asked = select(MemberUnit.name).join(Assignment, Assignment.unit_id == MemberUnit.id)
    mine = (Assignment.transfer_id == transfer.id, Assignment.state.in_(UNIT_OPEN))
    return list(session_of(transfer).scalars(asked.where(*mine).order_by(Assignment.id)))


def _is_assigned(transfer: Transfer) -> bool:
    mine = select(func.count(Assignment.id)).where(Assignment.transfer_id == transfer.id)
    return bool(session_of(transfer).scalar(mine))


UNITS_DONE = Need(
    "",
    lambda row: _("还有交办没有办结：%(units)s", units="、".join(_open_units(row))),
    lambda row: not _open_units(row),
)


TRANSFER_STEPS = (
    Step(TransferState.SENT, TransferState.SIGNED, _l("签收"), change=sign),
    Step(
        TransferState.SIGNED, TransferState.ASSIGNED, _l("分流交办"),
        needs=(Need("", _l("还没有交办单"), _is_assigned),),
    ),
    Step(
        TransferState.SIGNED, TransferState.HANDLING, _l("由综治中心办理（调解）"), kind=Kind.ADJUST,
        needs=(Need("", danger.NO_MEDIATION_HERE, danger.may_be_mediated),),
    ),
    Step(TransferState.ASSIGNED, TransferState.HANDLING, _l("开始办理"), verb=FOLLOWS),
    Step(
        TransferState.HANDLING, TransferState.ANSWERED, _l("反馈维权站"), ("feedback",),
        (filled("feedback", _l("缺少反馈内容")), UNITS_DONE), close,
    ),
    *(returning(state, TransferState.RETURNED, UNITS_DONE) for state in Transfer.__open__),
)  # fmt: skip


TRANSFERS = declare(
    Workflow(
        Transfer, TransferState, TransferState.SENT, state_of, enter,
        frozenset({"state", "signed_on", "signed_by", "feedback", "state_reason", "closed_on"}), TRANSFER_STEPS,
    )
)  # fmt: skip


def _withdraw(transfer: Transfer, moment: Moment) -> None:
    """With a transfer its assignments go back, also those that the station cannot write to."""
    with acting_as(replace(moment.actor, is_system=True)):
        asked = select(Assignment).where(Assignment.transfer_id == transfer.id, Assignment.state.in_(UNIT_OPEN))
        for row in session_of(transfer).scalars(asked.order_by(Assignment.id)).all():
            advance(row, AssignmentState.WITHDRAWN, replace(moment.actor, is_system=True), moment.today)


endings.AFTER[Transfer.__name__] = _withdraw


# ---- 交办


def _for_unit(row: Assignment, moment: Moment) -> None:
    """Whoever writes down what a unit says on paper (代录) hangs the scanned sheet on it first."""
    if moment.actor.is_system or row.unit_id in moment.actor.units("handle", Assignment.__name__):
        return
    if not attachments.of(row):
        raise DomainError(_("代单位签收、反馈或退回的，请先上传单位签字的扫描件。"))
    row.is_proxy_entry = True


def _sign_for_unit(row: Assignment, moment: Moment) -> None:
    _for_unit(row, moment)
    row.signed_by = moment.actor.name


def _begin(row: Assignment, moment: Moment) -> None:
    """The first unit that signs brings its transfer to 办理中; an officer may not write to the transfer himself."""
    with acting_as(replace(moment.actor, is_system=True)):
        transfer = session_of(row).get(Transfer, row.transfer_id)
        if transfer is not None and transfer.state is TransferState.ASSIGNED:
            advance(transfer, TransferState.HANDLING, replace(moment.actor, is_system=True), moment.today)


def _is_after_signing(row: Assignment) -> bool:
    return row.fed_back_on is None or row.signed_on is None or row.fed_back_on >= row.signed_on


def _is_after_assigning(row: Assignment) -> bool:
    return row.signed_on is None or row.signed_on >= row.assigned_on


ASSIGNMENT_STEPS = (
    Step(
        AssignmentState.SENT, AssignmentState.HANDLING, _l("签收"), ("signed_on",),
        (
            filled("signed_on", _l("缺少签收日期")),
            Need("signed_on", _l("签收日期不能早于交办日期"), _is_after_assigning),
        ),
        _sign_for_unit, after=_begin,
    ),
    Step(
        AssignmentState.HANDLING, AssignmentState.ANSWERED, _l("反馈"), ("feedback", "fed_back_on"),
        (
            filled("feedback", _l("缺少反馈内容")),
            filled("fed_back_on", _l("缺少反馈日期")),
            Need("fed_back_on", _l("反馈日期不能早于签收日期"), _is_after_signing),
        ),
        _for_unit,
    ),
    *(
        Step(state, AssignmentState.RETURNED, _l("退回"), ("state_reason",), (REASON,), _for_unit, Kind.END)
        for state in UNIT_OPEN
    ),
    *(Step(state, AssignmentState.WITHDRAWN, _l("撤回"), kind=Kind.END, verb=FOLLOWS) for state in UNIT_OPEN),
)  # fmt: skip
ASSIGNMENTS = declare(
    Workflow(
        Assignment, AssignmentState, AssignmentState.SENT, state_of, enter,
        frozenset(
            {"state", "signed_on", "signed_by", "feedback", "fed_back_on", "is_proxy_entry", "state_reason"}
        ),
        ASSIGNMENT_STEPS,
    )
)  # fmt: skip
