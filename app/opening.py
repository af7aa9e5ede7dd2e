"""申请查阅 (break-glass) and 回避 (F53): who is let into a sealed case for a day, and who is shut out of a case.

A request is words only: no case is looked for when it is made, so that nothing tells whether there is one. Whoever
decides finds it by the number; whoever asked learns that it is open, or nothing. Tables here are nobody's to read
through the guard; each statement says whose rows it is about.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, exists, func, select

from app import calendars, clock, handlers, seals
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.scope import acting_as
from app.security.actor import Actor, system
from models import Case, CaseRecusal, SealedOpening, SealedRequest

OPEN_FOR = timedelta(hours=24)
ANSWER_WITHIN = 3  # working days
MOST = 20  # requests of one person that wait
LONGEST = {"number": 50, "reason": 200}  # characters
KEEPER = system("系统（申请查阅）")


@dataclass(frozen=True)
class Standing:
    """A request as whoever made it sees it: in words, until when it is open, the case as long as he reads it."""

    request: SealedRequest
    words: str
    case: Case | None


def normalised(number: str) -> str:
    """A number as it is stored, however it was typed."""
    plain = "".join(unicodedata.normalize("NFKC", number).split())
    return plain.upper() if plain.startswith("密") else plain


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise OutOfScope()
    return actor.user_id


def _text(typed: str, field: str, label: str, longest: int) -> str:
    text = typed.strip()
    if not text or len(text) > longest or not text.replace("\r\n", "").isprintable():
        raise DomainError(_("请填写%(label)s，不超过 %(n)s 个字。", label=label, n=longest), field)
    return text


# ---- asking


def ask(number: str, reason: str, actor: Actor, today: date, uid: str) -> None:
    """Put a request on record, flushed; the same form sent twice is one. Raises DomainError with what is wrong."""
    row = SealedRequest(
        uid=uid,
        number=_text(normalised(number), "number", _("编号"), LONGEST["number"]),
        reason=_text(reason, "reason", _("申请理由"), LONGEST["reason"]),
        by_id=_person(actor), by_name=actor.name, asked_on=today,
        answer_by=calendars.current().add_workdays(today, ANSWER_WITHIN),
    )  # fmt: skip
    mine = select(func.count(SealedRequest.id)).where(
        SealedRequest.by_id == actor.user_id, SealedRequest.answer_by >= today
    )
    # Nobody may read or write this table through the guard; every statement is about the one who asks.
    with acting_as(KEEPER):
        if db.session.scalar(select(SealedRequest.id).where(SealedRequest.uid == uid)) is not None:
            return
        if (db.session.scalar(mine) or 0) >= MOST:
            raise DomainError(_("您还有 %(n)s 件申请没有答复，请等答复以后再申请。", n=MOST), "number")
        db.session.add(row)
        db.session.flush()


def mine(actor: Actor, today: date, now: datetime) -> list[Standing]:
    """What the actor asked for, newest first. A refusal and a request for nothing are the same."""
    asked = select(SealedRequest).where(SealedRequest.by_id == _person(actor)).order_by(SealedRequest.id.desc())
    opened = select(SealedOpening).where(SealedOpening.user_id == actor.user_id, SealedOpening.closes_at.is_not(None))
    with acting_as(KEEPER):
        requests = db.session.scalars(asked.limit(MOST)).all()
        openings = {row.request_id: row for row in db.session.scalars(opened)}
    found = []
    for request in requests:
        opening = openings.get(request.id)
        is_open = opening is not None and opening.closes_at is not None and opening.closes_at > now
        case = db.session.get(Case, opening.case_id) if opening is not None and is_open else None
        found.append(Standing(request, words_of(request, opening, today, now), case))
    return found


def words_of(request: SealedRequest, opening: SealedOpening | None, today: date, now: datetime) -> str:
    """How a request stands, for whoever made it; what was not opened is not open by the day, and nobody says why."""
    if opening is not None and opening.closes_at is not None:
        until = clock.local(opening.closes_at).strftime("%Y-%m-%d %H:%M")
        return (
            _("已开放至 %(until)s", until=until) if opening.closes_at > now else _("已到期（%(until)s）", until=until)
        )
    return _("已提交") if today <= request.answer_by else _("未开放")


# ---- deciding


@dataclass(frozen=True)
class Asked:
    """A request that hits a sealed case, for whoever decides."""

    request: SealedRequest
    case_id: int
    number: str


def _decides(actor: Actor, other: Any) -> Sequence[Any]:
    """The conditions on a case that the actor decides about `other`: he heads its station, or where its head is
    recused or `other` himself, he is the next one above who is neither.
    """
    row = Case.__table__.c
    return (seals.is_head(row, actor, other), other != actor.user_id, ~seals.is_recused(row.id, actor.user_id))


def _waits_for(actor: Actor, today: date) -> ColumnElement[bool]:
    """The request and the case (both of the tables themselves) wait for the actor's decision.

    One hits when its number is that of a sealed case, where whoever asked would see it if it were not.
    """
    asked, row, opened = SealedRequest.__table__.c, Case.__table__.c, SealedOpening.__table__.c
    answered = exists(select(opened.id).where(opened.request_id == asked.id))
    return and_(
        row.number == asked.number, row.sealed_for.is_not(None), asked.answer_by >= today, ~answered,
        *_decides(actor, asked.by_id), ~seals.is_recused(row.id, asked.by_id),
        seals.sees_there(row, asked.by_id),
    )  # fmt: skip


def to_decide(actor: Actor, today: date, key: int | None = None) -> list[Asked]:
    """The requests that wait for the actor's decision, oldest first; with `key` this one only."""
    asked = select(SealedRequest, Case.id, Case.number).where(_waits_for(actor, today)).order_by(SealedRequest.id)
    # The county decides of a case that it does not read; the conditions say of which.
    with acting_as(KEEPER):
        found = db.session.execute(asked if key is None else asked.where(SealedRequest.id == key)).all()
        return [Asked(*row) for row in found]


