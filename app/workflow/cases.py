"""The steps of a case (2010 opinion, 三(二); F13): 申请→受理→调查→处理→结案→回访, the ways back, the other endings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session, object_session

from app import danger, handlers, scope, secret
from app.errors import DomainError
from app.security.actor import Actor
from app.workflow import endings, hands, sealing
from app.workflow.steps import Kind, Moment, Need, Step, Workflow, advance, declare, filled
from models import ActivityKind, AnswerWay, Case, CaseActivity, CaseState, Difficulty, DvRiskAssessment, VisitResult

APPLIED, ACCEPTED, INVESTIGATING = CaseState.APPLIED, CaseState.ACCEPTED, CaseState.INVESTIGATING
HANDLING, CLOSED, VISITED = CaseState.HANDLING, CaseState.CLOSED, CaseState.VISITED
REFUSED, WITHDRAWN, LOST, MERGED = CaseState.REFUSED, CaseState.WITHDRAWN, CaseState.LOST, CaseState.MERGED

ANSWER, VISIT = ("answer", "answer_way", "answered_on"), ("visited_on", "visit_way", "visit_result")


# ---- what must be there


def _is_investigated(case: Case) -> bool:
    session, kind = object_session(case), ActivityKind.INVESTIGATION
    found = select(func.count(CaseActivity.id)).where(CaseActivity.case_id == case.id, CaseActivity.kind == kind)
    return session is not None and bool(session.scalar(found))


def _lock(session: Session, case: Case, *others: int) -> None:
    """Hold these cases to the end: of two that are merged at once, one waits and sees what the other did.

    Whoever only asks what is missing holds nobody up.
    """
    keys = (case.id, *others)
    if scope.moved_by(case) is None:
        return
    session.scalars(select(Case.id).where(Case.id.in_(keys)).order_by(Case.id).with_for_update()).all()


def _into_another(case: Case) -> bool:
    """A case that counts, and is not this one: what is merged keeps its number, and its visits count there."""
    session, into = object_session(case), case.merged_into_id
    if session is None or into is None or into == case.id:
        return into is None
    _lock(session, case, into)
    as_stored = select(Case).where(Case.id == into).execution_options(populate_existing=True)
    other = session.scalars(as_stored).one_or_none()
    return other is not None and other.ended_on is None and other.state not in (REFUSED, WITHDRAWN, MERGED)


def _is_visited_some_way(case: Case) -> bool:
    """Nobody was asked where she refused, was not found, or must not be called for her safety."""
    return case.visit_way is not None or case.visit_result in (
        VisitResult.REFUSED,
        VisitResult.LOST,
        VisitResult.UNSAFE,
    )


def _is_no_target(case: Case) -> bool:
    session = object_session(case)
    if session is None:
        return True
    _lock(session, case)
    merged = select(func.count(Case.id)).where(Case.merged_into_id == case.id)
    return not session.connection().execute(merged).scalar_one()  # whoever sees them: they must not point nowhere


def _waits_for_nothing(waiting: Callable[[Case], Sequence[Any]]) -> Callable[[Case], bool]:
    """Whether nothing of that sort is open; whoever opens one at the same time waits, or is waited for."""

    def holds(case: Case) -> bool:
        session = object_session(case)
        if session is None:
            return True
        _lock(session, case)
        return not waiting(case)

    return holds


def _in_order(earlier: str, later: str, sentence: Any) -> Need:
    """One date is not before the other; what is empty is another need's business."""

    def holds(case: Case) -> bool:
        first, last = getattr(case, earlier), getattr(case, later)
        return first is None or last is None or last >= first

    return Need(later, sentence, holds)


