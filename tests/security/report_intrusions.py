"""Short attacks on what goes between a station and its superior: who reads, who signs and answers, what is closed over.

The receiver of these attacks is somebody of the county who holds the hands and no case: what he gets of a case he gets
by them.
"""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.exc import IntegrityError

from app import secret
from app.extensions import db
from app.hands import HandInterface
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.endings import Standing
from app.workflow.steps import advance, flows_of
from models import (
    Case,
    CaseState,
    EscalationState,
    PolicyState,
    ReportState,
    ReportTurn,
    SuperiorAssignment,
    SuperiorState,
    UrgentPart,
    UrgentReport,
)
from tests.security.intrusions import ask, in_hand, signed_in
from tests.security.registers import BY_REGISTER
from tests.security.report_makers import (
    BASE,
    CASE,
    DONE,
    HANDS,
    STATION,
    WOMAN,
    YESTERDAY,
    assigned,
    escalated,
    handed_down,
    proposed,
    receiver,
    reported,
    whole_case,
)
from tests.world import COUNTY, OTHER_COUNTY, OWN, SIBLING, TODAY

# ---- 上级转办、交办


def county_hides_its_assignment(app: Flask) -> str | None:
    """The station strikes out what the county gave it, to be rid of it."""
    key = handed_down(app)
    form = {"ended_on": TODAY.isoformat(), "ended_reason": "不办了"}
    for username in ("staff", "town_admin"):
        browser = signed_in(app, username)
        for version in ("1", "2", "3"):
            browser.submit(f"/superiors/end/{key}", form | {"_version": version})

        def end(row: Any, who: Any) -> None:
            def fill(one: Any) -> None:
                one.ended_on, one.ended_reason = TODAY, "不办了"

            advance(row, Standing.ENDED, who, TODAY, fill)

        in_hand(app, username, end, SuperiorAssignment, key)
    gone = ask(app, "SELECT id FROM superior_assignment WHERE ended_on IS NOT NULL AND id = :key", key=key)
    return "the station struck out what its superior gave it" if gone else None


def feeds_back_before_arrival(app: Flask) -> str | None:
    """The dates of the answer and of the feedback lie before the paper arrived."""
    key, before = handed_down(app), YESTERDAY - timedelta(days=1)
    signed_in(app, "staff").submit(f"/superiors/advance/{key}/ANSWERED", {"answered_on": before.isoformat()})
    in_hand(
        app, "staff",
        lambda row, who: advance(
            row, SuperiorState.ANSWERED, who, TODAY, lambda one: setattr(one, "answered_on", before)
        ),
        SuperiorAssignment, key,
    )  # fmt: skip
    found = ask(app, "SELECT state FROM superior_assignment WHERE id = :key", key=key)
    return None if found == ["HANDLING"] else "answered before it arrived"


def takes_the_case_off(app: Flask) -> str | None:
    """A hand is taken off its case, or put on another, so that the case can be closed."""
    key = handed_down(app)
    other = BY_REGISTER["Case"].keys[SIBLING]
    for case in (None, other):
        in_hand(app, "town_admin", lambda row, _who, case=case: _edit(row, case), SuperiorAssignment, key)
    browser = signed_in(app, "town_admin")
    for version in ("1", "2", "3"):
        browser.submit(f"/superiors/edit/{key}", {"case_id": "", "_version": version})
    found = ask(app, "SELECT case_id FROM superior_assignment WHERE id = :key", key=key)
    return None if found == [CASE] else f"the hand is of case {found}"


def _edit(row: Any, case: int | None) -> None:
    row.case_id = case
    HandInterface(type(row)).edit(row)


def reads_of_another_county(app: Flask) -> str | None:
    """The superior of another county, on what a town reports to its own."""
    keys = {name: one(app) for name, one in HANDS.items()}
    browser = receiver(app, *HANDS, place=OTHER_COUNTY)
    for name, key in keys.items():
        base = BASE[name]
        paths = (f"show/{key}", f"history/{key}", f"edit/{key}", f"reveal/{key}")
        answers = [browser.get(f"{base}/{path}").status_code for path in paths[:3]]
        answers.append(browser.submit(f"{base}/{paths[3]}", {"column": "summary", "reason": "看"}).status_code)
        if set(answers) - {404, 403}:
            return f"{name}: {answers}"
        if any(number in browser.get(f"{base}/list/").get_data(as_text=True) for number in _numbers(app, name, key)):
            return f"{name} in the list"
    return None


def _numbers(app: Flask, name: str, key: int) -> list[str]:
    found: list[str] = ask(app, f"SELECT number FROM {BY_REGISTER[name].table.name} WHERE id = :key", key=key)
    return found


