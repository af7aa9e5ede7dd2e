"""统计: counts of cases by two dimensions in a period, and the same a year before (F22).

A number is made of filters (column, how it is compared, with what: see app.conditions): as SQL they count it, as the
address of the list they show its rows. Live numbers count exactly the cases that the viewer may open: everything is
read through the scope guard.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, select

from app import divisions
from app.conditions import condition
from app.errors import BadInput
from app.extensions import db
from app.interface import RegisterInterface
from app.periods import Period
from app.scope import inside, narrowed
from app.security.actor import Actor
from app.workbench import Rows
from models import Case, CaseActivity, CaseState, Division
from models.base import CITY, COUNTY, TOWNSHIP, VILLAGE

BELOW = {CITY: COUNTY, COUNTY: TOWNSHIP, TOWNSHIP: VILLAGE}  # digits of the codes one level down
COLUMNS = {COUNTY: "county_code", TOWNSHIP: "township_code", VILLAGE: "division_code"}
MOST_ROWS, MOST_COLUMNS = 130, 40

NARROWER: dict[str, Callable[[str, str], str]] = {"from": max, "to": min, "within": max}  # of days and of codes

Filter = tuple[str, str, str]  # (column, how it is compared, with what)
Counts = dict[tuple[Any, Any], int]  # {(key of the row, key of the column): how many}
Counter = Callable[["Question"], Counts]


class Bucket(NamedTuple):
    """One value of a dimension: what the statement gives for it, what it is called, the filters of its cases.

    A spare one is shown only where it has cases.
    """

    key: Any
    label: Any
    filters: tuple[Filter, ...]
    is_spare: bool = False


@dataclass(frozen=True)
class Source:
    """Something that is counted, each time it happens: a case, or what was done in one."""

    day: Any  # the column that says when
    model: Any = Case
    conditions: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Measure:
    """What is counted (F13): 件, each matter once, or 次, each time she came."""

    name: str
    label: Any
    sources: tuple[Source, ...]
    filters: tuple[Filter, ...] = ()

    @property
    def is_of_cases(self) -> bool:
        """Whether each is a row of the list of cases."""
        return len(self.sources) == 1


# What was merged into another case is not counted again; but she came. 作废 is left out of both: it never was a case.
CASES = Measure("cases", _l("件数"), (Source(Case.received_on),), (("state", "differs", CaseState.MERGED.name),))
AGAIN = Source(CaseActivity.happened_on, CaseActivity, (CaseActivity.is_repeat,))
VISITS = Measure("visits", _l("次数"), (Source(Case.received_on), AGAIN))
MEASURES = {measure.name: measure for measure in (CASES, VISITS)}


@dataclass(frozen=True)
class Dimension:
    """A way to divide cases: the SQL that tells the key of a case (asked, the day that counts), and all its buckets.

    `buckets` gets the keys that were found, for what can be named only then.
    """

    name: str
    label: Any
    key: Callable[["Question", Any], Any]
    buckets: Callable[["Question", set[Any]], Sequence[Bucket]]


@dataclass(frozen=True)
class Question:
    """What a table is asked for. `places` are the viewer's parts, none in another, as far as they lie in `within`."""

    rows: Dimension
    columns: Dimension
    period: Period
    measure: Measure = CASES
    within: str = ""
    places: tuple[str, ...] = ()
    is_before: bool = False  # asks for the same a year before

    @property
    def days(self) -> Period:
        return self.period.year_before if self.is_before else self.period

    @property
    def filters(self) -> tuple[Filter, ...]:
        place: tuple[Filter, ...] = (("division_code", "within", self.within),) if self.within else ()
        return (*self.measure.filters, *_in(self.days), *place)


def _in(days: Period) -> tuple[Filter, ...]:
    return (("received_on", "from", f"{days.first}"), ("received_on", "to", f"{days.last}"))


# ---- the dimensions


def _enum(column: Any, label: Any, *others: Bucket) -> Dimension:
    members: type[Enum] = column.type.enum_class

    def buckets(asked: Question, _found: set[Any]) -> list[Bucket]:
        left_out = {text for name, how, text in asked.measure.filters if (name, how) == (column.key, "differs")}
        kept = [m for m in members if m.name not in left_out]
        return [*(Bucket(m, str(m.value), ((column.key, "equals", m.name),)) for m in kept), *others]

    return Dimension(column.key, label, lambda _asked, _day: column, buckets)


