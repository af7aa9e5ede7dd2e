"""Who changed what: an entry for each changed row, in the transaction of the change, with its own MAC.

The history that users see is this table. Chaining is docked (`chain`, `prev`, `link`), not built.
"""

import hashlib
import hmac
import json
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.util import identity_key

from app import clock
from app.guard import pending
from app.keys import keys
from app.scope import current_actor, parent_of, visibility_of
from app.security.actor import Actor
from models import Account, AuditEntry, Located, Stamped, UserScope, Versioned
from models.base import Visibility, place_of

NEVER = {"password", "login_count", "fail_login_count", "last_login", "created_on", "changed_on"}
# What happens beside changes of columns, to accounts and the calendar; verbs of permissions are in app.security.roles.
EVENTS = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "lock": "锁定",
    "sign_out": "退出登录",
    "session_ended": "下线",
    "password": "修改密码",
    "password_failed": "修改密码失败",
    "activation": "发出激活链接",
    "activated": "激活并设置密码",
    "recalculate": "重算期限",
    "publish": "修改工作日历",
}
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
    """Registers, accounts and scopes are; the tables of the framework, the audit itself and what is derived are not."""
    if getattr(type(row), "__derived__", False):
        return False
    return isinstance(row, Account | UserScope) or visibility_of(type(row)) not in (
        Visibility.SYSTEM,
        Visibility.HISTORY,
        Visibility.COMMON,
    )


def plain(value: Any) -> Any:
    """A value as it stands in the audit: the English name of an enumeration, dates as text."""
    if isinstance(value, Enum):
        return value.name
    return value.isoformat() if isinstance(value, date | datetime) else value


def changes_of(row: Any, verb: str) -> dict[str, list[Any]]:
    """{column: [before, after]} of what a user can change; a new row has only after, a deleted one only before.

    Of a list in `__audited__`: [what was taken out, what was put in].
    """
    state, result = inspect(row), {}
    for prop in state.mapper.column_attrs:
        info = prop.columns[0].info
        if (info.get("derived") and not info.get("recorded")) or prop.key in NEVER:
            continue
        value = plain(getattr(row, prop.key))
        if verb == "edit":
            history = state.attrs[prop.key].history
            before = plain(history.deleted[0]) if history.deleted else None
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


def mac_of(entry: dict[str, Any], key_id: str | None = None) -> str:
    """Key id and HMAC-SHA256, "id:hex", over the sealed columns; the key is derived from the field key."""
    ring = keys("audit")
    key_id = key_id or next(iter(ring))
    is_child = (entry["root_register"], entry["root_key"]) != (entry["register"], entry["row_key"])
    names = (*SEALED, "root_register", "root_key") if is_child else SEALED
    text = json.dumps([plain(entry[name]) for name in names], ensure_ascii=False, sort_keys=True)
    return f"{key_id}:{hmac.new(ring[key_id], text.encode(), hashlib.sha256).hexdigest()}"


def _key_of(row: Any) -> str:
    state = inspect(row)
    return str((state.identity or state.mapper.primary_key_from_instance(row))[0])


def _parent_of(row: Any) -> Any:
    """The stored parent of a child that may be new: from the session, where the guard had to look at it."""
    (cls, column), session = parent_of(type(row)), object_session(row)
    key = getattr(row, column)
    found = session.identity_map.get(identity_key(cls, key)) if session else None
    return found if found is not None or session is None else session.get(cls, key)


def _root_of(row: Any) -> tuple[Any, str, str]:
    """(the located row, register, key) in whose history a change of `row` belongs: its parent's, or its own."""
    kind = visibility_of(type(row))
    if kind is Visibility.PARENT:
        return _root_of(_parent_of(row))
    if kind is Visibility.ATTACHED:
        return row, row.register, row.row_key
    return row, type(row).__name__, _key_of(row)


def _entry(verb: str, row: Any, changes: dict[str, list[Any]], actor: Actor | None) -> dict[str, Any]:
    root, root_register, root_key = _root_of(row)
    place = root.place if isinstance(root, Located) else None
    where = place_of(place)
    entry = {
        "at": clock.now(),
        "actor_id": actor.user_id if actor else None,
        "actor_name": actor.name if actor else "",
        "verb": verb,
        "register": type(row).__name__,
        "row_key": _key_of(row),
        "row_name": str(row)[:100],
        "root_register": root_register,
        "root_key": root_key,
        "division_code": place,
        "changes": changes,
        "chain": where["county_code"] or where["city_code"] or "system",
    }
    return entry | {"mac": mac_of(entry)} | where


def _entries(session: Session) -> list[dict[str, Any]]:
    written = [(verb, row, changes_of(row, verb)) for verb, row in pending(session) if is_audited(row)]
    return [
        _entry(verb, row, _numbered(verb, row, changes), current_actor()) for verb, row, changes in written if changes
    ]


def _numbered(verb: str, row: Any, changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The changes with the number of the state they led to: a form filled in on an older one asks for it."""
    if verb == "edit" and isinstance(row, Versioned):
        return changes | {"version": [row.version - 1, row.version]}
    return changes


def _stamp(session: Session, _context: Any, _instances: Any) -> None:
    moment = clock.now()
    for row in session.new:
        if isinstance(row, Stamped):
            row.created_at = row.changed_at = moment
    for row in session.dirty:
        if isinstance(row, Stamped) and session.is_modified(row):
            row.changed_at = moment
        elif isinstance(row, Account) and changes_of(row, "edit"):
            row.version += 1


def record(session: Session, _context: Any) -> None:
    """Write the entries of this flush, in one statement of the same transaction."""
    entries = _entries(session)
    if entries:
        # The connection, not the session: the audit is nobody's to write through the guard.
        session.connection().execute(insert(AuditEntry), entries)


def note(
    session: Session,
    verb: str,
    row: Any,
    changes: dict[str, list[Any]] | None = None,
    actor: Actor | None = None,
) -> None:
    """Record what changes no column people see: a look at a secret, or one of EVENTS. Default: whoever acts now."""
    # The connection, not the session: see record().
    entry = _entry(verb, row, changes or {}, actor or current_actor())
    session.connection().execute(insert(AuditEntry), [entry])


def install(session_class: type[Session]) -> None:
    """Stamp and record every flush of the sessions of this class."""
    event.listen(session_class, "before_flush", _stamp)
    event.listen(session_class, "after_flush", lambda *args: record(*args))
