"""The history of a row, in words, from the audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, roles, secret
from app.audit import EVENTS
from app.extensions import db
from app.interface import UNSEEN, RegisterInterface, as_text, names_of
from app.scope import current_actor
from app.security.roles import VERBS
from models import AuditEntry
from models.base import models_by_name


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
    """The entries of `row`, its children and attachments that the viewer may see, newest first."""
    entries = db.session.scalars(
        select(AuditEntry)
        .where(AuditEntry.root_register == datamodel.register, AuditEntry.root_key == str(datamodel.key_value(row)))
        .order_by(AuditEntry.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    return told(row, entries)


def told(row: Any, entries: Sequence[AuditEntry]) -> list[Entry]:
    """Entries of the history of `row` in words, in their order."""
    models = {name: model for name, model in models_by_name().items() if any(e.register == name for e in entries)}
    words = {name: _Words(RegisterInterface.of(model), row, entries) for name, model in models.items()}
    return [
        Entry(
            at=clock.local(entry.at).strftime("%Y-%m-%d %H:%M:%S"),
            actor=entry.actor_name,
            verb=verb_text(entry.verb),
            changes=words[entry.register].changes(entry),
        )
        for entry in entries
    ]


@dataclass(frozen=True)
class Changed:
    """What happened to one column since a version: who did it last, and the words of before and after.

    `base` is the stored value that the version had; it is known only when the history reaches back to it.
    """

    base: Any
    is_known: bool
    before: str
    after: str
    who: str
    at: str


@dataclass(frozen=True)
class Since:
    """Everything that changed since a version, by column."""

    columns: dict[str, Changed]
    who: str
    at: str


def changes_since(datamodel: RegisterInterface, row: Any, version: str) -> Since:
    """What others made of `row` since it had `version`, from the audit; a version that never was: every column."""
    found = select(AuditEntry).where(
        AuditEntry.register == datamodel.register,
        AuditEntry.root_register == datamodel.register,
        AuditEntry.root_key == str(datamodel.key_value(row)),
        AuditEntry.verb == "edit",
    )
    entries = list(db.session.scalars(found.order_by(AuditEntry.id.desc()).limit(100)))
    is_known = version.isascii() and version.isdecimal() and len(version) < 10 and int(version) <= row.version
    later = [e for e in reversed(entries) if is_known and e.changes.get("version", [0, 0])[1] > int(version)]
    words = _Words(datamodel, row, later)
    columns: dict[str, Changed] = {}
    for entry in later:
        at = clock.local(entry.at).strftime("%H:%M")
        for name, (before, after) in entry.changes.items():
            first = columns.get(name)
            columns[name] = Changed(
                base=first.base if first else before,
                is_known=True,
                before=first.before if first else words.text(name, before) if name in words.shown else "",
                after=words.text(name, after) if name in words.shown else "",
                who=entry.actor_name,
                at=at,
            )
    if not later:
        texts = datamodel.cells([row], list(datamodel.list_columns))[0]
        columns = {
            name: Changed(None, False, "", text, "", "")
            for name, text in zip(datamodel.list_columns, texts, strict=True)
        }
    last = later[-1] if later else None
    return Since(columns, last.actor_name if last else "", clock.local(last.at).strftime("%H:%M") if last else "")


def verb_text(verb: str) -> str:
    """What an entry did, in Chinese: a verb that can be granted, or an event."""
    return _((VERBS | EVENTS)[verb])


class _Words:
    """The changes of one model's entries in words; the names of what they point to are read once."""

    def __init__(self, datamodel: RegisterInterface, row: Any, entries: Sequence[AuditEntry]) -> None:
        self.datamodel, self.row = datamodel, row
        mine = [entry for entry in entries if entry.register == datamodel.register]
        self.names = {
            column: names_of(target, (v for e in mine for v in e.changes.get(column, ())))
            for column in {name for entry in mine for name in entry.changes}
            if column in datamodel.list_columns and (target := datamodel.target_of(column)) is not None
        }

    def changes(self, entry: AuditEntry) -> tuple[Change, ...]:
        if "_reason" in entry.changes:  # a look, not a change
            what = [str(self.datamodel.label(name)) for name in entry.changes.get("_column", ())[1:]]
            what += entry.changes.get("_file", ())[1:]
            return (Change(_("内容"), "", "、".join(what)), Change(_("理由"), "", entry.changes["_reason"][1]))
        moved = self._came_from_elsewhere(entry)
        return tuple(
            Change(
                str(self.datamodel.label(name)),
                UNSEEN if moved else self.text(name, before),
                self.text(name, after),
            )
            for name, (before, after) in entry.changes.items()
            if "label" in self.datamodel.info(name)
        )

    @property
    def shown(self) -> set[str]:
        """The columns that have a label: the others are the product's own business."""
        return {name for name in self.datamodel.list_columns if "label" in self.datamodel.info(name)}

    def _came_from_elsewhere(self, entry: AuditEntry) -> bool:
        """Whether the row was moved here by this entry: what stood in it before is another place's business."""
        before = entry.changes.get(getattr(self.datamodel.obj, "__place__", ""), [None])[0]
        actor = current_actor()
        return before is not None and not (actor is not None and actor.covers("view", self.datamodel.register, before))

    def text(self, name: str, value: Any) -> str:
        """One stored value as the viewer may read it."""
        info = self.datamodel.info(name)
        if self.datamodel.is_hidden(self.row, name):
            return UNSEEN
        if self.datamodel.is_veiled(self.row, name):
            return self.datamodel.veil(name, value)
        if info.get("secret"):
            return secret.masked(self.row, name, value) if value and isinstance(self.row, self.datamodel.obj) else ""
        if value is not None and name in self.names:
            return self.names[name].get(value, UNSEEN)
        if name in getattr(self.datamodel.obj, "__audited__", ()):
            return roles.told_text(value or "")
        enum_class = getattr(self.datamodel.list_columns[name].type, "enum_class", None)
        if enum_class is not None and value in enum_class.__members__:
            return str(enum_class[value].value)
        return as_text(value)
