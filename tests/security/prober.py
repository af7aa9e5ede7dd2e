"""Asks the product everything as one kind of person, and reports what no such person may get.

It knows nothing of how the guard works: it looks at what comes back (canaries in bodies, headers, workbook cells), at
what changed in the database, and compares both with tests.security.policy.
"""

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from app.extensions import db
from tests import world
from tests.conftest import Browser
from tests.security import policy
from tests.security.probes import Generator, Probe

HOSTILE = ("city_admin", "system_admin")  # who also sends nonsense: between them they may do everything
CANARY = re.compile(r"(STA|ADR|NOTE)-(\d+)-QX")
RELATION = re.compile(r'<input type="hidden" name="(?:division_code|succeeded_by)" value="(\d+)">')
TOKEN = re.compile(r'value="[\w.-]{60,}"')


@dataclass(frozen=True)
class Leak:
    """One answer that should not have been given."""

    person: str
    probe: str
    what: str

    def __str__(self) -> str:
        return f"{self.person}: {self.probe[:160]}: {self.what}"


def snapshot(app: Flask) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Every row that a request could change: {(table, key): values}."""
    tables = {"station": "id", "division": "code", "user_scope": "id", "ab_user": "id", "ab_permission_view_role": "id"}
    rows = {}
    with app.app_context(), db.engine.connect() as connection:
        for table, key in tables.items():
            for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY {key}")).mappings():
                values = {k: v for k, v in row.items() if k not in ("last_login", "login_count", "changed_on")}
                rows[table, str(row[key])] = tuple(values.items())
        rows["audit_entry", ""] = (connection.execute(text("SELECT count(*) FROM audit_entry")).scalar(),)
    return rows


def text_of(answer: Any) -> str:
    """Everything readable in an answer: headers, body, or the cells of a workbook."""
    head = "\n".join(f"{k}: {v}" for k, v in answer.headers.items() if k != "Set-Cookie")
    if "spreadsheetml" in (answer.content_type or ""):
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
        cells = (
            str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
        )
        return head + "\n" + "\n".join(cells)
    if answer.is_json:
        return head + "\n" + json.dumps(answer.get_json(), ensure_ascii=False)
    return head + "\n" + answer.get_data(as_text=True)


class Prober:
    """All probes as one person. `leaks()` yields what it finds; `requests` counts."""

    def __init__(self, app: Flask, person: str) -> None:
        self.app, self.person, self.requests = app, person, 0
        stations = {code: key for key, code in enumerate(world.station_codes(), start=world.FIRST_STATION)}
        self.keys = {"Station": stations, "Division": {code: code for code in world.DIVISIONS}}
        self.statuses: Counter[int] = Counter()
        self.nothing: dict[tuple[str, str], str] = {}  # the answer of each route for a row that does not exist
        self.rebuild()

    def rebuild(self) -> None:
        with self.app.app_context():
            world.clear(self.app)
            world.build(self.app)
        self.browser = Browser(self.app)
        self.token = self.browser.token()
        if self.person in world.PEOPLE:
            self.sign_in()
        self.before = snapshot(self.app)

    def sign_in(self) -> None:
        """A disabled person's session was made before he was disabled."""
        self.set_active(True)
        assert self.browser.sign_in(self.person).status_code == 302
        self.token = self.browser.token("/")
        self.set_active(world.PEOPLE[self.person].active)

    def set_active(self, active: bool) -> None:
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(
                text("UPDATE ab_user SET active = :a WHERE username = :u"), {"a": active, "u": self.person}
            )

    def leaks(self) -> Iterator[Leak]:
        yield from self.counts()
        for probe in Generator(self.app, self.keys, self.person in HOSTILE).all():
            yield from self.ask(probe)

    def first_leak(self) -> list[Leak]:
        return list(islice(self.leaks(), 1))

    def ask(self, probe: Probe) -> Iterator[Leak]:
        answer = self.send(probe)
        name = f"{probe.method} {probe.path} {probe.data or ''}"
        for what in (
            *self.wrong_status(probe, answer),
            *self.foreign_content(answer),
            *self.existence(probe, answer),
            *self.told(probe, answer),
            *self.foreign_writes(probe),
        ):
            yield Leak(self.person, name, what)
        answer.close()

    def send(self, probe: Probe) -> Any:
        self.requests += 1
        data = dict(probe.data)
        if probe.token:
            data["csrf_token"] = self.token
        options = {"data": data} if probe.method != "GET" else {}
        answer = self.browser.open(probe.path, method=probe.method, **options)
        self.statuses[answer.status_code] += 1
        return answer

    # ---- what is wrong with an answer

    def wrong_status(self, probe: Probe, answer: Any) -> Iterator[str]:
        status, rule = answer.status_code, policy.ROUTES.get(probe.endpoint)
        if status >= 500:
            yield f"status {status}"
        if probe.method != "GET" and not probe.token and status not in (400, 302, 403, 405):
            yield f"status {status} without a CSRF token"
        if rule in (None, policy.PUBLIC) or status in (400, 405, 413, 414):
            pass
        elif not policy.is_signed_in(self.person):
            if status not in (302, 401) or (status == 302 and "/login/" not in answer.location):
                yield f"status {status} for a stranger"
        elif isinstance(rule, tuple):
            yield from self.wrong_for_member(probe, rule, status)

    def wrong_for_member(self, probe: Probe, rule: tuple[str, str], status: int) -> Iterator[str]:
        register, verb = rule
        if verb == "action":
            verb = policy.ACTIONS[register].get(str(probe.data.get("action")), "view")
        if not policy.can(self.person, register, verb):
            if status != 403:
                yield f"status {status} without the permission {verb} on {register}"
        elif probe.expect and status not in probe.expect:
            yield f"status {status} instead of {probe.expect}"
        elif probe.row and probe.endpoint.endswith((".show", ".history", ".edit", ".delete")):
            wanted = self.row_status(register, verb, probe.row)
            if (status in (403, 404)) != (wanted != 200) or (wanted != 200 and status != wanted):
                yield f"status {status} instead of {wanted} for the row in {probe.row}"

    def row_status(self, register: str, verb: str, code: str) -> int:
        """404 for what he cannot see, 403 for what he sees but may not `verb`."""
        if policy.may(self.person, register, verb, code):
            return 200
        seen = policy.sees_division(self.person, code) if register == "Division" else False
        if register == "Station":
            seen = policy.may(self.person, register, "view", code)
        return (200 if verb == "view" else 403) if seen else 404

    def foreign_content(self, answer: Any) -> Iterator[str]:
        found = text_of(answer)
        for kind, code in set(CANARY.findall(found)):
            register = "Division" if kind == "NOTE" else "Station"
            if not policy.may(self.person, register, "view", code):
                yield f"shows {kind}-{code}"
            elif "spreadsheetml" in (answer.content_type or "") and not policy.may(
                self.person, register, "export", code
            ):
                yield f"exports {kind}-{code}"
        for name, code in policy.division_names().items():
            if name in found and not policy.sees_division(self.person, code):
                yield f"shows the division {name}"

    def told(self, probe: Probe, answer: Any) -> Iterator[str]:
        """Smaller hints: a form filled with a key out of reach, the history of a row that is only a reference."""
        if probe.method == "GET" and probe.endpoint.endswith((".add", ".edit")):
            for code in RELATION.findall(answer.get_data(as_text=True)):
                if not policy.sees_division(self.person, code):
                    yield f"fills the form with {code}"
        is_history = probe.endpoint == "DivisionView.history" and probe.row and answer.status_code == 200
        if is_history and not policy.may(self.person, "Division", "view", probe.row):
            told = "系统（初始化）" in text_of(answer)
            yield from [f"tells the history of {probe.row}"] if told else []

    def existence(self, probe: Probe, answer: Any) -> Iterator[str]:
        """What is out of sight answers letter for letter like what does not exist."""
        if answer.status_code == 404 and probe.row:
            path = probe.path.rsplit("/", 1)[0] + "/99999999"
            if (probe.endpoint, probe.method) not in self.nothing:
                nothing = self.send(Probe(probe.endpoint, probe.method, path, probe.data))
                self.nothing[probe.endpoint, probe.method] = TOKEN.sub("", text_of(nothing))
            if self.nothing[probe.endpoint, probe.method] != TOKEN.sub("", text_of(answer)):
                yield "differs from the answer for a row that does not exist"

    def foreign_writes(self, probe: Probe) -> Iterator[str]:
        if probe.method == "GET" and self.requests % 50:
            return  # reading requests are looked at now and then: a change stays until then
        after = snapshot(self.app)
        if after == self.before:
            return
        changed = [key for key in self.before.keys() | after.keys() if self.before.get(key) != after.get(key)]
        for table, key in sorted(changed):
            if key:
                yield from self.foreign_write(
                    table, dict(self.before.get((table, key), ())), dict(after.get((table, key), ()))
                )
        if probe.method == "GET" or not probe.token:
            yield "the database changed"
        self.rebuild()

    def foreign_write(self, table: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        register = {"station": "Station", "division": "Division"}.get(table)
        if register is None:
            yield f"wrote to {table}"
            return
        verb = "edit" if old and new else "add" if new else "delete"
        place = "division_code" if register == "Station" else "code"
        for values in filter(None, (old, new)):
            if not policy.may(self.person, register, verb, values[place]):
                yield f"{verb} of {table} in {values[place]}"
        if old and new and new.get("succeeded_by") != old.get("succeeded_by"):
            for target in filter(None, (old["succeeded_by"], new["succeeded_by"])):
                if not policy.sees_division(self.person, target):
                    yield f"changed a key that is out of sight: {target}"

    def counts(self) -> Iterator[Leak]:
        """The number above a list is the number of rows this person may see, no more."""
        for register, path in (("Station", "/stations/list/"), ("Division", "/divisions/list/")):
            if policy.is_signed_in(self.person) and policy.can(self.person, register, "view"):
                codes = self.keys[register]
                seen = sum(
                    policy.sees_division(self.person, c)
                    if register == "Division"
                    else policy.may(self.person, register, "view", c)
                    for c in codes
                )
                page = self.browser.get(path).get_data(as_text=True)
                if f"共 {seen} 条" not in page:
                    yield Leak(self.person, path, f"the count is not {seen}")
