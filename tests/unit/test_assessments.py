"""考核: what is shipped, the lines of an edition, points and reasons; who may look."""

import pytest
from sqlalchemy import func, select

from app import assessments, board, standards
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from app.setup import CHECKLISTS
from models import (
    Assessment,
    AssessmentAnswer,
    Checklist,
    ChecklistItem,
    ChecklistKind,
    Confirmation,
    Judgement,
    Met,
    Station,
)
from tests import records
from tests.unit.sheets import (
    ACTORS,
    TOWNSHIP,
    VILLAGE,
    answers,
    begin,
    checklist,
    fill,
    refused,
    sheet,
)
from tests.unit.standing import lines as judged
from tests.watching import statements
from tests.world import CHILD, CITY, OWN, SIBLING, TODAY


@pytest.fixture(name="shipped")
def begun(context):
    yield from begin()


# ---- what is shipped


def test_what_is_shipped_is_of_every_kind_and_what_is_assessed_counts_to_a_hundred(shipped):
    found = db.session.execute(
        select(Checklist.kind, Checklist.level, func.count(ChecklistItem.id), func.sum(ChecklistItem.points))
        .join(ChecklistItem, ChecklistItem.checklist_id == Checklist.id)
        .where(Checklist.division_code == CITY)
        .group_by(Checklist.kind, Checklist.level)
    )
    assert {(kind.name, level.name): (n, total) for kind, level, n, total in found} == {
        ("STATION", "TOWNSHIP"): (5, None), ("STATION", "VILLAGE"): (3, None),
        ("ASSESSMENT", "TOWNSHIP"): (14, 100), ("ASSESSMENT", "VILLAGE"): (10, 100),
        ("INSPECTION", "TOWNSHIP"): (8, None), ("INSPECTION", "VILLAGE"): (8, None),
        ("AWARD", "TOWNSHIP"): (6, None), ("AWARD", "VILLAGE"): (6, None), ("FAMILY", "VILLAGE"): (11, None),
        ("RISK", "TOWNSHIP"): (12, 12), ("RISK", "VILLAGE"): (12, 12),
    }  # fmt: skip
    assert [i.label for i in checklist("FAMILY", VILLAGE).items][:5] == [
        "防拐卖",
        "防盗窃",
        "防抢劫",
        "防隐患",
        "无毒品",
    ]


def test_a_city_with_the_first_two_gets_the_others_whatever_it_calls_its_own(shipped):
    kept = [("五有", TOWNSHIP), ("三有", VILLAGE)]
    for row in db.session.scalars(select(Checklist)):
        if (row.name, row.level) not in kept:
            row.name = f"旧{row.name}"  # as if it were not there
    mine = Checklist(division_code=CITY, name="考核", kind=ChecklistKind.ASSESSMENT, level=VILLAGE)
    db.session.add(mine)
    db.session.commit()
    assert standards.seed(db.session(), CHECKLISTS.read_bytes(), TODAY) == 8 + 9, "one city has its own of a village"
    assert standards.seed(db.session(), CHECKLISTS.read_bytes(), TODAY) == 0
    names = select(Checklist.level).where(Checklist.division_code == CITY, Checklist.name == "考核")
    assert sorted(level.name for level in db.session.scalars(names)) == ["TOWNSHIP", "VILLAGE"]
    assert db.session.scalars(select(ChecklistItem.id).where(ChecklistItem.checklist_id == mine.id)).all() == []


def test_only_what_is_asked_of_stations_is_judged(shipped):
    fill(sheet())
    assert [*judged()] == ["有领导机构", "有办公场所", "有专人负责", "有维权队伍", "有工作制度"]
    of_others = select(func.count(Judgement.id)).join(ChecklistItem).join(Checklist)
    assert db.session.scalar(of_others.where(Checklist.kind != ChecklistKind.STATION)) == 0
    station = db.session.get(Station, records.station_at(OWN))
    assert {one.checklist.name for one in board.of_station(station, SETUP, TODAY)} == {"五有"}


