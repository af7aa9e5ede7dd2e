"""值班: who answers when (2010 opinion, 四(一)(3): 来电有人听、来信有人复、来访有人接); F7."""

import enum

from flask_babel import lazy_gettext as _l
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Ended, Model, Stamped, StationOwned, secret


class Weekday(enum.Enum):
    """The day of the week, Monday first."""

    MONDAY = "周一"
    TUESDAY = "周二"
    WEDNESDAY = "周三"
    THURSDAY = "周四"
    FRIDAY = "周五"
    SATURDAY = "周六"
    SUNDAY = "周日"


class DutyPeriod(enum.Enum):
    """The part of the day."""

    MORNING = "上午"
    AFTERNOON = "下午"
    ALL_DAY = "全天"
    NIGHT = "夜间"


class DutyRoster(StationOwned, Ended, Stamped, Model):
    """One person on duty at one time of every week, and what he answers."""

    __tablename__ = "duty_roster"
    __label__ = _l("值班")

    id: Mapped[int] = mapped_column(primary_key=True)
    weekday: Mapped[Weekday] = mapped_column(info={"label": _l("星期")})
    period: Mapped[DutyPeriod] = mapped_column(info={"label": _l("时段")})
    name: Mapped[str] = mapped_column(String(50), info={"label": _l("值班人")})
    phone: Mapped[str | None] = secret("phone", _l("联系电话"))
    answers_calls: Mapped[bool] = mapped_column(default=False, info={"label": _l("来电有人听")})
    answers_letters: Mapped[bool] = mapped_column(default=False, info={"label": _l("来信有人复")})
    receives_visitors: Mapped[bool] = mapped_column(default=False, info={"label": _l("来访有人接")})

    def __str__(self) -> str:
        return f"{self.weekday.value}{self.period.value} {self.name}"
