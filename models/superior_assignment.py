"""上级转办、交办: what a superior hands down, or sent on paper (2010 opinion, 四(一); F17)."""

import enum
from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import VILLAGE, Model, Stamped, only_with, secret
from models.hand import OF_CASE, Hand, above, handed


class SuperiorKind(enum.Enum):
    """Which of the two it is."""

    PASSED = "转办"
    ASSIGNED = "交办"


class SuperiorState(enum.Enum):
    """How far the station has come: the petitioner is answered, then the superior, who takes note."""

    SENT = "待签收"
    HANDLING = "办理中"
    ANSWERED = "已答复当事人"
    FED_BACK = "已反馈"
    NOTED = "已阅知"


class SuperiorAssignment(Hand, Stamped, Model):
    """One document from above. `by_code`: the division that registered it, the superior's or, for one on paper, the
    station's own; only that one strikes it out. Its case comes later, and is not changed then.
    """

    __tablename__ = "superior_assignment"
    __label__ = _l("上级交办")
    __ending__ = _l("作废")
    __sending__ = _l("登记")
    __serial__ = "上"
    __above__ = "by_code"
    __ends_at__: ClassVar[str] = "by_code"
    __days__ = "SUPERIOR_DAYS"
    __open__ = (SuperiorState.SENT, SuperiorState.HANDLING, SuperiorState.ANSWERED)
    __table_args__ = (
        *handed("HANDLING ANSWERED FED_BACK NOTED", "FED_BACK NOTED", "arrived_on", _l("期限不能早于来文日期。")),
        above("by_code", beside=True),
        only_with("ANSWERED FED_BACK NOTED", "answered_on", "answered_facts"),
        only_with("FED_BACK NOTED", "fed_back_on feedback", "fed_back_facts"),
        CheckConstraint(
            "answered_on >= arrived_on",
            name="answered_after_arrival",
            info={"field": "answered_on", "message": _l("答复当事人日期不能早于来文日期。")},
        ),
        CheckConstraint(
            "fed_back_on >= arrived_on",
            name="fed_back_after_arrival",
            info={"field": "fed_back_on", "message": _l("反馈日期不能早于来文日期。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[SuperiorKind] = mapped_column(info={"label": _l("类别")})
    document_no: Mapped[str] = mapped_column(String(50), info={"label": _l("文号")})
    from_whom: Mapped[str] = mapped_column(String(50), info={"label": _l("来文单位")})
    arrived_on: Mapped[date] = mapped_column(info={"label": _l("来文日期"), "not_future": True, "starts_as": "today"})
    subject: Mapped[str] = mapped_column(
        String(100), info={"label": _l("事由"), "help": _l("一句话概括；当事人的情况写在交办内容里，加密保存。")}
    )
    content: Mapped[str | None] = secret("narrative", _l("交办内容"), multiline=True)
    case_id: Mapped[int | None] = mapped_column(
        index=True, info=OF_CASE | {"help": _l("还没有登记案件的，以后再关联；关联以后不能换。")}
    )
    by_code: Mapped[str] = mapped_column(String(VILLAGE), info={"label": _l("登记区划"), "derived": True})

    state: Mapped[SuperiorState] = mapped_column(
        default=SuperiorState.SENT, server_default=text("'SENT'"), info={"label": _l("状态")}
    )
    answered_on: Mapped[date | None] = mapped_column(
        info={"label": _l("答复当事人日期"), "not_future": True, "starts_as": "today"}
    )
    fed_back_on: Mapped[date | None] = mapped_column(
        info={"label": _l("反馈日期"), "not_future": True, "starts_as": "today"}
    )
    feedback: Mapped[str | None] = secret("narrative", _l("反馈内容"), multiline=True)

    @property
    def giver_code(self) -> str | None:
        """The division of the superior who gave it; None for what the station itself registered from paper."""
        return self.by_code if self.by_code != self.division_code else None
