"""六制度."""

from typing import Any

from flask import abort, flash, redirect, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import clock, regulations
from app.interface import RegisterInterface
from models import Regulation, Station
from views.access import needs
from views.base import RegisterView
from views.core import acting


class RegulationView(RegisterView):
    datamodel = RegisterInterface(Regulation)
    route_base = "/regulations"
    class_permission_name = "Regulation"
    list_columns = ["kind", "station", "edition", "effective_on"]
    show_columns = [
        "kind", "station", "division", "edition", "effective_on", "text", "ended_on", "ended_reason", "created_at",
        "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = ["station_id", "kind", "edition", "effective_on", "text"]
    search_columns = ["division_code", "station_id", "kind", "effective_on"]
    order_columns = ["kind", "edition", "effective_on"]
    quick_search = ["text"]

    @expose("/complete/<pk>", methods=["POST"])
    @needs("add")
    def complete(self, pk: str) -> Any:
        """Give the station of that key the city's text of every regulation that it lacks; again changes nothing."""
        found = RegisterInterface.of(Station).get_many([pk], lock=True)
        if not found:
            abort(404)
        (station,) = found
        if not acting().covers("add", self.datamodel.register, station.place):
            abort(403)
        made: list[Regulation] = []
        if self._save(None, lambda: made.extend(regulations.complete(station, clock.today()))):
            flash(_("已补齐 %(n)s 项制度。", n=len(made)) if made else _("六项制度齐全，没有要补的。"), "success")
        return redirect(url_for("StationView.show", pk=pk))