@pytest.mark.parametrize(
    ("kind", "level", "code"),
    [
        ("ASSESSMENT", TOWNSHIP, OWN),
        ("INSPECTION", VILLAGE, CHILD),
        ("AWARD", TOWNSHIP, OWN),
        ("FAMILY", VILLAGE, CHILD),
    ],
)
def test_nobody_vouches_for_what_is_no_line_of_a_standard(shipped, kind, level, code):
    item = checklist(kind, level).items[0]
    vouched = Confirmation(
        station_id=records.station_at(code), item_id=item.id, confirmed_on=TODAY, confirmed_by="甲", note="有"
    )
    refused(lambda: db.session.add(vouched), "不是建站标准的项目")


# ---- a sheet begins


def test_a_sheet_begins_with_the_lines_of_its_edition_and_keeps_them(shipped):
    row, asked = sheet(), checklist()
    assert (row.edition, row.total_points, row.full_points) == (1, 0, 100)
    assert [(a.label, a.full_points) for a in answers(row)] == [(i.label, i.points) for i in asked.items]
    items = list(asked.items)
    items[0].label, items[0].points, items[1].is_active = "改了", 99, False
    db.session.commit()
    later = sheet(year=2027)
    assert (later.edition, later.full_points) == (2, 100 - 10 + 99 - 5)
    assert [a.label for a in answers(later)] == ["改了", *(i.label for i in items[2:])]
    db.session.refresh(row)
    assert (row.edition, row.full_points, answers(row)[0].label) == (1, 100, "领导机构健全，责任和分工明确")


@pytest.mark.parametrize(
    ("kind", "level", "text"),
    [
        ("STATION", TOWNSHIP, "不能用来考核"),
        ("FAMILY", VILLAGE, "不能用来考核"),
        ("ASSESSMENT", VILLAGE, "不适用于这个站"),
    ],
)
def test_a_sheet_is_of_what_is_asked_of_such_a_station(shipped, kind, level, text):
    refused(lambda: sheet(kind=kind, level=level), text)


def test_a_sheet_is_of_a_checklist_that_stands_and_reaches_the_station(shipped):
    beside = Checklist(division_code=SIBLING, name="邻", kind=ChecklistKind.ASSESSMENT, level=TOWNSHIP)
    db.session.add(beside)
    db.session.commit()
    refused(lambda: begin_with(beside), "不适用于这个站")
    ended = checklist()
    records.end(ended)
    refused(lambda: begin_with(ended), "不能用来考核")


def begin_with(asked):
    row = Assessment(
        station_id=records.station_at(OWN), checklist_id=asked.id, year=2026, assessed_on=TODAY, assessors="甲"
    )
    db.session.add(row)
    db.session.flush()


def test_a_sheet_stays_with_its_station_and_checklist(shipped):
    row = sheet()
    refused(lambda: setattr(row, "checklist_id", checklist("AWARD").id), "不能更换")
    refused(lambda: setattr(row, "station_id", records.station_at(SIBLING)), "不能更换")


def test_the_statements_of_a_new_sheet_and_of_a_page_do_not_grow_with_its_lines(shipped):
    def counted(kind, year):
        with statements() as said:
            row = sheet(kind=kind, year=year)
            shown = len(said)
            assessments.unanswered(db.session(), row)
            assessments.seen(row)
        return len([s for s in said if "INSERT INTO assessment_answer" not in s]), len(said) - shown

    sheet(year=2020)
    assert counted("ASSESSMENT", 2021) == counted("AWARD", 2021), "14 lines and 6"


