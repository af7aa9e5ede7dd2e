"""建站标准: checklists as data, and what they make of the stations (2010 opinion, 四(一): 五有, 三有); F7, F8.

A checklist is a row with lines; a changed one goes on under the next number of its edition, and what stood in an
earlier edition is kept with it. What a line makes of a station is derived (`app.standards`), and dated.
"""

import enum
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, CheckConstraint, Enum, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import DivisionOwned, Ended, Model, Stamped, Visibility
from models.station import Station, StationLevel


class ChecklistKind(enum.Enum):
    """What a checklist is for."""

    STATION = "建站标准"
    ASSESSMENT = "考核"
    INSPECTION = "督导"
    AWARD = "优秀妇女维权岗"
    FAMILY = "平安家庭"
    RISK = "家暴危险评估"


class Rule(enum.Enum):
    """What a line is judged by without anybody; `app.checklists` knows how."""

    HAS_LEADING_GROUP = "班子齐全"
    HAS_FIXED_PLACE = "有固定地点和标牌"
    HAS_DUTY_ROSTER = "来电来信来访有人值班"
    HAS_TEAM = "有在任的队伍人员"
    HAS_REGULATIONS = "六项制度齐全"
    HAS_SOME_REGULATION = "有现行制度"
    IS_POSTED = "职责、内容、名单上墙"


class Evidence(enum.Enum):
    """What has to be shown for a line that somebody confirms."""

    NONE = "不需要"
    TEXT = "文字说明"
    PHOTO = "照片"
    DOCUMENT = "文件"


class Checklist(DivisionOwned, Ended, Stamped, Model):
    """A list of what is asked of the stations of one level, in its division and below."""

    __tablename__ = "checklist"
    __label__ = _l("建站标准")
    __visibility__: ClassVar[Visibility] = Visibility.REFERENCE
    __ending__ = _l("停用")
    __table_args__ = (
        UniqueConstraint(
            "division_code", "name", "level", info={"field": "name", "message": _l("该区划已有同名的标准。")}
        ),
        CheckConstraint(
            "kind <> 'RISK' OR (medium_from IS NOT NULL AND high_from IS NOT NULL AND 0 < medium_from"
            " AND medium_from < high_from)",
            name="thresholds_of_risk",
            info={"field": "high_from", "message": _l("危险评估问卷要填写中危、高危的起点，高危的高于中危的。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), info={"label": _l("标准名称"), "help": _l("如 五有、三有。")})
    kind: Mapped[ChecklistKind] = mapped_column(default=ChecklistKind.STATION, info={"label": _l("用途")})
    level: Mapped[StationLevel] = mapped_column(info={"label": _l("适用站点")})
    edition: Mapped[int] = mapped_column(
        default=1, server_default=text("1"), info={"label": _l("版次"), "derived": True}
    )
    note: Mapped[str | None] = mapped_column(String(500), info={"label": _l("依据和说明"), "multiline": True})
    medium_from: Mapped[int | None] = mapped_column(
        info={"label": _l("中危起点"), "unit": _l("分"), "only_if": ("kind", "RISK")}
    )
    high_from: Mapped[int | None] = mapped_column(
        info={"label": _l("高危起点"), "unit": _l("分"), "only_if": ("kind", "RISK")}
    )

    items: Mapped[list["ChecklistItem"]] = relationship(
        viewonly=True, order_by="ChecklistItem.position, ChecklistItem.id", info={"label": _l("项目")}
    )

    def __str__(self) -> str:
        return self.name


class ChecklistItem(Stamped, Model):
    """One line: judged by a rule, or confirmed by somebody with what the line asks to be shown."""

    __tablename__ = "checklist_item"
    __label__ = _l("标准项目")
    __find__ = ("label",)
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "checklist"
    __table_args__ = (
        UniqueConstraint("checklist_id", "label", info={"field": "label", "message": _l("这份标准里已有这一项。")}),
        CheckConstraint(
            "validity_months BETWEEN 1 AND 120",
            name="validity_plausible",
            info={"field": "validity_months", "message": _l("有效期应为 1 到 120 个月。")},
        ),
        CheckConstraint(
            "points BETWEEN 0 AND 1000",
            name="points_plausible",
            info={"field": "points", "message": _l("分值应为 0 到 1000。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"), index=True, info={"derived": True})
    position: Mapped[int] = mapped_column(default=0, server_default=text("0"), info={"label": _l("顺序")})
    label: Mapped[str] = mapped_column(String(100), info={"label": _l("项目")})
    rule: Mapped[Rule | None] = mapped_column(
        Enum(Rule, native_enum=False, create_constraint=False, length=40),  # a new rule changes no table
        info={"label": _l("自动判定"), "help": _l("不选的，由人确认。")},
    )
    evidence: Mapped[Evidence] = mapped_column(
        default=Evidence.NONE, server_default=text("'NONE'"), info={"label": _l("证据")}
    )
    points: Mapped[int | None] = mapped_column(info={"label": _l("分值")})
    validity_months: Mapped[int | None] = mapped_column(
        info={"label": _l("有效期"), "unit": _l("月"), "help": _l("人工确认多久以后要重新确认；不填的不过期。")}
    )
    is_prompt: Mapped[bool] = mapped_column(
        default=False,
        server_default=text("false"),
        info={"label": _l("提示项"), "help": _l("危险评估里答“是”即为高危，不论总分。")},
    )
    is_active: Mapped[bool] = mapped_column(
        default=True,
        server_default=text("true"),
        info={"label": _l("启用"), "help": _l("已有判定的项目不能删除，可以停用。")},
    )
    since_edition: Mapped[int] = mapped_column(default=1, server_default=text("1"), info={"derived": True})

    checklist: Mapped[Checklist] = relationship(viewonly=True)

    @property
    def place(self) -> str:
        return self.checklist.division_code

    def __str__(self) -> str:
        return f"{self.checklist}：{self.label}"


class ChecklistEdition(Model):
    """What one edition of a checklist asked, word for word, from the day it was made."""

    __tablename__ = "checklist_edition"
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "checklist"
    __writing__: ClassVar[dict[str, str]] = {}  # nobody writes it
    __derived__ = True  # from the checklist, whose history tells the same
    __table_args__ = (UniqueConstraint("checklist_id", "edition"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id", ondelete="CASCADE"), index=True)
    edition: Mapped[int] = mapped_column()
    from_on: Mapped[date] = mapped_column()
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    checklist: Mapped[Checklist] = relationship(viewonly=True)


class Finding(enum.Enum):
    """What a line makes of a station."""

    AUTO = "自动达标"
    CONFIRMED = "人工确认"
    MISSING = "缺证据"


class Judgement(Model):
    """系统判定 of one line at one station, from a day until another, which is no longer in it.

    Days to come are in it, too: a term that ends next month. So it is right on every day, whether or not a job ran.
    """

    __tablename__ = "judgement"
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "station"
    __writing__: ClassVar[dict[str, str]] = {}  # nobody writes it
    __derived__ = True  # from the records, whose history tells why
    __table_args__ = (
        UniqueConstraint("station_id", "item_id", "from_on"),
        CheckConstraint("until_on > from_on", name="until_after_from"),
        Index(None, "item_id", "finding"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id", ondelete="CASCADE"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("checklist_item.id"))
    from_on: Mapped[date] = mapped_column()
    until_on: Mapped[date | None] = mapped_column()
    finding: Mapped[Finding] = mapped_column()
    sentence: Mapped[str] = mapped_column(String(500))

    station: Mapped[Station] = relationship(viewonly=True)
    item: Mapped[ChecklistItem] = relationship(viewonly=True)
