"""区划."""

from app.interface import RegisterInterface
from models import Division
from views.base import RegisterView


class DivisionView(RegisterView):
    datamodel = RegisterInterface(Division)
    route_base = "/divisions"
    class_permission_name = "Division"
    list_columns = ["code", "name", "level", "parent", "is_pseudo", "retired_on"]
    show_columns = ["code", "name", "level", "parent", "is_pseudo", "retired_on", "successor", "note"]
    add_columns = ["code", "name", "note"]
    edit_columns = ["name", "is_pseudo", "retired_on", "succeeded_by", "note"]
    search_columns = ["code", "name", "level", "is_pseudo"]
    order_columns = ["code", "name", "level"]
    quick_search = ["name", "code"]
