"""Asks the product everything as one kind of person, and reports what no such person may get.

It knows nothing of how the guard works: it looks at what comes back (canaries and secrets in bodies, headers, cookies,
workbook cells), at what changed in the database, and compares both with tests.security.policy.
"""

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import Flask
from sqlalchemy import text

from app.extensions import db
from tests import world
from tests.conftest import Browser
from tests.security import answers, policy
from tests.security.calendar_probes import TABLES as CALENDAR_TABLES
from tests.security.probe import NOWHERE, Probe
from tests.security.probes import Generator, view_of
from tests.security.registers import BY_REGISTER, BY_TABLE, CHILD_TABLES, KINDS, SPECS
from tests.security.spec import Spec, references_of
from tests.security.watch import Change, watch

# Tables whose rows may change without a session noticing.
DERIVED = {"judgement", "checklist_edition"}  # follow from other rows; whoever may write those writes these with them
FOLLOWING = {"recognition": {"lapses_on", "version", "changed_at"}}  # columns that follow from rows of other tables
RECORDS = {"audit_entry", "look_entry", "sealed_request", "attachment", "draft", "preference", *DERIVED}
RECORDS = (RECORDS | {*BY_TABLE, *CHILD_TABLES}) - {"ab_user"}
FULL_LOOK = 250  # requests after which all tables are compared, not only those that the engine saw written to


@dataclass(frozen=True)
class Leak:
    """One answer that should not have been given."""

    person: str
    probe: str
    what: str

    def __str__(self) -> str:
        return f"{self.person}: {self.probe[:160]}: {self.what}"


