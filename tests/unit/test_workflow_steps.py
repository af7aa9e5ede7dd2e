"""The mechanism of steps, with a model of its own that is no case: a lamp that is off, on or broken."""

import enum

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.errors import OutOfScope
from app.security.actor import SETUP, Actor, Grant
from app.workflow import steps
from app.workflow.steps import Kind, Missing, Moment, Need, NotAllowed, Step, Workflow, advance, available, filled
from tests import world

HERE, ELSEWHERE = world.OWN, world.SIBLING


class Base(DeclarativeBase):
    pass


class Shine(enum.Enum):
    OFF = "关"
    ON = "开"
    BROKEN = "坏"


class Stock(enum.Enum):
    KEPT = "在库"
    GONE = "报废"


class Lamp(Base):
    __tablename__ = "lamp"
    id: Mapped[int] = mapped_column(primary_key=True)
    shine: Mapped[Shine] = mapped_column(default=Shine.OFF, active_history=True)  # as every column of ours
    note: Mapped[str | None] = mapped_column()
    bulb: Mapped[str | None] = mapped_column()
    lit_by: Mapped[str | None] = mapped_column()
    ended_on: Mapped[str | None] = mapped_column()
    place = HERE


class LampSession(Session):
    pass


steps.install(LampSession)


def enter(row, to):
    row.shine = to


def light(row, moment: Moment):
    row.lit_by = f"{moment.actor.name} {moment.today}"


def throw_away(row, _moment):
    row.ended_on = "2026"


STEPS = (
    Step(Shine.OFF, Shine.ON, "开灯", ("note",), (filled("note", "缺少说明"), filled("bulb", "缺少灯泡")), light),
    Step(Shine.ON, Shine.OFF, "关灯", kind=Kind.BACK, verb="dim"),
    Step(Shine.ON, Shine.BROKEN, "报损", ("note",), (Need("note", "缺少说明", lambda row: bool(row.note)),)),
)
FLOW = Workflow(
    Lamp, Shine, Shine.OFF, lambda row: row.shine or Shine.OFF, enter, frozenset({"shine", "lit_by", "note"}), STEPS,
    frozenset({"note"}),
)  # fmt: skip
STOCK = Workflow(
    Lamp, Stock, Stock.KEPT, lambda row: Stock.GONE if row.ended_on else Stock.KEPT, lambda _row, _to: None,
    frozenset({"ended_on"}), (Step(Stock.KEPT, Stock.GONE, "报废", change=throw_away, verb="end"),),
)  # fmt: skip
ALL = frozenset({("Lamp", "handle"), ("Lamp", "dim"), ("Lamp", "end")})
KEEPER = Actor("甲", user_id=1, grants=(Grant(HERE, "", ALL),))
HELPER = Actor("乙", user_id=2, grants=(Grant(HERE, "", frozenset({("Lamp", "handle")})),))
STRANGER = Actor("丙", user_id=3, grants=(Grant(ELSEWHERE, "", ALL),))


@pytest.fixture
def lamp(context, monkeypatch):
    """A stored lamp with a bulb in it, in a session that holds what steps write."""
    monkeypatch.setattr(steps, "FLOWS", {})
    steps.declare(FLOW)
    steps.declare(STOCK)
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with LampSession(engine) as session:
        row = Lamp(bulb="40 瓦")
        session.add(row)
        session.commit()
        yield row
    engine.dispose()


def noted(row):
    row.note = "天黑了"


def stored(row):
    """The columns as a new look at the database finds them."""
    session = steps.object_session(row)
    session.rollback()
    session.expire_all()
    return (row.shine, row.note, row.bulb, row.lit_by, row.ended_on)


OFF = (Shine.OFF, None, "40 瓦", None, None)
ON = (Shine.ON, "天黑了", "40 瓦", f"甲 {world.TODAY}", None)


def lit(row):
    advance(row, Shine.ON, KEEPER, world.TODAY, noted)
    steps.object_session(row).commit()


def test_a_step_writes_what_was_filled_in_what_follows_and_the_state(lamp):
    assert advance(lamp, Shine.ON, KEEPER, world.TODAY, noted) is STEPS[0]
    steps.object_session(lamp).commit()
    assert stored(lamp) == ON


def test_everything_that_is_missing_is_said_at_once_and_nothing_changes(lamp):
    lamp.bulb = None
    steps.object_session(lamp).commit()
    with pytest.raises(Missing, match="还不能开灯：缺少说明；缺少灯泡。") as refused:
        advance(lamp, Shine.ON, KEEPER, world.TODAY)
    assert refused.value.found == (("note", "缺少说明"), ("bulb", "缺少灯泡"))
    assert refused.value.field == "note"
    steps.object_session(lamp).commit()
    assert stored(lamp)[0] is Shine.OFF


def test_what_was_filled_in_for_a_refused_step_is_not_saved_later(lamp):
    lamp.bulb = None
    steps.object_session(lamp).commit()
    with pytest.raises(Missing):
        advance(lamp, Shine.ON, KEEPER, world.TODAY, noted)
    steps.object_session(lamp).commit()
    assert stored(lamp)[1] is None


