"""工作台: what somebody finds when he comes in, from what his roles let him see; every number is that of a list.

A number says which rows it counts (`Rows`): the view makes an address of it, this module the condition. Everything is
read through the scope guard, each register in one statement.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Integer, Select, String, and_, case, cast, exists, func, or_, select, true
from sqlalchemy.orm import aliased

from app import accounts, coverage, leadership, training
from app.conditions import condition
from app.extensions import db
from app.interface import RegisterInterface
from app.security.actor import Actor
from app.security.roles import MATRIX
from models import Account, AuditEntry, Case, Channel, Division, Ended, Station, Training, Volunteer
from models.base import TOWNSHIP, models_by_name

SOON = timedelta(days=30)  # before a term ends
NAMES = 5  # shown of the rows of one reminder
RECENT, LOOKED_AT = 8, 200  # rows shown, and the last entries of the audit in which they are looked for


class Rows(NamedTuple):
    """Which rows: a register, `bounds` (column, how it is compared, with what: see app.conditions), a shortlist of its
    view, or a page of its own.
    """

    model: Any
    bounds: tuple[tuple[str, str, date | str], ...] = ()
    only: str = ""
    page: str = "list"
    args: tuple[tuple[str, str], ...] = ()

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """The bounds as SQL, without what has ended: what the list shows."""
        current = [self.model.ended_on.is_(None)] if issubclass(self.model, Ended) else []
        datamodel = RegisterInterface.of(self.model)
        return [*current, *(condition(datamodel, column, how, f"{value}") for column, how, value in self.bounds)]


@dataclass(frozen=True)
class Figure:
    """A number of my part: what is counted, how many, and the rows."""

    label: str
    count: int
    rows: Rows


@dataclass(frozen=True)
class Reminder:
    """What somebody should see to: a sentence with the number, the rows, and the first names where they are near."""

    text: str
    count: int
    rows: Rows
    names: tuple[tuple[Any, str], ...] = ()
    named: Any = None  # the model of the names


class Entry(NamedTuple):
    """A button: what is entered, the register, and what its form begins with."""

    label: str
    model: Any
    args: dict[str, str]


class Touched(NamedTuple):
    """A row that somebody added or changed: register, key, what it is called, when (UTC)."""

    register: str
    key: str
    label: Any
    name: str
    at: datetime


# ---- numbers


def _month_of(today: date) -> tuple[date, date]:
    first = today.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _year_of(today: date) -> tuple[date, date]:
    return date(today.year, 1, 1), date(today.year, 12, 31)


def _between(model: Any, column: str, days: tuple[date, date]) -> Rows:
    return Rows(model, ((column, "from", days[0]), (column, "to", days[1])))


def figures(actor: Actor, today: date) -> list[Figure]:
    """The numbers of the registers that the actor may view; one statement for each register."""
    year = _year_of(today)
    wanted: list[tuple[Any, list[tuple[str, Rows]]]] = [
        (Station, [(_("在册维权站"), Rows(Station))]),
        (Volunteer, [(_("在册队伍成员"), Rows(Volunteer))]),
        (
            Case,
            [
                (_("本月来信来电来访"), _between(Case, "received_on", _month_of(today))),
                (_("今年来信来电来访"), _between(Case, "received_on", year)),
            ],
        ),
        (Training, [(_("今年培训"), _between(Training, "held_on", year))]),
        (Account, [(_("账号"), Rows(Account))]),
    ]
    found = _coverage(actor) if actor.can("view", "Station") else []
    for model, numbers in wanted:
        if actor.can("view", model.__name__):
            found += _counted(model, numbers)
    return found


def _counted(model: Any, numbers: list[tuple[str, Rows]]) -> list[Figure]:
    conditions = [and_(true(), *rows.conditions) for _label, rows in numbers]
    counts = (func.count(case((condition, 1))) for condition in conditions)
    row = db.session.execute(select(*counts).select_from(model).where(or_(*conditions))).one()
    return [Figure(label, count, rows) for (label, rows), count in zip(numbers, row, strict=True)]


def _coverage(actor: Actor) -> list[Figure]:
    part = coverage.coverage_of(actor)
    if not part.due:
        return []
    words = {
        coverage.ALL: (_("应建站的乡镇(街道)、村(居)"), part.due),
        coverage.BUILT: (_("已建站（%(n)s%%）", n=part.percent), part.built),
        coverage.MISSING: (_("未建站"), part.missing),
    }
    return [Figure(label, n, _places(show)) for show, (label, n) in words.items()]


def _places(show: str) -> Rows:
    return Rows(Station, page="missing", args=(("show", show),))


# ---- what is to be done


def is_near(actor: Actor, register: str) -> bool:
    """Whether the actor's part of a register is that of townships and villages: there people know the names."""
    return all(len(place) >= TOWNSHIP for place in actor.places("view", register))


def reminders(actor: Actor, today: date) -> list[Reminder]:
    """What is due in the actor's part, without what is not there; one statement for each."""
    found = (make(actor, today) for make in (_stationless, _terms, _gaps, _untrained, _awaiting, _ending))
    return [reminder for reminder in found if reminder is not None and reminder.count]


Named = tuple[tuple[tuple[Any, str], ...], int]


