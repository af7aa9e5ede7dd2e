"""妇女维权站 (2010 opinion, 二): one per township and village (F1)."""

import enum
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, validates

from models.base import TOWNSHIP, VILLAGE, DivisionOwned, Ended, Model, Stamped
from models.findable import Findable


class StationLevel(enum.Enum):
    """A station belongs to a township or to a village; the division says which."""

    TOWNSHIP = "乡镇(街道)"
    VILLAGE = "村(居)"


class StationHost(enum.Enum):
    """依托: what a station is built upon (opinion 二)."""

    CENTER = "综治工作中心"
    OFFICE = "综治工作室"
    OTHER = "依托其他资源建立"
    SELF = "自行建立"


class Station(DivisionOwned, Ended, Findable, Stamped, Model):
    """妇女维权站."""

    __tablename__ = "station"
    __label__ = _l("维权站")
    __ending__ = _l("撤销")
    __attachments__ = True
    __table_args__ = (
        Index(None, "id", "division_code", unique=True),  # what the rows of a station hold on to
        UniqueConstraint("division_code", "name", info={"field": "name", "message": _l("该区划已有同名的维权站。")}),
        CheckConstraint(
            "coalesce(level, '') = "
            "CASE length(division_code) WHEN 9 THEN 'TOWNSHIP' WHEN 12 THEN 'VILLAGE' ELSE '-' END",
            name="level_of_division",
            info={"field": "division_code", "message": _l("维权站只能设在乡镇(街道)或村(居)。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), info={"label": _l("站点名称")})
    level: Mapped[StationLevel | None] = mapped_column(info={"label": _l("级别"), "derived": True})
    host: Mapped[StationHost] = mapped_column(info={"label": _l("依托")})
    is_integrated: Mapped[bool] = mapped_column(default=False, info={"label": _l("已与综治工作结合")})
    is_in_plan: Mapped[bool] = mapped_column(default=False, info={"label": _l("纳入综治总体规划")})
    founded_on: Mapped[date | None] = mapped_column(info={"label": _l("建站日期"), "not_future": True})
    address: Mapped[str | None] = mapped_column(String(100), info={"label": _l("地址")})
    phone: Mapped[str | None] = mapped_column(
        String(20),
        info={
            "label": _l("联系电话"),
            "input_type": "tel",
            "pattern": (r"[0-9+()\- ]{3,20}", _l("电话只能由数字、空格、括号和短横线组成。")),
        },
    )
    has_plaque: Mapped[bool] = mapped_column(default=False, info={"label": _l("有标牌")})

    @validates("division_code")
    def _derive_place(self, key: str, code: str | None) -> str | None:
        self.level = {TOWNSHIP: StationLevel.TOWNSHIP, VILLAGE: StationLevel.VILLAGE}.get(len(code or ""))
        self._settle(code)
        return code

    __info__ = {"mark": {"label": _l("提示")}}

    @property
    def mark(self) -> str:
        """Whether the station stands apart from 综治 although the opinion (二) asks it to join, in words."""
        apart = self.host in (StationHost.SELF, StationHost.OTHER) and not self.is_integrated
        return str(_l("未与综治工作结合")) if apart else ""

    def __str__(self) -> str:
        return self.name