def reads_the_case(app: Flask) -> str | None:
    """Whoever receives it, on the case behind it and its timeline: by no page does he get more than was written."""
    whole_case(app)
    keys = {name: one(app) for name, one in HANDS.items()}
    browser = receiver(app, *HANDS)
    told = (*WOMAN.values(), DONE, BY_REGISTER["Case"].secret("id_number", CASE))
    number = ask(app, "SELECT number FROM case_record WHERE id = :key", key=CASE)[0]
    for path in (
        f"/cases/show/{CASE}", f"/cases/history/{CASE}", "/cases/list/", "/cases/export", f"/cases/activity/{CASE}",
        f"/search/?q={WOMAN['name']}", f"/search/?q={number}", "/todo/", "/",
    ):  # fmt: skip
        page = browser.get(path).get_data(as_text=True)
        if any(text in page for text in told):
            return path
    for name, key in keys.items():
        assert browser.get(f"{BASE[name]}/show/{key}").status_code == 200
        for path in ("show", "history", "edit"):
            page = browser.get(f"{BASE[name]}/{path}/{key}").get_data(as_text=True)
            if any(text in page for text in (*told, number)) or f"/cases/show/{CASE}" in page:
                return f"{name} {path}"
        options = browser.get(f"{BASE[name]}/options/case_id?verb=add&q={number}").get_data(as_text=True)
        if number in options:
            return f"{name}: the choices of cases"
        for column in BY_REGISTER[name].secrets:
            form = {"column": column, "reason": "办理"}
            page = browser.submit(f"{BASE[name]}/reveal/{key}", form).get_data(as_text=True)
            if any(text in page for text in told):
                return f"{name}: {column}"
    return None


# ---- the case


def closes_over_a_hand(app: Flask) -> str | None:
    """A case is struck out, withdrawn, lost, merged or answered on the spot while its superior waits, by each hand."""
    for name, one in HANDS.items():
        one(app)
        _try_everything(app)
        found = ask(app, "SELECT state FROM case_record WHERE id = :key AND ended_on IS NULL", key=CASE)
        if found != ["APPLIED"]:
            return f"{name}: the case is {found}"
        _drop(app, name)
    return None


def _drop(app: Flask, name: str) -> None:
    """Take the hands of the case away again, past everything."""
    with app.app_context(), db.engine.begin() as connection:
        table = BY_REGISTER[name].table
        for child in (*BY_REGISTER[name].records, *BY_REGISTER[name].children):
            mine = table.select().with_only_columns(table.c.id).where(table.c.case_id == CASE)
            connection.execute(child.table.delete().where(child.table.c[child.parent].in_(mine)))
        connection.execute(table.delete().where(table.c.case_id == CASE))


def _try_everything(app: Flask) -> None:
    browser, other = signed_in(app, "town_admin"), BY_REGISTER["Case"].keys["330302006044"]
    ended = {"ended_on": TODAY.isoformat(), "ended_reason": "重复", "state_reason": "不办了"}
    answer = {"answer": "已告知", "answer_way": "IN_PERSON", "answered_on": TODAY.isoformat()}
    for path, form in (
        (f"/cases/end/{CASE}", ended), (f"/cases/advance/{CASE}/LOST", ended), (f"/cases/answer/{CASE}", answer),
        (f"/cases/advance/{CASE}/MERGED", ended | {"merged_into_id": str(other)}),
        *((f"/cases/advance/{CASE}/{state.name}", ended) for state in (CaseState.WITHDRAWN, CaseState.REFUSED)),
    ):  # fmt: skip
        for version in ("1", "2", "3"):
            browser.submit(path, form | {"_version": version})
    for state in (CaseState.LOST, CaseState.WITHDRAWN, CaseState.REFUSED, CaseState.MERGED):

        def fill(row: Any, state: CaseState = state) -> None:
            row.state_reason = "不办了"
            row.merged_into_id = other if state is CaseState.MERGED else None

        in_hand(
            app, "town_admin",
            lambda row, who, state=state, fill=fill: advance(row, state, who, TODAY, fill), Case, CASE,
        )  # fmt: skip


def adds_to_a_closed_case(app: Flask) -> str | None:
    """A hand is made of a case that is over, or put on it afterwards."""
    loose = assigned(app)
    with app.app_context(), acting_as(SETUP):
        case = db.session.get_one(Case, CASE)
        advance(case, CaseState.LOST, SETUP, TODAY, lambda row: setattr(row, "state_reason", "失联"))
        db.session.commit()
        db.session.remove()
    browser = signed_in(app, "town_admin")
    for name in HANDS:
        form = BY_REGISTER[name].form(OWN) | {"case_id": str(CASE), "station_id": str(STATION[OWN])}
        browser.submit(f"{BASE[name]}/add", form)
        if ask(app, f"SELECT id FROM {BY_REGISTER[name].table.name} WHERE case_id = :key", key=CASE):
            return f"{name} of a closed case"
    in_hand(app, "town_admin", lambda row, _who: _edit(row, CASE), SuperiorAssignment, loose)
    for version in ("1", "2"):
        browser.submit(f"/superiors/edit/{loose}", {"case_id": str(CASE), "_version": version})
    found = ask(app, "SELECT case_id FROM superior_assignment WHERE id = :key", key=loose)
    return None if found == [None] else "put on a closed case"


