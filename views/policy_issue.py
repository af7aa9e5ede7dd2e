"""政策建议: what a station found wanting in laws and policies, and the answer."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from app.hands import HandInterface
from app.workflow.reporting import POLICY
from models import PolicyIssue
from views.base import RegisterView
from views.core import Section
from views.progress import Progressing


class PolicyIssueView(Progressing, RegisterView):
    datamodel = HandInterface(PolicyIssue)
    route_base = "/policies"
    class_permission_name = "PolicyIssue"
    show_template = "hand/show.html"
    flow = POLICY
    list_columns = ["subject", "number", "state", "due_on", "law", "sent_on", "station"]
    show_columns = [
        "subject", "law", "analysis", "proposal", "body", "to_level",
        "station", "division", "sent_on", "sent_by", "due_on", "signed_on", "signed_by",
        "reply", "closed_on", "state_reason", "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    export_columns: ClassVar[list[str] | None] = ["number", "state", *show_columns]
    add_columns = [
        "station_id", "subject", "law", "analysis", "proposal", "body", "to_level", "due_on", "case_id",
    ]  # fmt: skip
    edit_columns = ["subject", "case_id"]
    sections = {"subject": Section(_l("建议")), "body": Section(_l("办理")), "ended_on": Section(_l("记录"))}
    search_columns = ["division_code", "station_id", "state", "body", "sent_on", "due_on"]
    order_columns = ["number", "due_on", "sent_on", "state"]
    quick_search: ClassVar[list[str]] = ["number", "subject", "law"]
