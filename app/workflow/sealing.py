"""封存 and 解除封存 (F53): a word seals a case for more than what is written in it; only the head lifts it."""

import enum
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import clock, opening, scope, seals
from app.errors import OutOfScope
from app.scope import acting_as
from app.workflow.hands import session_of
from app.workflow.steps import Kind, Moment, Need, Step, Workflow, advance, declare, filled, was_set
from models import Case, CaseRecusal, SealReason


class Seal(enum.Enum):
    """Whether a case is sealed."""

    OPEN = "未封存"
    SEALED = "封存"


def _state_of(case: Case) -> Seal:
    """What is typed into the form of a step does not count before it is taken: then there is the day."""
    return Seal.OPEN if case.sealed_on is None else Seal.SEALED


def _seal(case: Case, moment: Moment) -> None:
    case.sealed_on = moment.today


def _lift(case: Case, _moment: Moment) -> None:
    case.sealed_for = case.sealed_on = None


def _enter(_case: Case, _to: enum.Enum) -> None:
    """The day says it all."""


def merged_with(case: Case) -> Sequence[Case]:
    """The other cases of the same matter; whoever calls acts as the system."""
    others = select(Case).where(seals.of_one_matter(case), Case.id != case.id)
    return session_of(case).scalars(others.order_by(Case.id)).all()


def together(case: Case, moment: Moment) -> None:
    """What was merged is one matter: one sealed case of it seals the others, else they would tell of it; and whoever
    is shut out of one is shut out of all.
    """
    # Whoever writes need not see all of them.
    with acting_as(replace(moment.actor, is_system=True)):
        cases = (case, *merged_with(case))
        reason = next((row.sealed_for for row in cases if row.sealed_for is not None), None)
        if reason is not None:
            for row in cases:
                seal(row, reason, moment.today)
        opening.recuse_alike([row.id for row in cases])


def _lift_together(case: Case, moment: Moment) -> None:
    """The head lifts the seal of the whole matter."""
    system = replace(moment.actor, is_system=True)

    def fill(row: Case) -> None:
        row.seal_reason = case.seal_reason

    # As with together(): one half that stays sealed would tell that there is another.
    with acting_as(system):
        for row in merged_with(case):
            if row.sealed_on is not None:
                advance(row, Seal.OPEN, system, moment.today, fill)


_FOUND = "sealed_by_what_was_found_out"


def _note(session: Session, _context: Any) -> None:
    """Which cases a flush has sealed or shut to somebody, and who wrote."""
    actor = scope.current_actor()
    shut = [row.case_id for row in session.new if isinstance(row, CaseRecusal)]
    cases = [row for row in (*session.new, *session.dirty) if isinstance(row, Case) and was_set(row, ("sealed_for",))]
    for key in (*shut, *(case.id for case in cases if case.sealed_for is not None)):
        if actor is not None:
            session.info.setdefault(_FOUND, {})[key] = actor


def _settle(session: Session) -> None:
    """What was merged with them follows in the same transaction, whatever they are sealed by."""
    while found := session.info.pop(_FOUND, None):
        for key, actor in found.items():
            with acting_as(replace(actor, is_system=True)):
                case = session.get(Case, key)
                if case is not None:
                    together(case, Moment(actor, clock.today()))


def _forget(session: Session, *_rest: Any) -> None:
    session.info.pop(_FOUND, None)


def install(session_class: type[Session]) -> None:
    """Keep what was merged as sealed as its other half in the sessions of this class."""
    event.listen(session_class, "after_flush", _note)
    event.listen(session_class, "before_commit", _settle)
    event.listen(session_class, "after_rollback", _forget)


STEPS = (
    Step(
        Seal.OPEN, Seal.SEALED, _l("封存"), ("sealed_for", "seal_reason"),
        (
            filled("sealed_for", _l("缺少封存的理由")),
            Need(
                "seal_reason", _l("请写明封存的原因"),
                lambda case: case.sealed_for is not SealReason.OTHER or bool(case.seal_reason), depends=True,
            ),
        ),
        _seal, Kind.ADJUST, after=together,
    ),
    Step(
        Seal.SEALED, Seal.OPEN, _l("解除封存"), ("seal_reason",), (filled("seal_reason", _l("缺少解除封存的原因")),),
        _lift, Kind.REOPEN, verb="approve", after=_lift_together,
    ),
)  # fmt: skip
FLOW = declare(
    Workflow(
        Case, Seal, Seal.OPEN, _state_of, _enter, frozenset({"sealed_for", "sealed_on", "seal_reason"}), STEPS,
        frozenset({"seal_reason"}),
    )
)  # fmt: skip


def seal(case: Case, reason: SealReason, today: date) -> None:
    """Seal a case for what was found out about it, flushed, on record as whoever acts; a sealed one stays as it is.

    Call it last: whoever is neither its handler nor the head of its station does not see the case any more.
    """
    actor = scope.current_actor()
    if actor is None:
        raise OutOfScope()
    if case.sealed_on is not None:
        return
    system = replace(actor, is_system=True)

    def fill(row: Case) -> None:
        row.sealed_for = reason
        if reason is SealReason.OTHER:
            row.seal_reason = str(_l("与封存的案件并案"))

    # Who finds out need not be one who handles: that it is sealed follows, whoever he is.
    with acting_as(system):
        advance(case, Seal.SEALED, system, today, fill)
