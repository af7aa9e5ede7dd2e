"""People who sign in, and where they may do what."""

from datetime import date, datetime
from typing import ClassVar

from flask_appbuilder.security.sqla.models import Role
from flask_appbuilder.security.sqla.models import User as FabUser
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import VILLAGE, Model, Visibility

MAX_SCOPES = 8


class Account(FabUser):
    """A person with an account. 姓名 is one field, kept in Flask-AppBuilder's `first_name`.

    It cannot be called User: Flask-AppBuilder's own relationships look that name up in the same registry.
    """

    __tablename__ = "ab_user"
    __visibility__: ClassVar[Visibility] = Visibility.SYSTEM

    is_demo: Mapped[bool] = mapped_column(default=False, info={"label": _l("演示账号")})
    # Raised by app.security.revoke when rights or the password change; sessions with an older number are over.
    session_version: Mapped[int] = mapped_column(default=1, server_default="1", info={"derived": True})
    fail_count: Mapped[int] = mapped_column(default=0, server_default="0", info={"derived": True})
    locked_until: Mapped[datetime | None] = mapped_column(info={"derived": True})
    scopes: Mapped[list["UserScope"]] = relationship(back_populates="user", cascade="all, delete-orphan")

    def get_full_name(self) -> str:
        return self.first_name


class UserScope(Model):
    """One place where a person holds one role, from-until (both days included; no end: until revoked)."""

    __tablename__ = "user_scope"
    __visibility__: ClassVar[Visibility] = Visibility.SYSTEM
    __table_args__ = (
        UniqueConstraint("user_id", "role_id", "division_code", "valid_from"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="until_after_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id"), index=True)
    division_code: Mapped[str] = mapped_column(String(VILLAGE), ForeignKey("division.code"), index=True)
    valid_from: Mapped[date] = mapped_column()
    valid_until: Mapped[date | None] = mapped_column()

    user: Mapped["Account"] = relationship(back_populates="scopes")
    role: Mapped[Role] = relationship()

    def __str__(self) -> str:
        return f"{self.role} {self.division_code}"
