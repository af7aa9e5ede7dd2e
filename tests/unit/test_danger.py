"""The risk of a case (F51): what answers come to, what counts, what it obliges to; and that races find no gap."""

from datetime import date, timedelta
from threading import Event, Thread
from time import sleep

import pytest
from sqlalchemy import select

from app import danger, todos
from app.danger import Answered, OfCase, RiskInterface, level_of
from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.endings import Standing
from app.workflow.steps import advance
from models import (
    ActivityKind,
    AuditEntry,
    Capacity,
    Case,
    CaseState,
    Checklist,
    ChecklistItem,
    DvOrder,
    DvRiskAssessment,
    DvVisit,
    Finder,
    MandatoryReport,
    Met,
    OrderKind,
    RiskLevel,
    VisitFinding,
)
from tests.security.attacks import person
from tests.security.danger_intrusions import CASE, SHEET, activity, assessed, handed_over
from tests.security.registers import BY_REGISTER
from tests.world import CHILD, OWN, TODAY

HIGH, MEDIUM, LOW = RiskLevel.HIGH, RiskLevel.MEDIUM, RiskLevel.LOW
YES, NO = Met.YES, Met.NO


@pytest.fixture
def world(context):
    with acting_as(SETUP):
        yield
        db.session.rollback()


def lines(*answers, prompt=None):
    return [Answered(1, False, said) for said in answers] + [Answered(1, True, prompt or NO)]


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        (lines(*[YES] * 3, *[NO] * 5), LOW),
        (lines(*[YES] * 4, *[NO] * 4), MEDIUM),
        (lines(*[YES] * 5, *[NO] * 3), MEDIUM),
        (lines(*[YES] * 6, *[NO] * 2), HIGH),
        (lines(*[NO] * 8, prompt=YES), HIGH),
        (lines(*[YES] * 6, None, None), HIGH),  # at once, whatever is still open
        (lines(None, NO, prompt=YES), HIGH),
        (lines(*[YES] * 5, None), None),
        ([], None),
    ],
)
def test_what_the_answers_come_to(answers, level):
    assert level_of(answers, 4, 6) is level


def sheet(on=TODAY, said=NO, case=CASE):
    """One more sheet of a case, answered."""
    row = DvRiskAssessment(case_id=case, assessed_on=on, assessor="丙")
    RiskInterface(DvRiskAssessment).add(row)
    for line in list(row.answers):
        danger.answer(row, line.item_id, said)
    db.session.flush()
    return row


def risk():
    return db.session.scalar(select(Case.risk).where(Case.id == CASE))


def end(row):
    def ending(one):
        one.ended_on, one.ended_reason = TODAY, "填错了"

    advance(row, Standing.ENDED, SETUP, TODAY, ending)


@pytest.mark.usefixtures("world")
def test_the_newest_that_counts_says_how_dangerous_it_is():
    assert risk() is None
    high = sheet(said=YES)
    assert risk() is HIGH
    sheet(on=TODAY - timedelta(days=1))  # of an earlier day
    assert risk() is HIGH
    end(high)
    assert risk() is LOW
    advance(high, Standing.CURRENT, SETUP, TODAY)
    assert risk() is HIGH
    sheet()  # of the same day, later
    assert risk() is LOW
    told = db.session.scalars(
        select(AuditEntry.changes)
        .where(AuditEntry.register == "Case", AuditEntry.row_key == str(CASE))
        .order_by(AuditEntry.id)
    ).all()
    assert [change["risk"] for change in told if "risk" in change][:2] == [[None, "HIGH"], ["HIGH", "LOW"]]


@pytest.mark.usefixtures("world")
def test_another_edition_of_the_questionnaire_changes_nothing_that_was_made():
    row = sheet(said=YES)
    asked = db.session.get_one(Checklist, SHEET)
    asked.medium_from, asked.high_from = 40, 60
    item = db.session.get_one(ChecklistItem, SHEET)
    item.label, item.points, item.is_prompt = "换了", 9, False
    db.session.commit()
    db.session.expire_all()
    row = db.session.get_one(DvRiskAssessment, row.id)
    assert (row.level, row.score, row.high_from, row.edition) == (HIGH, 1, 6, 1)
    assert [(line.label, line.points, line.is_prompt) for line in row.answers] == [(f"问题{OWN}", 1, True)]
    new = DvRiskAssessment(case_id=CASE, assessed_on=TODAY, assessor="丙")
    RiskInterface(DvRiskAssessment).add(new)
    assert (new.high_from, new.edition, [line.label for line in new.answers]) == (60, 2, ["换了"])


@pytest.mark.usefixtures("world")
def test_what_high_risk_asks_for_waits_until_it_is_done():
    actor, row = person("town_admin"), sheet(said=YES)  # the head: it is sealed now
    db.session.commit()

    def waits():
        with acting_as(actor):
            found = todos.waiting(actor, TODAY, 5)
        return {group.kind.name: group.count for group in found if group.kind.name in ("police", "told")}

    assert waits() == {"police": 1, "told": 1}
    row = db.session.get_one(DvRiskAssessment, row.id)
    row.declined_reason = "怕报复"
    db.session.commit()
    assert waits() == {"police": 0, "told": 1}
    case = db.session.get_one(Case, CASE)

    def lose(one):
        one.state_reason = "联系不上"

    with pytest.raises(DomainError, match="报告上级妇联"):
        advance(case, CaseState.LOST, SETUP, TODAY, lose)
    row = db.session.get_one(DvRiskAssessment, row.id)
    row.told_on, row.told_to = TODAY, "县妇联"
    db.session.commit()
    assert waits() == {"police": 0, "told": 0}
    advance(db.session.get_one(Case, CASE), CaseState.LOST, SETUP, TODAY, lose)


