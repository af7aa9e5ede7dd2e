"""考核 (2010 opinion, 六(二): 同部署、同检查、同推进、同考评): a checklist with points, filled in at a station; F41.

妇联 and 综治 both sign a sheet; what is signed stays as it is. Its lines are those of the edition of the checklist in
which the sheet was begun, word for word, whatever the checklist asks later.
"""

import enum
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Ended, Model, Stamped, StationOwned, Visibility
from models.checklist import Checklist, ChecklistKind

# What a sheet may be filled in of; 建站标准 are judged by the records, 平安家庭 are asked of families.
KINDS = (ChecklistKind.ASSESSMENT, ChecklistKind.INSPECTION, ChecklistKind.AWARD)


class Conclusion(enum.Enum):
    """What the sheet comes to, in one word."""

    EXCELLENT = "优秀"
    PASSED = "合格"
    FAILED = "不合格"


class Met(enum.Enum):
    """Whether a line is met."""

    YES = "是"
    NO = "否"


class Signatures(enum.Enum):
    """Who has signed a sheet."""

    NONE = "未签字"
    WOMEN = "妇联已签字"
    ORDER = "综治已签字"
    BOTH = "已会签"


def _recorded(label: Any) -> dict[str, Any]:
    """The `info` of a column that no form asks for, and the history tells."""
    return {"label": label, "derived": True, "recorded": True}


class Assessment(StationOwned, Ended, Stamped, Model):
    """One checklist (考核, 督导, 优秀妇女维权岗) at one station in one year."""

    __tablename__ = "assessment"
    __label__ = _l("考核")
    __ending__ = _l("作废")
    __attachments__ = True
    __info__: ClassVar[dict[str, Any]] = {"signatures": {"label": _l("会签")}}
    __table_args__ = (
        Index(
            None, "station_id", "checklist_id", "year", unique=True,
            sqlite_where=text("ended_on IS NULL"), postgresql_where=text("ended_on IS NULL"),
            info={"field": "year", "message": _l("该站这一年已有这份标准的考核表。")},
        ),
        CheckConstraint(
            "year BETWEEN 2000 AND 2100", name="year_plausible",
            info={"field": "year", "message": _l("年度应为 2000 到 2100。")},
        ),
        CheckConstraint(
            "(women_signed_by IS NULL) = (women_signed_on IS NULL)"
            " AND (women_signed_by IS NULL) = (women_signer_id IS NULL)",
            name="women_signed_dated",
        ),
        CheckConstraint(
            "(order_signed_by IS NULL) = (order_signed_on IS NULL)"
            " AND (order_signed_by IS NULL) = (order_signer_id IS NULL)",
            name="order_signed_dated",
        ),
        CheckConstraint(
            "women_signer_id <> order_signer_id", name="two_signers",
            info={"field": "women_signed_by", "message": _l("同一个人不能代表两方签字。")},
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(
        ForeignKey("checklist.id"), index=True,
        info={
            "label": _l("考核标准"), "help": _l("用途是考核、督导或优秀妇女维权岗的标准；保存以后不能换。"),
            "among": lambda: Checklist.kind.in_(KINDS),
        },
    )  # fmt: skip
    year: Mapped[int] = mapped_column(info={"label": _l("年度")})
    assessed_on: Mapped[date] = mapped_column(info={"label": _l("考核日期"), "not_future": True, "starts_as": "today"})
    assessors: Mapped[str] = mapped_column(String(100), info={"label": _l("考核人"), "starts_as": "me"})
    conclusion: Mapped[Conclusion | None] = mapped_column(info={"label": _l("结论")})
    remark: Mapped[str | None] = mapped_column(String(500), info={"label": _l("评语"), "multiline": True})
    edition: Mapped[int] = mapped_column(info={"label": _l("标准版次"), "derived": True})
    total_points: Mapped[int] = mapped_column(default=0, server_default=text("0"), info=_recorded(_l("得分")))
    full_points: Mapped[int] = mapped_column(
        default=0, server_default=text("0"), info={"label": _l("满分"), "derived": True}
    )
    # A signature outlives the account: the number is no foreign key, as in the audit.
    women_signed_by: Mapped[str | None] = mapped_column(String(130), info=_recorded(_l("妇联签字")))
    women_signed_on: Mapped[date | None] = mapped_column(info=_recorded(_l("妇联签字日期")))
    women_signer_id: Mapped[int | None] = mapped_column(info={"derived": True})
    order_signed_by: Mapped[str | None] = mapped_column(String(130), info=_recorded(_l("综治签字")))
    order_signed_on: Mapped[date | None] = mapped_column(info=_recorded(_l("综治签字日期")))
    order_signer_id: Mapped[int | None] = mapped_column(info={"derived": True})

    checklist: Mapped[Checklist] = relationship(viewonly=True, info={"label": _l("考核标准")})
    answers: Mapped[list["AssessmentAnswer"]] = relationship(
        viewonly=True, order_by="AssessmentAnswer.id", info={"label": _l("考核项目")}
    )

    @property
    def signatures(self) -> Signatures:
        """Who has signed it."""
        return {
            (False, False): Signatures.NONE, (True, False): Signatures.WOMEN,
            (False, True): Signatures.ORDER, (True, True): Signatures.BOTH,
        }[self.women_signed_on is not None, self.order_signed_on is not None]  # fmt: skip

    @property
    def is_signed(self) -> bool:
        """By one side at least: then it stays as it is."""
        return self.signatures is not Signatures.NONE

    def __str__(self) -> str:
        return f"{self.year} 年考核表"


class AssessmentAnswer(Stamped, Model):
    """What was found about one line of a sheet. The lines come with the sheet; they are answered, not added."""

    __tablename__ = "assessment_answer"
    __label__ = _l("考核项目")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "assessment"
    __writing__: ClassVar[dict[str, str]] = {"add": "add", "edit": "edit"}  # whoever begins a sheet gets its lines
    __table_args__ = (
        UniqueConstraint("assessment_id", "item_id"),
        CheckConstraint(
            "points BETWEEN 0 AND full_points", name="points_of_line",
            info={"field": "points", "message": _l("得分不能超过这一项的分值。")},
        ),
        CheckConstraint("points IS NULL OR full_points IS NOT NULL", name="points_asked_for"),
        CheckConstraint(
            "points >= full_points OR note IS NOT NULL", name="deduction_explained",
            info={"field": "note", "message": _l("扣了分的要写明原因。")},
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("assessment.id", ondelete="CASCADE"), index=True, info={"derived": True}
    )
    item_id: Mapped[int] = mapped_column(ForeignKey("checklist_item.id"), index=True, info={"derived": True})
    label: Mapped[str] = mapped_column(String(100), info={"label": _l("项目"), "derived": True})
    full_points: Mapped[int | None] = mapped_column(info={"label": _l("分值"), "derived": True})
    is_met: Mapped[Met | None] = mapped_column(info={"label": _l("达到")})
    points: Mapped[int | None] = mapped_column(info={"label": _l("得分")})
    note: Mapped[str | None] = mapped_column(String(200), info={"label": _l("原因和说明")})

    assessment: Mapped[Assessment] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.label