def _time(unit: str, label: Any) -> Dimension:
    def parts(asked: Question) -> list[Period]:
        return [part.year_before if asked.is_before else part for part in asked.period.parts(unit)]

    def key(asked: Question, day: Any) -> ColumnElement[int]:
        return case(*((day <= part.last, n) for n, part in enumerate(parts(asked))))

    def buckets(asked: Question, _found: set[Any]) -> list[Bucket]:
        return [Bucket(n, part.label, _in(part)) for n, part in enumerate(parts(asked))]

    return Dimension(unit, label, key, buckets)


def _division_key(asked: Question, _day: Any) -> Any:
    if not asked.within:
        return case(*((inside(Case, (place,)), place) for place in asked.places), else_="")
    digits = BELOW.get(len(asked.within), VILLAGE)
    return func.coalesce(getattr(Case, COLUMNS[digits]), Case.division_code)


def _divisions(asked: Question, found: set[Any]) -> list[Bucket]:
    """Those right below the one that is asked for, and its own cases; else each of the viewer's parts."""
    if asked.within:
        wanted: Any = (Division.parent_code == asked.within) | Division.code.in_({asked.within, *found})
    else:
        wanted = Division.code.in_({*asked.places, *found})
    columns = (Division.code, Division.name, Division.retired_on, Division.is_pseudo)
    known = db.session.execute(select(*columns).where(wanted).order_by(Division.code)).all()
    buckets = []
    for code, name, retired_on, is_pseudo in known:
        is_own = code == asked.within
        label = _("%(name)s（本级）", name=name) if is_own and len(code) in BELOW else name
        filters = (("division_code", "exactly" if is_own else "within", code),)
        buckets.append(Bucket(code, label, filters, is_own or is_pseudo or retired_on is not None))
    return buckets


DIMENSIONS = {
    dimension.name: dimension
    for dimension in (
        _enum(Case.channel, _l("来访渠道")),
        _enum(Case.category, _l("权益类别")),
        _enum(Case.difficulty, _l("难易"), Bucket(None, _l("未定"), (("difficulty", "empty", "y"),))),
        _enum(Case.state, _l("状态")),
        Dimension("division", _l("区划"), _division_key, _divisions),
        _time("month", _l("月")),
        _time("quarter", _l("季度")),
        _time("year", _l("年")),
    )
}


# ---- the table


@dataclass(frozen=True)
class Table:
    """Counts with their totals, now and a year before. `None` for a row or a column means all of them."""

    asked: Question
    rows: Sequence[Bucket]
    columns: Sequence[Bucket]
    counts: Counts
    before: "Table | None" = field(default=None, repr=False)

    def count(self, row: Bucket | None = None, column: Bucket | None = None) -> int:
        """The number of a cell, or the sum of its row, of its column, or of all."""
        rows, columns = (self.rows if row is None else [row]), (self.columns if column is None else [column])
        return sum(self.counts.get((r.key, c.key), 0) for r in rows for c in columns)

    @property
    def numbers(self) -> list[list[int]]:
        """The cells, line by line."""
        return [[self.count(row, column) for column in self.columns] for row in self.rows]

    def filters(self, row: Bucket | None = None, column: Bucket | None = None) -> tuple[Filter, ...]:
        """What makes a cell: of two bounds of one column, the narrower."""
        found: dict[tuple[str, str], str] = {}
        for name, how, text in (f for some in (self.asked, row, column) if some for f in some.filters):
            found[name, how] = NARROWER[how](found[name, how], text) if (name, how) in found else text
        return tuple((name, how, text) for (name, how), text in found.items())

    def a_year_before(self, row: Bucket | None = None, column: Bucket | None = None) -> int:
        """The same number of the year before."""
        return self.before.count(row, column) if self.before else 0

    def filters_before(self, row: Bucket | None = None, column: Bucket | None = None) -> tuple[Filter, ...]:
        """What makes that."""
        if self.before is None:
            return ()
        pairs = ((row, self.before.rows), (column, self.before.columns))
        return self.before.filters(*(b and next(o for o in others if o.key == b.key) for b, others in pairs))


def part_of(actor: Actor, verb: str, within: str) -> tuple[str, ...]:
    """The divisions of whose cases the actor sees (exports, …) all, as far as they lie in `within`."""
    places = actor.places(verb, Case.__name__)
    if any(within.startswith(code) for code in places):
        return (within,)
    return tuple(code for code in places if code.startswith(within))


def places_near(codes: Iterable[str], within: str) -> list[tuple[str, str]]:
    """(code, path) of these divisions, and of those right below one."""
    wanted = Division.code.in_(sorted(codes)) | (Division.parent_code == within)
    found = db.session.scalars(select(Division.code).where(wanted).order_by(Division.code)).all()
    return sorted(divisions.paths_of(found).items())


