"""工作台: the first page after signing in."""

from typing import Any

from flask import url_for
from flask_appbuilder import IndexView, expose
from flask_babel import gettext as _

from app import clock, divisions, todos, workbench
from app.interface import as_text
from app.scope import current_actor
from app.workbench import Rows
from models import Division, Station
from views.access import reader
from views.menu import MENU
from views.parameters import inputs_of

URGENT = 3  # rows of what waits, on the first page

VIEWS = {entry.view.class_permission_name: entry.view.__name__ for entry in MENU}


def address_of(rows: Rows) -> str:
    """The page that lists exactly these rows."""
    return page_of(rows.model.__name__, rows.page, **inputs_of(rows))


def page_of(register: str, method: str, **args: Any) -> str:
    """A page of the view of a register."""
    return url_for(f"{VIEWS[register]}.{method}", **args)


def name_address(model: Any, key: Any) -> str:
    """Where the name of a row leads: to its page; of a place without a station, to the form for one."""
    if model is Division:
        return page_of(Station.__name__, "add", division_code=key)
    return page_of(model.__name__, "show", pk=key)


class HomeView(IndexView):
    """Who I am here, what waits for me, the numbers of my part, what is due, what I enter, what I did last."""

    @expose("/")
    @reader
    def index(self) -> Any:
        actor, today = current_actor(), clock.today()
        grants = actor.grants if actor else ()
        paths = divisions.paths_of(grant.division_code for grant in grants)
        parts: dict[str, Any] = {}
        if actor is not None and grants:
            parts = {
                "todos": [group for group in todos.waiting(actor, today, URGENT, is_brief=True) if group.count],
                "figures": workbench.figures(actor, today),
                "reminders": workbench.reminders(actor, today),
                "entries": workbench.entries(actor),
                "recent": workbench.recent(actor),
            }
        return self.render_template(
            "home.html",
            title=_("工作台"),
            kind=_("工作台"),
            scopes=[(grant.role, paths.get(grant.division_code, "")) for grant in grants],
            as_text=as_text,
            address_of=address_of,
            page_of=page_of,
            name_address=name_address,
            **parts,
        )
