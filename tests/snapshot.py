"""A whole database as it is, kept in memory and put back: rows, and the counters that give the next keys.

The tests begin with the same world thousands of times; this takes a tenth of what inserting its rows takes.
"""

import atexit
import sqlite3
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine

from models import Model


def take(engine: Engine) -> Callable[[], None]:
    """Keep what is in the database now; calling what is given back makes it so again, on the same schema."""
    return (_of_sqlite if engine.dialect.name == "sqlite" else _of_postgresql)(engine)


def _of_sqlite(engine: Engine) -> Callable[[], None]:
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    atexit.register(kept.close)
    source = engine.raw_connection()
    source.driver_connection.backup(kept)
    source.close()
    kept.execute("VACUUM")  # the pages that are free by now would be copied each time

    def put_back() -> None:
        target = engine.raw_connection()
        driver: Any = target.driver_connection
        driver.execute("BEGIN IMMEDIATE")  # fails if somebody holds the lock for long; the copy would wait for ever
        driver.execute("COMMIT")
        kept.backup(driver)
        target.close()

    return put_back


def _of_postgresql(engine: Engine) -> Callable[[], None]:
    names = [table.name for table in Model.metadata.sorted_tables]
    hashed = (f'(SELECT coalesce(sum(hashtextextended(t::text, 0)), 0) FROM "{name}" t)' for name in names)
    look = "SELECT " + ", ".join(hashed)
    with engine.begin() as connection:
        cursor: Any = connection.connection.cursor()
        rows, hashes = {name: _copied(cursor, name) for name in names}, cursor.execute(look).fetchone()
        counters = cursor.execute("SELECT sequencename, last_value FROM pg_sequences").fetchall()
        (is_superuser,) = cursor.execute("SELECT current_setting('is_superuser') = 'on'").fetchone()
    count = "SELECT " + ", ".join(f"setval('{name}', {last or 1}, {last is not None})" for name, last in counters)

    def put_back() -> None:
        with engine.begin() as connection:
            cursor: Any = connection.connection.cursor()
            changed = names
            if is_superuser:  # who may switch foreign keys off need not touch the tables around those that changed
                cursor.execute("SET LOCAL session_replication_role = replica")
                now = cursor.execute(look).fetchone()
                changed = [name for name, before, after in zip(names, hashes, now, strict=True) if before != after]
            cursor.execute(";".join((count, *(f'DELETE FROM "{name}"' for name in reversed(changed)))))
            for name in changed:
                if rows[name]:
                    with cursor.copy(f'COPY "{name}" FROM STDIN') as copy:
                        copy.write(rows[name])

    return put_back


def _copied(cursor: Any, name: str) -> bytes:
    with cursor.copy(f'COPY "{name}" TO STDOUT') as copy:
        return b"".join(map(bytes, copy))
