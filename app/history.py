"""The history of a row, in words, from the audit."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, divisions
from app.audit import EVENTS
from app.extensions import db
from app.interface import UNSEEN, RegisterInterface, as_text
from app.scope import current_actor
from app.security.roles import VERBS
from models import AuditEntry, Division


@dataclass(frozen=True)
class Change:
    """One column of one entry: its label, and what stood there before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """One line of a history: when (Beijing time), who, what."""

    at: str
    actor: str
    verb: str
    changes: tuple[Change, ...]


def history_of(datamodel: RegisterInterface, row: Any, offset: int = 0, limit: int = 50) -> list[Entry]:
    """The entries of `row` that the viewer may see, newest first. Two statements."""
    key = getattr(row, datamodel.key.key)
    entries = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.register == datamodel.register, AuditEntry.row_key == str(key))
        .order_by(AuditEntry.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    places = [n for n in datamodel.list_columns if datamodel.target_of(n) is Division]
    paths = divisions.paths_of(v for e in entries for n in places for v in e.changes.get(n, ()))
    return [
        Entry(
            at=clock.local(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
            actor=entry.actor_name,
            verb=_((VERBS | EVENTS)[entry.verb]),
            changes=tuple(
                Change(
                    str(datamodel.label(name)),
                    UNSEEN if _came_from_elsewhere(datamodel, entry) else _shown(datamodel, row, name, before, paths),
                    _shown(datamodel, row, name, after, paths),
                )
                for name, (before, after) in entry.changes.items()
                if "label" in datamodel.info(name)
            ),
        )
        for entry in entries
    ]


def _came_from_elsewhere(datamodel: RegisterInterface, entry: AuditEntry) -> bool:
    """Whether the row was moved here by this entry: what stood in it before is another place's business."""
    before = entry.changes.get(datamodel.obj.__place__, [None])[0]
    actor = current_actor()
    return before is not None and not (actor is not None and actor.covers("view", datamodel.register, before))


def _shown(datamodel: RegisterInterface, row: Any, name: str, value: Any, paths: dict[str, str]) -> str:
    if datamodel.is_hidden(row, name):
        return UNSEEN
    if value is not None and datamodel.target_of(name) is Division:
        return paths.get(value, UNSEEN)
    enum_class = getattr(datamodel.list_columns[name].type, "enum_class", None)
    if enum_class is not None and value in enum_class.__members__:
        return str(enum_class[value].value)
    return as_text(value)