# ---- who signs and answers


def acts_as_its_superior(app: Flask) -> str | None:
    """The station signs for its superior, answers itself, sends back or closes its own report."""
    said = {"note": "办了", "reply": "同意", "state_reason": "不符", "report": "完了", "people": 9}
    for name, make, states in (
        ("Escalation", escalated, EscalationState), ("UrgentReport", reported, ReportState),
        ("PolicyIssue", proposed, PolicyState),
    ):  # fmt: skip
        spec, key = BY_REGISTER[name], make(app)
        for username in ("staff", "town_admin", "mixed"):
            browser = signed_in(app, username)
            for state in states:
                form = {column: str(text) for column, text in said.items()}
                for version in ("1", "2"):
                    browser.submit(f"{BASE[name]}/advance/{key}/{state.name}", form | {"_version": version})

                def fill(row: Any, state: Any = state) -> None:
                    for column in ("reply", "state_reason", "note"):
                        if column in asked(row, state):
                            is_secret = "secret" in type(row).__table__.c[column].info
                            (secret.put if is_secret else setattr)(row, column, str(said[column]))

                in_hand(
                    app, username, lambda row, who, state=state, fill=fill: advance(row, state, who, TODAY, fill),
                    spec.model, key,
                )  # fmt: skip
        found = ask(app, f"SELECT state FROM {spec.table.name} WHERE id = :key", key=key)
        if found not in (["SENT"], ["FINAL"]):  # which is the station's own word
            return f"{name}: the station brought it to {found}"
    return None


def asked(row: Any, to: Any) -> tuple[str, ...]:
    """The columns that a step asks for, wherever it stands."""
    flow = next(flow for flow in flows_of(type(row)) if isinstance(to, flow.states))
    step = flow.step(row, to)
    return step.asks if step else ()


def reports_out_of_order(app: Flask) -> str | None:
    """A second first or last report, and more after the last."""
    key = reported(app)
    again = {"report": "续报", "people": "9"}
    browser = signed_in(app, "staff")
    for state in ("FINAL", "SENT", "FINAL", "CLOSED"):
        for version in ("1", "2", "3"):
            browser.submit(f"/urgents/advance/{key}/{state}", again | {"_version": version})
    for turn in ("FIRST", "FINAL"):
        with app.app_context(), acting_as(SETUP):
            kept = {"reported_on": TODAY, "reported_by": "某人", "text": "又一次", "people": 1}
            try:
                for _twice in range(2):
                    db.session.add(UrgentPart(urgent_id=key, turn=ReportTurn[turn], **kept))
                    db.session.flush()
                return f"{turn} twice"
            except IntegrityError:
                db.session.rollback()
            db.session.remove()
    found = ask(app, "SELECT turn FROM urgent_part WHERE urgent_id = :key", key=key)
    return None if sorted(found) == ["FINAL", "FIRST"] else f"the parts are {found}"


def withdraws_what_was_signed_for(app: Flask) -> str | None:
    """The station takes back an urgent report that its superior follows, instead of a last report."""
    key = reported(app)
    in_hand(app, "county_admin", lambda row, who: advance(row, ReportState.SIGNED, who, TODAY), UrgentReport, key)
    browser = signed_in(app, "town_admin")
    for version in ("1", "2", "3"):
        form = {"ended_on": TODAY.isoformat(), "ended_reason": "不报了", "_version": version}
        browser.submit(f"/urgents/end/{key}", form)
    assert ask(app, "SELECT state FROM urgent_report WHERE id = :key", key=key) == ["SIGNED"]
    gone = ask(app, "SELECT id FROM urgent_report WHERE ended_on IS NOT NULL AND id = :key", key=key)
    return "the station took back what its superior follows" if gone else None


def reports_beside_its_superiors(app: Flask) -> str | None:
    """A report goes to another county, or to a level that is not above the station."""
    form = BY_REGISTER["UrgentReport"].form(OWN)
    browser = signed_in(app, "staff")
    for wrong in ({"to_level": "TOWNSHIP"}, {"to_level": "COUNTY", "to_code": OTHER_COUNTY}):
        browser.submit("/urgents/add", form | wrong)
    found = ask(app, "SELECT to_code FROM urgent_report WHERE division_code = :town", town=OWN)
    return None if set(found) <= {COUNTY} else f"reported to {found}"


ATTACKS = (
    county_hides_its_assignment,
    feeds_back_before_arrival,
    takes_the_case_off,
    reads_of_another_county,
    reads_the_case,
    closes_over_a_hand,
    adds_to_a_closed_case,
    acts_as_its_superior,
    reports_out_of_order,
    withdraws_what_was_signed_for,
    reports_beside_its_superiors,
)
