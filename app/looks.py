"""谁看过 (F54): writing down who looked at what, and who reads that.

A look is written after the page is made and before it leaves, in a short transaction of its own: reading itself waits
for nobody. What is opened with a reason is in the audit already (`reveal`); whoever reads the looks is shown both.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import CTE, Select, String, and_, cast, insert, literal, select, union_all

from app import clock, seals
from app.extensions import db
from app.interface import RegisterInterface
from app.scope import acting_as, inside
from app.security.actor import Actor, system
from models import AuditEntry, Case, LookEntry, LookKind
from models.base import models_by_name, place_of

KEEPER = system("系统（谁看过）")
PAGE_SIZE = 20


class Look(NamedTuple):
    """What somebody is about to see: how, of which register, the row's key and place."""

    kind: LookKind
    register: str
    key: str
    place: str


class Line(NamedTuple):
    """One look, for whoever may know: when (Beijing), who, of which register, how, where."""

    at: str
    who: str
    register: str
    how: str
    place: str


def is_watched(model: Any) -> bool:
    """Whether the rows hold secrets about a person, or lie under a case: they tell of it in plain words."""
    return seals.is_protected(model) or any(column.info.get("secret") for column in model.__table__.columns)


def looks_at(kind: LookKind, datamodel: RegisterInterface, rows: Iterable[Any]) -> list[Look]:
    """The looks that showing these rows is; none where nobody asks who looks."""
    if not is_watched(datamodel.obj):
        return []
    return [Look(kind, datamodel.register, str(datamodel.key_value(row)), row.place) for row in rows]


def write(looks: Sequence[Look], actor: Actor, now: datetime) -> None:
    """Put them on record in one statement and commit. Raises what the database raises: then nothing is to be shown."""
    who = {"at": now, "actor_id": actor.user_id, "actor_name": actor.name}
    rows = [
        {**who, "kind": look.kind, "register": look.register, "row_key": look.key, "division_code": look.place}
        | place_of(look.place)
        for look in looks
    ]
    # The connection, not the session: looks are nobody's to write through the guard.
    db.session.connection().execute(insert(LookEntry), rows)
    db.session.commit()


# ---- reading them


def is_headed_by(case: Case, actor: Actor) -> bool:
    """Whether the actor heads the station of a case: then he sees who looked at it."""
    # Who heads a station is asked of the tables themselves; gives back yes or no.
    with acting_as(KEEPER):
        found = select(Case.id).where(Case.id == case.id, seals.is_head(Case.__table__.c, actor))
        return db.session.scalar(found) is not None


def of_case(case: Case, offset: int = 0, limit: int = PAGE_SIZE) -> list[Line]:
    """Who looked at a case or what hangs on it, newest first; with what was opened for a reason. For its head."""
    row = _rows_of(case).c
    return _lines(
        and_(LookEntry.register == row.register, LookEntry.row_key == row.key),
        and_(AuditEntry.root_register == row.register, AuditEntry.root_key == row.key),
        offset, limit,
    )  # fmt: skip


def _rows_of(case: Case) -> CTE:
    """(register, key as text) of a case and of all that hangs on it."""
    itself = select(literal(Case.__name__).label("register"), literal(str(case.id)).label("key"))
    hanging = (
        _under(model, case.id).with_only_columns(literal(name), cast(model.__table__.c.id, String))
        for name, model in sorted(models_by_name().items())
        if hasattr(model, "__under__") and seals.root_of(model) is Case
    )
    return union_all(itself, *hanging).cte("row_of_case")


def _under(model: Any, key: int) -> Select[Any]:
    """The keys of the rows of `model` that hang on this case."""
    column, above = model.__under__
    row = model.__table__.c
    return select(row.id).where(row[column] == key if above is Case else row[column].in_(_under(above, key)))


def of_places(places: tuple[str, ...], offset: int = 0, limit: int = PAGE_SIZE) -> list[Line]:
    """Who looked at something there, newest first: no word of what it was. For the auditor."""
    return _lines(inside(LookEntry, places), inside(AuditEntry, places), offset, limit)


def _lines(looked: Any, opened: Any, offset: int, limit: int) -> list[Line]:
    look, entry = LookEntry.__table__.c, AuditEntry.__table__.c
    kinds = select(
        look.at, look.actor_name, look.register, cast(look.kind, String).label("how"), look.division_code, look.id
    )
    reveal = literal("reveal").label("how")
    reveals = select(entry.at, entry.actor_name, entry.root_register, reveal, entry.division_code, entry.id)
    both = union_all(kinds.where(looked), reveals.where(entry.verb == "reveal", opened)).subquery()
    newest = select(both).order_by(both.c.at.desc(), both.c.id.desc()).offset(offset).limit(limit)
    # Nobody may read the looks through the guard; the conditions say whose they are.
    with acting_as(KEEPER):
        rows = db.session.execute(newest).all()
    names = models_by_name()
    return [
        Line(clock.local(at).strftime("%Y-%m-%d %H:%M:%S"), who, str(names[register].__label__), _how(how), place or "")
        for at, who, register, how, place, _id in rows
    ]


def _how(kind: Any) -> str:
    name = getattr(kind, "name", kind)
    return LookKind[name].value if name in LookKind.__members__ else _("查看敏感信息")
