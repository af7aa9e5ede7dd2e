"""What is asked of all sides alike, and when an answer is right; the scenarios of the stations."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import Engine, select

from models import AuditEntry, Station
from tests.bench.client import Answer, Browser
from tests.bench.database import Admin, Row

NAMES = ("list", "show", "edit", "save")
PAGE = 25
PAGES = 4  # the list scenario walks the first pages
SAMPLES = 12  # rows that show and edit take turns with; as many others are saved
_serial = count(1)


@dataclass(frozen=True)
class Site:
    """One side as somebody sees it: his browser, his token, and the database to look saves up in."""

    name: str
    browser: Browser
    token: str
    engine: Engine
    created: list[int] = field(default_factory=list)  # numbers of the rows that were added here, oldest first

    @property
    def is_stock(self) -> bool:
        return self.name == "stock"


@dataclass(frozen=True)
class Request:
    """One request with the answer it must get.

    `rows` are the numbers of the rows a list must show, in order, where `links` finds them; `location` is a pattern;
    `problem` looks the outcome up in the database, None when all is right.
    """

    method: str
    path: str
    status: int = 200
    fields: dict[str, str] | None = None
    texts: tuple[str, ...] = ()
    rows: tuple[int, ...] | None = None
    links: str = r'href="/\w+/show/(\d+)">查看'
    location: str | None = None
    problem: Callable[[], str | None] = lambda: None


@dataclass(frozen=True)
class StationAsker:
    """Builds the requests of one admin from the stations he manages."""

    admin: Admin
    stations: list[Row]

    def request(self, name: str, number: int, site: Site) -> Request:
        """The request of that scenario; `number` says which of the rows or pages it takes."""
        return getattr(self, f"_{name}")(number, site)

    def _list(self, number: int, _site: Site) -> Request:
        page = number % min(PAGES, -(-len(self.stations) // PAGE))
        rows = self.stations[page * PAGE : (page + 1) * PAGE]
        texts = (f"共 {len(self.stations)} 条", *(f">{html.escape(t)}</" for r in rows for t in (r.name, r.path)))
        return Request("GET", f"/stations/list/?page_StationView={page}", texts=texts, rows=tuple(r.id for r in rows))

    def _read(self, number: int) -> Row:
        rows = self.stations[0::2][:SAMPLES]
        return rows[number % len(rows)]

    def _show(self, number: int, _site: Site) -> Request:
        row = self._read(number)
        texts = tuple(f"<td>{html.escape(t)}" for t in (row.name, row.path, row.address))
        return Request("GET", f"/stations/show/{row.id}", texts=texts)

    def _edit(self, number: int, _site: Site) -> Request:
        row = self._read(number)
        values = tuple(f'value="{html.escape(t)}"' for t in (row.code, row.name, row.path, row.address))
        return Request("GET", f"/stations/edit/{row.id}", texts=('name="csrf_token"', *values))

    def _save(self, number: int, site: Site) -> Request:
        rows = self.stations[1::2][:SAMPLES]
        row, address = rows[number % len(rows)], f"测试路{next(_serial)}号"
        version = stored(site.engine, Station, row.id).version
        fields = row.fields | {"address": address, "csrf_token": site.token, "_version": str(version)}
        there = f"/stations/show/{row.id}"
        return Request(
            "POST", f"/stations/edit/{row.id}", 302, fields, location=there,
            problem=lambda: unsaved(site, Station, row.id, version + 1, "address", address),
        )  # fmt: skip


def stored(engine: Engine, model: Any, key: int) -> Any:
    """The row as it stands in the database."""
    table = model.__table__
    with engine.connect() as connection:
        return connection.execute(select(table).where(table.c.id == key)).one()


def problem_of(request: Request, answer: Answer) -> str | None:
    """What is wrong with an answer; None when all is right."""
    if answer.status != request.status:
        return f"status {answer.status} instead of {request.status}"
    if not re.fullmatch(request.location or "", answer.location or ""):
        return f"redirect to {answer.location} instead of {request.location}"
    missing = [text for text in request.texts if text not in answer.text]
    if missing:
        return f"{missing[0]!r} is not on the page"
    shown = tuple(map(int, re.findall(request.links, answer.text)))
    if request.rows is not None and shown != request.rows:
        return f"the rows {shown} instead of {request.rows}"
    return request.problem()


def last_entry(site: Site, register: str, key: int) -> Any:
    """(verb, changes) of the newest audit entry of a row; None when there is none."""
    audit = AuditEntry.__table__
    with site.engine.connect() as connection:
        return connection.execute(
            select(audit.c.verb, audit.c.changes)
            .where(audit.c.root_register == register, audit.c.root_key == str(key))
            .order_by(audit.c.id.desc())
            .limit(1)
        ).one_or_none()


def unsaved(site: Site, model: Any, key: int, version: int, column: str, text: str) -> str | None:
    """What is missing of a save of `text` in `column` that led to `version`; stock keeps neither that nor an audit."""
    row = stored(site.engine, model, key)
    if getattr(row, column) != text:
        return f"the {column} is {getattr(row, column)!r} instead of {text!r}"
    if site.is_stock:
        return None
    entry = last_entry(site, model.__name__, key)
    wanted = {column: text, "version": version}
    if entry is None or entry.verb != "edit" or {name: after for name, (_, after) in entry.changes.items()} != wanted:
        return f"the audit says {entry} instead of the change to {wanted}"
    return None if row.version == version else f"version {row.version} instead of {version}"
