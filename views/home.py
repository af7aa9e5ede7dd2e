"""The first page after signing in."""

from typing import Any

from flask_appbuilder import IndexView, expose
from flask_babel import gettext as _

from app import divisions
from app.scope import current_actor
from views.access import reader


class HomeView(IndexView):
    """Who I am here, and where my registers are."""

    @expose("/")
    @reader
    def index(self) -> Any:
        actor = current_actor()
        grants = actor.grants if actor else ()
        paths = divisions.paths_of(grant.division_code for grant in grants)
        scopes = [(grant.role, paths.get(grant.division_code, "")) for grant in grants]
        return self.render_template("home.html", title=_("工作台"), kind=_("工作台"), scopes=scopes)
