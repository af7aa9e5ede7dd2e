"""上墙."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app import clock, postings
from app.interface import RegisterInterface
from models import WallPosting
from views.base import RegisterView


class WallPostingView(RegisterView):
    datamodel = RegisterInterface(WallPosting)
    route_base = "/postings"
    class_permission_name = "WallPosting"
    list_columns = ["kind", "station", "posted_on", "spot"]
    show_columns = [
        "kind", "station", "division", "posted_on", "spot", "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = ["station_id", "kind", "posted_on", "spot"]
    search_columns = ["division_code", "station_id", "kind", "posted_on"]
    order_columns = ["kind", "posted_on"]
    quick_search = ["spot"]

    def facts(self, row: Any) -> Sequence[tuple[Any, Sequence[str]]]:
        told = postings.sentences(row, clock.today())
        return [(_l("提示"), told)] if told else []