class Prober:
    """All probes as one person, or those of some registers. `leaks()` yields what it finds.

    `requests` and `statuses` count; `done` holds the (register, verb) of every write that went through.
    """

    def __init__(
        self, app: Flask, person: str, specs: Sequence[Spec] = SPECS, is_drill: bool = False, is_sample: bool = False
    ) -> None:
        self.app, self.person, self.specs, self.requests = app, person, specs, 0
        self.is_drill, self.is_sample = is_drill, is_sample
        self.statuses: Counter[int] = Counter()
        self.done: set[tuple[str, str]] = set()
        self.nothing: dict[tuple[str, ...], str] = {}  # the answer of each route for a row that does not exist
        self.changes: list[Change] = []
        with app.app_context():
            self.watch = watch()
            self.watch.put_back(app, self.watch.changes(everywhere=True))
            named = (row["id"] for row in world.saved("ab_user").values() if row["username"] == person)
            self.user_id = next(named, None)
        self.sign_in()

    def sign_in(self) -> None:
        """A disabled person's session was made before he was disabled."""
        self.browser = Browser(self.app)
        if self.person not in world.PEOPLE:
            self.token = self.browser.token()
        else:
            self.set_active(True)
            self.browser.enter(self.person)
            self.token = self.browser.token()
            self.set_active(world.PEOPLE[self.person].active)
            with self.app.app_context():
                self.watch.put_back(self.app, self.watch.changes())

    def set_active(self, active: bool) -> None:
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(
                text("UPDATE ab_user SET active = :a WHERE username = :u"), {"a": active, "u": self.person}
            )

    def leaks(self) -> Iterator[Leak]:
        with self.app.app_context():
            stored = {s.register: world.saved(s.table.name) for s in SPECS}
            probes = Generator(self.app, self.person, self.specs, self.is_drill, self.is_sample)
            asked = probes.all()
        yield from self.counts(stored)
        while (probe := self._next(asked)) is not None:
            yield from self.ask(probe)
        yield from self.at_the_end()

    def _next(self, asked: Iterator[Probe]) -> Probe | None:
        """The next probe; no application context stays open while it is asked."""
        with self.app.app_context():
            return next(asked, None)

    def first_leak(self) -> list[Leak]:
        return list(islice(self.leaks(), 1))

    def ask(self, probe: Probe) -> Iterator[Leak]:
        answer = self.send(probe)
        shape = "" if probe.shape == "form" else f" as {probe.shape}"
        name = f"{probe.method} {probe.path}{shape} {probe.data or ''} {probe.query or ''}"
        for what in (
            *self.wrong_status(probe, answer),
            *self.foreign_content(probe, answer),
            *self.existence(probe, answer),
            *self.told(probe, answer),
            *self.foreign_writes(probe),
        ):
            yield Leak(self.person, name, what)
        answer.close()

    def send(self, probe: Probe) -> Any:
        self.requests += 1
        options: dict[str, Any] = {"headers": {"Accept": probe.accept} if probe.accept else {}}
        if probe.query:
            options["query_string"] = probe.query
        if not probe.is_read:
            options |= self.body(probe, {"csrf_token": self.token} if probe.token else {})
        answer = self.browser.open(probe.path, method=probe.method, **options)
        self.statuses[answer.status_code] += 1
        return answer

    def body(self, probe: Probe, token: dict[str, str]) -> dict[str, Any]:
        if probe.shape == "json":
            headers = {"X-CSRFToken": self.token, "Accept": probe.accept or "*/*"} if token else {}
            return {"data": json.dumps(probe.data), "content_type": "application/json", "headers": headers}
        if probe.shape in ("file", "upload"):
            files = {name: (io.BytesIO(str(value).encode()), "x.txt") for name, value in probe.data.items()}
            return {"data": {**files, **token}, "content_type": "multipart/form-data"}
        return {"data": {**probe.data, **token}}

    # ---- what is wrong with an answer

    def wrong_status(self, probe: Probe, answer: Any) -> Iterator[str]:
        status, rule = answer.status_code, policy.ROUTES.get(probe.endpoint)
        if status >= 500:
            yield f"status {status}"
        if not probe.is_read and not probe.token and status not in (400, 302, 403, 405):
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
            named = probe.data.get("action") if probe.shape == "form" else ""
            verb = policy.ACTIONS[register].get(str(named), "view")
        if not policy.can(self.person, register, verb):
            if status != 403:
                yield f"status {status} without the permission {verb} on {register}"
        elif probe.expect and status not in probe.expect:
            yield f"status {status} instead of {probe.expect}"
        elif probe.missing:
            wanted = self.row_status(register, verb, probe.row)
            if (status in (403, 404)) != (wanted != 200) or (wanted != 200 and status != wanted):
                yield f"status {status} instead of {wanted} for the row in {probe.row}"

    def row_status(self, register: str, verb: str, code: str | None) -> int:
        """404 for what he cannot see, 403 for what he sees but may not `verb`."""
        if policy.may(self.person, register, verb, code):
            return 200
        if not policy.sees(self.person, register, code):
            return 404
        return 200 if verb == "view" else 403

    def foreign_content(self, probe: Probe, answer: Any) -> Iterator[str]:
        found = "\n".join((answers.body_of(answer), *answers.cookies_of(self.app, answer)))
        for kind, code in sorted(answers.canaries_in(found)):
            spec, column = KINDS[kind]
            seen = policy.sees if column in spec.shared else self.may_view
            if not seen(self.person, spec.register, code):
                yield f"shows {kind}-{code}"
            elif self.is_export_of(spec, column, probe, answer) and not policy.may(
                self.person, spec.register, "export", code
            ):
                yield f"exports {kind}-{code}"
            elif self.is_veiled(spec, column, code) and not self.may_reveal(probe, spec, code):
                yield f"shows {kind}-{code} unmasked"
        for spec, code, column in sorted(answers.SECRET.sources(found), key=str):
            if not self.may_reveal(probe, spec, code):
                yield f"tells the secret {spec.register}.{column} of {code}"
        if answers.HASH.search(found):
            yield "shows the hash of a password, a session or a link"
        for name, code in policy.division_names().items():
            if name in found and not policy.sees(self.person, "Division", code):
                yield f"shows the division {name}"

    @staticmethod
    def is_export_of(spec: Spec, column: str, probe: Probe, answer: Any) -> bool:
        """Whether the answer is a file that takes rows of this register away: its workbook, or a Word file of many."""
        is_taken = policy.ROUTES.get(probe.endpoint) == (probe.register, "export")
        is_its_own = answers.is_workbook(answer) and spec.register == probe.register
        return column not in spec.shared and (is_its_own or (answers.is_paper(answer) and is_taken))

    def is_veiled(self, spec: Spec, column: str, code: str) -> bool:
        if column not in spec.table.c or not spec.table.c[column].info.get("masked"):
            return False
        with self.app.app_context():
            sent_to = world.saved(spec.table.name)[spec.keys[code]][getattr(spec.model, "__above__", spec.place)]
        is_receiver = sent_to in policy.places(self.person, spec.register, "view")
        return not (is_receiver or policy.is_near(self.person, spec.register, code))

    @staticmethod
    def may_view(person: str, register: str, code: str) -> bool:
        return policy.may(person, register, "view", code)

    def may_reveal(self, probe: Probe, spec: Spec, code: str) -> bool:
        asked = policy.ROUTES.get(probe.endpoint) == (spec.register, "reveal") and probe.row == code
        return asked and policy.may(self.person, spec.register, "reveal", code)

    def told(self, probe: Probe, answer: Any) -> Iterator[str]:
        """Smaller hints: a form filled with a key out of reach, the history of a row that is only a reference."""
        spec = BY_REGISTER.get(probe.register)
        if spec is None or answer.status_code != 200:
            return
        if probe.method == "GET" and probe.endpoint.endswith((".add", ".edit")):
            targets = dict(spec.references)
            for child in spec.children:
                targets |= references_of(child.table)
            for name, value in answers.HIDDEN_INPUT.findall(answer.get_data(as_text=True)):
                target = targets.get(name.rpartition("-")[2])
                code = self.where(target, value) if target else None
                if target and code and not policy.sees(self.person, target.register, code):
                    yield f"fills the form with {target.register} {value}"
        if probe.method == "GET" and probe.endpoint.endswith(".history") and probe.row:
            foreign = not policy.may(self.person, spec.register, "view", probe.row)
            if foreign and "系统（初始化）" in answers.body_of(answer):
                yield f"tells the history of {probe.row}"

    @staticmethod
    def where(target: Spec, its_key: Any) -> str | None:
        """The division of the row of the world that has this key."""
        return next((code for code, k in target.keys.items() if str(k) == str(its_key)), None)

    def existence(self, probe: Probe, answer: Any) -> Iterator[str]:
        """What is out of sight answers letter for letter like what does not exist."""
        if answer.status_code == 404 and probe.missing and self.differs(probe, answer):
            # A message that waits for the next page is no difference: ask again, both without one.
            self.browser.get("/")
            self.nothing.clear()
            if self.differs(probe, self.send(probe)):
                yield "differs from the answer for a row that does not exist"

    def differs(self, probe: Probe, answer: Any) -> bool:
        asked = (probe.endpoint, probe.method, probe.shape, probe.accept, str(probe.query))
        if asked not in self.nothing:
            missing = Probe(
                probe.endpoint, probe.method, probe.missing, probe.data, token=probe.token, shape=probe.shape,
                query=probe.query, accept=probe.accept,
            )  # fmt: skip
            self.nothing[asked] = self.comparable(missing, self.send(missing))
        return self.nothing[asked] != self.comparable(probe, answer)

    @staticmethod
    def comparable(probe: Probe, answer: Any) -> str:
        said = answers.TOKEN.sub("", answers.body_of(answer))
        return said.replace(probe.path, f"/{NOWHERE}")

    def foreign_writes(self, probe: Probe) -> Iterator[str]:
        with self.app.app_context():
            self.changes = self.watch.changes(everywhere=self.requests % FULL_LOOK == 0)
        if not self.changes:
            return
        for change in self.changes:
            yield from self.foreign_write(change)
        if (probe.is_read or not probe.token) and {change.table for change in self.changes} != {"look_entry"}:
            yield "the database changed"
        elif (probe.data and probe.shape in ("json", "file")) or (probe.query and not probe.data):
            yield "written from what is no form field"
        self.put_back()

    def put_back(self) -> None:
        with self.app.app_context():
            was_patched = self.watch.put_back(self.app, self.changes)
        if not was_patched or {change.table for change in self.changes} - RECORDS:
            self.sign_in()  # a session need not outlive a change of its person's account or rights

    def foreign_words(self, change: Change) -> Iterator[str]:
        """That he looked at what he may see, and that he asks for something, are his own to put on record."""
        new = change.new or {}
        if change.old or self.user_id not in (new.get("actor_id"), new.get("by_id")):
            yield f"wrote another's {change.table}"
        elif "by_id" not in new and not policy.sees(self.person, new["register"], new["division_code"]):
            yield f"looked at {new}"

    def foreign_write(self, change: Change) -> Iterator[str]:
        old, new, table = change.old, change.new, change.table
        if table == "audit_entry":
            yield from [f"changed the audit: {change.key}"] if old else []
            return
        if table in ("look_entry", "sealed_request", "preference"):
            yield from self.foreign_memory(change) if table == "preference" else self.foreign_words(change)
            return
        if table == "attachment":
            for values in filter(None, (old, new)):
                if not policy.may(self.person, values["register"], "edit", values["division_code"]):
                    yield f"file of {values['register']} in {values['division_code']}"
            return
        if table == "draft":
            owners = {values["user_id"] for values in filter(None, (old, new))}
            yield from ["wrote another's draft"] if owners != {self.user_id} else []
            return
        if table in CALENDAR_TABLES:
            yield from [] if policy.can(self.person, "WorkCalendar", "edit") else [f"wrote to {table}"]
            self.done.add(("WorkCalendar", "edit"))
            return
        if old and new and {n for n in new if old[n] != new[n]} <= FOLLOWING.get(table, set()):
            table = next(iter(DERIVED))  # the product's own doing
        if table in DERIVED:
            others = {change.table for change in self.changes} - DERIVED - FOLLOWING.keys() - {"audit_entry"}
            yield from [] if others else [f"wrote to {table} and nothing that it follows from"]
            return
        if table not in BY_TABLE and table not in CHILD_TABLES:
            yield f"wrote to {table}"
            return
        spec = BY_TABLE[table] if table in BY_TABLE else CHILD_TABLES[table][0]
        verb = spec.verb_of(old, new) if old and new else "add" if new else "delete"
        if table in CHILD_TABLES:
            verb = CHILD_TABLES[table][1].asks_for(verb)
        for values in filter(None, (old, new)):
            place = self.place_of(table, values)
            if not policy.may(self.person, spec.register, verb, place) and not self.is_new_child(table, values, place):
                yield f"{verb} of {table} in {place}"
        self.done.add((spec.register if table in BY_TABLE else CHILD_TABLES[table][1].model.__name__, verb))
        yield from self.foreign_keys(table, old or {}, new or {})

    def foreign_memory(self, change: Change) -> Iterator[str]:
        """A person's memory of his lists is his own, and says nothing in clear."""
        with self.app.app_context():
            people = {key: row["username"] for key, row in world.saved("ab_user").items()}
        for values in filter(None, (change.old, change.new)):
            if people[values["user_id"]] != self.person:
                yield f"memory of {people[values['user_id']]}"
            if answers.CANARY.search(values["value"]) or "{" in values["value"]:
                yield "a memory in clear"

    def place_of(self, table: str, values: dict[str, Any]) -> str | None:
        """Where a row lies; a child lies where its parent does."""
        if table in BY_TABLE:
            return values[BY_TABLE[table].place]
        spec, child = CHILD_TABLES[table]
        parent = values[child.parent]
        new = [c.new or c.old for c in self.changes if c.table == spec.table.name and c.key == parent]
        with self.app.app_context():
            row = new[0] if new else world.saved(spec.table.name).get(parent)
        return row[spec.place] if row else None

    def is_new_child(self, table: str, values: dict[str, Any], place: str | None) -> bool:
        """Whoever may add the parent may add its children with it, or take them away with it."""
        if table not in CHILD_TABLES:
            return False
        spec, child = CHILD_TABLES[table]
        whole = [c for c in self.changes if c.table == spec.table.name and c.key == values[child.parent]]
        verbs = ["add" if c.old is None else "delete" for c in whole if not (c.old and c.new)]
        return any(policy.may(self.person, spec.register, verb, place) for verb in verbs)

    def foreign_keys(self, table: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        """Keys that were set to, or taken from, something out of sight."""
        for column, target in references_of((BY_TABLE.get(table) or CHILD_TABLES[table][1]).table).items():
            if not new or old.get(column) == new.get(column):
                continue
            for value in filter(None, (old.get(column), new.get(column))):
                code = self.where(target, value)
                if code and not policy.sees(self.person, target.register, code):
                    yield f"changed a key that is out of sight: {column} {value}"

    def counts(self, stored: dict[str, world.Rows]) -> Iterator[Leak]:
        """The number above a list is the number of rows this person may see, no more."""
        for spec in self.specs:
            if not policy.is_signed_in(self.person) or not policy.can(self.person, spec.register, "view"):
                continue
            rows = (row for row in stored[spec.register].values() if row.get("ended_on") is None)
            places = [row[spec.place] for row in rows]
            seen = sum(policy.sees(self.person, spec.register, code) for code in places)
            path = f"{view_of(self.app, spec).route_base}/list/"
            if f"共 {seen} 条" not in self.browser.get(path).get_data(as_text=True):
                yield Leak(self.person, path, f"the count is not {seen}")

    def at_the_end(self) -> Iterator[Leak]:
        """Nothing changed on a way that the engine does not see."""
        with self.app.app_context():
            changes = self.watch.changes(everywhere=True)
            self.watch.put_back(self.app, changes)
        for change in changes:
            yield Leak(self.person, "at the end", f"{change.table} {change.key} had changed")
