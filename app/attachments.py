"""Files that hang on rows: what they are is found out from their content, and they are sealed like any secret."""

from typing import Any, cast

from cryptography.exceptions import InvalidTag
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import undefer

from app import secret
from app.errors import DomainError
from app.extensions import db
from app.files import Checked
from app.interface import RegisterInterface, must_be_open
from models import Attachment
from models.base import new_uid

MOST = 30  # files of one row


def _place(uid: str) -> str:
    return f"{Attachment.__tablename__}:content:{uid}"


def of(row: Any) -> list[Attachment]:
    """The files of a row, oldest first, without their content."""
    return list(db.session.scalars(select(Attachment).where(Attachment.row_uid == row.uid).order_by(Attachment.id)))


def attach(row: Any, checked: Checked) -> Attachment:
    """Hang a file that was checked on a row, flushed. Raises DomainError when it has too many, or ended."""
    must_be_open(row)
    if len(of(row)) >= MOST:
        raise DomainError(f"一条记录最多 {MOST} 个附件。", "file")
    uid, datamodel = new_uid(), RegisterInterface.of(cast("Any", type(row)))
    attachment = Attachment(
        uid=uid, register=datamodel.register, row_uid=row.uid, row_key=str(datamodel.key_value(row)),
        division_code=row.place, name=checked.name, kind=checked.kind, size=len(checked.content),
        content=secret.seal(_place(uid), checked.content),
    )  # fmt: skip
    db.session.add(attachment)
    db.session.flush()
    return attachment


def find(row: Any, key: Any) -> Attachment | None:
    """One file of this row; None when it hangs on another."""
    wanted = RegisterInterface.of(Attachment).key_of(key)
    return db.session.scalars(
        select(Attachment).where(Attachment.id == wanted, Attachment.row_uid == row.uid)
    ).one_or_none()


def content_of(attachment: Attachment) -> bytes:
    """What is in the file. Raises DomainError when its key is gone or it was tampered with."""
    found = select(Attachment).where(Attachment.id == attachment.id).options(undefer(Attachment.content))
    sealed = db.session.scalars(found.execution_options(populate_existing=True)).one().content
    try:
        return secret.unseal(_place(attachment.uid), sealed)
    except InvalidTag as error:
        current_app.logger.error("A file cannot be opened: attachment %s", attachment.id)
        raise DomainError("附件无法读取，请联系系统管理员。") from error


def detach(row: Any, attachment: Attachment) -> None:
    """Take a file away, flushed; the history keeps its name. Raises DomainError on an ended row."""
    must_be_open(row)
    attachment.division_code = row.place  # the row may have moved since
    db.session.delete(attachment)
    db.session.flush()
