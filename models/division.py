"""行政区划: the statistical table that everything hangs on (F1, F2)."""

import enum
from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import CITY, COUNTY, TOWNSHIP, VILLAGE, Located, Model, Stamped, Visibility
from models.findable import Findable


class DivisionLevel(enum.Enum):
    """The four levels; the length of the code says which."""

    CITY = "市"
    COUNTY = "县(市、区)"
    TOWNSHIP = "乡镇(街道)"
    VILLAGE = "村(居)"


LEVEL_OF_LENGTH = {
    CITY: DivisionLevel.CITY,
    COUNTY: DivisionLevel.COUNTY,
    TOWNSHIP: DivisionLevel.TOWNSHIP,
    VILLAGE: DivisionLevel.VILLAGE,
}


def parent_code_of(code: str) -> str | None:
    """The code one level up, None for a city."""
    shorter = [length for length in LEVEL_OF_LENGTH if length < len(code)]
    return code[: max(shorter)] if shorter else None


def is_pseudo_code(code: str) -> bool:
    """Whether the statistical code stands for no real township or village (F2, 国家统计局 code rules).

    Township segments 400-599 (farms, zones) and 198 (龙港市 governs its villages itself), villages below a 4xx-5xx
    township, and villages whose own segment is 5xx. Villages below 198 are real.
    """
    township, village = code[COUNTY:TOWNSHIP], code[TOWNSHIP:VILLAGE]
    if township[:1] in ("4", "5"):
        return True
    return village.startswith("5") if village else township == "198"


class Division(Located, Findable, Stamped, Model):
    """A city, county, township or village. The code never changes; a merger makes a new row and points to it."""

    __tablename__ = "division"
    __label__ = _l("区划")
    __ending__ = _l("撤销")
    __place__: ClassVar[str] = "code"
    __visibility__: ClassVar[Visibility] = Visibility.REFERENCE
    __table_args__ = (
        CheckConstraint(
            "length(code) = CASE level WHEN 'CITY' THEN 4 WHEN 'COUNTY' THEN 6 WHEN 'TOWNSHIP' THEN 9 ELSE 12 END",
            name="level_of_code",
            info={"field": "code", "message": _l("区划代码应为4位(市)、6位(县)、9位(乡镇)或12位(村)数字。")},
        ),
        CheckConstraint(
            "parent_code = substr(code, 1, length(parent_code)) AND length(parent_code) < length(code)",
            name="parent_of_code",
            info={"field": "code", "message": _l("下级区划的代码必须以上级代码开头。")},
        ),
        CheckConstraint("parent_code IS NOT NULL OR level = 'CITY'", name="has_parent"),
        CheckConstraint(
            "succeeded_by <> code AND length(succeeded_by) = length(code)",
            name="succeeded_by_its_like",
            info={"field": "succeeded_by", "message": _l("继任区划应是另一个同级区划。")},
        ),
        CheckConstraint(
            "succeeded_by IS NULL OR retired_on IS NOT NULL",
            name="retired_before_succeeded",
            info={"field": "retired_on", "message": _l("填写了继任区划，请同时填写撤销日期。")},
        ),
    )

    code: Mapped[str] = mapped_column(
        String(VILLAGE),
        primary_key=True,
        info={
            "label": _l("区划代码"),
            "help": _l("国家统计局代码：市4位、县6位、乡镇9位、村12位，保存后不能修改。"),
            "pattern": (r"\d{4}|\d{6}|\d{9}|\d{12}", _l("区划代码应为4位(市)、6位(县)、9位(乡镇)或12位(村)数字。")),
        },
    )
    parent_code: Mapped[str | None] = mapped_column(
        String(VILLAGE), ForeignKey("division.code"), index=True, info={"label": _l("上级区划"), "derived": True}
    )
    level: Mapped[DivisionLevel] = mapped_column(info={"label": _l("级别"), "derived": True})
    name: Mapped[str] = mapped_column(String(50), info={"label": _l("名称")})
    is_pseudo: Mapped[bool] = mapped_column(
        default=False,
        info={"label": _l("非实体区划"), "help": _l("开发区、林场、虚拟社区等，不计入应建站数。")},
    )
    retired_on: Mapped[date | None] = mapped_column(info={"label": _l("撤销日期")})
    succeeded_by: Mapped[str | None] = mapped_column(
        String(VILLAGE), ForeignKey("division.code"), index=True, info={"label": _l("继任区划")}
    )
    note: Mapped[str | None] = mapped_column(
        String(500),
        info={"label": _l("内部备注"), "private": True, "multiline": True, "help": _l("只有管辖本区划的人员能看到。")},
    )

    parent: Mapped["Division | None"] = relationship(
        remote_side=[code], foreign_keys=[parent_code], viewonly=True, info={"label": _l("上级区划")}
    )
    successor: Mapped["Division | None"] = relationship(
        remote_side=[code], foreign_keys=[succeeded_by], viewonly=True, info={"label": _l("继任区划")}
    )

    @validates("code")
    def _derive_place(self, _key: str, code: str) -> str:
        self._settle(code)
        self.parent_code = parent_code_of(code)
        self.is_pseudo = is_pseudo_code(code)  # until a user says otherwise
        if len(code) in LEVEL_OF_LENGTH:
            self.level = LEVEL_OF_LENGTH[len(code)]
        return code

    def __str__(self) -> str:
        return self.name
