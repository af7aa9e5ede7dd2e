"""经费."""

from app.interface import RegisterInterface
from models import Budget
from views.base import RegisterView


class BudgetView(RegisterView):
    datamodel = RegisterInterface(Budget)
    route_base = "/budgets"
    class_permission_name = "Budget"
    list_columns = ["year", "station", "amount_yuan", "is_in_budget", "document_no"]
    show_columns = [
        "year", "station", "division", "amount_yuan", "is_in_budget", "document_no", "ended_on", "ended_reason",
        "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = ["station_id", "year", "amount_yuan", "is_in_budget", "document_no"]
    search_columns = ["division_code", "station_id", "year", "is_in_budget", "document_no"]
    order_columns = ["year", "amount_yuan"]
    quick_search = ["document_no"]
