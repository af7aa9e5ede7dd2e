"""考核: lines of an edition, points and reasons, two signatures, and that what is signed stays."""

from threading import Barrier, Thread

import pytest
from flask import current_app
from sqlalchemy import event, func, select

from app import assessments, board, standards
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from app.setup import CHECKLISTS
from app.workflow.endings import Standing
from app.workflow.signing import Order, Women
from app.workflow.steps import advance
from models import (
    Assessment,
    AssessmentAnswer,
    AuditEntry,
    Checklist,
    ChecklistItem,
    ChecklistKind,
    Confirmation,
    Judgement,
    Met,
    Signatures,
    Station,
    StationLevel,
)
from tests import records
from tests.security.attacks import person
from tests.unit.standing import lines as judged
from tests.unit.standing import ship
from tests.world import CHILD, CITY, OWN, SIBLING, TODAY

PEOPLE = ("town_admin", "center", "staff", "supervisor", "village_admin", "unit_officer", "foreign_admin")
TOWNSHIP, VILLAGE = StationLevel.TOWNSHIP, StationLevel.VILLAGE


ACTORS: dict[str, Actor] = {}  # people of the world; to look one up ends the session


@pytest.fixture
def shipped(context):
    ACTORS.update({name: person(name) for name in PEOPLE})
    with acting_as(SETUP):
        ship()
        yield context


def checklist(kind="ASSESSMENT", level=TOWNSHIP):
    of_kind = select(Checklist).where(Checklist.kind == ChecklistKind[kind], Checklist.level == level)
    return db.session.scalars(of_kind.where(Checklist.division_code == CITY)).one()


def sheet(code=OWN, kind="ASSESSMENT", level=TOWNSHIP, **columns):
    """A new sheet with its lines, committed."""
    given = {"year": 2026, "assessed_on": TODAY, "assessors": "甲"} | columns
    row = Assessment(station_id=records.station_at(code), checklist_id=checklist(kind, level).id, **given)
    assessments.AssessmentInterface(Assessment).add(row)
    db.session.commit()
    return row


def answers(row):
    return db.session.scalars(
        select(AssessmentAnswer).where(AssessmentAnswer.assessment_id == row.id).order_by(AssessmentAnswer.id)
    ).all()


def fill(row):
    """Everything is answered with full points, or yes; committed."""
    for line in answers(row):
        assessments.answer(row, line.item_id, None if line.full_points else Met.YES, line.full_points, None)
    db.session.commit()
    return row


def sign(row, to=Women.SIGNED, username="town_admin"):
    advance(row, to, ACTORS[username], TODAY)
    db.session.commit()


