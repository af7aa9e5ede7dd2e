"""What the tests of signing in share: time that has passed, whether a browser is signed in, what the audit tells."""

from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from sqlalchemy import select

from app import clock
from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import OPERATOR
from models import AuditEntry
from tests.conftest import Browser


@contextmanager
def later(**time: int):
    """So much later than now."""
    moment = clock.now() + timedelta(**time)
    with patch.object(clock, "now", lambda: moment):
        yield


def is_in(browser: Browser) -> bool:
    answer = browser.get("/")
    assert answer.status_code == 200 or "/login/" in answer.location
    return answer.status_code == 200


def events(app, username="town_admin") -> list[str]:
    """The verbs in the audit of an account, oldest first."""
    with app.app_context(), acting_as(OPERATOR):
        key = str(users.find(username).id)
        entries = select(AuditEntry.verb).where(AuditEntry.register == "Account", AuditEntry.row_key == key)
        return [verb for verb in db.session.scalars(entries.order_by(AuditEntry.id)) if verb not in ("add", "edit")]
