"""Fifty thousand rows with names: how they get there, and the search for them by the admin of the city."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import Engine, func, select

from app import clock
from app.demo_records import GIVEN, SURNAMES
from app.extensions import db
from app.finding import forms, text_of
from models import Engagement, Station, Volunteer, VolunteerRole
from models.base import new_uid
from tests.bench.cases import write
from tests.bench.database import ADMINS, Admin
from tests.bench.scenarios import Request, Site

MANY = 50_000  # volunteers, beside the other rows with names
SHOWN = 5
SAMPLED = 100  # the newest stations, whose pages the other scenarios ask for, get nobody
_station, _volunteer = Station.__table__, Volunteer.__table__
# How somebody is looked for: by the whole name, a part of it, its sounds, a rare number, one letter, one character.
WAYS: tuple[Callable[[str, str], str], ...] = (
    lambda name, number: name,
    lambda name, number: name[1:],
    lambda name, number: forms(name, is_person=True)[1],
    lambda name, number: forms(name, is_person=True)[2],
    lambda name, number: number,
    lambda name, number: forms(name, is_person=True)[1][0],
    lambda name, number: name[0],
)


def name_of(number: int) -> str:
    """The name of volunteer `number`: one of a few thousand, as in a real city."""
    first, second = GIVEN[number // 10 % len(GIVEN)], GIVEN[number // 200 % len(GIVEN)]
    return SURNAMES[number % len(SURNAMES)] + first + second


def _row(number: int, station_id: int, code: str) -> dict[str, Any]:
    now, name, serial = clock.now(), name_of(number), f"330302-{50_000 + number}"
    return {
        "uid": new_uid(), "version": 1, "created_at": now, "changed_at": now, "station_id": station_id,
        "division_code": code, "city_code": code[:4], "county_code": code[:6], "township_code": code[:9],
        "number": serial, "name": name, "role": VolunteerRole.LIAISON.name, "engagement": Engagement.PART_TIME.name,
        "starts_on": clock.today() - timedelta(days=number % 3000), "service_hours": number % 60,
        "search_text": text_of(Volunteer, {"name": name, "number": serial}),
    }  # fmt: skip


def fill(app: Flask, until: int = MANY) -> None:
    """Add volunteers until there are `until`, past the session, as tests.bench.cases does."""
    with app.app_context(), db.engine.begin() as connection:
        there = connection.scalar(select(func.count()).select_from(_volunteer)) or 0
        stations = connection.execute(
            select(_station.c.id, _station.c.division_code)
            .where(_station.c.township_code != ADMINS[1].scope)
            .order_by(_station.c.id)
        ).all()[:-SAMPLED]
        write(connection, "volunteer", [_row(n, *stations[n % len(stations)]) for n in range(until - there)])
    with app.app_context():
        db.engine.dispose()


@dataclass(frozen=True)
class NameAsker:
    """Asks the box of the search for somebody, each time in another way."""

    admin: Admin
    people: list[tuple[str, str, str]]  # name, number, search_text; in the order of their keys

    def request(self, _name: str, number: int, site: Site) -> Request:
        """The search; `number` says whom for, and how."""
        name, serial, _ = self.people[number * 379 % len(self.people)]
        q = WAYS[number % len(WAYS)](name, serial)
        texts = tuple(json.dumps(f"{n}（{s}）", ensure_ascii=False) for n, s in self.found(q))
        if site.name == "floor":
            return Request("GET", f"/search/suggest?{urlencode({'q': q})}", texts=texts)
        return Request("POST", "/search/suggest", fields={"q": q, "csrf_token": site.token}, texts=texts)

    def found(self, q: str) -> list[tuple[str, str]]:
        """(name, number) of the volunteers that the box must show: those that begin so first."""
        wanted = forms(q)[0]
        found = [
            (f"\n{wanted}" not in text, n, name, s) for n, (name, s, text) in enumerate(self.people) if wanted in text
        ]
        return [(name, serial) for _, _, name, serial in sorted(found)[:SHOWN]]


def rows_of(engine: Engine) -> list[tuple[str, str, str]]:
    """Every volunteer, read past the product; all of them lie in the city and none has left."""
    columns = (_volunteer.c.name, _volunteer.c.number, _volunteer.c.search_text)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(_volunteer.c.id))]
