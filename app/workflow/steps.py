"""The mechanism: which steps a row may take from where it stands, who may, what is missing; one `advance`.

It knows no register. A module declares a Workflow with its table of steps; the buttons of a page (`available`) and the
check on the server (`advance`) read the same table, and `hold` refuses every other way to write what a step writes.
"""

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import event, inspect
from sqlalchemy.orm import Session, object_session

from app import scope
from app.errors import DomainError, OutOfScope
from app.security.actor import Actor
from models import Ended


class Kind(enum.Enum):
    """What sort of step it is, for the order and look of its button."""

    FORWARD = "下一步"
    ADJUST = "调整"
    BACK = "退回"
    REOPEN = "重开"
    END = "终止"


class NotAllowed(DomainError):
    """There is no such step from where the row stands, or what a step writes was to be written without one."""


class Missing(DomainError):
    """What a step needs is not there: `found` has every (column, sentence), the message all sentences."""

    def __init__(self, step: "Step", found: Sequence[tuple[str, Any]]) -> None:
        text = "；".join(str(sentence) for _column, sentence in found)
        super().__init__(_("还不能%(step)s：%(missing)s。", step=step.label, missing=text), found[0][0])
        self.found = tuple(found)

    @property
    def problems(self) -> list[tuple[str | None, Any]]:
        """Each missing thing by itself."""
        return [(column, f"{sentence}。") for column, sentence in self.found]


class Need(NamedTuple):
    """What a step asks of a row: where it is mended (a column, or ""), what is said when it is missing (a sentence, or
    row → sentence), the test.

    `depends`: the column may stay empty, beside certain other answers.
    """

    column: str
    sentence: Any
    holds: Callable[[Any], bool]
    depends: bool = False

    def said(self, row: Any) -> Any:
        """What is said of this row."""
        return self.sentence(row) if callable(self.sentence) else self.sentence


class Moment(NamedTuple):
    """Who takes a step, and on which day."""

    actor: Actor
    today: date


def filled(column: str, sentence: Any) -> Need:
    """The column is not empty."""
    return Need(column, sentence, lambda row: getattr(row, column) not in (None, ""))


def _nothing(_row: Any, _moment: Moment) -> None:
    """Most steps write no more than the state."""


@dataclass(frozen=True)
class Step:
    """From one state to another: what its form asks, what must be there, what it writes beside the state.

    `needs` may be a list that other modules add to (what must be done before a case can be closed). `after`: what
    follows in other rows, once the step is written. `side`: the column with the code of the division that the verb is
    asked for at too, where it is not enough to hold it where the row lies: a superior signs, not the station.
    """

    start: enum.Enum
    to: enum.Enum
    label: Any
    asks: tuple[str, ...] = ()
    needs: Sequence[Need] = ()
    change: Callable[[Any, Moment], None] = _nothing
    kind: Kind = Kind.FORWARD
    verb: str = "handle"
    after: Callable[[Any, Moment], None] = _nothing
    side: str = ""

    def missing(self, row: Any) -> list[tuple[str, Any]]:
        """(column, sentence) of everything the step needs and the row has not."""
        return [(need.column, need.said(row)) for need in self.needs if not need.holds(row)]

    @property
    def required(self) -> set[str]:
        """The columns of its form that cannot stay empty."""
        return {need.column for need in self.needs if not need.depends} & set(self.asks)


@dataclass(frozen=True)
class Workflow:
    """The steps of one model between the states of one enumeration.

    `held`: the columns that only steps write; `anew`: those that a step which asks for them does not take from before.
    """

    model: type
    states: type[enum.Enum]
    start: enum.Enum
    state_of: Callable[[Any], enum.Enum]
    enter: Callable[[Any, enum.Enum], None]
    held: frozenset[str]
    steps: tuple[Step, ...]
    anew: frozenset[str] = frozenset()

    def step(self, row: Any, to: enum.Enum) -> Step | None:
        """The step from where the row stands."""
        return next((s for s in self.steps if s.start is self.state_of(row) and s.to is to), None)


FLOWS: dict[type, list[Workflow]] = {}
_taken: ContextVar[tuple[Any, Workflow] | None] = ContextVar("taken", default=None)


@contextmanager
def _taking(row: Any, flow: Workflow) -> Iterator[None]:
    token = _taken.set((row, flow))
    try:
        yield
    finally:
        _taken.reset(token)


def declare(flow: Workflow) -> Workflow:
    """Make a workflow known; its rows move by its steps only from now on."""
    FLOWS.setdefault(flow.model, []).append(flow)
    return flow


def flows_of(model: type) -> Sequence[Workflow]:
    """The workflows of a model."""
    return FLOWS.get(model, ())


def flow_of(model: type, state: enum.Enum) -> Workflow:
    """The workflow of a model that knows the state. Raises NotAllowed when none does."""
    for flow in flows_of(model):
        if isinstance(state, flow.states):
            return flow
    raise NotAllowed(_("没有这一步。"))


