"""Dangerous cases (F51): sheets with the lines of a questionnaire, the risk of a case, that nobody mediates over it.

2018 妇联受理家暴投诉规程: violence of high risk is not mediated. It is held in every flush, so that no page, step,
batch or job goes round it; whoever assesses and whoever mediates at the same moment wait for each other at the case.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, event, func, inspect, select
from sqlalchemy.orm import Session, object_session

from app import clock, seals
from app.assessments import lines_of
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.interface import RegisterInterface, must_be_open
from app.scope import current_actor
from app.workflow.steps import was_set
from models import (
    ActivityKind,
    Assignment,
    Case,
    CaseActivity,
    Checklist,
    ChecklistKind,
    DvRiskAnswer,
    DvRiskAssessment,
    Met,
    RiskLevel,
    SealReason,
    Station,
    Transfer,
    TransferReason,
    TransferState,
)

NO_MEDIATION = _l("这件案件经评估为高危，不得调解（2018 年妇联受理家暴投诉规程），请依法报警、报告上级妇联。")
NO_MEDIATION_HERE = _l("这件案件经评估为高危，不得调解（2018 年妇联受理家暴投诉规程），请退回维权站")
BEGUN_WITH = ("case_id", "station_id", "checklist_id", "edition", "medium_from", "high_from", "assessed_on")
WORDS = ("assessment_id", "item_id", "label", "points", "is_prompt")  # of a line, as the edition has them
RESULT = ("score", "level")  # follows from the answers


# ---- what others ask


def risk_of(case: Case) -> RiskLevel | None:
    """How dangerous it is, by the newest assessment that counts; None where there is none."""
    return case.risk


def is_high_risk() -> ColumnElement[bool]:
    """The cases of high risk, as a condition."""
    return Case.risk == RiskLevel.HIGH


def _change(case: Case, level: RiskLevel | None) -> None:
    """The one place where the risk of a case changes, in the flush that changes it. High risk seals it (F53); then
    whoever finds it out goes on with a case that nobody has yet, if he handles cases there.
    """
    case.risk = level
    if level is not RiskLevel.HIGH:
        return
    seals.seal(case, SealReason.HIGH_RISK, clock.today())
    actor = current_actor()
    if case.handler_id is None and actor and actor.user_id and actor.covers("handle", Case.__name__, case.place):
        case.handler, case.handler_id = actor.name, actor.user_id


# ---- a sheet


class Answered(NamedTuple):
    """What counts of a line."""

    points: int
    is_prompt: bool
    answer: Met | None


def score_of(lines: Iterable[Answered]) -> int:
    """The points of the lines that were answered with yes."""
    return sum(line.points for line in lines if line.answer is Met.YES)


def level_of(lines: Collection[Answered], medium_from: int, high_from: int) -> RiskLevel | None:
    """What the lines come to. High at once, whatever is still open; another level when all are answered, else None."""
    score = score_of(lines)
    if score >= high_from or any(line.is_prompt and line.answer is Met.YES for line in lines):
        return RiskLevel.HIGH
    if not _is_complete(lines):
        return None
    return RiskLevel.MEDIUM if score >= medium_from else RiskLevel.LOW


def _is_complete(lines: Collection[Answered]) -> bool:
    return bool(lines) and all(line.answer is not None for line in lines)


class OfCase(RegisterInterface):
    """As any register; a new row lies where its case does. Its case has to be open, and handled by whoever adds it."""

    def add(self, item: Any, commit: bool = False) -> None:
        case = db.session.get(Case, item.case_id)
        if case is None:
            raise OutOfScope()
        must_be_open(case)
        item.station_id = case.station_id
        super().add(item)


class RiskInterface(OfCase):
    """A new sheet gets its lines."""

    def add(self, item: Any, commit: bool = False) -> None:
        super().add(item)
        session = db.session()
        lines = lines_of(session, item.checklist_id, item.edition)
        session.add_all(
            DvRiskAnswer(
                assessment_id=item.id, item_id=line["id"], label=line["label"], points=line["points"] or 0,
                is_prompt=line.get("is_prompt", False),
            )
            for line in lines
        )  # fmt: skip
        session.flush()


def answer(sheet: DvRiskAssessment, item_id: int, said: Met | None) -> DvRiskAnswer:
    """Answer one line of a sheet, flushed; the same answer again changes nothing. Raises OutOfScope, DomainError."""
    of_line = (DvRiskAnswer.assessment_id == sheet.id, DvRiskAnswer.item_id == item_id)
    line = db.session.scalars(select(DvRiskAnswer).where(*of_line)).one_or_none()
    if line is None:
        raise OutOfScope()
    line.answer = said
    db.session.flush()
    return line


def of_case(case: Case) -> Sequence[DvRiskAssessment]:
    """The sheets of a case that the viewer sees, the newest first; those that were withdrawn too."""
    found = select(DvRiskAssessment).where(DvRiskAssessment.case_id == case.id)
    return db.session.scalars(found.order_by(DvRiskAssessment.assessed_on.desc(), DvRiskAssessment.id.desc())).all()


# ---- what high risk asks of the station


def no_police() -> ColumnElement[bool]:
    """The sheets of high risk about which nobody called the police, nor wrote down why she does not want it."""
    sheet = DvRiskAssessment
    return and_(
        sheet.level == RiskLevel.HIGH, sheet.ended_on.is_(None), sheet.police_on.is_(None),
        sheet.declined_reason.is_(None),
    )  # fmt: skip


def not_told() -> ColumnElement[bool]:
    """The sheets of high risk that were not reported to 上级妇联."""
    sheet = DvRiskAssessment
    return and_(sheet.level == RiskLevel.HIGH, sheet.ended_on.is_(None), sheet.told_on.is_(None))


DUTIES = ((_l("报警（或者写明本人不同意报警的原因）"), no_police), (_l("报告上级妇联"), not_told))


def open_duties(case: Case) -> list[str]:
    """What is still to be done about a case of high risk, whoever sees it: it does not end over it."""
    session = object_session(case)
    if session is None:
        return []
    asked = [func.count().filter(condition()) for _label, condition in DUTIES]
    mine = select(*asked).select_from(DvRiskAssessment).where(DvRiskAssessment.case_id == case.id)
    counts = session.connection().execute(mine).one()
    return [str(label) for (label, _condition), n in zip(DUTIES, counts, strict=True) if n]


def still_to_do(case: Case) -> str:
    """The same, in a sentence."""
    return _("高危案件还没有%(duties)s", duties="、".join(open_duties(case)))


# What the to-do list shows of a sheet (app.todos OF_CASE).
_SUBJECT = select(Case.subject).where(Case.id == DvRiskAssessment.case_id).correlate(DvRiskAssessment)
_NUMBER = select(Case.number).where(Case.id == DvRiskAssessment.case_id).correlate(DvRiskAssessment)
OF_SHEET = (
    _SUBJECT.scalar_subquery(), _NUMBER.scalar_subquery(), DvRiskAssessment.level, DvRiskAssessment.assessed_on,
    DvRiskAssessment.assessor,
)  # fmt: skip


# ---- kept


@dataclass
class _Flush:
    """What one flush writes."""

    new: list[Any]
    changed: list[Any]
    deleted: list[Any]

    def of(self, model: type) -> list[Any]:
        return [row for row in (*self.new, *self.changed, *self.deleted) if isinstance(row, model)]


def keep(session: Session, _context: Any, _instances: Any) -> None:
    """Session hook: sheets begin as their questionnaire is and stay so, the risk follows, nobody mediates over it."""
    with session.no_autoflush:
        changed = [row for row in session.dirty if session.is_modified(row)]
        flush = _Flush(list(session.new), changed, list(session.deleted))
        for row in flush.of(Case):
            if was_set(row, ("risk",)):
                raise DomainError(_("危险等级随危险评估，不能直接修改。"))
        for row in flush.of(DvRiskAssessment):
            _begin(session, row) if row in flush.new else _hold(row, row in flush.deleted)
        lines, cases = flush.of(DvRiskAnswer), _merged(flush)
        sheets = {line.assessment_id for line in lines} | {_stood(line, "assessment_id") for line in lines}
        cases |= {row.case_id for row in flush.changed if isinstance(row, DvRiskAssessment) and was_set(row, ENDING)}
        if sheets:
            cases |= set(_run(session, select(DvRiskAssessment.case_id).where(DvRiskAssessment.id.in_(sheets))))
        if cases:
            _lock(session, cases)
        for key in sorted(sheets):
            _count(session, key, flush)
        for key in sorted(cases):
            _settle(session, key, flush)
        for row in (*flush.new, *flush.changed):
            key = _mediated(session, row, row in flush.new)
            if key is not None and _is_high(session, key):
                raise DomainError(NO_MEDIATION, "why" if isinstance(row, Transfer) else "kind")


ENDING = ("ended_on",)


def _run(session: Session, asked: Any) -> Sequence[Any]:
    """The first column of what the database says, whoever sees it: the risk is the case's, not the viewer's."""
    return session.connection().execute(asked).scalars().all()


def _lock(session: Session, cases: Iterable[int]) -> None:
    """Hold these cases to the end, that answers, merging and mediation about one of them come one after the other."""
    _run(session, select(Case.id).where(Case.id.in_(sorted(cases))).order_by(Case.id).with_for_update())


def _stood(row: Any, name: str) -> Any:
    before = inspect(row).attrs[name].history.deleted
    return before[0] if before else getattr(row, name)


def _fresh(session: Session, model: Any, key: int) -> Any:
    """A row as it stands now that its case is held, unless this transaction has changed it."""
    found = session.scalars(select(model).where(model.id == key)).one_or_none()
    if found is None:
        raise OutOfScope()
    if not session.is_modified(found):
        session.refresh(found)
    return found


def _begin(session: Session, row: DvRiskAssessment) -> None:
    """Take up the questionnaire in force: the outermost one, that nobody below makes one of his own that finds less."""
    station = session.get(Station, row.station_id) if row.station_id else None
    if station is None:
        raise OutOfScope()
    asked = select(Checklist).where(
        Checklist.kind == ChecklistKind.RISK, Checklist.ended_on.is_(None), Checklist.level == station.level,
        Checklist.division_code.in_([station.division_code[:n] for n in range(4, len(station.division_code) + 1)]),
    )  # fmt: skip
    found = session.scalars(asked.order_by(func.length(Checklist.division_code), Checklist.id).limit(1)).first()
    if found is None or found.medium_from is None or found.high_from is None:
        raise DomainError(_("没有适用于这个站的危险评估问卷，请由上级在「建站标准」里添加。"))
    row.checklist_id, row.edition = found.id, found.edition
    row.medium_from, row.high_from, row.score, row.level = found.medium_from, found.high_from, 0, None


def _hold(row: DvRiskAssessment, is_deleted: bool) -> None:
    if is_deleted:
        raise DomainError(_("危险评估不能删除，填错的请作废。"))
    if given := was_set(row, BEGUN_WITH):
        raise DomainError(_("评估开始以后，案件、问卷和评估日期不能更换。"), given[0])
    if was_set(row, RESULT):
        raise DomainError(_("危险等级随危险评估，不能直接修改。"))


def _count(session: Session, key: int, flush: _Flush) -> None:
    """Lines are answered, and no more, until all are; an answer never takes back that the risk is high."""
    sheet = _fresh(session, DvRiskAssessment, key)
    if sheet.ended_on is not None:
        raise DomainError(_("这条记录已%(ending)s，请先恢复再修改。", ending=sheet.__ending__))
    asked = select(DvRiskAnswer.id, DvRiskAnswer.points, DvRiskAnswer.is_prompt, DvRiskAnswer.answer)
    rows = session.connection().execute(asked.where(DvRiskAnswer.assessment_id == key)).all()
    lines: dict[Any, Answered] = {row.id: Answered(row.points, row.is_prompt, row.answer) for row in rows}
    was_complete = _is_complete(lines.values())
    for line in flush.of(DvRiskAnswer):
        if line in flush.deleted or (line not in flush.new and was_set(line, WORDS)):
            raise DomainError(_("评估项目随问卷，不能增加、删除或改写。"))
        if line.assessment_id == key:
            lines[line.id or id(line)] = Answered(line.points, bool(line.is_prompt), line.answer)
    new = [line for line in flush.new if isinstance(line, DvRiskAnswer) and line.assessment_id == key]
    if new:
        _are_of(session, sheet, new)
    level = level_of(lines.values(), sheet.medium_from, sheet.high_from)
    _stays(was_complete, sheet.level, level)
    sheet.score, sheet.level = score_of(lines.values()), level


def _stays(was_complete: bool, before: RiskLevel | None, level: RiskLevel | None) -> None:
    """Raise DomainError when answers change what was found."""
    if was_complete:
        raise DomainError(_("这份评估已经完成，不能修改；情况有变的请重新评估，填错的请作废。"))
    if before is RiskLevel.HIGH and level is not RiskLevel.HIGH:
        raise DomainError(_("这份评估已经是高危，不能改低；填错的请作废后重新评估。"))


def _are_of(session: Session, sheet: DvRiskAssessment, new: Sequence[DvRiskAnswer]) -> None:
    asked = {
        (line["id"], line["label"], line["points"] or 0, line.get("is_prompt", False))
        for line in lines_of(session, sheet.checklist_id, sheet.edition)
    }
    if not {(line.item_id, line.label, line.points, bool(line.is_prompt)) for line in new} <= asked:
        raise DomainError(_("评估项目随问卷，不能增加、删除或改写。"))


def _merged(flush: _Flush) -> set[int]:
    """The cases into which another one goes now, or out of which it comes: they are as dangerous as it is."""
    rows = [row for row in flush.changed if isinstance(row, Case) and was_set(row, ("merged_into_id",))]
    return {key for row in rows for key in (row.merged_into_id, _stood(row, "merged_into_id")) if key is not None}


def _settle(session: Session, key: int, flush: _Flush) -> None:
    """Let the risk of a case be what its newest sheet says, and those of the cases that were merged into it."""
    merged = set(_run(session, select(Case.id).where(Case.merged_into_id == key)))
    for row in flush.of(Case):
        (merged.add if row.merged_into_id == key else merged.discard)(row.id)
    sheet = DvRiskAssessment
    asked = select(sheet.id, sheet.assessed_on, sheet.level, sheet.ended_on).where(sheet.case_id.in_({key, *merged}))
    said: dict[int, Any] = {row.id: tuple(row) for row in session.connection().execute(asked)}
    for row in session.identity_map.values():
        if isinstance(row, sheet) and row.id in said and session.is_modified(row):
            said[row.id] = (row.id, row.assessed_on, row.level, row.ended_on)
    standing = [(day, one, level) for one, day, level, ended in said.values() if level is not None and ended is None]
    level = max(standing, key=lambda found: found[:2])[2] if standing else None
    if _run(session, select(Case.risk).where(Case.id == key)) == [level]:
        return  # nothing changes, in a case that whoever reopens another may not see
    case = _fresh(session, Case, key)
    if case.risk is not level:
        _change(case, level)


def _is_high(session: Session, key: int) -> bool:
    """Whether a case is of high risk, held to the end; what this transaction has made of it counts."""
    stored = _run(session, select(Case.risk).where(Case.id == key).with_for_update())
    here = [row.risk for row in session.dirty if isinstance(row, Case) and row.id == key and was_set(row, ("risk",))]
    return RiskLevel.HIGH in (here or stored)


def _mediated(session: Session, row: Any, is_new: bool) -> int | None:
    """The case that a row is to be mediated by: what is written down as 调解, handed over for it, or begun by the
    centre.
    """
    if isinstance(row, CaseActivity) and row.kind is ActivityKind.MEDIATION:
        return row.case_id if is_new or was_set(row, ("kind", "case_id")) else None
    if isinstance(row, Transfer):
        if row.why is TransferReason.MEDIATION and (is_new or was_set(row, ("why", "case_id"))):
            return row.case_id
        begun = not is_new and was_set(row, ("state",)) and row.state is TransferState.HANDLING
        return row.case_id if begun and _stood(row, "state") is TransferState.SIGNED else None
    if isinstance(row, Assignment) and is_new:
        asked = select(Transfer.case_id).where(Transfer.id == row.transfer_id, Transfer.why == TransferReason.MEDIATION)
        return next(iter(_run(session, asked)), None)
    return None


def may_be_mediated(transfer: Transfer) -> bool:
    """Whether the centre may mediate about a transfer; it sees no case."""
    session = object_session(transfer)
    if session is None:
        return False
    return RiskLevel.HIGH not in _run(session, select(Case.risk).where(Case.id == transfer.case_id))


def install(session_class: type[Session]) -> None:
    """Keep all of it in every flush of the sessions of this class."""
    event.listen(session_class, "before_flush", keep)
