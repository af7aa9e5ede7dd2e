"""谁看过: who opened the page of a row with secrets, or took it away (F54)."""

import enum
from datetime import datetime
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column, validates

from models.base import VILLAGE, Located, Model, Visibility


class LookKind(enum.Enum):
    """How it was looked at. What is opened with a reason stands in the audit, and not here."""

    PAGE = "打开页面"
    EXPORT = "导出"


class LookEntry(Located, Model):
    """One look of one person at one row. `app.looks` says who reads it; nobody writes it through the guard.

    It points to nothing: it outlives the account, the row and the division.
    """

    __tablename__ = "look_entry"
    __visibility__: ClassVar[Visibility] = Visibility.SYSTEM
    __table_args__ = (Index(None, "register", "row_key", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(info={"label": _l("时间")})
    actor_id: Mapped[int | None] = mapped_column(info={"label": _l("操作人编号")})
    actor_name: Mapped[str] = mapped_column(String(64), info={"label": _l("谁")})
    kind: Mapped[LookKind] = mapped_column(info={"label": _l("方式")})
    register: Mapped[str] = mapped_column(String(64))
    row_key: Mapped[str] = mapped_column(String(64))
    division_code: Mapped[str] = mapped_column(String(VILLAGE))

    @validates("division_code")
    def _derive_place(self, _key: str, code: str | None) -> str | None:
        self._settle(code)
        return code
