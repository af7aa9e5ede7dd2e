"""What the hands of a case share: 转办, and what goes to a superior or comes from one (F16–F21)."""

import enum
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from models.base import CITY, COUNTY, TOWNSHIP, VILLAGE, Ended, StationOwned, only_with, secret
from models.case import Case, CaseState, UnderCase, in_its_place

RUNNING = (CaseState.APPLIED, CaseState.ACCEPTED, CaseState.INVESTIGATING, CaseState.HANDLING)
OF_CASE = {"label": _l("案件"), "help": _l("输入编号查找。"), "among": lambda: Case.state.in_(RUNNING)}


class Superior(enum.Enum):
    """Which 妇联 above the station: the level of the division that it is for."""

    TOWNSHIP = "乡镇(街道)妇联"
    COUNTY = "县(市、区)妇联"
    CITY = "市妇联"

    @property
    def digits(self) -> int:
        """How long the code of such a division is."""
        return {"TOWNSHIP": TOWNSHIP, "COUNTY": COUNTY, "CITY": CITY}[self.name]


class Body(enum.Enum):
    """Who is told up there (F20, F21)."""

    WOMEN = "上级妇联"
    COORDINATION = "上级维护妇女儿童合法权益协调组织"


class Hand(UnderCase, StationOwned, Ended):
    """A row with a number and a day until which somebody has to act. What it says of a case are copies or words of its
    own: whoever receives it reads no case.
    """

    __resumes__: ClassVar[bool] = False  # what was taken back is made anew
    __find__ = ("number",)
    __serial__: ClassVar[str]  # the character that its numbers begin with
    __sending__: ClassVar[Any]  # what making one is called here
    __above__: ClassVar[str] = "division_code"  # the column with the division at its upper end, if it has one
    __days__: ClassVar[str]  # the setting of the working days that it has
    __open__: ClassVar[tuple[enum.Enum, ...]]  # the states in which somebody still has to act

    __waited__: ClassVar[tuple[enum.Enum, ...]] = ()  # those of them in which its case waits for it, if not in all

    @declared_attr
    def number(cls) -> Mapped[str]:
        pattern = cls.__serial__ + "{county_code}-{n:05}"
        return mapped_column(String(50), info={"label": _l("编号"), "derived": True, "serial": pattern})

    @declared_attr
    def sent_on(cls) -> Mapped[date]:
        return mapped_column(
            info={"label": _l("%(sending)s日期", sending=cls.__sending__), "derived": True, "today": True}
        )

    @declared_attr
    def sent_by(cls) -> Mapped[str | None]:
        return mapped_column(String(64), info={"label": _l("%(sending)s人", sending=cls.__sending__), "derived": True})

    due_on: Mapped[date | None] = mapped_column(
        index=True, info={"label": _l("期限"), "help": _l("不填的，按系统设置的工作日计算。")}
    )
    signed_on: Mapped[date | None] = mapped_column(info={"label": _l("签收日期")})
    signed_by: Mapped[str | None] = mapped_column(String(64), info={"label": _l("签收人")})
    closed_on: Mapped[date | None] = mapped_column(info={"label": _l("办结日期")})

    if TYPE_CHECKING:
        state: Any

    @classmethod
    def is_for(cls, case: Case) -> bool:
        """Whether one is made of such a case."""
        return True

    @classmethod
    def is_open(cls) -> Any:
        """The rows of which somebody still has to do something."""
        return cls.state.in_(cls.__open__) & cls.ended_on.is_(None)

    @classmethod
    def holds_up(cls) -> Any:
        """Those of them that their case waits for."""
        return cls.state.in_(cls.__waited__ or cls.__open__) & cls.ended_on.is_(None)

    @property
    def runs(self) -> bool:
        return self.state in self.__open__ and self.ended_on is None

    def __str__(self) -> str:
        return self.number


class Copied:
    """What is copied from the case when it is sent: of the woman, what is ticked."""

    summary: Mapped[str] = secret(
        "narrative", _l("情况摘要"), multiline=True, help=_l("写给收件单位看的；案件里的其他内容不会转出。")
    )
    subject: Mapped[str] = mapped_column(String(100), info={"label": _l("事由"), "derived": True, "recorded": True})
    has_name: Mapped[bool] = mapped_column(default=False, info={"label": _l("随附姓名")})
    has_phone: Mapped[bool] = mapped_column(
        default=False, info={"label": _l("随附联系电话"), "help": _l("有安全联系电话的，只转安全联系电话。")}
    )
    has_address: Mapped[bool] = mapped_column(default=False, info={"label": _l("随附住址")})
    name: Mapped[str | None] = mapped_column(
        String(50), info={"label": _l("当事人姓名"), "derived": True, "masked": "name"}
    )
    phone: Mapped[str | None] = secret("phone", _l("联系电话"), derived=True)
    address: Mapped[str | None] = secret("address", _l("住址"), derived=True)


class Upward(Hand):
    """What goes to a superior: `to_code`, a division above the station, signs and answers; the station does not."""

    __ending__ = _l("撤回")
    __sending__ = _l("报送")
    __above__ = "to_code"

    to_level: Mapped[Superior] = mapped_column(default=Superior.COUNTY, info={"label": _l("报送到")})
    to_code: Mapped[str] = mapped_column(String(VILLAGE), info={"label": _l("报送区划"), "derived": True})


def handed(signed: str, closed: str, since: str = "sent_on", early: Any = "") -> tuple[Any, ...]:
    """What the database holds of a hand: its case where it lies, who signed, when it was closed, a day after `since`.

    `signed` and `closed`: in which states it was signed for, and is over.
    """
    listed = ", ".join(f"'{state}'" for state in closed.split())
    return (
        in_its_place(),
        Index(None, "number", unique=True),
        only_with(signed, "signed_on signed_by", "signed_facts"),
        CheckConstraint(f"(state IN ({listed})) = (closed_on IS NOT NULL)", name="closed_dated"),
        CheckConstraint(
            f"due_on >= {since}",
            name="due_after_sent",
            info={"field": "due_on", "message": early or _l("期限不能早于报送日期。")},
        ),
    )


def above(column: str, beside: bool = False) -> CheckConstraint:
    """The column is the code of a division above the row's own, or (`beside`) the row's own."""
    shorter = f"length({column}) {'<=' if beside else '<'} length(division_code)"
    return CheckConstraint(
        f"{column} = substr(division_code, 1, length({column})) AND {shorter}",
        name=f"{column}_above",
    )