def test_there_is_no_step_from_elsewhere_and_none_to_a_state_of_no_flow(lamp):
    with pytest.raises(NotAllowed, match="现在是「关」，没有这一步。"):
        advance(lamp, Shine.BROKEN, KEEPER, world.TODAY)
    with pytest.raises(NotAllowed, match="没有这一步"):
        advance(lamp, Kind.BACK, KEEPER, world.TODAY)
    assert stored(lamp) == OFF


@pytest.mark.parametrize("actor", [STRANGER, Actor("丁", user_id=4)], ids=["elsewhere", "without rights"])
def test_who_does_not_hold_the_verb_there_moves_nothing(lamp, actor):
    with pytest.raises(OutOfScope):
        advance(lamp, Shine.ON, actor, world.TODAY, noted)
    assert stored(lamp) == OFF
    assert available(lamp, actor, world.TODAY) == []


def test_each_step_asks_for_its_own_verb(lamp):
    lit(lamp)
    with pytest.raises(OutOfScope):
        advance(lamp, Shine.OFF, HELPER, world.TODAY)
    advance(lamp, Shine.OFF, KEEPER, world.TODAY)
    assert lamp.shine is Shine.OFF


def test_what_an_earlier_step_was_told_is_not_told_to_this_one(lamp):
    lit(lamp)
    with pytest.raises(Missing, match="缺少说明"):
        advance(lamp, Shine.BROKEN, KEEPER, world.TODAY)
    assert stored(lamp) == ON, "and what was said stays"
    advance(lamp, Shine.BROKEN, KEEPER, world.TODAY, noted)
    assert (lamp.shine, lamp.note) == (Shine.BROKEN, "天黑了"), "the same may be said again"


@pytest.mark.parametrize("column", ["bulb", "lit_by", "shine", "ended_on"])
def test_a_form_of_a_step_writes_nothing_that_the_step_does_not_ask_for(lamp, column):
    def more(row):
        noted(row)
        setattr(row, column, Shine.BROKEN if column == "shine" else "别的")

    with pytest.raises(NotAllowed) as refused:
        advance(lamp, Shine.ON, KEEPER, world.TODAY, more)
    assert refused.value.field == column
    steps.object_session(lamp).commit()
    assert stored(lamp) == OFF


def test_what_was_written_before_a_step_is_no_part_of_it(lamp):
    lamp.note = "先写上"
    with pytest.raises(NotAllowed):
        advance(lamp, Shine.ON, KEEPER, world.TODAY)
    assert stored(lamp) == OFF


@pytest.mark.parametrize("column", ["shine", "note", "lit_by", "ended_on"])
def test_nothing_else_writes_what_a_step_writes(lamp, column):
    session = steps.object_session(lamp)
    setattr(lamp, column, Shine.ON if column == "shine" else "别的")
    with pytest.raises(NotAllowed, match="不能直接修改") as refused:
        session.commit()
    assert refused.value.field == column
    assert stored(lamp) == OFF


@pytest.mark.parametrize("given", [{"shine": Shine.ON}, {"note": "别的"}, {"ended_on": "2026"}], ids=str)
def test_a_new_row_begins_where_the_flow_does(lamp, given):
    session = steps.object_session(lamp)
    session.add(Lamp(**given))
    with pytest.raises(NotAllowed):
        session.commit()
    session.rollback()
    session.add(Lamp(shine=Shine.OFF))
    session.commit()


def test_while_one_row_moves_another_one_is_held(lamp):
    session = steps.object_session(lamp)
    other = Lamp(bulb="60 瓦")
    session.add(other)
    session.commit()

    def both(row):
        noted(row)
        other.shine = Shine.ON

    with pytest.raises(NotAllowed):
        advance(lamp, Shine.ON, KEEPER, world.TODAY, both)
    session.rollback()
    assert (lamp.shine, other.shine) == (Shine.OFF, Shine.OFF)


def test_what_is_set_to_what_it_is_may_be_saved(lamp):
    lit(lamp)
    lamp.shine, lamp.bulb = Shine.ON, "60 瓦"
    steps.object_session(lamp).commit()
    assert stored(lamp)[2] == "60 瓦"


def test_a_row_that_has_ended_stands_still(lamp):
    advance(lamp, Stock.GONE, KEEPER, world.TODAY)
    with pytest.raises(NotAllowed, match="没有这一步"):
        advance(lamp, Shine.ON, SETUP, world.TODAY, noted)
    assert available(lamp, SETUP, world.TODAY) == []


def test_the_steps_offered_are_those_one_may_take_with_what_their_forms_cannot_mend(lamp):
    lamp.bulb = None
    steps.object_session(lamp).commit()
    assert [(a.step.label, a.missing) for a in available(lamp, KEEPER, world.TODAY)] == [
        ("开灯", ("缺少灯泡",)), ("报废", ()),
    ]  # fmt: skip
    assert [a.step.label for a in available(lamp, HELPER, world.TODAY)] == ["开灯"]
    lamp.bulb = "40 瓦"
    lit(lamp)
    assert [a.step.label for a in available(lamp, KEEPER, world.TODAY)] == ["关灯", "报损", "报废"]


def test_a_form_asks_for_what_its_step_needs(lamp):
    assert [step.required for step in STEPS] == [{"note"}, set(), {"note"}]


def test_only_a_row_of_a_session_moves(lamp):
    with pytest.raises(TypeError, match="session"):
        advance(Lamp(bulb="1"), Shine.ON, KEEPER, world.TODAY, noted)
