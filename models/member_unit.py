"""成员单位: the departments that work with a station (2010 opinion, 三(一)); F5."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import DivisionOwned, Ended, Model, Stamped, Visibility, secret
from models.findable import Findable

# What the reforms since 2010 made of a name (2018 机构改革, 2023).
RENAMED = {
    "综治": "平安法治",
    "计生": "卫健",
    "计划生育": "卫生健康",
    "土地": "自然资源",
    "国土": "自然资源",
    "农业": "农业农村",
}


def aliases_of(name: str) -> str | None:
    """Today's names of a unit that the reforms renamed, None for one they did not."""
    found = dict.fromkeys(new for old, new in RENAMED.items() if old in name and new not in name)
    return "、".join(found) or None


class MemberUnit(DivisionOwned, Ended, Findable, Stamped, Model):
    """A department in a division. Its name is readable along everybody's line, its contact only to its own part."""

    __tablename__ = "member_unit"
    __label__ = _l("成员单位")
    __visibility__: ClassVar[Visibility] = Visibility.REFERENCE
    __ending__ = _l("撤销")
    __find__ = ("name", "aliases")
    __table_args__ = (
        UniqueConstraint("division_code", "name", info={"field": "name", "message": _l("该区划已有同名的成员单位。")}),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(
        String(50),
        info={"label": _l("单位名称"), "help": _l("如 人民法庭、公安派出所、司法所、民政、农业、计生、土地。")},
    )
    aliases: Mapped[str | None] = mapped_column(
        String(200),
        info={
            "label": _l("现用名、别名"),
            "default_of": lambda unit: aliases_of(unit.name),
            "help": _l(
                "多个用顿号分隔，按任一名称都能查到；留空时按常见的机构改革自动填写，如 计生→卫健、土地→自然资源。"
            ),
        },
    )
    duties: Mapped[str | None] = mapped_column(String(500), info={"label": _l("维权工作职责"), "multiline": True})
    contact: Mapped[str | None] = mapped_column(String(50), info={"label": _l("联系人"), "private": True})
    phone: Mapped[str | None] = secret("phone", _l("联系电话"), private=True)

    def __str__(self) -> str:
        return self.name
