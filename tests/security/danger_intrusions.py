"""Short attacks on cases of high risk: somebody mediates after all, by one way or another, or lets the risk fall.

Each begins with the case of the town, assessed as dangerous; the rules have to hold with rows in hand.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import Flask

from app import danger, secret
from app.danger import RiskInterface
from app.errors import DomainError
from app.extensions import db
from app.hands import HandInterface
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from app.workflow.endings import Standing
from app.workflow.steps import advance
from models import (
    ActivityKind,
    Case,
    CaseActivity,
    CaseState,
    Checklist,
    ChecklistItem,
    ChecklistKind,
    DvOrder,
    DvRiskAnswer,
    DvRiskAssessment,
    Met,
    OrderKind,
    StationLevel,
    Transfer,
    TransferReason,
    TransferState,
)
from tests import records
from tests.security import intrusions
from tests.security.attacks import account_id, person
from tests.security.intrusions import ask, signed_in
from tests.security.registers import BY_REGISTER
from tests.security.sealed_twins import fresh
from tests.world import OWN, TODAY

CASE, SHEET = BY_REGISTER["Case"].keys[OWN], BY_REGISTER["DvRiskAssessment"].keys[OWN]
CODE = {"case_id": str(CASE)}


def assessed(app: Flask, said: Met = Met.YES) -> None:
    """The sheet of the world is filled in: its one line is a prompt. The handler still reads the case, sealed now."""
    with app.app_context():
        staff = account_id("staff")
        db.session.remove()
        with db.engine.begin() as connection:
            handled = Case.__table__.update().where(Case.__table__.c.id == CASE)
            connection.execute(handled.values(handler_id=staff))
    with app.app_context(), acting_as(SETUP):
        danger.answer(db.session.get_one(DvRiskAssessment, SHEET), SHEET, said)
        db.session.commit()
        db.session.remove()


def handed_over(app: Flask) -> int:
    """A transfer of the case for another reason, which the centre has signed for."""
    with app.app_context(), acting_as(SETUP):
        row = Transfer(case_id=CASE, why=TransferReason.DEPARTMENT, asked="请办", due_on=TODAY)
        secret.put(row, "summary", "情况")
        row.station_id, row.subject = db.session.get_one(Case, CASE).station_id, "甲事"
        db.session.add(row)
        db.session.flush()
        advance(row, TransferState.SIGNED, SETUP, TODAY)
        db.session.commit()
        key = row.id
        db.session.remove()
    return key


def in_hand(app: Flask, attempt: Callable[[Any, Actor], Any], who: str = "staff", model: Any = Case) -> None:
    intrusions.in_hand(app, who, attempt, model, CASE if model is Case else SHEET)


def mediated(app: Flask) -> str | None:
    """What there is of mediation about the case."""
    done = ask(app, "SELECT id FROM case_activity WHERE case_id = :key AND kind = 'MEDIATION'", key=CASE)
    sent = ask(app, "SELECT id FROM transfer WHERE case_id = :key AND why = 'MEDIATION'", key=CASE)
    return f"mediated: {done} {sent}" if done or sent else None


def fallen(app: Flask) -> str | None:
    """What the risk of the case is, if it is no longer high."""
    (now,) = ask(app, "SELECT risk FROM case_record WHERE id = :key", key=CASE)
    return None if now == "HIGH" else f"the risk is {now}"


def activity(kind: ActivityKind = ActivityKind.MEDIATION, case_id: int = CASE) -> CaseActivity:
    return CaseActivity(case_id=case_id, kind=kind, happened_on=TODAY, summary="调解", done_by="丙")


def mediates_by_form(app: Flask) -> str | None:
    """By the form of the case's page, as it was before the option was gone."""
    assessed(app)
    form = {"kind": "MEDIATION", "happened_on": "2026-11-24", "summary": "双方到站调解", "done_by": "丙"}
    answer = signed_in(app, "staff").submit(f"/cases/activity/{CASE}", form)
    assert answer.status_code < 500
    return mediated(app)


