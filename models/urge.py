"""催办: somebody is asked to go on with a case (F18)."""

import enum
from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Stamped, Visibility
from models.case import Case


class UrgeKind(enum.Enum):
    """Who asks: a person, or the clock before and after the due date."""

    PERSON = "人工催办"
    SOON = "临期提醒"
    OVERDUE = "逾期提醒"


class Urge(Stamped, Model):
    """One reminder to whoever handles a case. Those of the clock are one for each due date, whatever runs twice."""

    __tablename__ = "urge"
    __label__ = _l("催办")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "case"
    __writing__: ClassVar[dict[str, str]] = {"add": "urge", "edit": "handle"}
    __table_args__ = (
        UniqueConstraint("case_id", "kind", "made_for"),
        CheckConstraint("(replied_on IS NULL) = (reply IS NULL)", name="reply_dated"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), index=True, info={"derived": True})
    kind: Mapped[UrgeKind] = mapped_column(default=UrgeKind.PERSON, info={"label": _l("类别")})
    # The due date that the clock warns of; NULL (never equal to another) for what a person asks.
    made_for: Mapped[date | None] = mapped_column(info={"label": _l("针对的期限")})
    to_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True, info={"derived": True})
    to_name: Mapped[str | None] = mapped_column(String(50), info={"label": _l("催办对象")})
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), info={"derived": True})
    by_name: Mapped[str] = mapped_column(String(50), info={"label": _l("催办人")})
    sent_on: Mapped[date] = mapped_column(info={"label": _l("催办日期")})
    reason: Mapped[str] = mapped_column(String(200), info={"label": _l("催办内容"), "multiline": True})
    reply: Mapped[str | None] = mapped_column(String(200), info={"label": _l("回复"), "multiline": True})
    replied_on: Mapped[date | None] = mapped_column(info={"label": _l("回复日期")})
    replied_by: Mapped[str | None] = mapped_column(String(50), info={"label": _l("回复人")})

    case: Mapped[Case] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.reason
