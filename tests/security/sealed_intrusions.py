"""Short attacks on what is sealed, as those of tests.security.intrusions: over HTTP, and with rows in hand."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import select

from app import clock
from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as, narrowed, visibility_of
from app.security.actor import SETUP
from app.workflow.sealing import seal
from models import AuditEntry, Case, CaseRecusal, Model, SealedOpening, SealReason, Transfer, UserScope
from models.base import Visibility
from tests.conftest import Browser
from tests.security import merged_intrusions
from tests.security.attacks import account_id, person
from tests.security.intrusions import ask, signed_in
from tests.security.registers import BY_REGISTER
from tests.security.sealed_twins import ABOVE, HEADS, OUTSIDE, RECEIVERS, SENT_UP, TOLD, Planted, plant
from tests.world import OWN, TODAY

NOW = datetime(2026, 11, 24, 2, 0)  # noqa: DTZ001  stored without a zone
VISIBLE = BY_REGISTER["Case"].keys[OWN]


def _rows_of(username: str, planted: Planted) -> Iterator[str]:
    """What somebody gets who can write any query, of the case and of what hangs on it."""
    keys = {"Case": planted.case, "Transfer": planted.transfer, "Assignment": planted.assignment, **planted.others}
    with acting_as(person(username)):
        for mapper in Model.registry.mappers:
            cls: Any = mapper.class_
            if visibility_of(cls) is Visibility.SYSTEM or (username in RECEIVERS and cls.__name__ in keys):
                continue
            if username == ABOVE and cls.__name__ in (*SENT_UP, "EscalationNote", "UrgentPart"):
                continue  # what was sent to him
            for row in db.session.scalars(select(cls)):
                root = (getattr(row, "root_register", ""), getattr(row, "root_key", ""))
                received = {ABOVE: SENT_UP, **dict.fromkeys(RECEIVERS, ("Transfer", "Assignment"))}
                if root[0] in received.get(username, ()):
                    continue  # what he received
                is_it = cls.__name__ in keys and row.id == keys[cls.__name__]
                is_its = getattr(row, "case_id", None) == planted.case or TOLD in str(row)
                if is_it or is_its or root in {(name, str(key)) for name, key in keys.items()}:
                    yield f"{username} reads {cls.__name__} {row}"


def reads_rows_in_hand(app: Flask) -> str | None:
    """Every class of rows, by everybody who is neither head nor handler."""
    planted = plant(app)
    with app.app_context():
        for username in OUTSIDE:
            for found in _rows_of(username, planted):
                db.session.remove()
                return found
        db.session.remove()
    return None


def writes_in_hand(app: Flask) -> str | None:
    """Whoever got hold of the row changes it, hands it over, lifts the seal, shuts people out, lets himself in."""
    planted = plant(app)
    for username in ("staff", "county_admin", "supervisor"):
        with app.app_context():
            me, actor = account_id(username), person(username)
            for what in ("edit", "send", "recuse", "open"):
                with acting_as(SETUP):
                    row = db.session.get_one(Case, planted.case)
                try:
                    with acting_as(actor):
                        _write(what, row, me)
                        db.session.commit()
                    return f"{username}: {what}"
                except DomainError:
                    db.session.rollback()
            db.session.remove()
    return None


def _write(what: str, row: Case, me: int) -> None:
    if what == "edit":
        row.note = "改了"
        return
    made: dict[str, Any] = {
        "send": lambda: Transfer(case_id=row.id, station_id=row.station_id, why="MAJOR", asked="x", subject="x"),
        "recuse": lambda: CaseRecusal(case_id=row.id, user_id=me, name="x", reason="x", since=TODAY, by_name="x"),
        "open": lambda: SealedOpening(
            case_id=row.id, user_id=me, request_id=1, name="x", asked_on=TODAY, reason="x", opened_at=NOW,
            decided_by="x", decision="x",
        ),
    }  # fmt: skip
    db.session.add(made[what]())
    db.session.flush()


def finds_it_where_something_is_chosen(app: Flask) -> str | None:
    """The boxes in which a case is looked for."""
    planted = plant(app)
    for username in ("staff", "county_admin"):
        browser = signed_in(app, username)
        for place in ("/cases/options/merged_into_id?verb=handle", "/transfers/options/case_id?verb=add"):
            if TOLD in browser.get(f"{place}&q={planted.number}").get_data(as_text=True):
                return f"{username} finds it in {place}"
    return None


def counts_the_gaps(app: Flask) -> str | None:
    """The numbers of a station, one after the other: nothing is missing between them."""
    browser, found = signed_in(app, "staff"), []
    form = BY_REGISTER["Case"].form(OWN)
    for n, extra in enumerate(({}, {"is_sexual": "y"}, {})):
        assert browser.submit("/cases/add", {**form, **extra, "_once": f"{n}" * 32}).status_code == 302
    numbers = ask(app, "SELECT number FROM case_record WHERE sealed_for IS NULL AND subject = '新事由' ORDER BY id")
    found = [int(number.rpartition("-")[2]) for number in numbers]
    assert len(found) == 2
    return None if found[1] == found[0] + 1 else f"the numbers go {found}"


def recorder_keeps_access(app: Flask) -> str | None:
    """Whoever recorded it reads it afterwards."""
    browser, form = signed_in(app, "staff"), BY_REGISTER["Case"].form(OWN)
    answer = browser.submit("/cases/add", {**form, "is_sexual": "y", "_once": "7" * 32}, follow_redirects=True)
    page = answer.get_data(as_text=True)
    (key,) = ask(app, "SELECT id FROM case_record WHERE sealed_for = 'SEXUAL'")
    assert "已登记并封存" in page
    assert ask(app, "SELECT number FROM case_record WHERE id = :k", k=key)[0] in page
    return None if browser.get(f"/cases/show/{key}").status_code == 404 else "the recorder reads it"


# ---- asking to read


def requested(browser: Browser, number: str, once: str = "a" * 32) -> str:
    """Ask for a number; the page that comes back, without tokens and the number itself."""
    form = {"number": number, "reason": "工作需要", "_once": once}
    page = browser.submit("/cases/opening", form, follow_redirects=True).get_data(as_text=True)
    return re.sub(r'value="[^"]{30,}"', "", page.replace(number, "#"))


def tells_by_the_answer(app: Flask) -> str | None:
    """Asking for a sealed case, for an open one, for one elsewhere, for none: the answers are the same, also later."""
    planted = plant(app)
    (usual,) = ask(app, "SELECT number FROM case_record WHERE id = :k", k=VISIBLE)
    asked = (planted.number, "密ZZZZZZZZ", usual, ask(app, "SELECT max(number) FROM case_record")[0])
    pages = []
    for number in asked:
        with app.app_context(), acting_as(SETUP):
            db.session.connection().exec_driver_sql("DELETE FROM sealed_opening")
            db.session.connection().exec_driver_sql("DELETE FROM sealed_request")
            db.session.commit()
            db.session.remove()
        browser = signed_in(app, "staff")
        first = requested(browser, number)
        if number == planted.number:
            _decided(app, "town_admin", is_open=False)
        later = browser.get("/cases/opening").get_data(as_text=True)
        with patch.object(clock, "today", lambda: date(2026, 12, 8)):
            at_last = browser.get("/cases/opening").get_data(as_text=True)
        if "未开放" not in at_last:
            return "what was not opened is not called so in the end"
        seen = (re.sub(r'value="[^"]{30,}"', "", p.replace(number, "#")) for p in (later, at_last))
        pages.append((first, *seen))
    return None if all(page == pages[0] for page in pages) else "the answers differ"


def _decided(app: Flask, username: str, is_open: bool = True) -> None:
    browser = signed_in(app, username)
    (key,) = ask(app, "SELECT max(id) FROM sealed_request")
    browser.submit(f"/cases/decide/{key}", {"answer": "open" if is_open else "refuse", "note": "核实过"})


def _opened(app: Flask, planted: Planted, username: str = "staff") -> Browser:
    """Somebody who was let in by the head."""
    browser = signed_in(app, username)
    requested(browser, planted.number)
    _decided(app, "town_admin")
    assert browser.get(f"/cases/show/{planted.case}").status_code == 200, "who is let in reads it"
    return browser


def reads_when_the_day_is_over(app: Flask) -> str | None:
    planted = plant(app)
    browser = _opened(app, planted)
    later = clock.now() + timedelta(hours=24, minutes=1)
    with patch.object(clock, "now", lambda: later):
        browser.enter("staff")
        status = browser.get(f"/cases/show/{planted.case}").status_code
        listed = TOLD in browser.get("/cases/list/").get_data(as_text=True)
    return None if status == 404 and not listed else "an opening does not end"


def does_more_than_read(app: Flask) -> str | None:
    """Whoever is let in changes, handles, hands on, exports what he was let in to read."""
    planted = plant(app)
    browser = _opened(app, planted)
    key = planted.case
    for path in (f"/cases/edit/{key}", f"/cases/advance/{key}/INVESTIGATING", f"/cases/end/{key}"):
        if browser.get(path).status_code != 403:
            return path
    with app.app_context():
        with acting_as(person("staff")), narrowed("Case", "export"):
            exported = db.session.scalar(select(Case.id).where(Case.id == planted.case))
        db.session.remove()
    return None if exported is None else "exports it"


def lets_himself_in(app: Flask) -> str | None:
    """Whoever asks decides, or somebody who does not head the station."""
    planted = plant(app)
    requested(signed_in(app, "county_admin"), planted.number)
    for username in ("county_admin", "city_admin", "village_admin", "foreign_admin", "staff"):
        _decided(app, username)
        if ask(app, "SELECT id FROM sealed_opening"):
            return f"{username} decides"
    return None


# ---- 回避


def _recused(app: Flask, planted: Planted, username: str) -> None:
    with app.app_context(), acting_as(SETUP):
        me = account_id(username)
        said: dict[str, Any] = {"name": username, "reason": "亲属", "since": TODAY, "by_name": "x"}
        db.session.add(CaseRecusal(case_id=planted.case, user_id=me, **said))
        db.session.commit()
        db.session.remove()


def reads_though_recused(app: Flask) -> str | None:
    """The head, the handler, one who was let in, the centre: none of them, once he is shut out."""
    planted = plant(app)
    with app.app_context(), acting_as(SETUP):
        case = db.session.get_one(Case, planted.case)
        handler = account_id("staff")
        db.session.connection().exec_driver_sql(f"UPDATE case_record SET handler_id = {handler} WHERE id = {case.id}")
        db.session.commit()
        db.session.remove()
    for username in ("town_admin", "staff", "center"):
        path = f"/transfers/show/{planted.transfer}" if username == "center" else f"/cases/show/{planted.case}"
        browser = signed_in(app, username)
        assert browser.get(path).status_code == 200, f"{username} reads it before"
        _recused(app, planted, username)
        if browser.get(path).status_code != 404:
            return f"{username} reads it"
    return None


def lifts_his_own_recusal(app: Flask) -> str | None:
    planted = plant(app)
    _recused(app, planted, "town_admin")
    _recused(app, planted, "mixed")
    (key, *_rest) = ask(app, "SELECT id FROM case_recusal ORDER BY id")
    signed_in(app, "town_admin").submit(f"/cases/lift/{key}", {"reason": "没有关系"})
    if ask(app, "SELECT id FROM case_recusal WHERE id = :k AND lifted_on IS NOT NULL", k=key):
        return "lifts it himself"
    signed_in(app, "county_admin").submit(f"/cases/lift/{key}", {"reason": "查明没有关系"})
    assert ask(app, "SELECT id FROM case_recusal WHERE id = :k AND lifted_on IS NOT NULL", k=key), "the county may"
    return None


# ---- the seal


def lifts_the_seal(app: Flask) -> str | None:
    """A handler, the county, a form of the case that says so: only the head of the station."""
    planted = plant(app)
    for username in ("staff", "county_admin", "city_admin", "town_admin"):
        browser = signed_in(app, username)
        (version,) = ask(app, "SELECT version FROM case_record WHERE id = :k", k=planted.case)
        form = {"_version": str(version), "seal_reason": "不必封存"}
        if username == "town_admin":
            edit = {**BY_REGISTER["Case"].form(OWN), **form, "sealed_for": "", "sealed_on": "", "is_sexual__shown": "1"}
            browser.submit(f"/cases/edit/{planted.case}", edit)
        else:
            browser.submit(f"/cases/unseal/{planted.case}", form)
        if ask(app, "SELECT id FROM case_record WHERE id = :k AND sealed_for IS NULL", k=planted.case):
            return f"{username} lifts it"
    (version,) = ask(app, "SELECT version FROM case_record WHERE id = :k", k=planted.case)
    form = {"_version": str(version), "seal_reason": "不必封存"}
    signed_in(app, "town_admin").submit(f"/cases/unseal/{planted.case}", form)
    assert ask(app, "SELECT id FROM case_record WHERE id = :k AND sealed_for IS NULL", k=planted.case), "the head may"
    with app.app_context(), acting_as(SETUP):
        told = db.session.scalars(select(AuditEntry).where(AuditEntry.root_key == str(planted.case))).all()
        db.session.remove()
    return None if any("seal_reason" in e.changes for e in told) else "nothing in the history"


def high_risk_stays_in_sight(app: Flask) -> str | None:
    """What is found out to be dangerous is shut to everybody else at once, whoever finds out."""
    with app.app_context(), acting_as(person("staff")):
        seal(db.session.get_one(Case, VISIBLE), SealReason.HIGH_RISK, TODAY)
        db.session.commit()
        db.session.remove()
    for username in ("staff", "county_admin", "supervisor"):
        if signed_in(app, username).get(f"/cases/show/{VISIBLE}").status_code != 404:
            return f"{username} reads it"
    return None


def a_station_without_head(app: Flask) -> str | None:
    """Where nobody heads the station, the nearest above does, and only he; a head of long ago is none."""
    with app.app_context(), acting_as(SETUP):
        for name in ("town_admin", "mixed"):
            for row in db.session.scalars(select(UserScope).where(UserScope.user_id == account_id(name))):
                row.valid_from, row.valid_until = date(2020, 1, 1), date(2020, 12, 31)
        db.session.commit()
        db.session.remove()
    planted = plant(app)
    path = f"/cases/show/{planted.case}"
    status = {name: signed_in(app, name).get(path).status_code for name in ("county_admin", "city_admin")}
    return None if status == {"county_admin": 200, "city_admin": 404} else str(status)


def sends_it_on_while_let_in(app: Flask) -> str | None:
    """An opening is for reading: nothing is made of the case, and nothing of it is sent elsewhere."""
    planted = plant(app, is_handed_over=False, is_sent_up=False)
    browser, key = _opened(app, planted), str(planted.case)
    if offered := re.findall(r'href="(/\w+/add)', browser.get(f"/cases/show/{key}").text.partition("<main")[2]):
        return f"is offered {offered}"
    station = str(BY_REGISTER["Station"].keys[OWN])
    copied = {"has_name": "y", "has_phone": "y", "has_address": "y", "summary": "情况"}
    forms: dict[str, dict[str, str]] = {
        "transfer": {"why": "MAJOR", "asked": "请办", **copied},
        "escalation": {"asked": "请指导", "to_level": "COUNTY", **copied},
        "urgent_report": {"station_id": station, "urgency": "MAJOR", "subject": "事", "people": "1", "report": "报",
                          "to_level": "COUNTY"},
        "policy_issue": {"station_id": station, "subject": "事", "law": "法", "analysis": "析", "proposal": "议",
                         "to_level": "COUNTY"},
        "dv_order": {"kind": "WARNING", "issued_by": "派出所", "issued_on": "2026-11-20"},
        "dv_risk_assessment": {"assessed_on": "2026-11-20", "assessor": "某人"},
        "mandatory_report": {"station_id": station, "finder_kind": "SCHOOL", "finder": "某校", "victim": "某人",
                             "found_on": "2026-11-20", "capacity": "LIMITED"},
    }  # fmt: skip
    bases = {
        "transfer": "transfers", "escalation": "escalations", "urgent_report": "urgents", "policy_issue": "policies",
        "dv_order": "orders", "dv_risk_assessment": "risks", "mandatory_report": "reports",
    }  # fmt: skip
    for number, (table, form) in enumerate(forms.items()):
        before = ask(app, f"SELECT count(*) FROM {table} WHERE case_id = :k", k=planted.case)
        browser.submit(f"/{bases[table]}/add", {"case_id": key, **form, "_once": f"{number}" * 32})
        if ask(app, f"SELECT count(*) FROM {table} WHERE case_id = :k", k=planted.case) != before:
            return f"adds a {table}"
    return None


def heads_for_who_is_shut_out_elsewhere(app: Flask) -> str | None:
    """Who heads the station goes on heading its other cases: the next one above reads none of them."""
    other, planted = plant(app), plant(app)
    for username in HEADS:
        _recused(app, other, username)
    status = signed_in(app, "county_admin").get(f"/cases/show/{planted.case}").status_code
    return None if status == 404 else f"the county gets {status}"


def belongs_to_nobody(app: Flask) -> str | None:
    """Where every head is shut out of a case, the next one above heads it: somebody goes on with it."""
    planted = plant(app)
    for username in HEADS:
        _recused(app, planted, username)
    status = signed_in(app, "county_admin").get(f"/cases/show/{planted.case}").status_code
    return None if status == 200 else f"the county gets {status}"


ATTACKS = (
    *merged_intrusions.ATTACKS,
    sends_it_on_while_let_in,
    heads_for_who_is_shut_out_elsewhere,
    belongs_to_nobody,
    reads_rows_in_hand,
    writes_in_hand,
    finds_it_where_something_is_chosen,
    counts_the_gaps,
    recorder_keeps_access,
    tells_by_the_answer,
    reads_when_the_day_is_over,
    does_more_than_read,
    lets_himself_in,
    reads_though_recused,
    lifts_his_own_recusal,
    lifts_the_seal,
    high_risk_stays_in_sight,
    a_station_without_head,
)
