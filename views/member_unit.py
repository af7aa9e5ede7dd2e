"""成员单位."""

from app.interface import RegisterInterface
from models import MemberUnit
from views.base import RegisterView


class MemberUnitView(RegisterView):
    datamodel = RegisterInterface(MemberUnit)
    route_base = "/units"
    class_permission_name = "MemberUnit"
    list_columns = ["name", "aliases", "division", "contact", "phone"]
    show_columns = ["name", "aliases", "division", "duties", "contact", "phone", "created_at", "changed_at"]
    add_columns = edit_columns = ["division_code", "name", "aliases", "duties", "contact", "phone"]
    search_columns = ["division_code", "name", "aliases"]
    order_columns = ["name"]
    quick_search = ["name", "aliases"]
