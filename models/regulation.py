"""六制度 of a station (2010 opinion, 四(一)(5)): one current text of each kind; F9."""

import enum
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Ended, Model, Stamped, StationOwned


class RegulationKind(enum.Enum):
    """The six that the opinion asks for, in its order."""

    DAILY = "日常管理"
    JOINT = "工作联席"
    RECEPTION = "信访接待"
    FEEDBACK = "信息反馈"
    TRAINING = "学习培训"
    APPRAISAL = "考核奖励"


class Regulation(StationOwned, Ended, Stamped, Model):
    """One edition of one of the six. A new edition comes when the one before is repealed."""

    __tablename__ = "regulation"
    __label__ = _l("制度")
    __ending__ = _l("废止")
    __attachments__ = True
    __table_args__ = (
        Index(
            None,
            "station_id",
            "kind",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
            info={"field": "kind", "message": _l("该站已有这一种现行制度；换新版请先废止旧版。")},
        ),
        CheckConstraint(
            "edition >= 1", name="edition_counted", info={"field": "edition", "message": _l("版次从 1 开始。")}
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RegulationKind] = mapped_column(info={"label": _l("制度类别")})
    edition: Mapped[int] = mapped_column(default=1, info={"label": _l("版次")})
    text: Mapped[str] = mapped_column(String(5000), info={"label": _l("正文"), "multiline": True})
    effective_on: Mapped[date] = mapped_column(info={"label": _l("施行日期"), "starts_as": "today"})

    def __str__(self) -> str:
        return f"{self.kind.value}制度（第{self.edition}版）"
