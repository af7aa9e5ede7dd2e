"""转办: a case, or a part of it, goes to the 综治工作中心(室), which 分流交办 it to 成员单位; what comes back (F16)."""

import enum
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Ended, Model, Stamped, StationOwned, only_with, secret
from models.case import Case, CaseState


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


OPEN = (TransferState.SENT, TransferState.SIGNED, TransferState.ASSIGNED, TransferState.HANDLING)
RUNNING = (CaseState.APPLIED, CaseState.ACCEPTED, CaseState.INVESTIGATING, CaseState.HANDLING)


class Transfer(StationOwned, Ended, Stamped, Model):
    """What a station hands to the centre: its own words for whoever receives it, and of the woman what is ticked.

    `subject`, `name`, `phone` and `address` are copies made when it is sent: the centre reads no case.
    """

    __tablename__ = "transfer"
    __label__ = _l("转办")
    __ending__ = _l("撤回")
    __resumes__: ClassVar[bool] = False  # what was taken back is handed over anew
    __find__ = ("number",)
    __under__: ClassVar[tuple[str, Any]] = ("case_id", Case)  # of a sealed case: for whoever reads that, or received it
    __table_args__ = (
        ForeignKeyConstraint(["case_id", "division_code"], ["case_record.id", "case_record.division_code"]),
        UniqueConstraint("id", "station_id", "division_code"),  # its assignments stay where it is
        Index(None, "number", unique=True),
        only_with("SIGNED ASSIGNED HANDLING ANSWERED", "signed_on signed_by", "signed_facts"),
        only_with("ANSWERED", "feedback", "answered_facts"),
        only_with("RETURNED", "state_reason", "returned_for_a_reason"),
        CheckConstraint("(state IN ('ANSWERED', 'RETURNED')) = (closed_on IS NOT NULL)", name="closed_dated"),
        CheckConstraint(
            "due_on >= sent_on",
            name="due_after_sent",
            info={"field": "due_on", "message": _l("期限不能早于转办日期。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(
        String(50), info={"label": _l("编号"), "derived": True, "serial": "转{county_code}-{n:05}"}
    )
    case_id: Mapped[int] = mapped_column(
        index=True,
        info={"label": _l("案件"), "help": _l("输入编号查找。"), "among": lambda: Case.state.in_(RUNNING)},
    )
    why: Mapped[TransferReason] = mapped_column(info={"label": _l("转办原因")})
    asked: Mapped[str] = mapped_column(
        String(200), info={"label": _l("请办事项"), "multiline": True, "help": _l("请对方做什么；不要写当事人的情况。")}
    )
    summary: Mapped[str] = secret(
        "narrative",
        _l("情况摘要"),
        multiline=True,
        help=_l("写给综治中心和承办单位看的；案件里的其他内容不会转出。"),
    )
    subject: Mapped[str] = mapped_column(String(100), info={"label": _l("事由"), "derived": True, "recorded": True})
    has_name: Mapped[bool] = mapped_column(default=False, info={"label": _l("随附姓名")})
    has_phone: Mapped[bool] = mapped_column(
        default=False, info={"label": _l("随附联系电话"), "help": _l("有安全联系电话的，只转安全联系电话。")}
    )
    has_address: Mapped[bool] = mapped_column(default=False, info={"label": _l("随附住址")})
    name: Mapped[str | None] = mapped_column(
        String(50), info={"label": _l("当事人姓名"), "derived": True, "masked": "name"}
    )
    phone: Mapped[str | None] = secret("phone", _l("联系电话"), derived=True)
    address: Mapped[str | None] = secret("address", _l("住址"), derived=True)
    sent_on: Mapped[date] = mapped_column(info={"label": _l("转办日期"), "derived": True, "today": True})
    sent_by: Mapped[str | None] = mapped_column(String(64), info={"label": _l("转办人"), "derived": True})
    due_on: Mapped[date | None] = mapped_column(
        index=True, info={"label": _l("期限"), "help": _l("不填的，按系统设置的工作日计算。")}
    )

    state: Mapped[TransferState] = mapped_column(
        default=TransferState.SENT, server_default=text("'SENT'"), info={"label": _l("状态")}
    )
    signed_on: Mapped[date | None] = mapped_column(info={"label": _l("签收日期")})
    signed_by: Mapped[str | None] = mapped_column(String(64), info={"label": _l("签收人")})
    feedback: Mapped[str | None] = secret("narrative", _l("反馈内容"), multiline=True)
    state_reason: Mapped[str | None] = mapped_column(String(200), info={"label": _l("退回原因"), "multiline": True})
    closed_on: Mapped[date | None] = mapped_column(info={"label": _l("办结日期")})

    case: Mapped[Case] = relationship(
        primaryjoin=lambda: Transfer.case_id == Case.id,
        foreign_keys=lambda: [Transfer.case_id],
        viewonly=True,
        info={"label": _l("案件")},
    )

    def __str__(self) -> str:
        return self.number


def is_open() -> Any:
    """The transfers that somebody still has to do something about."""
    return Transfer.state.in_(OPEN) & Transfer.ended_on.is_(None)
