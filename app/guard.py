"""The guard of the session: every read gets the actor's criteria, every write is checked before the flush.

What the criteria cannot reach is forbidden: statements on bare tables, text, bulk writes.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import Select, event, func, inspect, select, true
from sqlalchemy.orm import MANYTOONE, ORMExecuteState, Session
from sqlalchemy.sql.elements import BindParameter, TextClause
from sqlalchemy.sql.selectable import AliasedReturnsRows, FromClause, TableClause

from app import scope, seals
from app.errors import OutOfScope
from app.scope import current_actor, moved_by, narrowed, needed, needed_of_parent, visibility_of
from app.security.actor import Actor
from models.base import CITY, Visibility

ROUND = "Statements on bare tables, text and bulk writes go round the scope guard: use acting_as()."


def _is_bare(part: Any) -> bool:
    if isinstance(part, TextClause) or (getattr(part, "is_literal", False) and part.name != "*"):
        return True
    source = part if isinstance(part, FromClause) else getattr(part, "table", None)
    while isinstance(source, AliasedReturnsRows) and isinstance(source.element, FromClause):
        source = source.element
    return isinstance(source, TableClause) and "parententity" not in part._annotations


def has_bare_table(statement: Any) -> bool:
    """Whether text, or a column or table without its class, stands in the statement: the criteria would pass it by."""
    return classes_in(statement) is None


def _parts_of(statement: Any) -> Iterator[Any]:
    """Everything in the statement, once, but values, and what is asked about seals: that is the guard's own."""
    waiting, seen = deque([statement]), {}
    while waiting:
        element = waiting.popleft()
        is_ours = seals.MARK in getattr(element, "_annotations", ())
        if not is_ours and id(element) not in seen and not isinstance(element, BindParameter):
            seen[id(element)] = element
            yield element
            waiting.extend(element.get_children())


def classes_in(statement: Any) -> set[type] | None:
    """The classes whose rows the statement asks about; None when it names what has no class (see has_bare_table)."""
    found = set()
    for element in _parts_of(statement):
        if isinstance(element, Select):
            named: Iterable[Any] = (*element._raw_columns, *(p for p, _ in (*element._prefixes, *element._suffixes)))
        else:
            named = () if isinstance(element, FromClause) else (element,)
        for part in named:
            if _is_bare(part):
                return None
        for part in (element, *named):
            entity = part._annotations.get("parententity")
            if entity is not None:
                found.add(entity.mapper.class_)
    return found


def guard_read(state: ORMExecuteState) -> None:
    """Session hook: add the criteria to every SELECT, refuse what they cannot reach."""
    actor = current_actor()
    if (actor is not None and actor.is_system) or state.is_column_load:
        return  # a column load refreshes a row that was let in before
    if not state.is_select or not state.is_orm_statement:
        raise RuntimeError(ROUND)
    if state.is_relationship_load:  # SQLAlchemy writes the statements that load a relation
        state.statement = state.statement.options(*scope.criteria())
    else:
        state.statement = _guarded(state.statement)


# Statements that somebody keeps and asks again, with their criteria: {statement: (whose criteria, the same guarded)}.
_KEPT: WeakKeyDictionary[Any, tuple[Any, Any]] = WeakKeyDictionary()


def _guarded(statement: Any) -> Any:
    whose = scope.asking()
    before = _KEPT.get(statement)
    if before is not None and before[0] is whose:
        return before[1]
    asked = classes_in(statement)
    if asked is None:
        raise RuntimeError(ROUND)
    # An option may join what the statement does not name.
    guarded = statement.options(*scope.criteria(None if statement._with_options else asked))
    _KEPT[statement] = whose, guarded
    return guarded


def _key_of(cls: type) -> Any:
    mapper: Any = inspect(cls)
    # Of the class itself: the property of one that inherits names the class it was declared on.
    (key,) = (getattr(cls, mapper.get_property_by_column(column).key) for column in mapper.primary_key)
    return key


def _is_shut(session: Session, actor: Actor, row: Any) -> bool:
    """Whether a row is put under one that is sealed from the actor for more than reading."""
    if not hasattr(row, "__under__"):
        return False
    column, above = row.__under__
    key = getattr(row, column)
    if key is None or not inspect(row).attrs[column].history.has_changes():
        return False
    shut = seals.shut(above, above.id, actor, "handle")
    return session.scalar(select(true()).where(above.id == key, shut)) is not None


def _is_stored_for(session: Session, cls: type, verb: str, keys: Iterable[Any], key: Any = None) -> bool:
    """Whether all of `keys`, as they stand in the database, are rows of `cls` on which the actor holds `verb`."""
    wanted, key = set(keys), _key_of(cls) if key is None else key
    with narrowed(cls.__name__, verb):
        return session.scalar(select(func.count(key)).where(key.in_(wanted))) == len(wanted)