def number_to_decide(actor: Actor, today: date) -> ColumnElement[int]:
    """How many they are, as part of another statement: it tells whoever decides, whether he reads the case or not."""
    asked = select(func.count(SealedRequest.__table__.c.id)).where(_waits_for(actor, today))
    return asked.correlate(None).scalar_subquery()._annotate({seals.MARK: True})


def decide(key: int, is_open: bool, note: str, actor: Actor, today: date, now: datetime) -> None:
    """Open a case to whoever asked, for 24 hours, or do not; on record in the history of the case. Flushed.

    Raises OutOfScope when it is not the actor's to decide, DomainError without a reason for a refusal.
    """
    found = to_decide(actor, today, key)
    if not found:
        raise OutOfScope()
    request, closes_at = found[0].request, now + OPEN_FOR if is_open else None
    said = note.strip()[: LONGEST["reason"] - 40]
    if closes_at is not None:
        said = _("开放至 %(t)s", t=clock.local(closes_at).strftime("%Y-%m-%d %H:%M")) + (f"：{said}" if said else "")
    else:
        said = _("不开放：%(why)s", why=_text(said, "note", _("不开放的原因"), LONGEST["reason"]))
    row = SealedOpening(
        request_id=request.id, case_id=found[0].case_id, user_id=request.by_id, name=request.by_name,
        asked_on=request.asked_on, reason=request.reason, opened_at=now, closes_at=closes_at, decided_by=actor.name,
        decision=said,
    )  # fmt: skip
    _write(row, actor)


def _write(row: Any, actor: Actor) -> None:
    # Whoever decides need not see the case; that it is his to decide was asked before. On record as his doing.
    with acting_as(replace(actor, is_system=True)):
        db.session.add(row)
        db.session.flush()


# ---- 回避


def candidates(case: Case, today: date) -> dict[int, str]:
    """{key: name} of the accounts that see cases there by their place."""
    return handlers.of_place(case.division_code, today, "view")


def recuse(case: Case, user_id: int, reason: str, actor: Actor, today: date) -> None:
    """Shut somebody out of a case, flushed. Raises DomainError with what is wrong; the guard asks for "approve"."""
    name = candidates(case, today).get(user_id)
    if name is None:
        raise DomainError(_("请选择看得到这件案件的人。"), "user_id")
    row = CaseRecusal(
        case_id=case.id, user_id=user_id, name=name, since=today, by_name=actor.name,
        reason=_text(reason, "reason", _("回避原因"), LONGEST["reason"]),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()


def recuse_alike(keys: Sequence[int]) -> None:
    """Shut out of each of these cases whoever is shut out of one, flushed; whoever calls acts as the system."""
    asked = select(CaseRecusal).where(CaseRecusal.case_id.in_(keys), CaseRecusal.lifted_on.is_(None))
    rows = db.session.scalars(asked.order_by(CaseRecusal.id)).all()
    known = {(row.case_id, row.user_id) for row in rows}
    for row in {row.user_id: row for row in rows}.values():
        for key in keys:
            if (key, row.user_id) not in known:
                like = {name: getattr(row, name) for name in ("user_id", "name", "since", "by_name", "reason")}
                db.session.add(CaseRecusal(case_id=key, **like))
    db.session.flush()


def to_lift(actor: Actor, key: int | None = None) -> list[tuple[CaseRecusal, str]]:
    """(who is shut out, number of the case) where the actor could take it back; nobody decides about himself."""
    asked = (
        select(CaseRecusal, Case.number)
        .join(Case, Case.id == CaseRecusal.case_id)
        .where(CaseRecusal.lifted_on.is_(None), *_decides(actor, CaseRecusal.user_id))
        .order_by(CaseRecusal.id)
    )
    # As with to_decide().
    with acting_as(KEEPER):
        found = db.session.execute(asked.where(CaseRecusal.id == key) if key is not None else asked).all()
        return [(row, number) for row, number in found]


def lift(key: int, reason: str, actor: Actor, today: date) -> None:
    """Take a 回避 back, with a reason, in all cases of the matter; flushed. Raises OutOfScope when it is not the
    actor's, or about himself.
    """
    found = to_lift(actor, key)
    if not found:
        raise OutOfScope()
    row, said = found[0][0], _text(reason, "reason", _("解除原因"), LONGEST["reason"])
    # As with _write(): that it is his to decide was asked.
    with acting_as(replace(actor, is_system=True)):
        matter = select(Case.id).where(seals.of_one_matter(db.session.get_one(Case, row.case_id)))
        alike = (CaseRecusal.user_id == row.user_id, CaseRecusal.lifted_on.is_(None), CaseRecusal.case_id.in_(matter))
        for one in db.session.scalars(select(CaseRecusal).where(*alike).order_by(CaseRecusal.id)):
            one.lifted_on, one.lifted_reason = today, said
        db.session.flush()
