"""维权站."""

from typing import Any

from flask_babel import lazy_gettext as _l

from app.interface import RegisterInterface
from models import Station
from views.base import RegisterView, bulk_action


class StationView(RegisterView):
    datamodel = RegisterInterface(Station)
    route_base = "/stations"
    class_permission_name = "Station"
    title_name = _l("维权站")
    list_columns = ["name", "division", "level", "host", "has_plaque", "founded_on", "mark"]
    show_columns = [
        "name",
        "division",
        "level",
        "host",
        "is_integrated",
        "is_in_plan",
        "mark",
        "founded_on",
        "address",
        "phone",
        "has_plaque",
        "created_at",
        "changed_at",
    ]
    add_columns = edit_columns = [
        "division_code",
        "name",
        "host",
        "is_integrated",
        "is_in_plan",
        "founded_on",
        "address",
        "phone",
        "has_plaque",
    ]
    search_columns = ["division_code", "name", "level", "host", "is_integrated", "has_plaque", "founded_on"]
    order_columns = ["name", "level", "host", "has_plaque", "founded_on"]
    quick_search = ["name", "address", "phone"]

    @bulk_action("edit", _l("标记为已挂牌"))
    def bulk_plaque(self, rows: list[Any]) -> None:
        for row in rows:
            row.has_plaque = True
        self.datamodel.edit(rows)
