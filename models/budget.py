"""经费 (2010 opinion, 六(一): 列入当地财政预算): what a station has to spend in a year; F40."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Ended, Model, Stamped, StationOwned


class Budget(StationOwned, Ended, Stamped, Model):
    """The money of one station in one year."""

    __tablename__ = "budget"
    __label__ = _l("经费")
    __ending__ = _l("作废")
    __attachments__ = True
    __table_args__ = (
        Index(
            None,
            "station_id",
            "year",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
            info={"field": "year", "message": _l("该站这一年的经费已经登记。")},
        ),
        CheckConstraint(
            "year BETWEEN 2000 AND 2100",
            name="year_plausible",
            info={"field": "year", "message": _l("年度应为 2000 到 2100。")},
        ),
        CheckConstraint(
            "amount_yuan >= 0",
            name="amount_not_negative",
            info={"field": "amount_yuan", "message": _l("金额不能是负数。")},
        ),
        CheckConstraint(
            "document_no IS NOT NULL OR NOT is_in_budget",
            name="document_of_budget",
            info={"field": "document_no", "message": _l("列入财政预算的，请填写文号。")},
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(info={"label": _l("年度")})
    amount_yuan: Mapped[int] = mapped_column(info={"label": _l("金额（元）"), "unit": _l("元")})
    is_in_budget: Mapped[bool] = mapped_column(default=False, info={"label": _l("列入当地财政预算")})
    document_no: Mapped[str | None] = mapped_column(
        String(50), info={"label": _l("预算文号"), "help": _l("列入财政预算的必填。")}
    )

    def __str__(self) -> str:
        return f"{self.year} 年"
