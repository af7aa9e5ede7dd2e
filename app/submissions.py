"""上报: the figures of a period as they were counted that day, for good; what has changed since shows as differences.

Whoever adds a Submission, by whatever way, its figures are counted here; what came with it is thrown away. Nobody
changes or deletes one.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app import clock, statistics
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.periods import Period
from app.scope import current_actor
from app.security.actor import Actor
from app.statistics import DIMENSIONS, MEASURES, Bucket, Question, Table
from models import ReportKind, Submission
from models.base import TOWNSHIP

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


def figures_of(table: Table) -> dict[str, Any]:
    """A table as it is kept. Cells of few sealed cases, and what would tell them, are to be suppressed here (F53):
    nothing is sealed yet.
    """
    before = [[table.a_year_before(row, column) for column in table.columns] for row in table.rows]
    rows, columns = ([[_name(b), str(b.label)] for b in some] for some in (table.rows, table.columns))
    return {"rows": rows, "columns": columns, "counts": table.numbers, "before": before}


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
    row.figures = figures_of(statistics.table_of(question_of(row.kind, period, row.division_code)))
    row.seal, row.submitted_on = seal_of(row.figures), today
    if not (actor.is_system and row.submitted_by):
        row.submitted_by = actor.name


def install(session_class: type[Session]) -> None:
    """Keep what is submitted, in the sessions of this class."""
    event.listen(session_class, "before_flush", complete)


# ---- what has changed since


class Cell(NamedTuple):
    """A number as it was submitted, and as it is now (None where the viewer does not see all); its row and column."""

    submitted: int
    now: int | None
    row: Bucket | None
    column: Bucket | None

    @property
    def difference(self) -> int:
        return (self.submitted if self.now is None else self.now) - self.submitted


class Kept(NamedTuple):
    """A submitted table with its sums, as lines of cells, the last of them the sums; and the table of now."""

    columns: Sequence[str]
    lines: Sequence[tuple[str, Sequence[Cell]]]
    now: Table | None
    before: int  # of all, the year before, as it was submitted

    @property
    def differs(self) -> bool:
        return any(cell.difference for _label, cells in self.lines for cell in cells)


def kept_of(row: Submission, actor: Actor) -> Kept:
    """A submitted table beside the one of now, cell by cell."""
    figures, table = row.figures, None
    if _sees_all(actor, row.division_code):
        table = statistics.table_of(question_of(row.kind, Period(row.first_on, row.last_on), row.division_code))
    rows = [*figures["rows"], [None, _("合计")]]
    columns = [*figures["columns"], [None, _("合计")]]
    lines = []
    for n, (row_key, label) in enumerate(rows):
        cells = []
        for m, (column_key, _label) in enumerate(columns):
            some = figures["counts"] if row_key is None else [figures["counts"][n]]
            was = sum(sum(line if column_key is None else [line[m]]) for line in some)
            r, c = (_bucket(table.rows, row_key), _bucket(table.columns, column_key)) if table else (None, None)
            cells.append(Cell(was, table.count(r, c) if table else None, r, c))
        lines.append((label, cells))
    return Kept([label for _key, label in columns], lines, table, sum(map(sum, figures["before"])))


def _bucket(buckets: Sequence[Bucket], name: str | None) -> Bucket | None:
    return None if name is None else next(bucket for bucket in buckets if _name(bucket) == name)
