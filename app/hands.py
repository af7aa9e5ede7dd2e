"""Making a hand of a case, and what waits on either side of it (F16–F21).

Copies are made when something is sent: whoever receives it reads no case.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, exists, false, or_, select

from app import calendars, clock, scope, secret
from app.deadlines import Deadline, DueInterface, of_day
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.security.actor import Actor
from app.workflow.steps import advance
from models import Case, Difficulty, Escalation, EscalationState, Hand, Station, SuperiorAssignment, SuperiorState
from models.hand import RUNNING, Copied, Upward

PARTS = ("name", "phone", "address")  # of the woman, each with its tick has_<part>


# ---- sending


def running_case(row: Any, actor: Actor) -> Case:
    """The case of a new hand, held to the end. Raises OutOfScope unless the actor handles it, DomainError when it is
    over.

    Whoever closes the case at the same time waits, and sees this hand; or this one sees that it is closed.
    """
    asked = select(Case).where(Case.id == row.case_id)
    case = db.session.scalars(asked.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if case is None or not scope.holds(actor, "handle", case):
        raise OutOfScope()
    if case.ended_on is not None or case.state not in RUNNING:
        now = str(case.state.value if case.ended_on is None else case.__ending__)
        raise DomainError(_("案件现在是「%(state)s」，不能%(hand)s。", state=now, hand=row.__label__), "case_id")
    if not row.is_for(case):
        raise DomainError(_("这件案件不用%(hand)s。", hand=row.__label__), "case_id")
    return case


def copy(row: Any, case: Case, actor: Actor) -> None:
    """Fill in what a hand takes of its case: the subject, and of the woman what is ticked."""
    if (row.has_phone or row.has_address) and not scope.holds(actor, "reveal", case):
        field = "has_phone" if row.has_phone else "has_address"
        raise DomainError(_("您不能查看当事人的联系方式，也不能转出。"), field)
    row.subject, row.name = case.subject, case.name if row.has_name else None
    if row.has_phone:
        secret.put(row, "phone", secret.get(case, "safe_phone") or secret.get(case, "phone"))
    if row.has_address:
        secret.put(row, "address", secret.get(case, "address"))


def send(row: Any, actor: Actor, today: date) -> None:
    """Fill in what a new hand takes of its case, its station and its superior. Raises as `running_case`, and
    DomainError when there is no such superior.
    """
    case = running_case(row, actor) if row.case_id is not None else None
    if case is not None:
        row.station_id = case.station_id
        if isinstance(row, Copied):
            copy(row, case, actor)
    station = db.session.get(Station, row.station_id)
    if station is None:
        raise OutOfScope()
    if isinstance(row, Upward):
        if len(station.division_code) <= row.to_level.digits:
            raise DomainError(_("「%(level)s」不在这个维权站的上级。", level=row.to_level.value), "to_level")
        row.to_code = station.division_code[: row.to_level.digits]
    elif isinstance(row, SuperiorAssignment):
        row.by_code = _seat(actor, type(row).__name__, station.division_code)
    row.sent_by, row.due_on = actor.name, row.due_on or due_after(type(row), today)


def due_after(model: type[Hand], today: date) -> date:
    """The day until which one is due when nobody said another: the working days of its setting."""
    return calendars.current().add_workdays(today, int(current_app.config[model.__days__]))


def _seat(actor: Actor, register: str, code: str) -> str:
    """The highest division above `code` for which the actor adds rows; `code` itself for the product's own."""
    return min((place for place in actor.places("add", register) if code.startswith(place)), key=len, default=code)


def came_on_paper(row: SuperiorAssignment, actor: Actor, today: date) -> None:
    """What the station itself registered has reached it."""
    if row.by_code == row.division_code:
        advance(row, SuperiorState.HANDLING, actor, today)


# What follows when one was added.
ADDED: dict[type[Hand], Callable[[Any, Actor, date], None]] = {SuperiorAssignment: came_on_paper}


def add(row: Any, actor: Actor, today: date) -> None:
    """Send a new hand, flushed, with what follows. Raises as `send`."""
    send(row, actor, today)
    db.session.add(row)
    db.session.flush()
    if type(row) in ADDED:
        ADDED[type(row)](row, actor, today)
        db.session.flush()


