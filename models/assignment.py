"""交办单: what the 综治工作中心(室) asks one 成员单位 to do of a transfer (F16)."""

import enum
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Stamped, StationOwned, Visibility, only_with, secret
from models.member_unit import MemberUnit
from models.transfer import Transfer


class AssignmentState(enum.Enum):
    """How far the unit has come."""

    SENT = "待签收"
    HANDLING = "办理中"
    ANSWERED = "已反馈"
    RETURNED = "退回"
    WITHDRAWN = "已撤回"  # with its transfer


SENT, HANDLING = AssignmentState.SENT, AssignmentState.HANDLING
OPEN = (SENT, HANDLING)


class Assignment(StationOwned, Stamped, Model):
    """One unit's part of a transfer. Whoever acts for the unit sees that there is one; `content` only while he handles
    it.

    `content` is written once, when it is assigned: what is asked, the summary, and of the woman what is ticked here.
    """

    __tablename__ = "assignment"
    __label__ = _l("交办")
    __visibility__: ClassVar[Visibility] = Visibility.UNIT
    __unit__: ClassVar[str] = "unit_id"
    # {verb: the states in which the unit's officer holds it}; he holds no other.
    __of_unit__: ClassVar[dict[str, tuple[AssignmentState, ...]]] = {
        "view": tuple(AssignmentState),
        "handle": OPEN,
        "reveal": (HANDLING,),
    }
    __attachments__ = True
    __under__: ClassVar[tuple[str, Any]] = ("transfer_id", Transfer)
    __table_args__ = (
        ForeignKeyConstraint(
            ["transfer_id", "station_id", "division_code"],
            ["transfer.id", "transfer.station_id", "transfer.division_code"],
        ),
        UniqueConstraint(
            "transfer_id", "unit_id", info={"field": "unit_id", "message": _l("这件转办已经交给这个单位。")}
        ),
        Index(None, "number", unique=True),
        Index(None, "unit_id", "state"),  # what waits for a unit is counted on every page
        only_with("HANDLING ANSWERED", "signed_on signed_by", "signed_facts"),
        only_with("ANSWERED", "feedback fed_back_on", "answered_facts"),
        only_with("RETURNED", "state_reason", "returned_for_a_reason"),
        CheckConstraint(
            "fed_back_on >= signed_on",
            name="answered_after_signed",
            info={"field": "fed_back_on", "message": _l("反馈日期不能早于签收日期。")},
        ),
        CheckConstraint(
            "due_on >= assigned_on",
            name="due_after_assigned",
            info={"field": "due_on", "message": _l("期限不能早于交办日期。")},
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(
        String(50), info={"label": _l("编号"), "derived": True, "serial": "交{county_code}-{n:05}"}
    )
    transfer_id: Mapped[int] = mapped_column(index=True, info={"label": _l("转办"), "help": _l("输入编号查找。")})
    unit_id: Mapped[int] = mapped_column(
        ForeignKey("member_unit.id"),
        info={"label": _l("承办单位"), "beside": "transfer_id", "help": _l("一个单位一张交办单。")},
    )
    asked: Mapped[str] = secret("narrative", _l("交办事项"), multiline=True)
    has_name: Mapped[bool] = mapped_column(default=False, info={"label": _l("告知姓名")})
    has_phone: Mapped[bool] = mapped_column(default=False, info={"label": _l("告知联系电话")})
    has_address: Mapped[bool] = mapped_column(default=False, info={"label": _l("告知住址")})
    content: Mapped[str] = secret("narrative", _l("交办内容"), multiline=True, derived=True)
    assigned_on: Mapped[date] = mapped_column(info={"label": _l("交办日期"), "derived": True, "today": True})
    assigned_by: Mapped[str | None] = mapped_column(String(64), info={"label": _l("交办人"), "derived": True})
    due_on: Mapped[date | None] = mapped_column(
        index=True, info={"label": _l("期限"), "help": _l("不填的，与转办的期限相同。")}
    )

    state: Mapped[AssignmentState] = mapped_column(
        default=SENT, server_default=text("'SENT'"), info={"label": _l("状态")}
    )
    signed_on: Mapped[date | None] = mapped_column(
        info={"label": _l("签收日期"), "not_future": True, "starts_as": "today"}
    )
    signed_by: Mapped[str | None] = mapped_column(String(64), info={"label": _l("签收人")})
    feedback: Mapped[str | None] = secret("narrative", _l("反馈内容"), multiline=True)
    fed_back_on: Mapped[date | None] = mapped_column(
        info={"label": _l("反馈日期"), "not_future": True, "starts_as": "today"}
    )
    is_proxy_entry: Mapped[bool] = mapped_column(
        default=False, server_default=text("false"), info={"label": _l("代录")}
    )
    state_reason: Mapped[str | None] = mapped_column(String(200), info={"label": _l("退回原因"), "multiline": True})

    transfer: Mapped[Transfer] = relationship(
        primaryjoin=lambda: Assignment.transfer_id == Transfer.id,
        foreign_keys=lambda: [Assignment.transfer_id],
        viewonly=True,
        info={"label": _l("转办")},
    )
    unit: Mapped[MemberUnit] = relationship(viewonly=True, info={"label": _l("承办单位")})

    @property
    def runs(self) -> bool:
        return self.state in OPEN

    def __str__(self) -> str:
        return self.number
