"""Holes in what both sides sign: lines that can still be changed, signatures without the right or without a look."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from flask import Flask

from app import assessments, guard
from app.workflow import steps
from models import Assessment
from tests.drill.hole import hole
from tests.security import assessment_intrusions as intrusions


def _asking_for(verb: str) -> AbstractContextManager[Any]:
    """Every signature asks for another verb."""
    careless = [
        flow if "ended_on" in flow.held else replace(flow, steps=tuple(replace(s, verb=verb) for s in flow.steps))
        for flow in steps.FLOWS[Assessment]
    ]
    return patch.dict(steps.FLOWS, {Assessment: careless})


@hole(attack=intrusions.answers_what_is_signed)
def lines_open_after_signature(app: Flask) -> Iterator[None]:
    with patch.object(assessments, "SIGNED", ()):
        yield


@hole(attack=intrusions.signs_elsewhere)
def signature_in_any_sheet(app: Flask) -> Iterator[None]:
    with patch.object(steps, "_may", lambda *_: True), patch.object(guard, "guard_write", lambda *_: None):
        yield


@hole(attack=intrusions.signs_without_the_right)
def signature_by_the_right_to_edit(app: Flask) -> Iterator[None]:
    with _asking_for("edit"):
        yield


@hole(attack=intrusions.signs_what_was_not_seen)
def signature_on_lines_that_were_not_seen(app: Flask) -> Iterator[None]:
    """The version of the sheet alone: a line that gets other words and the same points is not in it."""
    with patch.object(assessments, "seen", lambda sheet: str(sheet.version)):
        yield
