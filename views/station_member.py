"""维权站班子."""

from app.interface import RegisterInterface
from models import StationMember
from views.base import RegisterView


class StationMemberView(RegisterView):
    datamodel = RegisterInterface(StationMember)
    route_base = "/members"
    class_permission_name = "StationMember"
    list_columns = ["name", "seat", "station", "title", "unit", "duties", "phone"]
    show_columns = [
        "name", "station", "division", "seat", "title", "unit", "duties", "sex", "phone", "starts_on",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = [
        "station_id",
        "name",
        "seat",
        "title",
        "unit_id",
        "duties",
        "sex",
        "phone",
        "starts_on",
    ]
    search_columns = ["division_code", "station_id", "name", "seat"]
    order_columns = ["name", "seat", "starts_on"]
    quick_search = ["name", "title", "duties"]
