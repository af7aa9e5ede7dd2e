"""强制报告 (F52; 反家庭暴力法 14, 35): violence that institutions find against those who cannot help themselves."""

import enum
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Ended, Model, Stamped, StationOwned, secret
from models.case import UnderCase, in_its_place


class Finder(enum.Enum):
    """Who is obliged to report (14)."""

    SCHOOL = "学校"
    KINDERGARTEN = "幼儿园"
    MEDICAL = "医疗机构"
    RESIDENTS = "居民委员会"
    VILLAGERS = "村民委员会"
    SOCIAL_WORK = "社会工作服务机构"
    RELIEF = "救助管理机构"
    WELFARE = "福利机构"


class Capacity(enum.Enum):
    """Whom the duty protects (14)."""

    NONE = "无民事行为能力人"
    LIMITED = "限制民事行为能力人"


class MandatoryReport(UnderCase, StationOwned, Ended, Stamped, Model):
    """Violence, or the suspicion of it, that an institution came upon; the police is to be told at once (14)."""

    __tablename__ = "mandatory_report"
    __label__ = _l("强制报告")
    __ending__ = _l("作废")
    __attachments__ = True
    __table_args__ = (
        in_its_place(),
        CheckConstraint(
            "(reported_on IS NULL) = (reported_to IS NULL)", name="report_dated",
            info={"field": "reported_to", "message": _l("报案日期和受案的公安机关要一起填写。")},
        ),
        CheckConstraint(
            "reported_on >= found_on", name="reported_after_found",
            info={"field": "reported_on", "message": _l("报案日期不能早于发现日期。")},
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    finder_kind: Mapped[Finder] = mapped_column(info={"label": _l("发现单位类别")})
    finder: Mapped[str] = mapped_column(String(100), info={"label": _l("发现单位和人员")})
    found_on: Mapped[date] = mapped_column(info={"label": _l("发现日期"), "not_future": True, "starts_as": "today"})
    victim: Mapped[str] = mapped_column(String(50), info={"label": _l("受害人姓名"), "short": True, "masked": "name"})
    capacity: Mapped[Capacity] = mapped_column(info={"label": _l("行为能力")})
    circumstances: Mapped[str | None] = secret("narrative", _l("情况"), multiline=True)
    reported_on: Mapped[date | None] = mapped_column(
        info={"label": _l("报案日期"), "not_future": True, "help": _l("发现或者疑似的，应当及时报案。")}
    )
    reported_to: Mapped[str | None] = mapped_column(String(100), info={"label": _l("受案的公安机关")})
    case_id: Mapped[int | None] = mapped_column(
        index=True, info={"label": _l("案件"), "help": _l("已经登记为案件的，输入编号查找；应是同一个维权站的。")}
    )

    def __str__(self) -> str:
        return f"{self.found_on} {self.finder}"
