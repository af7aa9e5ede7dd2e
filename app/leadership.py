"""班子与队伍: what a station lacks of the people that the opinion asks for, in Chinese sentences (F3, F4, F6)."""

from collections.abc import Collection, Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import join

from app.extensions import db
from app.scope import inside
from app.security.actor import Actor
from models import MemberUnit, Seat, Specialty, Station, StationLevel, StationMember, Volunteer

# 成员单位 of the opinion (三(一)), each with the words by which today's names are known.
UNITS = {
    "人民法庭": ("法庭", "法院"),
    "公安派出所": ("派出所", "公安"),
    "司法所": ("司法",),
    "民政": ("民政", "社会事务", "社会救助"),
    "农业": ("农业", "农村", "农经"),
    "计生": ("计生", "计划生育", "卫健", "卫生健康", "卫计"),
    "土地": ("土地", "国土", "自然资源"),
}
# The seats of the opinion, each with what is said when nobody sits there; a village has no 主任.
SEATS = {
    StationLevel.TOWNSHIP: {
        Seat.DIRECTOR: _l("缺主任：应由乡镇(街道)分管妇联工作的党委领导担任。"),
        Seat.DEPUTY_WOMEN: _l("缺副主任：应由妇联主席担任。"),
        Seat.DEPUTY_ORDER: _l("缺副主任：应由综治办（今平安法治办）副主任担任。"),
    },
    StationLevel.VILLAGE: {
        Seat.BRANCH: _l("缺主管：应由村党支部明确一名负责人主管。"),
        Seat.CONGRESS: _l("缺日常工作负责人：应由村妇代会（今妇联）负责日常工作。"),
        Seat.OFFICE: _l("缺协助单位：应由综治工作室协助。"),
    },
}


def gaps(level: StationLevel | None, seats: Collection[Seat], units: Iterable[str]) -> list[str]:
    """What is missing of the 班子, one sentence each; `units` are the names and aliases of the units that take part.

    Township: opinion 三(一); village: the branch's appointee, the women's congress and the 综治 office, no 主任.
    """
    if level is None:
        return []
    missing = [str(sentence) for seat, sentence in SEATS[level].items() if seat not in seats]
    if level is StationLevel.TOWNSHIP:
        known = " ".join(units)
        lacking = [unit for unit, words in UNITS.items() if not any(word in known for word in words)]
        missing += [_("缺成员单位：%(unit)s。", unit=unit) for unit in lacking]
    return missing


def hints(specialties: Collection[Specialty | None]) -> list[str]:
    """The 专业 that nobody of the team has: hints, not failures ("等专业知识")."""
    asked = (Specialty.LAW, Specialty.PSYCHOLOGY, Specialty.SOCIOLOGY)
    return [_("提示：队伍中还没有%(specialty)s专业的人员。", specialty=s.value) for s in asked if s not in specialties]


def gaps_of(station: Station) -> list[str]:
    """The gaps of a stored station, as far as the actor sees its people; one sentence when there are none."""
    seats = select(StationMember.seat).where(StationMember.station_id == station.id, StationMember.ended_on.is_(None))
    units = (
        select(MemberUnit.name, MemberUnit.aliases)
        .join(StationMember, StationMember.unit_id == MemberUnit.id)
        .where(StationMember.station_id == station.id, StationMember.ended_on.is_(None))
    )
    names = [text for pair in db.session.execute(units) for text in pair if text]
    return gaps(station.level, set(db.session.scalars(seats)), names) or [_("班子齐全。")]


def _nobody(*conditions: Any, of: Any = StationMember) -> ColumnElement[bool]:
    held = select(StationMember.id).select_from(of)
    return ~exists(held.where(StationMember.station_id == Station.id, StationMember.ended_on.is_(None), *conditions))


def has_gaps(actor: Actor) -> ColumnElement[bool]:
    """The stations of which `gaps` names something, as SQL; only where the actor sees who sits there."""
    lacking = {level: [_nobody(StationMember.seat == seat) for seat in seats] for level, seats in SEATS.items()}
    of_units = join(StationMember, MemberUnit, StationMember.unit_id == MemberUnit.id)
    for words in UNITS.values():
        known = (name.contains(word) for name in (MemberUnit.name, MemberUnit.aliases) for word in words)
        lacking[StationLevel.TOWNSHIP].append(_nobody(or_(*known), of=of_units))
    return and_(
        inside(Station, actor.places("view", "StationMember")),
        or_(*(and_(Station.level == level, or_(*parts)) for level, parts in lacking.items())),
    )


def team_of(station: Station) -> list[str]:
    """How many people the team has, and the hints about it."""
    found = select(Volunteer.specialty).where(Volunteer.station_id == station.id, Volunteer.ended_on.is_(None))
    team = list(db.session.scalars(found))
    if not team:
        return [_("还没有登记队伍人员。")]
    return [_("在册 %(n)s 人。", n=len(team)), *hints(set(team))]
