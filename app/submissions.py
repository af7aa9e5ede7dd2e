"""上报: the figures of a period as they were counted that day, for good; what has changed since shows as differences.

Whoever adds a Submission, by whatever way, its figures are counted here; what came with it is thrown away. Nobody
changes or deletes one.
"""

import hmac
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import and_, event, select
from sqlalchemy.orm import Session

from app import clock, statistics, suppression
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.keys import keys
from app.periods import Period
from app.scope import current_actor, inside
from app.security.actor import Actor
from app.statistics import DIMENSIONS, MEASURES, Bucket, Counts, Question, Table
from app.suppression import Place, Told
from models import Case, ReportKind, Submission
from models.base import CITY, TOWNSHIP, new_uid

Key = tuple[str | None, str | None]  # of a row and a column; None is the sum
Near = Sequence[Any]  # division, first day, last day and figures of a submission

NEAR = (Submission.division_code, Submission.first_on, Submission.last_on, Submission.figures)
MEASURED = {ReportKind.CASES: MEASURES["cases"], ReportKind.VISITS: MEASURES["visits"]}


def question_of(kind: ReportKind, period: Period, division: str) -> Question:
    """What a submitted table is asked for."""
    return Question(DIMENSIONS["category"], DIMENSIONS["channel"], period, MEASURED[kind], division, places=(division,))


def kind_of(asked: Question) -> ReportKind | None:
    """The table that a question is about; None for one that is not submitted."""
    for kind in ReportKind:
        if asked.within and asked == question_of(kind, asked.period, asked.within):
            return kind
    return None


def text_of(row: Submission) -> str:
    """What is submitted, as one text."""
    what = (row.uid, row.kind.name, row.division_code, f"{row.first_on}", f"{row.last_on}", row.figures)
    return json.dumps(what, ensure_ascii=False, sort_keys=True)


def seals_of(row: Submission) -> list[str]:
    """Twenty digits that follow from what is submitted, by each of our keys, the current one first: in the history,
    whose entries are sealed, they prove it. Whoever has no key cannot try what numbers that are not told would give.
    """
    digests = (hmac.digest(key, text_of(row).encode(), "sha256") for key in keys("submission").values())
    return [str(int.from_bytes(digest))[:20] for digest in digests]


def is_as_submitted(row: Submission) -> bool:
    """Whether it is what was sealed."""
    return row.seal in seals_of(row)


def figures_of(asked: Question, others: Iterable[Near] = ()) -> dict[str, Any]:
    """A table with its sums as it is kept: every case counts, whoever may open it; None is what is not told (F53).

    `open` counts what is not sealed, `shut` are the keys of the sealed cases, for the differences; `touches`, for what
    is submitted later, whether the table, and the sum of the year before, tell of sealed cases. `others` are submitted
    together with it.
    """
    table = statistics.table_of(asked, count=_all)
    counts, (rows, columns) = suppression.with_sums(table.numbers, len(table.columns)), _names(table)
    now, before = (_judged(each, others) for each in (table, table.before or table))
    return {
        "rows": rows,
        "columns": columns,
        "counts": [[None if (r, c) in now.hidden else n for c, n in enumerate(row)] for r, row in enumerate(counts)],
        "open": _grid(table, _unsealed(asked)),
        "shut": now.cases,
        "before": None if before.corner in before.hidden else table.a_year_before(),
        "touches": [now.touches, before.touches],
    }


def _names(table: Table) -> list[list[list[str]]]:
    return [[[_name(b), str(b.label)] for b in some] for some in (table.rows, table.columns)]


def _places(names: Sequence[Sequence[Sequence[str]]]) -> dict[Key, Place]:
    """{(row, column): where it stands}; None is the sum."""
    rows, columns = ([*(key for key, _label in some), None] for some in names)
    return {(row, column): (r, c) for r, row in enumerate(rows) for c, column in enumerate(columns)}


class Judged(NamedTuple):
    """What a table does not tell, where the sum of all stands, whether what it tells has sealed cases in it, and the
    keys of those that it counts.
    """

    hidden: set[Place]
    corner: Place
    touches: bool
    cases: list[int]


