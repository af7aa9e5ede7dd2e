"""上报: the figures of a period as they were counted that day, for good; what has changed since shows as differences.

Whoever adds a Submission, by whatever way, its figures are counted here; what came with it is thrown away. Nobody
changes or deletes one.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from app import clock, statistics, suppression
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.periods import Period
from app.scope import current_actor
from app.security.actor import Actor
from app.statistics import DIMENSIONS, MEASURES, Bucket, Counts, Question, Table
from app.suppression import Key, Place, Told
from models import Case, ReportKind, Submission
from models.base import CITY, TOWNSHIP

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


def seal_of(figures: dict[str, Any]) -> str:
    """Twenty digits that follow from the figures: in the history, whose entries are sealed, they prove them."""
    text = json.dumps(figures, ensure_ascii=False, sort_keys=True)
    return str(int(hashlib.sha256(text.encode()).hexdigest(), 16))[:20]


def is_as_submitted(row: Submission) -> bool:
    """Whether the figures are those that were sealed."""
    return seal_of(row.figures) == row.seal


def figures_of(asked: Question, kind: ReportKind) -> dict[str, Any]:
    """A table with its sums as it is kept: every case counts, whoever may open it; None is what is not told (F53).

    `open` counts what is not sealed, for the differences; `sealed` the sealed cases, for what is submitted later.
    """
    table = statistics.table_of(asked, count=_all)
    open_, sealed = (_grid(table, count(asked)) for count in (_unsealed, _sealed))
    counts, names = suppression.with_sums(table.numbers, len(table.columns)), _names(table)
    where = _places(names)
    new = Told(asked.within, asked.period, {key: sealed[r][c] for key, (r, c) in where.items()})
    also = suppression.beside(new, _told_before(kind, asked))
    hidden = suppression.hidden(counts, sealed, [where[key] for key in also])
    before = _grid(table.before, _sealed(table.before.asked))[-1][-1] if table.before else 0
    return {
        "rows": names[0],
        "columns": names[1],
        "counts": [[None if (r, c) in hidden else n for c, n in enumerate(row)] for r, row in enumerate(counts)],
        "open": open_,
        "sealed": sealed,
        "before": None if suppression.tells(before) else table.a_year_before(),
    }


def _names(table: Table) -> list[list[list[str]]]:
    return [[[_name(b), str(b.label)] for b in some] for some in (table.rows, table.columns)]


def _places(names: Sequence[Sequence[Sequence[str]]]) -> dict[Key, Place]:
    """{(row, column): where it stands}; None is the sum."""
    rows, columns = ([*(key for key, _label in some), None] for some in names)
    return {(row, column): (r, c) for r, row in enumerate(rows) for c, column in enumerate(columns)}


def _told_before(kind: ReportKind, asked: Question) -> list[Told]:
    """What was submitted of this year in this city. On the connection, round the guard: other divisions' tables must
    not tell together with this one; their numbers go nowhere.
    """
    year = Period(asked.period.first.replace(month=1, day=1), asked.period.last.replace(month=12, day=31))
    columns = (Submission.division_code, Submission.first_on, Submission.last_on, Submission.figures)
    found = select(*columns).where(
        Submission.kind == kind, Submission.city_code == asked.within[:CITY], Submission.first_on >= year.first,
        Submission.last_on <= year.last,
    )  # fmt: skip
    told = []
    for division, first, last, figures in db.session.connection().execute(found):
        where = _places((figures["rows"], figures["columns"])).items()
        sealed = {key: figures["sealed"][r][c] for key, (r, c) in where if figures["counts"][r][c] is not None}
        told.append(Told(division, Period(first, last), sealed))
    return told


def _grid(table: Table, counts: Counts) -> list[list[int]]:
    """Other counts of the same table, with their sums."""
    grid = [[counts.get((row.key, column.key), 0) for column in table.columns] for row in table.rows]
    return suppression.with_sums(grid, len(table.columns))


def _all(asked: Question, *where: Any) -> Counts:
    """The cells of all cases. On the connection, round the guard: whoever submits tells of those too that he may not
    open; he gets numbers, and of those only what suppression lets pass.
    """
    return statistics.counted(asked, *where, execute=db.session.connection().execute)


def _unsealed(asked: Question) -> Counts:
    return _all(asked, Case.sealed_for.is_(None))


def _sealed(asked: Question) -> Counts:
    """How many sealed cases are in a cell, however often she came; each once, for five visits are no five cases."""
    counts: Counts = {}
    for source in asked.measure.sources:
        found = statistics.groups(asked, source, func.count(Case.id.distinct()), Case.sealed_for.is_not(None))
        for row, column, n in db.session.connection().execute(found):
            counts[row, column] = max(counts.get((row, column), 0), n)
    return counts


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
        for row in session.new:
            if isinstance(row, Submission):
                _complete(row, actor, clock.today())


def _must_stay(session: Session) -> None:
    """Raise OutOfScope when one would be changed or deleted."""
    changed = (row for row in session.dirty if session.is_modified(row))
    if any(isinstance(row, Submission) for row in (*session.deleted, *changed)):
        raise OutOfScope()


def _complete(row: Submission, actor: Actor | None, today: date) -> None:
    if actor is None or row.division_code is None or not _sees_all(actor, row.division_code):
        raise OutOfScope()
    if row.last_on < row.first_on:
        raise DomainError(_("开始日期不能晚于结束日期。"), "last_on")
    period = Period(row.first_on, row.last_on)
    if not actor.is_system and (problem := problem_of(row.kind, period, row.division_code, today)):
        raise problem
    row.figures = figures_of(question_of(row.kind, period, row.division_code), row.kind)
    row.seal, row.submitted_on = seal_of(row.figures), today
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
    """A submitted table beside the one of now, cell by cell. What has changed is told of cases that are not sealed."""
    figures, asked = row.figures, question_of(row.kind, Period(row.first_on, row.last_on), row.division_code)
    now = statistics.table_of(asked) if _sees_all(actor, row.division_code) else None
    open_ = _unsealed(asked) if now else {}

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


def _bucket(buckets: Sequence[Bucket], name: str | None) -> Bucket | None:
    return None if name is None else next(bucket for bucket in buckets if _name(bucket) == name)
