"""What requests write: which rows of the world are no longer as they were, and putting them back.

The engine tells which tables a statement wrote to, so only those are compared; a full look now and then finds what went
another way.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from sqlalchemy import Connection, Engine, Table, delete, event, update
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from models import Model
from tests import world

# Tables that say nothing of a person's rights, and columns that change by signing in.
UNWATCHED = {"serial", "sign_in_session", "sign_in_failure"}
VOLATILE = {"last_login", "login_count", "fail_login_count", "changed_on", "fail_count", "locked_until"}
WRITING = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE)
READING = re.compile(r"\s*(?:SELECT|PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SHOW|EXPLAIN)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Change:
    """One row before and after; None where there was none."""

    table: str
    key: Any
    old: dict[str, Any] | None
    new: dict[str, Any] | None


def watched() -> dict[str, Table]:
    """{name: table}, parents first."""
    return {t.name: t for t in Model.metadata.sorted_tables if t.name not in UNWATCHED}


def _followers() -> dict[str, set[str]]:
    """{table: those whose rows the database itself changes with it}."""
    found: dict[str, set[str]] = {}
    for table in reversed(Model.metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.ondelete:
                above = found.setdefault(key.column.table.name, set())
                above |= {table.name} | found.get(table.name, set())
    return found


class Watch:
    """The tables that were written to since the last look, for one engine."""

    def __init__(self, engine: Engine) -> None:
        self.tables, self.followers = watched(), _followers()
        self.touched: set[str] = set(self.tables)
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if READING.match(statement):
            return
        found = WRITING.match(statement)
        self.touched |= {found[1], *self.followers.get(found[1], ())} if found else set(self.tables)

    def changes(self, everywhere: bool = False) -> list[Change]:
        """The rows that differ from the world, in tables written to since the last look, or in all."""
        names = [name for name in self.tables if everywhere or name in self.touched]
        if not names:
            return []
        with db.engine.connect().execution_options(ro=True) as connection:
            found = [change for name in names for change in self._differences(connection, name)]
        self.touched = {change.table for change in found}
        return found

    def _differences(self, connection: Connection, name: str) -> list[Change]:
        before, after = world.saved(name), world.read(connection, self.tables[name])
        if before == after:
            return []
        keys = [key for key in {**before, **after} if not _same(before.get(key), after.get(key))]
        return [Change(name, key, before.get(key), after.get(key)) for key in keys]

    def put_back(self, app: Flask, changes: Iterable[Change]) -> bool:
        """Make these rows what they were. When they hold each other, the whole world is built again: False.

        Then nobody is signed in any more.
        """
        changes = list(changes)
        try:
            with db.engine.begin() as connection:
                self._put_back(connection, changes)
            return True
        except IntegrityError:
            world.clear(app)
            world.build(app)
            return False
        finally:
            self.touched = set()

    def _put_back(self, connection: Connection, changes: list[Change]) -> None:
        for name, table in self.tables.items():
            ours = [c for c in changes if c.table == name]
            world.put_in(connection, table, [c.old for c in ours if c.old and not c.new])
        for change in changes:
            if change.old and change.new:
                where = world.is_key(self.tables[change.table], change.key)
                connection.execute(update(self.tables[change.table]).where(where).values(change.old))
        for name, table in reversed(self.tables.items()):
            for change in changes:
                if change.table == name and not change.old:
                    connection.execute(delete(table).where(world.is_key(table, change.key)))


def _same(old: dict[str, Any] | None, new: dict[str, Any] | None) -> bool:
    if old is None or new is None:
        return old is new
    return all(new[name] == value for name, value in old.items() if name not in VOLATILE)


_watches: WeakKeyDictionary[Engine, Watch] = WeakKeyDictionary()


def watch() -> Watch:
    """The watch of the current application's engine."""
    if db.engine not in _watches:
        _watches[db.engine] = Watch(db.engine)
    return _watches[db.engine]
