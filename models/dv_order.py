"""告诫书 and 人身安全保护令 of a case, and the visits that see whether they are kept (F52; 反家庭暴力法 16, 17, 30)."""

import enum
from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Ended, Model, Stamped, StationOwned, Visibility, secret
from models.case import UnderCase, in_its_place


class OrderKind(enum.Enum):
    """What was issued: by the police (16), or by a court (28)."""

    WARNING = "告诫书"
    PROTECTION = "人身安全保护令"


class VisitFinding(enum.Enum):
    """What a visit found."""

    KEPT = "没有再施暴"
    BROKEN = "再次施暴或者违反保护令"
    ABSENT = "没有见到人"


class DvOrder(UnderCase, StationOwned, Ended, Stamped, Model):
    """One written warning or protection order. A protection order lasts six months at most (30).

    `latest_on` and `visit_due_on` follow from the rest (app.protection).
    """

    __tablename__ = "dv_order"
    __label__ = _l("告诫书、保护令")
    __ending__ = _l("撤销")
    __attachments__ = True
    __table_args__ = (
        in_its_place(),
        CheckConstraint(
            "kind <> 'PROTECTION' OR (expires_on IS NOT NULL AND latest_on IS NOT NULL AND expires_on <= latest_on)",
            name="six_months",
            info={"field": "expires_on", "message": _l("保护令要填写有效期，不超过六个月（反家庭暴力法第三十条）。")},
        ),
        CheckConstraint(
            "expires_on >= issued_on", name="expires_after_issued",
            info={"field": "expires_on", "message": _l("有效期不能早于出具日期。")},
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(
        index=True, info={"label": _l("案件"), "help": _l("输入编号查找；保存以后不能换。")}
    )
    kind: Mapped[OrderKind] = mapped_column(info={"label": _l("种类")})
    issued_by: Mapped[str] = mapped_column(
        String(100), info={"label": _l("出具机关"), "help": _l("告诫书由公安机关出具，保护令由人民法院作出。")}
    )
    document_no: Mapped[str | None] = mapped_column(String(50), info={"label": _l("文号")})
    issued_on: Mapped[date] = mapped_column(info={"label": _l("出具日期"), "not_future": True})
    expires_on: Mapped[date | None] = mapped_column(
        index=True, info={"label": _l("有效期到"), "help": _l("保护令必填，最长六个月；告诫书可以填写查访到哪一天。")}
    )
    latest_on: Mapped[date | None] = mapped_column(info={"label": _l("最长到"), "derived": True})
    measures: Mapped[str | None] = secret("narrative", _l("内容"), multiline=True)
    visit_due_on: Mapped[date | None] = mapped_column(index=True, info={"label": _l("下次查访"), "derived": True})

    visits: Mapped[list["DvVisit"]] = relationship(
        viewonly=True, order_by="DvVisit.visited_on, DvVisit.id", info={"label": _l("查访")}
    )

    def __str__(self) -> str:
        return f"{self.issued_on} {self.kind.value}"


class DvVisit(Stamped, Model):
    """查访 (17): somebody went to see whether the violence has stopped."""

    __tablename__ = "dv_visit"
    __label__ = _l("查访")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "order"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("dv_order.id"), index=True, info={"derived": True})
    visited_on: Mapped[date] = mapped_column(info={"label": _l("查访日期"), "not_future": True})
    visitor: Mapped[str] = mapped_column(String(50), info={"label": _l("查访人")})
    finding: Mapped[VisitFinding] = mapped_column(info={"label": _l("查访结果")})
    note: Mapped[str | None] = mapped_column(String(200), info={"label": _l("说明")})

    order: Mapped[DvOrder] = relationship(viewonly=True)

    def __str__(self) -> str:
        return f"{self.visited_on} {self.finding.value}"
