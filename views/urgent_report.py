"""紧急报告: what a station reported at once, its parts, and who signed for them."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l

from app.hands import HandInterface, log_of
from app.workflow.reporting import URGENT
from models import UrgentPart, UrgentReport
from views.base import RegisterView
from views.core import Section
from views.progress import Progressing


class UrgentReportView(Progressing, RegisterView):
    datamodel = HandInterface(UrgentReport)
    route_base = "/urgents"
    class_permission_name = "UrgentReport"
    show_template = "hand/show.html"
    flow = URGENT
    list_columns = ["subject", "number", "state", "due_on", "urgency", "people", "station"]
    show_columns = [
        "subject", "urgency", "people", "report", "body", "to_level",
        "station", "division", "sent_on", "sent_by", "due_on", "signed_on", "signed_by",
        "closed_on", "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    export_columns: ClassVar[list[str] | None] = ["number", "state", *show_columns]
    add_columns = ["station_id", "subject", "urgency", "people", "report", "body", "to_level", "due_on", "case_id"]
    edit_columns = ["subject", "case_id"]
    sections = {"subject": Section(_l("报告")), "body": Section(_l("办理")), "ended_on": Section(_l("记录"))}
    search_columns = ["division_code", "station_id", "state", "urgency", "body", "sent_on", "due_on"]
    order_columns = ["number", "due_on", "sent_on", "state"]
    quick_search: ClassVar[list[str]] = ["number", "subject"]

    def facts(self, row: UrgentReport) -> Sequence[tuple[Any, Sequence[str]]]:
        return [(UrgentPart.__label__, log_of(UrgentPart, UrgentPart.urgent_id, row))]