def _judged(table: Table, others: Iterable[Near]) -> Judged:
    asked, cells = table.asked, defaultdict[tuple[Any, Any], set[int]](set)
    sealed = _sealed(asked)
    for row, column, key, _place, _day in sealed:
        cells[row, column].add(key)
    grid = _grid(table, {where: len(cases) for where, cases in cells.items()})
    taken = suppression.is_taken(asked.within, asked.days, {tuple(one[3:]) for one in sealed}, _told(asked, others))
    hidden, corner = suppression.hidden(grid, taken), (len(table.rows), len(table.columns))
    return Judged(hidden, corner, bool(sealed) and corner not in hidden, sorted(set().union(*cells.values())))


def _told(asked: Question, others: Iterable[Near]) -> Iterator[Told]:
    """What submissions tell that may count the same cases, their sums of a year before too. On the connection, round
    the guard: other divisions' tables must not tell together with this one; nothing of them goes anywhere.
    """
    place, (first, last) = asked.within, asked.days
    above = Submission.division_code.in_([place[:n] for n in range(CITY, len(place))])
    statement = select(*NEAR).where(
        above | inside(Submission, (place,)), Submission.last_on >= first,
        Submission.first_on <= date(last.year + 1, 12, 31),
    )  # fmt: skip
    for division, *days, figures in (*db.session.connection().execute(statement), *others):
        period, (touches, touches_before) = Period(*days), figures["touches"]
        if figures["counts"][-1][-1] is not None:
            yield Told(division, period, touches)
        if figures["before"] is not None:
            yield Told(division, period.year_before, touches_before)


def _grid(table: Table, counts: Counts) -> list[list[int]]:
    """Other counts of the same table, with their sums."""
    return suppression.with_sums(replace(table, counts=counts).numbers, len(table.columns))


def _all(asked: Question, *where: Any) -> Counts:
    """The cells of all cases. On the connection, round the guard: whoever submits tells of those too that he may not
    open; he gets numbers, and of those only what suppression lets pass.
    """
    return statistics.counted(asked, *where, execute=db.session.connection().execute)


def _unsealed(asked: Question) -> Counts:
    return _all(asked, Case.sealed_for.is_(None))


def _sealed(asked: Question) -> list[Any]:
    """(row, column, key, place, day) of the sealed cases; several days of one, where they count."""
    found = []
    for source in asked.measure.sources:
        which = (Case.id, Case.division_code, source.day)
        statement = statistics.groups(asked, source, Case.id, Case.sealed_for.is_not(None)).add_columns(*which[1:])
        found += db.session.connection().execute(statement.group_by(*which)).all()
    return found


def _name(bucket: Bucket) -> str:
    return str(getattr(bucket.key, "name", bucket.key))


# ---- adding one


def problem_of(kind: ReportKind, period: Period, division: str, today: date) -> DomainError | None:
    """What keeps a period from being submitted."""
    if len(division) > TOWNSHIP:
        return DomainError(_("由乡镇（街道）及以上上报。"), "division_code")
    if period.kind == "days":
        return DomainError(_("只能上报一个完整的月、季度或年。"), "first_on")
    if period.last >= today:
        return DomainError(_("这一期还没有结束，不能上报。"), "last_on")
    return None


def may_submit(asked: Question, actor: Actor, today: date) -> ReportKind | None:
    """The table that the actor may submit as it is asked for now; None where there is none, or it is submitted."""
    kind, place = kind_of(asked), asked.within
    if kind is None or problem_of(kind, asked.period, place, today) or submitted(kind, asked.period, place):
        return None
    return kind if actor.covers("add", Submission.__name__, place) and _sees_all(actor, place) else None


def submitted(kind: ReportKind, period: Period, division: str) -> int | None:
    """The key of what was submitted of a period, as far as the viewer sees it."""
    found = select(Submission.id).where(
        Submission.kind == kind, Submission.first_on == period.first, Submission.last_on == period.last
    )
    return db.session.scalar(found.where(Submission.division_code == division))


def _sees_all(actor: Actor, division: str) -> bool:
    return actor.is_system or statistics.part_of(actor, "view", division) == (division,)


