"""四个不: what keeps to each and what does not; every number is that of its list, and of what one may open."""

import random
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from app import aims, periods, statistics
from app.aims import AIMS
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor, Grant
from models import Case, CaseActivity, Division, Escalation, Transfer, UrgentReport
from tests import records
from tests.security.attacks import person
from tests.security.policy import places
from tests.unit import case_rules, counted
from tests.unit.closed_cases import LEVELS, RETURNED, WITHDRAWN, closed, row, write
from tests.unit.test_statistics import NOBODIES, VIEWERS
from tests.watching import statements
from tests.world import CHILD, COUNTY, OTHER_COUNTY, OWN, SIBLING, TODAY
from views.statistics import address_of

DAY = timedelta(days=1)
YEAR = periods.parse("2026")


def board(actor, within="", period=YEAR):
    asked = statistics.asked_of(aims.question(period, within), actor)
    with acting_as(actor):
        return aims.board_of(asked, actor)


def numbers(who="county_admin", within=""):
    """{aim: (counted, kept)} of all that somebody sees."""
    return {f.aim.name: (f.counted, f.kept) for f in board(person(who), within).total}


def change(before, after):
    return {name: (after[name][0] - n, after[name][1] - kept) for name, (n, kept) in before.items()}


# ---- what keeps to each, and what does not

KEPT, BROKEN, NOT_COUNTED = (1, 1), (1, 0), (0, 0)
HARD = {"difficulty": "HARD"}
SMALL = [
    (CHILD, (), {}, KEPT),
    (CHILD, (), {"difficulty": "SIMPLE"}, KEPT),
    (CHILD, (), {"difficulty": "COMPLEX"}, NOT_COUNTED),
    (OWN, (), {}, NOT_COUNTED),
    (CHILD, ((Transfer, {}),), {}, BROKEN),
    (CHILD, ((Transfer, RETURNED),), {}, KEPT),
    (CHILD, ((Transfer, WITHDRAWN),), {}, KEPT),
    (CHILD, ((Transfer, RETURNED), (Transfer, {})), {}, BROKEN),
    (CHILD, ((Escalation, {"to_level": "TOWNSHIP"}),), {}, BROKEN),
    (CHILD, ((Escalation, RETURNED),), {}, KEPT),
]
LARGE = [
    (OWN, (), HARD, KEPT),
    (CHILD, (), {"difficulty": "COMPLEX"}, KEPT),
    (CHILD, (), {}, NOT_COUNTED),
    (CHILD, ((Transfer, {}),), HARD, KEPT),
    (CHILD, ((Escalation, {"to_level": "TOWNSHIP"}),), HARD, KEPT),
    (CHILD, ((Escalation, {"to_level": "COUNTY"}),), HARD, BROKEN),
    (OWN, ((Escalation, {"to_level": "CITY"}),), HARD, BROKEN),
    (OWN, ((Escalation, {"to_level": "CITY"} | RETURNED),), HARD, KEPT),
    (OWN, ((Escalation, WITHDRAWN),), HARD, KEPT),
]
WORSE = [
    (OWN, (), {}, KEPT),
    (OWN, (), {"difficulty": "SIMPLE"}, KEPT),
    *((OWN, ((UrgentReport, {"urgency": why}),), {}, BROKEN) for why in ("MAJOR", "URGENT", "ABNORMAL")),
    (OWN, ((UrgentReport, {"urgency": "GROUP"}),), {}, KEPT),
    (OWN, ((UrgentReport, WITHDRAWN),), {}, KEPT),
    (OWN, ((Transfer, {}),), {}, KEPT),
]
WIDER = [
    (OWN, (), {}, KEPT),
    (OWN, ((UrgentReport, {"urgency": "GROUP"}),), {}, BROKEN),
    (OWN, ((UrgentReport, {"urgency": "GROUP"} | WITHDRAWN),), {}, KEPT),
    (OWN, ((UrgentReport, {"urgency": "ABNORMAL"}),), {}, KEPT),
    (OWN, ((CaseActivity, {"happened_on": TODAY}),), {}, KEPT),  # while it was handled, or the same day
    (OWN, ((CaseActivity, {"happened_on": TODAY + DAY}),), {}, BROKEN),
    (OWN, ((CaseActivity, {"happened_on": TODAY + DAY, "is_repeat": False}),), {}, KEPT),
]
EXAMPLES = [
    (name, *example)
    for name, examples in (("in_village", SMALL), ("in_township", LARGE), ("not_worse", WORSE), ("not_wider", WIDER))
    for example in examples
]


@pytest.mark.in_turns(one_in=2)
@pytest.mark.parametrize(("aim", "code", "hung", "columns", "expected"), EXAMPLES)
def test_a_case_keeps_to_an_aim_or_not(app, aim, code, hung, columns, expected):
    with app.test_request_context():
        before = numbers()
        closed(code, *hung, **columns)
        assert change(before, numbers())[aim] == expected


