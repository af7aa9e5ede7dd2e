"""培训."""

from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import clock, training
from app.interface import RegisterInterface
from models import Training
from views import parameters
from views.access import needs
from views.base import RegisterView
from views.children import Children
from views.forms import EARLIEST, LATEST

PAGE = 50


class TrainingView(RegisterView):
    datamodel = RegisterInterface(Training)
    route_base = "/trainings"
    class_permission_name = "Training"
    list_template = "training/list.html"
    list_columns = ["name", "held_on", "hours", "organizer", "division", "lecturer"]
    show_columns = [
        "name", "division", "held_on", "hours", "organizer", "venue", "lecturer", "content",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = [
        "division_code", "name", "held_on", "hours", "organizer", "venue", "lecturer", "content",
    ]  # fmt: skip
    children = [
        Children(Training, "attendances", ["volunteer_id", "hours", "is_present", "score"],
                 ["volunteer", "hours", "is_present", "score"]),
    ]  # fmt: skip
    search_columns = ["division_code", "name", "held_on", "organizer"]
    order_columns = ["name", "held_on", "hours"]
    quick_search = ["name", "lecturer", "content"]

    @expose("/hours/")
    @needs("view")
    def hours(self) -> Any:
        """Hours of each person of the rosters in one year, and who has had none (F39)."""
        year = max(EARLIEST.year, parameters.integer(request.args.get("year") or str(clock.today().year), LATEST.year))
        only_none = request.args.get("none") == "y"
        page = parameters.integer(request.args.get("page") or "0", 10_000)
        people, more = training.people(year, only_none, page * PAGE, PAGE)
        title = _("%(year)s 年培训学时", year=year)
        return self._page(
            "training/hours.html", _("学时"), title=title, year=year, only_none=only_none, people=people, page=page,
            more=more,
        )  # fmt: skip
