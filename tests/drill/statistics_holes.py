"""Holes in what is counted and submitted: cases of others in the numbers, tables of others, figures that change."""

import hashlib
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import true

from app import aims, statistics, submissions, suppression
from app.security.actor import Actor
from models import Case, Submission
from tests.drill.hole import as_system, hole, looking_anew
from tests.security import statistics_intrusions as intrusions


@hole(attack=intrusions.counts_cases_of_others)
def statistics_of_all_cases(app: Flask) -> Iterator[None]:
    """Counted by the product itself, without the place that the viewer's own part stands for."""

    def careless(asked: Any) -> Any:
        return as_system(counted)(replace(asked, within=""))

    counted = statistics.counted
    with patch.object(statistics, "counted", careless):
        yield


@hole(attack=intrusions.asks_for_another_division)
def statistics_of_any_division(app: Flask) -> Iterator[None]:
    def careless(question: Any, actor: Actor, verb: str = "view") -> Any:
        return replace(question, places=(question.within,))

    with patch.object(statistics, "asked_of", careless):
        yield


@hole(attack=intrusions.exports_what_he_may_only_view)
def statistics_exported_by_the_right_to_view(app: Flask) -> Iterator[None]:
    asked_of = statistics.asked_of
    with (
        patch.object(statistics, "narrowed", lambda *_: nullcontext()),
        patch.object(statistics, "asked_of", lambda question, actor, verb="view": asked_of(question, actor)),
    ):
        yield


@hole(attack=intrusions.counts_closed_cases_of_others)
def aims_of_all_cases(app: Flask) -> Iterator[None]:
    """The board of 四个不, counted by the product itself."""
    with patch.object(aims, "board_of", as_system(aims.board_of)):
        yield


@hole(attack=intrusions.takes_for_kept_what_he_cannot_see)
def aims_that_rest_on_what_is_out_of_sight(app: Flask) -> Iterator[None]:
    with patch.object(aims, "inside", lambda *_: true()):
        yield


@hole(attack=intrusions.changes_what_is_submitted)
def submission_open_to_changes(app: Flask) -> Iterator[None]:
    """Neither by what the model says of writing nor by the rule."""
    with (
        patch.object(Submission, "__writing__", {"add": "add", "edit": "add"}),
        patch.object(submissions, "_must_stay", lambda *_: None),
        looking_anew(),  # what may be read remembers what the model said
    ):
        yield


@hole(attack=intrusions.subtracts_what_he_sees_from_what_was_submitted)
def submission_tells_of_sealed_cases(app: Flask) -> Iterator[None]:
    with patch.object(suppression, "hidden", lambda *_: set()):
        yield


@hole(attack=intrusions.combines_lines_of_a_table)
def submission_hides_few_and_nothing_beside_them(app: Flask) -> Iterator[None]:
    def careless(sealed: Any, taken: bool = False) -> Any:
        return {(r, c) for r, row in enumerate(sealed) for c, n in enumerate(row) if suppression.tells(n)}

    with patch.object(suppression, "hidden", careless):
        yield


def _each_for_itself(app: Flask) -> Iterator[None]:
    with patch.object(suppression, "is_taken", lambda *_: False):
        yield


@hole(attack=intrusions.combines_parts_of_two_kinds)
def submissions_of_larger_divisions_each_for_itself(app: Flask) -> Iterator[None]:
    yield from _each_for_itself(app)


@hole(attack=intrusions.combines_cells_of_two_months)
def submissions_of_longer_periods_each_for_itself(app: Flask) -> Iterator[None]:
    yield from _each_for_itself(app)


@hole(attack=intrusions.compares_two_measures)
def submissions_of_two_measures_each_for_itself(app: Flask) -> Iterator[None]:
    yield from _each_for_itself(app)


@hole(attack=intrusions.compares_with_last_year)
def year_before_beside_no_submission(app: Flask) -> Iterator[None]:
    yield from _each_for_itself(app)


@hole(attack=intrusions.subtracts_what_was_told_before_it_was_sealed)
def submission_beside_what_told_of_sealed_cases_then(app: Flask) -> Iterator[None]:
    is_taken = suppression.is_taken
    with patch.object(suppression, "is_taken", lambda place, period, _sealed, told: is_taken(place, period, (), told)):
        yield


@hole(attack=intrusions.finds_a_case_by_what_has_changed)
def differences_of_what_is_open_now(app: Flask) -> Iterator[None]:
    with patch.object(submissions, "_compared", lambda _row: (Case.sealed_for.is_(None),)):
        yield


@hole(attack=intrusions.proves_a_guess_by_the_seal)
def seal_without_a_key(app: Flask) -> Iterator[None]:
    def careless(row: Submission) -> list[str]:
        return [str(int(hashlib.sha256(submissions.text_of(row).encode()).hexdigest(), 16))[:20]]

    with patch.object(submissions, "seals_of", careless):
        yield
