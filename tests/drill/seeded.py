"""All holes on purpose, in the order in which they are opened."""

from tests.drill import (
    assessment_holes,
    calendar_holes,
    case_holes,
    danger_holes,
    delegation_holes,
    draft_holes,
    filling_holes,
    holes,
    memory_holes,
    overview_holes,
    paper_holes,
    report_holes,
    sealed_holes,
    search_holes,
    secret_holes,
    session_holes,
    standard_holes,
    statistics_holes,
    transfer_holes,
)
from tests.drill.hole import HOLES, Hole

MODULES = (
    holes, secret_holes, delegation_holes, session_holes, draft_holes, overview_holes, memory_holes, search_holes,
    calendar_holes, case_holes, assessment_holes, filling_holes, standard_holes, paper_holes,
    transfer_holes,
    statistics_holes, danger_holes, sealed_holes, report_holes,
)  # fmt: skip

__all__ = ["HOLES", "MODULES", "Hole"]
