"""Two databases that differ by one sealed case: whoever may not read it gets the same answers from both.

The case is planted with everything that hangs on a case, and looks like a visible one beside it (the same name, the
same identity number), so that whatever finds people, counts rows or follows a key comes upon it.
"""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from statistics import median
from typing import Any, NamedTuple

from flask import Flask

from app import attachments, secret, todos
from app.danger import OfCase, RiskInterface
from app.extensions import db
from app.files import checked
from app.hands import HandInterface
from app.interface import RegisterInterface
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.steps import advance
from models import (
    ActivityKind,
    Assignment,
    Capacity,
    Case,
    CaseActivity,
    CaseState,
    Channel,
    Difficulty,
    DvOrder,
    DvRiskAssessment,
    Escalation,
    Finder,
    MandatoryReport,
    OrderKind,
    PolicyIssue,
    RightsCategory,
    Superior,
    SuperiorAssignment,
    SuperiorKind,
    Transfer,
    TransferReason,
    TransferState,
    Urge,
    Urgency,
    UrgentReport,
)
from tests import world
from tests.conftest import Browser
from tests.security.answers import body_of
from tests.security.registers import BY_REGISTER
from tests.security.spec import pdf
from tests.world import OWN, PEOPLE, TODAY, canary

TOLD = "密件的事"  # stands in nothing but the sealed case
HEADS = ("town_admin", "mixed")  # of the station in OWN
OUTSIDE = tuple(p.username for p in PEOPLE.values() if p.active and p.username not in HEADS)
RECEIVERS = ("center", "unit_officer")  # to whom something of it may have been handed over
ABOVE = "county_admin"  # to whom something of it may have been sent up
SENT_UP = ("Escalation", "UrgentReport", "PolicyIssue")
OURS = (
    "Case",
    "Transfer",
    "Assignment",
    *SENT_UP,
    "SuperiorAssignment",
    "DvRiskAssessment",
    "DvOrder",
    "MandatoryReport",
)
# What is never the same twice: tokens, marks of who opened a form, digests of a calendar or a role.
NOISE = re.compile(
    r'value="[^"]{30,}"|"csrf_token": "[^"]*"|\?v=[0-9a-f]+|Content-Length: \d+|Date: .*|Last-Modified: .*|ETag: .*'
    r"|nonce-[\w+/=-]+|\d\d:\d\d(:\d\d)?"
)


class Planted(NamedTuple):
    """The keys of the sealed case and of what hangs on it."""

    case: int
    number: str
    activity: int
    urge: int
    file: int
    transfer: int
    assignment: int
    others: dict[str, int]  # {register: key} of what else hangs on it


class Request(NamedTuple):
    """One request: method, path, what is posted."""

    method: str
    path: str
    data: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.data or ''}"[:150]


def plant(app: Flask, is_handed_over: bool = True, is_sent_up: bool = True, **values: Any) -> Planted:
    """Add a sealed case to the station in OWN, by the product itself."""
    with app.app_context(), acting_as(SETUP):
        beside = db.session.get_one(Case, BY_REGISTER["Case"].keys[OWN])
        case = Case(
            station_id=beside.station_id, channel=Channel.VISIT, received_on=date(2026, 11, 20), name=beside.name,
            subject=TOLD, category=RightsCategory.PERSON, receiver=TOLD, **{"is_sexual": True, **values},
        )  # fmt: skip
        db.session.add(case)
        db.session.flush()
        secret.put(case, "id_number", secret.get(beside, "id_number"))
        secret.put(case, "narrative", TOLD)
        db.session.flush()

        others = {type(row).__name__: row.id for row in _hang_on(case, is_sent_up)}

        def fill(row: Case) -> None:
            row.difficulty, row.handler, row.accepted_on = Difficulty.SIMPLE, "没有这个账号", row.received_on

        advance(case, CaseState.ACCEPTED, SETUP, TODAY, fill)
        done = CaseActivity(
            case_id=case.id, kind=ActivityKind.RECEPTION, happened_on=case.received_on, summary=TOLD, done_by=TOLD,
            is_repeat=True,
        )  # fmt: skip
        urge = Urge(case_id=case.id, by_name=TOLD, sent_on=TODAY, reason=TOLD)
        db.session.add_all((done, urge))
        db.session.flush()
        file = attachments.attach(case, checked(f"{TOLD}.pdf", pdf("x")))
        transfer, assignment = _hand_over(case) if is_handed_over else (0, 0)
        planted = Planted(case.id, case.number, done.id, urge.id, file.id, transfer, assignment, others)
        db.session.commit()
        db.session.remove()
    return planted


