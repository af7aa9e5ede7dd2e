"""Random people take random steps with random cases; after each one the database is what the rules by hand say.

The model of what may happen is tests.unit.case_rules and the dictionaries here. Whatever is refused has to say so in
Chinese and change nothing.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import select, text

from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from app.workflow.endings import Standing
from app.workflow.steps import Missing, NotAllowed, advance
from models import ActivityKind, Case, CaseActivity, CaseState, Channel, Difficulty, RightsCategory, Urge
from tests import records, world
from tests.security.attacks import person
from tests.unit import case_rules as rules

TODAY = world.TODAY
CHINESE = re.compile("[\u4e00-\u9fff]")
# Who may what with cases, and where: by hand.
EVERYTHING = frozenset({"view", "add", "edit", "handle", "urge", "end"})
MAY: dict[str, dict[str, frozenset[str]]] = {
    "town_admin": {world.OWN: EVERYTHING},
    "staff": {world.OWN: EVERYTHING - {"urge"}},
    "village_admin": {world.CHILD: EVERYTHING},
    "county_admin": {world.COUNTY: EVERYTHING},
    "supervisor": {world.OWN: frozenset({"view"})},
    "foreign_admin": {world.FOREIGN: EVERYTHING},
    "center": {},
    "mixed": {world.OWN: EVERYTHING, world.OTHER_COUNTY: frozenset({"view"})},
    "the product": {"": EVERYTHING},
}
WHO = st.sampled_from(sorted(MAY))
DOER = st.sampled_from([*sorted(MAY), "county_admin", "county_admin", "the product", "the product"])
WHICH, ANY = st.integers(0, 3), st.integers(0, 11)
PLACES = (world.OWN, world.CHILD, world.SIBLING)
YEARS = (TODAY, date(2025, 12, 31))
COLUMNS = ("state", "difficulty", "handler", "accepted_on", "closed_on", "restarted_on", "state_reason", "ended_on")
AS_STORED = text(
    "SELECT state, number, ended_on, merged_into_id, due_on, difficulty, handler, accepted_on, answer, answer_way,"
    " answered_on, closed_on, visited_on, visit_result, visit_way, state_reason, subject,"
    " (SELECT count(*) FROM case_activity a WHERE a.case_id = c.id) AS notes,"
    " (SELECT count(*) FROM urge u WHERE u.case_id = c.id) AS urges FROM case_record c WHERE id = :key"
)


def may(who: str, verb: str, place: str) -> bool:
    """Whether somebody holds a verb on cases there."""
    return any(place.startswith(code) and verb in verbs for code, verbs in MAY[who].items())


@dataclass
class Known:
    """What is known of one case."""

    key: int
    place: str
    number: str
    state: str = "APPLIED"
    ended: bool = False
    into: int | None = None
    notes: int = 0
    urges: int = 0
    investigated: bool = False
    subject: str = "甲事"
    has: set[str] = field(default_factory=lambda: {"category"})  # which facts stand there from before


class CaseMachine(RuleBasedStateMachine):
    """One world, a few cases, many steps. `app` is set by `run`."""

    app: Flask
    actors: dict[str, Actor]
    counted = 0  # steps of all machines
    succeeded = 0

    def __init__(self) -> None:
        super().__init__()
        self.cases: list[Known] = []
        self.serials: dict[str, int] = {}
        self.context = self.app.app_context()
        self.context.push()
        world.begin(self.app)

    def teardown(self) -> None:
        try:
            db.session.remove()
            for case in self.cases:
                self.look(case)
        finally:
            self.context.pop()

    @initialize()
    def begin(self) -> None:
        with db.engine.connect() as connection:
            for number in connection.execute(text("SELECT number FROM case_record")).scalars():
                series, _, n = number.rpartition("-")
                self.serials[f"{series}-"] = max(int(n), self.serials.get(f"{series}-", 0))
        for place in PLACES:
            self.register("the product", place, 0, 0)

    # ---- what people do

    @rule(who=WHO, place=st.sampled_from(PLACES), year=st.integers(0, 1), channel=st.integers(0, 2))
    def register(self, who: str, place: str, year: int, channel: int) -> None:
        if len(self.cases) > 3:
            return
        came, way = YEARS[year], list(Channel)[channel]
        station = records.station_at(place)
        row = Case(
            station_id=station, channel=way, received_on=came, name="乙", subject="甲事",
            category=RightsCategory.FAMILY, receiver="丙",
        )  # fmt: skip

        keys: list[int] = []

        def add(_case: Any) -> None:
            db.session.add(row)
            db.session.flush()
            keys.append(row.id)

        if self.tried(who, None, add, None if may(who, "add", place) else OutOfScope):
            series = f"{place}-{came.year}-{way.value}-"
            self.serials[series] = self.serials.get(series, 0) + 1
            known = Known(keys[0], place, f"{series}{self.serials[series]:04}")
            self.cases.append(known)
            self.look(known)
        db.session.remove()

    @rule(who=DOER, which=WHICH, left_out=ANY)
    def go_on(self, who: str, which: int, left_out: int) -> None:
        """The next step on the straight way, or the one way back."""
        case = self.case(which)
        self.step(who, case, rules.ways(case.state)[0], left_out, case)

    @rule(who=DOER, which=WHICH, way=ANY, left_out=ANY, towards=WHICH)
    def turn(self, who: str, which: int, way: int, left_out: int, towards: int) -> None:
        """Any legal step."""
        case = self.case(which)
        ways = rules.ways(case.state)
        self.step(who, case, ways[way % len(ways)], left_out, self.case(towards))

    @rule(who=DOER, which=WHICH, towards=WHICH)
    def merge(self, who: str, which: int, towards: int) -> None:
        self.step(who, self.case(which), "MERGED", 1, self.case(towards))

    @rule(who=DOER, which=WHICH, far=st.sampled_from((*range(10), 2, 2, 2, 2)))
    def leap(self, who: str, which: int, far: int) -> None:
        """To any state, though there may be no step; often past the next one."""
        case = self.case(which)
        to = rules.STATES[(rules.STATES.index(case.state) + far) % len(rules.STATES)]
        self.step(who, case, to, 1, case)

    def step(self, who: str, case: Known, to: str, left_out: int, other: Known) -> None:
        """One step; of three, one without a thing that its form has to bring."""
        fields = rules.LEGAL.get((case.state, to), rules.Rule()).fields
        values = {name: (rules.sample(TODAY) | {"merged_into_id": other.key})[name] for name in fields}
        if left_out % 3 == 0 and fields:
            values.pop(fields[left_out // 3 % len(fields)])
        wanted = self.refusal(who, case, to, fields, values, other)

        def take(row: Any) -> None:
            advance(row, CaseState[to], self.actors[who], TODAY, lambda r: rules.put(r, values))

        if self.tried(who, case, take, wanted):
            self.stepped(case, to, values, other)
        self.look(case)

    def refusal(self, who: str, case: Known, to: str, fields: Any, values: dict[str, Any], other: Known) -> Any:
        """How the step has to be refused, a class or what is said; None when it has to succeed."""
        if not may(who, "view", case.place):
            return OutOfScope
        if case.ended or (case.state, to) not in rules.LEGAL:
            return NotAllowed
        if not may(who, "handle", case.place):
            return OutOfScope
        lacking = {rules.SENTENCES[name] for name in fields if name not in values and name not in case.has}
        if to == "HANDLING" and case.state == "INVESTIGATING" and not case.investigated:
            lacking.add(rules.NOT_INVESTIGATED)
        if to == "MERGED":
            counts = other.state not in ("REFUSED", "WITHDRAWN", "MERGED") and not other.ended
            if "merged_into_id" in values and not (counts and other is not case and may(who, "view", other.place)):
                lacking.add(rules.NO_SUCH_CASE)
            if any(one.into == case.key for one in self.cases):
                lacking.add(rules.IS_A_TARGET)
        if to in (*rules.GONE, "CLOSED"):
            lacking |= self.held_up(case)
        return lacking or None

    def held_up(self, case: Known) -> set[str]:
        """What is said of a case that must not end yet."""
        return set()

    def stepped(self, case: Known, to: str, values: dict[str, Any], other: Known) -> None:
        case.has = (case.has | values.keys()) & {"difficulty", "handler", "accepted_on", "category"}
        if case.state in rules.GONE:  # it applies anew
            case.has.discard("accepted_on")
        case.into = other.key if to == "MERGED" else None
        case.state = to

    @rule(who=WHO, which=WHICH, kind=st.sampled_from(list(ActivityKind)))
    def note(self, who: str, which: int, kind: ActivityKind) -> None:
        case = self.case(which)
        done = CaseActivity(case_id=case.key, kind=kind, happened_on=TODAY, summary="做了", done_by="丙")
        if self.tried(who, None, lambda _row: db.session.add(done), self.unless(who, "handle", case)):
            case.notes += 1
            case.investigated |= kind is ActivityKind.INVESTIGATION
        self.look(case)

    @rule(who=WHO, which=WHICH)
    def urge(self, who: str, which: int) -> None:
        case = self.case(which)
        urge = Urge(case_id=case.key, by_name="甲", sent_on=TODAY, reason="请尽快办理")
        if self.tried(who, None, lambda _row: db.session.add(urge), self.unless(who, "urge", case)):
            case.urges += 1
        self.look(case)

    @rule(who=WHO, which=WHICH, has_reason=st.booleans())
    def strike_out(self, who: str, which: int, has_reason: bool) -> None:
        case, wanted = self.case(which), None
        if not may(who, "view", case.place):
            wanted = OutOfScope
        elif case.ended:
            wanted = NotAllowed
        elif not may(who, "end", case.place):
            wanted = OutOfScope
        else:
            lacking = {rules.IS_A_TARGET} if any(one.into == case.key for one in self.cases) else set()
            wanted = lacking | self.held_up(case) | (set() if has_reason else {rules.SENTENCES["state_reason"]}) or None

        def fill(row: Any) -> None:
            row.ended_on, row.ended_reason = TODAY, "错登" if has_reason else None

        def end(row: Any) -> None:
            advance(row, Standing.ENDED, self.actors[who], TODAY, fill)

        case.ended |= self.tried(who, case, end, wanted)
        self.look(case)

    @rule(who=WHO, which=WHICH)
    def resume(self, who: str, which: int) -> None:
        case = self.case(which)
        wanted = NotAllowed if may(who, "view", case.place) and not case.ended else self.unless(who, "end", case)

        def back(row: Any) -> None:
            advance(row, Standing.CURRENT, self.actors[who], TODAY)

        case.ended &= not self.tried(who, case, back, wanted)
        self.look(case)

    @rule(who=WHO, which=WHICH)
    def edit(self, who: str, which: int) -> None:
        case, words = self.case(which), f"第{self.counted}次改的"

        def change(row: Any) -> None:
            row.subject = words

        if self.tried(who, case, change, self.unless(who, "edit", case)):
            case.subject = words
        self.look(case)

    # ---- what nobody may

    @rule(who=WHO, which=WHICH, column=st.sampled_from(COLUMNS), to=st.sampled_from(rules.STATES))
    def write_what_steps_write(self, who: str, which: int, column: str, to: str) -> None:
        case = self.case(which)
        words = {"state": CaseState[to], "difficulty": Difficulty.HARD, "handler": "别人", "state_reason": "别的"}
        value = words.get(column, date(2020, 1, 1))
        if column == "state" and to == case.state:
            return

        def write(row: Any) -> None:
            setattr(row, column, value)

        self.tried(who, case, write, DomainError)
        self.look(case)

    @rule(who=WHO.filter(lambda who: who != "the product"), which=WHICH, is_dropped=st.booleans())
    def alter_a_record(self, who: str, which: int, is_dropped: bool) -> None:
        case = self.case(which)
        with acting_as(SETUP):
            done = db.session.scalars(select(CaseActivity).where(CaseActivity.case_id == case.key)).first()
        if done is None:
            db.session.remove()
            return

        def alter(_row: Any) -> None:
            if is_dropped:
                db.session.delete(done)
            else:
                done.summary = "没有做"

        self.tried(who, None, alter, OutOfScope)
        self.look(case)

    # ---- trying and looking

    def case(self, which: int) -> Known:
        return self.cases[which % len(self.cases)]

    def unless(self, who: str, verb: str, case: Known) -> type[DomainError] | None:
        return None if may(who, verb, case.place) else OutOfScope

    def tried(self, who: str, case: Known | None, attempt: Callable[[Any], None], wanted: Any) -> bool:
        """Whether it was done and committed; compared with how it has to be refused.

        Strangers too come with the row in their hands, as if they got hold of it otherwise.
        """
        type(self).counted += 1
        refused = None
        with acting_as(SETUP):
            row = db.session.get(Case, case.key) if case else None
        try:
            with acting_as(self.actors[who]):
                attempt(row)
                db.session.commit()
        except DomainError as error:
            refused = error
            with acting_as(self.actors[who]), suppress(DomainError):
                db.session.commit()  # whoever goes on after a refusal saves nothing of it
        finally:
            db.session.rollback()
            db.session.remove()
        self.compare(refused, wanted)
        type(self).succeeded += refused is None
        return refused is None

    def compare(self, refused: DomainError | None, wanted: Any) -> None:
        if wanted is None:
            assert refused is None, f"refused although it is allowed: {refused}"
            return
        assert refused is not None, f"done although it is refused: {wanted}"
        assert CHINESE.search(str(refused.message))
        if isinstance(wanted, set):
            assert isinstance(refused, Missing), refused
            said = [str(sentence) for _column, sentence in refused.found]
            assert len(said) == len(wanted)
            assert all(any(sentence in one for one in said) for sentence in wanted), (said, wanted)
        elif wanted is OutOfScope:
            assert isinstance(refused, OutOfScope | NotAllowed), refused
        else:
            assert isinstance(refused, wanted), refused

    def look(self, case: Known) -> None:
        """The case as the database has it, against what is known of it."""
        with db.engine.connect().execution_options(ro=True) as connection:
            row = connection.execute(AS_STORED, {"key": case.key}).mappings().one()
        assert row["number"] == case.number
        assert (row["state"], row["ended_on"] is not None, row["subject"]) == (case.state, case.ended, case.subject)
        assert (row["notes"], row["urges"], row["merged_into_id"]) == (case.notes, case.urges, case.into)
        assert [name for name in rules.FACTS.get(case.state, ()) if name in row and row[name] is None] == []
        assert (row["due_on"] is not None) == (case.state in rules.RUNNING and not case.ended)


def run(app: Flask, steps: int, length: int = 50, of: type[CaseMachine] = CaseMachine) -> tuple[int, int]:
    """At least so many random steps; (steps, those that were done). Raises when something is not as it has to be."""
    with app.app_context():
        world.begin(app)
        actors = {who: SETUP if who == "the product" else person(who) for who in MAY}
    machine = type("Machine", (of,), {"app": app, "actors": actors, "counted": 0, "succeeded": 0})
    chosen = settings(
        max_examples=max(steps // length, 1), stateful_step_count=length, deadline=None, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate], report_multiple_bugs=False, print_blob=False,
    )  # fmt: skip
    while machine.counted < steps:
        run_state_machine_as_test(machine, settings=chosen)
    return machine.counted, machine.succeeded
