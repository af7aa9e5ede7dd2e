"""人工确认."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_babel import gettext as _

from app.confirming import NO_VERDICT
from app.interface import RegisterInterface
from models import Confirmation
from views.base import RegisterView


class ConfirmationView(RegisterView):
    datamodel = RegisterInterface(Confirmation)
    route_base = "/confirmations"
    class_permission_name = "Confirmation"
    list_columns = ["item", "station", "confirmed_on", "valid_until", "confirmed_by"]
    show_columns = [
        "item", "station", "division", "confirmed_on", "confirmed_by", "note", "valid_until", "edition",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = ["station_id", "item_id", "confirmed_on", "confirmed_by", "note"]
    search_columns = ["division_code", "station_id", "confirmed_on", "valid_until"]
    order_columns = ["confirmed_on", "valid_until"]
    quick_search: ClassVar[list[str]] = ["confirmed_by", "note"]

    def facts(self, row: Any) -> Sequence[tuple[Any, Sequence[str]]]:
        """Beside a line that a rule judges: that it is evidence, and no verdict."""
        is_evidence = row.item is not None and row.item.rule is not None
        return [(_("佐证"), [str(NO_VERDICT)])] if is_evidence else []
