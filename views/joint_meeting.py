"""联席会议."""

from app.interface import RegisterInterface
from models import JointMeeting
from views.base import RegisterView
from views.children import Children


class JointMeetingView(RegisterView):
    datamodel = RegisterInterface(JointMeeting)
    route_base = "/meetings"
    class_permission_name = "JointMeeting"
    list_columns = ["held_on", "station", "chair", "topics"]
    show_columns = [
        "station", "division", "held_on", "chair", "units_present", "topics", "ended_on", "ended_reason",
        "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = ["station_id", "held_on", "chair", "units_present", "topics"]
    children = [
        Children(JointMeeting, "decisions", ["text", "unit_id", "due_on", "done_on"],
                 ["text", "unit", "due_on", "done_on"]),
    ]  # fmt: skip
    search_columns = ["division_code", "station_id", "held_on", "chair"]
    order_columns = ["held_on"]
    quick_search = ["topics", "chair", "units_present"]