def refused(change, text=""):
    def attempt():
        change()
        db.session.commit()

    with pytest.raises(DomainError, match=text):
        attempt()
    db.session.rollback()


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
    assert standards.seed(db.session(), CHECKLISTS.read_bytes(), TODAY) == 6 + 7, "one city has its own of a village"
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
        said = []
        listener = lambda *args: said.append(args[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", listener)
        row = sheet(kind=kind, year=year)
        shown = len(said)
        assessments.unanswered(db.session(), row)
        assessments.seen(row)
        event.remove(db.engine, "before_cursor_execute", listener)
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


# ---- signed


def test_both_sides_sign_what_is_filled_in_and_two_persons(shipped):
    row = sheet()
    refused(lambda: sign(row), "还不能签字：还有 14 项没有填写：「领导机构健全，责任和分工明确」「有固定")
    fill(row)
    sign(row)
    assert (row.signatures, row.women_signed_by, row.women_signed_on) == (Signatures.WOMEN, "姓名town_admin", TODAY)
    sign(row, Order.SIGNED, "center")
    assert (row.signatures, row.order_signed_by) == (Signatures.BOTH, "姓名center")
    refused(lambda: sign(row), "没有这一步")
    changes = db.session.scalars(
        select(AuditEntry.changes).where(AuditEntry.register == "Assessment", AuditEntry.row_key == str(row.id))
    ).all()
    assert any(found.get("women_signed_by") == [None, "姓名town_admin"] for found in changes)


def test_the_product_itself_signs_nothing(shipped):
    row = fill(sheet())
    with pytest.raises(OutOfScope):
        advance(row, Women.SIGNED, SETUP, TODAY)


def test_what_is_signed_stays_until_both_have_taken_it_back(shipped):
    row = fill(sheet())
    sign(row)
    sign(row, Order.SIGNED, "center")

    def changes():
        line = answers(row)[0]
        yield lambda: assessments.answer(row, line.item_id, None, 1, "改")
        yield lambda: setattr(line, "is_met", Met.NO)
        yield lambda: setattr(row, "remark", "改")
        yield lambda: setattr(row, "year", 2025)
        yield lambda: setattr(row, "total_points", 1)
        yield lambda: db.session.delete(row)

    for change in changes():
        refused(change, "已经签字")
    sign(row, Women.OPEN)
    assert row.signatures is Signatures.ORDER
    for change in changes():
        refused(change, "已经签字")
    sign(row, Order.OPEN, "center")
    assessments.answer(row, answers(row)[0].item_id, None, 1, "改")
    db.session.commit()
    assert row.total_points == 91


def test_signatures_are_written_by_steps_only(shipped):
    row = fill(sheet())
    for name, value in (("women_signed_by", "甲"), ("order_signed_on", TODAY), ("women_signer_id", 1)):
        refused(lambda name=name, value=value: setattr(row, name, value), "不能直接修改")
    new = Assessment(
        station_id=row.station_id, checklist_id=row.checklist_id, year=2020, assessed_on=TODAY, assessors="甲",
        women_signed_by="甲", women_signed_on=TODAY, women_signer_id=1,
    )  # fmt: skip
    refused(lambda: db.session.add(new), "不能直接修改")


def test_what_has_ended_is_neither_answered_nor_signed_and_makes_room(shipped):
    row = fill(sheet())
    records.end(row)
    db.session.commit()
    refused(lambda: sign(row), "已作废")
    refused(lambda: assessments.answer(row, answers(row)[0].item_id, None, 1, "改"), "已作废")
    sheet()
    with pytest.raises(Exception, match="assessment"):
        advance(row, Standing.CURRENT, SETUP, TODAY)
    db.session.rollback()


def test_a_sheet_that_nobody_signed_goes_with_its_lines(shipped):
    row = fill(sheet())
    assessments.AssessmentInterface(Assessment).delete(row)
    db.session.commit()
    assert db.session.scalar(select(func.count(AssessmentAnswer.id))) == 0


def test_a_line_that_changes_while_somebody_signs_is_not_under_the_signature(shipped):
    """Whoever comes second waits: then the line is open again, or it can no longer be changed."""
    key = fill(sheet()).id
    app, both, done = current_app._get_current_object(), Barrier(2), []
    actors = {"answer": ACTORS["staff"], "sign": ACTORS["town_admin"]}
    db.session.remove()

    def run(what):
        with app.app_context(), acting_as(actors[what]):
            if app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
                row = db.session.get(Assessment, key)  # both look before either writes
                both.wait(10)
            else:
                both.wait(10)
                row = db.session.get(Assessment, key)
            try:
                if what == "sign":
                    advance(row, Women.SIGNED, actors[what], TODAY)
                else:
                    line = db.session.scalars(select(AssessmentAnswer.item_id).order_by(AssessmentAnswer.id)).first()
                    assessments.answer(row, line, None, None, None)
                db.session.commit()
                done.append(what)
            except DomainError:
                db.session.rollback()

    threads = [Thread(target=run, args=(what,)) for what in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1, done
    row = db.session.get(Assessment, key)
    assert row.is_signed == (done == ["sign"])
    assert bool(assessments.unanswered(db.session(), row)) == (done == ["answer"])


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
