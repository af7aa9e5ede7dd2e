"""The steps between a station and its superior: 上级转办、交办 (F17), 疑难转报 (F19), 紧急报告 (F20), 政策建议 (F21).

`side=ABOVE`: what the superior does, and no station for him.
"""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import hands
from app.workflow import endings
from app.workflow.hands import REASON, close, enter, returning, session_of, sign, state_of
from app.workflow.steps import Kind, Moment, Need, Step, Workflow, declare, filled
from models import (
    Escalation,
    EscalationNote,
    EscalationState,
    PolicyIssue,
    PolicyState,
    ReportState,
    ReportTurn,
    SuperiorAssignment,
    SuperiorState,
    UrgentPart,
    UrgentReport,
)

ABOVE = "to_code"


def _since_arrival(column: str, sentence: object) -> Need:
    def holds(row: SuperiorAssignment) -> bool:
        day = getattr(row, column)
        return day is None or day >= row.arrived_on

    return Need(column, sentence, holds)


# ---- 上级转办、交办: the station signs, answers the petitioner, feeds back; whoever gave it takes note

ASSIGNED = declare(
    Workflow(
        SuperiorAssignment, SuperiorState, SuperiorState.SENT, state_of, enter,
        frozenset({"state", "signed_on", "signed_by", "answered_on", "fed_back_on", "feedback", "closed_on"}),
        (
            Step(SuperiorState.SENT, SuperiorState.HANDLING, _l("签收"), change=sign),
            Step(
                SuperiorState.HANDLING, SuperiorState.ANSWERED, _l("答复当事人"), ("answered_on",),
                (
                    filled("answered_on", _l("缺少答复当事人日期")),
                    _since_arrival("answered_on", _l("答复当事人日期不能早于来文日期")),
                ),
            ),
            Step(
                SuperiorState.ANSWERED, SuperiorState.FED_BACK, _l("向上级反馈"), ("fed_back_on", "feedback"),
                (
                    filled("fed_back_on", _l("缺少反馈日期")),
                    _since_arrival("fed_back_on", _l("反馈日期不能早于来文日期")),
                    filled("feedback", _l("缺少反馈内容")),
                ),
                close,
            ),
            Step(SuperiorState.FED_BACK, SuperiorState.NOTED, _l("阅知"), side="giver_code"),
        ),
    )
)  # fmt: skip


# ---- 疑难转报: the superior signs, follows and answers; either side writes down how it goes on


def _note(row: Any, moment: Moment) -> None:
    said = {"noted_on": moment.today, "noted_by": moment.actor.name, "text": row.note}
    session_of(row).add(EscalationNote(escalation_id=row.id, **said))


NOTED = (("note",), (filled("note", _l("缺少跟踪情况")),), _note)
TRACKING = EscalationState.TRACKING
ESCALATIONS = declare(
    Workflow(
        Escalation, EscalationState, EscalationState.SENT, state_of, enter,
        frozenset({"state", "signed_on", "signed_by", "note", "reply", "state_reason", "closed_on"}),
        (
            Step(EscalationState.SENT, EscalationState.SIGNED, _l("签收"), change=sign, side=ABOVE),
            Step(EscalationState.SIGNED, TRACKING, _l("跟踪"), *NOTED, side=ABOVE),
            Step(
                TRACKING, EscalationState.ANSWERED, _l("答复"), ("reply",),
                (filled("reply", _l("缺少答复内容")),), close, side=ABOVE,
            ),
            Step(TRACKING, TRACKING, _l("添加跟踪记录"), *NOTED, kind=Kind.ADJUST),
            *(returning(state, EscalationState.RETURNED, side=ABOVE) for state in Escalation.__open__),
        ),
        frozenset({"note"}),
    )
)  # fmt: skip


# ---- 紧急报告: 首报, any 续报, one 终报; the superior signs for each


def _report(row: Any, moment: Moment, turn: ReportTurn) -> None:
    """A part of the report, as it says now."""
    said = {"reported_on": moment.today, "reported_by": moment.actor.name, "text": row.report, "people": row.people}
    session_of(row).add(UrgentPart(urgent_id=row.id, turn=turn, **said))


def _report_again(row: Any, moment: Moment) -> None:
    """续报: the superior has until the next due day to sign."""
    _report(row, moment, ReportTurn.FURTHER)
    row.due_on = hands.due_after(UrgentReport, moment.today)


def _report_last(row: Any, moment: Moment) -> None:
    _report(row, moment, ReportTurn.FINAL)
    row.due_on = hands.due_after(UrgentReport, moment.today)


hands.ADDED[UrgentReport] = lambda row, actor, today: _report(row, Moment(actor, today), ReportTurn.FIRST)


def _sign_parts(row: Any, moment: Moment) -> None:
    sign(row, moment)
    row.due_on = row.due_on or hands.due_after(UrgentReport, moment.today)
    unsigned = select(UrgentPart).where(UrgentPart.urgent_id == row.id, UrgentPart.signed_on.is_(None))
    for part in session_of(row).scalars(unsigned.order_by(UrgentPart.id)).all():
        sign(part, moment)


def _sign_last(row: Any, moment: Moment) -> None:
    _sign_parts(row, moment)
    close(row, moment)


REPORTED = (("report", "people"), (filled("report", _l("缺少报告内容")), filled("people", _l("缺少涉及人数"))))
URGENT = declare(
    Workflow(
        UrgentReport, ReportState, ReportState.SENT, state_of, enter,
        frozenset({"state", "signed_on", "signed_by", "closed_on"}),
        (
            Step(ReportState.SENT, ReportState.SIGNED, _l("签收"), ("due_on",), (), _sign_parts, side=ABOVE),
            *(
                step
                for state in (ReportState.SENT, ReportState.SIGNED)  # what goes on waits for no signature
                for step in (
                    Step(state, ReportState.SENT, _l("续报"), *REPORTED, _report_again),
                    Step(state, ReportState.FINAL, _l("终报"), *REPORTED, _report_last, Kind.END),
                )
            ),
            Step(ReportState.FINAL, ReportState.CLOSED, _l("签收终报"), change=_sign_last, side=ABOVE),
        ),
        frozenset({"due_on", "report"}),
    )
)  # fmt: skip
endings.BEFORE[UrgentReport.__name__].append(
    Need("", _l("上级已经签收的紧急报告不能撤回，请报终报"), lambda row: row.signed_on is None)
)


# ---- 政策建议: the superior signs and answers, the station takes note

POLICY = declare(
    Workflow(
        PolicyIssue, PolicyState, PolicyState.SENT, state_of, enter,
        frozenset({"state", "signed_on", "signed_by", "reply", "state_reason", "closed_on"}),
        (
            Step(PolicyState.SENT, PolicyState.SIGNED, _l("签收"), change=sign, side=ABOVE),
            Step(
                PolicyState.SIGNED, PolicyState.ANSWERED, _l("答复"), ("reply",),
                (filled("reply", _l("缺少答复")),), side=ABOVE,
            ),
            *(
                Step(state, PolicyState.RETURNED, _l("退回"), ("state_reason",), (REASON,), kind=Kind.END, side=ABOVE)
                for state in (PolicyState.SENT, PolicyState.SIGNED)
            ),
            *(
                Step(state, PolicyState.NOTED, _l("阅知"), change=close)
                for state in (PolicyState.ANSWERED, PolicyState.RETURNED)
            ),
        ),
    )
)  # fmt: skip
