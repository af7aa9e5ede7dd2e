"""What happens. `create_app` puts the product together; it is the one place of this package that knows the views."""

import sqlite3
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_appbuilder import AppBuilder
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import OperationalError
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from app import (
    assessments,
    calendars,
    cli,
    clock,
    danger,
    protection,
    recalculation,
    scope,
    standards,
    submissions,
    terms,
)
from app.extensions import db, prepare_engine
from app.guard import GuardedSession
from app.production import check_production
from app.scope import acting_as
from app.security import sessions
from app.security.actor import AUTH
from app.security.manager import ScopedSecurityManager
from app.workflow import cases, clocks, endings, reporting, sealing, signing, transferring

FLOWS = (cases, endings, reporting, sealing, signing, transferring)  # tables of steps: importing them declares them
clocks.install(GuardedSession)
standards.install(GuardedSession)
assessments.install(GuardedSession)
danger.install(GuardedSession)
protection.install(GuardedSession)
sealing.install(GuardedSession)
submissions.install(GuardedSession)
calendars.FOLLOWERS.append(recalculation.FOLLOWER)


class PlainAppBuilder(AppBuilder):
    """Flask-AppBuilder without its stock administration: only the index and what views.menu adds."""

    def _add_admin_views(self) -> None:
        self._indexview = self.add_view_no_menu(self.indexview)


def create_app(settings: dict[str, Any] | None = None) -> Flask:
    """The WSGI application; `settings` overrides what the environment says (tests)."""
    app = Flask(__name__, static_folder=None)
    app.config.from_mapping(config.load())
    app.config.from_mapping(settings or {})
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    check_production(app)
    app.extensions["case_terms"] = terms.parse(app.config["CASE_TERMS"])
    db.init_app(app)
    from views.errors import register_errors
    from views.headers import register_headers
    from views.home import HomeView
    from views.menu import menu_of, register_views
    from views.seeing import record_looks
    from views.static import register_static
    from views.todo import TodoView, waiting_number

    register_errors(app)
    app.before_request(_read_only)
    CSRFProtect(app).exempt("views.leaving.leave")
    register_headers(app)
    register_static(app)
    with app.app_context():
        prepare_engine(db.engine)
        builder = PlainAppBuilder(
            indexview=HomeView, security_manager_class=ScopedSecurityManager, update_perms=False,
            base_template="base.html",
        )  # fmt: skip
        builder.init_app(app, db.session)
        register_views(builder)
        builder.add_view_no_menu(TodoView)
    app.before_request(_load_viewer)
    app.after_request(_touch_session)
    app.after_request(record_looks)  # first: what is shown is on record before anything else is done
    app.context_processor(
        lambda: {"menu": menu_of(g.get("actor")), "viewer": g.get("actor"), "waiting": waiting_number()}
    )
    app.cli.add_command(cli.setup)
    app.cli.add_command(cli.divisions_group)
    app.cli.add_command(cli.demo_group)
    app.cli.add_command(cli.roles_group)
    app.cli.add_command(cli.users_group)
    app.cli.add_command(cli.remind)
    app.cli.add_command(cli.case_group)
    app.cli.add_command(cli.standards_group)
    app.cli.add_command(cli.coverage)
    if int(app.config["PROXIES"]):
        hops = int(app.config["PROXIES"])
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _uses_database() -> bool:
    """Static files and the calendar need none, and the health check asks with a connection of its own."""
    endpoint = request.endpoint or ""
    return endpoint not in ("HealthView.check", "LeaveView.calendar") and not endpoint.endswith("static")


def _load_viewer() -> None:
    """Know who asks before anything can go wrong: error pages name him and ask the database for nothing."""
    if _uses_database():
        current_user.is_authenticated  # noqa: B018  (looking loads)


def _touch_session(response: Response) -> Response:
    """Note at most once a minute that the session is in use: a short transaction after the request's own is over."""
    signed_in, now = g.get("signed_in"), clock.now()
    if signed_in is not None and signed_in.seen_at <= now - sessions.TOUCH_EVERY:
        db.session.rollback()
        try:
            with acting_as(AUTH):
                db.session.connection(execution_options={"hurry": True})
                sessions.touch(signed_in.session_id, now)
                db.session.commit()
        except (OperationalError, sqlite3.OperationalError):
            db.session.rollback()  # somebody writes for long; the next request will tell
    return response


def _only_reads() -> bool:
    """Looking, or asking by POST (views.access.reads)."""
    asked = current_app.view_functions.get(request.endpoint or "")
    return request.method in ("GET", "HEAD", "OPTIONS") or getattr(asked, "_only_reads", False)


def _read_only() -> None:
    """A reading request opens a transaction that waits for nobody, before the user is loaded in it."""
    scope.forget()
    if _only_reads() and _uses_database():
        db.session.connection(execution_options={"ro": True})
