"""Flask-AppBuilder's security manager, reduced to what this product lets it decide."""

from typing import Any

from flask import g
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_login import current_user

from app import clock
from app.scope import acting_as, current_actor
from app.security import sessions
from app.security.actor import AUTH
from models import Account, StaffRole


class ScopedSecurityManager(SecurityManager):
    """Permissions come from the actor, loaded once per request; there are no stock security views."""

    user_model = Account
    role_model = StaffRole

    def register_views(self) -> None:
        """The product's own sign-in is registered with its other views (views.menu)."""

    def create_login_manager(self, app: Any) -> Any:
        """Flask-Login without its own marks in the cookie: the row in the database decides."""
        manager = super().create_login_manager(app)
        manager.session_protection = None
        return manager

    def load_user(self, pk: Any) -> Account | None:
        """Flask-Login's loader: `pk` is the id of a session; the account, and in `g.actor` what it may do where."""
        with acting_as(AUTH):
            found = sessions.load(str(pk), clock.today(), clock.now())
        if found is None:
            return None
        g.actor, g.signed_in = found.actor, found
        return found.account

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the signed-in person holds e.g. "can_view" on "Station" anywhere."""
        if not current_user.is_authenticated:
            return False
        actor = current_actor()
        return actor is not None and actor.can(permission_name.removeprefix("can_"), view_name)
