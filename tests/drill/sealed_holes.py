"""Holes in what is sealed: seals that some of what hangs on a case forgets, openings without end, answers that tell."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import false, select

from app import derive, guard, looks, opening, scope, seals
from app.errors import DomainError
from app.extensions import db
from app.interface import RegisterInterface
from app.scope import acting_as
from app.workflow import sealing
from models import Attachment, Case, SealedRequest
from tests.drill.hole import as_system, hole, looking_anew
from tests.security import merged_intrusions as merged
from tests.security import sealed_intrusions as intrusions
from tests.security import telling_intrusions
from tests.security.sealed_twins import twins


def answers_differ(app: Flask) -> str | None:
    """The long way: whether anything a member of staff may ask is answered otherwise when the case is not there."""
    return next(iter(twins(app, "staff").leaks), None)


@hole(attack=answers_differ)
def nothing_is_sealed(app: Flask) -> Iterator[None]:
    with looking_anew(), patch.object(seals, "shut", lambda *_: false()):
        yield


@hole(attack=intrusions.reads_rows_in_hand)
def files_are_not_sealed(app: Flask) -> Iterator[None]:
    """They are seen by where they lie, not by what they hang on."""
    real = scope.predicate

    def careless(cls: Any, actor: Any, narrow: Any = ("", "view")) -> Any:
        return scope.inside(cls, actor.homes) if cls is Attachment else real(cls, actor, narrow)

    with looking_anew(), patch.object(scope, "predicate", careless):
        yield


@hole(attack=intrusions.reads_rows_in_hand)
def histories_are_not_sealed(app: Flask) -> Iterator[None]:
    with looking_anew(), patch.object(scope, "_of_shut", lambda *_: false()):
        yield


@hole(attack=intrusions.reads_rows_in_hand)
def transfers_are_not_sealed(app: Flask) -> Iterator[None]:
    with looking_anew(), patch.object(seals, "is_protected", lambda model: hasattr(model, "__sealed__")):
        yield


@hole(attack=intrusions.finds_it_where_something_is_chosen)
def choices_are_not_sealed(app: Flask) -> Iterator[None]:
    with patch.object(RegisterInterface, "choices", as_system(RegisterInterface.choices)):
        yield


@hole(attack=intrusions.counts_the_gaps)
def sealed_cases_take_a_number_of_the_station(app: Flask) -> Iterator[None]:
    with patch.object(derive, "_is_sealed", lambda *_: False):
        yield


@hole(attack=intrusions.reads_when_the_day_is_over)
def openings_do_not_end(app: Flask) -> Iterator[None]:
    def endless(row: Any, actor: Any) -> Any:
        found = seals.SealedOpening.__table__.alias()
        return select(found.c.id).where(found.c.case_id == row.id, found.c.user_id == actor.user_id).exists()

    with looking_anew(), patch.object(seals, "_opening", endless):
        yield


@hole(attack=intrusions.does_more_than_read)
def openings_are_for_everything(app: Flask) -> Iterator[None]:
    verbs = frozenset({"view", "reveal", "edit", "handle", "end", "export"})
    with looking_anew(), patch.object(seals, "READING", verbs):
        yield


@hole(attack=telling_intrusions.looks_without_a_trace)
def only_what_is_encrypted_is_watched(app: Flask) -> Iterator[None]:
    """What hangs on it in plain words is read, and nobody is told."""

    def careless(model: Any) -> bool:
        return any(column.info.get("secret") for column in model.__table__.columns)

    with patch.object(looks, "is_watched", careless):
        yield


@hole(attack=telling_intrusions.looks_without_a_trace)
def looks_at_what_hangs_on_a_case_are_told_to_nobody(app: Flask) -> Iterator[None]:
    with patch.object(looks, "_under", lambda model, _key: select(model.__table__.c.id).where(false())):
        yield


@hole(attack=intrusions.tells_by_the_answer)
def who_asks_for_nothing_is_told_so(app: Flask) -> Iterator[None]:
    real = opening.ask

    def careless(number: str, *args: Any) -> None:
        with acting_as(opening.KEEPER):
            found = db.session.scalar(select(Case.id).where(Case.number == number, Case.sealed_for.is_not(None)))
        if found is None:
            raise DomainError("没有这个编号。", "number")
        real(number, *args)

    with patch.object(opening, "ask", careless):
        yield


@hole(attack=intrusions.tells_by_the_answer)
def a_refusal_is_told(app: Flask) -> Iterator[None]:
    real = opening.words_of

    def careless(request: SealedRequest, *args: Any) -> str:
        with acting_as(opening.KEEPER):
            asked = select(seals.SealedOpening.id).where(seals.SealedOpening.request_id == request.id)
            return "不同意" if db.session.scalar(asked) else real(request, *args)

    with patch.object(opening, "words_of", careless):
        yield


@hole(attack=intrusions.reads_though_recused)
def heads_are_never_shut_out(app: Flask) -> Iterator[None]:
    with looking_anew(), patch.object(seals, "is_recused", lambda *_: false()):
        yield


@hole(attack=intrusions.belongs_to_nobody)
def who_is_shut_out_still_heads(app: Flask) -> Iterator[None]:
    real = seals.is_recused

    def careless(case_id: Any, user_id: Any) -> Any:
        return real(case_id, user_id) if isinstance(user_id, int) else false()

    with looking_anew(), patch.object(seals, "is_recused", careless):
        yield


@hole(attack=intrusions.sends_it_on_while_let_in)
def an_opening_is_sent_on(app: Flask) -> Iterator[None]:
    with (
        patch.object(guard, "_is_shut", lambda *_: False),
        patch.object(scope, "holds", lambda actor, verb, row: actor.covers(verb, type(row).__name__, row.place)),
    ):
        yield


@hole(attack=merged.reads_what_was_merged_though_recused)
def the_other_half_is_not_shut(app: Flask) -> Iterator[None]:
    with patch.object(opening, "recuse_alike", lambda _keys: None):
        yield


@hole(attack=merged.finds_it_by_what_was_merged)
def the_other_half_is_not_sealed(app: Flask) -> Iterator[None]:
    with patch.object(sealing, "merged_with", lambda _case: ()):
        yield


@hole(attack=intrusions.lets_himself_in)
def everybody_above_decides(app: Flask) -> Iterator[None]:
    """Whoever may approve cases there, head or not."""
    with looking_anew(), patch.object(seals, "_is_headed_below", lambda *_: false()):
        yield


@hole(attack=intrusions.reads_rows_in_hand)
def what_hangs_on_a_case_is_not_sealed(app: Flask) -> Iterator[None]:
    with looking_anew(), patch.object(seals, "is_protected", lambda model: hasattr(model, "__sealed__")):
        yield
