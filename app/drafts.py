"""Drafts: what somebody typed and has not saved. Each is his alone, sealed, and kept for 72 hours.

`form` names a form: "Case:add:<once>", "Case:edit:<uid of the row>", "Case:activity:<uid of the row>". Whether he may
(still) use that form is asked by the view before; here nothing is reached but what stands under his own number.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from app import secret
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.scope import acting_as
from app.security.actor import Actor, system
from models import Draft

KEPT = timedelta(hours=72)
LARGEST = 200_000  # bytes of what was typed
MOST = 50  # drafts of one person; the oldest make room
KEEPER = system("系统（草稿）")
PURPOSE = "draft"  # a key of its own: what seals drafts opens no stored secret


class TooLarge(DomainError):
    """More was typed than is kept."""

    def __init__(self) -> None:
        super().__init__("内容太多，不能自动保存草稿，请及时保存。")


@dataclass(frozen=True)
class Found:
    """A draft in clear: (name, value) of each field as a browser posts it, and the version it was begun on."""

    fields: tuple[tuple[str, str], ...]
    version: int


def form_of(register: str, verb: str, key: str = "") -> str:
    """The name of a form: verb "add" with the number of the empty form, "edit" with the uid of the row."""
    return f"{register}:{verb}:{key}"


def _owner(actor: Actor | None) -> int:
    if actor is None or actor.user_id is None:
        raise OutOfScope()
    return actor.user_id


def _run(statement: Any) -> Any:
    """Every statement about drafts; each of them names the owner, or only the age."""
    # No person may read or write this table through the guard: a draft is the product's to keep.
    with acting_as(KEEPER):
        return db.session.execute(statement)


def _place(user_id: int, form: str, version: int) -> str:
    """What a draft is bound to: put under another name, person or version it does not open."""
    return f"{Draft.__tablename__}:{user_id}:{form}:{version}"


def save(actor: Actor | None, form: str, fields: Iterable[tuple[str, str]], version: int, now: datetime) -> None:
    """Keep what was typed, in the place of what was kept before. Raises TooLarge above 200 kB."""
    user_id, content = _owner(actor), json.dumps(list(fields), ensure_ascii=False).encode()
    if len(content) > LARGEST:
        raise TooLarge()
    purge(now)
    payload = secret.seal(_place(user_id, form, version), content, PURPOSE)
    # Two windows of one person may save at the same moment: one statement, or the second would break the UNIQUE.
    dialect: Any = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    values = {"version": version, "payload": payload, "saved_at": now}
    written = dialect.insert(Draft).values(user_id=user_id, form=form, **values)
    _run(written.on_conflict_do_update(index_elements=["user_id", "form"], set_=values))
    newest = select(Draft.id).where(Draft.user_id == user_id).order_by(Draft.saved_at.desc(), Draft.id.desc())
    _run(delete(Draft).where(Draft.user_id == user_id, Draft.id.not_in(newest.limit(MOST))))


def load(actor: Actor | None, form: str, now: datetime) -> Found | None:
    """His draft of this form; None when there is none, it is too old, or its key is gone."""
    user_id = _owner(actor)
    wanted = select(Draft.id, Draft.version, Draft.payload).where(
        Draft.user_id == user_id, Draft.form == form, Draft.saved_at > now - KEPT
    )
    row = _run(wanted).one_or_none()
    if row is None:
        return None
    try:
        content = secret.unseal(_place(user_id, form, row.version), row.payload, PURPOSE)
    except InvalidTag:
        current_app.logger.error("A draft cannot be opened: %s", row.id)
        return None
    return Found(tuple((name, value) for name, value in json.loads(content)), row.version)


def kept(actor: Actor | None, form: str, now: datetime, most: int = 3) -> Sequence[tuple[str, datetime]]:
    """(key, when it was saved, UTC) of his drafts of a form, newest first: without a key in `form`, of all its keys."""
    user_id = _owner(actor)
    wanted = select(Draft.form, Draft.saved_at).where(
        Draft.user_id == user_id, Draft.form.startswith(form, autoescape=True), Draft.saved_at > now - KEPT
    )
    rows = _run(wanted.order_by(Draft.saved_at.desc(), Draft.id.desc()).limit(most))
    return [(name.rpartition(":")[2], saved_at) for name, saved_at in rows]


def of_row(actor: Actor | None, register: str, uid: str, now: datetime) -> dict[str, datetime]:
    """{which form about this row: when its draft was saved, UTC} of his drafts."""
    begins, ends = f"{register}:", f":{uid}"
    wanted = select(Draft.form, Draft.saved_at).where(
        Draft.user_id == _owner(actor), Draft.form.startswith(begins, autoescape=True),
        Draft.form.endswith(ends, autoescape=True), Draft.saved_at > now - KEPT,
    )  # fmt: skip
    return {form.removeprefix(begins).removesuffix(ends): saved_at for form, saved_at in _run(wanted)}


def discard(actor: Actor | None, form: str) -> None:
    """Forget his draft of this form, if there is one."""
    _run(delete(Draft).where(Draft.user_id == _owner(actor), Draft.form == form))


def purge(now: datetime) -> None:
    """Forget what everybody's drafts of more than 72 hours ago held."""
    _run(delete(Draft).where(Draft.saved_at <= now - KEPT))
