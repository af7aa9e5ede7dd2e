"""People who sign in, and where they may do what."""

from datetime import date, datetime
from typing import Any, ClassVar

from flask_appbuilder.security.sqla.models import User as FabUser
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import VILLAGE, Located, Model, Versioned, Visibility
from models.division import Division
from models.member_unit import MemberUnit
from models.role import StaffRole

MAX_SCOPES = 8

# Flask-AppBuilder's own columns, as our pages call them.
_LABELS: dict[str, dict[str, Any]] = {
    "username": {
        "label": _l("账号"),
        "pattern": (r"[\w.@-]{1,64}", _l("账号应为 1 至 64 个字母、数字、下划线、点、@ 或短横线。")),
        "help": _l("登录时输入的名字，保存后不能修改。"),
    },
    "first_name": {"label": _l("姓名")},
    "active": {"label": _l("启用")},
    "last_login": {"label": _l("最近登录")},
}
for _name, _info in _LABELS.items():
    FabUser.__table__.c[_name].info.update(_info)


class Account(Located, Versioned, FabUser):
    """A person with an account. 姓名 is one field, kept in Flask-AppBuilder's `first_name`.

    It cannot be called User: Flask-AppBuilder's own relationships look that name up in the same registry.
    `division_code` says whose business the account is; one without it is the product's own. The version counts what
    managers change, not every sign-in.
    """

    __tablename__ = "ab_user"
    __label__ = _l("账号")
    __visibility__: ClassVar[Visibility] = Visibility.DOWN

    is_demo: Mapped[bool] = mapped_column(default=False, info={"label": _l("演示账号")})
    # Raised by app.security.revoke when rights or the password change; sessions with an older number are over.
    session_version: Mapped[int] = mapped_column(default=1, server_default="1", info={"derived": True})
    fail_count: Mapped[int] = mapped_column(default=0, server_default="0", info={"derived": True})
    locked_until: Mapped[datetime | None] = mapped_column(info={"derived": True})
    division_code: Mapped[str | None] = mapped_column(
        String(VILLAGE),
        ForeignKey("division.code"),
        index=True,
        info={"label": _l("所属区划"), "required": True, "help": _l("由这里的上级管理这个账号。")},
    )
    division: Mapped[Division | None] = relationship(Division, viewonly=True, info={"label": _l("所属区划")})
    scopes: Mapped[list["UserScope"]] = relationship(back_populates="user", cascade="all, delete-orphan")

    __info__ = {"state": {"label": _l("状态")}, "posts": {"label": _l("角色与范围")}}

    @validates("division_code")
    def _derive_place(self, _key: str, code: str | None) -> str | None:
        self._settle(code)
        return code

    @validates("username")
    def _fill_stock_columns(self, _key: str, username: str) -> str:
        # Flask-AppBuilder insists on both; the product uses neither.
        self.email, self.last_name = f"{username}@localhost.invalid", ""
        return username

    @property
    def state(self) -> str:
        """停用, 待激活 (no password yet) or 正常."""
        if not self.active:
            return str(_l("停用"))
        return str(_l("正常") if self.password else _l("待激活"))

    def get_full_name(self) -> str:
        return self.first_name


class UserScope(Model):
    """One place where a person holds one role, from-until (both days included; no end: until revoked)."""

    __tablename__ = "user_scope"
    __label__ = _l("管辖范围")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "user"
    __writing__: ClassVar[str] = "grant"
    __table_args__ = (
        UniqueConstraint("user_id", "role_id", "division_code", "valid_from"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="until_after_from"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), index=True)
    role_id: Mapped[int] = mapped_column(ForeignKey("ab_role.id"), index=True, info={"label": _l("角色")})
    division_code: Mapped[str] = mapped_column(
        String(VILLAGE), ForeignKey("division.code"), index=True, info={"label": _l("管辖区划")}
    )
    # For whom a 部门经办人 acts; without one he sees nothing that is meant for a unit.
    unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("member_unit.id"),
        index=True,
        info={"label": _l("成员单位"), "help": _l("只有部门经办人要填：他只看得到交办给这个单位的事项。")},
    )
    valid_from: Mapped[date] = mapped_column(info={"label": _l("开始日期")})
    valid_until: Mapped[date | None] = mapped_column(info={"label": _l("截止日期")})

    user: Mapped["Account"] = relationship(back_populates="scopes")
    role: Mapped[StaffRole] = relationship()
    division: Mapped[Division] = relationship(Division, viewonly=True)
    unit: Mapped[MemberUnit | None] = relationship(MemberUnit, viewonly=True)

    def __str__(self) -> str:
        return f"{self.role} {self.division_code}"
