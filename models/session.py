"""Who is signed in where, and which addresses guess passwords. The cookie holds a random id; these rows decide."""

import enum
from datetime import datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model, Visibility

DIGEST = 64  # hexadecimal digits of SHA-256


class EndReason(enum.Enum):
    """Why a session ended before its time; one that a change of rights ended says so by its version."""

    SIGNED_OUT = "退出登录"
    TAKEN_DOWN = "本人下线"
    NEW_PASSWORD = "修改密码"  # noqa: S105  a reason, no secret


class SignInSession(Model):
    """One sign-in of one person in one browser; only the digest of its id is kept."""

    __tablename__ = "sign_in_session"
    __visibility__: ClassVar[Visibility] = Visibility.SYSTEM
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (ended_reason IS NULL)", name="ended_with_reason"),
        Index(None, "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(DIGEST), unique=True)
    version: Mapped[int] = mapped_column()  # Account.session_version at that moment: another one ends the session
    created_at: Mapped[datetime] = mapped_column()
    seen_at: Mapped[datetime] = mapped_column()
    device: Mapped[str] = mapped_column(String(100))
    address: Mapped[str] = mapped_column(String(45))
    ended_at: Mapped[datetime | None] = mapped_column()
    ended_reason: Mapped[EndReason | None] = mapped_column()


class SignInFailure(Model):
    """A sign-in from one address that did not succeed (yet); the address is kept as a keyed digest, for minutes."""

    __tablename__ = "sign_in_failure"
    __visibility__: ClassVar[Visibility] = Visibility.SYSTEM
    __table_args__ = (Index(None, "address_key", "at"), Index(None, "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    address_key: Mapped[str] = mapped_column(String(DIGEST))
    at: Mapped[datetime] = mapped_column()
