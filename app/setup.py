"""Bringing a database to what this version needs: schema, roles, reference data.

Idempotent, and the only place that does.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import current_app
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_babel import get_domain
from sqlalchemy import Connection, inspect, select

import config
from app import assets, calendars, clock, demo, divisions, finding, recalculation, standards
from app.extensions import db
from app.scope import acting_as
from app.security import roles, users
from app.security.actor import SETUP
from models import Account, Division, RoleBaseline, StaffRole

MIGRATIONS = config.ROOT / "app" / "migrations"
CATALOGUE = config.ROOT / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
WORKDAYS = config.ROOT / "seed" / "reference" / "workdays.csv"
CHECKLISTS = config.ROOT / "seed" / "reference" / "checklists.json"
DIVISIONS = config.ROOT / "seed" / "reference" / "wenzhou-divisions.csv"


def compile_catalogue(source: Path = CATALOGUE) -> None:
    """The .po as .mo, when it is newer."""
    target = source.with_suffix(".mo")
    if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
        compiled = io.BytesIO()
        write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale="zh"))
        target.write_bytes(compiled.getvalue())
        get_domain().cache.clear()  # labels may have been looked up before


def alembic_config() -> Config:
    """Alembic on the application's own engine."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    return settings


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite: dropping a table to rebuild it deletes the rows that refer to it, unless foreign keys are off meanwhile.

    They are switched before the transaction begins (inside one the switch does nothing) and checked before it ends.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


def migrate(revision: str = "head") -> None:
    """Bring the schema to `revision`, up or down."""
    settings = alembic_config()
    with db.engine.connect() as connection, _tables_may_be_rebuilt(connection):
        settings.attributes["connection"] = connection
        current = MigrationContext.configure(connection).get_current_revision()
        script = ScriptDirectory.from_config(settings)
        below = {r.revision for r in script.iterate_revisions(current, "base")} if current else set()
        going_down = revision in below or revision == "base" or revision.startswith("-")
        (command.downgrade if going_down else command.upgrade)(settings, revision)
        if connection.dialect.name == "sqlite":
            if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("A migration left rows that refer to nothing.")
            # PostgreSQL gathers its statistics by itself. Without any, SQLite looks for a village in the whole city.
            connection.exec_driver_sql("ANALYZE")
        connection.commit()


def grant_baseline() -> None:
    """Create roles and permissions; grant only cells that no version shipped before: what managers changed stays."""
    have = _all_cells()
    existing = {role.name: role for role in db.session.scalars(select(StaffRole))}
    known: dict[str, dict[tuple[str, str], RoleBaseline]] = {name: {} for name in roles.ROLES}
    for line in db.session.scalars(select(RoleBaseline)):
        known.setdefault(line.role, {})[line.register, line.cell] = line
    for name in roles.ROLES:
        role, before, cells = existing.get(name), known[name], roles.shipped_cells(name)
        fresh = cells - before.keys()
        if role is None:
            role, fresh = StaffRole(name=name), cells
            db.session.add(role)
        held = set(role.permissions)
        role.permissions += [have[cell] for cell in sorted(fresh) if have[cell] not in held]
        db.session.add_all(RoleBaseline(role=name, register=c[0], cell=c[1]) for c in sorted(cells - before.keys()))
        for cell in before.keys() - cells:
            db.session.delete(before[cell])
    db.session.flush()


def _all_cells() -> dict[tuple[str, str], PermissionView]:
    """{(register, verb): its row}; those that are missing are made."""
    names = {p.name: p for p in db.session.scalars(select(Permission))}
    menus = {m.name: m for m in db.session.scalars(select(ViewMenu))}
    have = {(pv.view_menu.name, pv.permission.name): pv for pv in db.session.scalars(select(PermissionView))}
    found = {}
    for register in roles.MATRIX:
        for verb in (*roles.VERBS, *(roles.HANDING + verb for verb in roles.VERBS)):
            key = (register, roles.permission_name(verb))
            if key not in have:
                names.setdefault(key[1], Permission(name=key[1]))
                menus.setdefault(register, ViewMenu(name=register))
                have[key] = PermissionView(permission=names[key[1]], view_menu=menus[register])
                db.session.add(have[key])
            found[register, verb] = have[key]
    return found


def run(with_demo: bool = False) -> list[str]:
    """Everything, in order; what was done, in sentences. The demonstration stays out of production."""
    compile_catalogue()
    assets.build()
    migrate()
    done = ["数据库结构、角色与权限已就绪。"]
    with acting_as(SETUP):
        grant_baseline()
        if db.session.scalars(select(Division.code).limit(1)).first() is None:
            loaded = divisions.load(DIVISIONS.read_bytes())
            done.append(f"已载入区划 {loaded.added} 个。")
        if years := calendars.seed(WORKDAYS.read_bytes(), clock.today()):
            done.append(f"已载入 {years} 年的放假安排。")
        if made := standards.seed(db.session(), CHECKLISTS.read_bytes(), clock.today()):
            done.append(f"已载入建站标准 {made} 份。")
        if written := finding.refresh(db.session):
            done.append(f"已更新 {written} 条记录的查找用语。")
        if moved := recalculation.recalculate(calendars.current(), SETUP):
            done.append(f"已重算 {moved} 件案件的期限。")
        db.session.commit()
    if with_demo and not current_app.config["PRODUCTION"]:
        done += demo.load(clock.today())
    return done


def has_demo_account() -> bool:
    """Whether a demonstration account could sign in; False for a database that is not set up yet."""
    if not inspect(db.engine).has_table(Account.__tablename__):
        return False
    with acting_as(SETUP):
        present = users.has_demo_account()
        db.session.rollback()
    return present
