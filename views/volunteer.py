"""维权队伍."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app import clock, training
from app.interface import RegisterInterface
from models import Volunteer
from views.base import RegisterView


class VolunteerView(RegisterView):
    datamodel = RegisterInterface(Volunteer)
    route_base = "/volunteers"
    class_permission_name = "Volunteer"
    list_columns = ["name", "number", "role", "station", "engagement", "specialty", "phone", "term_ends_on"]
    show_columns = [
        "number", "name", "station", "division", "role", "engagement", "specialty", "id_number", "sex", "born_on",
        "education", "politics", "title", "phone", "address", "starts_on", "term_ends_on", "strengths", "service_wish",
        "service_hours", "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = [
        "station_id", "name", "role", "id_number", "sex", "born_on", "phone", "engagement", "specialty", "starts_on",
        "term_ends_on", "title", "education", "politics", "address", "strengths", "service_wish", "service_hours",
    ]  # fmt: skip
    search_columns = ["division_code", "station_id", "name", "role", "specialty", "engagement", "term_ends_on"]
    order_columns = ["name", "number", "role", "starts_on", "term_ends_on", "service_hours"]
    quick_search = ["name", "number", "title"]

    def facts(self, row: Any) -> Sequence[tuple[Any, Sequence[str]]]:
        return [(_l("培训情况"), training.sentences(row, clock.today()))]
