"""督导检查 (2010 opinion, 六(三)): what was found, until when it is to be mended, and the re-check; F42."""

import enum
from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Ended, Model, Stamped, StationOwned, Visibility


class ProblemResult(enum.Enum):
    """What the re-check found."""

    FIXED = "已整改"
    OPEN = "未整改"


class Inspection(StationOwned, Ended, Stamped, Model):
    """One visit of an inspector to a station, and the problems that he found."""

    __tablename__ = "inspection"
    __label__ = _l("督导检查")
    __ending__ = _l("作废")
    __attachments__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    inspected_on: Mapped[date] = mapped_column(
        index=True, info={"label": _l("检查日期"), "not_future": True, "starts_as": "today"}
    )
    inspector: Mapped[str] = mapped_column(String(50), info={"label": _l("检查人"), "starts_as": "me"})
    content: Mapped[str] = mapped_column(String(1000), info={"label": _l("检查内容"), "multiline": True})

    problems: Mapped[list["Problem"]] = relationship(
        viewonly=True, order_by="Problem.id", info={"label": _l("发现的问题")}
    )

    def __str__(self) -> str:
        return f"{self.inspected_on:%Y-%m-%d} {self.inspector}"


class Problem(Stamped, Model):
    """One thing to be mended; open until a re-check finds it fixed. Edited inside the inspection's form."""

    __tablename__ = "problem"
    __label__ = _l("问题")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "inspection"
    __table_args__ = (
        CheckConstraint(
            "(rechecked_on IS NULL) = (result IS NULL)",
            name="result_dated",
            info={"field": "rechecked_on", "message": _l("复查日期和复查结果要一起填写。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspection.id"), index=True, info={"derived": True})
    text: Mapped[str] = mapped_column(String(500), info={"label": _l("问题")})
    due_on: Mapped[date] = mapped_column(info={"label": _l("整改期限")})
    rechecked_on: Mapped[date | None] = mapped_column(info={"label": _l("复查日期"), "not_future": True})
    result: Mapped[ProblemResult | None] = mapped_column(info={"label": _l("复查结果")})

    inspection: Mapped[Inspection] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.text
