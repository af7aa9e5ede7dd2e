"""What was typed into a form and is not saved yet: kept sealed, for the person who typed it only."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, Visibility


class Draft(Model):
    """One form of one person, half filled in: a new row's ("Case:add:<once>") or a change ("Case:edit:<uid>")."""

    __tablename__ = "draft"
    __visibility__: ClassVar[Visibility] = Visibility.SYSTEM
    __table_args__ = (UniqueConstraint("user_id", "form"), Index(None, "saved_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    form: Mapped[str] = mapped_column(String(110))
    version: Mapped[int] = mapped_column()  # of the row that it was begun on; 0 for a new one
    payload: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    saved_at: Mapped[datetime] = mapped_column()