def _told(model: Any, name: Any, conditions: list[Any], near: bool) -> Named:
    """(key, name) of the first rows that fit, for whom they are near, and the number of all; one statement."""
    key = RegisterInterface.of(model).key
    asked = select(key, name, func.count().over()).where(*conditions).order_by(key).limit(NAMES)
    rows = db.session.execute(asked).all()
    return tuple((key, name) for key, name, _n in rows) if near else (), rows[0][2] if rows else 0


def _stationless(actor: Actor, today: date) -> Reminder | None:
    if not actor.can("add", "Station"):
        return None
    conditions = [Division.code.in_(coverage.missing(actor))]
    names, n = _told(Division, Division.name, conditions, is_near(actor, "Station"))
    return Reminder(_("%(n)s 个乡镇(街道)、村(居)还没有维权站。", n=n), n, _places(coverage.MISSING), names, Division)


def _terms(actor: Actor, today: date) -> Reminder | None:
    if not actor.can("view", "Volunteer"):
        return None
    rows = Rows(Volunteer, (("term_ends_on", "to", today + SOON),))
    names, n = _told(Volunteer, Volunteer.name, rows.conditions, is_near(actor, "Volunteer"))
    return Reminder(_("%(n)s 名队伍成员任期已满，或在 30 天内届满。", n=n), n, rows, names, Volunteer)


def _gaps(actor: Actor, today: date) -> Reminder | None:
    if not actor.can("view", "Station") or not actor.can("view", "StationMember"):
        return None
    rows = Rows(Station, only="gaps")
    conditions = [*rows.conditions, leadership.has_gaps(actor)]
    names, n = _told(Station, Station.name, conditions, is_near(actor, "Station"))
    return Reminder(_("%(n)s 个维权站班子不全。", n=n), n, rows, names, Station)


def _untrained(actor: Actor, today: date) -> Reminder | None:
    if not actor.can("view", "Volunteer") or not actor.can("view", "Training"):
        return None
    people, n = training.untrained(today.year, NAMES)
    rows = Rows(Training, page="hours", args=(("year", str(today.year)), ("none", "y")))
    names = tuple(people) if is_near(actor, "Volunteer") else ()
    return Reminder(_("%(n)s 名队伍成员今年还没有参加培训。", n=n), n, rows, names, Volunteer)


def _awaiting(actor: Actor, today: date) -> Reminder | None:
    if not actor.can("edit", "Account"):
        return None
    names, n = _told(Account, Account.first_name, [accounts.awaiting()], is_near(actor, "Account"))
    return Reminder(_("%(n)s 个账号待激活。", n=n), n, Rows(Account, only="awaiting"), names, Account)


def _ending(actor: Actor, today: date) -> Reminder | None:
    if not actor.can("edit", "Account"):
        return None
    names, n = _told(Account, Account.first_name, [accounts.ending(today)], is_near(actor, "Account"))
    return Reminder(_("%(n)s 个账号的管辖范围在 14 天内到期。", n=n), n, Rows(Account, only="ending"), names, Account)


# ---- what is entered most


def entries(actor: Actor) -> list[Entry]:
    """The forms that the actor may open, with what they begin with."""
    wanted = [
        Entry(_("登记来访"), Case, {"channel": Channel.VISIT.name}),
        Entry(_("登记来电"), Case, {"channel": Channel.CALL.name}),
        Entry(_("登记来信"), Case, {"channel": Channel.LETTER.name}),
        Entry(_("新增队伍成员"), Volunteer, {}),
        Entry(_("新增维权站"), Station, {}),
    ]
    return [entry for entry in wanted if actor.can("add", entry.model.__name__)]


# ---- what I did last


def is_there(entry: Any, model: Any) -> ColumnElement[bool]:
    """The row of an entry is still there, and the actor sees it. Keys stand in the audit as text."""
    key = RegisterInterface.of(model).key
    kind = Integer() if isinstance(key.type, Integer) else String()
    # CASE, so that no key of another register is read as a number.
    found = case((entry.root_register == model.__name__, cast(entry.root_key, kind)))
    return exists(select(key).where(key == found))


def mine(actor: Actor, registers: Collection[str]) -> Select[Any]:
    """The last entries of the audit that tell of what the actor himself added or changed."""
    return (
        select(AuditEntry)
        .where(AuditEntry.actor_id == actor.user_id, AuditEntry.verb.in_(("add", "edit")))
        .where(AuditEntry.root_register.in_(sorted(registers)))
        .order_by(AuditEntry.id.desc())
        .limit(LOOKED_AT)
    )


def recent(actor: Actor) -> list[Touched]:
    """The last rows that the actor added or changed, newest first; what he no longer sees is left out. One statement.

    A row is called what its own last entry calls it: that is its name now.
    """
    registers = {
        r: m for r, m in models_by_name().items() if r in MATRIX and r != "AuditEntry" and actor.can("view", r)
    }
    if not registers or actor.user_id is None:
        return []
    entry, named = aliased(AuditEntry, mine(actor, registers).subquery()), aliased(AuditEntry)
    root = (entry.root_register, entry.root_key)
    name = (
        select(named.row_name)
        .where(named.root_register == root[0], named.root_key == root[1], named.register == root[0])
        .order_by(named.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    asked = select(*root, name, func.max(entry.at)).where(or_(*(is_there(entry, m) for m in registers.values())))
    rows = db.session.execute(asked.group_by(*root).order_by(func.max(entry.id).desc()).limit(RECENT))
    return [Touched(r, key, registers[r].__label__, called or key, at) for r, key, called, at in rows]
