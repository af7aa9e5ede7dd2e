"""考核: sheets with the lines of a checklist, what may be found about a line, and that what is signed stays (F41)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import event, func, inspect, or_, select
from sqlalchemy.orm import Session

from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.interface import RegisterInterface
from app.security.actor import Actor
from app.workflow.steps import was_set
from models import Assessment, AssessmentAnswer, Checklist, ChecklistEdition, Met, Station
from models.assessment import KINDS

BEGUN_WITH = ("station_id", "checklist_id", "edition")  # what a sheet is of, for good
WORDS = ("assessment_id", "item_id", "label", "full_points")  # of a line, as the edition has them
SIGNED = ("women_signed_on", "order_signed_on")
ENTERED = ("year", "assessed_on", "assessors", "conclusion", "remark", "total_points", "full_points")
NEWEST = 3  # sheets that the page of a station names


class Wrong(DomainError):
    """What is wrong with lines of a sheet: every (column, sentence) by itself."""

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        super().__init__("".join(sentence for _column, sentence in found))
        self.found = tuple(found)

    @property
    def problems(self) -> list[tuple[str | None, Any]]:
        return [(None, sentence) for _column, sentence in self.found]


# ---- a line


def points_of(full: int | None, is_met: Met | None, points: int | None) -> int | None:
    """The points of a line: those that were given; where none were, all for what is met, none for what is not."""
    if points is not None or full is None or is_met is None:
        return points
    return full if is_met is Met.YES else 0


def problems(
    label: str, full: int | None, is_met: Met | None, points: int | None, note: str | None
) -> list[tuple[str, str]]:
    """(column, sentence) of what is wrong with a line: 0 to `full` points, and a reason where fewer are given."""
    points = points_of(full, is_met, points)
    if points is None:
        return []
    if full is None:
        return [("points", _("「%(line)s」不计分。", line=label))]
    if not 0 <= points <= full:
        return [("points", _("「%(line)s」的得分应为 0 到 %(full)s。", line=label, full=full))]
    if points < full and not note:
        return [("note", _("「%(line)s」扣了 %(n)s 分，请写明原因。", line=label, n=full - points))]
    return []


def problems_of(line: Any, said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The same of a stored line and what a form says about it."""
    met = Met[said["is_met"]] if said["is_met"] else None
    return problems(line.label, line.full_points, met, said["points"], said["note"])


def answer(
    assessment: Assessment, item_id: int, is_met: Met | None, points: int | None, reason: str | None
) -> AssessmentAnswer:
    """Answer one line of a sheet, flushed; the same answer again changes nothing.

    Raises OutOfScope for a line that it has not, Wrong, and DomainError when the sheet is signed or has ended.
    """
    of_line = (AssessmentAnswer.assessment_id == assessment.id, AssessmentAnswer.item_id == item_id)
    line = db.session.scalars(select(AssessmentAnswer).where(*of_line)).one_or_none()
    if line is None:
        raise OutOfScope()
    line.is_met, line.points = is_met, points_of(line.full_points, is_met, points)
    line.note = (reason or "").strip() or None
    db.session.flush()
    return line


# ---- a sheet


class AssessmentInterface(RegisterInterface):
    """As any register; a new sheet gets its lines."""

    def add(self, item: Any, commit: bool = False) -> None:
        super().add(item)
        begin(db.session(), item)


def lines_of(session: Session, checklist_id: int, edition: int) -> list[dict[str, Any]]:
    """The lines of an edition that are asked, in their order: id, label, points, word for word."""
    found = select(ChecklistEdition.items).where(
        ChecklistEdition.checklist_id == checklist_id, ChecklistEdition.edition == edition
    )
    lines = [line for line in session.scalar(found) or () if line["is_active"]]
    return sorted(lines, key=lambda line: (line["position"], line["id"]))


def begin(session: Session, sheet: Assessment) -> list[AssessmentAnswer]:
    """Give a stored sheet the lines of its edition, flushed; one statement, however many."""
    lines = [
        AssessmentAnswer(assessment_id=sheet.id, item_id=line["id"], label=line["label"], full_points=line["points"])
        for line in lines_of(session, sheet.checklist_id, sheet.edition)
    ]
    session.add_all(lines)
    session.flush()
    return lines


def unanswered(session: Session, sheet: Assessment) -> Sequence[str]:
    """The lines of a stored sheet that nothing is said about: no points where there are some, else no yes or no."""
    line = AssessmentAnswer
    is_open = or_(
        line.full_points.is_not(None) & line.points.is_(None), line.full_points.is_(None) & line.is_met.is_(None)
    )
    return session.scalars(select(line.label).where(line.assessment_id == sheet.id, is_open).order_by(line.id)).all()


def seen(sheet: Assessment) -> str:
    """The version of a sheet with its lines: another one as soon as anything in it changes."""
    versions = select(func.coalesce(func.sum(AssessmentAnswer.version), 0))
    return f"{sheet.version}.{db.session.scalar(versions.where(AssessmentAnswer.assessment_id == sheet.id))}"


class Newest(NamedTuple):
    """A sheet of a station, as its page names it."""

    id: int
    sentence: str