def complete(session: Session, _context: Any, _instances: Any) -> None:
    """Session hook: count the figures of a new one; refuse to change or delete one, whoever it is."""
    actor = current_actor()
    with session.no_autoflush:
        _must_stay(session)
        done: list[Near] = []
        for row in session.new:
            if isinstance(row, Submission):
                _complete(row, actor, clock.today(), done)
                done.append([getattr(row, column.key) for column in NEAR])


def _must_stay(session: Session) -> None:
    """Raise OutOfScope when one would be changed or deleted."""
    changed = (row for row in session.dirty if session.is_modified(row))
    if any(isinstance(row, Submission) for row in (*session.deleted, *changed)):
        raise OutOfScope()


def _complete(row: Submission, actor: Actor | None, today: date, done: Iterable[Near]) -> None:
    if actor is None or row.division_code is None or not _sees_all(actor, row.division_code):
        raise OutOfScope()
    if row.last_on < row.first_on:
        raise DomainError(_("开始日期不能晚于结束日期。"), "last_on")
    period = Period(row.first_on, row.last_on)
    if not actor.is_system and (problem := problem_of(row.kind, period, row.division_code, today)):
        raise problem
    row.uid = row.uid or new_uid()
    row.figures = figures_of(question_of(row.kind, period, row.division_code), done)
    row.seal, row.submitted_on = seals_of(row)[0], today
    if not (actor.is_system and row.submitted_by):
        row.submitted_by = actor.name


def install(session_class: type[Session]) -> None:
    """Keep what is submitted, in the sessions of this class."""
    event.listen(session_class, "before_flush", complete)


# ---- what has changed since


class Cell(NamedTuple):
    """A number as it was submitted (None: not told), what has changed since, and the number of now (None: not told, or
    the viewer does not see all) with its row and column.
    """

    submitted: int | None
    difference: int
    now: int | None
    row: Bucket | None
    column: Bucket | None


class Kept(NamedTuple):
    """A submitted table with its sums, as lines of cells, the last of them the sums; and the table of now."""

    columns: Sequence[str]
    lines: Sequence[tuple[str, Sequence[Cell]]]
    now: Table | None
    before: int | None  # of all, the year before, as it was submitted; None: not told

    @property
    def differs(self) -> bool:
        return any(cell.difference for _label, cells in self.lines for cell in cells)

    @property
    def is_whole(self) -> bool:
        """Whether every number is told."""
        return all(cell.submitted is not None for _label, cells in self.lines for cell in cells)


def kept_of(row: Submission, actor: Actor) -> Kept:
    """A submitted table beside the one of now, cell by cell."""
    figures, asked = row.figures, question_of(row.kind, Period(row.first_on, row.last_on), row.division_code)
    now = statistics.table_of(asked) if _sees_all(actor, row.division_code) else None
    open_ = _all(asked, *_compared(row)) if now else {}

    def cell(key: Key, place: Place) -> Cell:
        was = figures["counts"][place[0]][place[1]]
        if now is None or was is None:
            return Cell(was, 0, None, None, None)
        r, c = _bucket(now.rows, key[0]), _bucket(now.columns, key[1])
        today = replace(now, counts=open_).count(r, c)
        return Cell(was, today - figures["open"][place[0]][place[1]], now.count(r, c), r, c)

    where = _places((figures["rows"], figures["columns"]))
    labels, columns = ([*(label for _key, label in figures[name]), _("合计")] for name in ("rows", "columns"))
    cells = [cell(key, place) for key, place in where.items()]
    lines = [(label, cells[n * len(columns) : (n + 1) * len(columns)]) for n, label in enumerate(labels)]
    return Kept(columns, lines, now, figures["before"])


def _compared(row: Submission) -> tuple[Any, ...]:
    """What has changed is told of cases that were not sealed when they were submitted. One that is sealed since goes on
    counting, else its cell would miss it; one that came since and is sealed never counted.
    """
    was_open = and_(Case.sealed_on >= row.submitted_on, Case.created_at <= row.created_at)
    return Case.id.not_in(row.figures["shut"]), Case.sealed_for.is_(None) | was_open


def _bucket(buckets: Sequence[Bucket], name: str | None) -> Bucket | None:
    return None if name is None else next(bucket for bucket in buckets if _name(bucket) == name)