def test_a_case_that_was_opened_again_went_on(app):
    with app.test_request_context():
        before, key = numbers(), closed(OWN)
        for state, expected in (("HANDLING", NOT_COUNTED), ("CLOSED", BROKEN)):
            with acting_as(SETUP):
                case_rules.move(db.session.get(Case, key), state, SETUP, TODAY)
                db.session.commit()
            assert change(before, numbers())["not_wider"] == expected


@pytest.mark.parametrize("to", ["HANDLING", "REFUSED", "WITHDRAWN", "VISITED"])
def test_only_what_is_closed_counts(app, to):
    with app.test_request_context():
        before = numbers()
        records.accepted(code=CHILD, to=to) if to in case_rules.WAYS["VISITED"] or to == "VISITED" else gone(to)
        expected = KEPT if to == "VISITED" else NOT_COUNTED
        assert {change(before, numbers())[name] for name in ("in_village", "not_worse", "not_wider")} == {expected}


def gone(to):
    key = records.case(CHILD)
    with acting_as(SETUP):
        case_rules.move(db.session.get(Case, key), to, SETUP, TODAY)
        db.session.commit()


def test_what_is_void_never_counted(app):
    with app.test_request_context():
        before = numbers()
        closed(ended_on=TODAY, ended_reason="误登")
        assert change(before, numbers()) == {aim.name: NOT_COUNTED for aim in AIMS}


def test_the_county_is_no_step_up_where_there_is_no_township(app):
    """龙港市 has its villages itself: a pseudo division stands between (F2)."""
    pseudo = update(Division.__table__).where(Division.__table__.c.code == OWN).values(is_pseudo=True)
    with app.test_request_context():
        write(pseudo)
        before = numbers()
        closed(CHILD, (Escalation, {"to_level": "COUNTY"}), **HARD)
        assert change(before, numbers())["in_township"] == KEPT
        closed(CHILD, (Escalation, {"to_level": "CITY"}), **HARD)
        assert change(before, numbers())["in_township"] == (2, 1)


# ---- every number is that of its list, and of a count by hand


def fill():
    """Random cases in every place, with random hands; each as its columns, with what was `hung` on it."""
    chance = random.Random(45)
    cases = counted.fill(200, 45, ("CLOSED", "CLOSED", "CLOSED", "HANDLING"))
    rows = {Transfer: [], Escalation: [], UrgentReport: [], CaseActivity: []}
    for case in cases:
        case["hung"] = [(CaseActivity, {"happened_on": day}) for day in case["again"]]
        if case["state"].name != "CLOSED" or chance.random() < 0.4:
            continue
        levels = [name for name, digits in LEVELS.items() if digits < len(case["division_code"])]
        values = {
            Transfer: {},
            Escalation: {"to_level": chance.choice(levels)},
            UrgentReport: {"urgency": chance.choice(["MAJOR", "URGENT", "GROUP", "ABNORMAL"])},
        }
        for model in chance.sample([*values], 2):
            columns = values[model] | chance.choice([{}, {}, WITHDRAWN, *([] if model is UrgentReport else [RETURNED])])
            case["hung"].append((model, columns))
            rows[model].append(row(model, case, **columns))
    for model, some in rows.items():
        for one in some:
            write(insert(model.__table__).values(one))
    return cases


def stays(columns):
    return "ended_on" not in columns and columns.get("state") != "RETURNED"


def counts(case, aim):
    """(it counts for the aim, it kept to it), from the words of the page."""
    hard, code = case["difficulty"], case["division_code"]
    went = [(model, columns) for model, columns in case["hung"] if stays(columns)]
    if case["state"].name not in ("CLOSED", "VISITED") or case["ended_on"]:
        return False, False
    if aim == "in_village":
        is_counted = len(code) == 12 and hard.name in ("SIMPLE", "ORDINARY")
        return is_counted, is_counted and not any(model in (Transfer, Escalation) for model, _ in went)
    if aim == "in_township":
        is_counted = hard.name in ("COMPLEX", "HARD")
        above = [c for model, c in went if model is Escalation and c["to_level"] in ("COUNTY", "CITY")]
        return is_counted, is_counted and not above
    urgent = {c["urgency"] for model, c in went if model is UrgentReport}
    if aim == "not_worse":
        return True, not urgent & {"MAJOR", "URGENT", "ABNORMAL"}
    came = [c for model, c in went if model is CaseActivity and c["happened_on"] > case["closed_on"]]
    return True, "GROUP" not in urgent and not came


