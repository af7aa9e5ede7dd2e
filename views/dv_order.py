"""告诫书、人身安全保护令, with their visits."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l

from app.danger import OfCase
from models import DvOrder
from views.base import RegisterView
from views.children import Children
from views.core import Section

VISIT = ["visited_on", "visitor", "finding", "note"]


class DvOrderView(RegisterView):
    datamodel = OfCase(DvOrder)
    route_base = "/orders"
    class_permission_name = "DvOrder"
    list_columns = ["case", "kind", "issued_by", "issued_on", "expires_on", "visit_due_on", "station"]
    show_columns = [
        "case", "station", "division", "kind", "issued_by", "document_no", "issued_on", "expires_on", "visit_due_on",
        "measures", "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = ["case_id", "kind", "issued_by", "document_no", "issued_on", "expires_on", "measures"]
    edit_columns = add_columns[1:]
    children = [Children(DvOrder, "visits", VISIT, VISIT)]
    sections = {"case": Section(_l("告诫书、保护令")), "ended_on": Section(_l("记录"))}
    search_columns = ["division_code", "station_id", "kind", "issued_on", "expires_on", "visit_due_on"]
    order_columns = ["issued_on", "expires_on", "visit_due_on"]
    quick_search: ClassVar[list[str]] = ["issued_by", "document_no"]
