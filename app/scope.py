"""Where: which rows somebody sees, and where he may write, as SQL and as a question about one row.

`app.guard` applies it to every read and write of the session. Everything fails closed: no actor, no rows. Jobs and the
command line say `with acting_as(...)`.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, cached_property, lru_cache
from itertools import count
from typing import Any

from flask import current_app, g, has_app_context, has_request_context
from sqlalchemy import ColumnElement, Integer, and_, case, cast, false, inspect, or_, select, true
from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.annotation import _deep_annotate
from sqlalchemy.sql.cache_key import NO_CACHE, anon_map
from sqlalchemy.sql.elements import BindParameter, Grouping
from sqlalchemy.sql.visitors import iterate

from app import seals
from app.security.actor import Actor
from models.base import CITY, PLACES, TOWNSHIP, Model, Visibility, models_by_name, place_of

_acting: ContextVar[Actor | None] = ContextVar("acting", default=None)
_narrow: ContextVar[tuple[str, str]] = ContextVar("narrow", default=("", "view"))
_moving: ContextVar[tuple[Any, str] | None] = ContextVar("moving", default=None)
_keys = count()
NOBODY = "nobody"  # a verb that no role can hold
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
    """Run as `actor`; never `yield` a response from inside.

    What the person has changed so far is written as his own first. Rows that come in on the way leave the session
    again, so that no later look-up finds them.
    """
    outer = current_actor()
    session = _current_session() if outer is not None and not outer.is_system else None
    if session:
        session.flush()
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
                row = session.identity_map.get(key)
                if row is not None and visibility_of(type(row)) is not Visibility.SYSTEM:
                    session.expunge(row)


def forget() -> None:
    """Begin a request as nobody, whatever a job left behind in this thread."""
    _acting.set(None)
    _narrow.set(("", "view"))
    _moving.set(None)


@contextmanager
def moving(row: Any, verb: str) -> Iterator[None]:
    """Write `row` by a step that asks for `verb` on it, instead of "edit"."""
    token = _moving.set((row, verb))
    try:
        yield
    finally:
        _moving.reset(token)


def moved_by(row: Any) -> str | None:
    """The verb of the step that is moving `row` now; None when none is."""
    moved = _moving.get()
    return moved[1] if moved is not None and moved[0] is row else None


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


def needed(cls: type, verb: str, otherwise: str = "") -> str:
    """The verb that `verb` on a row of `cls` asks for, by its `__writing__`: one for all (a table whose every change is
    a grant), or {verb: verb}, and what is not named is nobody's. Without one: `otherwise`, or the verb itself.
    """
    writing = getattr(cls, "__writing__", otherwise or verb)
    if verb == "view":
        return verb
    return writing.get(verb, NOBODY) if isinstance(writing, dict) else writing


def needed_of_parent(cls: type, verb: str) -> str:
    """The verb on its parent that `verb` on a child row asks for: to change a child is to change the parent."""
    return needed(cls, verb, otherwise="edit")


def holds(actor: Actor, verb: str, row: Any) -> bool:
    """Whether `actor` holds `verb` on `row`: where it lies, or because it is meant for a unit that he acts for."""
    register = type(row).__name__
    if actor.covers(verb, register, row.place):
        return actor.is_system or verb in seals.READING or not _is_sealed(row) or _keeps(verb, row)
    if visibility_of(type(row)) is not Visibility.UNIT or row.state not in row.__of_unit__.get(verb, ()):
        return False
    return getattr(row, row.__unit__) in actor.units(verb, register)


def may_put_under(actor: Actor, register: str, row: Any) -> bool:
    """Whether `actor` adds rows of a register under `row`: where it lies, and not because he was let in to read it."""
    is_his = actor.is_system or not _is_sealed(row) or _keeps("handle", row)
    return is_his and actor.covers("add", register, row.place)


def _is_sealed(row: Any) -> bool:
    return hasattr(row, "__sealed__") and getattr(row, row.__sealed__[0]) is not None


def _keeps(verb: str, row: Any) -> bool:
    """Whether whoever acts may do more with a sealed row than read it for a while."""
    session, cls = object_session(row), type(row)
    with narrowed(cls.__name__, verb):
        return session is not None and session.scalar(select(true()).where(cls.id == row.id)) is not None


def inside(cls: Any, codes: tuple[str, ...]) -> ColumnElement[bool]:
    """The row lies in or below one of the divisions `codes`."""
    return or_(false(), *(getattr(cls, _COLUMNS.get(len(code), cls.__place__)) == code for code in codes))


def _true_if(anything: Iterable[Any]) -> ColumnElement[bool]:
    return true() if any(True for _ in anything) else false()


def _upward(codes: tuple[str, ...]) -> set[str]:
    return {above for code in codes for above in place_of(code).values() if above}


def predicate(cls: Any, actor: Actor | None, narrow: tuple[str, str] = ("", "view")) -> ColumnElement[bool]:
    """The rows of `cls` that `actor` may read, as SQL; `narrow` = (register, verb) asks for more than "view" there."""
    if actor is None:
        return false()
    asked = narrow[1] if narrow[0] == cls.__name__ else "view"
    placed = _placed(cls, actor, asked)
    if not seals.is_protected(cls) or actor.is_system:
        return placed
    # Marked as a whole: the guard need not look into its own condition, wherever somebody repeats it.
    return (placed & ~seals.shut(cls, cls.id, actor, needed(cls, asked)))._annotate({seals.MARK: True})


@lru_cache(maxsize=4096)
def repeated(cls: Any, actor: Actor, verb: str) -> ColumnElement[bool]:
    """The same for `verb`, from memory, for who repeats it in many statements. It shares nothing with the criteria of
    the guard: where one parameter stands in a statement in two guises, SQLAlchemy compares them at length.
    """
    # In brackets, or and_() takes it apart, and the guard looks into each part of its own condition.
    return Grouping(predicate(cls, actor, (cls.__name__, verb)))._annotate({seals.MARK: True})


def _placed(cls: Any, actor: Actor, asked: str) -> ColumnElement[bool]:
    """The rows that he may read by where they lie, by what they hang on, or by whom they are meant for."""
    kind, register = visibility_of(cls), cls.__name__
    verb = needed(cls, asked)
    places = actor.places(verb, register)
    if kind is Visibility.DOWN:
        return inside(cls, places)
    if kind is Visibility.REFERENCE:
        if verb != "view":
            return inside(cls, places)
        return or_(inside(cls, actor.homes), getattr(cls, cls.__place__).in_(sorted(_upward(actor.homes))))
    if kind is Visibility.PARENT:
        parent, _column = parent_of(cls)
        wanted = (parent.__name__, needed_of_parent(cls, asked))
        return getattr(cls, cls.__parent__).has(predicate(parent, actor, wanted))
    if kind is Visibility.ATTACHED:
        parts = (
            (cls.register == m.__name__)
            & cls.row_uid.in_(select(m.uid).where(predicate(m, actor, (m.__name__, _needed_of_host(m, verb)))))
            for m in attachable().values()
        )
        return or_(false(), *parts)
    if kind is Visibility.ADDRESSED:
        sent = getattr(cls, cls.__addressee__)
        return or_(inside(cls, places), *(sent.startswith(code, autoescape=True) for code in places if verb == "view"))
    if kind is Visibility.UNIT:
        meant = getattr(cls, cls.__unit__).in_(sorted(actor.units(verb, register)))
        return or_(inside(cls, places), meant & cls.state.in_(cls.__of_unit__.get(verb, ())))
    if kind is Visibility.HISTORY:
        seen: dict[str, set[str]] = {}
        for grant in actor.grants:
            seen.setdefault(grant.division_code, set()).update(r for r, v in grant.permissions if v == "view")
        mine = [inside(cls, (code,)) & cls.root_register.in_(sorted(names)) for code, names in sorted(seen.items())]
        shipped = {m.class_.__name__ for m in Model.registry.mappers if visibility_of(m.class_) is Visibility.SHIPPED}
        placeless = shipped & {name for names in seen.values() for name in names}
        told = or_(false(), *mine, cls.division_code.is_(None) & cls.root_register.in_(sorted(placeless)))
        return and_(told, *(~_of_shut(cls, m, actor) for m in _protected() if not actor.is_system))
    if kind is Visibility.SHIPPED:
        place = getattr(cls, cls.__place__)
        below = or_(false(), *(place.startswith(code, autoescape=True) for code in places))
        if verb == "view":
            return or_(below, place.in_(sorted(_upward(places))), place.is_(None) & _true_if(places))
        return or_(below, place.is_(None) & _true_if(code for code in places if len(code) == CITY))
    if kind is Visibility.COMMON:
        return true()
    return false()


@cache
def _protected() -> tuple[Any, ...]:
    """The models whose rows may be sealed, or lie under such."""
    return tuple(m for _name, m in sorted(models_by_name().items()) if seals.is_protected(m))


def _of_shut(cls: Any, model: Any, actor: Actor) -> ColumnElement[bool]:
    """An entry in the history of a row of `model` that is shut to the actor."""
    # CASE: other keys are no numbers, and PostgreSQL casts in any order.
    key = case((cls.root_register == model.__name__, cast(cls.root_key, Integer)))
    return seals.shut(model, key, actor, "view")


def _needed_of_host(host: Any, verb: str) -> str:
    """The verb on a row that `verb` on its files asks for; files of what is meant for a unit tell its content."""
    if verb != "view":
        return "edit"
    return "reveal" if visibility_of(host) is Visibility.UNIT else "view"


def parent_of(cls: Any) -> tuple[Any, str]:
    """(parent's class, the child's column that says whose it is) of a model that is seen as its parent."""
    relation = inspect(cls).relationships[cls.__parent__]
    ((local, _remote),) = relation.local_remote_pairs
    return relation.mapper.class_, inspect(cls).get_property_by_column(local).key


def attachable() -> dict[str, Any]:
    """{register: model} of the rows that files may hang on."""
    return {name: m for name, m in sorted(models_by_name().items()) if getattr(m, "__attachments__", False)}


@cache
def _same_key(key: Any) -> tuple[str, int]:
    """A key of its own for criteria of one structure: short, for it is compared with every statement."""
    return ("criteria", next(_keys))


class Criteria(LoaderCriteriaOption):
    """Loader criteria that follow an alias into the ON of a join; SQLAlchemy's own stay with the table there."""

    _traverse_internals = LoaderCriteriaOption._traverse_internals
    _cache_key_traversal = None

    def _all_mappers(self) -> Iterator[Any]:
        """The class itself: our Account is a subclass of Flask-AppBuilder's User, but has rules of its own."""
        entity: Any = self.entity
        yield entity.mapper

    def _gen_cache_key(self, _anon_map: Any, bindparams: list[Any]) -> Any:
        """As it would be alone, and made once: nothing in the criteria is shared with the statement."""
        key, values = self._known_key
        bindparams.extend(values)
        return key

    @cached_property
    def _known_key(self) -> tuple[Any, list[Any]]:
        values: list[Any] = []
        names = anon_map()
        key = super()._gen_cache_key(names, values)
        if key is None or NO_CACHE in names:
            raise TypeError(f"The criteria of {self.entity} have no key: two of them would be taken for the same.")
        return _same_key(key), values

    def _resolve_where_criteria(self, ext_info: Any) -> Any:
        found = self._annotated
        return ext_info._adapter.traverse(found) if ext_info.is_aliased_class else found

    @cached_property
    def _annotated(self) -> Any:
        """What the original makes for every statement anew, but for the parameters: those with annotations would equal
        those without, and SQLAlchemy compares them at length.
        """
        values = [part for part in iterate(self.where_criteria) if isinstance(part, BindParameter)]
        return _deep_annotate(
            self.where_criteria,
            {"for_loader_criteria": self},
            exclude=values,
            detect_subquery_cols=True,
            ind_cols_on_fromclause=True,
        )