@pytest.mark.usefixtures("world")
def test_visits_and_ends_of_orders_and_reports_wait_in_time():
    actor = person("staff")
    order = DvOrder(case_id=CASE, kind=OrderKind.PROTECTION, issued_by="法院", issued_on=TODAY - timedelta(days=40))
    order.expires_on = TODAY + timedelta(days=30)
    OfCase(DvOrder).add(order)
    found = MandatoryReport(
        station_id=order.station_id, finder_kind=Finder.SCHOOL, finder="甲校", found_on=TODAY, victim="甲",
        capacity=Capacity.LIMITED,
    )  # fmt: skip
    db.session.add(found)
    db.session.commit()

    def waits(on):
        with acting_as(actor):
            groups = todos.waiting(actor, on, 5)
        asked = ("unreported", "visiting", "ending")
        return [group.kind.name for group in groups if group.kind.name in asked and group.count]

    assert order.visit_due_on == TODAY - timedelta(days=10)
    assert waits(TODAY) == ["unreported", "visiting", "ending"]
    db.session.add(DvVisit(order_id=order.id, visited_on=TODAY, visitor="丙", finding=VisitFinding.KEPT))
    found.reported_on, found.reported_to = TODAY, "派出所"
    db.session.commit()
    assert order.visit_due_on == order.expires_on
    assert waits(TODAY) == ["ending"]
    assert waits(order.expires_on) == ["visiting", "ending"]
    db.session.add(DvVisit(order_id=order.id, visited_on=TODAY, visitor="丁", finding=VisitFinding.ABSENT))
    order.expires_on = TODAY + timedelta(days=29)  # the next visit would come after it
    db.session.commit()
    assert order.visit_due_on is None


@pytest.mark.parametrize(
    ("issued", "latest"), [(date(2026, 8, 31), date(2027, 2, 28)), (date(2026, 5, 20), date(2026, 11, 20))]
)
@pytest.mark.usefixtures("world")
def test_a_protection_order_lasts_six_months(issued, latest):
    def add(until):
        order = DvOrder(case_id=CASE, kind=OrderKind.PROTECTION, issued_by="法院", issued_on=issued, expires_on=until)
        OfCase(DvOrder).add(order)

    add(latest)
    for until in (None, latest + timedelta(days=1)):
        with pytest.raises(DomainError) as refused:
            add(until)
        assert refused.value.field == "expires_on"
        db.session.rollback()


@pytest.mark.usefixtures("world")
def test_a_report_is_of_a_case_of_its_station():
    found = db.session.scalars(select(MandatoryReport).where(MandatoryReport.division_code == OWN)).one()
    found.case_id = BY_REGISTER["Case"].keys[CHILD]
    with pytest.raises(DomainError, match="同一个维权站"):
        db.session.flush()


@pytest.mark.usefixtures("world")
def test_other_work_goes_on():
    sheet(said=YES)
    db.session.add(activity(ActivityKind.HOME_VISIT))
    db.session.flush()
    db.session.add(activity())
    with pytest.raises(DomainError, match="不得调解"):
        db.session.flush()


def test_the_page_of_the_centre_says_why_it_may_not_mediate(app, client_as):
    key = handed_over(app)
    centre = client_as("center")
    step = f"/transfers/advance/{key}/HANDLING"
    before = centre.get(f"/transfers/show/{key}").text
    assert step in before
    assert "不得调解" not in before
    assessed(app)
    after = centre.get(f"/transfers/show/{key}").text
    assert step not in after
    assert "不得调解" in after


@pytest.mark.parametrize("is_assessed_first", [True, False])
def test_whoever_assesses_and_whoever_mediates_at_once_come_one_after_the_other(app, is_assessed_first):
    """The second waits for the first, and sees what he did: no mediation beside a risk that is high."""
    written, done = Event(), []

    def assess():
        danger.answer(db.session.get_one(DvRiskAssessment, SHEET), SHEET, YES)

    def mediate():
        db.session.add(activity())
        db.session.flush()

    def run(work, is_first):
        with app.app_context(), acting_as(SETUP):
            try:
                if is_first:
                    work()
                    written.set()
                    sleep(0.3)  # the other comes meanwhile, or later: it makes no difference
                else:
                    written.wait()
                    work()
                db.session.commit()
                done.append(work)
            except DomainError:
                db.session.rollback()
            db.session.remove()

    first, second = (assess, mediate) if is_assessed_first else (mediate, assess)
    threads = [Thread(target=run, args=pair) for pair in ((first, True), (second, False))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == ([assess] if is_assessed_first else [mediate, assess])