def mediates_in_hand(app: Flask) -> str | None:
    assessed(app)
    in_hand(app, lambda _case, _actor: db.session.add(activity()))
    return mediated(app)


def renames_an_activity(app: Flask) -> str | None:
    """Another kind, changed to 调解 afterwards, by a job that may write it."""
    assessed(app)
    with app.app_context(), acting_as(SETUP):
        row = activity(ActivityKind.CALL)
        db.session.add(row)
        db.session.commit()
        row.kind = ActivityKind.MEDIATION
        try:
            db.session.commit()
        except DomainError:
            db.session.rollback()
        db.session.remove()
    return mediated(app)


def hands_over_for_mediation(app: Flask) -> str | None:
    assessed(app)

    def send(_case: Any, _actor: Actor) -> None:
        row = Transfer(case_id=CASE, why=TransferReason.MEDIATION, asked="请调解")
        secret.put(row, "summary", "情况")
        HandInterface(Transfer).add(row)

    in_hand(app, send)
    return mediated(app)


def hands_over_by_form(app: Flask) -> str | None:
    assessed(app)
    form = {**CODE, "why": "MEDIATION", "asked": "请调解", "summary": "情况"}
    assert signed_in(app, "staff").submit("/transfers/add", form).status_code < 500
    return mediated(app)


def centre_mediates(app: Flask) -> str | None:
    """What was handed over for another reason, before: the centre takes it up itself."""
    key = handed_over(app)
    assessed(app)
    intrusions.in_hand(
        app, "center", lambda row, actor: advance(row, TransferState.HANDLING, actor, TODAY), Transfer, key
    )
    (version,) = ask(app, "SELECT version FROM transfer WHERE id = :key", key=key)
    form = {"_version": str(version), "_from": "SIGNED"}
    assert signed_in(app, "center").submit(f"/transfers/advance/{key}/HANDLING", form).status_code < 500
    (now,) = ask(app, "SELECT state FROM transfer WHERE id = :key", key=key)
    return f"the centre is at it: {now}" if now == "HANDLING" else None


def mediates_where_it_was_merged_into(app: Flask) -> str | None:
    """The dangerous case goes into another one, in which nobody was assessed; mediation there."""
    assessed(app)
    with app.app_context(), acting_as(SETUP):
        sheet = db.session.get_one(DvRiskAssessment, SHEET)
        sheet.police_on, sheet.police_unit, sheet.told_on, sheet.told_to = TODAY, "派出所", TODAY, "县妇联"
        case = db.session.get_one(Case, CASE)
        other = Case(
            station_id=case.station_id, channel=case.channel, received_on=TODAY, name="乙", subject="另一件",
            category=case.category, receiver="丙",
        )  # fmt: skip
        db.session.add(other)
        db.session.commit()
        into = other.id
        db.session.remove()

    def fill(row: Any) -> None:
        row.state_reason, row.merged_into_id = "重复", into

    in_hand(app, lambda case, actor: advance(case, CaseState.MERGED, actor, TODAY, fill))
    assert ask(app, "SELECT state FROM case_record WHERE id = :key", key=CASE) == ["MERGED"]
    in_hand(app, lambda _case, _actor: db.session.add(activity(case_id=into)))
    done = ask(app, "SELECT id FROM case_activity WHERE case_id = :key AND kind = 'MEDIATION'", key=into)
    return f"mediated in {into}: {done}" if done else None


def _ending(row: Any) -> None:
    row.ended_on, row.ended_reason = TODAY, "填错了"


# ---- the risk falls


def changes_an_answer(app: Flask) -> str | None:
    assessed(app)

    def change(sheet: Any, _actor: Actor) -> None:
        danger.answer(sheet, SHEET, Met.NO)

    in_hand(app, change, model=DvRiskAssessment)
    signed_in(app, "staff").submit(f"/risks/fill/{SHEET}/risk", {"item": str(SHEET), "answer": "NO"})
    return fallen(app)


