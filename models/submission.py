"""统计上报: a table of statistics as it was on the day it was submitted (F22); nobody changes it afterwards."""

import enum
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import DivisionOwned, Model, Stamped


class ReportKind(enum.Enum):
    """Which table: 权益类别 × 来访渠道, each matter counted once, or each time she came."""

    CASES = "来信来电来访统计（件数）"
    VISITS = "来信来电来访统计（次数）"


class Submission(DivisionOwned, Stamped, Model):
    """The figures of one division and period. They are counted when it is added, and never again.

    `figures`: {"rows": [[key, label]], "columns": the same, "counts": a line of numbers for each row and one of sums,
    null where it is not told (app.suppression), "open": the same, of cases that are not sealed, "shut": the keys of
    those that are, "before": the sum of a year before, or null, "touches": whether counts and whether before tell of
    sealed cases}. `seal` is a number that follows from them and from our key, and stands in the history.
    """

    __tablename__ = "submission"
    __label__ = _l("统计上报")
    __writing__: ClassVar[dict[str, str]] = {"add": "add", "export": "export"}  # what is not named is nobody's
    __table_args__ = (
        UniqueConstraint(
            "division_code", "kind", "first_on", "last_on",
            info={"field": "kind", "message": _l("这一期已经上报过；之后的变化显示为差异。")},
        ),
        CheckConstraint("last_on >= first_on", name="ends_after_start"),
        CheckConstraint(
            "length(division_code) <= 9",
            name="township_and_up",
            info={"field": "division_code", "message": _l("由乡镇（街道）及以上上报。")},
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ReportKind] = mapped_column(info={"label": _l("报表")})
    first_on: Mapped[date] = mapped_column(info={"label": _l("期间起"), "help": _l("月、季度或年的第一天。")})
    last_on: Mapped[date] = mapped_column(info={"label": _l("期间止"), "help": _l("月、季度或年的最后一天。")})
    submitted_on: Mapped[date] = mapped_column(info={"label": _l("上报日期"), "derived": True, "recorded": True})
    submitted_by: Mapped[str] = mapped_column(
        String(130), info={"label": _l("上报人"), "derived": True, "recorded": True}
    )
    figures: Mapped[dict[str, Any]] = mapped_column(JSON, info={"label": _l("数字"), "derived": True})
    seal: Mapped[str] = mapped_column(String(20), info={"label": _l("校验码"), "derived": True, "recorded": True})
    note: Mapped[str | None] = mapped_column(String(500), info={"label": _l("说明"), "multiline": True})

    def __str__(self) -> str:
        return f"{self.kind.value} {self.first_on} 至 {self.last_on}"
