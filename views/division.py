"""区划."""

from typing import Any

from app import coverage
from app.interface import RegisterInterface
from app.scope import current_actor
from models import Division
from views.base import RegisterView


class DivisionView(RegisterView):
    datamodel = RegisterInterface(Division)
    route_base = "/divisions"
    class_permission_name = "Division"
    show_template = "division/show.html"
    list_columns = ["code", "name", "level", "parent", "is_pseudo", "retired_on"]
    show_columns = ["code", "name", "level", "parent", "is_pseudo", "retired_on", "successor", "note"]
    add_columns = ["code", "name", "note"]
    edit_columns = ["name", "is_pseudo", "retired_on", "succeeded_by", "note"]
    search_columns = ["code", "name", "level", "is_pseudo"]
    order_columns = ["code", "name", "level"]
    quick_search = ["name", "code"]

    def lacks_station(self, row: Any) -> bool:
        """Whether there must be a station, there is none, and the viewer may add it (F2)."""
        actor = current_actor()
        places = coverage.places(actor, coverage.MISSING, row.code, 0, 1) if actor is not None else []
        return any(place.code == row.code and place.may_add for place in places)
