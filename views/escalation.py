"""疑难转报: what a station told its superior of a hard case, and how he follows it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l

from app.hands import HandInterface, log_of
from app.workflow.reporting import ESCALATIONS
from models import Escalation, EscalationNote
from views.base import RegisterView
from views.core import Section
from views.progress import Progressing


class EscalationView(Progressing, RegisterView):
    datamodel = HandInterface(Escalation)
    route_base = "/escalations"
    class_permission_name = "Escalation"
    show_template = "hand/show.html"
    flow = ESCALATIONS
    list_columns = ["subject", "number", "state", "due_on", "to_level", "sent_on", "station"]
    show_columns = [
        "subject", "asked", "summary", "name", "phone", "address", "to_level",
        "station", "division", "sent_on", "sent_by", "due_on", "signed_on", "signed_by",
        "reply", "closed_on", "state_reason", "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    export_columns: ClassVar[list[str] | None] = ["number", "state", *show_columns]
    add_columns = ["case_id", "asked", "summary", "has_name", "has_phone", "has_address", "to_level", "due_on"]
    edit_columns = ["due_on"]
    sections = {"subject": Section(_l("转报内容")), "to_level": Section(_l("办理")), "ended_on": Section(_l("记录"))}
    search_columns = ["division_code", "station_id", "state", "to_level", "sent_on", "due_on"]
    order_columns = ["number", "due_on", "sent_on", "state"]
    quick_search: ClassVar[list[str]] = ["number", "subject"]

    def facts(self, row: Escalation) -> Sequence[tuple[Any, Sequence[str]]]:
        notes = log_of(EscalationNote, EscalationNote.escalation_id, row)
        return [(EscalationNote.__label__, notes)] if notes else []
