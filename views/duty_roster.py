"""值班."""

from app.interface import RegisterInterface
from models import DutyRoster
from views.base import RegisterView


class DutyRosterView(RegisterView):
    datamodel = RegisterInterface(DutyRoster)
    route_base = "/duties"
    class_permission_name = "DutyRoster"
    list_columns = [
        "name", "station", "weekday", "period", "phone", "answers_calls", "answers_letters", "receives_visitors",
    ]  # fmt: skip
    show_columns = [
        "station", "division", "weekday", "period", "name", "phone", "answers_calls", "answers_letters",
        "receives_visitors", "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = [
        "station_id", "weekday", "period", "name", "phone", "answers_calls", "answers_letters", "receives_visitors",
    ]  # fmt: skip
    search_columns = ["division_code", "station_id", "weekday", "period", "name"]
    order_columns = ["name"]