class Available(NamedTuple):
    """A step that somebody may take now, and what is still missing that its own form does not ask for."""

    step: Step
    missing: tuple[Any, ...]


def available(row: Any, actor: Actor, today: date) -> list[Available]:
    """The steps that `actor` may take with `row` from where it stands, in the order of the tables."""
    found = []
    for flow in flows_of(type(row)):
        for step in flow.steps:
            if step.start is flow.state_of(row) and _may(row, flow, step, actor):
                lacking = tuple(sentence for column, sentence in step.missing(row) if column not in step.asks)
                found.append(Available(step, lacking))
    return found


def _is_stopped(row: Any, flow: Workflow) -> bool:
    """Whether the row has ended (作废, 离任) in another of its workflows: then it stands still in this one."""
    others = (other for other in flows_of(type(row)) if other is not flow and "ended_on" in other.held)
    return any(other.state_of(row) is not other.start for other in others)


def _may(row: Any, flow: Workflow, step: Step, actor: Actor) -> bool:
    if _is_stopped(row, flow) or not scope.holds(actor, step.verb, row):
        return False
    return not step.side or actor.covers(step.verb, type(row).__name__, getattr(row, step.side))


def step_to(row: Any, to: enum.Enum, actor: Actor) -> tuple[Workflow, Step]:
    """The step that leads there. Raises NotAllowed when there is none from here, OutOfScope when it is not his."""
    flow = flow_of(type(row), to)
    step = flow.step(row, to)
    is_stopped = _is_stopped(row, flow)
    if is_stopped and isinstance(row, Ended):
        raise NotAllowed(_("这条记录已%(ending)s，请先恢复。", ending=row.__ending__))
    if step is None or is_stopped:
        raise NotAllowed(_("现在是「%(state)s」，没有这一步。", state=flow.state_of(row).value))
    if not _may(row, flow, step, actor):
        raise OutOfScope()
    return flow, step


def advance(row: Any, to: enum.Enum, actor: Actor, today: date, fill: Callable[[Any], Any] | None = None) -> Step:
    """Move `row` one step, flushed; `fill` writes what the step's form asked for, and no more (opinion 三(二), F13).

    Raises Missing with everything that is missing, NotAllowed, OutOfScope; then nothing of the row is changed.
    """
    flow, step = step_to(row, to, actor)
    session = object_session(row)
    if session is None:
        raise TypeError("Only a row of a session moves.")
    session.flush()  # what was changed before is no part of the step: it asks for its own verb
    with scope.moving(row, step.verb), _taking(row, flow), session.no_autoflush:
        try:
            _fill(row, flow, step, fill)
            if missing := step.missing(row):
                raise Missing(step, missing)
            step.change(row, Moment(actor, today))
            flow.enter(row, to)
            session.flush()
        except DomainError:
            session.expire(row)
            raise
    step.after(row, Moment(actor, today))
    return step


def _fill(row: Any, flow: Workflow, step: Step, fill: Callable[[Any], Any] | None) -> None:
    for name in flow.anew & set(step.asks):
        setattr(row, name, None)
    if fill is not None:
        fill(row)
    columns = {prop.key for prop in inspect(type(row)).column_attrs if not prop.columns[0].info.get("derived")}
    if strange := was_set(row, (columns | flow.held) - set(step.asks)):
        raise NotAllowed(_("这一步不填写这一项。"), strange[0])


# ---- nothing else writes what a step writes


def was_set(row: Any, columns: Iterable[str]) -> list[str]:
    """Those of the columns that this flush would change."""
    state = inspect(row)
    return [
        name
        for name in sorted(columns)
        if (history := state.attrs[name].history).has_changes() and history.added != history.deleted
    ]


def _check(row: Any, flow: Workflow, is_new: bool) -> None:
    taken = _taken.get()
    if taken is not None and taken[0] is row and taken[1] is flow:
        return  # a step of one workflow writes nothing of another
    if is_new:
        state = inspect(row)
        given = [n for n in sorted(flow.held) if n in state.dict and state.dict[n] not in (None, flow.start)]
    else:
        given = was_set(row, flow.held)
    if given:
        raise NotAllowed(_("状态和办理的日期不能直接修改，请用页面上的按钮一步一步办理。"), given[0])


def hold(session: Session, _context: Any, _instances: Any) -> None:
    """Session hook: a column that steps write is written by no form, no bulk action and no job."""
    with session.no_autoflush:
        for row, is_new in (*((row, True) for row in session.new), *((row, False) for row in session.dirty)):
            for flow in flows_of(type(row)):
                _check(row, flow, is_new)


def install(session_class: type[Session]) -> None:
    """Hold in every flush of the sessions of this class."""
    event.listen(session_class, "before_flush", hold)
