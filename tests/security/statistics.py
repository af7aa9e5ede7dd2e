"""The Spec of what is submitted of the statistics; see tests.security.registers."""

from datetime import date

from app.security.roles import DIVISION_ADMIN, SUPERVISOR
from models import ReportKind, Submission
from models.base import TOWNSHIP
from tests.security.spec import FILES, Spec
from tests.world import DIVISIONS, canary

STATISTICS = (
    Spec(
        model=Submission,
        master="town_admin",
        rights={DIVISION_ADMIN: "view add export", SUPERVISOR: "view export"},
        make=lambda code, its_key: Submission(
            id=its_key,
            division_code=code,
            kind=ReportKind.CASES,
            first_on=date(2025, 1, 1),
            last_on=date(2025, 12, 31),
            submitted_by=canary("SUBMITTER", code),
            note=canary("EXPLAINED", code),
        ),
        form=lambda code: {
            "division_code": code,
            "kind": "VISITS",
            "first_on": "2026-07-01",
            "last_on": "2026-09-30",
            "note": "无",
        },
        canaries={"SUBMITTER": "submitted_by", "EXPLAINED": "note"},
        codes=tuple(code for code in DIVISIONS if len(code) <= TOWNSHIP),
        without=(
            "edit", "end", "resume", "delete", "reveal", "draft", "draft_new", "discard", "discard_new", *FILES,
        ),
    ),
)  # fmt: skip
