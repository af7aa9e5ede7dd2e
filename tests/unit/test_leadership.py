"""What a station lacks of the people that the opinion asks for (三(一), 二), in Chinese sentences."""

from datetime import date
from random import Random

import pytest
from sqlalchemy import select

from app import leadership
from app.extensions import db
from app.leadership import UNITS, gaps, hints
from app.scope import acting_as
from app.security.actor import SETUP, Actor, Grant
from models import (
    MemberUnit,
    Seat,
    Specialty,
    Station,
    StationHost,
    StationLevel,
    StationMember,
    Volunteer,
    VolunteerRole,
)
from models.member_unit import aliases_of
from tests import records, world

TOWN, VILLAGE = StationLevel.TOWNSHIP, StationLevel.VILLAGE
LEADERS = {Seat.DIRECTOR, Seat.DEPUTY_WOMEN, Seat.DEPUTY_ORDER}
VILLAGERS = {Seat.BRANCH, Seat.CONGRESS, Seat.OFFICE}
ALL_UNITS = list(UNITS)


@pytest.mark.parametrize(
    ("level", "seat", "sentence"),
    [
        (TOWN, Seat.DIRECTOR, "缺主任：应由乡镇(街道)分管妇联工作的党委领导担任。"),
        (TOWN, Seat.DEPUTY_WOMEN, "缺副主任：应由妇联主席担任。"),
        (TOWN, Seat.DEPUTY_ORDER, "缺副主任：应由综治办（今平安法治办）副主任担任。"),
        (VILLAGE, Seat.BRANCH, "缺主管：应由村党支部明确一名负责人主管。"),
        (VILLAGE, Seat.CONGRESS, "缺日常工作负责人：应由村妇代会（今妇联）负责日常工作。"),
        (VILLAGE, Seat.OFFICE, "缺协助单位：应由综治工作室协助。"),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_each_missing_seat_has_its_sentence(context, level, seat, sentence):
    seats = (LEADERS if level is TOWN else VILLAGERS) - {seat}
    assert gaps(level, seats, ALL_UNITS) == [sentence]


@pytest.mark.parametrize("unit", UNITS)
def test_each_missing_unit_has_its_sentence(context, unit):
    assert gaps(TOWN, LEADERS, [u for u in UNITS if u != unit]) == [f"缺成员单位：{unit}。"]


@pytest.mark.parametrize(
    ("level", "seats", "units"),
    [
        (TOWN, LEADERS, ALL_UNITS),
        (VILLAGE, VILLAGERS, []),
        (TOWN, LEADERS | {Seat.OTHER, Seat.UNIT}, ALL_UNITS),
        (None, (), ()),
    ],
    ids=["town", "village", "more than is asked", "no level"],
)
def test_nothing_is_missing(context, level, seats, units):
    assert gaps(level, seats, units) == []


def test_everything_is_missing_in_a_fixed_order(context):
    assert [s.partition("：")[0] for s in gaps(TOWN, (), ())] == ["缺主任", "缺副主任", "缺副主任", *["缺成员单位"] * 7]
    assert [s.partition("：")[0] for s in gaps(VILLAGE, (), ())] == ["缺主管", "缺日常工作负责人", "缺协助单位"]


def test_a_village_needs_no_director_and_a_township_nobody_of_a_village(context):
    assert len(gaps(VILLAGE, LEADERS, ALL_UNITS)) == 3
    assert len(gaps(TOWN, VILLAGERS, ALL_UNITS)) == 3


@pytest.mark.parametrize(
    ("unit", "names"),
    [
        ("人民法庭", ["五马人民法庭", "鹿城区人民法院"]),
        ("公安派出所", ["五马派出所", "市公安局鹿城分局"]),
        ("司法所", ["五马司法所", "区司法局"]),
        ("民政", ["民政办", "社会事务管理办公室", "社会救助科"]),
        ("农业", ["农业办", "农业农村局", "农经站"]),
        ("计生", ["计生办", "卫健局", "卫生健康局", "计划生育办公室"]),
        ("土地", ["土地所", "国土资源所", "自然资源和规划所"]),
    ],
)  # fmt: skip
def test_a_unit_is_known_by_its_old_and_its_new_names(context, unit, names):
    others = [u for u in UNITS if u != unit]
    for name in names:
        assert gaps(TOWN, LEADERS, [*others, name]) == [], name


def test_the_aliases_of_an_old_name_are_known_to_the_gaps(context):
    """Whoever writes 计生 and finds 卫健 added is not told that 计生 is missing."""
    for unit in UNITS:
        alias = aliases_of(unit)
        if alias:
            assert gaps(TOWN, LEADERS, [*(u for u in UNITS if u != unit), alias]) == []


@pytest.mark.parametrize("strange", ["妇联", "综治办", "法律服务所", "工会"])
def test_another_unit_stands_for_none(context, strange):
    assert len(gaps(TOWN, LEADERS, [strange])) == len(UNITS)


@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ([], ["法律", "心理学", "社会学"]),
        ([Specialty.LAW, None], ["心理学", "社会学"]),
        ([Specialty.LAW, Specialty.PSYCHOLOGY, Specialty.SOCIOLOGY], []),
        ([Specialty.OTHER], ["法律", "心理学", "社会学"]),
    ],
    ids=["nobody", "law", "all", "other"],
)
def test_specialties_are_hinted_at(context, there, missing):
    assert hints(there) == [f"提示：队伍中还没有{name}专业的人员。" for name in missing]