def by_hand(cases, who, aim, period, within, is_own=False):
    """(how many count, how many of them kept to it) of a place; without what lies below it, if that is asked for."""
    seen = places(who, "Case", "view")
    mine = [
        counts(case, aim)
        for case in cases
        if period.first <= case["received_on"] <= period.last
        and any(map(case["division_code"].startswith, seen))
        and (case["division_code"] == within if is_own else case["division_code"].startswith(within))
    ]
    return sum(n for n, _ in mine), sum(kept for _, kept in mine)


@pytest.mark.parametrize("who", VIEWERS)
def test_every_number_is_that_of_its_list_and_of_a_count_by_hand(app, who):
    seen, chance = set(), random.Random(who)
    with app.test_request_context():
        cases, actor = fill(), person(who)
        home = actor.places("view", "Case")[0]
        for period in (YEAR, periods.between("2024-02-10", "2026-11-20")):
            for within in ("", *(code for code in (home, COUNTY, OWN) if code.startswith(home))):
                found = board(actor, within, period)
                own = found.asked.within
                parts = [(within, found.total), *((bucket.key, figures) for bucket, figures in found.places)]
                for n, (code, figures) in enumerate(parts):
                    for figure in figures:
                        said = (who, period, within, code, figure.aim.name)
                        expected = by_hand(cases, who, figure.aim.name, period, code, bool(n) and code == own)
                        assert (figure.counted, figure.kept) == expected, said
                        for which in ("counted", "kept", "broken") if not n or chance.random() < 0.3 else ():
                            with acting_as(actor):
                                listed = counted.shown(app, address_of(figure, which))
                            assert getattr(figure, which) == listed, (*said, which)
                            seen |= {(figure.aim.name, which)} if listed else set()
    assert len(seen) == 12 or who not in ("city_admin", "county_admin"), "each is kept to by some, and broken by some"


# ---- what is out of sight


def test_a_township_counts_its_own_only(app):
    with app.test_request_context():
        before = {who: numbers(who)["not_worse"] for who in ("town_admin", "village_admin", "county_admin")}
        closed(SIBLING), closed(OWN), closed(CHILD)
        after = {who: numbers(who)["not_worse"] for who in before}
    assert {who: after[who][0] - n for who, (n, _kept) in before.items()} == {
        "town_admin": 2, "village_admin": 1, "county_admin": 3,
    }  # fmt: skip


def test_a_sealed_case_counts_for_who_may_open_it(app):
    sealed = {"sealed_for": "SEXUAL", "sealed_on": TODAY}
    with app.test_request_context():
        before = {who: numbers(who)["not_worse"] for who in ("town_admin", "county_admin", "staff", "supervisor")}
        closed(OWN, (UrgentReport, {}), **sealed)
        after = {who: numbers(who)["not_worse"] for who in before}
    found = {who: (after[who][0] - n, after[who][1] - kept) for who, (n, kept) in before.items()}
    assert found.pop("town_admin") == BROKEN, "she heads the station"
    assert set(found.values()) == {NOT_COUNTED}


def test_what_breaks_an_aim_must_be_seen_for_a_case_to_count(app):
    """Somebody who does not see the reports of a place would take each of its cases for one that kept to it."""
    cells = {(model, "view") for model in ("Case", "Transfer", "Escalation", "UrgentReport", "Division")}
    without = frozenset(cells - {("UrgentReport", "view")})
    grants = (Grant(OWN, "甲", frozenset(cells)), Grant(SIBLING, "乙", without))
    with app.test_request_context():
        before = board(Actor("某人", 1, grants)).total
        for code in (OWN, SIBLING):
            closed(code, (UrgentReport, {}), **HARD)
        after = board(Actor("某人", 1, grants)).total
    found = {a.aim.name: (b.counted - a.counted, b.kept - a.kept) for a, b in zip(before, after, strict=True)}
    assert (found["in_township"], found["not_worse"], found["not_wider"]) == ((2, 2), (1, 0), (1, 1))


@pytest.mark.parametrize("who", NOBODIES)
def test_who_sees_no_case_counts_none(app, who):
    with app.test_request_context():
        actor, asked = person(who), aims.question(YEAR, OWN)
        assert statistics.asked_of(asked, actor) is None
        with acting_as(actor):
            assert [figure.counted for figure in aims.board_of(asked, actor).total] == [0] * 4


def test_another_division_is_nobodys_to_ask_for(app):
    with app.test_request_context():
        assert statistics.asked_of(aims.question(YEAR, SIBLING), person("town_admin")) is None
        assert statistics.asked_of(aims.question(YEAR, OTHER_COUNTY), person("county_admin")) is None


def test_the_board_takes_one_statement_and_one_for_names(app):
    with app.test_request_context():
        actor = person("county_admin")
        asked = statistics.asked_of(aims.question(YEAR, ""), actor)
        for times in (1, 5):
            for _ in range(times):
                closed(OWN, (UrgentReport, {}))
            db.session.remove()
            with statements() as sent, acting_as(actor):
                aims.board_of(asked, actor)
            assert len(sent) == 2, sent
