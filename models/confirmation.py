"""人工确认 of a line of a checklist, where no record tells (F7)."""

from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Ended, Model, Stamped, StationOwned
from models.checklist import Checklist, ChecklistItem, ChecklistKind


class Confirmation(StationOwned, Ended, Stamped, Model):
    """人工确认: somebody vouches for a line of a checklist at a station, with what the line asks to be shown.

    Beside a line that a rule judges it is 佐证: kept with its files, and it changes no verdict.
    """

    __tablename__ = "confirmation"
    __label__ = _l("人工确认")
    __ending__ = _l("撤回")
    __attachments__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(
        ForeignKey("checklist_item.id"),
        index=True,
        info={
            "label": _l("标准项目"),
            "help": _l("按记录自动判定的项目也可以选：只作佐证保存，不改变判定。"),
            "among": lambda: ChecklistItem.checklist_id.in_(
                select(Checklist.id).where(Checklist.kind == ChecklistKind.STATION)
            ),
        },
    )
    confirmed_on: Mapped[date] = mapped_column(info={"label": _l("确认日期"), "not_future": True, "starts_as": "today"})
    confirmed_by: Mapped[str] = mapped_column(
        String(50), info={"label": _l("确认人"), "starts_as": "me", "person": True}
    )
    note: Mapped[str | None] = mapped_column(String(500), info={"label": _l("说明"), "multiline": True})
    edition: Mapped[int] = mapped_column(info={"label": _l("标准版次"), "derived": True})
    valid_until: Mapped[date | None] = mapped_column(info={"label": _l("有效期至"), "derived": True})

    item: Mapped[ChecklistItem] = relationship(viewonly=True, info={"label": _l("标准项目")})

    def __str__(self) -> str:
        return str(self.item)
