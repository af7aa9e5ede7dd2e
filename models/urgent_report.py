"""紧急报告: what is grave or urgent goes to the superior at once, and again until it is over (opinion, 四(二); F20)."""

import enum
from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Stamped, Visibility
from models.hand import OF_CASE, Body, Upward, above, handed


class Urgency(enum.Enum):
    """Why it is reported at once."""

    MAJOR = "重大"
    URGENT = "紧急"
    GROUP = "集体访"
    ABNORMAL = "异常访"


class ReportTurn(enum.Enum):
    """One first, any further ones, one last."""

    FIRST = "首报"
    FURTHER = "续报"
    FINAL = "终报"


class ReportState(enum.Enum):
    """Whose turn it is: the superior's to sign, or the station's to go on."""

    SENT = "待签收"
    SIGNED = "待续报"
    FINAL = "终报待签收"
    CLOSED = "已终报"


class UrgentReport(Upward, Stamped, Model):
    """One event, with or without a case. `report` and `people` are those of the last of its parts."""

    __tablename__ = "urgent_report"
    __label__ = _l("紧急报告")
    __serial__ = "急"
    __days__ = "URGENT_DAYS"
    __open__ = (ReportState.SENT, ReportState.SIGNED, ReportState.FINAL)
    __waited__ = (ReportState.SENT, ReportState.SIGNED)  # the last report ends it for the station
    __table_args__ = (
        *handed("SIGNED CLOSED", "CLOSED"),
        above("to_code"),
        CheckConstraint(
            "people BETWEEN 1 AND 100000",
            name="people_plausible",
            info={"field": "people", "message": _l("涉及人数应在 1 到 100000 之间。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    urgency: Mapped[Urgency] = mapped_column(info={"label": _l("类别")})
    body: Mapped[Body] = mapped_column(default=Body.WOMEN, info={"label": _l("报送单位")})
    subject: Mapped[str] = mapped_column(
        String(100), info={"label": _l("事由"), "help": _l("一句话概括；不要写当事人的姓名、电话、住址。")}
    )
    people: Mapped[int] = mapped_column(info={"label": _l("涉及人数")})
    report: Mapped[str] = mapped_column(
        String(500),
        info={
            "label": _l("报告内容"),
            "multiline": True,
            "help": _l("时间、地点、经过、已采取的措施；不要写当事人的姓名、电话、住址。"),
        },
    )
    case_id: Mapped[int | None] = mapped_column(
        index=True, info=OF_CASE | {"help": _l("没有登记案件的不填；关联以后不能换。")}
    )

    state: Mapped[ReportState] = mapped_column(
        default=ReportState.SENT, server_default=text("'SENT'"), info={"label": _l("状态")}
    )


class UrgentPart(Stamped, Model):
    """首报, 续报 or 终报, made by the steps of its report; the superior signs for each."""

    __tablename__ = "urgent_part"
    __label__ = _l("首报、续报、终报")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "urgent"
    __writing__: ClassVar[dict[str, str]] = {"add": "handle", "edit": "handle"}
    __table_args__ = (
        *(
            Index(
                f"ix_urgent_part_{turn.lower()}", "urgent_id", unique=True,
                sqlite_where=text(f"turn = '{turn}'"), postgresql_where=text(f"turn = '{turn}'"),
            )
            for turn in ("FIRST", "FINAL")
        ),
        CheckConstraint("(signed_on IS NULL) = (signed_by IS NULL)", name="signature_dated"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    urgent_id: Mapped[int] = mapped_column(ForeignKey("urgent_report.id"), index=True, info={"derived": True})
    turn: Mapped[ReportTurn] = mapped_column(info={"label": _l("首报、续报、终报")})
    reported_on: Mapped[date] = mapped_column(info={"label": _l("报告日期")})
    reported_by: Mapped[str] = mapped_column(String(64), info={"label": _l("报告人")})
    text: Mapped[str] = mapped_column(String(500), info={"label": _l("报告内容")})
    people: Mapped[int] = mapped_column(info={"label": _l("涉及人数")})
    signed_on: Mapped[date | None] = mapped_column(info={"label": _l("签收日期")})
    signed_by: Mapped[str | None] = mapped_column(String(64), info={"label": _l("签收人")})

    urgent: Mapped[UrgentReport] = relationship(viewonly=True)

    def __str__(self) -> str:
        signed = _l("%(day)s %(who)s签收", day=self.signed_on, who=self.signed_by) if self.signed_on else _l("未签收")
        said = _l("涉及 %(people)s 人；%(signed)s", people=self.people, signed=signed)
        return f"{self.turn.value} {self.reported_on} {self.reported_by}：{self.text}（{said}）"
