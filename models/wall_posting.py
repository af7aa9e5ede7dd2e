"""上墙: what a station shows on its wall (2010 opinion, 四(一)), with a photo; F10."""

import enum
from datetime import date

from flask_babel import lazy_gettext as _l
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Ended, Model, Stamped, StationOwned


class PostingKind(enum.Enum):
    """What the opinion wants on the wall."""

    DUTIES = "工作职责"
    CONTENT = "工作内容"
    ROSTER = "队伍名单"


class WallPosting(StationOwned, Ended, Stamped, Model):
    """One sheet on the wall since a day; whether it still tells the truth is worked out (app.postings)."""

    __tablename__ = "wall_posting"
    __label__ = _l("上墙")
    __ending__ = _l("撤下")
    __attachments__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PostingKind] = mapped_column(info={"label": _l("上墙内容")})
    posted_on: Mapped[date] = mapped_column(info={"label": _l("上墙日期"), "not_future": True, "starts_as": "today"})
    spot: Mapped[str | None] = mapped_column(String(100), info={"label": _l("张贴位置")})

    def __str__(self) -> str:
        return f"{self.kind.value} {self.posted_on:%Y-%m-%d}"