# ---- of a stored station


def vacant_station(code, name="空站"):
    """Another station in a division: nobody sits there."""
    with acting_as(SETUP):
        station = Station(division_code=code, name=name, host=StationHost.SELF)
        db.session.add(station)
        db.session.commit()
        return station.id


@pytest.fixture
def vacant(context):
    return vacant_station(world.CHILD)


def told(key):
    with acting_as(SETUP):
        station = db.session.get(Station, key)
        return leadership.gaps_of(station), leadership.team_of(station)


def member(station, seat, **columns):
    return StationMember(station_id=station, name="甲", seat=seat, **columns)


def volunteer(station, **columns):
    columns = {"role": VolunteerRole.AGENT, "starts_on": date(2025, 1, 1)} | columns
    return Volunteer(station_id=station, name="甲", **columns)


LEFT = {"ended_on": world.TODAY, "ended_reason": "退休"}


def test_a_stored_station_is_told_what_it_lacks_until_it_lacks_nothing(vacant):
    assert len(told(vacant)[0]) == 3
    records.keep(member(vacant, Seat.BRANCH), member(vacant, Seat.CONGRESS))
    assert told(vacant)[0] == ["缺协助单位：应由综治工作室协助。"]
    records.keep(member(vacant, Seat.OFFICE))
    assert told(vacant)[0] == ["班子齐全。"]


def test_who_has_left_fills_no_seat(vacant):
    records.keep(member(vacant, Seat.OFFICE, **LEFT))
    assert "缺协助单位：应由综治工作室协助。" in told(vacant)[0]