@lru_cache(maxsize=1024)
def read_criteria(actor: Actor | None, narrow: tuple[str, str]) -> dict[type, Any]:
    """{mapped class: its loader option}; the same person with the same grants gets them from memory."""
    classes = (mapper.class_ for mapper in Model.registry.mappers)
    return {cls: _criterion(cls, actor, narrow[1] if narrow[0] == cls.__name__ else "view") for cls in classes}


@lru_cache(maxsize=4096)
def _criterion(cls: type, actor: Actor | None, asked: str) -> Any:
    return Criteria(cls, predicate(cls, actor, (cls.__name__, asked)), include_aliases=True)


REMEMBERED: list[Any] = [read_criteria, _criterion, repeated]  # and what other modules make of them


def forget_criteria() -> None:
    """Work out anew what everybody may read: for who changes what they follow from, while they are in use."""
    for remembered in REMEMBERED:
        remembered.cache_clear()


@cache
def _asked_through(cls: type) -> tuple[type, ...]:
    """The classes that come with `cls`: what its predicate asks about (its parent, what it hangs on), and what every
    statement about it joins by itself.
    """
    kind = visibility_of(cls)
    relations: Any = inspect(cls).relationships
    direct = [r.mapper.class_ for r in relations if r.lazy in ("joined", False)]
    if kind is Visibility.PARENT:
        direct.append(parent_of(cls)[0])
    further = [asked for other in direct if other is not cls for asked in _asked_through(other)]
    return (*direct, *further, *(attachable().values() if kind is Visibility.ATTACHED else ()))


