"""待办: what waits for somebody, for his station and for his part (F18).

One list of KINDS: the page 待办, the workbench, the number in the menu and the lists that they lead to all count by the
same conditions. Everything is read through the scope guard; many rows take as many statements as few.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, FromClause, Select, and_, case, false, func, null, or_, select, true

from app import calendars, danger, follow_up, handlers, hands, protection, recognitions, terms, transfers, urges
from app.calendar import Light
from app.extensions import db
from app.interface import RegisterInterface
from app.opening import number_to_decide
from app.scope import REMEMBERED, inside, repeated
from app.security.actor import Actor
from app.workbench import Rows
from app.workflow.clocks import HANDLED, RUNNING
from models import (
    Assignment,
    AssignmentState,
    Case,
    CaseState,
    Confirmation,
    DvOrder,
    DvRiskAssessment,
    Escalation,
    EscalationState,
    Inspection,
    JointMeeting,
    MandatoryReport,
    PolicyIssue,
    PolicyState,
    Recognition,
    ReportState,
    SuperiorAssignment,
    SuperiorState,
    Transfer,
    TransferState,
    UrgentReport,
)

Condition = Callable[[Actor, date], ColumnElement[bool]]
# What is shown of a case: what it is called, its number, state, due date and who handles it.
OF_CASE = (Case.subject, Case.number, Case.state, Case.due_on, Case.handler)
OF_ASSIGNMENT = (Assignment.number, null(), Assignment.state, Assignment.due_on, null())


@dataclass(frozen=True, eq=False)
class Kind:
    """One sort of thing to be done: what it is called, what to do, for whom it is, which rows of a register.

    `name` is that of the shortlist that lists them (`_only=name`). Another register gives its own five `columns`, in
    the order of OF_CASE. The earliest of `order` comes on top, what has none at the end. `is_counted`: in the number of
    the menu, if it is no part of another kind that is. What no list of the register shows gives its `number` and the
    `page` that has it.
    """

    name: str
    label: Any
    hint: Any
    verb: str
    condition: Condition = lambda _actor, _today: false()
    is_mine: bool = False
    is_counted: bool = False
    model: Any = Case
    columns: tuple[Any, ...] = OF_CASE
    is_of_unit: bool = False  # for whoever acts for a unit, and nobody else
    order: tuple[Any, ...] = (Case.due_on,)
    number: Callable[[Actor, date], ColumnElement[int]] | None = None
    page: str = "list"

    def is_for(self, actor: Actor) -> bool:
        """Whether the actor is one who does such things."""
        register = self.model.__name__
        held = actor.units if self.is_of_unit else actor.places
        return actor.can("view", register) and bool(held(self.verb, register))

    def reach(self, actor: Actor) -> ColumnElement[bool]:
        """The rows of the register where the actor holds the verb, without what has ended."""
        return and_(*Rows(self.model).conditions, repeated(self.model, actor, self.verb))

    def rows(self, actor: Actor, today: date) -> ColumnElement[bool]:
        """The rows that wait for the actor."""
        return self.reach(actor) & self.condition(actor, today)


# ---- conditions


def _mine(actor: Actor, _today: date) -> ColumnElement[bool]:
    return (Case.handler_id == actor.user_id) & Case.state.in_(RUNNING)


def _unhandled(actor: Actor, today: date) -> ColumnElement[bool]:
    """Nobody goes on with them: no account is meant by the handler's name, or it may no longer handle cases here."""
    places = actor.places("handle", Case.__name__)
    handled = Case.state.in_(HANDLED) & Case.ended_on.is_(None) & inside(Case, places)
    known = set(db.session.scalars(select(Case.handler_id).where(handled, Case.handler_id.is_not(None)).distinct()))
    gone = known - handlers.reaching(places, today) if known else set()
    return Case.state.in_(HANDLED) & or_(Case.handler_id.is_(None), Case.handler_id.in_(sorted(gone)))


def _hand(
    model: Any,
    name: str,
    label: Any,
    hint: Any,
    condition: Condition,
    verb: str = "handle",
    is_counted: bool = True,
    is_back: bool = False,
) -> Kind:
    """One sort of hands that somebody has to go on with; what is back has no due date any more."""
    columns = (model.subject, model.number, model.state, null() if is_back else model.due_on, null())
    return Kind(
        name, label, hint, verb, condition, is_counted=is_counted, model=model, columns=columns,
        order=(model.closed_on if is_back else model.due_on,),
    )  # fmt: skip


