"""What is asked of product and floor alike, and when an answer is right."""

import html
import re
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import Engine, select

from models import AuditEntry, Station
from tests.bench.client import Answer
from tests.bench.database import Admin, Row

NAMES = ("list", "show", "edit", "save")
PAGE = 25
PAGES = 4  # the list scenario walks the first pages
SAMPLES = 12  # rows that show and edit take turns with; as many others are saved
_serial = count(1)


@dataclass(frozen=True)
class Request:
    """One request with the answer it must get.

    `rows` are the numbers of the stations a list must show, in order; `saves` is a station and its address after it.
    """

    method: str
    path: str
    status: int = 200
    fields: dict[str, str] | None = None
    texts: tuple[str, ...] = ()
    rows: tuple[int, ...] | None = None
    location: str | None = None
    saves: tuple[int, str] | None = None


@dataclass(frozen=True)
class Asker:
    """Builds the requests of one admin from the rows he manages."""

    admin: Admin
    stations: list[Row]

    def request(self, name: str, number: int, token: str) -> Request:
        """The request of that scenario; `number` says which of the rows or pages it takes."""
        return getattr(self, f"_{name}")(number, token)

    def _list(self, number: int, _token: str) -> Request:
        page = number % min(PAGES, -(-len(self.stations) // PAGE))
        rows = self.stations[page * PAGE : (page + 1) * PAGE]
        texts = (f"共 {len(self.stations)} 条", *(f">{html.escape(t)}</" for r in rows for t in (r.name, r.path)))
        return Request("GET", f"/stations/list/?page_StationView={page}", texts=texts, rows=tuple(r.id for r in rows))

    def _read(self, number: int) -> Row:
        rows = self.stations[0::2][:SAMPLES]
        return rows[number % len(rows)]

    def _show(self, number: int, _token: str) -> Request:
        row = self._read(number)
        texts = tuple(f"<td>{html.escape(t)}</td>" for t in (row.name, row.path, row.address))
        return Request("GET", f"/stations/show/{row.id}", texts=texts)

    def _edit(self, number: int, _token: str) -> Request:
        row = self._read(number)
        values = tuple(f'value="{html.escape(t)}"' for t in (row.code, row.name, row.path, row.address))
        return Request("GET", f"/stations/edit/{row.id}", texts=('name="csrf_token"', *values))

    def _save(self, number: int, token: str) -> Request:
        rows = self.stations[1::2][:SAMPLES]
        row, address = rows[number % len(rows)], f"测试路{next(_serial)}号"
        fields = row.fields | {"address": address, "csrf_token": token}
        there = f"/stations/show/{row.id}"
        return Request("POST", f"/stations/edit/{row.id}", 302, fields, location=there, saves=(row.id, address))


def problem_of(request: Request, answer: Answer, engine: Engine) -> str | None:
    """What is wrong with an answer; a save is looked up in the database `engine`. None when all is right."""
    if answer.status != request.status:
        return f"status {answer.status} instead of {request.status}"
    if answer.location != request.location:
        return f"redirect to {answer.location} instead of {request.location}"
    missing = [text for text in request.texts if text not in answer.text]
    if missing:
        return f"{missing[0]!r} is not on the page"
    shown = tuple(map(int, re.findall(r'href="/stations/show/(\d+)">查看', answer.text)))
    if request.rows is not None and shown != request.rows:
        return f"the rows {shown} instead of {request.rows}"
    return _unsaved(request.saves, engine) if request.saves else None


def _unsaved(saves: tuple[int, str], engine: Engine) -> str | None:
    key, address = saves
    station, audit = Station.__table__, AuditEntry.__table__
    with engine.connect() as connection:
        stored = connection.scalar(select(station.c.address).where(station.c.id == key))
        entry: Any = connection.execute(
            select(audit.c.verb, audit.c.changes)
            .where(audit.c.register == "Station", audit.c.row_key == str(key))
            .order_by(audit.c.id.desc())
            .limit(1)
        ).one_or_none()
    if stored != address:
        return f"the address is {stored!r} instead of {address!r}"
    if (
        entry is None
        or entry.verb != "edit"
        or list(entry.changes) != ["address"]
        or entry.changes["address"][1] != address
    ):
        return f"the audit says {entry} instead of the change of the address to {address!r}"
    return None
