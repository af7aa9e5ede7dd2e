"""认定."""

from typing import ClassVar

from app.interface import RegisterInterface
from models import Recognition
from views.base import RegisterView


class RecognitionView(RegisterView):
    datamodel = RegisterInterface(Recognition)
    route_base = "/recognitions"
    class_permission_name = "Recognition"
    list_columns = ["recognized_on", "station", "by_level", "document_no", "lapses_on"]
    show_columns = [
        "station", "division", "by_level", "recognized_on", "recognized_by", "document_no", "note", "recorded_on",
        "lapses_on", "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = ["station_id", "by_level", "recognized_on", "recognized_by", "document_no", "note"]
    edit_columns = ["recognized_by", "document_no", "note"]
    prefill_columns = ("by_level",)
    search_columns = ["division_code", "station_id", "by_level", "recognized_on", "lapses_on"]
    order_columns = ["recognized_on", "lapses_on"]
    quick_search: ClassVar[list[str]] = ["document_no", "recognized_by"]