def test_the_team_of_a_stored_station(vacant):
    assert told(vacant)[1] == ["还没有登记队伍人员。"]
    records.keep(volunteer(vacant, specialty=Specialty.SOCIOLOGY, **LEFT))
    assert told(vacant)[1] == ["还没有登记队伍人员。"]
    records.keep(volunteer(vacant, specialty=Specialty.LAW), volunteer(vacant))
    assert told(vacant)[1] == [
        "在册 2 人。", "提示：队伍中还没有心理学专业的人员。", "提示：队伍中还没有社会学专业的人员。",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "unit"), [("街道土地所", "土地"), ("街道国土所", "土地"), ("综合服务中心（原计生办）", "计生")]
)
def test_a_unit_counts_for_the_station_where_somebody_sits_for_it(app, client_as, name, unit):
    """By its old name or the alias that was filled in; on the page of the station, until he leaves."""
    browser, sentence = client_as("town_admin"), f"缺成员单位：{unit}。"
    with app.app_context():
        station, other = vacant_station(world.OWN), records.station_at(world.CHILD)
        (seat_of,) = records.keep(MemberUnit(division_code=world.OWN, name=name))
    assert sentence in browser.get(f"/stations/show/{station}").text, "to be there is not to take part"
    with app.app_context():
        (key,) = records.keep(member(station, Seat.UNIT, unit_id=seat_of))
    assert sentence not in browser.get(f"/stations/show/{station}").text
    assert "缺成员单位" not in browser.get(f"/stations/show/{other}").text, "a village has no units"
    left = {"ended_on": "2026-11-24", "ended_reason": "退休", "_version": "1"}
    assert browser.submit(f"/members/end/{key}", left).status_code == 302
    assert sentence in browser.get(f"/stations/show/{station}").text


def test_gaps_are_what_the_reader_can_know(app, client_as):
    """The people of another station fill no seat here."""
    with app.app_context():
        station, other = vacant_station(world.OWN), records.station_at(world.SIBLING)
        records.keep(member(other, Seat.DIRECTOR))
    assert "缺主任" in client_as("supervisor").get(f"/stations/show/{station}").text


# ---- many stations at once, as SQL

SEE = frozenset((register, "view") for register in ("Station", "StationMember", "MemberUnit"))


def lacking(actor):
    """The stations that the list of those with gaps shows to `actor`, and those that the sentences speak of."""
    with acting_as(actor):
        stations = db.session.scalars(select(Station)).all()
        listed = set(db.session.scalars(select(Station.id).where(leadership.has_gaps(actor))))
        return listed, {s.id for s in stations if leadership.gaps_of(s) != ["班子齐全。"]}


def test_the_list_of_gaps_is_what_the_sentences_say(context):
    dice = Random(7)
    names = {unit: dice.choice(words) for unit, words in UNITS.items()}
    keys = records.keep(*(MemberUnit(division_code=world.OWN, name=f"街道{name}") for name in names.values()))
    units = dict(zip(UNITS, keys, strict=True))
    for n in range(20):
        is_town = n % 2 == 0
        key = vacant_station(world.OWN if is_town else world.CHILD, f"站{n}")
        seats = [*LEADERS] if is_town else [*VILLAGERS]
        held = [(seat, None) for seat in seats] + [(Seat.UNIT, units[unit]) for unit in UNITS if is_town]
        dice.shuffle(held)
        kept = held[n % 3 :]  # every third station lacks nothing
        records.keep(*(member(key, seat, unit_id=unit) for seat, unit in kept))
        if n % 5 == 0 and kept:
            records.keep(member(key, kept[0][0], unit_id=kept[0][1], **LEFT))
    actor = Actor("甲", user_id=1, grants=(Grant(world.OWN, "", SEE),))
    listed, told_of = lacking(actor)
    assert listed == told_of
    assert 10 < len(listed) < 20 + 2


def test_who_does_not_see_the_people_is_told_of_no_gaps(vacant):
    actor = Actor("甲", user_id=1, grants=(Grant(world.OWN, "", frozenset((("Station", "view"),))),))
    assert lacking(actor)[0] == set()


def test_gaps_are_told_only_where_the_people_are_seen(vacant):
    stations = Grant(world.COUNTY, "", frozenset((("Station", "view"),)))
    actor = Actor("甲", user_id=1, grants=(stations, Grant(world.CHILD, "", SEE)))
    with acting_as(SETUP):
        of_the_village = set(db.session.scalars(select(Station.id).where(Station.division_code == world.CHILD)))
    assert vacant in of_the_village
    assert lacking(actor)[0] == of_the_village
