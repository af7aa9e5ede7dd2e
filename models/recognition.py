"""认定 of a station that is up to standard: an act of the township, then of the county (F7)."""

import enum
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Ended, Model, Stamped, StationOwned


class RecognitionLevel(enum.Enum):
    """Whose act it is."""

    TOWNSHIP = "乡镇（街道）"
    COUNTY = "县（市、区）"


class Recognition(StationOwned, Ended, Stamped, Model):
    """One act, apart from 系统判定. It lapses by itself when something has been missing for too long."""

    __tablename__ = "recognition"
    __label__ = _l("认定")
    __ending__ = _l("撤销")
    __table_args__ = (CheckConstraint("lapses_on > recorded_on", name="lapses_after_it_is_recorded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    by_level: Mapped[RecognitionLevel] = mapped_column(info={"label": _l("认定层级")})
    recognized_on: Mapped[date] = mapped_column(
        info={"label": _l("认定日期"), "not_future": True, "starts_as": "today"}
    )
    recognized_by: Mapped[str] = mapped_column(
        String(50), info={"label": _l("经办人"), "starts_as": "me", "person": True}
    )
    document_no: Mapped[str | None] = mapped_column(String(50), info={"label": _l("文号")})
    note: Mapped[str | None] = mapped_column(String(500), info={"label": _l("说明"), "multiline": True})
    recorded_on: Mapped[date] = mapped_column(info={"label": _l("登记日期"), "derived": True})
    lapses_on: Mapped[date | None] = mapped_column(info={"label": _l("失效日期"), "derived": True})

    def __str__(self) -> str:
        return f"{self.by_level.value}认定 {self.recognized_on:%Y-%m-%d}"
