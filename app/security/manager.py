"""Flask-AppBuilder's security manager, reduced to what this product lets it decide."""

from typing import Any

from flask import g
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_login import current_user

from app import clock
from app.scope import acting_as, current_actor
from app.security import users
from app.security.actor import AUTH
from models import Account, StaffRole


class ScopedSecurityManager(SecurityManager):
    """Permissions come from the actor, loaded once per request; there are no stock security views."""

    user_model = Account
    role_model = StaffRole

    def register_views(self) -> None:
        """The product's own sign-in is registered with its other views (views.menu)."""

    def load_user(self, pk: Any) -> Account | None:
        """Flask-Login's loader: the account, and in `g.actor` what it may do where."""
        if not str(pk).isdecimal():
            return None
        with acting_as(AUTH):
            found = users.load(int(pk), clock.today())
        if found is None:
            return None
        g.actor = found[1]
        return found[0]

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the signed-in person holds e.g. "can_view" on "Station" anywhere."""
        if not current_user.is_authenticated:
            return False
        actor = current_actor()
        return actor is not None and actor.can(permission_name.removeprefix("can_"), view_name)
