"""回避: somebody who is shut out of a case, because he is close to one of its parties (F53)."""

from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Stamped, Visibility
from models.case import Case


class CaseRecusal(Stamped, Model):
    """One person who does not read one case, sealed or not, whatever else he is: handler, head, or let in."""

    __tablename__ = "case_recusal"
    __label__ = _l("回避")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "case"
    __writing__: ClassVar[dict[str, str]] = {"add": "approve", "edit": "approve"}
    __table_args__ = (
        Index(None, "user_id", "case_id", unique=True, sqlite_where=text("lifted_on IS NULL"),
              postgresql_where=text("lifted_on IS NULL")),
        CheckConstraint("(lifted_on IS NULL) = (lifted_reason IS NULL)", name="lifted_for_a_reason"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), index=True, info={"derived": True})
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"derived": True})
    name: Mapped[str] = mapped_column(String(64), info={"label": _l("回避人")})
    reason: Mapped[str] = mapped_column(String(200), info={"label": _l("回避原因"), "multiline": True})
    since: Mapped[date] = mapped_column(info={"label": _l("回避日期")})
    by_name: Mapped[str] = mapped_column(String(64), info={"label": _l("决定人")})
    lifted_on: Mapped[date | None] = mapped_column(info={"label": _l("解除日期")})
    lifted_reason: Mapped[str | None] = mapped_column(String(200), info={"label": _l("解除原因"), "multiline": True})

    case: Mapped[Case] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.name
