"""One-time links by which a person sets his own password: nobody else ever knows it."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, Visibility
from models.session import DIGEST


class Activation(Model):
    """A link that was issued; only the digest of its token is kept, and only the newest of a person works."""

    __tablename__ = "activation"
    __visibility__: ClassVar[Visibility] = Visibility.SYSTEM

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(DIGEST), unique=True)
    expires_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
