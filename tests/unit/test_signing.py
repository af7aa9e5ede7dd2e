"""考核: two signatures of two persons on what is filled in, and what is signed stays."""

from threading import Barrier, Thread

import pytest
from flask import current_app
from sqlalchemy import func, select

from app import assessments
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.endings import Standing
from app.workflow.signing import Order, Women
from app.workflow.steps import advance
from models import (
    Assessment,
    AssessmentAnswer,
    AuditEntry,
    Met,
    Signatures,
)
from tests import records
from tests.unit.sheets import (
    ACTORS,
    answers,
    begin,
    fill,
    refused,
    sheet,
    sign,
)
from tests.world import TODAY


@pytest.fixture(name="shipped")
def begun(context):
    yield from begin()


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
