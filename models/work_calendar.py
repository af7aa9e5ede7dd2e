"""工作日历: the days that differ from plain weekends, as the State Council announces them (F14)."""

import enum
from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, Visibility


class DayKind(enum.Enum):
    """What sets a day apart: nobody works though it may be a weekday, or everybody does though it is a weekend."""

    REST = "休息"
    WORK = "补班"


class CalendarDay(Model):
    """A day that is not what its weekday says. `year` is the notice that says so: New Year's reaches into December."""

    __tablename__ = "work_calendar"
    __label__ = _l("放假和补班")
    __visibility__: ClassVar[Visibility] = Visibility.COMMON

    day: Mapped[date] = mapped_column(primary_key=True, info={"label": _l("日期")})
    kind: Mapped[DayKind] = mapped_column(info={"label": _l("类型")})
    name: Mapped[str] = mapped_column(String(50), info={"label": _l("节日")})
    source: Mapped[str] = mapped_column(String(100), info={"label": _l("依据")})
    year: Mapped[int] = mapped_column(index=True, info={"label": _l("年度")})

    def __str__(self) -> str:
        return f"{self.day.isoformat()} {self.kind.value}（{self.name}）"


class WorkCalendar(Model):
    """A year whose notice was loaded; of every other year the days are worked out and may still change."""

    __tablename__ = "calendar_year"
    __label__ = _l("工作日历")
    __visibility__: ClassVar[Visibility] = Visibility.COMMON

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, info={"label": _l("年度")})
    source: Mapped[str] = mapped_column(String(100), info={"label": _l("依据")})
    loaded_on: Mapped[date] = mapped_column(info={"label": _l("载入日期")})

    def __str__(self) -> str:
        return f"{self.year} 年放假安排"
