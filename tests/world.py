"""The small world of the tests: two prefectures, a person of each kind, a station in each place with a canary.

Codes of 温州 are real; names of people and stations are invented. Every row's text carries a canary that says where the
row lies, so that a leak names its source.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from flask_appbuilder.security.sqla.models import assoc_permissionview_role
from sqlalchemy import Connection, Engine, Table, delete, insert, select, tuple_, update

from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import SETUP
from app.security.roles import (
    AUDITOR,
    CENTER,
    DIVISION_ADMIN,
    MANAGER,
    STAFF,
    SUPERVISOR,
    SYSTEM_ADMIN,
    UNIT_OFFICER,
)
from models import Division, Model, StaffRole
from tests import snapshot

TODAY = date(2026, 11, 24)
PASSWORD = "Test-password-2026"
OWN, CHILD, SIBLING, COUNTY, CITY, OTHER_COUNTY = "330302006", "330302006044", "330302026", "330302", "3303", "330304"
MERGED, MERGED_INTO = "330302006046", "330302026001"  # a foreign key that leads out of the township
FOREIGN = "9901"  # another prefecture, made up
FIRST_STATION = 900_001  # the same keys after every rebuild, above those that the database gives
DIVISIONS = {
    "3303": "温州市",
    "330302": "鹿城区",
    "330302006": "五马街道",
    "330302006044": "鼓楼社区",
    "330302006046": "墨池社区",
    "330302026": "松台街道",
    "330302026001": "菱藕社区",
    "330304": "瓯海区",
    "330304001": "景山街道",
    "330304001001": "净水社区",
    "9901": "他州市",
    "990101": "他城区",
    "990101001": "他街道",
    "990101001001": "他社区",
}


@dataclass(frozen=True)
class Person:
    """A kind of user: name, scopes as (role, division), and whether the account or the scopes are in force."""

    username: str
    scopes: tuple[tuple[str, str], ...]
    active: bool = True
    expired: bool = False


PEOPLE = {
    p.username: p
    for p in (
        Person("town_admin", ((DIVISION_ADMIN, OWN),)),
        Person("village_admin", ((DIVISION_ADMIN, CHILD),)),
        Person("county_admin", ((DIVISION_ADMIN, COUNTY),)),
        Person("city_admin", ((DIVISION_ADMIN, CITY),)),
        Person("supervisor", ((SUPERVISOR, OWN),)),
        Person("system_admin", ((SYSTEM_ADMIN, OWN),)),
        Person("staff", ((STAFF, OWN),)),
        Person("center", ((CENTER, OWN),)),
        Person("unit_officer", ((UNIT_OFFICER, OWN),)),
        Person("manager", ((MANAGER, COUNTY),)),
        Person("city_manager", ((MANAGER, CITY),)),
        Person("auditor", ((AUDITOR, CITY),)),
        Person("mixed", ((DIVISION_ADMIN, OWN), (SUPERVISOR, OTHER_COUNTY))),
        Person("foreign_admin", ((DIVISION_ADMIN, FOREIGN),)),
        Person("disabled", ((DIVISION_ADMIN, OWN),), active=False),
        Person("expired", ((DIVISION_ADMIN, OWN),), expired=True),
        Person("nowhere", ()),
    )
}


def canary(kind: str, code: str) -> str:
    """A text that stands in one row only, e.g. "STA-330302006-QX"."""
    return f"{kind}-{code}-QX"


# What `flask setup` fills is kept; every other table is emptied and built again.
KEPT = {
    "ab_role",
    "ab_permission",
    "ab_view_menu",
    "ab_permission_view",
    "ab_permission_view_role",
    "role_baseline",
    "work_calendar",
    "calendar_year",
}
Rows = dict[Any, dict[str, Any]]  # {primary key: values}
_saved: WeakKeyDictionary[Engine, dict[str, Rows]] = WeakKeyDictionary()
_kept: WeakKeyDictionary[Engine, Callable[[], None]] = WeakKeyDictionary()


def key_of(table: Table, row: Any) -> Any:
    """The primary key of a row; a tuple where it has several columns."""
    keys = tuple(row[column.key] for column in table.primary_key)
    return keys[0] if len(keys) == 1 else keys


def read(connection: Connection, table: Table) -> Rows:
    """All rows of a table, as they stand in the database, in the order of their keys."""
    found = connection.execute(select(table).order_by(*table.primary_key)).mappings()
    return {key_of(table, row): dict(row) for row in found}


def saved(table: str) -> Rows:
    """The rows of a table in the world as it was built."""
    return _saved[db.engine][table]


def remember() -> dict[str, Rows]:
    """Let what is in the database now be the world; gives back what was, for `recall`."""
    before, engine = _saved[db.engine], db.engine
    with engine.connect() as connection:
        _saved[engine] = {table.name: read(connection, table) for table in Model.metadata.sorted_tables}
    return before


def recall(before: dict[str, Rows]) -> None:
    """The world is again what it was."""
    _saved[db.engine] = before


def begin(app: Flask) -> None:
    """The world as it was first built on this database, and nothing else: the first time by `clear` and `build`."""
    if db.engine not in _kept:
        clear(app)
        build(app)
        _kept[db.engine] = snapshot.take(db.engine)
    else:
        _kept[db.engine]()


def clear(app: Flask) -> None:
    """Empty every table that `flask setup` does not fill, and give the shipped roles the cells they came with."""
    with db.engine.begin() as connection:
        copies = select(StaffRole.id).where(StaffRole.division_code.is_not(None))
        connection.execute(delete(assoc_permissionview_role).where(assoc_permissionview_role.c.role_id.in_(copies)))
        _restore_cells(connection)
        for table in reversed(Model.metadata.sorted_tables):
            if table.name not in KEPT:
                if table is Division.__table__:
                    connection.execute(delete(StaffRole).where(StaffRole.division_code.is_not(None)))
                connection.execute(delete(table))


_cells: WeakKeyDictionary[Engine, Rows] = WeakKeyDictionary()


def _restore_cells(connection: Connection) -> None:
    now = read(connection, assoc_permissionview_role)
    shipped = _cells.setdefault(connection.engine, now)
    if now != shipped:
        connection.execute(delete(assoc_permissionview_role))
        connection.execute(insert(assoc_permissionview_role), list(shipped.values()))


def build(app: Flask) -> None:
    """Fill the empty tables with the world: the first time by the product's own code, then with the same rows again."""
    engine, tables = db.engine, Model.metadata.sorted_tables
    if engine not in _saved:
        _build()
        with engine.connect() as connection:
            _saved[engine] = {table.name: read(connection, table) for table in tables}
        return
    with engine.begin() as connection:
        for table in tables:
            if table.name not in KEPT:
                put_in(connection, table, saved(table.name).values())


