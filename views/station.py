"""维权站."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app import leadership
from app.interface import RegisterInterface
from models import Station
from views.base import RegisterView, bulk_action


class StationView(RegisterView):
    datamodel = RegisterInterface(Station)
    route_base = "/stations"
    class_permission_name = "Station"
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
        "ended_on",
        "ended_reason",
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

    def facts(self, row: Any) -> Sequence[tuple[Any, Sequence[str]]]:
        return [(_l("班子"), leadership.gaps_of(row)), (_l("维权队伍"), leadership.team_of(row))]

    @bulk_action("edit", _l("标记为已挂牌"))
    def bulk_plaque(self, rows: list[Any]) -> None:
        for row in rows:
            row.has_plaque = True
        self.datamodel.edit(rows)
