"""Every step of a case, against what tests.unit.case_rules says by hand: from where, with what, by whom."""

from datetime import date, timedelta
from itertools import product

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from app import secret
from app.errors import DomainError, OutOfScope, explain
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor, Grant
from app.workflow.cases import CLOSING, Answer, answer_now
from app.workflow.endings import Standing
from app.workflow.steps import Missing, Need, NotAllowed, advance, available
from models import (
    AnswerWay,
    AuditEntry,
    CaseActivity,
    CaseState,
    Difficulty,
    VisitResult,
)
from tests import records, world
from tests.security.attacks import person
from tests.unit import case_rules as rules
from tests.unit.case_rules import case_in, got, move, put, stored

pytestmark = pytest.mark.in_turns  # make audit asks both databases

TODAY = world.TODAY
DAY = timedelta(days=1)
PAIRS = list(product(rules.STATES, rules.STATES))
LEGAL_PAIRS = list(rules.LEGAL)
NEEDED = [(*pair, f) for pair, rule in rules.LEGAL.items() for f in rule.fields if f != "category"]  # it is never empty
# Who handles cases in the town, by hand; a case in the village below is theirs too, one beside is not.
HANDLING = ("town_admin", "staff", "county_admin", "city_admin", "mixed")
OTHERS = (
    "supervisor",
    "village_admin",
    "foreign_admin",
    "center",
    "unit_officer",
    "manager",
    "system_admin",
    "auditor",
)


def targets(state):
    """(key, merged into) of a new case that stands in the state, and of another one."""
    return case_in(state), records.case(subject="另一件")


def ready(state, to):
    """A case in the state with everything beside the form that the step to `to` needs; the target of a merger."""
    key, other = targets(state)
    if (state, to) == ("INVESTIGATING", "HANDLING"):
        with acting_as(SETUP):
            db.session.add(rules.investigated(key))
            db.session.commit()
        db.session.remove()
    return key, other


@pytest.mark.parametrize(("state", "to"), PAIRS, ids="-".join)
def test_exactly_these_steps_lead_from_here_to_there(context, state, to):
    key, other = ready(state, to)
    before = stored(key)
    with acting_as(SETUP):
        row = got(key)
        if (state, to) in rules.LEGAL:
            move(row, to, SETUP, merged_into_id=other)
            db.session.commit()
            assert stored(key)["state"].name == to
            assert [name for name in rules.FACTS.get(to, ()) if stored(key)[name] is None] == []
        else:
            with pytest.raises(NotAllowed, match=f"现在是「{CaseState[state].value}」，没有这一步。"):
                move(row, to, SETUP, merged_into_id=other)
            db.session.commit()
            assert stored(key) == before


@pytest.mark.parametrize(("state", "to", "field"), NEEDED, ids="-".join)
def test_each_thing_that_is_missing_is_named_and_nothing_changes(context, state, to, field):
    key, other = ready(state, to)
    before, forms = stored(key), rules.sample(TODAY) | {"merged_into_id": other}
    filled = {name: forms[name] for name in rules.LEGAL[state, to].fields} | {field: None}
    with acting_as(SETUP):
        row = got(key)
        with pytest.raises(Missing, match=rules.SENTENCES[field]) as refused:
            advance(row, CaseState[to], SETUP, TODAY, lambda case: rules.put(case, filled))
        assert [column for column, _sentence in refused.value.found] == [field]
        db.session.commit()
    assert stored(key) == before


def test_everything_that_is_missing_is_said_at_once(context):
    with acting_as(SETUP):
        with pytest.raises(Missing) as refused:
            advance(got(records.case()), CaseState.ACCEPTED, SETUP, TODAY)
        assert str(refused.value) == "还不能受理：缺少难易程度；缺少承办人；缺少受理日期。"
        db.session.rollback()
        with pytest.raises(Missing) as refused:
            advance(got(case_in("HANDLING")), CaseState.CLOSED, SETUP, TODAY)
        assert str(refused.value) == "还不能结案：缺少答复内容；缺少答复方式；缺少答复日期。"


def test_what_was_not_investigated_is_not_handled(context):
    key = case_in("INVESTIGATING")
    with acting_as(SETUP):
        with pytest.raises(Missing, match=rules.NOT_INVESTIGATED):
            move(got(key), "HANDLING", SETUP)
        db.session.rollback()
        db.session.add(rules.investigated(records.case()))
        db.session.flush()
        with pytest.raises(Missing, match=rules.NOT_INVESTIGATED):
            move(got(key), "HANDLING", SETUP)


def test_other_modules_say_what_must_be_done_before_closing(context):
    docked = Need("", "还有没有答复的转办", lambda _case: False)
    CLOSING.append(docked)
    try:
        with acting_as(SETUP), pytest.raises(Missing, match="还有没有答复的转办"):
            move(got(case_in("HANDLING")), "CLOSED", SETUP)
    finally:
        CLOSING.remove(docked)


