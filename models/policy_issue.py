"""政策建议: where laws and policies fall short, the superior is told why and what for (2010 opinion, 四(二); F21)."""

import enum

from flask_babel import lazy_gettext as _l
from sqlalchemy import String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, Stamped, only_with
from models.hand import OF_CASE, Body, Upward, above, handed


class PolicyState(enum.Enum):
    """How far the superior has come, and that the station knows."""

    SENT = "待签收"
    SIGNED = "研究中"
    ANSWERED = "已答复"
    RETURNED = "退回"
    NOTED = "已阅知"


class PolicyIssue(Upward, Stamped, Model):
    """One shortcoming. It may stem from a case and carries nothing of the people in it."""

    __tablename__ = "policy_issue"
    __label__ = _l("政策建议")
    __serial__ = "策"
    __days__ = "POLICY_DAYS"
    __open__ = (PolicyState.SENT, PolicyState.SIGNED, PolicyState.ANSWERED, PolicyState.RETURNED)
    __waited__ = (PolicyState.SENT,)  # once it has arrived, the woman's case does not wait for a change of policy
    __table_args__ = (
        *handed("SIGNED ANSWERED", "NOTED"),
        above("to_code"),
        only_with("ANSWERED", "reply", "answered_facts"),
        only_with("RETURNED", "state_reason", "returned_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[Body] = mapped_column(default=Body.WOMEN, info={"label": _l("报送单位")})
    subject: Mapped[str] = mapped_column(
        String(100), info={"label": _l("题目"), "help": _l("写政策，不写人：整份建议里不要有当事人的任何情况。")}
    )
    law: Mapped[str] = mapped_column(String(200), info={"label": _l("涉及的法律政策")})
    analysis: Mapped[str] = mapped_column(
        String(1000),
        info={"label": _l("问题与分析"), "multiline": True, "help": _l("不要写当事人的姓名、电话、住址和案情经过。")},
    )
    proposal: Mapped[str] = mapped_column(
        String(1000), info={"label": _l("建议"), "multiline": True, "help": _l("不要写当事人的情况。")}
    )
    case_id: Mapped[int | None] = mapped_column(
        index=True, info=OF_CASE | {"help": _l("由案件引起的可以关联，上级看不到案件；关联以后不能换。")}
    )

    state: Mapped[PolicyState] = mapped_column(
        default=PolicyState.SENT, server_default=text("'SENT'"), info={"label": _l("状态")}
    )
    reply: Mapped[str | None] = mapped_column(String(1000), info={"label": _l("答复"), "multiline": True})
    state_reason: Mapped[str | None] = mapped_column(String(200), info={"label": _l("退回原因"), "multiline": True})