REASON = filled("state_reason", _l("缺少原因"))
OF_CASE = (filled("difficulty", _l("缺少难易程度")), filled("handler", _l("缺少承办人")))
# Before a case is closed (F13).
CLOSING = [
    filled("answer", _l("缺少答复内容")),
    filled("answer_way", _l("缺少答复方式")),
    filled("answered_on", _l("缺少答复日期")),
    _in_order("received_on", "answered_on", _l("答复日期不能早于来访日期")),
    _in_order("accepted_on", "answered_on", _l("答复日期不能早于受理日期")),
    _in_order("restarted_on", "answered_on", _l("答复日期不能早于重开的日期")),
]
INVESTIGATED = Need("", _l("缺少调查记录（请先在办理记录里添加一条“调查”）"), _is_investigated)
UNMERGED = Need("", _l("有别的案件并入了这一件，请先把它们重开"), _is_no_target)
# A case does not end over a hand that is still open, in whichever way: the centre, the units and the superior would go
# on for nobody. It is withdrawn first, or answered.
ALL_BACK = Need("", hands.still_waiting, _waits_for_nothing(lambda case: hands.waiting_of(case)))
# F51: nor over what high risk obliges to.
REPORTED = Need("", danger.still_to_do, _waits_for_nothing(lambda case: danger.open_duties(case)))
DONE = (ALL_BACK, REPORTED)
CLOSING += DONE
endings.BEFORE[Case.__name__] += [UNMERGED, *DONE]


# ---- what a step writes beside the state


def _hand(case: Case, moment: Moment) -> None:
    case.handler_id = handlers.meant_by(case.handler, case.division_code, moment.actor, moment.today)


def _accept(case: Case, moment: Moment) -> None:
    before: Any = inspect(case).attrs.accepted_on.history.deleted
    if before and before[0] is not None:
        case.accepted_on = before[0]  # what was sent back and is accepted again keeps its first day
    case.restarted_on = None
    _hand(case, moment)


def _write(today_into: str = "", empty: tuple[str, ...] = ()) -> Any:
    """Write the day into a column, and empty others."""

    def write(case: Case, moment: Moment) -> None:
        for name in empty:
            setattr(case, name, None)
        if today_into:
            setattr(case, today_into, moment.today)

    return write


def _send_back(case: Case, moment: Moment) -> None:
    """What was reopened before has its first day then: accepted again, it must not count from its first round."""
    if case.restarted_on is not None:
        case.accepted_on = case.restarted_on
    case.restarted_on = moment.today


_reopen = _write("restarted_on", ("closed_on", *ANSWER, *VISIT))
_apply_again = _write("restarted_on", ("accepted_on", "investigated_on", "handled_on", "merged_into_id", "referred_to"))


def _back(start: CaseState, to: CaseState, change: Any) -> Step:
    return Step(start, to, _l("退回"), ("state_reason",), (REASON,), change, Kind.BACK)


def _again(start: CaseState, to: CaseState, change: Any) -> Step:
    return Step(start, to, _l("重开"), ("state_reason",), (REASON,), change, Kind.REOPEN)


def _adjust(state: CaseState) -> Step:
    """F14: a changed difficulty changes the due date, and both stand in the history."""
    asked = ("difficulty", "handler", "state_reason")
    return Step(state, state, _l("调整难易、承办人"), asked, (*OF_CASE, REASON), _hand, Kind.ADJUST)


def _ending(start: CaseState, to: CaseState, *asked: str, needs: tuple[Need, ...] = (), **more: Any) -> Step:
    return Step(start, to, to.value, ("state_reason", *asked), (REASON, *needs, *DONE), kind=Kind.END, **more)


INTO = (
    filled("merged_into_id", _l("缺少并入的案件")),
    Need("merged_into_id", _l("并入的应是另一件有效的案件"), _into_another),
)
RUNNING = (APPLIED, ACCEPTED, INVESTIGATING, HANDLING)


def _case_of(sheet: DvRiskAssessment) -> tuple[CaseState, bool]:
    """(state, whether it has ended) of the case of a sheet, whoever sees it; held by whoever moves the sheet: who ends
    the case at the same time waits, and sees what there is to do, or this one sees that it has ended.
    """
    asked = select(Case.state, Case.ended_on.is_not(None)).where(Case.id == sheet.case_id)
    held = asked if scope.moved_by(sheet) is None else asked.with_for_update()
    state, has_ended = hands.session_of(sheet).connection().execute(held).one()
    return state, has_ended


def _is_over(sheet: DvRiskAssessment) -> str:
    state, has_ended = _case_of(sheet)
    now = str(Case.__ending__ if has_ended else state.value)
    return _("案件已经是「%(state)s」，请先重开或者恢复案件", state=now)


# As it does not end over what is to be done, none of that comes back when it is over; hands do not come back at all.
endings.AGAIN[DvRiskAssessment.__name__].append(
    Need("", _is_over, lambda sheet: _case_of(sheet) in {(state, False) for state in RUNNING})
)