# In the order of the page.
KINDS: list[Kind] = [
    Kind(
        "urged", _l("催办待回复"), _l("有人催办您承办的案件，请回复。"), "handle",
        lambda actor, today: urges.is_waiting_for(actor), is_mine=True,
    ),
    Kind("handling", _l("我承办的案件"), _l("由您承办，还没有结案。"), "handle", _mine, is_mine=True, is_counted=True),
    Kind(
        "applied", _l("待受理"), _l("已登记，还没有受理。"), "handle",
        lambda actor, today: Case.state == CaseState.APPLIED,
    ),
    Kind(
        "unhandled", _l("承办人待定"), _l("承办人没有账号，或者已不能办理，请调整承办人。"), "handle", _unhandled,
    ),
    Kind(
        "visits", _l("待回访"), _l("已结案，还没有回访。"), "handle",
        lambda actor, today: Case.state == CaseState.CLOSED, order=(Case.closed_on,),
    ),
    Kind(
        "police", _l("高危未报警"), _l("评估为高危，请报警；本人不同意的，写明原因。"), "edit",
        lambda actor, today: danger.no_police(),
        model=DvRiskAssessment, columns=danger.OF_SHEET, order=(DvRiskAssessment.assessed_on,),
    ),
    Kind(
        "told", _l("高危未报告上级妇联"), _l("评估为高危，请报告上级妇联，写明日期和报告对象。"), "edit",
        lambda actor, today: danger.not_told(),
        model=DvRiskAssessment, columns=danger.OF_SHEET, order=(DvRiskAssessment.assessed_on,),
    ),
    Kind(
        "unreported", _l("强制报告未报案"), _l("发现疑似家庭暴力，请及时向公安机关报案。"), "edit",
        lambda actor, today: protection.is_unreported(),
        model=MandatoryReport, columns=protection.OF_REPORT, order=(MandatoryReport.found_on,),
    ),
    Kind(
        "visiting", _l("查访到期"), _l("告诫书、保护令该查访了，查访后请记下日期和结果。"), "edit",
        lambda actor, today: protection.visit_is_due(today),
        model=DvOrder, columns=protection.OF_VISIT, order=(DvOrder.visit_due_on,),
    ),
    Kind(
        "ending", _l("保护令即将到期"), _l("30 天内到期，需要延长的请在到期以前申请。"), "edit",
        lambda actor, today: protection.expires(today),
        model=DvOrder, columns=protection.OF_ORDER, order=(DvOrder.expires_on,),
    ),
    Kind(
        "late", _l("辖区内已逾期"), _l("超过最迟日期还没有受理或结案，请催办。"), "urge",
        lambda actor, today: Case.state.in_(RUNNING) & (Case.due_on < today),
    ),
    Kind(
        "asked", _l("申请查阅待决定"), _l("有人申请查阅封存的案件，请在「申请查阅」里决定。"), "approve",
        is_counted=True, number=number_to_decide, page="requests",
    ),
    _hand(
        Transfer, "transferred", _l("转办待签收"), _l("维权站转来，还没有签收。"),
        lambda actor, today: Transfer.state == TransferState.SENT,
    ),
    _hand(
        Transfer, "unassigned", _l("转办待分流"), _l("已签收，还没有交办给成员单位。"),
        lambda actor, today: Transfer.state == TransferState.SIGNED,
    ),
    _hand(
        Transfer, "answered", _l("反馈待转回"), _l("承办单位都已反馈或退回，请反馈维权站。"),
        lambda actor, today: transfers.to_pass_back(),
    ),
    _hand(
        Transfer, "overdue", _l("转办已逾期"), _l("超过期限还没有反馈维权站，请催办。"),
        lambda actor, today: hands.is_late(Transfer, today), is_counted=False,
    ),
    _hand(
        Transfer, "back", _l("转办已反馈、已退回"), _l("案件还没有结案，请看反馈或退回的原因，继续办理。"),
        lambda actor, today: hands.has_come_back(Transfer, TransferState.ANSWERED, TransferState.RETURNED),
        verb="add", is_counted=False, is_back=True,
    ),
    Kind(
        "assigned", _l("交办待签收"), _l("交办给您的单位，签收以后才看得到内容。"), "handle",
        lambda actor, today: transfers.waits_for_unit(AssignmentState.SENT, actor),
        is_mine=True, is_counted=True, is_of_unit=True, model=Assignment, columns=OF_ASSIGNMENT,
        order=(Assignment.due_on,),
    ),
    Kind(
        "accepted", _l("交办办理中"), _l("已签收，还没有反馈。"), "handle",
        lambda actor, today: transfers.waits_for_unit(AssignmentState.HANDLING, actor),
        is_mine=True, is_counted=True, is_of_unit=True, model=Assignment, columns=OF_ASSIGNMENT,
        order=(Assignment.due_on,),
    ),
    _hand(
        SuperiorAssignment, "handed_down", _l("上级交办待签收"), _l("上级转办、交办的，还没有签收。"),
        lambda actor, today: hands.of_station(SuperiorAssignment, actor, SuperiorState.SENT),
    ),
    _hand(
        SuperiorAssignment, "to_feed_back", _l("上级交办待答复、反馈"), _l("请答复当事人，再向上级反馈。"),
        lambda actor, today: hands.of_station(
            SuperiorAssignment, actor, SuperiorState.HANDLING, SuperiorState.ANSWERED
        ),
    ),
    _hand(
        SuperiorAssignment, "fed_back", _l("下级已反馈"), _l("看过以后，请点「阅知」。"),
        lambda actor, today: hands.of_superior(SuperiorAssignment, actor, SuperiorState.FED_BACK), is_back=True,
    ),
    _hand(
        SuperiorAssignment, "not_fed_back", _l("交办下级已逾期"), _l("超过期限还没有反馈，请催办。"),
        lambda actor, today: hands.of_superior(SuperiorAssignment, actor, *SuperiorAssignment.__open__)
        & hands.is_late(SuperiorAssignment, today),
        is_counted=False,
    ),
    Kind(
        "unescalated", _l("疑难案件待转报"), _l("疑难案件应及时转报上级，还没有转报，或者已经退回。"), "handle",
        lambda actor, today: hands.is_unescalated(),
    ),
    _hand(
        Escalation, "escalated", _l("疑难转报待签收"), _l("下级转报的疑难案件，还没有签收。"),
        lambda actor, today: hands.of_superior(Escalation, actor, EscalationState.SENT),
    ),
    _hand(
        Escalation, "tracked", _l("疑难转报跟踪中"), _l("已签收，还没有答复。"),
        lambda actor, today: hands.of_superior(
            Escalation, actor, EscalationState.SIGNED, EscalationState.TRACKING
        ),
    ),
    _hand(
        Escalation, "escalation_back", _l("疑难转报已答复、已退回"), _l("案件还没有结案，请看答复或退回的原因。"),
        lambda actor, today: hands.has_come_back(Escalation, EscalationState.ANSWERED, EscalationState.RETURNED)
        & hands.of_station(Escalation, actor, *EscalationState),
        is_counted=False, is_back=True,
    ),
    _hand(
        UrgentReport, "urgent", _l("紧急报告待签收"), _l("首报、续报或终报，还没有签收。"),
        lambda actor, today: hands.of_superior(UrgentReport, actor, ReportState.SENT, ReportState.FINAL),
    ),
    _hand(
        UrgentReport, "unfollowed", _l("紧急报告续报已逾期"), _l("超过期限还没有续报或终报，请催办。"),
        lambda actor, today: hands.of_superior(UrgentReport, actor, ReportState.SIGNED)
        & hands.is_late(UrgentReport, today),
        is_counted=False,
    ),
    _hand(
        UrgentReport, "to_report", _l("紧急报告待续报"), _l("上级已签收，请按期续报；已经处置完的，报终报。"),
        lambda actor, today: hands.of_station(UrgentReport, actor, ReportState.SIGNED),
    ),
    _hand(
        PolicyIssue, "proposed", _l("政策建议待签收"), _l("下级报来，还没有签收。"),
        lambda actor, today: hands.of_superior(PolicyIssue, actor, PolicyState.SENT),
    ),
    _hand(
        PolicyIssue, "studied", _l("政策建议待答复"), _l("已签收，还没有答复。"),
        lambda actor, today: hands.of_superior(PolicyIssue, actor, PolicyState.SIGNED),
    ),
    _hand(
        PolicyIssue, "policy_back", _l("政策建议已答复、已退回"), _l("看过以后，请点「阅知」。"),
        lambda actor, today: hands.of_station(PolicyIssue, actor, PolicyState.ANSWERED, PolicyState.RETURNED),
    ),
    Kind(
        "decisions", _l("议定事项未落实"), _l("联席会议的议定事项还没有落实，落实后请填写落实日期。"), "edit",
        lambda actor, today: follow_up.has_undone(),
        model=JointMeeting, columns=follow_up.OF_MEETING, order=(follow_up.DUE_DECISION,),
    ),
    Kind(
        "problems", _l("问题待整改"), _l("督导检查发现的问题还没有整改，整改后请复查。"), "edit",
        lambda actor, today: follow_up.has_unfixed(),
        model=Inspection, columns=follow_up.OF_INSPECTION, order=(follow_up.DUE_PROBLEM,),
    ),
    Kind(
        "expiring", _l("证据将到期"), _l("人工确认 30 天内到期或者已经到期，请重新确认。"), "add",
        lambda actor, today: follow_up.expires(today),
        model=Confirmation, columns=follow_up.OF_CONFIRMATION, order=(Confirmation.valid_until,),
    ),
    Kind(
        "lapsing", _l("认定将失效"), _l("已认定的维权站现在有缺项，请在失效之前补齐。"), "add",
        lambda actor, today: recognitions.is_lapsing(today),
        model=Recognition, columns=follow_up.OF_RECOGNITION, order=(Recognition.lapses_on,),
    ),
]  # fmt: skip


