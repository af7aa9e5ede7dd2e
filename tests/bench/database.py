"""The databases of a run: the product's with every due station in it, and copies of it for the floor and for stock."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, select, text

import config
from app import clock, create_app, divisions
from app import setup as setup_
from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import SETUP
from app.security.roles import DIVISION_ADMIN
from models import Division, Station, StationHost
from models.base import TOWNSHIP
from tests import postgres

PASSWORD = "Bench-password-2026"
DATABASES = ("sqlite", "postgresql")
SIDES = ("product", "floor", "stock")


@dataclass(frozen=True)
class Admin:
    """A person who asks for the pages: a short name for the report, and the division he manages."""

    name: str
    scope: str

    @property
    def username(self) -> str:
        return f"bench_{self.name}"


ADMINS = (Admin("city", "3303"), Admin("town", "330302006"))


@dataclass(frozen=True)
class Databases:
    """The addresses of the product's database, the floor's and that of stock Flask-AppBuilder; a folder for logs."""

    product: str
    floor: str
    stock: str
    folder: Path


def settings_for(uri: str) -> dict[str, object]:
    """The product's default settings on the database `uri`, whatever the environment says."""
    return config.load({"SQLALCHEMY_DATABASE_URI": uri})


@contextmanager
def new_databases(kind: str) -> Iterator[Databases]:
    """Room for three databases of `kind`, the product's being there and empty; all is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="fnwqz-bench-"))
    try:
        if kind == "sqlite":
            yield Databases(*(f"sqlite:///{folder}/{name}.db" for name in SIDES), folder)
            return
        with postgres.cluster() as address:
            server = address.format("postgres")
            names = [f"fnwqz_bench_{name}" for name in SIDES]
            drop = [f"DROP DATABASE IF EXISTS {name} WITH (FORCE)" for name in names]
            _execute(server, *drop, f"CREATE DATABASE {names[0]}")
            try:
                yield Databases(*(address.format(name) for name in names), folder)
            finally:
                _execute(server, *drop)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _execute(uri: str, *statements: str) -> None:
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def copy(databases: Databases) -> None:
    """Make the other databases out of the product's. Nobody may be connected."""
    product = make_url(databases.product)
    is_sqlite = product.get_backend_name() == "sqlite"
    if not is_sqlite:
        # Statistics first, as autovacuum would gather them some day in the middle of the measurement.
        _execute(databases.product, "VACUUM ANALYZE")
    for other in (make_url(databases.floor), make_url(databases.stock)):
        if is_sqlite:
            ends = (sqlite3.connect(url.database or "") for url in (product, other))
            with closing(next(ends)) as source, closing(next(ends)) as target:
                source.backup(target)
        else:
            server = product.set(database="postgres").render_as_string(hide_password=False)
            _execute(server, f"CREATE DATABASE {other.database} TEMPLATE {product.database}")


def build(uri: str) -> tuple[Flask, int]:
    """The product on the empty database `uri` with divisions, admins and a station for each due code, and how many."""
    app = create_app(settings_for(uri))
    with app.app_context():
        setup_.run()
        with acting_as(SETUP):
            for admin in ADMINS:
                scopes = [(DIVISION_ADMIN, admin.scope)]
                users.add(admin.username, f"姓名{admin.name}", PASSWORD, scopes, clock.today())
            names = dict(db.session.execute(select(Division.code, Division.name)).all())
            codes = db.session.scalars(divisions.due().order_by(Division.code)).all()
            db.session.add_all(_station(number, code, names[code]) for number, code in enumerate(codes))
            db.session.commit()
        db.session.remove()
    return app, len(codes)


def _station(number: int, code: str, name: str) -> Station:
    hosts = (StationHost.CENTER if len(code) == TOWNSHIP else StationHost.OFFICE, *StationHost)
    return Station(
        division_code=code,
        name=f"{name}妇女维权站",
        host=hosts[number % len(hosts)],
        is_integrated=number % 3 != 0,
        is_in_plan=number % 4 != 0,
        founded_on=date(2010, 10, 8) + timedelta(days=number),
        address=f"{name}便民服务中心{number}号",
        phone="12338",
        has_plaque=number % 5 != 0,
    )


@dataclass(frozen=True)
class Row:
    """A station as the pages must show it."""

    id: int
    code: str
    name: str
    path: str
    address: str
    fields: dict[str, str]


def rows_of(engine: Engine, admin: Admin) -> list[Row]:
    """Every station in the admin's scope, newest first, read past the product: the truth to compare answers with."""
    station, division = Station.__table__, Division.__table__
    with engine.connect() as connection:
        names = dict(connection.execute(select(division.c.code, division.c.name)).all())
        found = connection.execute(
            select(station)
            .where(station.c.division_code.startswith(admin.scope, autoescape=True))
            .order_by(station.c.id.desc())
        ).all()
    return [
        Row(
            id=row.id,
            code=row.division_code,
            name=row.name,
            path=" ".join(names[c] for c in divisions.line_of(row.division_code)[1:]),
            address=row.address,
            fields={
                "division_code": row.division_code,
                "name": row.name,
                "host": row.host.name,
                "founded_on": row.founded_on.isoformat(),
                "address": row.address,
                "phone": row.phone,
            }
            | {name: "y" for name in ("is_integrated", "is_in_plan", "has_plaque") if getattr(row, name)},
        )
        for row in found
    ]
