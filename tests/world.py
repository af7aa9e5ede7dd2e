"""The small world of the tests: two prefectures, a person of each kind, a station in each place with a canary.

Codes of 温州 are real; names of people and stations are invented. Every row's text carries a canary that says where the
row lies, so that a leak names its source.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from flask_appbuilder.security.sqla.models import assoc_permissionview_role
from sqlalchemy import Connection, Engine, Table, delete, insert, select, text, update

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
from models import Account, AuditEntry, Division, SignInFailure, StaffRole, Station, StationHost, UserScope
from models.base import TOWNSHIP

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


def station_codes() -> list[str]:
    return [code for code in DIVISIONS if len(code) >= TOWNSHIP]


def clear(app: Flask) -> None:
    """Empty every table but the shipped roles, and give these the cells they were shipped with."""
    with db.engine.begin() as connection:
        for model in (Station, AuditEntry, UserScope, SignInFailure):
            connection.execute(delete(model))
        connection.execute(delete(Account))
        copies = select(StaffRole.id).where(StaffRole.division_code.is_not(None))
        connection.execute(delete(assoc_permissionview_role).where(assoc_permissionview_role.c.role_id.in_(copies)))
        connection.execute(delete(StaffRole).where(StaffRole.division_code.is_not(None)))
        _restore_cells(connection)
        connection.execute(text("UPDATE division SET succeeded_by = NULL"))
        for length in (12, 9, 6, 4):
            connection.execute(text("DELETE FROM division WHERE length(code) = :n"), {"n": length})


_cells: WeakKeyDictionary[Engine, list[tuple[int, int]]] = WeakKeyDictionary()


def _restore_cells(connection: Connection) -> None:
    cells = assoc_permissionview_role
    read = select(cells.c.role_id, cells.c.permission_view_id).order_by(cells.c.role_id, cells.c.permission_view_id)
    now = [tuple(row) for row in connection.execute(read)]
    shipped = _cells.setdefault(connection.engine, now)
    if now != shipped:
        connection.execute(delete(cells))
        connection.execute(insert(cells), [{"role_id": r, "permission_view_id": p} for r, p in shipped])


_saved: WeakKeyDictionary[Engine, list[tuple[Table, list[dict[str, Any]]]]] = WeakKeyDictionary()


def build(app: Flask) -> None:
    """Fill the empty tables with the world: the first time by the product's own code, then with the same rows again."""
    engine = db.engine
    if engine not in _saved:
        _build()
        with engine.connect() as connection:
            tables = [m.__table__ for m in (Division, Account, UserScope, Station, AuditEntry)]
            read = {t: connection.execute(select(t).order_by(*t.primary_key)).mappings() for t in tables}
            _saved[engine] = [(t, [dict(row) for row in rows]) for t, rows in read.items()]
        return
    with engine.begin() as connection:
        for table, rows in _saved[engine]:
            late = {r["code"]: r["succeeded_by"] for r in rows if r.get("succeeded_by")}
            if late:
                rows = [r | {"succeeded_by": None} for r in rows]
            connection.execute(insert(table), rows)
            for code, successor in late.items():
                connection.execute(update(table).where(table.c.code == code).values(succeeded_by=successor))


def _build() -> None:
    with acting_as(SETUP):
        for code, name in DIVISIONS.items():
            db.session.add(Division(code=code, name=name, note=canary("NOTE", code)))
        db.session.flush()
        merged = db.session.get(Division, MERGED)
        merged.retired_on, merged.succeeded_by = date(2026, 1, 1), MERGED_INTO
        for number, code in enumerate(station_codes(), start=FIRST_STATION):
            db.session.add(
                Station(
                    id=number,
                    division_code=code,
                    name=canary("STA", code),
                    host=StationHost.CENTER if len(code) == TOWNSHIP else StationHost.OFFICE,
                    is_integrated=True,
                    address=canary("ADR", code),
                    phone="12338",
                    founded_on=date(2011, 3, 8),
                )
            )
        for person in PEOPLE.values():
            account = users.add(person.username, f"姓名{person.username}", PASSWORD, list(person.scopes), TODAY)
            account.active = person.active
            for scope in account.scopes:
                scope.valid_from = date(2020, 1, 1)
                scope.valid_until = TODAY - timedelta(days=1) if person.expired else None
        db.session.commit()
    db.session.remove()
