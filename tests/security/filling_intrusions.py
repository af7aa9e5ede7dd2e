"""Short attacks on 现场填报: another's station, a post sent twice, and what hides in a photo."""

from flask import Flask
from sqlalchemy import select

from app import attachments
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Attachment, Confirmation
from tests import world
from tests.pages.filling import JSON, ONCE, post
from tests.security.checklists import item_of
from tests.security.intrusions import signed_in
from tests.security.registers import key
from tests.unit.test_files import SECRET, exif, picture
from tests.world import OWN, SIBLING


def _save(app: Flask, code: str, photo: bytes) -> int:
    """Save the line of the checklist of a place at its station, as a township's administrator; the status."""
    url = f"/stations/fill/{key('Station', code)}/{key('Checklist', code)}"
    data = {"item": str(item_of(code)), "note": "看过了", "_once": ONCE}
    return post(signed_in(app, "town_admin"), url, data, [("photo", "甲.jpg", photo)], headers=JSON).status_code


def _made(app: Flask) -> list[Confirmation]:
    with app.app_context(), acting_as(SETUP):
        old = world.saved("confirmation")
        return [row for row in db.session.scalars(select(Confirmation)) if row.id not in old]


def fills_in_for_another_township(app: Flask) -> str | None:
    status = _save(app, SIBLING, picture("jpeg"))
    if status != 404 or _made(app):
        return f"status {status}, {len(_made(app))} saved for a station out of sight"
    return None


def sends_a_line_twice(app: Flask) -> str | None:
    assert [_save(app, OWN, picture("jpeg")) for _ in range(2)] == [200, 200]
    made = len(_made(app))
    return None if made == 1 else f"{made} rows of one form"


def finds_where_a_photo_was_taken(app: Flask) -> str | None:
    assert _save(app, OWN, picture("jpeg", exif=exif())) == 200
    (row,) = _made(app)
    with app.app_context(), acting_as(SETUP):
        (file,) = db.session.scalars(select(Attachment).where(Attachment.row_uid == row.uid))
        return "the camera and the place stand in the photo" if SECRET in attachments.content_of(file) else None