def put_in(connection: Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows; a key that points to a later row of the same table is written at the end."""
    rows, late = list(rows), []
    for link in (c.key for c in table.columns for f in c.foreign_keys if f.column.table is table):
        for n, row in enumerate(rows):
            if row[link] is not None and row[link] > key_of(table, row):
                rows[n] = row | {link: None}
                late.append((key_of(table, row), {link: row[link]}))
    if rows:
        connection.execute(insert(table), rows)
    for key, values in late:
        connection.execute(update(table).where(is_key(table, key)).values(values))


def is_key(table: Table, key: Any) -> Any:
    """The condition that a row has this primary key."""
    columns = list(table.primary_key)
    return columns[0] == key if len(columns) == 1 else tuple_(*columns) == key


def _build() -> None:
    from tests.security.registers import SPECS  # which needs the names above

    with acting_as(SETUP):
        for spec in SPECS:
            rows = list(spec.rows())
            db.session.add_all(rows)
            db.session.flush()
            spec.attach(rows)
            db.session.add_all(spec.child_rows())
            db.session.flush()
        merged = db.session.get(Division, MERGED)
        merged.retired_on, merged.succeeded_by = date(2026, 1, 1), MERGED_INTO
        for person in PEOPLE.values():
            account = users.add(person.username, f"姓名{person.username}", PASSWORD, list(person.scopes), TODAY)
            account.active = person.active
            for scope in account.scopes:
                scope.valid_from = date(2020, 1, 1)
                scope.valid_until = TODAY - timedelta(days=1) if person.expired else None
        db.session.commit()
    db.session.remove()
