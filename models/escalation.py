"""疑难转报: a hard case goes to the superior at once, who follows it (2010 opinion, 三(二); F19)."""

import enum
from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Stamped, Visibility, only_with, secret
from models.case import Case, Difficulty
from models.hand import OF_CASE, Copied, Upward, above, handed


class EscalationState(enum.Enum):
    """How far the superior has come."""

    SENT = "已转报"
    SIGNED = "已签收"
    TRACKING = "跟踪中"
    ANSWERED = "已答复"
    RETURNED = "退回"


class Escalation(Copied, Upward, Stamped, Model):
    """A hard case as its superior sees it: the station's words, and of the woman what is ticked. `note` is the last of
    what either side wrote while it was followed.
    """

    __tablename__ = "escalation"
    __label__ = _l("疑难转报")
    __sending__ = _l("转报")
    __serial__ = "疑"
    __days__ = "ESCALATION_DAYS"
    __open__ = (EscalationState.SENT, EscalationState.SIGNED, EscalationState.TRACKING)
    __table_args__ = (
        *handed("SIGNED TRACKING ANSWERED", "ANSWERED RETURNED", early=_l("期限不能早于转报日期。")),
        above("to_code"),
        only_with("TRACKING", "note", "tracking_noted"),
        only_with("ANSWERED", "reply", "answered_facts"),
        only_with("RETURNED", "state_reason", "returned_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(index=True, info=OF_CASE)
    asked: Mapped[str] = mapped_column(
        String(200),
        info={
            "label": _l("疑难所在"),
            "multiline": True,
            "help": _l("难在哪里，请上级做什么；不要写姓名、电话、住址。"),
        },
    )

    state: Mapped[EscalationState] = mapped_column(
        default=EscalationState.SENT, server_default=text("'SENT'"), info={"label": _l("状态")}
    )
    note: Mapped[str | None] = mapped_column(
        String(500), info={"label": _l("跟踪情况"), "multiline": True, "help": _l("不要写姓名、电话、住址。")}
    )
    reply: Mapped[str | None] = secret("narrative", _l("答复内容"), multiline=True)
    state_reason: Mapped[str | None] = mapped_column(String(200), info={"label": _l("退回原因"), "multiline": True})

    @classmethod
    def is_for(cls, case: Case) -> bool:
        """A hard one, or one of which nobody has said yet how hard it is."""
        return case.difficulty in (None, Difficulty.HARD)


class EscalationNote(Stamped, Model):
    """跟踪记录: one thing that either side wrote down. It is added by a step, and never changed or taken out."""

    __tablename__ = "escalation_note"
    __label__ = _l("跟踪记录")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "escalation"
    __writing__: ClassVar[dict[str, str]] = {"add": "handle"}

    id: Mapped[int] = mapped_column(primary_key=True)
    escalation_id: Mapped[int] = mapped_column(ForeignKey("escalation.id"), index=True, info={"derived": True})
    noted_on: Mapped[date] = mapped_column(info={"label": _l("日期")})
    noted_by: Mapped[str] = mapped_column(String(64), info={"label": _l("记录人")})
    text: Mapped[str] = mapped_column(String(500), info={"label": _l("跟踪情况")})

    escalation: Mapped[Escalation] = relationship(viewonly=True)

    def __str__(self) -> str:
        return f"{self.noted_on} {self.noted_by}：{self.text}"