def asking() -> dict[type, Any]:
    """The criteria of whoever acts now; the same dictionary as long as they are the same."""
    return read_criteria(current_actor(), _narrow.get())


def criteria(classes: Collection[type] | None = None) -> Iterable[Any]:
    """The loader options for whoever acts now, for these classes (default: all that are mapped).

    Fewer of them make a statement quicker: each one is looked at whenever the statement is.
    """
    known = asking()
    if classes is None:
        return known.values()
    wanted = {*classes, *(asked for cls in classes for asked in _asked_through(cls))}
    return [option for cls, option in known.items() if cls in wanted]


def covers(verb: str, row: Any) -> bool:
    """Whether the current actor holds `verb` on `row`: for buttons and for private columns."""
    actor = current_actor()
    return actor is not None and holds(actor, verb, row)


def is_near(row: Any) -> bool:
    """Whether the current actor sees `row` as one of its township or village, or as one whom it was sent to: others
    above read it masked (F55).
    """
    actor, register = current_actor(), type(row).__name__
    if actor is None or actor.is_system:
        return actor is not None
    sent_to = getattr(row, getattr(row, "__above__", row.__place__))

    def is_near_by(code: str) -> bool:
        return code == sent_to or (len(code) >= TOWNSHIP and row.place.startswith(code))

    return any(is_near_by(g.division_code) for g in actor.grants if (register, "view") in g.permissions)


def _current_session() -> Session | None:
    return current_app.extensions["sqlalchemy"].session() if has_app_context() else None
