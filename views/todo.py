"""待办: what waits for whoever is signed in, in groups, each row one click from its page."""

from typing import Any

from flask import g
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app import clock, todos
from app.extensions import db
from app.scope import current_actor
from views.access import reader
from views.home import address_of, page_of

SHOWN = 10  # rows of one kind; the list has them all


class TodoView(BaseView):
    """For everybody: what there may be to do follows from his roles."""

    route_base = "/todo"

    @expose("/")
    @reader
    def index(self) -> Any:
        actor = current_actor()
        groups = todos.waiting(actor, clock.today(), SHOWN) if actor is not None else []
        return self.render_template(
            "todo/index.html", title=_("待办"), kind=_("待办"), groups=groups, address_of=address_of, page_of=page_of
        )


def waiting_number() -> int:
    """What the menu shows beside 待办 on every page; error pages, which ask the database for nothing, set it to 0."""
    actor = g.get("actor")
    if actor is None or not any(kind.is_counted for kind in todos.kinds_for(actor)):
        return 0
    if "waiting" not in g:
        with db.session.no_autoflush:
            g.waiting = todos.number(actor, clock.today())
    return int(g.waiting)
