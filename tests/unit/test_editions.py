"""Editions of the checklists, and what somebody confirms of them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app import attachments, standards
from app.errors import DomainError, explain
from app.extensions import db
from app.files import checked
from app.scope import acting_as
from app.security.actor import SETUP
from app.setup import CHECKLISTS
from app.workflow.endings import Standing
from app.workflow.steps import advance
from models import (
    Attachment,
    Checklist,
    ChecklistEdition,
    ChecklistItem,
    Confirmation,
    Evidence,
    Finding,
    Judgement,
    Rule,
    StationLevel,
)
from tests import records, world
from tests.security.spec import pdf
from tests.unit.standing import ENDING, keep, lines, ship
from tests.world import CHILD, CITY, OWN, TODAY

DAY = timedelta(days=1)


@pytest.fixture
def shipped(context):
    with acting_as(SETUP):
        ship()
        yield context


# ---- editions


def edition_of(name="五有"):
    found = select(Checklist).where(Checklist.name == name, Checklist.division_code == CITY)
    row = db.session.scalars(found).one()
    every = select(ChecklistEdition).where(ChecklistEdition.checklist_id == row.id).order_by(ChecklistEdition.edition)
    return row, db.session.scalars(every).all()


def hand(label="有活动记录", level="五有", **columns):
    """One more line, that somebody confirms."""
    row, _every = edition_of(level)
    keep(item := ChecklistItem(checklist_id=row.id, label=label, position=9, **columns))
    return item


def test_another_line_is_another_edition_and_the_first_stays_word_for_word(shipped):
    row, (first,) = edition_of()
    assert (row.edition, first.edition, len(first.items)) == (1, 1, 5)
    before = [dict(line) for line in first.items]
    item = hand()
    row, (first, second) = edition_of()
    assert (row.edition, second.edition, len(second.items), item.since_edition) == (2, 2, 6, 2)
    assert first.items == before
    assert lines()["有活动记录"] == ("MISSING", "还没有人确认。")
    item.label = "有活动照片"
    row.note = "换了说明"
    db.session.commit()
    row, every = edition_of()
    assert (row.edition, every[1].items[-1]["label"], every[2].items[-1]["label"]) == (3, "有活动记录", "有活动照片")
    row.note = "只换说明"
    db.session.commit()
    assert edition_of()[0].edition == 3, "its lines are the same"


def test_a_line_that_is_switched_off_is_asked_no_more_and_its_past_stays(shipped):
    item = hand()
    standards.judge(db.session(), [records.station_at(OWN)], TODAY - DAY)
    item.is_active = False
    db.session.commit()
    assert "有活动记录" not in lines()
    assert "有活动记录" in lines(day=TODAY - DAY)


def confirmed(item, code=OWN, **columns):
    row = Confirmation(
        station_id=records.station_at(code), item_id=item.id, confirmed_by="甲", **{"confirmed_on": TODAY} | columns
    )
    keep(row)
    return row


def test_a_confirmation_lasts_as_long_as_its_line_says_and_then_asks_again(shipped):
    row = confirmed(hand(validity_months=3))
    assert row.valid_until == date(2027, 2, 23)
    assert lines()["有活动记录"] == ("CONFIRMED", "已由人确认，有效期至 2027-02-23。")
    assert lines(day=date(2027, 2, 24))["有活动记录"] == ("MISSING", "确认已过期，需要重新确认。")


def test_what_was_confirmed_is_asked_anew_when_the_line_asks_something_else(shipped):
    item, other = hand(), hand("有台账")
    confirmed(item)
    confirmed(other)
    item.position = 1
    db.session.commit()
    assert lines()["有活动记录"][0] == "CONFIRMED", "it asks the same"
    item.label = "有活动记录和照片"
    db.session.commit()
    assert lines()["有活动记录和照片"] == ("MISSING", "还没有人确认。")
    assert lines()["有台账"][0] == "CONFIRMED"


@pytest.mark.parametrize("change", [{"is_active": False}, {"rule": Rule.HAS_TEAM}, {"evidence": Evidence.TEXT}])
def test_a_confirmation_is_taken_back_whatever_its_line_asks_by_now(shipped, change):
    row = confirmed(item := hand())
    for name, value in change.items():
        setattr(item, name, value)
    db.session.commit()
    advance(row, Standing.ENDED, SETUP, TODAY, lambda it: [setattr(it, *pair) for pair in ENDING.items()])
    db.session.commit()
    assert row.ended_on == TODAY


@pytest.mark.parametrize("evidence", [Evidence.PHOTO, Evidence.DOCUMENT])
def test_a_line_that_asks_for_a_file_is_met_when_it_is_there(shipped, evidence):
    row = confirmed(hand(evidence=evidence))
    assert lines()["有活动记录"][0] == "MISSING"
    file = attachments.attach(row, checked("照片.pdf", pdf("照片")))
    db.session.commit()
    assert lines()["有活动记录"][0] == "CONFIRMED"
    db.session.delete(file or db.session.scalars(select(Attachment).where(Attachment.row_uid == row.uid)).one())
    db.session.commit()
    assert lines()["有活动记录"][0] == "MISSING"


@pytest.mark.parametrize(
    ("line", "code", "columns", "field", "sentence"),
    [
        ("有维权队伍", CHILD, {}, "item_id", "「五有：有维权队伍」不是这个站的标准项目。"),
        ("有活动记录", CHILD, {}, "item_id", "「五有：有活动记录」不是这个站的标准项目。"),
        ("停用的", OWN, {}, "item_id", "「五有：停用的」不是这个站的标准项目。"),
        ("要说明的", OWN, {}, "note", "这一项要写明情况。"),
    ],
)
def test_what_cannot_be_confirmed_is_refused_in_words(shipped, line, code, columns, field, sentence):
    hand()
    hand("停用的", is_active=False)
    hand("要说明的", evidence=Evidence.TEXT)
    item = db.session.scalars(select(ChecklistItem).where(ChecklistItem.label == line)).first()
    with pytest.raises(DomainError) as refused:
        confirmed(item, code, **columns)
    db.session.rollback()
    assert (explain(refused.value).field, str(explain(refused.value).message)) == (field, sentence)


def ruled():
    """A line that a rule judges."""
    row, _every = edition_of()
    return next(item for item in row.items if item.rule is Rule.HAS_TEAM)


@pytest.mark.parametrize("evidence", [Evidence.NONE, Evidence.TEXT, Evidence.PHOTO])
def test_what_is_confirmed_beside_a_rule_is_evidence_and_moves_no_verdict(shipped, evidence):
    item = ruled()
    item.evidence, item.validity_months = evidence, 3
    db.session.commit()
    row = confirmed(item)
    attachments.attach(row, checked("照片.pdf", pdf("照片")))
    db.session.commit()
    missing = ("MISSING", "没有登记队伍人员。")
    assert lines()["有维权队伍"] == lines(day=TODAY + 300 * DAY)["有维权队伍"] == missing
    assert standards._facts(db.session(), [row.station_id])[row.station_id].confirmed == {}, "no rule is told of it"
    judged = select(Judgement).where(Judgement.item_id == item.id, Judgement.station_id == row.station_id)
    assert len(db.session.scalars(judged).all()) == 1, "its validity turns nothing"
    records.volunteer(OWN)
    assert lines()["有维权队伍"][0] == "AUTO"


def test_what_was_evidence_beside_a_rule_is_no_confirmation_once_the_rule_is_gone(shipped):
    confirmed(item := ruled())
    item.rule = None
    db.session.commit()
    assert lines()["有维权队伍"] == ("MISSING", "还没有人确认。")


def test_a_checklist_of_a_township_asks_its_own_stations_only(shipped):
    row = Checklist(division_code=OWN, name="街道补充", level=StationLevel.VILLAGE)
    keep(row)
    keep(ChecklistItem(checklist_id=row.id, label="有宣传栏"))
    assert "有宣传栏" in lines(CHILD)
    assert "有宣传栏" not in lines(OWN)
    assert all("有宣传栏" not in lines(code) for code in world.DIVISIONS if len(code) == 12 and code[:9] != OWN)


def test_seeding_again_changes_nothing(shipped):
    assert standards.seed(db.session(), CHECKLISTS.read_bytes(), TODAY + DAY) == 0
    assert edition_of()[0].edition == 1


def test_findings_are_three():
    assert [finding.value for finding in Finding] == ["自动达标", "人工确认", "缺证据"]
