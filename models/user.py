"""People who sign in, and where they may do what."""

from datetime import date
from typing import Any, ClassVar

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu, assoc_permissionview_role
from flask_appbuilder.security.sqla.models import Role as FabRole
from flask_appbuilder.security.sqla.models import User as FabUser
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import VILLAGE, Located, Model, Visibility
from models.division import Division

MAX_SCOPES = 8
TITLE = 40  # longest name of a role, without the owner's code before it

# What a cell of the matrix is called (Flask-AppBuilder's tables) is no secret.
for _catalogue in (Permission, PermissionView, ViewMenu):
    _catalogue.__visibility__ = Visibility.COMMON

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


class Account(Located, FabUser):
    """A person with an account. 姓名 is one field, kept in Flask-AppBuilder's `first_name`.

    It cannot be called User: Flask-AppBuilder's own relationships look that name up in the same registry.
    `division_code` says whose business the account is; one without it is the product's own.
    """

    __tablename__ = "ab_user"
    __visibility__: ClassVar[Visibility] = Visibility.DOWN

    is_demo: Mapped[bool] = mapped_column(default=False, info={"label": _l("演示账号")})
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


class StaffRole(FabRole):
    """What one may do: shipped with the product, or a copy that a division made for its own part.

    It cannot be called Role, for the same reason. A copy's `name` begins with its owner's code, so that each division
    may call its copies as it likes; `title` is what people read. `based_on_id` is the shipped role it comes from.
    """

    __tablename__ = "ab_role"
    __visibility__: ClassVar[Visibility] = Visibility.SHIPPED
    __place__: ClassVar[str] = "division_code"
    __writing__: ClassVar[str] = "grant"
    __audited__: ClassVar[tuple[str, ...]] = ("permissions",)

    division_code: Mapped[str | None] = mapped_column(
        String(VILLAGE), ForeignKey("division.code"), index=True, info={"label": _l("所属区划")}
    )
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("ab_role.id"), index=True, info={"label": _l("来自")})
    permissions: Mapped[list[PermissionView]] = relationship(
        PermissionView,
        secondary=assoc_permissionview_role,
        passive_deletes=True,
        overlaps="permissions,role",
        info={"label": _l("权限")},
    )
    division: Mapped[Division | None] = relationship(Division, viewonly=True, info={"label": _l("所属区划")})
    based_on: Mapped["StaffRole | None"] = relationship(
        "StaffRole", remote_side="StaffRole.id", viewonly=True, info={"label": _l("来自")}
    )

    __info__ = {"title": {"label": _l("名称")}}

    @property
    def place(self) -> str | None:
        """The division a copy belongs to; None for a shipped role."""
        return self.division_code

    @property
    def title(self) -> str:
        """The name as people read it."""
        return title_of(self.name)

    def __str__(self) -> str:
        return self.title


FabRole.__table__.c.name.info.update({"label": _l("名称")})
for _rule, _check in (
    ("copy_has_owner_and_origin", "(division_code IS NULL) = (based_on_id IS NULL)"),
    (
        "copy_named_for_owner",
        "division_code IS NULL OR substr(name, 1, length(division_code) + 1) = division_code || ':'",
    ),
):
    FabRole.__table__.append_constraint(CheckConstraint(_check, name=_rule))


def title_of(name: str) -> str:
    """A role's stored name without its owner's code."""
    return name.rpartition(":")[2]


class UserScope(Model):
    """One place where a person holds one role, from-until (both days included; no end: until revoked)."""

    __tablename__ = "user_scope"
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
    valid_from: Mapped[date] = mapped_column(info={"label": _l("开始日期")})
    valid_until: Mapped[date | None] = mapped_column(info={"label": _l("截止日期")})

    user: Mapped["Account"] = relationship(back_populates="scopes")
    role: Mapped[StaffRole] = relationship()
    division: Mapped[Division] = relationship(Division, viewonly=True)

    def __str__(self) -> str:
        return f"{self.role} {self.division_code}"


class RoleBaseline(Model):
    """The cells that `flask setup` shipped last: what is new in the next version, and nothing else, is granted then."""

    __tablename__ = "role_baseline"
    __table_args__ = (UniqueConstraint("role", "register", "cell"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(64))
    register: Mapped[str] = mapped_column(String(64))
    cell: Mapped[str] = mapped_column(String(64))
