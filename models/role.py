"""What one may do: roles, shipped or copied, over Flask-AppBuilder's tables."""

from typing import ClassVar

from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu, assoc_permissionview_role
from flask_appbuilder.security.sqla.models import Role as FabRole
from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import VILLAGE, Model, Visibility
from models.division import Division

TITLE = 40  # longest name of a role, without the owner's code before it

# What a cell of the matrix is called (Flask-AppBuilder's tables) is no secret.
for _catalogue in (Permission, PermissionView, ViewMenu):
    _catalogue.__visibility__ = Visibility.COMMON


class StaffRole(FabRole):
    """What one may do: shipped with the product, or a copy that a division made for its own part.

    It cannot be called Role, for the same reason. A copy's `name` begins with its owner's code, so that each division
    may call its copies as it likes; `title` is what people read. `based_on_id` is the shipped role it comes from.
    """

    __tablename__ = "ab_role"
    __label__ = _l("角色")
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


class RoleBaseline(Model):
    """The cells that `flask setup` shipped last: what is new in the next version, and nothing else, is granted then."""

    __tablename__ = "role_baseline"
    __table_args__ = (UniqueConstraint("role", "register", "cell"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(String(64))
    register: Mapped[str] = mapped_column(String(64))
    cell: Mapped[str] = mapped_column(String(64))
