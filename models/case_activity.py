"""办理记录: what was done in a case, day by day (F15)."""

import enum
from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model, Stamped, Visibility, secret
from models.case import Case


class ActivityKind(enum.Enum):
    """What was done (F15)."""

    RECEPTION = "接待"
    CALL = "电话"
    HOME_VISIT = "走访"
    INVESTIGATION = "调查"
    MEDIATION = "调解"
    CONSULTATION = "会商"
    ANSWER = "答复"
    FOLLOW_UP = "回访"


class CaseActivity(Stamped, Model):
    """One thing done in a case. It is added and never changed or taken out: a correction is another one.

    `is_repeat` marks that she came, called or wrote again: a case counts once (件), each time she comes counts (次).
    """

    __tablename__ = "case_activity"
    __label__ = _l("办理记录")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "case"
    __writing__: ClassVar[dict[str, str]] = {"add": "handle"}

    __table_args__ = (
        Index(  # how often they came again in a period
            None, "happened_on", sqlite_where=text("is_repeat"), postgresql_where=text("is_repeat")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("case_record.id"), index=True, info={"derived": True})
    kind: Mapped[ActivityKind] = mapped_column(info={"label": _l("类别")})
    happened_on: Mapped[date] = mapped_column(
        info={"label": _l("日期"), "not_future": True, "starts_as": "today", "short": True}
    )
    summary: Mapped[str] = mapped_column(
        String(100), info={"label": _l("事项"), "help": _l("一句话；经过写在下面，加密保存。")}
    )
    content: Mapped[str | None] = secret("narrative", _l("经过"), multiline=True)
    done_by: Mapped[str] = mapped_column(
        String(50), info={"label": _l("经办人"), "starts_as": "me", "short": True, "person": True}
    )
    is_repeat: Mapped[bool] = mapped_column(default=False, info={"label": _l("当事人再次来访、来电、来信（计一次）")})

    case: Mapped[Case] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.summary
