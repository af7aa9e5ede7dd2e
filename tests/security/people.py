"""The matrix for accounts and roles: every route of both views, as one person, aimed at rows from everywhere.

They follow the rules of delegation, not of a Spec. While the sweep lasts, the world has an account that belongs to each
division and a copy of a role in some; each carries a name that says where it lies.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from typing import Any, NamedTuple

from flask import Flask
from flask_appbuilder.security.sqla.models import PermissionView
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import SETUP
from models import Account, StaffRole
from tests import world
from tests.security import answers, policy
from tests.security.attacks import ADMIN, HANDS, MANAGER, ORDINARY, SUPERVISOR, SYSTEM, below, may_grant
from tests.security.probe import JUNK_KEYS, NOWHERE, Probe
from tests.security.prober import Leak, Prober
from tests.security.probes import DRILL_FACTOR, rules
from tests.security.watch import Change, watch
from tests.security.writes import of_memory
from tests.world import CHILD, CITY, COUNTY, DIVISIONS, FOREIGN, OTHER_COUNTY, OWN, PEOPLE, SIBLING, TODAY

REGISTERS = {"UserView": "Account", "RoleView": "StaffRole"}
COPIES = (CITY, COUNTY, OWN, CHILD, SIBLING, OTHER_COUNTY, FOREIGN)
LOOKED_AT = (COUNTY, OWN, SIBLING, OTHER_COUNTY)
SOMEBODY = ("system_admin", "mixed", "town_admin", "nowhere")
PLACES = (OWN, SIBLING, COUNTY, OTHER_COUNTY, CITY, FOREIGN)
TOLD = re.compile(r"(resident|copy)-(\d+)-q")
NAMED = re.compile(r"姓名([a-z_]+)")
LINK = re.compile(r"/activate/[\w-]{20,}")
HANDING = {("Account", "grant"), ("StaffRole", "grant")}  # what only a copy of the managers' role may hold beside
CELLS = ("Station.export", "Case.reveal", "Division.add", "AuditEntry.view", "Station.grant_view", "StaffRole.grant")


class Row(NamedTuple):
    """An account or a role: its key, and where it lies (None: nowhere; empty: shipped)."""

    key: int
    place: str | None


@contextmanager
def populated(app: Flask) -> Iterator[None]:
    """The world with accounts and copies of roles from everywhere."""
    with app.app_context():
        with acting_as(SETUP):
            for code in DIVISIONS:
                name = f"resident-{code}-q"
                users.add(name, f"姓名{name}", None, [], TODAY, home=code)
            origin = db.session.scalars(select(StaffRole).where(StaffRole.name == SUPERVISOR)).one()
            cells = db.session.scalars(select(PermissionView)).all()
            viewing = [c for c in cells if (c.view_menu.name, c.permission.name) == ("Station", "can_view")]
            for code in COPIES:
                copy = StaffRole(name=f"{code}:copy-{code}-q", division_code=code, based_on_id=origin.id)
                copy.permissions = viewing
                db.session.add(copy)
            db.session.commit()
        db.session.remove()
        before = world.remember()
    try:
        yield
    finally:
        with app.app_context():
            world.recall(before)
            watch().put_back(app, watch().changes(everywhere=True))


class PeopleProber(Prober):
    """All requests about accounts and roles as one person, or about some of them; `asked` holds the endpoints."""

    def __init__(self, app: Flask, person: str, is_drill: bool = False) -> None:
        super().__init__(app, person, (), is_drill)
        self.rules, self.asked = rules(app), set[str]()
        self.turn = list(PEOPLE).index(person) if person in PEOPLE else 0

    def leaks(self) -> Iterator[Leak]:
        with populated(self.app):
            self._learn()
            yield from self.counted()
            for probe in self.probes():
                self.asked.add(probe.endpoint)
                yield from self.ask(probe)
            yield from self.at_the_end()

    def first_leak(self) -> list[Leak]:
        with closing(self.leaks()) as found:  # type: ignore[type-var]
            return list(islice(found, 1))

    def _learn(self) -> None:
        """The rows of both registers, and what stands beside them."""
        with self.app.app_context():
            accounts, roles, cells = (world.saved(t) for t in ("ab_user", "ab_role", "ab_permission_view"))
            names, verbs = world.saved("ab_view_menu"), world.saved("ab_permission")
            self.scopes = world.saved("user_scope")
        self.homes = {key: row["division_code"] for key, row in accounts.items()}
        self.me = next((key for key, row in accounts.items() if row["username"] == self.person), None)
        self.accounts = [Row(key, home) for key, home in self.homes.items()]
        self.roles = [Row(key, row["division_code"] or "") for key, row in roles.items()]
        self.names = {key: row["username"] for key, row in accounts.items()}
        self.titles = {key: row["name"] for key, row in roles.items()}
        self.cells = {
            key: (names[row["view_menu_id"]]["name"], verbs[row["permission_id"]]["name"].removeprefix("can_"))
            for key, row in cells.items()
        }

    # ---- what is asked

    def some(self, values: Iterable[Any], most: int) -> list[Any]:
        """`most` of them (more in a drill), others each time."""
        values, most = list(values), most * (DRILL_FACTOR if self.is_drill else 1)
        if len(values) <= most:
            return values
        start = self.turn = (self.turn + most) % len(values)
        return [*values[start:], *values[:start]][:most]

    def looked_at(self) -> tuple[list[Row], list[Row]]:
        """Accounts and roles: all in a drill, else those of a few people, residents and copies of a few places."""
        if not policy.can(self.person, "Account", "view"):
            return self.accounts[:1], self.roles[:1]
        if self.is_drill:
            return self.accounts, self.roles
        names = {f"resident-{code}-q" for code in LOOKED_AT} | {self.person, *SOMEBODY}
        copies = {f"{code}:copy-{code}-q" for code in LOOKED_AT} | {SUPERVISOR, MANAGER}
        return (
            [row for row in self.accounts if self.names[row.key] in names],
            [row for row in self.roles if self.titles[row.key] in copies],
        )

    def probes(self) -> Iterator[Probe]:
        sees = policy.can(self.person, "Account", "view")
        accounts, roles = self.looked_at()
        for view, base in (("UserView", "/accounts"), ("RoleView", "/roles")):
            yield from self.of_lists(view, base, sees)
        for row in accounts:
            yield from self.of_account(row, sees)
        for place in PLACES if sees else PLACES[:1]:
            data = {"username": "new_one", "first_name": "新人", "division_code": place}
            yield Probe("UserView.add", "POST", "/accounts/add", data)
        yield Probe("UserView.add", "POST", "/accounts/add", {"username": "x", "first_name": "x"}, token=False)
        yield Probe("UserView.add", "GET", "/accounts/add", expect=(200,))
        for row in roles:
            yield from self.of_role(row)

    def of_lists(self, view: str, base: str, sees: bool) -> Iterator[Probe]:
        yield Probe(f"{view}.root", "GET", f"{base}/")
        yield Probe(f"{view}.list", "GET", f"{base}/list/", expect=(200,))
        everything = ("", f"?psize_{view}=100", "?q=resident", "?q=copy", "?q=%25", f"?q={SIBLING}", "?page=x")
        for query in everything if sees else ():
            yield Probe(f"{view}.list", "GET", f"{base}/list/{query}", expect=(200, 400))
        made = next(v for v in self.app.appbuilder.baseviews if type(v).__name__ == view)
        columns = Account.__table__.columns.keys() if view == "UserView" else StaffRole.__table__.columns.keys()
        for column in self.some(columns, 6) if sees else ():
            known = (200, 400) if column in made.search_columns else (400,)
            yield Probe(f"{view}.list", "GET", f"{base}/list/?_flt_0_{column}=1", expect=known)
            known = (200,) if column in made.order_columns else (400,)
            yield Probe(f"{view}.list", "GET", f"{base}/list/?_oc_{view}={column}&_od_{view}=asc", expect=known)
        yield from of_memory(view, base)
        keys = [str(row.key) for row in (self.accounts if view == "UserView" else self.roles)]
        for name in ("bulk_delete", "nothing"):
            yield Probe(f"{view}.action_post", "POST", f"{base}/action_post", {"action": name, "rowid": keys})
        for key in self.some(JUNK_KEYS, 3) if sees else ():
            yield Probe(f"{view}.show", "GET", f"{base}/show/{key}", expect=(400, 404))
        if view == "UserView":
            asked = ("", "&q=松台", "&q=他", f"&parent={SIBLING}", f"&parent={FOREIGN}", "&page=x")
            for query in self.some(asked, 2):
                for verb in ("view", "add", "edit"):
                    yield Probe("UserView.options", "GET", f"{base}/options/division_code?verb={verb}{query}")
                yield Probe("UserView.places", "GET", f"{base}/places/?{query}")
                yield Probe("UserView.units", "GET", f"{base}/units/?{query}")
            for column in ("password", "scopes", "x"):
                yield Probe("UserView.options", "GET", f"{base}/options/{column}", expect=(404,))

    def aimed(self, endpoint: str, row: Row, method: str = "GET", scope: int = 0, **options: Any) -> Probe:
        pattern = self.rules[endpoint].rule.replace("<scope>", str(scope))
        path, missing = (pattern.replace("<pk>", str(key)) for key in (row.key, NOWHERE))
        return Probe(endpoint, method, path, row=row.place, missing=missing, **options)

    def of_account(self, row: Row, sees: bool) -> Iterator[Probe]:
        for name in ("show", "history", "edit"):
            yield self.aimed(f"UserView.{name}", row)
        yield self.aimed("UserView.show", row, "HEAD")
        yield self.aimed("UserView.show", row, accept="application/json")
        posts: list[tuple[str, dict[str, Any]]] = [("edit", {"first_name": "改名"}), ("invite", {})]
        places = self.some((OWN, COUNTY, FOREIGN), 1)
        posts += [("edit", {"first_name": "改名", "division_code": place}) for place in places]
        posts += [("active", {"active": "0"}), ("active", {"active": "1"})]
        granted = [(name, place) for name in (ADMIN, MANAGER, SYSTEM) for place in (row.place or OWN, COUNTY, FOREIGN)]
        for name, place in self.some(granted, 4):
            key = next(k for k, title in self.titles.items() if title == name)
            posts.append(("grant", {"role_id": str(key), "division_code": place, "valid_from": "2026-11-24"}))
        for method, data in posts:
            yield self.aimed(f"UserView.{method}", row, "POST", data=data)
        for method in self.some(("edit", "invite", "active", "grant"), 1):
            yield self.aimed(f"UserView.{method}", row, "POST", data={"first_name": "改名"}, token=False)
        held = [key for key, scope in self.scopes.items() if scope["user_id"] == row.key]
        for scope in held or list(self.scopes)[:1]:
            if held:
                yield self.aimed("UserView.revoke", row, "POST", scope=scope)
            for other in self.some(self.accounts, 2)[:6] if sees and held else ():
                if other.key != row.key:  # his scope, through the page of another
                    path = f"/accounts/revoke/{other.key}/{scope}"
                    yield Probe("UserView.revoke", "POST", path, expect=(404,))
            if self.is_drill:
                yield Probe("UserView.revoke", "POST", f"/accounts/revoke/{row.key}/{scope}", token=False)

    def of_role(self, row: Row) -> Iterator[Probe]:
        for name in ("show", "history"):
            yield self.aimed(f"RoleView.{name}", row)
        yield self.aimed("RoleView.show", row, "HEAD")
        page = self.browser.get(f"/roles/show/{row.key}").get_data(as_text=True)
        digest = re.search(r'name="digest" value="(\w+)"', page)
        read = {"digest": digest[1] if digest else "", "confirmed": "1"}
        for cells in (["Station.export"], [], *self.some([[cell] for cell in CELLS], 1), list(CELLS)):
            yield self.aimed("RoleView.change", row, "POST", data={**read, "cell": cells})
        yield self.aimed("RoleView.change", row, "POST", data={"cell": ["Station.view"]})
        for place in self.some(PLACES, 2):
            yield self.aimed("RoleView.copy", row, "POST", data={"division_code": place, "title": "新角色"})
        yield self.aimed("RoleView.remove", row, "POST")
        for name in self.some(("change", "copy", "remove"), 1):
            yield self.aimed(f"RoleView.{name}", row, "POST", data={**read, "title": "新角色"}, token=False)

    # ---- what is wrong with an answer

    def counted(self) -> Iterator[Leak]:
        for register, rows, base in (("Account", self.accounts, "/accounts"), ("StaffRole", self.roles, "/roles")):
            if policy.is_signed_in(self.person) and policy.can(self.person, register, "view"):
                seen = sum(policy.sees(self.person, register, row.place) for row in rows)
                if f"共 {seen} 条" not in self.browser.get(f"{base}/list/").get_data(as_text=True):
                    yield Leak(self.person, f"{base}/list/", f"the count is not {seen}")

    def row_status(self, register: str, verb: str, code: str | None) -> int:
        if register == "StaffRole":  # who may grant at all may ask; the rules of delegation answer him
            return 200 if policy.sees(self.person, register, code) else 404
        return super().row_status(register, verb, code)

    def foreign_content(self, probe: Probe, answer: Any) -> Iterator[str]:
        yield from super().foreign_content(probe, answer)
        found = answers.body_of(answer)
        for kind, code in sorted(set(TOLD.findall(found))):
            if not policy.sees(self.person, "Account" if kind == "resident" else "StaffRole", code):
                yield f"shows the {kind} of {code}"
        for name in sorted(set(NAMED.findall(found)) & PEOPLE.keys() - {self.person}):
            home = PEOPLE[name].scopes[0][1] if PEOPLE[name].scopes else None
            if not policy.sees(self.person, "Account", home):
                yield f"shows {name}"
        if LINK.search(found) and probe.endpoint != "UserView.invite":
            yield "shows an activation link"

    def held(self, key: int) -> list[dict[str, Any]]:
        """The scopes of an account, current and future."""
        return [s for s in self.scopes.values() if s["user_id"] == key and (s["valid_until"] or TODAY) >= TODAY]

    def has_below(self, key: int, home: str | None) -> bool:
        """Whether somebody else's account belongs strictly below him, with all its scopes."""
        mine = [place for role, place in policy.homes(self.person) if role in HANDS]
        places = (home, *(s["division_code"] for s in self.held(key)))
        return key != self.me and all(any(below(place or "", m) for m in mine) for place in places)

    def manages(self, key: int, home: str | None) -> bool:
        """Whether he may manage this account, by the policy of tests.security.attacks: he could give all it holds."""
        given = (may_grant(self.person, self.titles[s["role_id"]], s["division_code"]) for s in self.held(key))
        return self.has_below(key, home) and all(given)

    def foreign_write(self, change: Change) -> Iterator[str]:
        if change.table in ("audit_entry", "preference"):
            yield from super().foreign_write(change)
            return
        verb = "edit" if change.old and change.new else "add" if change.new else "delete"
        self.done.add((change.table, verb))
        for values in filter(None, (change.old, change.new)):
            if not self.may_write(change, verb, values):
                yield f"{verb} of {change.table} {change.key}: {values}"[:200]

    def may_write(self, change: Change, verb: str, values: dict[str, Any]) -> bool:
        if change.table == "ab_user":
            if change.old and change.new and self._ends_sessions_only(change.old, change.new):
                return True
            return verb != "delete" and self.manages(change.key, values["division_code"])
        if change.table == "activation":
            return self.manages(values["user_id"], self.homes[values["user_id"]])
        if change.table == "user_scope":
            role, place = self.titles[values["role_id"]], values["division_code"]
            return self.has_below(values["user_id"], self.homes[values["user_id"]]) and may_grant(
                self.person, role, place
            )
        if change.table == "ab_role":
            return bool(values["division_code"]) and self._shapes(values["division_code"])
        if change.table == "ab_permission_view_role":
            key = values["role_id"]
            written = next((c.new or c.old for c in self.changes if c.table == "ab_role" and c.key == key), None)
            owner = written["division_code"] if written else next(r.place for r in self.roles if r.key == key)
            if not owner and self.titles[key] not in HANDS[MANAGER] - {MANAGER}:
                return False
            register, verb = self.cells[values["permission_view_id"]]
            if written and self.titles.get(written["based_on_id"]) == MANAGER:
                return self._shapes(owner) and (register, verb.removeprefix("grant_")) in ORDINARY | HANDING
            return self._shapes(owner or "") and (register, verb) in ORDINARY
        return False

    @staticmethod
    def _ends_sessions_only(old: dict[str, Any], new: dict[str, Any]) -> bool:
        return {name for name in old if old[name] != new[name]} <= {"session_version", "changed_on"}

    def _shapes(self, owner: str) -> bool:
        """Copies from their owner or above; shipped roles from the city."""
        mine = [place for role, place in policy.homes(self.person) if role == MANAGER]
        return any(owner.startswith(place) if owner else place == CITY for place in mine)
