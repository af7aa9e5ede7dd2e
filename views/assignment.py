"""交办: one unit's part of a transfer, for the unit, and for whoever writes down what it says."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l

from app import scope
from app.interface import RegisterInterface
from app.transfers import AssignmentInterface
from app.workflow.transferring import ASSIGNMENTS
from models import Assignment, Transfer
from views.base import RegisterView
from views.core import Section, acting
from views.progress import Progressing


class AssignmentView(Progressing, RegisterView):
    datamodel = AssignmentInterface(Assignment)
    route_base = "/assignments"
    class_permission_name = "Assignment"
    show_template = "assignment/show.html"
    flow = ASSIGNMENTS
    list_columns = ["number", "unit", "state", "due_on", "assigned_on"]
    # Neither the station nor the transfer: where she comes from is content, and these are seen before the signature.
    show_columns = [
        "unit", "asked", "content", "assigned_on", "due_on", "signed_on", "signed_by", "feedback", "fed_back_on",
        "is_proxy_entry", "state_reason", "created_at", "changed_at",
    ]  # fmt: skip
    export_columns: ClassVar[list[str] | None] = ["number", "state", "station", *show_columns]
    add_columns = ["transfer_id", "unit_id", "asked", "has_name", "has_phone", "has_address", "due_on"]
    edit_columns = ["due_on"]
    sections = {"unit": Section(_l("交办内容")), "created_at": Section(_l("记录"))}
    search_columns = ["division_code", "unit_id", "state", "assigned_on", "due_on"]
    order_columns = ["number", "due_on", "assigned_on", "state"]
    quick_search: ClassVar[list[str]] = ["number"]

    def parts_of(self, row: Assignment, **said: Any) -> dict[str, Any]:
        is_of_unit = row.unit_id in acting().units("view", Assignment.__name__)
        is_proxy = not is_of_unit and self.can("handle") and scope.covers("handle", row)
        transfer = RegisterInterface.of(Transfer).get(row.transfer_id)  # its officer sees none
        return {**super().parts_of(row), "is_of_unit": is_of_unit, "is_proxy": is_proxy, "transfer": transfer, **said}
