"""What the tests of drafts share: saving one as the form's script does, and what is in the database."""

from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Draft
from tests.conftest import Browser

JSON = {"Accept": "application/json"}
ONCE = "0" * 32


def draft(browser: Browser, base: str, data: dict[str, Any], key: Any = "new", token: str = "") -> Any:
    """Save what was typed as a draft: of the row `key`, or of an empty form."""
    hidden = browser.version(f"{base}/edit/{key}") if key != "new" else {"_once": ONCE}
    headers = JSON | {"X-CSRFToken": token or browser.token("/")}
    return browser.post(f"{base}/draft/{key}", data=hidden | data, headers=headers)


def kept(app: Any) -> list[str]:
    """The forms of all drafts there are, oldest first."""
    with app.app_context(), acting_as(SETUP):
        return list(db.session.scalars(select(Draft.form).order_by(Draft.id)))
