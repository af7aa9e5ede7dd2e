"""Who changed what: the history that users see is this table (design of the audit: docs/architecture.md)."""

from datetime import datetime
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, validates

from models.base import VILLAGE, Located, Model, Visibility


class AuditEntry(Located, Model):
    """One change of one row, written in the transaction of the change.

    `division_code` is no foreign key: an entry outlives its row and its division. `chain`, `prev` and `link` are for
    the sealer that will chain the entries after commit; until then `prev` and `link` are empty. The root is the row in
    whose history the entry stands: the row itself, or what it is a child or an attachment of.
    """

    __tablename__ = "audit_entry"
    __label__ = _l("修改记录")
    __visibility__: ClassVar[Visibility] = Visibility.HISTORY
    __table_args__ = (
        UniqueConstraint("chain", "prev"),
        Index(None, "root_register", "root_key", "id"),
        Index(None, "actor_id", "id"),  # what somebody did last
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(info={"label": _l("时间")})
    actor_id: Mapped[int | None] = mapped_column(info={"label": _l("操作人编号")})
    actor_name: Mapped[str] = mapped_column(String(64), info={"label": _l("操作人")})
    verb: Mapped[str] = mapped_column(String(16), info={"label": _l("操作")})
    register: Mapped[str] = mapped_column(String(64))
    row_key: Mapped[str] = mapped_column(String(64))
    row_name: Mapped[str] = mapped_column(String(100))
    root_register: Mapped[str] = mapped_column(String(64), server_default=text("''"))
    root_key: Mapped[str] = mapped_column(String(64), server_default=text("''"))
    division_code: Mapped[str | None] = mapped_column(String(VILLAGE))
    changes: Mapped[dict[str, Any]] = mapped_column(JSON, info={"label": _l("修改内容")})
    mac: Mapped[str] = mapped_column(String(80))
    chain: Mapped[str] = mapped_column(String(12))
    prev: Mapped[str | None] = mapped_column(String(80))
    link: Mapped[str | None] = mapped_column(String(80))

    @validates("division_code")
    def _derive_place(self, _key: str, code: str | None) -> str | None:
        self._settle(code)
        return code
