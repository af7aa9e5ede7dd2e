"""Where: which rows somebody sees, and where he may write. Every read and write of the session passes here.

Reads get the predicate of each model's `Visibility` through `with_loader_criteria`; writes are checked before each
flush. Both fail closed: no actor, no rows. Jobs and the command line say `with acting_as(...)`.
What the guard cannot see is forbidden instead: statements on bare tables, text, and bulk UPDATE/DELETE raise.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from flask import current_app, g, has_app_context, has_request_context
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import ColumnElement, Table, event, false, inspect, or_, select, true
from sqlalchemy.orm import MANYTOONE, ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql import visitors

from app.errors import OutOfScope
from app.security.actor import Actor
from models.base import PLACES, Model, Visibility, place_of

_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)
_narrow: ContextVar[tuple[str, str]] = ContextVar("narrow", default=("", "view"))
_COLUMNS = {digits: name for name, digits in PLACES.items()}


def current_actor() -> Actor | None:
    """Who acts now: the job's actor, else the signed-in person, else nobody.

    Reads what the user loader left in `g`, never `current_user`: that would load the user from inside a query.
    """
    acting = _acting.get()
    if acting is None and has_request_context() and getattr(g, "_login_user", None) is not None:
        acting = g.get("actor")
    return acting


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Run as `actor`. Rows that came in on the way leave the session again, so that no later look-up finds them."""
    outer = current_actor()
    session = _current_session() if outer is not None and not outer.is_system else None
    before = set(session.identity_map.keys()) if session else set()
    token = _acting.set(actor)
    try:
        yield
        if session:
            session.flush()
    finally:
        _acting.reset(token)
        if session:
            for key in set(session.identity_map.keys()) - before:
                if visibility_of(key[0]) is not Visibility.SYSTEM and key in session.identity_map:
                    session.expunge(session.identity_map[key])


@contextmanager
def narrowed(register: str, verb: str) -> Iterator[None]:
    """Read only the rows of `register` on which the actor holds `verb` ("export", "edit", …), not all he may view."""
    token = _narrow.set((register, verb))
    try:
        yield
    finally:
        _narrow.reset(token)


def visibility_of(cls: type) -> Visibility:
    """The declared visibility; SYSTEM for a model that declares none."""
    return getattr(cls, "__visibility__", Visibility.SYSTEM)


def inside(cls: Any, codes: tuple[str, ...]) -> ColumnElement[bool]:
    """The row lies in or below one of the divisions `codes`."""
    return or_(false(), *(getattr(cls, _COLUMNS.get(len(code), cls.__place__)) == code for code in codes))


def _upward(codes: tuple[str, ...]) -> set[str]:
    return {above for code in codes for above in place_of(code).values() if above}


def predicate(cls: Any, actor: Actor | None, narrow: tuple[str, str] = ("", "view")) -> ColumnElement[bool]:
    """The rows of `cls` that `actor` may read, as SQL; `narrow` = (register, verb) asks for more than "view" there."""
    if actor is None:
        return false()
    kind, register = visibility_of(cls), cls.__name__
    verb = narrow[1] if narrow[0] == register else "view"
    places = actor.places(verb, register)
    if kind is Visibility.DOWN:
        return inside(cls, places)
    if kind is Visibility.REFERENCE:
        if verb != "view":
            return inside(cls, places)
        return or_(inside(cls, actor.homes), getattr(cls, cls.__place__).in_(sorted(_upward(actor.homes))))
    if kind is Visibility.PARENT:
        parent = inspect(cls).relationships[cls.__parent__].mapper.class_
        return getattr(cls, cls.__parent__).has(predicate(parent, actor, narrow))
    if kind is Visibility.ADDRESSED:
        sent = getattr(cls, cls.__addressee__)
        return or_(inside(cls, places), *(sent.startswith(code, autoescape=True) for code in places if verb == "view"))
    if kind is Visibility.HISTORY:
        seen: dict[str, set[str]] = {}
        for grant in actor.grants:
            seen.setdefault(grant.division_code, set()).update(r for r, v in grant.permissions if v == "view")
        parts = (inside(cls, (code,)) & cls.register.in_(sorted(names)) for code, names in sorted(seen.items()))
        return or_(false(), *parts)
    return false()


@lru_cache(maxsize=1024)
def read_criteria(actor: Actor | None, narrow: tuple[str, str]) -> tuple[Any, ...]:
    """One loader option for each mapped class; the same person with the same grants gets them from memory."""
    return tuple(
        with_loader_criteria(m.class_, predicate(m.class_, actor, narrow), include_aliases=True)
        for m in Model.registry.mappers
    )