def _hang_on(case: Case, is_sent_up: bool) -> list[Any]:
    """What its station makes of it, and what goes to the county; stored."""
    up = {"case_id": case.id, "to_level": Superior.COUNTY}
    sent = [
        Escalation(**up, asked=TOLD, has_name=True, has_phone=False, has_address=False),
        UrgentReport(**up, urgency=Urgency.MAJOR, subject=TOLD, people=1, report=TOLD),
        PolicyIssue(**up, subject=TOLD, law=TOLD, analysis=TOLD, proposal=TOLD),
    ]
    secret.put(sent[0], "summary", TOLD)
    kept = [
        SuperiorAssignment(
            case_id=case.id, kind=SuperiorKind.PASSED, document_no=TOLD, from_whom=TOLD, arrived_on=case.received_on,
            subject=TOLD,
        ),
        DvRiskAssessment(case_id=case.id, assessed_on=case.received_on, assessor=TOLD),
        DvOrder(case_id=case.id, kind=OrderKind.WARNING, issued_by=TOLD, issued_on=case.received_on),
        MandatoryReport(
            case_id=case.id, station_id=case.station_id, finder_kind=Finder.SCHOOL, finder=TOLD, victim=TOLD,
            found_on=case.received_on, capacity=Capacity.LIMITED,
        ),
    ]  # fmt: skip
    rows = [*(sent if is_sent_up else ()), *kept]
    for row in rows:
        ADDING.get(type(row), HandInterface)(type(row)).add(row)
    return rows


ADDING = {DvRiskAssessment: RiskInterface, DvOrder: OfCase, MandatoryReport: RegisterInterface}


def _hand_over(case: Case) -> tuple[int, int]:
    transfer = Transfer(
        case_id=case.id, station_id=case.station_id, why=TransferReason.MAJOR, asked=TOLD, subject=TOLD, sent_by=TOLD,
        due_on=date(2026, 11, 23), sent_on=date(2026, 11, 20),
    )  # fmt: skip
    secret.put(transfer, "summary", TOLD)
    db.session.add(transfer)
    db.session.flush()
    advance(transfer, TransferState.SIGNED, SETUP, TODAY)
    row = Assignment(
        transfer_id=transfer.id, station_id=case.station_id, unit_id=BY_REGISTER["MemberUnit"].keys[OWN],
        due_on=date(2026, 11, 23), assigned_on=date(2026, 11, 22),
    )  # fmt: skip
    secret.put(row, "asked", TOLD)
    secret.put(row, "content", TOLD)
    db.session.add(row)
    db.session.flush()
    return transfer.id, row.id


# ---- what is asked


def requests(app: Flask, planted: Planted) -> Iterator[Request]:
    """Every rule of the URL map, aimed at the sealed case where it aims at a row, and whatever finds or counts rows."""
    yield from _by_rules(app, planted)
    yield from _lists(planted)
    yield from _references(planted)


def _by_rules(app: Flask, planted: Planted) -> Iterator[Request]:
    own = {name: spec.keys.get(OWN, 1) for name, spec in BY_REGISTER.items()}
    aims = own | {"Case": planted.case, "Transfer": planted.transfer or 1, "Assignment": planted.assignment or 1}
    aims |= planted.others
    form = {
        "_version": "3", "reason": "核对身份", "column": "narrative", "ended_on": "2026-11-20", "ended_reason": "试",
        "reply": "已联系", "kind": "CALL", "happened_on": "2026-11-20", "summary": "去电", "done_by": "某人",
        "state_reason": "试", "answer": "已告知", "answer_way": "IN_PERSON", "_once": "0" * 32,
    }  # fmt: skip
    for rule in sorted(app.url_map.iter_rules(), key=str):
        view = rule.endpoint.partition(".")[0].removesuffix("View")
        if view in ("static", "appbuilder", "Leave", "SignIn", "Activation", "Account"):
            continue
        path = rule.rule.replace("<column>", "station_id").replace("<to>", "HANDLING")
        path, is_ours = path.replace("<pk>", str(aims.get(view, 1))), view in OURS
        for key in (planted.activity, planted.urge, planted.file, 1) if "<key>" in path else (0,):
            for what in ("activity", f"reply-{planted.urge}", "urge") if "<what>" in path else ("",):
                aimed = path.replace("<key>", str(key)).replace("<what>", what).replace("<scope>", "1")
                if "GET" in (rule.methods or ()):
                    yield Request("GET", aimed, {})
                # Posts that aim at the case; those that aim elsewhere change what both databases have alike.
                if "POST" in (rule.methods or ()) and "<pk>" in rule.rule and is_ours:
                    yield Request("POST", aimed, form)


