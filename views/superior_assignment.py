"""上级转办、交办: what came from above, for the station, and for the superior who waits for it."""

from typing import Any, ClassVar

from flask import url_for
from flask_babel import lazy_gettext as _l

from app import scope
from app.hands import HandInterface, is_superior_of
from app.workflow.reporting import ASSIGNED
from models import Case, SuperiorAssignment
from views.base import RegisterView
from views.core import Section, acting
from views.progress import Progressing


class SuperiorAssignmentView(Progressing, RegisterView):
    datamodel = HandInterface(SuperiorAssignment)
    route_base = "/superiors"
    class_permission_name = "SuperiorAssignment"
    show_template = "hand/show.html"
    flow = ASSIGNED
    list_columns = ["subject", "number", "state", "due_on", "document_no", "from_whom", "station"]
    show_columns = [
        "subject", "kind", "document_no", "from_whom", "arrived_on", "content", "due_on", "station", "division",
        "sent_on", "sent_by", "signed_on", "signed_by", "answered_on", "fed_back_on", "feedback", "closed_on",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    export_columns: ClassVar[list[str] | None] = ["number", "state", *show_columns]
    add_columns = [
        "station_id", "subject", "kind", "document_no", "from_whom", "arrived_on", "due_on", "content", "case_id",
    ]  # fmt: skip
    edit_columns = ["document_no", "case_id"]
    sections = {"subject": Section(_l("来文")), "station": Section(_l("办理")), "ended_on": Section(_l("记录"))}
    search_columns = ["division_code", "station_id", "state", "kind", "arrived_on", "due_on"]
    order_columns = ["number", "due_on", "arrived_on", "state"]
    quick_search: ClassVar[list[str]] = ["number", "subject", "document_no"]

    def line_of(self, row: SuperiorAssignment) -> tuple[Any, ...]:
        """What came on paper is over with the feedback: nobody here takes note."""
        line = super().line_of(row)
        return line if row.giver_code else line[:-1]

    def parts_of(self, row: SuperiorAssignment, **said: Any) -> dict[str, Any]:
        return {**super().parts_of(row), "caseless": self._caseless(row), **said}

    def _caseless(self, row: SuperiorAssignment) -> dict[str, str]:
        """For the station, as long as it has no case: where one is registered, where one is linked."""
        may_link = self.can("edit") and scope.covers("edit", row) and row.runs and row.case_id is None
        if not may_link or is_superior_of(row, acting()):
            return {}
        may_add = acting().covers("add", Case.__name__, row.place)
        return {
            "add": url_for("CaseView.add", station_id=row.station_id) if may_add else "",
            "link": self.url("edit", pk=row.id),
        }
