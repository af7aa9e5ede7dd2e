"""What the tests of filling in share: a village whose checklist asks for a photo, and a post as a page sends it."""

import io
import re
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Attachment, Checklist, ChecklistItem, Confirmation, Evidence
from tests import records
from tests.conftest import Browser
from tests.unit import standing
from tests.world import CHILD

JSON = {"Accept": "application/json"}
PHOTO, TEAM = "有标牌照片", "有队伍"  # by hand, and by a rule
ONCE = "0" * 32


def ship(app: Any, **columns: Any) -> str:
    """The opinion's checklists on empty stations, 三有 with one line more; the address of the village's sheet."""
    with app.app_context(), acting_as(SETUP):
        standing.ship()
        checklist = db.session.scalars(
            select(Checklist.id).where(Checklist.name == "三有", Checklist.division_code == "3303")
        ).one()
        values = {"label": PHOTO, "evidence": Evidence.PHOTO, "position": 9} | columns
        standing.keep(ChecklistItem(checklist_id=checklist, **values))
        return f"/stations/fill/{records.station_at(CHILD)}/{checklist}"


def item(app: Any, label: str = PHOTO) -> int:
    """The key of a line of 三有."""
    with app.app_context(), acting_as(SETUP):
        found = select(ChecklistItem.id).join(Checklist).where(ChecklistItem.label == label)
        return db.session.scalars(found.where(Checklist.division_code == "3303")).one()


def post(browser: Browser, url: str, data: dict[str, Any], files: Any = (), token: str = "", **options: Any) -> Any:
    """Save a line: (box, name, content) of each file; encoded in memory, the client's temporary file stays open."""
    boxes = [(way, FileStorage(io.BytesIO(content), filename=name)) for way, name, content in files]
    fields = MultiDict([*data.items(), ("csrf_token", token or browser.token()), *boxes])
    boundary, body = encode_multipart(fields)
    return browser.post(url, data=body, content_type=f'multipart/form-data; boundary="{boundary}"', **options)


def made(app: Any) -> list[tuple[str, str | None, int]]:
    """(line, note, number of files) of every confirmation, oldest first."""
    with app.app_context(), acting_as(SETUP):
        rows = db.session.scalars(select(Confirmation).order_by(Confirmation.id)).all()
        files = [a.row_uid for a in db.session.scalars(select(Attachment))]
        return [(row.item.label, row.note, files.count(row.uid)) for row in rows]


def part(page: str, key: int) -> str:
    """The section of one line."""
    return re.search(rf'<section[^>]*id="line-{key}".*?</section>', page, re.DOTALL)[0]  # type: ignore[index]


def verdicts(app: Any, code: str = CHILD) -> dict[str, str]:
    """{line: finding} of the station."""
    with app.app_context(), acting_as(SETUP):
        return {label: finding for label, (finding, _why) in standing.lines(code).items()}