STEPS = (
    Step(
        APPLIED, ACCEPTED, _l("受理"), ("category", "difficulty", "handler", "accepted_on"),
        (*OF_CASE, filled("accepted_on", _l("缺少受理日期")), filled("category", _l("缺少权益类别"))), _accept,
    ),
    Step(ACCEPTED, INVESTIGATING, _l("开始调查"), change=_write("investigated_on")),
    Step(
        INVESTIGATING, HANDLING, _l("开始处理"), change=_write("handled_on"),
        needs=(INVESTIGATED,),
    ),
    Step(HANDLING, CLOSED, _l("结案"), ANSWER, CLOSING, _write("closed_on")),
    Step(
        CLOSED, VISITED, _l("回访"), VISIT,
        (
            filled("visited_on", _l("缺少回访日期")),
            filled("visit_result", _l("缺少回访结果")),
            Need("visit_way", _l("缺少回访方式"), _is_visited_some_way, depends=True),
            _in_order("answered_on", "visited_on", _l("回访日期不能早于答复日期")),
        ),
    ),
    *(_adjust(state) for state in (ACCEPTED, INVESTIGATING, HANDLING)),
    _back(ACCEPTED, APPLIED, _send_back),
    _back(INVESTIGATING, ACCEPTED, _write(empty=("investigated_on",))),
    _back(HANDLING, INVESTIGATING, _write(empty=("handled_on",))),
    *(_again(state, HANDLING, _reopen) for state in (CLOSED, VISITED)),
    *(_again(state, APPLIED, _apply_again) for state in (REFUSED, WITHDRAWN, LOST, MERGED)),
    _ending(APPLIED, REFUSED, "referred_to"),
    *(_ending(state, to) for to in (WITHDRAWN, LOST) for state in RUNNING),
    *(
        _ending(state, MERGED, "merged_into_id", needs=(*INTO, UNMERGED), after=sealing.together)
        for state in RUNNING
    ),
)  # fmt: skip

# What a step of a case writes; `due_on` follows from it (app.workflow.clocks).
HELD = frozenset(
    {
        "state", "difficulty", "handler", "handler_id", "accepted_on", "investigated_on", "handled_on", "closed_on",
        "restarted_on", "state_reason", "referred_to", "merged_into_id", *ANSWER, *VISIT,
    }
)  # fmt: skip


def _enter(case: Case, to: Enum) -> None:
    case.state = to  # type: ignore[assignment]


def _state_of(case: Case) -> CaseState:
    return case.state or APPLIED


# The reason of an earlier step is no reason for this one.
ANEW = frozenset({"state_reason"})
FLOW = declare(Workflow(Case, CaseState, APPLIED, _state_of, _enter, HELD, STEPS, ANEW))


# ---- 简单个案: everything in one form

ONLY_NEW = _l("只有还没有受理的案件可以当场答复。")


@dataclass(frozen=True)
class Answer:
    """An answer on the spot: what she was told, in which way, on which day (F13, F14: 即时答复)."""

    text: str
    way: AnswerWay
    on: date


def answer_now(case: Case, answer: Answer, actor: Actor, today: date) -> None:
    """Take a simple case from 申请 to 结案 by all its steps, with the records they ask for. Raises as `advance`."""
    if _state_of(case) is not APPLIED:
        raise DomainError(ONLY_NEW)
    session = object_session(case)
    if session is None:
        raise TypeError("Only a row of a session moves.")

    def simple(row: Case) -> None:
        row.difficulty, row.handler, row.accepted_on = Difficulty.SIMPLE, actor.name, answer.on

    def answered(row: Case) -> None:
        row.answer_way, row.answered_on = answer.way, answer.on
        secret.put(row, "answer", answer.text)

    def note(kind: ActivityKind, summary: str, **secrets: str) -> None:
        done = CaseActivity(case_id=case.id, kind=kind, happened_on=answer.on, summary=summary, done_by=actor.name)
        for column, text in secrets.items():
            secret.put(done, column, text)
        session.add(done)

    advance(case, ACCEPTED, actor, today, simple)
    note(ActivityKind.INVESTIGATION, str(_l("当场了解情况")))
    advance(case, INVESTIGATING, actor, today)
    advance(case, HANDLING, actor, today)
    note(ActivityKind.ANSWER, str(_l("当场答复")), content=answer.text)
    advance(case, CLOSED, actor, today, answered)
