"""The demonstration's people: rosters, units, trainings and cases of two townships, all of them invented.

Sequence number 000 is given to nobody (GB 11643), and no carrier has numbers that begin with 199 0000.
"""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from app import demo_cases, demo_standards, secret
from app.extensions import db
from app.identity import check_character
from models import (
    Applicant,
    Attendance,
    Case,
    Channel,
    Engagement,
    MemberUnit,
    Organizer,
    RightsCategory,
    Seat,
    Sex,
    Specialty,
    Station,
    StationMember,
    Training,
    Volunteer,
    VolunteerRole,
)

TOWNSHIPS = ("330302006", "330302026")
HANDLERS = ("赵工作", "李镇联")  # of their cases
SURNAMES, GIVEN = "陈林黄张李王吴周徐叶", "丽芳娟敏静秀玲桂英燕霞兰洁梅琳素云莲真环"
UNITS = ("人民法庭", "公安派出所", "司法所", "民政办", "农业办", "计生办", "土地所")
SUBJECTS = (
    ("婚后长期被丈夫殴打，要求帮助", RightsCategory.FAMILY),
    ("离婚后前夫不付子女抚养费", RightsCategory.FAMILY),
    ("怀孕后被单位辞退", RightsCategory.LABOUR),
    ("出嫁后土地承包地被村里收回", RightsCategory.PROPERTY),
    ("邻居多次骚扰、跟踪", RightsCategory.PERSON),
    ("女儿辍学，要求复学", RightsCategory.CULTURE),
)


def load(today: date) -> int:
    """Add the records of the townships and their villages, flushed; how many there are. Nothing when there are any."""
    if db.session.scalars(select(Volunteer.id).limit(1)).first() is not None:
        return 0
    rows = [row for n, code in enumerate(TOWNSHIPS) for row in _of_township(code, n * 1000, today)]
    return len(rows)


def _name(n: int) -> str:
    return SURNAMES[n % len(SURNAMES)] + GIVEN[n * 7 % len(GIVEN)] + (GIVEN[n * 3 % len(GIVEN)] if n % 2 else "")


def _phone(n: int) -> str:
    return f"1990000{n:04}"


def _id_number(code: str, born: date) -> str:
    seventeen = f"{code[:6]}{born:%Y%m%d}000"
    return seventeen + check_character(seventeen)


def _add(row: Any, **secrets: str) -> Any:
    for column, text in secrets.items():
        secret.put(row, column, text)
    db.session.add(row)
    return row


def _of_township(code: str, number: int, today: date) -> list[Any]:
    stations = db.session.scalars(
        select(Station).where(Station.township_code == code).order_by(Station.division_code).limit(6)
    ).all()
    units = [_add(MemberUnit(division_code=code, name=name), phone=_phone(number + n)) for n, name in enumerate(UNITS)]
    db.session.flush()
    people = [row for n, station in enumerate(stations) for row in _team(station, number + 20 * n, units, today)]
    training = _add(
        Training(
            division_code=code, name="反家庭暴力法专题培训", held_on=today - timedelta(days=40), hours=4,
            organizer=Organizer.BOTH, venue="便民服务中心三楼", lecturer="县妇联权益部",
        )
    )  # fmt: skip
    db.session.flush()
    team = [row for row in people if isinstance(row, Volunteer)]
    present = [_add(Attendance(training_id=training.id, volunteer_id=v.id)) for v in team[::2]]
    cases: list[Case] = []
    for n, station in enumerate(stations[:3]):
        _cases(station, number + 100 + 10 * n, today, cases, HANDLERS[TOWNSHIPS.index(code)])
    db.session.flush()
    standards = demo_standards.of_township(list(stations), units, _phone(number + 199), today)
    return [*units, *people, training, *present, *cases, *standards]


def _team(station: Station, number: int, units: list[MemberUnit], today: date) -> list[Any]:
    seats: list[tuple[Seat, MemberUnit | None]] = [(Seat.BRANCH, None), (Seat.CONGRESS, None)]
    if number // 20 % 2:  # every other village has all of its people
        seats.append((Seat.OFFICE, None))
    if len(station.division_code) == len(TOWNSHIPS[0]):
        seats = [(Seat.DIRECTOR, None), (Seat.DEPUTY_WOMEN, None), *((Seat.UNIT, unit) for unit in units[:5])]
        if number == 0:  # one township has all of its people
            seats += [(Seat.DEPUTY_ORDER, None), *((Seat.UNIT, unit) for unit in units[5:])]
    members = [
        _add(
            StationMember(station_id=station.id, name=_name(number + n), seat=seat, unit_id=unit.id if unit else None),
            phone=_phone(number + n),
        )
        for n, (seat, unit) in enumerate(seats)
    ]
    db.session.flush()
    return members + [_volunteer(station, number + 8 + n, n, today) for n in range(3)]


def _volunteer(station: Station, number: int, n: int, today: date) -> Volunteer:
    born = date(1970 + number % 30, 1 + number % 12, 1 + number % 28)
    row = Volunteer(
        station_id=station.id, name=_name(number), role=list(VolunteerRole)[number % 5], sex=Sex.F, born_on=born,
        engagement=list(Engagement)[n % 2], specialty=list(Specialty)[number % 4],
        starts_on=today - timedelta(days=700), service_hours=number % 60,
        term_ends_on=today + timedelta(days=395 - 25 * (number % 17)),  # one in 17 is over, another ends soon
    )  # fmt: skip
    _add(row, phone=_phone(number), id_number=_id_number(station.division_code, born), address=f"{number}号")
    db.session.flush()
    return row


def _cases(station: Station, number: int, today: date, made: list[Case], handler: str) -> None:
    """Two more cases, each of which goes its way; into `made`, in which a case finds the one before it."""
    first = HANDLERS.index(handler) * len(demo_cases.WAYS) // 2
    for n in range(2):
        way = demo_cases.way_of(first + len(made))
        subject, category = SUBJECTS[(number // 10 + n) % len(SUBJECTS)]
        case = Case(
            station_id=station.id, channel=list(Channel)[(number + n) % 3], recorded_on=today,
            received_on=today - timedelta(days=way.ago), applicant=Applicant.SELF, name=_name(number + n), sex=Sex.F,
            subject=subject, category=category, receiver=_name(number + 8),
        )  # fmt: skip
        _add(case, phone=_phone(number + n), narrative=f"{subject}。当事人情绪激动，希望尽快有人管。")
        db.session.flush()
        demo_cases.go(case, way, handler, made[-1] if made else None)
        made.append(case)