def _parents_of(session: Session, row: Any) -> tuple[type, set[Any]]:
    """The parent's class, and the keys of the parent a row has and had."""
    cls, name = scope.parent_of(type(row))
    parent = getattr(row, row.__parent__)
    keys = {getattr(row, name), *(inspect(row).attrs[name].history.deleted or ())}
    if parent is not None:
        keys.add(inspect(parent).identity[0] if inspect(parent).identity else None)
    return cls, keys - {None}


def check_write(session: Session, actor: Actor, verb: str, row: Any) -> None:
    """Raise OutOfScope unless `actor` holds `verb` where `row` is, and where it was."""
    kind, register = visibility_of(type(row)), type(row).__name__
    if kind is Visibility.PARENT:
        parent, keys = _parents_of(session, row)
        if not keys or not _is_stored_for(session, parent, needed_of_parent(type(row), verb), keys):
            raise OutOfScope()
    elif kind is Visibility.ATTACHED:
        state, host = inspect(row), scope.attachable().get(row.register)
        moved = any(state.attrs[name].history.deleted for name in ("register", "row_uid", "row_key"))
        if host is None or moved or not _is_stored_for(session, host, "edit", [row.row_uid], host.uid):
            raise OutOfScope()
    elif kind in (Visibility.DOWN, Visibility.REFERENCE, Visibility.ADDRESSED):
        before = inspect(row).attrs[row.__place__].history.deleted or ()
        if not all(actor.covers(verb, register, code) for code in (row.place, *before)):
            raise OutOfScope()
    elif kind is Visibility.UNIT:
        before = inspect(row).attrs[row.__place__].history.deleted or ()
        if not all(actor.covers(verb, register, code) for code in (row.place, *before)):
            _check_unit(actor, verb, row)
    elif kind is Visibility.SHIPPED:
        before, verb = inspect(row).attrs[row.__place__].history.deleted or (), needed(type(row), verb)
        cities = [place for place in actor.places(verb, register) if len(place) == CITY]
        for code in (row.place, *before):
            if not (cities if code is None else actor.covers(verb, register, code)):
                raise OutOfScope()
    else:
        raise OutOfScope()


def _check_unit(actor: Actor, verb: str, row: Any) -> None:
    """An officer changes what is meant for his unit, as far as its stored state lets him, and leaves it there."""
    history = inspect(row).attrs[row.__unit__].history
    mine = actor.units(verb, type(row).__name__) if verb in row.__of_unit__ else frozenset()
    if verb in ("add", "delete") or history.deleted or getattr(row, row.__unit__) not in mine:
        raise OutOfScope()


def check_references(session: Session, row: Any) -> None:
    """Raise OutOfScope when a foreign key was set to a row that the actor cannot see."""
    state = inspect(row)
    for relation in state.mapper.relationships:
        if relation.direction is not MANYTOONE or visibility_of(relation.mapper.class_) is Visibility.SYSTEM:
            continue
        if not relation.viewonly and state.attrs[relation.key].history.added:
            raise RuntimeError("Set the foreign key, not the relationship: the guard checks keys.")
        for local, remote in relation.local_remote_pairs:
            name = state.mapper.get_property_by_column(local).key
            value = getattr(row, name)
            if value is not None and state.attrs[name].history.has_changes():
                target = getattr(relation.mapper.class_, relation.mapper.get_property_by_column(remote).key)
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
    with session.no_autoflush:
        stored: dict[tuple[type, str], list[Any]] = {}
        for how, row in writes:
            verb = (moved_by(row) if how == "edit" else None) or how
            check_write(session, actor, verb, row)
            if _is_shut(session, actor, row):
                raise OutOfScope()
            if verb != "delete":
                check_references(session, row)
            if verb != "add":
                stored.setdefault((type(row), verb), []).append(inspect(row).identity[0])
        # What the row says of its place may have been put there; the database knows.
        for (cls, verb), keys in stored.items():
            if not _is_stored_for(session, cls, verb, keys):
                raise OutOfScope()


class GuardedSession(FlaskSession):
    """The session of the product. `get` never answers from memory for a person: the row may have come in otherwise."""

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        actor = current_actor()
        if actor is not None and actor.is_system:
            return super().get(entity, ident, **options)
        if options.get("options") or options.get("with_for_update"):
            raise TypeError("Options of get() are for jobs; write a select().")
        return self.scalars(select(entity).where(_key_of(entity) == ident)).one_or_none()

    def bulk_save_objects(self, *_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError(ROUND)

    bulk_insert_mappings = bulk_update_mappings = bulk_save_objects


def install(session_class: type[Session]) -> None:
    """Guard every read and write of the sessions of this class."""
    event.listen(session_class, "do_orm_execute", lambda state: guard_read(state))
    event.listen(session_class, "before_flush", lambda *args: guard_write(*args))
