"""申请查阅: somebody asks to read a sealed case whose number he has (F53)."""

from datetime import date, datetime
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Stamped, Visibility
from models.case import Case


class SealedRequest(Stamped, Model):
    """What was asked, word for word. It points to no case, and none is looked for when it is made: there may be one of
    that number, or not. app.opening says who reads it.
    """

    __tablename__ = "sealed_request"
    __visibility__: ClassVar[Visibility] = Visibility.SYSTEM
    __table_args__ = (Index(None, "number"), Index(None, "by_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(50), info={"label": _l("编号")})
    reason: Mapped[str] = mapped_column(String(200), info={"label": _l("申请理由"), "multiline": True})
    by_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"derived": True})
    by_name: Mapped[str] = mapped_column(String(64), info={"label": _l("申请人")})
    asked_on: Mapped[date] = mapped_column(info={"label": _l("申请日期")})
    answer_by: Mapped[date] = mapped_column(info={"label": _l("答复期限")})

    def __str__(self) -> str:
        return self.number


class SealedOpening(Stamped, Model):
    """What was decided of a request: reading until a moment (UTC), or nothing (`closes_at` is NULL)."""

    __tablename__ = "sealed_opening"
    __label__ = _l("申请查阅")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "case"
    __writing__: ClassVar[dict[str, str]] = {}
    __table_args__ = (
        UniqueConstraint("request_id"),
        CheckConstraint("closes_at > opened_at", name="closes_after_opening"),
        Index(None, "user_id", "case_id", "closes_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("sealed_request.id"), info={"derived": True})
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), index=True, info={"derived": True})
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), info={"derived": True})
    name: Mapped[str] = mapped_column(String(64), info={"label": _l("申请人")})
    asked_on: Mapped[date] = mapped_column(info={"label": _l("申请日期")})
    reason: Mapped[str] = mapped_column(String(200), info={"label": _l("申请理由"), "multiline": True})
    opened_at: Mapped[datetime] = mapped_column(info={"derived": True})
    closes_at: Mapped[datetime | None] = mapped_column(info={"derived": True})
    decided_by: Mapped[str] = mapped_column(String(64), info={"label": _l("决定人")})
    decision: Mapped[str] = mapped_column(String(200), info={"label": _l("决定说明"), "multiline": True})

    case: Mapped[Case] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.name
