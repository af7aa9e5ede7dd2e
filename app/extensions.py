"""The database: one metadata, one session class, and how each connection is prepared (docs/architecture.md)."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
from flask_appbuilder.models.sqla.base import SQLA
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, event

from app import audit, derive, guard
from app.guard import GuardedSession
from app.security import handing, revoke
from app.workflow import steps
from models import Model

steps.install(GuardedSession)
derive.install(GuardedSession)
guard.install(GuardedSession)
handing.install(GuardedSession)
audit.install(GuardedSession)
revoke.install(GuardedSession)

PATIENCE, HURRY = 30_000, 50  # milliseconds that a writer waits for its turn on SQLite
PREPARED = 32  # statements that a connection to PostgreSQL keeps, where they take some 200 MB

db = SQLA(metadata=Model.metadata, session_options={"class_": GuardedSession})


def prepare_engine(engine: Engine) -> None:
    """Prepare each of its connections, and end its transactions, as the database asks for."""
    {"sqlite": _take_turns, "postgresql": _keep_plans}[engine.dialect.name](engine)


def _take_turns(engine: Engine) -> None:
    """SQLite: WAL, full sync, foreign keys; writers take their turn at BEGIN, readers (option `ro`) do not wait.

    A write that may as well be left out (option `hurry`) waits for 50 ms only.
    """
    if engine.url.database:
        Path(engine.url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (f"busy_timeout={PATIENCE}", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        options, execute = connection.get_execution_options(), connection.connection.dbapi_connection.execute
        if not options.get("hurry"):
            execute("BEGIN" if options.get("ro") else "BEGIN IMMEDIATE")
            return
        execute(f"PRAGMA busy_timeout={HURRY}")
        try:
            execute("BEGIN IMMEDIATE")
        finally:
            execute(f"PRAGMA busy_timeout={PATIENCE}")


def _keep_plans(engine: Engine) -> None:
    """PostgreSQL: statements are planned once in a connection, and not compiled: both take a hundred times longer than
    to execute them, with the conditions of the guard.

    psycopg forgets what it has prepared with every rollback, so what only looked is ended by a commit: a transaction
    whose statements all begin with SELECT. One that has failed is rolled back, and what was planned is forgotten: the
    schema may have changed. Nothing here hides a write behind a SELECT (several statements in one, a function that
    writes).
    """

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.prepare_threshold, connection.prepared_max = 1, PREPARED
        connection.execute("SET jit = off")
        connection.commit()  # a rollback would take it back

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.info["has_written"] = False

    @event.listens_for(engine, "before_cursor_execute")
    def note(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("SELECT"):
            connection.info["has_written"] = True

    @event.listens_for(engine, "rollback")
    def rollback(connection: Any) -> None:
        if connection.invalidated or connection.info["has_written"]:
            return
        driver = connection.connection.dbapi_connection
        if driver.info.transaction_status is TransactionStatus.INTRANS:
            with suppress(psycopg.Error):  # the rollback that follows will tell
                driver.commit()