# ---- a line


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((10, None, 10, None), ""), ((10, None, 0, "没有"), ""), ((10, Met.NO, 4, "缺"), ""),
        ((10, None, None, None), ""),
        ((10, Met.YES, None, None), ""), ((10, Met.NO, None, "没有"), ""), ((None, Met.NO, None, None), ""),
        ((0, None, 0, None), ""),
        ((10, None, 11, None), "「甲」的得分应为 0 到 10。"), ((10, None, -1, "缺"), "「甲」的得分应为 0 到 10。"),
        ((10, None, 9, None), "「甲」扣了 1 分，请写明原因。"), ((10, None, 9, ""), "「甲」扣了 1 分，请写明原因。"),
        ((10, Met.NO, None, None), "「甲」扣了 10 分，请写明原因。"), ((None, None, 1, None), "「甲」不计分。"),
    ],
)  # fmt: skip
def test_points_are_those_of_the_line_and_a_deduction_has_a_reason(context, given, text):
    assert "".join(sentence for _name, sentence in assessments.problems("甲", *given)) == text


def test_an_answer_counts_and_the_same_again_changes_nothing(shipped):
    row = sheet()
    first, second, *_rest = answers(row)
    for _again in range(2):
        assessments.answer(row, first.item_id, None, 7, " 分工不明确 ")
        assessments.answer(row, second.item_id, Met.YES, None, None)
        db.session.commit()
        assert (row.total_points, first.note, second.points) == (12, "分工不明确", 5)
        assert (first.version, second.version, row.version) == (2, 2, 3)
    assert len(assessments.unanswered(db.session(), row)) == 12
    assessments.answer(row, first.item_id, None, None, None)
    assert row.total_points == 5


def test_all_that_is_wrong_is_said_at_once(shipped):
    row = sheet()
    first, second, *_rest = answers(row)
    first.points, second.points = 99, 1
    refused(
        db.session.commit, "「领导机构健全，责任和分工明确」的得分应为 0 到 10。「有固定的办公地点和标牌」扣了 4 分"
    )


def test_a_line_of_another_sheet_is_no_line_of_this(shipped):
    row, other = sheet(), sheet(kind="AWARD")
    with pytest.raises(OutOfScope):
        assessments.answer(row, answers(other)[0].item_id, Met.YES, None, None)


def test_lines_are_neither_added_nor_taken_away_nor_rewritten(shipped):
    row, strange = sheet(), checklist("AWARD").items[0].id
    line = answers(row)[0]
    for change in (
        lambda: db.session.add(AssessmentAnswer(assessment_id=row.id, item_id=strange, label="加分", full_points=50)),
        lambda: db.session.delete(line),
        lambda: setattr(line, "full_points", 50),
        lambda: setattr(line, "label", "别的"),
        lambda: setattr(line, "item_id", strange),
        lambda: setattr(line, "assessment_id", sheet(year=2030).id),
    ):
        refused(change, "不能增加、删除或改写")


def test_only_who_edits_there_answers(shipped):
    key = fill(sheet()).id
    for username, may in (("staff", True), ("center", False), ("supervisor", False), ("village_admin", False)):
        actor = ACTORS[username]
        with acting_as(SETUP):
            row = db.session.get(Assessment, key)
        with acting_as(actor):
            try:
                assessments.answer(row, answers(row)[0].item_id, None, 1, username)
                db.session.commit()
                assert may, username
            except (DomainError, IndexError):  # who does not see the sheet sees no line of it
                db.session.rollback()
                assert not may, username


# ---- on the page of the station


def test_the_page_of_a_station_names_the_newest_for_who_may_look(shipped):
    for year in (2023, 2024, 2025, 2026):
        sheet(year=year)
    fill(old := sheet(kind="AWARD", year=2022))
    records.end(old)
    db.session.commit()
    station = db.session.get(Station, records.station_at(OWN))
    said = [one.sentence for one in assessments.newest_of(station, ACTORS["supervisor"])]
    assert said == [f"{year} 年考核：0 / 100 分，未签字" for year in (2026, 2025, 2024)]
    assert assessments.newest_of(station, ACTORS["unit_officer"]) == []
    assert assessments.newest_of(station, ACTORS["foreign_admin"]) == []
