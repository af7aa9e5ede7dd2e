"""Holes in what is counted and submitted: cases of others in the numbers, tables of others, figures that change."""

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import true

from app import aims, statistics, submissions, suppression
from app.security.actor import Actor
from models import Submission
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
