"""家暴危险评估 (F51): a scored questionnaire about one case, and what high risk obliges the station to do.

The questions are a Checklist of the kind 家暴危险评估; a sheet keeps those of the edition in which it was begun, with
its thresholds, word for word. High risk is not mediated (2018 妇联受理家暴投诉规程); `app.danger` holds it.
"""

from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assessment import Met
from models.base import Ended, Model, Stamped, StationOwned, Visibility, secret
from models.case import RiskLevel, UnderCase, in_its_place
from models.checklist import Checklist


class DvRiskAssessment(UnderCase, StationOwned, Ended, Stamped, Model):
    """One questionnaire about one case: it counts as soon as every line is answered, or as the risk is high.

    `police_…`, `declined_reason`, `told_…`: what high risk asks for, and until then to-dos of the station.
    """

    __tablename__ = "dv_risk_assessment"
    __label__ = _l("家暴危险评估")
    __ending__ = _l("作废")
    __table_args__ = (
        in_its_place(),
        CheckConstraint("0 < medium_from AND medium_from < high_from", name="thresholds_in_order"),
        CheckConstraint("score >= 0", name="score_counted"),
        CheckConstraint(
            "(police_on IS NULL) = (police_unit IS NULL)", name="police_dated",
            info={"field": "police_unit", "message": _l("报警日期和出警单位要一起填写。")},
        ),
        CheckConstraint(
            "declined_reason IS NULL OR police_on IS NULL", name="police_or_declined",
            info={"field": "declined_reason", "message": _l("已经报警的，不填本人不同意报警的原因。")},
        ),
        CheckConstraint(
            "(told_on IS NULL) = (told_to IS NULL)", name="told_dated",
            info={"field": "told_to", "message": _l("报告日期和报告对象要一起填写。")},
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(
        index=True, info={"label": _l("案件"), "help": _l("输入编号查找；保存以后不能换。")}
    )
    assessed_on: Mapped[date] = mapped_column(info={"label": _l("评估日期"), "not_future": True, "starts_as": "today"})
    assessor: Mapped[str] = mapped_column(
        String(50), info={"label": _l("评估人"), "starts_as": "me", "short": True, "person": True}
    )
    narrative: Mapped[str | None] = secret("narrative", _l("评估情况"), multiline=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"), info={"derived": True})
    edition: Mapped[int] = mapped_column(info={"label": _l("问卷版次"), "derived": True})
    medium_from: Mapped[int] = mapped_column(info={"label": _l("中危起点"), "derived": True})
    high_from: Mapped[int] = mapped_column(info={"label": _l("高危起点"), "derived": True})
    score: Mapped[int] = mapped_column(
        default=0, server_default=text("0"), info={"label": _l("得分"), "derived": True, "recorded": True}
    )
    level: Mapped[RiskLevel | None] = mapped_column(info={"label": _l("危险等级"), "derived": True, "recorded": True})
    police_on: Mapped[date | None] = mapped_column(info={"label": _l("报警日期"), "not_future": True})
    police_unit: Mapped[str | None] = mapped_column(String(100), info={"label": _l("出警单位")})
    declined_reason: Mapped[str | None] = mapped_column(
        String(200), info={"label": _l("本人不同意报警的原因"), "multiline": True}
    )
    told_on: Mapped[date | None] = mapped_column(info={"label": _l("报告上级妇联日期"), "not_future": True})
    told_to: Mapped[str | None] = mapped_column(String(100), info={"label": _l("报告对象")})

    checklist: Mapped[Checklist] = relationship(viewonly=True)
    answers: Mapped[list["DvRiskAnswer"]] = relationship(
        viewonly=True, order_by="DvRiskAnswer.id", info={"label": _l("评估项目")}
    )

    def __str__(self) -> str:
        return f"{self.assessed_on} 危险评估"


class DvRiskAnswer(Stamped, Model):
    """The answer to one line of a sheet. The lines come with the sheet; they are answered, not added."""

    __tablename__ = "dv_risk_answer"
    __label__ = _l("评估项目")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "assessment"
    __writing__: ClassVar[dict[str, str]] = {"add": "add", "edit": "edit"}  # whoever begins a sheet gets its lines
    __table_args__ = (
        UniqueConstraint("assessment_id", "item_id"),
        CheckConstraint("points >= 0", name="points_counted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("dv_risk_assessment.id", ondelete="CASCADE"), index=True, info={"derived": True}
    )
    item_id: Mapped[int] = mapped_column(ForeignKey("checklist_item.id"), index=True, info={"derived": True})
    label: Mapped[str] = mapped_column(String(100), info={"label": _l("项目"), "derived": True})
    points: Mapped[int] = mapped_column(info={"label": _l("分值"), "derived": True})
    is_prompt: Mapped[bool] = mapped_column(default=False, info={"label": _l("提示项"), "derived": True})
    answer: Mapped[Met | None] = mapped_column(info={"label": _l("回答")})

    assessment: Mapped[DvRiskAssessment] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.label