def standing_of(row: Any, today: date) -> Deadline | None:
    """How its day stands; None when nobody waits for it."""
    return of_day(row.due_on, today) if row.due_on and row.runs else None


class HandInterface(DueInterface):
    """As any register; a new row takes what is sent from its case, and what has no case yet gets one later."""

    def add(self, item: Any, commit: bool = False) -> None:
        add(item, acting(), clock.today())

    def edit(self, item: Any, commit: bool = False) -> None:
        for row in item if isinstance(item, list) else [item]:
            link(row, acting())
        super().edit(item)


def link(row: Any, actor: Actor) -> None:
    """Check the case that a hand is given afterwards. Raises as `running_case`, and when it has another already."""
    history = db.inspect(row).attrs.case_id.history
    if not history.has_changes():
        return
    if any(history.deleted):
        raise DomainError(_("已经关联的案件不能换。"), "case_id")
    if row.case_id is not None and running_case(row, actor).station_id != row.station_id:
        raise DomainError(_("只能关联同一个维权站的案件。"), "case_id")


def acting() -> Actor:
    """Whoever is signed in. Raises OutOfScope when nobody is."""
    actor = scope.current_actor()
    if actor is None:
        raise OutOfScope()
    return actor


# ---- on the page of a case, and back


def of_case(model: Any, case: Case) -> Sequence[Any]:
    """The hands of a case that the viewer sees, in order."""
    return db.session.scalars(select(model).where(model.case_id == case.id).order_by(model.id)).all()


def log_of(model: Any, column: Any, row: Any) -> list[str]:
    """What hangs on a hand, a sentence each, in order."""
    return [str(line) for line in db.session.scalars(select(model).where(column == row.id).order_by(model.id))]


def case_of(row: Any) -> Case | None:
    """Its case, for the station that sees it: a superior reads the hand, and no case by it."""
    return None if row.case_id is None or is_superior_of(row, acting()) else db.session.get(Case, row.case_id)


def is_superior_of(row: Any, actor: Actor) -> bool:
    """Whether the actor stands at the upper end of it, or above."""
    above = getattr(row, row.__above__)
    return above != row.place and actor.covers("view", type(row).__name__, above)


# ---- what waits (app.todos)


def _superior(model: Any, actor: Actor) -> ColumnElement[bool]:
    place = getattr(model, model.__above__)
    mine = (place.startswith(code, autoescape=True) for code in actor.places("handle", model.__name__))
    return or_(false(), *mine) & (place != model.division_code)


def of_superior(model: Any, actor: Actor, *states: Any) -> ColumnElement[bool]:
    """The rows in one of these states at whose upper end the actor stands, or above."""
    return _superior(model, actor) & model.state.in_(states)


def of_station(model: Any, actor: Actor, *states: Any) -> ColumnElement[bool]:
    """The others: those of his own stations."""
    return ~_superior(model, actor) & model.state.in_(states)


def is_late(model: Any, today: date) -> ColumnElement[bool]:
    """The open ones whose day is over."""
    late: ColumnElement[bool] = model.is_open() & (model.due_on < today)
    return late


def has_come_back(model: Any, *states: Any) -> ColumnElement[bool]:
    """Those in one of these states whose case still runs: the station goes on."""
    case = select(Case.id).where(Case.id == model.case_id, Case.state.in_(RUNNING), Case.ended_on.is_(None))
    back: ColumnElement[bool] = model.state.in_(states) & exists(case.correlate(model))
    return back


def was_made(model: Any, *where: ColumnElement[bool]) -> ColumnElement[bool]:
    """The cases of which such a hand was made; what was withdrawn never went out."""
    return exists(select(model.id).where(model.case_id == Case.id, model.ended_on.is_(None), *where).correlate(Case))


def is_escalated(*where: ColumnElement[bool]) -> ColumnElement[bool]:
    """The cases that are with a superior, or were; what was sent back stayed where it was."""
    return was_made(Escalation, Escalation.state != EscalationState.RETURNED, *where)


def is_unescalated() -> ColumnElement[bool]:
    """The hard cases that run and are with no superior (2010 opinion, 三(二): 及时转报)."""
    return (Case.difficulty == Difficulty.HARD) & Case.state.in_(RUNNING) & ~is_escalated()
