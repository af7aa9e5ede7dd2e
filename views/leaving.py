"""快速离开 (F56): the session ends and a page is shown that says nothing about what was done here."""

import calendar
from typing import Any

from flask import current_app, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app import clock
from views.access import LEFT
from views.auth import end_session


class LeaveView(BaseView):
    """A calendar, for everybody; the way to it for whoever has to leave at once.

    Leaving asks for no token: one that has grown old must hold nobody back. A foreign page gains nothing: browsers send
    no cookie with its posts (SameSite), and without one nothing is ended and nothing is set.
    """

    route_base = ""
    default_view = "calendar"

    @expose("/leave", methods=["POST"])
    def leave(self) -> Any:
        if request.cookies.get(current_app.config["SESSION_COOKIE_NAME"]):
            end_session()
            session[LEFT] = True
        return redirect(url_for("LeaveView.calendar"), 303)

    @expose("/calendar")
    def calendar(self) -> Any:
        today = clock.today()
        weeks = calendar.Calendar(calendar.MONDAY).monthdatescalendar(today.year, today.month)
        return self.render_template("calendar.html", kind=_("日历"), today=today, weeks=weeks, days="一二三四五六日")