@pytest.mark.parametrize(
    ("state", "to", "changes", "sentence"),
    [
        ("HANDLING", "CLOSED", {"answered_on": TODAY - DAY}, "答复日期不能早于来访日期"),
        ("HANDLING", "CLOSED", {"answered_on": TODAY - DAY}, "答复日期不能早于受理日期"),
        ("CLOSED", "VISITED", {"visited_on": TODAY - DAY}, "回访日期不能早于答复日期"),
    ],
)
def test_days_stand_in_order(context, state, to, changes, sentence):
    with acting_as(SETUP), pytest.raises(Missing, match=sentence):
        move(got(case_in(state)), to, SETUP, **changes)


def test_what_has_ended_says_that_it_has_to_come_back_first(context):
    with acting_as(SETUP):
        row = got(records.case())
        advance(row, Standing.ENDED, SETUP, TODAY, lambda it: put(it, {"ended_on": TODAY, "ended_reason": "错登"}))
        with pytest.raises(NotAllowed, match="这条记录已作废，请先恢复。"):
            move(row, "ACCEPTED", SETUP)


def test_a_case_is_not_accepted_before_she_came_and_that_is_said_in_words(context):
    key = records.case()
    before = stored(key)
    with acting_as(SETUP):
        with pytest.raises(IntegrityError) as refused:
            move(got(key), "ACCEPTED", SETUP, accepted_on=TODAY - DAY)
        db.session.rollback()
        assert (explain(refused.value).field, str(explain(refused.value).message)) == (
            "accepted_on", "受理日期不能早于来访日期。",
        )  # fmt: skip
    assert stored(key) == before


@pytest.mark.parametrize("result", ["REFUSED", "LOST", "UNSAFE"])
def test_who_could_not_be_asked_was_asked_in_no_way(context, result):
    with acting_as(SETUP):
        row = got(case_in("CLOSED"))
        move(row, "VISITED", SETUP, visit_way=None, visit_result=VisitResult[result])
        assert (row.state, row.visit_way) == (CaseState.VISITED, None)


# ---- who


@pytest.mark.parametrize("username", HANDLING)
def test_who_handles_cases_there_takes_every_step(context, username):
    actor = person(username)
    key, other = case_in("APPLIED", world.OWN), records.case(subject="另一件")
    with acting_as(actor):
        row = got(key)
        for to in ("ACCEPTED", "INVESTIGATING", "HANDLING", "CLOSED", "VISITED", "HANDLING", "MERGED", "APPLIED"):
            if to == "HANDLING":
                db.session.add(rules.investigated(key))
            move(row, to, actor, merged_into_id=other)
            db.session.commit()
        assert row.state is CaseState.APPLIED


@pytest.mark.parametrize("username", OTHERS)
@pytest.mark.parametrize("to", ["ACCEPTED", "REFUSED", "MERGED"])
def test_who_does_not_handle_cases_there_takes_none(context, username, to):
    """Also with a row that he got hold of otherwise."""
    actor, key, other = person(username), records.case(), records.case(subject="另一件")
    before = stored(key)
    with acting_as(SETUP):
        row = got(key)
    with acting_as(actor):
        with pytest.raises(OutOfScope):
            move(row, to, actor, merged_into_id=other)
        assert available(row, actor, TODAY) == []
        db.session.rollback()
    assert stored(key) == before


def test_the_steps_offered_are_those_that_can_be_taken(context):
    actor = person("staff")
    for state in rules.STATES:
        with acting_as(actor):
            offered = {a.step.to.name for a in available(got(case_in(state)), actor, TODAY)}
        wanted = {to for start, to in rules.LEGAL if start == state}
        assert offered - {"ENDED", "SEALED"} == wanted


# ---- terms: what is sent back keeps its own, what is reopened begins anew


def test_what_was_sent_back_keeps_its_first_day_when_it_is_accepted_again(context):
    key = records.case(received_on=TODAY - 20 * DAY)
    with acting_as(SETUP):
        row = got(key)
        move(row, "ACCEPTED", SETUP, TODAY - 10 * DAY)
        due = row.due_on
        move(row, "APPLIED", SETUP, TODAY - 5 * DAY)
        assert row.restarted_on == TODAY - 5 * DAY
        move(row, "ACCEPTED", SETUP)
        assert (row.accepted_on, row.restarted_on, row.due_on) == (TODAY - 10 * DAY, None, due)


@pytest.mark.parametrize("state", ["CLOSED", "VISITED"])
def test_what_is_reopened_begins_anew_and_is_answered_again(context, state):
    key = case_in(state, received_on=TODAY - 30 * DAY)
    with acting_as(SETUP):
        row = got(key)
        move(row, "HANDLING", SETUP, TODAY + DAY)
        assert row.restarted_on == TODAY + DAY
        assert row.due_on is not None
        assert [getattr(row, name) for name in (*rules.CLOSING, *rules.VISITING, "closed_on")] == [None] * 7
        with pytest.raises(Missing, match="答复日期不能早于重开的日期"):
            move(row, "CLOSED", SETUP, answered_on=TODAY)
        move(row, "CLOSED", SETUP, TODAY + DAY)
        assert (row.state, row.due_on) == (CaseState.CLOSED, None)


