"""转办: what a station handed to the centre, its steps, and the units that were asked."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l

from app import clock, hands, scope, transfers
from app.hands import HandInterface
from app.workflow.transferring import TRANSFERS
from models import Assignment, Transfer, TransferState
from views.base import RegisterView
from views.core import Section, acting
from views.progress import Progressing


class TransferView(Progressing, RegisterView):
    datamodel = HandInterface(Transfer)
    route_base = "/transfers"
    class_permission_name = "Transfer"
    show_template = "transfer/show.html"
    flow = TRANSFERS
    step_pages: ClassVar[dict[Any, str]] = {TransferState.ASSIGNED: "AssignmentView.add"}
    list_columns = ["subject", "number", "state", "due_on", "why", "sent_on", "station"]
    show_columns = [
        "subject", "why", "asked", "summary", "name", "phone", "address", "case", "station", "division", "sent_on",
        "sent_by", "due_on", "signed_on", "signed_by", "feedback", "closed_on", "state_reason",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    export_columns: ClassVar[list[str] | None] = ["number", "state", *show_columns]
    add_columns = ["case_id", "why", "asked", "summary", "has_name", "has_phone", "has_address", "due_on"]
    edit_columns = ["due_on"]
    sections = {
        "subject": Section(_l("转办内容")),
        "case": Section(_l("办理")),
        "ended_on": Section(_l("记录")),
    }
    search_columns = ["division_code", "station_id", "state", "why", "sent_on", "due_on"]
    order_columns = ["number", "due_on", "sent_on", "state"]
    quick_search: ClassVar[list[str]] = ["number", "subject"]

    def parts_of(self, row: Transfer, **said: Any) -> dict[str, Any]:
        units = [(unit, hands.standing_of(unit, clock.today())) for unit in transfers.units_of(row)]
        may_assign = acting().covers("add", Assignment.__name__, row.place) and scope.covers("handle", row)
        return {
            **super().parts_of(row), "units": units,
            "may_assign": may_assign and row.runs and row.state in transfers.RECEIVING, **said,
        }  # fmt: skip
