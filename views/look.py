"""谁看过, for the auditor: who looked, when, in which register, how and where; not at whom (F54)."""

from typing import Any

from flask import request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app import looks
from views import parameters
from views.access import needs
from views.core import acting
from views.looking import paths_of


class LookView(BaseView):
    route_base = "/looks"
    class_permission_name = "AuditEntry"

    @expose("/")
    @needs("view")
    def list(self) -> Any:
        number = parameters.integer(request.args.get("page", "0"), 100_000)
        places = acting().places("view", self.class_permission_name)
        found = looks.of_places(places, number * looks.PAGE_SIZE, looks.PAGE_SIZE + 1)
        lines = found[: looks.PAGE_SIZE]
        return self.render_template(
            "looks.html", title=_("谁看过"), kind=_("谁看过"), lines=lines, paths=paths_of(lines), number=number,
            more=len(found) > looks.PAGE_SIZE,
        )  # fmt: skip