def test_what_is_sent_back_after_it_was_reopened_still_counts_from_the_day_of_reopening(context):
    key = case_in("CLOSED", received_on=TODAY - 90 * DAY)
    with acting_as(SETUP):
        row = got(key)
        first = row.accepted_on
        move(row, "HANDLING", SETUP, TODAY + 60 * DAY)
        due = row.due_on
        for state in ("INVESTIGATING", "ACCEPTED", "APPLIED", "ACCEPTED"):
            move(row, state, SETUP, TODAY + 61 * DAY)
        assert (row.accepted_on, row.due_on) == (TODAY + 60 * DAY, due)
        assert first == TODAY, "that stands in the history"


@pytest.mark.parametrize("state", rules.GONE)
def test_what_ended_otherwise_applies_anew(context, state):
    key = case_in(state)
    with acting_as(SETUP):
        row = got(key)
        assert row.due_on is None
        move(row, "APPLIED", SETUP, TODAY + DAY)
        assert (row.restarted_on, row.accepted_on, row.merged_into_id) == (TODAY + DAY, None, None)
        assert row.due_on is not None


def test_an_adjustment_moves_the_due_date_and_stands_in_the_history(context):
    key = case_in("INVESTIGATING")
    with acting_as(SETUP):
        row = got(key)
        before, version = row.due_on, row.version
        move(row, "INVESTIGATING", SETUP, difficulty=Difficulty.COMPLEX)
        db.session.commit()
        assert row.due_on == date(2026, 12, 24)
        assert row.version == version + 1, "one step is one change"
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert entry.changes["difficulty"] == ["ORDINARY", "COMPLEX"]
        assert entry.changes["due_on"] == [before.isoformat(), "2026-12-24"]
        assert entry.changes["state_reason"][1] == "当事人要求"


def test_a_step_by_a_person_is_one_change(context):
    actor, key = person("staff"), records.case()
    with acting_as(actor):
        row = got(key)
        move(row, "ACCEPTED", actor)
        db.session.commit()
        assert row.version == 2
    with acting_as(SETUP):
        changed = select(func.count()).select_from(AuditEntry).where(AuditEntry.root_key == str(key))
        assert db.session.scalar(changed.where(AuditEntry.verb == "edit", AuditEntry.root_register == "Case")) == 1


def test_the_reason_of_an_earlier_step_is_none_for_this_one(context):
    with acting_as(SETUP):
        row = got(case_in("ACCEPTED"))
        move(row, "APPLIED", SETUP)
        move(row, "ACCEPTED", SETUP)
        with pytest.raises(Missing, match="缺少原因"):
            advance(row, CaseState.APPLIED, SETUP, TODAY)


def test_who_may_handle_but_not_edit_changes_no_more_than_the_step_does(context):
    """Neither before the step, in the same session, nor with the fields of its form."""
    rights = frozenset({("Case", "view"), ("Case", "handle")})
    actor, key = Actor("甲", user_id=1, grants=(Grant(world.OWN, "", rights),)), records.case()
    before = stored(key)

    def with_more(row):
        rules.put(row, {name: rules.sample(TODAY)[name] for name in rules.ACCEPTING} | {"subject": "改了"})

    with acting_as(actor):
        with pytest.raises(NotAllowed):
            advance(got(key), CaseState.ACCEPTED, actor, TODAY, with_more)
        row = got(key)
        row.subject = "改了"
        with pytest.raises(OutOfScope):
            move(row, "ACCEPTED", actor)
        db.session.rollback()
    assert stored(key) == before
    with acting_as(actor):
        move(got(key), "ACCEPTED", actor)
        db.session.commit()
    assert stored(key)["state"] is CaseState.ACCEPTED


# ---- on the spot


def test_a_simple_case_is_answered_on_the_spot_by_all_its_steps(context):
    actor, key = person("staff"), records.case()
    with acting_as(actor):
        row = got(key)
        answer_now(row, Answer("可以向法院申请", AnswerWay.IN_PERSON, TODAY), actor, TODAY)
        db.session.commit()
        assert (row.state, row.difficulty, row.handler, row.handler_id) == (
            CaseState.CLOSED, Difficulty.SIMPLE, actor.name, actor.user_id,
        )  # fmt: skip
        assert secret.get(row, "answer") == "可以向法院申请"
        done = db.session.scalars(select(CaseActivity).where(CaseActivity.case_id == key).order_by(CaseActivity.id))
        assert [(one.kind.value, one.summary) for one in done] == [("调查", "当场了解情况"), ("答复", "当场答复")]
        with pytest.raises(DomainError, match="只有还没有受理的案件可以当场答复。"):
            answer_now(row, Answer("再一次", AnswerWay.CALL, TODAY), actor, TODAY)


def test_an_answer_on_the_spot_that_fails_half_way_leaves_nothing(context):
    key = records.case()
    before = stored(key)
    with acting_as(SETUP):
        with pytest.raises(Missing, match="缺少答复内容"):
            answer_now(got(key), Answer("", AnswerWay.CALL, TODAY), SETUP, TODAY)
        db.session.rollback()
        assert stored(key) == before
        assert db.session.scalar(select(func.count(CaseActivity.id)).where(CaseActivity.case_id == key)) == 0
