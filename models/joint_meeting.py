"""联席会议 (2010 opinion, 四(一)(5) 工作联席, 六(二)): who met, what was decided, who sees to it until when; F11."""

from datetime import date
from typing import ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Ended, Model, Stamped, StationOwned, Visibility
from models.member_unit import MemberUnit


class JointMeeting(StationOwned, Ended, Stamped, Model):
    """One meeting of a station with its units, and its decisions."""

    __tablename__ = "joint_meeting"
    __label__ = _l("联席会议")
    __ending__ = _l("作废")
    __attachments__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    held_on: Mapped[date] = mapped_column(index=True, info={"label": _l("会议日期"), "not_future": True})
    chair: Mapped[str] = mapped_column(String(50), info={"label": _l("主持人")})
    units_present: Mapped[str | None] = mapped_column(String(500), info={"label": _l("参会单位"), "multiline": True})
    topics: Mapped[str] = mapped_column(String(1000), info={"label": _l("议题"), "multiline": True})

    decisions: Mapped[list["Decision"]] = relationship(
        viewonly=True, order_by="Decision.id", info={"label": _l("议定事项")}
    )

    def __str__(self) -> str:
        return f"{self.held_on:%Y-%m-%d} {self.topics[:30]}"


class Decision(Stamped, Model):
    """One thing that a meeting decided; open until it is done. Edited inside the meeting's form."""

    __tablename__ = "decision"
    __label__ = _l("议定事项")
    __visibility__: ClassVar[Visibility] = Visibility.PARENT
    __parent__: ClassVar[str] = "meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("joint_meeting.id"), index=True, info={"derived": True})
    text: Mapped[str] = mapped_column(String(500), info={"label": _l("议定事项")})
    unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("member_unit.id"), index=True, info={"label": _l("责任单位"), "beside": "station_id"}
    )
    due_on: Mapped[date] = mapped_column(info={"label": _l("落实期限")})
    done_on: Mapped[date | None] = mapped_column(info={"label": _l("落实日期"), "not_future": True})

    meeting: Mapped[JointMeeting] = relationship(viewonly=True)
    unit: Mapped[MemberUnit | None] = relationship(viewonly=True, info={"label": _l("责任单位")})

    def __str__(self) -> str:
        return self.text
