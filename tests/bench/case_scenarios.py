"""The scenarios of the cases, for the product, the floor and stock Flask-AppBuilder."""

import enum
import re
import secrets
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import count
from typing import Any

from sqlalchemy import select

from app.demo_records import TOWNSHIPS
from models import Case, RightsCategory
from tests.bench.cases import CaseRow
from tests.bench.database import Admin
from tests.bench.scenarios import PAGE, Request, Site, last_entry, stored, unsaved
from views.case import CaseView

NAMES = ("list", "filter", "deep", "show", "edit", "save", "create")
DEEP = 3000  # pages before the deep one
SAMPLES = 12
TOWNSHIP, CATEGORY = TOWNSHIPS[0], RightsCategory.FAMILY
NEW = RightsCategory.OTHER  # what is created does not come into the filtered list
PHONE = "19900001234"
STOCK_LINK = r'href="/caseview/show/(\d+)'
_serial = count(1)


def _text(value: Any) -> str:
    if isinstance(value, enum.Enum):
        return value.name
    return value.isoformat() if isinstance(value, date) else str(value)


@dataclass(frozen=True)
class CaseAsker:
    """Builds the requests of the city's admin, who sees every case."""

    admin: Admin
    cases: list[CaseRow]

    def request(self, name: str, number: int, site: Site) -> Request:
        """The request of that scenario; `number` says which of the rows or pages it takes."""
        return getattr(self, f"_{name}")(number, site)

    # ---- lists

    def _page(self, site: Site, page: int) -> Request:
        """One page of all cases: those that were added here come first."""
        new, start, end = len(site.created), page * PAGE, (page + 1) * PAGE
        known = self.cases[max(0, start - new) : max(0, end - new)]
        keys = [*site.created[::-1][start:end], *(row.id for row in known)]
        return self._listed(site, f"page_CaseView={page}", keys, known, len(self.cases) + new)

    def _listed(self, site: Site, query: str, keys: list[int], known: list[CaseRow], total: int) -> Request:
        texts = [text for row in known for text in (row.subject, row.station)]
        if site.is_stock:
            path, links = f"/caseview/list/?{query}", STOCK_LINK
        else:
            path, links = f"/cases/list/?{query}", Request.links
            texts.append(f"共 {total} 条")
        return Request("GET", path, texts=tuple(texts), rows=tuple(keys), links=links)

    def _list(self, number: int, site: Site) -> Request:
        return self._page(site, number % min(4, -(-len(self.cases) // PAGE)))

    def _deep(self, number: int, site: Site) -> Request:
        last = (len(self.cases) - 1) // PAGE
        return self._page(site, min(DEEP, last) - number % min(4, last))

    def _filter(self, number: int, site: Site) -> Request:
        rows = self._narrowed
        page = number % min(4, -(-len(rows) // PAGE))
        known = rows[page * PAGE : (page + 1) * PAGE]
        place = "_flt_3_township_code" if site.is_stock else "_flt_0_division_code"
        query = f"_flt_0_category={CATEGORY.name}&{place}={TOWNSHIP}&page_CaseView={page}"
        return self._listed(site, query, [row.id for row in known], known, len(rows))

    @cached_property
    def _narrowed(self) -> list[CaseRow]:
        return [row for row in self.cases if row.category == CATEGORY.name and row.township == TOWNSHIP]

    # ---- one case

    def _read(self, number: int) -> CaseRow:
        rows = self.cases[0::2][:SAMPLES]
        return rows[number % len(rows)]

    def _path(self, site: Site, method: str, key: Any) -> str:
        return f"/{'caseview' if site.is_stock else 'cases'}/{method}/{key}"

    def _show(self, number: int, site: Site) -> Request:
        row = self._read(number)
        texts = (row.subject, row.station, *(() if site.is_stock else (row.phone,)))
        return Request("GET", self._path(site, "show", row.id), texts=texts)

    def _edit(self, number: int, site: Site) -> Request:
        row = self._read(number)
        texts = ('name="csrf_token"', f'value="{row.subject}"', row.station)
        return Request("GET", self._path(site, "edit", row.id), texts=texts)

    def _fields(self, site: Site, row: Any) -> dict[str, str]:
        """What a browser would post of a stored row; a secret only where the form shows it, with stock."""
        fields = {"csrf_token": site.token}
        for name in CaseView.edit_columns:
            value = getattr(row, name)
            if value is None or value is False or (Case.__table__.c[name].info.get("secret") and not site.is_stock):
                continue
            key = "station" if name == "station_id" and site.is_stock else name
            fields[key] = "y" if value is True else _text(value)
        return fields

    def _save(self, number: int, site: Site) -> Request:
        rows = self.cases[1::2][:SAMPLES]
        key, note = rows[number % len(rows)].id, f"备注{next(_serial)}"
        row = stored(site.engine, Case, key)
        fields = self._fields(site, row) | {"note": note, "_version": str(row.version)}
        there = ".*" if site.is_stock else re.escape(self._path(site, "show", key))
        return Request(
            "POST", self._path(site, "edit", key), 302, fields, location=there,
            problem=lambda: unsaved(site, Case, key, row.version + 1, "note", note),
        )  # fmt: skip

    def _create(self, number: int, site: Site) -> Request:
        subject = f"新的案件{next(_serial)}"
        row = stored(site.engine, Case, self._read(number).id)
        fields = self._fields(site, row) | {"subject": subject, "category": NEW.name}
        fields |= {"phone": PHONE, "_once": secrets.token_hex(16)}
        there = ".*" if site.is_stock else r"/cases/show/\d+"
        path = self._path(site, "add", "").rstrip("/")
        return Request(
            "POST", path, 302, fields, location=there, problem=lambda: self._uncreated(site, subject, row)
        )  # fmt: skip

    def _uncreated(self, site: Site, subject: str, like: Any) -> str | None:
        case = Case.__table__
        with site.engine.connect() as connection:
            found = connection.execute(select(case).where(case.c.subject == subject, case.c.id > like.id)).all()
        if len(found) != 1:
            return f"{len(found)} cases {subject!r}"
        (row,) = found
        site.created.append(row.id)
        if (row.station_id, row.township_code, row.name) != (like.station_id, like.township_code, like.name):
            return f"the case {row.id} is not what was posted"
        if site.is_stock:
            return None
        entry = last_entry(site, "Case", row.id)
        if entry is None or entry.verb != "add" or entry.changes["subject"] != [None, subject]:
            return f"the audit says {entry} instead of the new case"
        return "the telephone is not sealed" if PHONE in row.phone else None
