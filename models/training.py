"""培训 (2010 opinion, 四(三)): who was trained, for how many hours; F39."""

import enum
from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import DivisionOwned, Ended, Model, Stamped, Visibility
from models.volunteer import Volunteer


class Organizer(enum.Enum):
    """主办: the opinion asks both to train."""

    ORDER = "综治部门"
    WOMEN = "妇联"
    BOTH = "综治部门和妇联"


class Training(DivisionOwned, Ended, Stamped, Model):
    """One course, with its attendance list."""

    __tablename__ = "training"
    __label__ = _l("培训")
    __ending__ = _l("作废")
    __attachments__ = True
    __table_args__ = (
        CheckConstraint(
            "hours BETWEEN 1 AND 200",
            name="hours_plausible",
            info={"field": "hours", "message": _l("学时应为 1 到 200。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), info={"label": _l("培训名称")})
    held_on: Mapped[date] = mapped_column(index=True, info={"label": _l("培训日期"), "not_future": True})
    hours: Mapped[int] = mapped_column(info={"label": _l("学时"), "unit": _l("学时")})
    organizer: Mapped[Organizer] = mapped_column(info={"label": _l("主办")})
    venue: Mapped[str | None] = mapped_column(String(100), info={"label": _l("地点")})
    lecturer: Mapped[str | None] = mapped_column(String(50), info={"label": _l("主讲")})
    content: Mapped[str | None] = mapped_column(String(1000), info={"label": _l("内容"), "multiline": True})

    attendances: Mapped[list["Attendance"]] = relationship(
        viewonly=True, order_by="Attendance.id", info={"label": _l("签到名单")}
    )

    def __str__(self) -> str:
        return self.name


class Attendance(Stamped, Model):
    """One person at one training; edited inside the training's form."""

    __tablename__ = "attendance"
    __label__ = _l("签到")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "training"
    __table_args__ = (
        UniqueConstraint(
            "training_id", "volunteer_id", info={"field": "volunteer_id", "message": _l("同一个人只能签到一次。")}
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    training_id: Mapped[int] = mapped_column(ForeignKey("training.id"), index=True, info={"derived": True})
    volunteer_id: Mapped[int] = mapped_column(
        ForeignKey("volunteer.id"), index=True, info={"label": _l("参训人员"), "beside": "division_code"}
    )
    hours: Mapped[int | None] = mapped_column(info={"label": _l("学时"), "help": _l("留空按培训学时计。")})
    is_present: Mapped[bool] = mapped_column(default=True, info={"label": _l("已签到")})
    score: Mapped[int | None] = mapped_column(info={"label": _l("考核成绩")})

    training: Mapped[Training] = relationship(viewonly=True)
    volunteer: Mapped[Volunteer] = relationship(viewonly=True, info={"label": _l("参训人员")})

    def __str__(self) -> str:
        return f"{self.training_id}-{self.volunteer_id}"
