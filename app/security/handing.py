"""The hook of delegation: before every flush, whatever wrote the rows, the facts are gathered and the rules asked.

What stood before is read from the database itself, on the connection: nothing a row says of its past is believed, and
what is out of the actor's sight counts too. On PostgreSQL the accounts and roles concerned are locked first.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu, assoc_permissionview_role
from sqlalchemy import Select, event, inspect, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import DomainError
from app.guard import pending
from app.scope import current_actor
from app.security import delegation
from app.security.actor import Actor
from app.security.delegation import Held, Person, RoleFacts
from app.security.roles import Cells, verb_of
from models import Account, MemberUnit, StaffRole, UserScope
from models.role import title_of

USER, ROLE, SCOPE = Account.__table__, StaffRole.__table__, UserScope.__table__
UNIT = MemberUnit.__table__
CELLS = (
    select(assoc_permissionview_role.c.role_id, ViewMenu.name, Permission.name)
    .join(PermissionView, PermissionView.id == assoc_permissionview_role.c.permission_view_id)
    .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    .join(Permission, Permission.id == PermissionView.permission_id)
)
ORIGIN = ROLE.alias("origin")
ROLES = select(ROLE.c.id, ROLE.c.name, ROLE.c.division_code, ORIGIN.c.name).outerjoin(
    ORIGIN, ORIGIN.c.id == ROLE.c.based_on_id
)


@dataclass(frozen=True)
class Stored:
    """A scope as the database has it."""

    id: int
    user_id: int
    role_id: int
    place: str
    valid_from: date
    valid_until: date | None = None


class Facts:
    """What the rows of one flush change, and how it stands in the database before."""

    def __init__(self, session: Session, writes: list[tuple[str, Any]], today: date) -> None:
        self.session, self.today = session, today
        self.accounts = [(verb, row) for verb, row in writes if isinstance(row, Account)]
        self.scopes = [(verb, row) for verb, row in writes if isinstance(row, UserScope)]
        self.roles = [(verb, row) for verb, row in writes if isinstance(row, StaffRole)]
        self._stored_roles: dict[int, RoleFacts] = {}

    def ask(self, statement: Select[Any]) -> list[Any]:
        """The rows of a statement, past the guard: the rules count what the actor cannot see."""
        return list(self.session.connection().execute(statement))

    # ---- keys: an object that has no number yet stands for itself

    def _key(self, row: Any, column: str, relation: str) -> Any:
        """The number a row refers to, or the new object."""
        target = inspect(row).attrs[relation].history.added
        if target and target[0] is not None:
            return inspect(target[0]).identity[0] if inspect(target[0]).identity else target[0]
        return getattr(row, column)

    def user_of(self, row: UserScope) -> Any:
        return self._key(row, "user_id", "user")

    def place_of_unit(self, key: int | None) -> str | None:
        """Where a unit lies, and that it stays there until this is written; None for no unit."""
        if key is None:
            return None
        asked = select(UNIT.c.division_code).where(UNIT.c.id == key)
        return next((place for (place,) in self.ask(asked.with_for_update(read=True))), "")

    @cached_property
    def changed_scopes(self) -> dict[int, Stored]:
        """The scopes written, as the database has them."""
        keys: list[int] = [inspect(row).identity[0] for verb, row in self.scopes if verb != "add"]
        return {s.id: s for s in self._stored(SCOPE.c.id.in_(keys))} if keys else {}

    def _stored(self, condition: Any) -> list[Stored]:
        c = SCOPE.c
        columns = (c.id, c.user_id, c.role_id, c.division_code, c.valid_from, c.valid_until)
        return [Stored(*row) for row in self.ask(select(*columns).where(condition).order_by(c.id))]

    # ---- roles

    def lock_roles(self) -> None:
        """Hold the roles of the scopes written, before anything is read of them.

        Whoever is changing one is waited for, and what he made of it is read; whoever comes later waits, and counts
        these scopes among its holders.
        """
        roles = {row.role_id for _, row in self.scopes} | {stored.role_id for stored in self.changed_scopes.values()}
        keys = sorted(key for key in roles if key is not None)
        if keys:
            self.ask(select(ROLE.c.id).where(ROLE.c.id.in_(keys)).order_by(ROLE.c.id).with_for_update(read=True))

    def stored_role(self, key: int) -> RoleFacts:
        """A role as the database has it."""
        if key not in self._stored_roles:
            ((_, name, owner, origin),) = self.ask(ROLES.where(ROLE.c.id == key))
            found = self.ask(CELLS.where(assoc_permissionview_role.c.role_id == key))
            cells: Cells = frozenset((register, verb_of(permission)) for _, register, permission in found)
            self._stored_roles[key] = RoleFacts(key, title_of(name), owner, origin or name, cells)
        return self._stored_roles[key]

    def role_after(self, role: Any) -> RoleFacts:
        """A role (its number or itself) as the flush leaves it."""
        row = role if isinstance(role, StaffRole) else self._written_role(role)
        if row is None:
            return self.stored_role(role)
        cells = frozenset((p.view_menu.name, verb_of(p.permission.name)) for p in row.permissions)
        kind = self.stored_role(row.based_on_id).kind if row.based_on_id else row.name
        return RoleFacts(row.id, row.title, row.division_code, kind, cells)

    def _written_role(self, key: int) -> StaffRole | None:
        return next((row for verb, row in self.roles if verb == "edit" and inspect(row).identity[0] == key), None)

    # ---- people

    def held_after(self, row: UserScope) -> Held:
        role = self.role_after(self._key(row, "role_id", "role"))
        return Held(role, row.division_code, row.valid_from, row.valid_until)

    def held_before(self, stored: Stored) -> Held:
        return Held(self.stored_role(stored.role_id), stored.place, stored.valid_from, stored.valid_until)

    def _held_still(self, stored: Stored) -> Held:
        """A scope that is not written; its role may be."""
        return Held(self.role_after(stored.role_id), stored.place, stored.valid_from, stored.valid_until)

    @cached_property
    def people(self) -> dict[Any, Person]:
        """Everybody whose account or scopes are written."""
        keys: list[Any] = [inspect(row).identity[0] if verb != "add" else row for verb, row in self.accounts]
        keys += [self.user_of(row) for _, row in self.scopes] + [s.user_id for s in self.changed_scopes.values()]
        numbers = sorted({key for key in keys if isinstance(key, int)})
        homes = dict(self._lock_users(numbers))
        held: dict[int, list[Stored]] = {}
        for stored in self._stored(SCOPE.c.user_id.in_(numbers)) if numbers else ():
            held.setdefault(stored.user_id, []).append(stored)
        return {key: self._person(key, homes, held.get(key, [])) for key in dict.fromkeys(keys) if key is not None}

    def _lock_users(self, numbers: list[int]) -> Iterator[tuple[int, str | None]]:
        if numbers:
            asked = select(USER.c.id, USER.c.division_code).where(USER.c.id.in_(numbers)).order_by(USER.c.id)
            yield from ((key, home) for key, home in self.ask(asked.with_for_update()))

    def _person(self, key: Any, homes: dict[int, str | None], stored: list[Stored]) -> Person:
        written = next((row for _, row in self.accounts if row is key or inspect(row).identity == (key,)), None)
        places = (*((homes[key],) if key in homes else ()), *((written.division_code,) if written else ()))
        after = [self._held_still(s) for s in stored if s.id not in self.changed_scopes]
        after += [self.held_after(row) for verb, row in self.scopes if verb != "delete" and self.user_of(row) == key]
        before = tuple(self.held_before(s) for s in stored)
        return Person(key if isinstance(key, int) else None, places, before, tuple(after))

    def holders(self, role: int) -> list[tuple[int, Held]]:
        """(user, scope) of every current or future scope with this role."""
        unended = or_(SCOPE.c.valid_until.is_(None), SCOPE.c.valid_until >= self.today)
        return [(s.user_id, self.held_before(s)) for s in self._stored((SCOPE.c.role_id == role) & unended)]

    # ---- who governs

    def governing(self) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
        """What is governed by an active account with a lasting scope, before and after."""
        kinds = or_(ROLE.c.name.in_(delegation.GOVERNING), ORIGIN.c.name.in_(delegation.GOVERNING))
        asked = (
            select(SCOPE.c.id, SCOPE.c.user_id, SCOPE.c.role_id, SCOPE.c.division_code, SCOPE.c.valid_from)
            .join(USER, USER.c.id == SCOPE.c.user_id)
            .join(ROLE, ROLE.c.id == SCOPE.c.role_id)
            .outerjoin(ORIGIN, ORIGIN.c.id == ROLE.c.based_on_id)
            .where(kinds, USER.c.active, SCOPE.c.valid_until.is_(None), SCOPE.c.valid_from <= self.today)
            .order_by(SCOPE.c.user_id)
            .with_for_update(of=USER)
        )
        stored = [Stored(*row) for row in self.ask(asked)]
        before = {delegation.administration(self.held_before(s), self.today) for s in stored}
        after = {
            delegation.administration(self._held_still(s), self.today)
            for s in stored
            if s.id not in self.changed_scopes and self._stays_active(s.user_id)
        }
        for verb, row in self.scopes:
            if verb != "delete" and self._stays_active(self.user_of(row)):
                after.add(delegation.administration(self.held_after(row), self.today))
        return before - {None}, after - {None}  # type: ignore[return-value]

    def _stays_active(self, user: Any) -> bool:
        for verb, row in self.accounts:
            if row is user or inspect(row).identity == (user,):
                return verb != "delete" and row.active is not False
        return isinstance(user, int) and self.ask(select(USER.c.active).where(USER.c.id == user)) == [(True,)]


def check(session: Session, actor: Actor, writes: list[tuple[str, Any]], today: date) -> None:
    """Ask every rule of delegation about the rows of a flush. Raises DomainError."""
    facts = Facts(session, writes, today)
    if not (facts.accounts or facts.scopes or facts.roles):
        return
    facts.lock_roles()
    for person in facts.people.values():
        delegation.check_exclusive(person, today)
    for verb, row in facts.scopes:
        if verb != "delete":
            delegation.check_unit(facts.held_after(row), facts.place_of_unit(row.unit_id))
    for verb, role in facts.roles:
        if verb != "delete":
            delegation.check_kind(facts.role_after(role))
    if _may_end_a_reign(facts):
        delegation.check_last(*facts.governing())
    if not actor.is_system:
        _check_scopes(facts, actor)
        _check_accounts(facts, actor)
        _check_roles(facts, actor)


def _may_end_a_reign(facts: Facts) -> bool:
    """Whether anything is changed or taken away. The demonstration goes whole: it governs nothing real."""
    gone: set[int] = {inspect(row).identity[0] for verb, row in facts.accounts if verb == "delete" and row.is_demo}
    kept = (s for s in facts.changed_scopes.values() if s.user_id not in gone)
    edited = (row for verb, row in facts.accounts if verb == "edit" or (verb == "delete" and not row.is_demo))
    return any(True for _ in (*kept, *edited))


def _check_scopes(facts: Facts, actor: Actor) -> None:
    for verb, row in facts.scopes:
        stored = facts.changed_scopes[inspect(row).identity[0]] if verb != "add" else None
        changed = [facts.held_before(stored)] if stored else []
        changed += [facts.held_after(row)] if verb != "delete" else []
        for key in {facts.user_of(row), *([stored.user_id] if stored else ())}:
            delegation.check_scope(actor, facts.people[key], changed, facts.today)


def _check_accounts(facts: Facts, actor: Actor) -> None:
    for verb, row in facts.accounts:
        key = row if verb == "add" else inspect(row).identity[0]
        delegation.check_account(actor, verb, facts.people[key], facts.today)


def role_problem(session: Session, actor: Actor, role: StaffRole, today: date) -> DomainError | None:
    """Why `actor` may not change this role, None when he may change what he can hand on."""
    facts = Facts(session, [], today)
    key: int = inspect(role).identity[0]
    holders, stored = facts.holders(key), facts.stored_role(key)
    try:
        is_own = any(user == actor.user_id for user, _ in holders)
        delegation.check_role(actor, stored, stored, [held for _, held in holders], is_own)
    except DomainError as problem:
        return problem
    return None


def _check_roles(facts: Facts, actor: Actor) -> None:
    for verb, row in facts.roles:
        key = inspect(row).identity[0] if verb != "add" else None
        if key is not None:
            facts.ask(select(ROLE.c.id).where(ROLE.c.id == key).with_for_update())
        holders: list[tuple[int, Held]] = facts.holders(key) if key is not None else []
        delegation.check_role(
            actor,
            facts.stored_role(key) if key is not None else None,
            facts.role_after(row) if verb != "delete" else None,
            [held for _, held in holders],
            any(user == actor.user_id for user, _ in holders),
        )
        if verb == "delete" and facts.ask(select(SCOPE.c.id).where(SCOPE.c.role_id == key).limit(1)):
            raise delegation.in_use()


def require_manageable(session: Session, actor: Actor, account: Account, today: date) -> None:
    """Raise DomainError unless `actor` may edit this account: for what changes nothing in it, an activation link."""
    facts = Facts(session, [("edit", account)], today)
    if not actor.is_system:
        _check_accounts(facts, actor)


def _before_flush(session: Session, _context: Any, _instances: Iterable[Any] | None) -> None:
    actor = current_actor()
    if actor is not None:
        with session.no_autoflush:
            check(session, actor, pending(session), clock.today())


def install(session_class: type[Session]) -> None:
    """Ask the rules before every flush of the sessions of this class; after the guard, which knows who acts."""
    event.listen(session_class, "before_flush", lambda *args: _before_flush(*args))
