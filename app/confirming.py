"""Confirming a line of a checklist on the spot: the row, and the files that show it, in one transaction (F7, F8)."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app import attachments
from app.errors import DomainError
from app.extensions import db
from app.files import Checked
from app.interface import RegisterInterface
from app.security.actor import Actor
from models import Attachment, ChecklistItem, Confirmation, Evidence, Station

NAME = 50  # letters of confirmed_by
# What is asked to be shown, and what is said when it is not.
SHOWN = {
    Evidence.PHOTO: _l("这一项要有照片，请拍一张或从相册选择。"),
    Evidence.DOCUMENT: _l("这一项要有文件，请拍照或选择图片、PDF。"),
}
# What a line asks of whoever confirms it; one that a rule judges asks nothing.
ASKED = {
    Evidence.NONE: _l("这一项没有记录可查，由人确认。"),
    Evidence.TEXT: _l("这一项由人确认，要写明情况。"),
    Evidence.PHOTO: _l("这一项由人确认，要有照片。"),
    Evidence.DOCUMENT: _l("这一项由人确认，要有文件（图片或 PDF）。"),
}
NO_VERDICT = _l("这一项按记录自动判定；照片作为佐证保存，不改变判定。")


class Kept(NamedTuple):
    """A confirmation that stands: its key, when and by whom, and how many files hang on it."""

    key: int
    on: date
    by: str
    files: int


def confirm(
    station: Station, item: ChecklistItem, actor: Actor, today: date, note: str | None, files: Sequence[Checked],
    uid: str,
) -> Confirmation:  # fmt: skip
    """Vouch for a line at a station with what shows it, flushed. Raises DomainError with what the line asks besides.

    Beside a line that a rule judges it is kept as 佐证; nothing at all is none.
    """
    if item.rule is None and item.evidence in SHOWN and not files:
        raise DomainError(SHOWN[item.evidence], "files")
    if item.rule is not None and not files and not note:
        raise DomainError(_("请拍一张照片，或者写一句说明。"), "files")
    row = Confirmation(
        uid=uid, station_id=station.id, item_id=item.id, confirmed_on=today, confirmed_by=actor.name[:NAME], note=note
    )
    RegisterInterface.of(Confirmation).add(row)
    for file in files:
        attachments.attach(row, file)
    return row


def is_kept(uid: str) -> bool:
    """Whether this form was saved before: it was sent twice."""
    return RegisterInterface.of(Confirmation).key_of_uid(uid) is not None


def kept(station: Station, items: Collection[int]) -> dict[int, list[Kept]]:
    """{item: the confirmations of it that stand at a station and are of what it asks now}, oldest first."""
    count = select(func.count(Attachment.id)).where(Attachment.row_uid == Confirmation.uid).scalar_subquery()
    found = (
        select(Confirmation.item_id, Confirmation.id, Confirmation.confirmed_on, Confirmation.confirmed_by, count)
        .join(ChecklistItem, ChecklistItem.id == Confirmation.item_id)
        .where(Confirmation.station_id == station.id, Confirmation.item_id.in_(items))
        .where(Confirmation.ended_on.is_(None), Confirmation.edition >= ChecklistItem.since_edition)
        .order_by(Confirmation.id)
    )
    rows: dict[int, list[Kept]] = {}
    for item, *values in db.session.execute(found):
        rows.setdefault(item, []).append(Kept(*values))
    return rows
