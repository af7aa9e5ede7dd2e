"""维权队伍: the roster of a station (2010 opinion, 二: 有维权队伍); F6."""

import enum
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Ended, Model, Sex, Stamped, StationOwned, blind_index, secret
from models.findable import Findable


class VolunteerRole(enum.Enum):
    """类别 (opinion 二)."""

    INFORMANT = "信息员"
    LIAISON = "联络员"
    AGENT = "代理员"
    MEDIATOR = "民调员"
    LAWYER = "法律志愿者"


class Engagement(enum.Enum):
    """Whether it is somebody's post or done beside another."""

    FULL_TIME = "专职"
    PART_TIME = "兼职"


class Specialty(enum.Enum):
    """专业: "具有法律、心理学、社会学等专业知识" (opinion 二)."""

    LAW = "法律"
    PSYCHOLOGY = "心理学"
    SOCIOLOGY = "社会学"
    OTHER = "其他"


class Volunteer(StationOwned, Ended, Findable, Stamped, Model):
    """One person of a roster, under a number for life. Who leaves is marked 离任; who comes back is resumed."""

    __tablename__ = "volunteer"
    __label__ = _l("队伍")
    __ending__ = _l("离任")
    __find__ = ("name", "number")
    __table_args__ = (
        CheckConstraint(
            "term_ends_on >= starts_on",
            name="ends_after_start",
            info={"field": "term_ends_on", "message": _l("任期截止日期不能早于聘任日期。")},
        ),
        CheckConstraint("service_hours >= 0", name="hours_not_negative"),
        UniqueConstraint(
            "station_id",
            "id_number_index",
            info={"field": "id_number", "message": _l("该站已有同一身份证号的人员；如已离任，请在原记录上恢复。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(
        String(30), unique=True, info={"label": _l("编号"), "derived": True, "serial": "{county_code}-{n:05}"}
    )
    name: Mapped[str] = mapped_column(String(50), info={"label": _l("姓名"), "person": True})
    role: Mapped[VolunteerRole] = mapped_column(info={"label": _l("类别")})
    engagement: Mapped[Engagement] = mapped_column(default=Engagement.PART_TIME, info={"label": _l("专/兼职")})
    specialty: Mapped[Specialty | None] = mapped_column(info={"label": _l("专业")})
    id_number: Mapped[str | None] = secret(
        "id_number",
        _l("身份证号"),
        fills={"sex": "sex", "born_on": "born_on"},
        help=_l("填写后自动带出性别和出生日期。"),
    )
    id_number_index: Mapped[str | None] = blind_index()
    sex: Mapped[Sex | None] = mapped_column(info={"label": _l("性别")})
    born_on: Mapped[date | None] = mapped_column(info={"label": _l("出生日期"), "not_future": True})
    education: Mapped[str | None] = mapped_column(String(20), info={"label": _l("学历"), "short": True})
    politics: Mapped[str | None] = mapped_column(String(20), info={"label": _l("政治面貌"), "short": True})
    title: Mapped[str | None] = mapped_column(String(50), info={"label": _l("职务"), "short": True})
    phone: Mapped[str | None] = secret("phone", _l("联系电话"))
    address: Mapped[str | None] = secret("address", _l("住址"))
    starts_on: Mapped[date] = mapped_column(info={"label": _l("聘任日期")})
    term_ends_on: Mapped[date | None] = mapped_column(info={"label": _l("任期至")})
    strengths: Mapped[str | None] = mapped_column(String(100), info={"label": _l("特长")})
    service_wish: Mapped[str | None] = mapped_column(String(100), info={"label": _l("服务意向")})
    service_hours: Mapped[int] = mapped_column(default=0, info={"label": _l("服务时数"), "unit": _l("小时")})

    def __str__(self) -> str:
        return self.name
