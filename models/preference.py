"""What a person wants remembered about his own pages."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, Visibility


class Preference(Model):
    """One person's memory of one page, e.g. "list:Case": sealed, because names he searched for may stand in it."""

    __tablename__ = "preference"
    __visibility__: ClassVar[Visibility] = Visibility.SYSTEM
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(Text)  # written by app.preferences only
    changed_at: Mapped[datetime] = mapped_column()