def newest_of(station: Station, actor: Actor) -> list[Newest]:
    """The newest sheets of a station that count, for whoever may look at them there; one statement."""
    if not actor.covers("view", Assessment.__name__, station.place):
        return []
    found = select(Assessment, Checklist.name).join(Checklist, Checklist.id == Assessment.checklist_id)
    found = found.where(Assessment.station_id == station.id, Assessment.ended_on.is_(None))
    rows = db.session.execute(found.order_by(Assessment.year.desc(), Assessment.id.desc()).limit(NEWEST))
    return [Newest(sheet.id, _sentence(sheet, name)) for sheet, name in rows]


def _sentence(sheet: Assessment, name: str) -> str:
    points = [_("%(n)s / %(full)s 分", n=sheet.total_points, full=sheet.full_points)] if sheet.full_points else []
    said = [*points, *([sheet.conclusion.value] if sheet.conclusion else []), sheet.signatures.value]
    return _("%(year)s 年%(name)s：%(said)s", year=sheet.year, name=name, said="，".join(said))


# ---- kept


def keep(session: Session, _context: Any, _instances: Any) -> None:
    """Session hook: a sheet begins with what its checklist asks now; what is signed, or has ended, stays as it is."""
    with session.no_autoflush:
        changed = [row for row in session.dirty if session.is_modified(row)]
        for row in session.new:
            if isinstance(row, Assessment):
                _begin(session, row)
        for row in (*changed, *session.deleted):
            if isinstance(row, Assessment):
                _hold(row, row in session.deleted)
        written = [row for row in (*session.new, *changed, *session.deleted) if isinstance(row, AssessmentAnswer)]
        if written:
            _answered(session, written)


def _begin(session: Session, row: Assessment) -> None:
    asked, station = session.get(Checklist, row.checklist_id), session.get(Station, row.station_id)
    if asked is None or station is None:
        raise OutOfScope()
    if asked.kind not in KINDS or asked.ended_on is not None:
        raise DomainError(_("「%(list)s」不能用来考核。", list=asked), "checklist_id")
    if asked.level is not station.level or not station.division_code.startswith(asked.division_code):
        raise DomainError(_("「%(list)s」不适用于这个站。", list=asked), "checklist_id")
    row.edition = asked.edition
    row.full_points = sum(line["points"] or 0 for line in lines_of(session, asked.id, asked.edition))


def _stood(row: Any, name: str) -> Any:
    """What stood in a column before this flush."""
    before = inspect(row).attrs[name].history.deleted
    return before[0] if before else getattr(row, name)


def _hold(row: Assessment, is_deleted: bool) -> None:
    if given := was_set(row, BEGUN_WITH):
        raise DomainError(_("考核表开始以后，维权站和考核标准不能更换。"), given[0])
    is_signed = any(_stood(row, name) is not None for name in SIGNED)
    if is_signed and (is_deleted or was_set(row, ENTERED)):
        raise _signed()


def _signed() -> DomainError:
    return DomainError(_("这份考核表已经签字，不能修改或删除；确需更正的，请签字的一方先撤回签字，或者作废。"))


def _answered(session: Session, written: Iterable[AssessmentAnswer]) -> None:
    """Lines are answered, and no more, while nobody has signed; the sheet is held meanwhile, and counts anew."""
    lines, wrong = sorted(written, key=lambda line: line.id or 0), []
    sheets = sorted({line.assessment_id for line in lines} | {_stood(line, "assessment_id") for line in lines})
    stored = select(Assessment.id, Assessment.ended_on, *(getattr(Assessment, name) for name in SIGNED))
    held = session.execute(stored.where(Assessment.id.in_(sheets)).order_by(Assessment.id).with_for_update()).all()
    if any(day is not None for _key, _ended, *days in held for day in days):
        raise _signed()
    if any(ended is not None for _key, ended, *_days in held):
        raise DomainError(_("这条记录已%(ending)s，请先恢复再修改。", ending=Assessment.__ending__))
    for line in lines:
        if line in session.deleted or (line not in session.new and was_set(line, WORDS)):
            raise DomainError(_("考核项目随考核标准，不能增加、删除或改写。"))
        line.points = points_of(line.full_points, line.is_met, line.points)
        wrong += problems(line.label, line.full_points, line.is_met, line.points, line.note)
    if wrong:
        raise Wrong(wrong)
    for key in sheets:
        _count(session, key, [line for line in lines if line in session.new and line.assessment_id == key])


def _count(session: Session, key: int, new: Sequence[AssessmentAnswer]) -> None:
    sheet = session.get(Assessment, key)
    if sheet is None:
        raise OutOfScope()
    if new:
        _are_of(session, sheet, new)
    stored = session.scalars(select(AssessmentAnswer).where(AssessmentAnswer.assessment_id == key)).all()
    for name, column in (("total_points", "points"), ("full_points", "full_points")):
        total = sum(getattr(line, column) or 0 for line in (*stored, *new))
        if getattr(sheet, name) != total:
            setattr(sheet, name, total)


def _are_of(session: Session, sheet: Assessment, new: Sequence[AssessmentAnswer]) -> None:
    asked = {
        (line["id"], line["label"], line["points"]) for line in lines_of(session, sheet.checklist_id, sheet.edition)
    }
    if not {(line.item_id, line.label, line.full_points) for line in new} <= asked:
        raise DomainError(_("考核项目随考核标准，不能增加、删除或改写。"))


def install(session_class: type[Session]) -> None:
    """Keep sheets in every flush of the sessions of this class."""
    event.listen(session_class, "before_flush", keep)