def covers(verb: str, row: Any) -> bool:
    """Whether the current actor holds `verb` on `row`: for buttons and for private columns."""
    actor = current_actor()
    return actor is not None and actor.covers(verb, type(row).__name__, row.place)


def has_bare_table(statement: Any) -> bool:
    """Whether a column or a whole table stands in the statement without its class: the criteria would pass it by."""
    for element in visitors.iterate(statement):
        named = getattr(element, "_raw_columns", ()) if element.__visit_name__ == "select" else (element,)
        for part in named:
            table = part if part.__visit_name__ == "table" and part is not element else getattr(part, "table", None)
            if isinstance(table, Table) and "parententity" not in part._annotations:
                return True
    return False


def guard_read(state: ORMExecuteState) -> None:
    """Session hook: add the criteria to every SELECT, refuse what they cannot reach."""
    actor = current_actor()
    if (actor is not None and actor.is_system) or state.is_column_load:
        return  # a column load refreshes a row that was let in before
    made_by_hand = not state.is_relationship_load  # SQLAlchemy writes the statements that load a relation
    if not state.is_select or not state.is_orm_statement or (made_by_hand and has_bare_table(state.statement)):
        raise RuntimeError("Statements on bare tables, text and bulk writes go round the scope guard: use acting_as().")
    state.statement = state.statement.options(*read_criteria(actor, _narrow.get()))


def check_write(actor: Actor, verb: str, row: Any) -> None:
    """Raise OutOfScope unless `actor` holds `verb` where `row` is, and where it was."""
    kind, register = visibility_of(type(row)), type(row).__name__
    if kind is Visibility.PARENT:
        check_write(actor, "edit", getattr(row, row.__parent__))
        return
    if kind not in (Visibility.DOWN, Visibility.REFERENCE, Visibility.ADDRESSED):
        raise OutOfScope()
    before = inspect(row).attrs[row.__place__].history.deleted or ()
    if not all(actor.covers(verb, register, code) for code in (row.place, *before)):
        raise OutOfScope()


def check_references(session: Session, row: Any) -> None:
    """Raise OutOfScope when a foreign key was set to a row that the actor cannot see."""
    state = inspect(row)
    for relation in state.mapper.relationships:
        if relation.direction is not MANYTOONE or visibility_of(relation.mapper.class_) is Visibility.SYSTEM:
            continue
        for local, remote in relation.local_remote_pairs:
            name = state.mapper.get_property_by_column(local).key
            value = getattr(row, name)
            if value is not None and state.attrs[name].history.has_changes():
                target = relation.mapper.get_property_by_column(remote).class_attribute
                if session.scalar(select(true()).where(target == value)) is None:
                    raise OutOfScope()


def pending(session: Session) -> list[tuple[str, Any]]:
    """What a flush writes, as (verb, row). A row taken out of its parent's list is a deletion too."""
    dirty = [(inspect(row), row) for row in session.dirty if session.is_modified(row)]
    return [
        *(("add", row) for row in session.new),
        *(("delete" if state.mapper._is_orphan(state) else "edit", row) for state, row in dirty),
        *(("delete", row) for row in session.deleted),
    ]


def guard_write(session: Session, _context: Any, _instances: Any) -> None:
    """Session hook: check every new, changed and deleted row before it is written."""
    actor, writes = current_actor(), pending(session)
    if not writes:
        return
    if session.connection().get_execution_options().get("ro"):
        raise RuntimeError("A reading request tried to write.")
    if actor is None:
        raise OutOfScope()
    if actor.is_system:
        return
    for verb, row in writes:
        check_write(actor, verb, row)
        if verb != "delete":
            check_references(session, row)


class GuardedSession(FlaskSession):
    """The session of the product. `get` never answers from memory for a person: the row may have come in otherwise."""

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        actor = current_actor()
        if actor is not None and actor.is_system:
            return super().get(entity, ident, **options)
        mapper = inspect(entity)
        (key,) = (mapper.get_property_by_column(column).class_attribute for column in mapper.primary_key)
        return self.scalars(select(entity).where(key == ident)).one_or_none()


def install(session_class: type[Session]) -> None:
    """Guard every read and write of the sessions of this class."""
    event.listen(session_class, "do_orm_execute", lambda state: guard_read(state))
    event.listen(session_class, "before_flush", lambda *args: guard_write(*args))


def _current_session() -> Session | None:
    return current_app.extensions["sqlalchemy"].session() if has_app_context() else None
