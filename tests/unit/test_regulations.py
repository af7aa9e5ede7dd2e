"""六制度: what a station lacks, and the texts of the city."""

import re

import pytest
from sqlalchemy import select

from app import regulations
from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor, Grant
from models import Regulation, RegulationKind, Station
from tests import records
from tests.security.attacks import person
from tests.world import CHILD, OWN, SIBLING, TODAY

ALL = list(RegulationKind)
TOO_LONG = Regulation.__table__.c.text.type.length + 1


def at(code):
    return db.session.get(Station, records.station_at(code))


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_each_that_is_not_there_is_lacking(kind):
    assert regulations.lacking([k for k in ALL if k is not kind]) == [kind]


def test_nothing_and_all_are_lacking_in_the_order_of_the_opinion():
    assert regulations.lacking(ALL) == []
    assert [k.value for k in regulations.lacking(())] == [
        "日常管理", "工作联席", "信访接待", "信息反馈", "学习培训", "考核奖励",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_the_city_has_a_text_of_each_in_five_to_eight_articles(kind):
    text = regulations.text_of(kind)
    numbers = [re.match(r"([一二三四五六七八])、.+。$", line) for line in text.splitlines()]
    assert "".join(number[1] for number in numbers) == "一二三四五六七八"[: len(numbers)]
    assert 5 <= len(numbers) <= 8
    assert len(text) < TOO_LONG


def test_a_station_is_completed_once(context):
    with acting_as(SETUP):
        station = at(OWN)  # the world gave it the first
        assert regulations.lacking_of(station) == ALL[1:]
        made = regulations.complete(station, TODAY)
        assert [(r.kind, r.edition, r.effective_on) for r in made] == [(kind, 1, TODAY) for kind in ALL[1:]]
        assert {r.text for r in made} == {regulations.text_of(kind) for kind in ALL[1:]}
        assert regulations.lacking_of(station) == []
        assert regulations.complete(station, TODAY) == []
        assert regulations.lacking_of(at(CHILD)) == ALL[1:], "another station has its own"


def test_what_was_repealed_is_lacking(context):
    with acting_as(SETUP):
        station = at(OWN)
        records.end(db.session.scalars(select(Regulation).where(Regulation.station_id == station.id)).one())
        assert regulations.lacking_of(station) == ALL
        assert len(regulations.complete(station, TODAY)) == len(ALL)


def test_a_station_that_is_no_more_is_not_completed(context):
    with acting_as(SETUP):
        station = at(OWN)
        records.end(station)
        with pytest.raises(DomainError, match="撤销"):
            regulations.complete(station, TODAY)


def test_what_is_lacking_is_said_to_who_sees_the_regulations(context):
    alone = Actor("甲", user_id=1, grants=(Grant(OWN, "", frozenset((("Station", "view"),))),))
    for actor, said in (
        (alone, []),
        (person("supervisor"), [f"缺{kind.value}制度。" for kind in ALL[1:]]),
    ):
        with acting_as(actor):
            assert regulations.sentences(seen_at(OWN), actor) == said
    with acting_as(SETUP):
        regulations.complete(at(OWN), TODAY)
        assert regulations.sentences(at(OWN), SETUP) == ["六项制度齐全。"]


def seen_at(code):
    """The station of a place as the one who acts finds it."""
    return db.session.scalars(select(Station).where(Station.division_code == code)).one()


@pytest.mark.parametrize(
    ("username", "code", "may"),
    [
        ("town_admin", OWN, True), ("staff", CHILD, True), ("county_admin", SIBLING, True), ("staff", SIBLING, False),
        ("supervisor", OWN, False), ("center", OWN, False), ("foreign_admin", OWN, False),
    ],
)  # fmt: skip
def test_who_may_complete_is_who_may_add(context, username, code, may):
    actor = person(username)
    with acting_as(SETUP):
        station = at(code)
        assert regulations.may_complete(station, actor) is may
        regulations.complete(station, TODAY)
        assert not regulations.may_complete(station, actor), "there is nothing to complete"