def changes_the_level(app: Flask) -> str | None:
    """The result itself, of the sheet and of the case, and the day that makes another one the newest."""
    assessed(app)
    for model, column, value in (
        (DvRiskAssessment, "level", None), (DvRiskAssessment, "score", 0), (Case, "risk", None),
        (DvRiskAssessment, "high_from", 99),
    ):  # fmt: skip
        in_hand(app, lambda row, _actor, column=column, value=value: setattr(row, column, value), model=model)
    return fallen(app)


def withdraws_it(app: Flask) -> str | None:
    """Whoever assesses may not take the assessment back."""
    assessed(app)
    in_hand(app, lambda sheet, actor: advance(sheet, Standing.ENDED, actor, TODAY, _ending), model=DvRiskAssessment)
    form = {"_version": "3", "ended_on": "2026-11-24", "ended_reason": "填错了"}
    signed_in(app, "staff").submit(f"/risks/end/{SHEET}", form)
    return fallen(app)


def begins_another(app: Flask) -> str | None:
    """A newer sheet that nobody fills in, or one of an earlier day."""
    assessed(app)

    def begin(_case: Any, _actor: Actor) -> None:
        RiskInterface(DvRiskAssessment).add(DvRiskAssessment(case_id=CASE, assessed_on=TODAY, assessor="丙"))

    in_hand(app, begin)
    assert len(ask(app, "SELECT id FROM dv_risk_assessment WHERE case_id = :key", key=CASE)) == 2
    return fallen(app)


def takes_out_the_line(app: Flask) -> str | None:
    """The answer goes away with its line."""
    assessed(app)

    def delete(_sheet: Any, _actor: Actor) -> None:
        for line in db.session.query(DvRiskAnswer).filter_by(assessment_id=SHEET):
            db.session.delete(line)

    in_hand(app, delete, model=DvRiskAssessment, who="town_admin")
    return fallen(app)


def asks_less_below(app: Flask) -> str | None:
    """A township makes a questionnaire of its own that finds nobody in danger; that of the city is asked."""
    with app.app_context(), acting_as(SETUP):
        city = Checklist(
            division_code="3303", name="市问卷", kind=ChecklistKind.RISK, level=StationLevel.TOWNSHIP, medium_from=1,
            high_from=2,
        )  # fmt: skip
        db.session.add(city)
        db.session.flush()
        db.session.add(ChecklistItem(checklist_id=city.id, label="市里问的", points=2))
        db.session.commit()
        asked = city.id
        db.session.remove()

    def begin(_case: Any, _actor: Actor) -> None:
        RiskInterface(DvRiskAssessment).add(DvRiskAssessment(case_id=CASE, assessed_on=TODAY, assessor="丙"))

    in_hand(app, begin)
    found = ask(
        app, "SELECT checklist_id FROM dv_risk_assessment WHERE id <> :key AND case_id = :case", key=SHEET, case=CASE
    )
    return None if found[0] == asked else f"asked by {found[0]}"


# ---- it ends, or is read


def closes_over_it(app: Flask) -> str | None:
    """The case goes away before the police was called: as withdrawn, lost, or invalid."""
    assessed(app)

    def reason(row: Any) -> None:
        row.state_reason = "不想说了"

    for state in (CaseState.WITHDRAWN, CaseState.LOST):
        in_hand(app, lambda case, actor, state=state: advance(case, state, actor, TODAY, reason))
    in_hand(app, lambda case, actor: advance(case, Standing.ENDED, actor, TODAY, _ending))
    (state,) = ask(app, "SELECT state FROM case_record WHERE id = :key", key=CASE)
    (ended,) = ask(app, "SELECT ended_on FROM case_record WHERE id = :key", key=CASE)
    return None if (state, ended) == ("APPLIED", None) else f"it is {state}, ended {ended}"


