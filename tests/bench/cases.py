"""The register of cases, full: how its rows get there, and the rows as the pages must show them."""

import base64
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, event, func, select

from app import clock, finding, secret
from app.demo_records import SUBJECTS, TOWNSHIPS
from app.extensions import db
from app.interface import Query, RegisterInterface
from app.scope import acting_as
from app.security.actor import Actor, Grant
from app.security.roles import DIVISION_ADMIN, permissions_of
from models import Applicant, Case, Channel, Sex, Station
from models.base import new_uid

FEW, MANY = 100, 100_000
ENDED_EVERY = 50  # one in so many is 作废
_case, _station = Case.__table__, Station.__table__


def phone_of(number: int) -> str:
    """The telephone in case `number`; nobody has numbers that begin with 199 0000."""
    return f"1990000{number % 10_000:04}"


def _sealed(uid: str, column: str, text: str) -> str:
    key_id, _, rest = secret.seal(f"case_record:{column}:{uid}", text.encode()).partition(b":")
    return f"{key_id.decode()}:{base64.b64encode(rest).decode()}"


def _row(number: int, station_id: int, code: str) -> dict[str, Any]:
    """Case `number` as it is stored; most columns filled, three secrets among them."""
    uid, today, now = new_uid(), clock.today(), clock.now()
    text, category = SUBJECTS[number % len(SUBJECTS)]
    ended, called = today if number % ENDED_EVERY == 0 else None, f"{code}-测-{number:06}"
    return {
        "uid": uid, "version": 1, "created_at": now, "changed_at": now, "station_id": station_id, "division_code": code,
        "city_code": code[:4], "county_code": code[:6], "township_code": code[:9],
        "number": called, "search_text": finding.text_of(Case, {"number": called}),
        "channel": list(Channel)[number % 3].name, "is_hotline": number % 21 == 7, "recorded_on": today,
        "received_on": today - timedelta(days=number % 3000), "is_proxy_entry": number % 5 == 0,
        "applicant": Applicant.SELF.name, "name": f"当事人{number}", "sex": Sex.F.name, "no_sms": number % 4 == 0,
        "ethnicity": "汉族", "occupation": "务农", "subject": f"{text}（第 {number} 件）", "category": category.name,
        "went_to_office": number % 6 == 0, "went_to_court": number % 9 == 0, "receiver": f"接待{number % 40}",
        "opinion": "已登记，等待受理。", "note": "无", "phone": _sealed(uid, "phone", phone_of(number)),
        "address": _sealed(uid, "address", "浙江省温州市鹿城区五马街道"), "narrative": _sealed(uid, "narrative", text),
        "ended_on": ended, "ended_reason": ended and "重复登记",
    }  # fmt: skip


def fill(app: Flask, until: int) -> None:
    """Add cases until there are `until`, spread over the stations of the demonstration's townships.

    Past the session: a hundred thousand rows through it would take the time of the whole bench.
    """
    with app.app_context(), db.engine.begin() as connection:
        stations = connection.execute(
            select(_station.c.id, _station.c.division_code)
            .where(_station.c.township_code.in_(TOWNSHIPS))
            .order_by(_station.c.division_code)
        ).all()
        there = connection.scalar(select(func.count()).select_from(_case)) or 0
        rows = [_row(number, *stations[number % len(stations)]) for number in range(there + 1, until + 1)]
        write(connection, "case_record", rows)
    with app.app_context():
        db.engine.dispose()


def write(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    """Insert many rows, the quick way of each database."""
    if connection.dialect.name == "sqlite":
        names = ", ".join(rows[0])
        marks = ", ".join("?" * len(rows[0]))
        plain = [tuple(v if isinstance(v, int | str | None) else str(v) for v in row.values()) for row in rows]
        connection.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", plain)
    else:
        cursor = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
        with cursor.copy(f"COPY {table} ({', '.join(rows[0])}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))
    connection.exec_driver_sql("ANALYZE")  # as autovacuum or the next `flask setup` would


@dataclass(frozen=True)
class CaseRow:
    """A case as a list must show it."""

    id: int
    subject: str
    station: str
    township: str
    category: str
    phone: str


def rows_of(engine: Engine) -> list[CaseRow]:
    """Every case that has not ended, newest first, read past the product; all of them lie in the city."""
    with engine.connect() as connection:
        names = dict(connection.execute(select(_station.c.id, _station.c.name)).all())
        columns = (_case.c.id, _case.c.subject, _case.c.station_id, _case.c.township_code, _case.c.category)
        found = connection.execute(select(*columns).where(_case.c.ended_on.is_(None)).order_by(_case.c.id.desc())).all()
    return [CaseRow(r.id, r.subject, names[r.station_id], r.township_code, r.category.name, _masked(r)) for r in found]


def _masked(row: Any) -> str:
    number = row.subject.partition("第 ")[2].partition(" 件")[0]
    phone = phone_of(int(number)) if number else ""
    return phone and f"{phone[:3]}****{phone[7:]}"


def plans(app: Flask) -> dict[str, list[str]]:
    """{level: how the database finds the first page of the list for an admin of that level}, in its own words."""
    with app.app_context(), db.engine.connect() as connection:
        village = connection.scalar(select(func.max(_case.c.division_code))) or ""
    return {name: _plan(app, village[:digits]) for name, digits in LEVELS.items()}


LEVELS = {"village": 12, "township": 9, "county": 6, "city": 4}
SORTS = ("SORT", "TEMP B-TREE")  # as PostgreSQL and SQLite call it


def _plan(app: Flask, code: str) -> list[str]:
    seen: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_rest: object) -> None:
        seen.append((statement, values))

    actor = Actor("计划", grants=(Grant(code, DIVISION_ADMIN, permissions_of(DIVISION_ADMIN)),))
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        # Nobody is signed in here: the list is read as the admin of that division would read it.
        with acting_as(actor):
            RegisterInterface(Case).page(Query((Case.ended_on.is_(None),)), [], 0, 25)
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.remove()
        prefix = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
        with db.engine.connect() as connection:
            return [str(row[-1]).strip() for row in connection.exec_driver_sql(prefix + seen[0][0], seen[0][1])]
