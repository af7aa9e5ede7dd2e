"""催办: somebody asks for a case to go on, and whoever handles it answers (F18)."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, select

from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.scope import inside
from app.security.actor import Actor
from app.workflow.clocks import RUNNING
from models import Case, Urge
from models.base import new_uid

LONGEST = 200  # characters of what is asked, and of what is replied


def _text(typed: str, field: str, label: str) -> str:
    text = typed.strip()
    if not text:
        raise DomainError(_("请填写%(label)s。", label=label), field)
    if len(text) > LONGEST:
        raise DomainError(_("%(label)s不能超过 %(n)s 个字。", label=label, n=LONGEST), field)
    return text


def _must_count(case: Case) -> None:
    if case.ended_on is not None:
        raise DomainError(_("这件案件已作废，不能催办，也不用回复。"))


def is_running(case: Case) -> bool:
    """Whether there is anything left to urge: the case counts, and is neither closed nor over otherwise."""
    return case.ended_on is None and case.state in RUNNING


def ask(case: Case, reason: str, actor: Actor, today: date, uid: str = "") -> Urge:
    """Ask the handler of `case` to go on with it, flushed; `uid` comes from the form, so that it is sent once (F18).

    Raises DomainError with what is wrong, OutOfScope when the actor may not urge there.
    """
    if not actor.covers("urge", Case.__name__, case.place):
        raise OutOfScope()
    _must_count(case)
    if not is_running(case):
        raise DomainError(_("案件现在是「%(state)s」，不用再催办。", state=case.state.value))
    urge = Urge(
        uid=uid or new_uid(), case_id=case.id, to_id=case.handler_id, to_name=case.handler, by_id=actor.user_id,
        by_name=actor.name, sent_on=today, reason=_text(reason, "reason", _("催办内容")),
    )  # fmt: skip
    db.session.add(urge)
    db.session.flush()
    return urge


def reply(urge: Urge, text: str, actor: Actor, today: date) -> None:
    """Answer an urge, once, flushed (F18). Raises DomainError, or OutOfScope when the actor does not handle there."""
    case = db.session.get(Case, urge.case_id)
    if case is None or not actor.covers("handle", Case.__name__, case.place):
        raise OutOfScope()
    _must_count(case)
    if urge.reply is not None:
        raise DomainError(_("这条催办已经由%(who)s回复，不能再回复。", who=urge.replied_by or ""))
    urge.reply, urge.replied_on, urge.replied_by = _text(text, "reply", _("回复内容")), today, actor.name
    db.session.flush()


def of_case(case: Case) -> list[Urge]:
    """All urges of a case, in the order in which they were sent."""
    return list(db.session.scalars(select(Urge).where(Urge.case_id == case.id).order_by(Urge.sent_on, Urge.id)))


def is_waiting_for(actor: Actor) -> ColumnElement[bool]:
    """The running cases with an urge that nobody has answered, and that the actor has to answer.

    An urge goes with its case: when the handler changes, the new one answers; `to_name` keeps who was asked first.
    """
    unanswered = select(Urge.case_id).where(Urge.reply.is_(None))
    return and_(
        Case.handler_id == actor.user_id,
        Case.state.in_(RUNNING),
        Case.ended_on.is_(None),
        inside(Case, actor.places("handle", Case.__name__)),
        Case.id.in_(unanswered),
    )


def waiting_for(actor: Actor) -> list[Urge]:
    """The urges that wait for a reply of the actor, the oldest first."""
    asked = select(Urge).join(Case, Case.id == Urge.case_id).where(Urge.reply.is_(None), is_waiting_for(actor))
    return list(db.session.scalars(asked.order_by(Urge.sent_on, Urge.id)))
