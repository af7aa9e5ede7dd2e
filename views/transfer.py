"""转办: what a station handed to the centre, its steps, and the units that were asked."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l

from app import clock, danger, hands, scope, transfers
from app.hands import HandInterface
from app.workflow.transferring import TRANSFERS
from models import Assignment, RiskLevel, Transfer, TransferReason, TransferState
from views.base import RegisterView
from views.core import Section, acting
from views.progress import Progressing
from views.recording import leave_out


class TransferView(Progressing, RegisterView):
    datamodel = HandInterface(Transfer)
    route_base = "/transfers"
    class_permission_name = "Transfer"
    show_template = "transfer/show.html"
    flow = TRANSFERS
    step_pages: ClassVar[dict[Any, str]] = {TransferState.ASSIGNED: "AssignmentView.add"}
    list_columns = ["subject", "number", "state", "due_on", "why", "sent_on", "station"]
    show_columns = [
        "subject", "why", "asked", "summary", "name", "phone", "address", "station", "division", "sent_on",
        "sent_by", "due_on", "signed_on", "signed_by", "feedback", "closed_on", "state_reason",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    export_columns: ClassVar[list[str] | None] = ["number", "state", "case", *show_columns]
    add_columns = ["case_id", "why", "asked", "summary", "has_name", "has_phone", "has_address", "due_on"]
    edit_columns = ["due_on"]
    sections = {
        "subject": Section(_l("转办内容")),
        "station": Section(_l("办理")),
        "ended_on": Section(_l("记录")),
    }
    search_columns = ["division_code", "station_id", "state", "why", "sent_on", "due_on"]
    order_columns = ["number", "due_on", "sent_on", "state"]
    quick_search: ClassVar[list[str]] = ["number", "subject"]

    def _form(self, form: Any, *args: Any, **said: Any) -> Any:
        case = form.case_id.find(form.case_id.data) if "case_id" in form else None
        if case is not None and danger.risk_of(case) is RiskLevel.HIGH:
            leave_out(form.why, TransferReason.MEDIATION, danger.NO_MEDIATION)
        return super()._form(form, *args, **said)

    def parts_of(self, row: Transfer, **said: Any) -> dict[str, Any]:
        units = [(unit, hands.standing_of(unit, clock.today())) for unit in transfers.units_of(row)]
        may_assign = acting().covers("add", Assignment.__name__, row.place) and scope.covers("handle", row)
        parts, is_barred = super().parts_of(row), row.runs and not danger.may_be_mediated(row)
        if is_barred:
            parts["others"] = [step for step in parts["others"] if step.to is not TransferState.HANDLING]
        return {
            **parts, "barred": danger.NO_MEDIATION_HERE if is_barred else "", "units": units,
            "may_assign": may_assign and row.runs and row.state in transfers.RECEIVING, **said,
        }  # fmt: skip