def kinds_for(actor: Actor) -> list[Kind]:
    """The kinds that there may be for the actor, in the order of the page."""
    return [kind for kind in KINDS if kind.is_for(actor)]


# ---- what waits


class Line(NamedTuple):
    """One row: key, what it is called, number, state, how its due date stands (in words, and the light), handler."""

    key: Any
    name: str
    number: str
    state: str
    words: str
    light: Light | None
    who: str


@dataclass(frozen=True)
class Group:
    """What waits of one kind: how many, the first of them, and the list of all."""

    kind: Kind
    count: int
    lines: tuple[Line, ...]

    @property
    def all(self) -> Rows:
        """All of them, as a list."""
        only = "" if self.kind.number else self.kind.name
        return Rows(self.kind.model, only=only, page=self.kind.page)


def waiting(actor: Actor, today: date, first: int, is_brief: bool = False) -> list[Group]:
    """What waits for the actor, kind by kind, with the `first` rows of each; brief: only of what is his own."""
    found = [(kind, kind.condition(actor, today)) for kind in kinds_for(actor)]
    counts = db.session.execute(_counting(found, actor, today)).mappings().one() if found else {}

    def lines(kind: Kind, waits: ColumnElement[bool]) -> tuple[Line, ...]:
        is_shown = counts[kind.name] and kind.number is None and (kind.is_mine or not is_brief)
        return _lines(kind, kind.reach(actor) & waits, today, first) if is_shown else ()

    return [Group(kind, counts[kind.name], lines(kind, waits)) for kind, waits in found]


