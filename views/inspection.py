"""督导检查."""

from app.interface import RegisterInterface
from models import Inspection
from views.base import RegisterView
from views.children import Children


class InspectionView(RegisterView):
    datamodel = RegisterInterface(Inspection)
    route_base = "/inspections"
    class_permission_name = "Inspection"
    list_columns = ["inspected_on", "station", "inspector", "content"]
    show_columns = [
        "station", "division", "inspected_on", "inspector", "content", "ended_on", "ended_reason", "created_at",
        "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = ["station_id", "inspected_on", "inspector", "content"]
    children = [
        Children(Inspection, "problems", ["text", "due_on", "rechecked_on", "result"],
                 ["text", "due_on", "rechecked_on", "result"]),
    ]  # fmt: skip
    search_columns = ["division_code", "station_id", "inspected_on", "inspector"]
    order_columns = ["inspected_on", "inspector"]
    quick_search = ["inspector", "content"]
