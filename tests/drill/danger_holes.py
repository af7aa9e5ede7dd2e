"""Holes in cases of high risk: mediation that is only gone from the page, or goes on elsewhere; a risk that falls."""

from collections.abc import Collection, Iterator
from typing import Any
from unittest.mock import patch

from flask import Flask

from app import danger, protection
from app.danger import Answered
from app.workflow import cases
from models import CaseActivity, CaseState, RiskLevel
from tests.drill.hole import hole
from tests.security import danger_intrusions as intrusions


@hole(attack=intrusions.mediates_by_form)
def mediation_is_only_gone_from_the_page(app: Flask) -> Iterator[None]:
    with patch.object(danger, "_mediated", lambda *_: None):
        yield


@hole(attack=intrusions.hands_over_for_mediation)
def only_records_of_mediation_are_refused(app: Flask) -> Iterator[None]:
    real = danger._mediated

    def careless(session: Any, row: Any, is_new: bool) -> int | None:
        return real(session, row, is_new) if isinstance(row, CaseActivity) else None

    with patch.object(danger, "_mediated", careless):
        yield


@hole(attack=intrusions.mediates_where_it_was_merged_into)
def merging_washes_it_clean(app: Flask) -> Iterator[None]:
    with patch.object(danger, "_merged", lambda _flush: set()):
        yield


@hole(attack=intrusions.changes_an_answer)
def answers_may_be_taken_back(app: Flask) -> Iterator[None]:
    with patch.object(danger, "_stays", lambda *_: None):
        yield


@hole(attack=intrusions.begins_another)
def an_empty_sheet_counts(app: Flask) -> Iterator[None]:
    real = danger.level_of

    def careless(lines: Collection[Answered], medium_from: int, high_from: int) -> RiskLevel:
        return real(lines, medium_from, high_from) or RiskLevel.LOW

    with patch.object(danger, "level_of", careless):
        yield


@hole(attack=intrusions.closes_over_it)
def cases_end_before_the_police_was_called(app: Flask) -> Iterator[None]:
    with patch.object(danger, "open_duties", lambda _case: []):
        yield


@hole(attack=intrusions.comes_back_when_it_is_over)
def sheets_come_back_whatever_became_of_the_case(app: Flask) -> Iterator[None]:
    with patch.object(cases, "_case_of", lambda _sheet: (CaseState.APPLIED, False)):
        yield


@hole(attack=intrusions.lasts_seven_months)
def orders_last_as_long_as_they_say(app: Flask) -> Iterator[None]:
    with patch.object(protection, "MONTHS", 12):
        yield
