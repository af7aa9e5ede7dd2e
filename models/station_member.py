"""维权站班子: who leads a station and who takes part (2010 opinion, 三(一)); F3, F4."""

import enum
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Ended, Model, Sex, Stamped, StationOwned, secret
from models.findable import Findable
from models.member_unit import MemberUnit


class Seat(enum.Enum):
    """The seats that the opinion names: the first four at a township, the next three at a village."""

    DIRECTOR = "主任（分管妇联工作的党委领导）"
    DEPUTY_WOMEN = "副主任（妇联主席）"
    DEPUTY_ORDER = "副主任（综治办副主任）"
    UNIT = "成员（成员单位负责人）"
    BRANCH = "主管（村党支部明确的负责人）"
    CONGRESS = "日常工作（村妇代会）"
    OFFICE = "协助（综治工作室）"
    OTHER = "其他成员"


TOWNSHIP_SEATS = (Seat.DIRECTOR, Seat.DEPUTY_WOMEN, Seat.DEPUTY_ORDER, Seat.UNIT)
VILLAGE_SEATS = (Seat.BRANCH, Seat.CONGRESS, Seat.OFFICE)


def _names(seats: tuple[Seat, ...]) -> str:
    return ", ".join(f"'{seat.name}'" for seat in seats)


class StationMember(StationOwned, Ended, Findable, Stamped, Model):
    """One person in one seat of a station, with his 分工 in words."""

    __tablename__ = "station_member"
    __label__ = _l("班子")
    __ending__ = _l("离任")
    __table_args__ = (
        CheckConstraint(
            f"CASE WHEN length(division_code) = 9 THEN seat NOT IN ({_names(VILLAGE_SEATS)}) "
            f"ELSE seat NOT IN ({_names(TOWNSHIP_SEATS)}) END",
            name="seat_of_level",
            info={
                "field": "seat",
                "message": _l("乡镇站设主任、副主任、成员，村站设主管、日常工作、协助，请按站点级别选择。"),
            },
        ),
        CheckConstraint(
            "unit_id IS NOT NULL OR seat <> 'UNIT'",
            name="unit_of_seat",
            info={"field": "unit_id", "message": _l("请选择所代表的成员单位。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), info={"label": _l("姓名"), "person": True})
    seat: Mapped[Seat] = mapped_column(info={"label": _l("班子职务")})
    title: Mapped[str | None] = mapped_column(
        String(50), info={"label": _l("本人职务"), "help": _l("现任职务的今天叫法，如 平安法治办副主任（原综治办）。")}
    )
    unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("member_unit.id"), index=True, info={"label": _l("成员单位"), "beside": "station_id"}
    )
    duties: Mapped[str | None] = mapped_column(String(500), info={"label": _l("分工"), "multiline": True})
    sex: Mapped[Sex | None] = mapped_column(info={"label": _l("性别")})
    phone: Mapped[str | None] = secret("phone", _l("联系电话"))
    starts_on: Mapped[date | None] = mapped_column(info={"label": _l("任职日期"), "not_future": True})

    unit: Mapped[MemberUnit | None] = relationship(viewonly=True, info={"label": _l("成员单位")})

    def __str__(self) -> str:
        return self.name
