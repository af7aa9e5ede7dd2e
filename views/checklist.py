"""建站标准."""

from typing import ClassVar

from app.interface import RegisterInterface
from models import Checklist
from views.base import RegisterView
from views.children import Children

ITEM = ["label", "rule", "evidence", "validity_months", "points", "is_prompt", "position", "is_active"]


class ChecklistView(RegisterView):
    datamodel = RegisterInterface(Checklist)
    route_base = "/checklists"
    class_permission_name = "Checklist"
    list_columns = ["name", "kind", "level", "division", "edition"]
    show_columns = [
        "name", "kind", "level", "division", "edition", "medium_from", "high_from", "note", "ended_on", "ended_reason",
        "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = ["division_code", "name", "kind", "level", "medium_from", "high_from", "note"]
    children = [Children(Checklist, "items", ITEM, ITEM)]
    search_columns = ["division_code", "name", "kind", "level"]
    order_columns = ["name", "kind", "level"]
    quick_search: ClassVar[list[str]] = ["name", "note"]
