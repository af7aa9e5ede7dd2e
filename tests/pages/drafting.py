"""What the tests of drafts share: saving one as the form's script does, and what is in the database."""

import re
from typing import Any

from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Draft
from tests.conftest import Browser
from tests.world import FIRST_STATION

JSON = {"Accept": "application/json"}
ONCE = "0" * 32
STATION = f"/stations/edit/{FIRST_STATION}"
CANARY = "草稿里的话-QX"
TYPED = {
    "station_id": str(FIRST_STATION), "channel": "CALL", "received_on": "不是日期", "name": "周云", "subject": CANARY,
    "category": "", "phone": "1391234", "narrative": "昨晚\r\n又被打", "no_sms__shown": "1", "no_sms": "y",
}  # fmt: skip


def draft(browser: Browser, base: str, data: dict[str, Any], key: Any = "new", token: str = "") -> Any:
    """Save what was typed as a draft: of the row `key`, or of an empty form."""
    hidden = browser.version(f"{base}/edit/{key}") if key != "new" else {"_once": ONCE}
    headers = JSON | {"X-CSRFToken": token or browser.token()}
    return browser.post(f"{base}/draft/{key}", data=hidden | data, headers=headers)


def kept(app: Any) -> list[str]:
    """The forms of all drafts there are, oldest first."""
    with app.app_context(), acting_as(SETUP):
        return list(db.session.scalars(select(Draft.form).order_by(Draft.id)))


def value_of(page: str, name: str) -> str | None:
    """What an input of a page holds."""
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    value = found and re.search(r'value="([^"]*)"', found[0])
    return value[1] if value else None


def restored(browser: Browser, base: str = "/cases") -> str:
    """The empty form with the draft in it."""
    answer = browser.get(f"{base}/add?_draft={ONCE}")
    assert answer.status_code == 200
    return answer.text