def _lists(planted: Planted) -> Iterator[Request]:
    queries = (
        f"q={planted.number}", f"q={TOLD}", "q=密", "_flt_0_category=PERSON", "_flt_0_state=ACCEPTED",
        "_flt_0_difficulty=SIMPLE", "_oc_CaseView=number&_od_CaseView=desc", "_oc_CaseView=due_on&_od_CaseView=asc",
        "_flt_0_received_on=2026-11-20&_flt_1_received_on=2026-11-20", "psize_CaseView=100", "page_CaseView=1",
        f"_flt_0_station_id={BY_REGISTER['Station'].keys[OWN]}", f"_flt_0_division_code={OWN}",
        *(f"_only={name}" for name in ("open", "urged", "handling", "applied", "unhandled", "visits", "late")),
    )  # fmt: skip
    for query in queries:
        yield Request("GET", f"/cases/list/?{query}", {})
        yield Request("GET", f"/cases/export?{query}", {})
    bases = ("/transfers", "/assignments", "/escalations", "/urgents", "/policies", "/superiors", "/risks", "/orders")
    for path in (*bases, "/reports"):
        for query in (f"q={planted.number}", f"q={TOLD}", *(f"_only={kind.name}" for kind in todos.KINDS)):
            yield Request("GET", f"{path}/list/?{query}", {})
    for by in ("category", "difficulty", "state", "division", "month", "channel", "quarter", "year"):
        for measure in ("cases", "visits"):
            yield Request("GET", f"/cases/statistics/?rows={by}&columns=channel&measure={measure}", {})
    for q in (planted.number, planted.number[:4], TOLD, "密", canary("PERSON", OWN)):
        yield Request("POST", "/search/", {"q": q})
        yield Request("POST", "/search/suggest", {"q": q})
        for place in ("/cases/options/merged_into_id?verb=handle", "/transfers/options/case_id?verb=add",
                      "/assignments/options/transfer_id?verb=add"):  # fmt: skip
            yield Request("GET", f"{place}&q={q}", {})


def _references(planted: Planted) -> Iterator[Request]:
    """What would point to it, and what takes many rows at once."""
    beside = BY_REGISTER["Case"].keys[OWN]
    for key in (beside, BY_REGISTER["Station"].keys[OWN]):
        yield Request("GET", f"/cases/show/{key}", {})
        yield Request("GET", f"/cases/history/{key}", {})
    merging = {"_version": "1", "state_reason": "同一件事", "merged_into_id": str(planted.case)}
    yield Request("POST", f"/cases/advance/{beside}/MERGED", merging)
    yield Request("GET", f"/transfers/add?case_id={planted.case}", {})
    sent = {"case_id": str(planted.case), "why": "MAJOR", "asked": "请办", "summary": "情况", "_once": "1" * 32}
    yield Request("POST", "/transfers/add", sent)
    unit = str(BY_REGISTER["MemberUnit"].keys[OWN])
    if planted.transfer:
        asked = {"transfer_id": str(planted.transfer), "unit_id": unit, "asked": "请办", "_once": "2" * 32}
        yield Request("POST", "/assignments/add", asked)
    for action in ("bulk_delete", "advance", "export", "no_such"):
        yield Request("POST", "/cases/action_post", {"action": action, "rowid": [str(planted.case)]})


# ---- and what is answered


def answers_to(app: Flask, username: str, asked: Sequence[Request]) -> list[tuple[str, float]]:
    """(what comes back, seconds) of each request, as somebody; what is never the same is left out."""
    browser = Browser(app)
    browser.enter(username)
    token, found = browser.token(), []
    for request in asked:
        began = time.perf_counter()
        if request.method == "GET":
            answer = browser.get(request.path)
        else:
            answer = browser.post(request.path, data={**request.data, "csrf_token": token})
        took = time.perf_counter() - began
        found.append((NOISE.sub("", f"{answer.status_code}\n{body_of(answer)}"), took))
    return found


@contextmanager
def fresh(app: Flask) -> Iterator[None]:
    """The world as it was built, before and after."""
    for _turn in (1, 2):
        with app.app_context():
            world.begin(app)
        if _turn == 1:
            yield


class Told(NamedTuple):
    """What the answers give away, how many were asked, and by how much (1 = equal) their median time differs."""

    leaks: list[str]
    asked: int
    ratio: float


def twins(app: Flask, username: str, rounds: int = 0) -> Told:
    """Ask both databases the same as somebody who may not read the case; for the times, so many rounds more, when the
    product is warm: of each request the quickest counts.
    """
    leaks, times, asked = [], [], []
    for turn in range(1 + rounds):
        with fresh(app):
            planted = plant(app, is_handed_over=username not in RECEIVERS, is_sent_up=username != ABOVE)
            asked = list(requests(app, planted))
            with_it = answers_to(app, username, asked)
        with fresh(app):
            without = answers_to(app, username, asked)
        leaks += [
            f"{username}: {request}: {_difference(one, other)}"
            for request, (one, _), (other, _) in zip(asked, with_it, without, strict=True)
            if one != other or one.startswith("5")
        ]  # fmt: skip
        if turn or not rounds:
            times.append([(one, other) for (_a, one), (_b, other) in zip(with_it, without, strict=True)])
    best = [(min(a for a, _ in pairs), min(b for _, b in pairs)) for pairs in zip(*times, strict=True)]
    return Told(leaks, len(asked), median(one / other for one, other in best))


def _difference(one: str, other: str) -> str:
    """The first line in which two answers differ."""
    lines = zip(one.splitlines(), other.splitlines(), strict=False)
    return next((f"{a.strip()[:160]!r} / {b.strip()[:160]!r}" for a, b in lines if a != b), "one is longer")
