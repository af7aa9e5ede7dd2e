"""The database: one metadata, one session class, and how each connection is prepared (docs/architecture.md)."""

from pathlib import Path
from typing import Any

from flask_appbuilder.models.sqla.base import SQLA
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

db = SQLA(metadata=Model.metadata, session_options={"class_": GuardedSession})


def prepare_engine(engine: Engine) -> None:
    """SQLite: WAL, full sync, foreign keys; writers take their turn at BEGIN, readers (option `ro`) do not wait.

    A write that may as well be left out (option `hurry`) waits for 50 ms only. PostgreSQL does not compile statements:
    with the conditions of the guard that takes a hundred times longer than to execute them.
    """
    if engine.dialect.name == "postgresql":

        @event.listens_for(engine, "connect")
        def interpret(connection: Any, _record: Any) -> None:
            connection.execute("SET jit = off")
            connection.commit()  # a rollback would take it back

    if engine.dialect.name != "sqlite":
        return
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