def comes_back_when_it_is_over(app: Flask) -> str | None:
    """The sheet is withdrawn, the case ends without police and report, and the sheet comes back: with a row in hand,
    by the button of its page. Or the case was withdrawn for an error (作废), or merged.
    """
    into = 0

    def over(row: Any) -> None:
        row.state_reason = "不想说了"

    def merged(row: Any) -> None:
        row.state_reason, row.merged_into_id = "重复", into

    ways: tuple[tuple[Any, Callable[[Any], None]], ...] = (
        (CaseState.WITHDRAWN, over), (CaseState.LOST, over), (CaseState.MERGED, merged), (Standing.ENDED, _ending),
    )  # fmt: skip
    for to, fill in ways:
        with fresh(app):
            with app.app_context(), acting_as(SETUP):
                into = records.case(OWN, "另一件")
                db.session.remove()
            assessed(app)
            _step(app, DvRiskAssessment, SHEET, Standing.ENDED, _ending)
            _step(app, Case, CASE, to, fill)
            intrusions.in_hand(
                app, "town_admin", lambda row, actor: advance(row, Standing.CURRENT, actor, TODAY), DvRiskAssessment,
                SHEET,
            )  # fmt: skip
            page = signed_in(app, "town_admin").submit(f"/risks/resume/{SHEET}", {}, follow_redirects=True)
            if not ask(app, "SELECT ended_on FROM dv_risk_assessment WHERE id = :k", k=SHEET)[0]:
                return f"it is high risk again, and its case is over: {to}"
            assert "案件已经" in page.get_data(as_text=True), "it says why"
    return None


def _step(app: Flask, model: Any, key: int, to: Any, fill: Callable[[Any], None]) -> None:
    """What the head may do."""
    with app.app_context():
        actor = person("town_admin")
        with acting_as(actor):
            advance(db.session.get_one(model, key), to, actor, TODAY, fill)
            db.session.commit()
        db.session.remove()


def outsiders_read(app: Flask) -> str | None:
    """The centre and the units handle what is handed to them, and see no assessment."""
    assessed(app)
    for who in ("center", "unit_officer"):
        browser = signed_in(app, who)
        for path in (f"/risks/show/{SHEET}", "/risks/list/", f"/risks/fill/{SHEET}/risk", f"/risks/history/{SHEET}"):
            if browser.get(path).status_code == 200:
                return f"{who} reads {path}"
    return None


def lasts_seven_months(app: Flask) -> str | None:
    """A protection order of seven months: by the form, with a row in hand, and lengthened afterwards."""
    form = {
        **CODE, "kind": "PROTECTION", "issued_by": "人民法院", "issued_on": "2026-11-20", "expires_on": "2027-06-20",
    }  # fmt: skip
    assert signed_in(app, "staff").submit("/orders/add", form).status_code < 500
    days = {"issued_on": date(2026, 8, 31), "expires_on": date(2027, 3, 1)}  # 28 February is the last one

    def add(_case: Any, _actor: Actor) -> None:
        row = DvOrder(case_id=CASE, kind=OrderKind.PROTECTION, issued_by="法院", **days)
        danger.OfCase(DvOrder).add(row)

    def lengthen(row: Any, _actor: Actor) -> None:
        row.kind, row.expires_on = OrderKind.PROTECTION, date(2027, 6, 2)

    in_hand(app, add)
    intrusions.in_hand(app, "staff", lengthen, DvOrder, BY_REGISTER["DvOrder"].keys[OWN])
    found = ask(app, "SELECT id FROM dv_order WHERE kind = 'PROTECTION' AND case_id = :key", key=CASE)
    return f"orders {found}" if found else None


ATTACKS = (
    mediates_by_form, mediates_in_hand, renames_an_activity, hands_over_for_mediation, hands_over_by_form,
    centre_mediates, mediates_where_it_was_merged_into, changes_an_answer, changes_the_level, withdraws_it,
    begins_another, takes_out_the_line, asks_less_below, closes_over_it, comes_back_when_it_is_over, outsiders_read,
    lasts_seven_months,
)  # fmt: skip