def _counting(found: list[tuple[Kind, ColumnElement[bool]]], actor: Actor, today: date) -> Select[Any]:
    """Counts the rows of each kind by one statement, in one go through all that the same verb reaches in a register."""
    alike: dict[tuple[Any, str], dict[Kind, ColumnElement[bool]]] = {}
    for kind, waits in found:
        if kind.number is None:
            alike.setdefault((kind.model, kind.verb), {})[kind] = waits
    tables = [
        select(*(func.count(case((waits, 1))).label(kind.name) for kind, waits in kinds.items()))
        .select_from(model)
        .where(next(iter(kinds)).reach(actor), or_(*kinds.values()))
        .subquery()
        for (model, _verb), kinds in alike.items()
    ]
    numbers = [kind.number(actor, today).label(kind.name) for kind, _waits in found if kind.number is not None]
    joined: FromClause = select(func.count(Case.id).label("none")).where(false()).subquery()  # there may be no table
    for table in tables:
        joined = joined.join(table, true())
    return select(*(column for table in tables for column in table.c), *numbers).select_from(joined)


def _lines(kind: Kind, rows: ColumnElement[bool], today: date, first: int) -> tuple[Line, ...]:
    key = RegisterInterface.of(kind.model).key
    # NULL sorts first on one database and last on the other.
    order = [part for column in kind.order for part in (case((column.is_(None), 1), else_=0), column)]
    asked = select(key, *kind.columns).where(rows).order_by(*order, key).limit(first)
    return tuple(_line(today, *row) for row in db.session.execute(asked))


def _line(today: date, key: Any, name: str, number: str, state: Any, due_on: date | None, who: str | None) -> Line:
    words, light, state = "", None, state.value if state is not None else ""
    if due_on is not None:
        calendar = calendars.current()
        words, light = calendar.words(today, due_on), calendar.light(today, due_on, terms.soon())
    return Line(key, name, number or "", state, words, light, who or "")


def number(actor: Actor, today: date) -> int:
    """How many rows wait for the actor himself: the number in the menu."""
    kinds = tuple(kind for kind in kinds_for(actor) if kind.is_counted)
    return sum(db.session.execute(_counting_own(kinds, actor, today)).one()) if kinds else 0


@lru_cache(maxsize=512)
def _counting_own(kinds: tuple[Kind, ...], actor: Actor, today: date) -> Select[Any]:
    """The statement for it, from memory: every page asks. Conditions of kinds that are counted ask nothing first."""
    return _counting([(kind, kind.condition(actor, today)) for kind in kinds], actor, today)


REMEMBERED.append(_counting_own)
