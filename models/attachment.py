"""附件: a picture or a PDF that hangs on a row of any register."""

from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, validates

from models.base import VILLAGE, Located, Model, Stamped, Visibility


class Attachment(Located, Stamped, Model):
    """One file of one row, sealed. Whoever sees the row sees it, whoever may edit the row may add and remove it.

    It names the row by register and uid, not by a foreign key: so it hangs on every register without a column there.
    """

    __tablename__ = "attachment"
    __label__ = _l("附件")
    __visibility__: ClassVar[Visibility] = Visibility.ATTACHED
    __table_args__ = (Index(None, "row_uid"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    register: Mapped[str] = mapped_column(String(64), info={"derived": True})
    row_uid: Mapped[str] = mapped_column(String(32), info={"derived": True})
    row_key: Mapped[str] = mapped_column(String(64), info={"derived": True})
    division_code: Mapped[str] = mapped_column(String(VILLAGE), info={"derived": True})
    name: Mapped[str] = mapped_column(String(100), info={"label": _l("文件名")})
    kind: Mapped[str] = mapped_column(String(8), info={"label": _l("类型")})
    size: Mapped[int] = mapped_column(info={"label": _l("字节数")})
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, info={"derived": True})

    @validates("division_code")
    def _derive_place(self, _key: str, code: str | None) -> str | None:
        self._settle(code)
        return code

    def __str__(self) -> str:
        return self.name
