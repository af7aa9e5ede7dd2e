"""转办: a case, or a part of it, goes to the 综治工作中心(室), which 分流交办 it to 成员单位; what comes back (F16)."""

import enum

from flask_babel import lazy_gettext as _l
from sqlalchemy import String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, Stamped, only_with, secret
from models.hand import OF_CASE, Copied, Hand, handed


class TransferReason(enum.Enum):
    """Why a case goes to the centre (2010 opinion, 四)."""

    MAJOR = "重大典型"
    DEPARTMENT = "需要部门办理"
    MEDIATION = "依托综治中心调解"


class TransferState(enum.Enum):
    """How far it has come: 待签收→待分流→已分流交办→办理中→已反馈, or 退回 with a reason."""

    SENT = "待签收"
    SIGNED = "待分流"
    ASSIGNED = "已分流交办"
    HANDLING = "办理中"
    ANSWERED = "已反馈"
    RETURNED = "退回"


class Transfer(Copied, Hand, Stamped, Model):
    """What a station hands to the centre: its own words for whoever receives it, and of the woman what is ticked."""

    __tablename__ = "transfer"
    __label__ = _l("转办")
    __ending__ = _l("撤回")
    __sending__ = _l("转办")
    __serial__ = "转"
    __days__ = "TRANSFER_DAYS"
    __open__ = (TransferState.SENT, TransferState.SIGNED, TransferState.ASSIGNED, TransferState.HANDLING)
    __table_args__ = (
        *handed("SIGNED ASSIGNED HANDLING ANSWERED", "ANSWERED RETURNED", early=_l("期限不能早于转办日期。")),
        UniqueConstraint("id", "station_id", "division_code"),  # its assignments stay where it is
        only_with("ANSWERED", "feedback", "answered_facts"),
        only_with("RETURNED", "state_reason", "returned_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(index=True, info=OF_CASE)
    why: Mapped[TransferReason] = mapped_column(info={"label": _l("转办原因")})
    asked: Mapped[str] = mapped_column(
        String(200), info={"label": _l("请办事项"), "multiline": True, "help": _l("请对方做什么；不要写当事人的情况。")}
    )
    state: Mapped[TransferState] = mapped_column(
        default=TransferState.SENT, server_default=text("'SENT'"), info={"label": _l("状态")}
    )
    feedback: Mapped[str | None] = secret("narrative", _l("反馈内容"), multiline=True)
    state_reason: Mapped[str | None] = mapped_column(String(200), info={"label": _l("退回原因"), "multiline": True})