def asked_of(question: Question, actor: Actor, verb: str = "view") -> Question | None:
    """The question as far as it is the actor's to ask; None where no part of its division is his."""
    places = part_of(actor, verb, question.within)
    if not places:
        return None
    return replace(question, places=places, within=places[0] if len(places) == 1 else question.within)


def table_of(asked: Question, verb: str = "view", count: "Counter | None" = None) -> Table:
    """The table, with that of the year before, of the cases on which the actor holds the verb.

    A statement for each source and year, and one for the names of divisions. `count` counts in another way.

    Raises BadInput when it would have too many rows or columns.
    """
    if asked.rows is asked.columns:
        raise BadInput(_("行和列请选不同的分类。"))
    earlier = replace(asked, is_before=True)
    with narrowed(Case.__name__, verb):
        now, before = (count or counted)(asked), (count or counted)(earlier)
    found = [{key[n] for key in (*now, *before)} for n in (0, 1)]
    tables: list[Table] = []
    for question, counts in ((earlier, before), (asked, now)):
        buckets = [d.buckets(question, keys) for d, keys in zip((asked.rows, asked.columns), found, strict=True)]
        if len(buckets[0]) > MOST_ROWS or len(buckets[1]) > MOST_COLUMNS:
            raise BadInput(_("行或列太多，请缩短期间，或换一种分类。"))
        rows, columns = (
            [b for b in some if not b.is_spare or b.key in keys] for some, keys in zip(buckets, found, strict=True)
        )
        tables.append(Table(question, rows, columns, counts, tables[0] if tables else None))
    return tables[1]


def counted(asked: Question, *where: Any, execute: Callable[[Any], Any] | None = None) -> Counts:
    """The cells, as far as the viewer sees the cases; `execute` reads in another way."""
    counts: Counts = {}
    for source in asked.measure.sources:
        for row, column, n in (execute or db.session.execute)(groups(asked, source, func.count(), *where)):
            counts[row, column] = counts.get((row, column), 0) + n
    return counts


def groups(asked: Question, source: Source, number: SQLColumnExpression[int], *where: Any) -> Any:
    """The statement that gives (key of the row, key of the column, number) for one source."""
    keys = (asked.rows.key(asked, source.day), asked.columns.key(asked, source.day))
    return _from(source, select(*keys, number), [*conditions(asked.filters, source), *where]).group_by(*keys)


def _from(source: Source, statement: Any, where: Iterable[Any]) -> Any:
    statement = statement.select_from(Case)
    if source.model is not Case:
        statement = statement.join(source.model, source.model.case_id == Case.id)
    return statement.where(*source.conditions, *where)


def conditions(filters: Iterable[Filter], source: Source) -> list[ColumnElement[bool]]:
    """The filters as SQL; the day that counts is that of the source. What is 作废 never counts."""
    of_case, of_source = RegisterInterface.of(Case), RegisterInterface.of(source.model)
    made = [
        condition(of_source, source.day.key, how, text)
        if column == "received_on"
        else condition(of_case, column, how, text)
        for column, how, text in filters
    ]
    return [Case.ended_on.is_(None), *made]


# ---- the rows of a number


class Visit(NamedTuple):
    """One time that she came: the day, the case, and what was done when she came again."""

    day: date
    case: Case
    again: CaseActivity | None


def rows_of(measure: Measure, filters: tuple[Filter, ...]) -> Rows:
    """The rows that a number counts: a list of cases, or of each time that she came."""
    return Rows(Case, filters, page="list" if measure.is_of_cases else measure.name)


def number_of_visits(filters: tuple[Filter, ...]) -> int:
    """How many there are."""
    return sum(_number(source, filters) for source in VISITS.sources)


def _number(source: Source, filters: tuple[Filter, ...]) -> int:
    return db.session.scalar(_from(source, select(func.count()), conditions(filters, source))) or 0


def visits(filters: tuple[Filter, ...], offset: int, limit: int) -> list[Visit]:
    """Some of them: first the cases, then what came later, each newest first."""
    found: list[Visit] = []
    for source in VISITS.sources:
        entities = (Case,) if source.model is Case else (Case, source.model)
        statement = _from(source, select(*entities), conditions(filters, source))
        newest = statement.order_by(source.day.desc(), source.model.id.desc()).offset(offset).limit(limit - len(found))
        for row in db.session.execute(newest) if len(found) < limit else ():
            found.append(Visit(getattr(row[-1], source.day.key), row[0], row[1] if len(row) > 1 else None))
        offset = max(0, offset - _number(source, filters))
    return found
