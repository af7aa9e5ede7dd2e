"""The demonstration of the standards: regulations, walls, duty, meetings, inspections, sheets of 考核; all invented."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app import assessments, regulations, secret
from app.extensions import db
from app.security.actor import DEMO
from app.workflow.signing import Order, Women
from app.workflow.steps import advance
from models import (
    Account,
    Assessment,
    Budget,
    Checklist,
    ChecklistKind,
    Conclusion,
    Decision,
    DutyPeriod,
    DutyRoster,
    Inspection,
    JointMeeting,
    MemberUnit,
    PostingKind,
    Problem,
    ProblemResult,
    Recognition,
    RecognitionLevel,
    Station,
    WallPosting,
    Weekday,
)


def of_township(stations: list[Station], units: list[MemberUnit], phone: str, today: date) -> list[Any]:
    """The standards of a township's stations, flushed: the first two have every regulation, others lack something."""
    made: list[Any] = []
    for n, station in enumerate(stations):
        if n % 2 == 0 or n == 1:
            made += regulations.complete(station, today - timedelta(days=300))
        made += _kept(
            *(
                WallPosting(station_id=station.id, kind=kind, posted_on=today - timedelta(days=200 + 300 * n))
                for kind in list(PostingKind)[n % 2 :]
            ),
            *(_duty(station, day, n, phone) for day in list(Weekday)[:5]),
            Budget(
                station_id=station.id, year=today.year, amount_yuan=30_000 - 4_000 * n, is_in_budget=n % 2 == 0,
                document_no=None if n % 2 else f"财预〔{today.year}〕{n + 1}号",
            ),
        )  # fmt: skip
    return [
        *made,
        *_recognised(stations[:2], today),
        *_meeting(stations[0], units, today),
        *_inspection(stations[0], today),
        *_assessment(stations[0], today),
    ]


def _recognised(stations: list[Station], today: date) -> list[Any]:
    acts = ((RecognitionLevel.TOWNSHIP, 120, "镇妇联"), (RecognitionLevel.COUNTY, 100, "县妇联权益部"))
    return _kept(
        *(
            Recognition(
                station_id=station.id, by_level=level, recognized_on=today - timedelta(days=ago), recognized_by=name,
                document_no=f"妇〔{today.year}〕{ago}号",
            )
            for station in stations
            for level, ago, name in acts
        )
    )  # fmt: skip


def _kept(*rows: Any) -> list[Any]:
    db.session.add_all(rows)
    db.session.flush()
    return list(rows)


def _duty(station: Station, day: Weekday, n: int, phone: str) -> DutyRoster:
    row = DutyRoster(
        station_id=station.id, weekday=day, period=DutyPeriod.ALL_DAY, name="值班员", answers_calls=True,
        answers_letters=n % 2 == 0, receives_visitors=True,
    )  # fmt: skip
    secret.put(row, "phone", phone)
    return row


def _meeting(station: Station, units: list[MemberUnit], today: date) -> list[Any]:
    (meeting,) = _kept(
        JointMeeting(
            station_id=station.id, held_on=today - timedelta(days=20), chair="分管领导",
            units_present="、".join(unit.name for unit in units[:5]), topics="研究三件涉及家庭暴力的案件",
        )
    )  # fmt: skip
    decisions = (("对重点家庭联合走访一次", -3, None), ("开展一次法律讲座", 12, None), ("通报告诫书情况", -10, -11))
    return [
        meeting,
        *_kept(
            *(
                Decision(
                    meeting_id=meeting.id, text=text, unit_id=units[n].id, due_on=today + timedelta(days=due),
                    done_on=None if done is None else today + timedelta(days=done),
                )
                for n, (text, due, done) in enumerate(decisions)
            )
        ),
    ]  # fmt: skip


def _inspection(station: Station, today: date) -> list[Any]:
    (seen,) = _kept(
        Inspection(
            station_id=station.id, inspected_on=today - timedelta(days=30), inspector="县级督导员",
            content="查看台账、标牌和上墙内容",
        )
    )  # fmt: skip
    return [
        seen,
        *_kept(
            Problem(inspection_id=seen.id, text="回访记录不全", due_on=today + timedelta(days=2)),
            Problem(
                inspection_id=seen.id, text="值班电话没有公布", due_on=today - timedelta(days=15),
                rechecked_on=today - timedelta(days=14), result=ProblemResult.FIXED,
            ),
        ),
    ]  # fmt: skip


SIGNERS = (("zhen_admin", Women.SIGNED), ("zongzhi", Order.SIGNED))  # accounts of the demonstration, in one township


def _assessment(station: Station, today: date) -> list[Any]:
    """Last year's sheet of a station: all filled in and signed where both accounts are, else half of it."""
    asked = select(Checklist).where(Checklist.kind == ChecklistKind.ASSESSMENT, Checklist.level == station.level)
    checklist = db.session.scalars(asked.where(Checklist.city_code == station.city_code)).first()
    if checklist is None:
        return []
    names = [name for name, _signed in SIGNERS]
    here = select(Account).where(Account.username.in_(names), Account.division_code == station.division_code)
    people = {account.username: account for account in db.session.scalars(here)}
    is_whole = len(people) == len(SIGNERS)
    (sheet,) = _kept(
        Assessment(
            station_id=station.id, checklist_id=checklist.id, year=today.year - 1,
            assessed_on=today - timedelta(days=25), assessors="县妇联、县平安办考核组",
            conclusion=Conclusion.EXCELLENT if is_whole else None,
        )
    )  # fmt: skip
    lines = assessments.begin(db.session(), sheet)
    for n, line in enumerate(lines if is_whole else lines[: len(lines) // 2]):
        lost = 2 if n % 5 == 1 else 0
        points = (line.full_points or 0) - lost
        assessments.answer(sheet, line.item_id, None, points, "台账不全" if lost else None)
    for name, signed in SIGNERS if is_whole else ():
        signer = replace(DEMO, name=people[name].get_full_name(), user_id=people[name].id)
        advance(sheet, signed, signer, today - timedelta(days=20))
    return [sheet, *lines]
