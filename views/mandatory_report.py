"""强制报告."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from app.interface import RegisterInterface
from models import MandatoryReport
from views.base import RegisterView
from views.core import Section


class MandatoryReportView(RegisterView):
    datamodel = RegisterInterface(MandatoryReport)
    route_base = "/reports"
    class_permission_name = "MandatoryReport"
    list_columns = ["finder", "finder_kind", "found_on", "reported_on", "station"]
    show_columns = [
        "station", "division", "finder_kind", "finder", "found_on", "victim", "capacity", "circumstances",
        "reported_on", "reported_to", "case", "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = [
        "station_id", "finder_kind", "finder", "found_on", "victim", "capacity", "circumstances", "reported_on",
        "reported_to", "case_id",
    ]  # fmt: skip
    sections = {
        "station": Section(_l("发现")), "station_id": Section(_l("发现")), "reported_on": Section(_l("报案")),
        "ended_on": Section(_l("记录")),
    }  # fmt: skip
    search_columns = ["division_code", "station_id", "finder_kind", "capacity", "found_on", "reported_on"]
    order_columns = ["found_on", "reported_on"]
    quick_search: ClassVar[list[str]] = ["finder"]
