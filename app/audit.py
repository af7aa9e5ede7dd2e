"""Who changed what: an entry for each changed row, in the transaction of the change, with its own MAC.

The history that users see is this table. Chaining is docked (`chain`, `prev`, `link`), not built.
"""

import base64
import hashlib
import hmac
import json
from datetime import date, datetime
from enum import Enum
from typing import Any

from flask import current_app
from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session

from app import clock
from app.guard import pending
from app.scope import current_actor, visibility_of
from models import Account, AuditEntry, Located, Stamped, UserScope
from models.base import Visibility, place_of

NEVER = {"password", "login_count", "fail_login_count", "last_login", "created_on", "changed_on"}
SEALED = (
    "at",
    "actor_id",
    "actor_name",
    "verb",
    "register",
    "row_key",
    "row_name",
    "division_code",
    "changes",
    "chain",
)


def is_audited(row: Any) -> bool:
    """Registers, accounts and scopes are; the tables of the framework and the audit itself are not."""
    return isinstance(row, Account | UserScope) or visibility_of(type(row)) not in (
        Visibility.SYSTEM,
        Visibility.HISTORY,
        Visibility.COMMON,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name
    return value.isoformat() if isinstance(value, date | datetime) else value


def changes_of(row: Any, verb: str) -> dict[str, list[Any]]:
    """{column: [before, after]} of what a user can change; a new row has only after, a deleted one only before.

    Of a list in `__audited__`: [what was taken out, what was put in].
    """
    state, result = inspect(row), {}
    for prop in state.mapper.column_attrs:
        if prop.columns[0].info.get("derived") or prop.key in NEVER:
            continue
        value = _plain(getattr(row, prop.key))
        if verb == "edit":
            history = state.attrs[prop.key].history
            before = _plain(history.deleted[0]) if history.deleted else None
            if history.has_changes() and before != value:
                result[prop.key] = [before, value]
        elif value is not None:
            result[prop.key] = [None, value] if verb == "add" else [value, None]
    for name in getattr(row, "__audited__", ()):
        history = state.attrs[name].history
        taken, given = ([str(item) for item in items or ()] for items in (history.deleted, history.added))
        if verb == "delete":
            taken = [str(item) for item in getattr(row, name)]
        if taken or given:
            result[name] = ["、".join(sorted(taken)) or None, "、".join(sorted(given)) or None]
    return result


def keys() -> dict[str, bytes]:
    """{key id: 32 bytes} from FIELD_KEYS, the current one first."""
    pairs = (part.partition(":") for part in current_app.config["FIELD_KEYS"].split(","))
    return {name: base64.b64decode(value) for name, _, value in pairs}


def mac_of(entry: dict[str, Any], key_id: str | None = None) -> str:
    """Key id and HMAC-SHA256, "id:hex", over the sealed columns; the key is derived from the field key."""
    ring = keys()
    key_id = key_id or next(iter(ring))
    text = json.dumps([_plain(entry[name]) for name in SEALED], ensure_ascii=False, sort_keys=True)
    key = hmac.digest(ring[key_id], b"audit", "sha256")
    return f"{key_id}:{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"


def _place(row: Any) -> str | None:
    """Where a row lies; a child lies where its parent does."""
    if visibility_of(type(row)) is Visibility.PARENT:
        return _place(getattr(row, row.__parent__))
    return row.place if isinstance(row, Located) else None


def _entry(verb: str, row: Any, changes: dict[str, list[Any]]) -> dict[str, Any]:
    actor, state = current_actor(), inspect(row)
    place = _place(row)
    where = place_of(place)
    entry = {
        "at": clock.now(),
        "actor_id": actor.user_id if actor else None,
        "actor_name": actor.name if actor else "",
        "verb": verb,
        "register": type(row).__name__,
        "row_key": str((state.identity or state.mapper.primary_key_from_instance(row))[0]),
        "row_name": str(row)[:100],
        "division_code": place,
        "changes": changes,
        "chain": where["county_code"] or where["city_code"] or "system",
    }
    return entry | {"mac": mac_of(entry)} | where


def _entries(session: Session) -> list[dict[str, Any]]:
    written = [(verb, row, changes_of(row, verb)) for verb, row in pending(session) if is_audited(row)]
    return [_entry(verb, row, changes) for verb, row, changes in written if changes]


def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    moment = clock.now()
    for row in session.new:
        if isinstance(row, Stamped):
            row.created_at = row.changed_at = moment
    for row in session.dirty:
        if isinstance(row, Stamped) and session.is_modified(row):
            row.changed_at = moment


def record(session: Session, _context: Any) -> None:
    """Write the entries of this flush, in one statement of the same transaction."""
    entries = _entries(session)
    if entries:
        # The connection, not the session: the audit is nobody's to write through the guard.
        session.connection().execute(insert(AuditEntry), entries)


def install(session_class: type[Session]) -> None:
    """Stamp and record every flush of the sessions of this class."""
    event.listen(session_class, "before_flush", _stamp)
    event.listen(session_class, "after_flush", lambda *args: record(*args))
