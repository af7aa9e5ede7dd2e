"""Cases that are merged into others or struck out: what must not be left pointing nowhere, what stands still."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm.exc import StaleDataError

from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.endings import Standing
from app.workflow.steps import Missing, NotAllowed, advance, available
from models import Case, CaseState
from tests import records, world
from tests.security.attacks import person
from tests.unit import case_rules as rules
from tests.unit.case_rules import case_in, got, move, stored

TODAY = world.TODAY


# ---- merging


def test_a_case_is_merged_into_another_one_that_counts(context):
    key, into = records.case(), case_in("CLOSED")
    with acting_as(SETUP):
        move(got(key), "MERGED", SETUP, merged_into_id=into)
        assert got(key).merged_into is got(into)
        assert got(key).number != got(into).number


@pytest.mark.parametrize("gone", ["itself", "nothing", "REFUSED", "WITHDRAWN", "MERGED", "ended"])
def test_a_case_is_merged_into_none_that_does_not_count(context, gone):
    key = records.case()
    ended = {"ended_on": TODAY, "ended_reason": "错登"}
    others = {"itself": lambda: key, "nothing": lambda: 0, "ended": lambda: records.case(**ended)}
    into = others[gone]() if gone in others else case_in(gone)
    with acting_as(SETUP):
        with pytest.raises(DomainError, match=rules.SENTENCES["merged_into_id"] if not into else rules.NO_SUCH_CASE):
            move(got(key), "MERGED", SETUP, merged_into_id=into or None)
        db.session.commit()
    assert stored(key)["merged_into_id"] is None


def test_a_case_out_of_sight_is_no_case_to_merge_into(context):
    """It is said in the words for what does not count: that it exists is not told."""
    actor, key, into = person("staff"), records.case(), records.case(world.SIBLING)
    with acting_as(actor), pytest.raises(Missing, match=rules.NO_SUCH_CASE):
        move(got(key), "MERGED", actor, merged_into_id=into)


def test_a_case_that_others_were_merged_into_stays(context):
    key, target, third = records.case(), records.case(subject="并入的"), records.case(subject="第三件")
    with acting_as(SETUP):
        move(got(key), "MERGED", SETUP, merged_into_id=target)
        db.session.commit()
        with pytest.raises(Missing, match=rules.IS_A_TARGET):
            move(got(target), "MERGED", SETUP, merged_into_id=third)
        with pytest.raises(Missing, match=rules.IS_A_TARGET):
            records.end(got(target))
        move(got(key), "APPLIED", SETUP)
        move(got(target), "MERGED", SETUP, merged_into_id=third)
        records.end(got(target))


def test_a_target_stays_though_what_was_merged_into_it_is_out_of_sight(context):
    """The village does not see the case of the town that was merged into its own."""
    actor, key, target = person("village_admin"), records.case(world.OWN), records.case(world.CHILD)
    with acting_as(SETUP):
        move(got(key), "MERGED", SETUP, merged_into_id=target)
        db.session.commit()
    other = records.case(world.CHILD)
    with acting_as(actor):
        with pytest.raises(Missing, match=rules.IS_A_TARGET):
            records.end(got(target), actor=actor)
        with pytest.raises(Missing, match=rules.IS_A_TARGET):
            move(got(target), "MERGED", actor, merged_into_id=other)


# ---- 作废


@pytest.mark.parametrize("state", rules.STATES)
def test_a_case_that_was_struck_out_stands_still_until_it_is_resumed(context, state):
    key = case_in(state)
    with acting_as(SETUP):
        records.end(got(key))
        db.session.commit()
    before = stored(key)
    assert before["due_on"] is None
    with acting_as(SETUP):
        row = got(key)
        for to in (to for start, to in rules.LEGAL if start == state):
            with pytest.raises(NotAllowed):
                move(row, to, SETUP)
        assert [a.step.label for a in available(row, SETUP, TODAY)] == ["恢复"]
        db.session.commit()
        assert stored(key) == before
        advance(got(key), Standing.CURRENT, SETUP, TODAY)
        db.session.commit()
        assert stored(key)["state"].name == state
        assert (stored(key)["due_on"] is None) == (state not in rules.RUNNING)


# ---- two at the same time


def at_once(app, *works):
    """Run each in a thread and a transaction of its own, begun together and after both looked; who was refused."""
    start = Barrier(len(works))

    def run(work):
        with app.app_context(), acting_as(SETUP):
            try:
                work(start.wait)
                db.session.commit()
            except (DomainError, StaleDataError) as refused:
                db.session.rollback()
                return refused
            finally:
                db.session.remove()
        return None

    with ThreadPoolExecutor(len(works)) as pool:
        return [found for found in pool.map(run, works) if found is not None]


def merging(key, into):
    def work(wait):
        wait()
        move(got(key), "MERGED", SETUP, merged_into_id=into)

    return work


def test_two_cases_are_not_merged_into_each_other(app):
    for _ in range(5):
        with app.app_context():
            one, other = records.case(), records.case()
        assert len(at_once(app, merging(one, other), merging(other, one))) == 1
        with app.app_context():
            states = [stored(key)["state"] for key in (one, other)]
            assert sorted(state.name for state in states) == ["APPLIED", "MERGED"]


def test_a_target_is_not_merged_or_struck_out_meanwhile(app):
    def strike_out(key):
        def work(wait):
            wait()
            records.end(got(key))

        return work

    for n in range(6):
        with app.app_context():
            key, target, third = (records.case() for _ in range(3))
        other = merging(target, third) if n % 2 else strike_out(target)
        assert len(at_once(app, merging(key, target), other)) == 1
        with app.app_context(), acting_as(SETUP):
            merged = db.session.scalars(
                select(Case).where(Case.id.in_([key, target]), Case.merged_into_id.is_not(None))
            )
            for row in merged:
                into = got(row.merged_into_id)
                assert (into.state, into.ended_on) == (CaseState.APPLIED, None)
