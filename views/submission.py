"""统计上报: what was submitted, as it was, and what has changed since."""

from typing import Any, ClassVar

from flask import url_for

from app import submissions
from app.interface import RegisterInterface
from app.periods import Period
from models import Submission
from views.base import RegisterView
from views.core import acting
from views.statistics import address_in


class SubmissionView(RegisterView):
    datamodel = RegisterInterface(Submission)
    route_base = "/submissions"
    class_permission_name = "Submission"
    show_template = "submission/show.html"
    list_columns = ["kind", "division", "first_on", "last_on", "submitted_on", "submitted_by"]
    show_columns = ["kind", "division", "first_on", "last_on", "submitted_on", "submitted_by", "seal", "note"]
    add_columns = ["division_code", "kind", "first_on", "last_on", "note"]
    edit_columns = []
    prefill_columns = ("kind",)
    search_columns = ["division_code", "kind", "first_on", "last_on", "submitted_on"]
    order_columns = ["first_on", "last_on", "submitted_on"]
    quick_search: ClassVar[list[str]] = ["submitted_by", "note"]
    exclude_route_methods: ClassVar[set[str]] = {
        *RegisterView.exclude_route_methods, "edit", "end", "resume", "delete", "reveal", "attach", "attachment",
        "detach", "draft", "draft_new", "discard", "discard_new",
    }  # fmt: skip

    def parts_of(self, row: Submission, **said: Any) -> dict[str, Any]:
        """The table as submitted beside the one of now, and whether it is what was sealed."""
        period = Period(row.first_on, row.last_on)
        asked = submissions.question_of(row.kind, period, row.division_code)
        live = url_for(
            "CaseView.statistics", rows=asked.rows.name, columns=asked.columns.name, measure=asked.measure.name,
            period=period.key, division=row.division_code,
        )  # fmt: skip
        return super().parts_of(
            row, kept=submissions.kept_of(row, acting()), period=period,
            live=live if acting().can("view", "Case") else "", link=address_in,
            is_sound=submissions.is_as_submitted(row), **said,
        )  # fmt: skip
