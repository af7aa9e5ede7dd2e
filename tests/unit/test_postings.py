"""上墙: when the list of names on the wall is out of date."""

from datetime import date, timedelta

import pytest

from app import clock, postings
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor, Grant
from app.workflow.endings import Standing
from app.workflow.steps import advance
from models import PostingKind, Station, Volunteer, VolunteerRole, WallPosting
from tests import records
from tests.world import CHILD, OWN, TODAY

POSTED = date(2026, 11, 10)
DAY = timedelta(days=1)
STALE = "上墙已过期：队伍名单在 2026-11-10 之后有变动。"
NOW = clock.local(clock.now()).date()  # of the audit, which no test sets


def sheet(kind=PostingKind.ROSTER, **columns):
    return WallPosting(kind=kind, posted_on=POSTED, **columns)


@pytest.mark.parametrize(
    ("posting", "changed_on", "sentence"),
    [
        (sheet(), POSTED + DAY, STALE),
        (sheet(), POSTED, ""),
        (sheet(), POSTED - DAY, ""),
        (sheet(), None, ""),
        (sheet(PostingKind.DUTIES), POSTED + DAY, ""),
        (sheet(PostingKind.CONTENT), POSTED + DAY, ""),
        (sheet(ended_on=TODAY), POSTED + DAY, ""),
    ],
    ids=["after", "the same day", "before", "never", "duties", "content", "taken down"],
)
def test_only_a_list_that_is_older_than_the_roster_is_stale(context, posting, changed_on, sentence):
    assert postings.staleness(posting, changed_on) == sentence


# ---- when a stored roster changed


@pytest.fixture
def someone(context):
    """A member of the village's roster since long ago, who was written down before the sheet was posted."""
    return records.volunteer(CHILD, "甲")


def changed_on(after=NOW + 2 * DAY, today=TODAY, code=CHILD):
    """The last change; without names and roles, unless `after` lets them in."""
    with acting_as(SETUP):
        return postings.roster_changed_on(records.station_at(code), after, today)


def edit(key, **columns):
    with acting_as(SETUP):
        row = db.session.get(Volunteer, key)
        for name, value in columns.items():
            setattr(row, name, value)
        db.session.commit()
    db.session.remove()


def end(key, on):
    with acting_as(SETUP):
        records.end(db.session.get(Volunteer, key), on)
        db.session.commit()
    db.session.remove()


def test_a_roster_changes_when_somebody_begins_and_when_he_leaves(someone):
    assert changed_on() == date(2026, 3, 8), "when the world's own began"
    records.volunteer(CHILD, "乙", starts_on=POSTED + DAY)
    assert changed_on() == POSTED + DAY
    end(someone, POSTED + 2 * DAY)
    assert changed_on() == POSTED + 2 * DAY


def test_who_begins_tomorrow_has_not_begun(someone):
    records.volunteer(CHILD, "乙", starts_on=TODAY + DAY)
    assert changed_on() == date(2026, 3, 8)
    assert changed_on(today=TODAY + DAY) == TODAY + DAY


@pytest.mark.parametrize(
    ("columns", "counts"),
    [
        ({"name": "甲甲"}, True), ({"role": VolunteerRole.MEDIATOR}, True), ({"title": "组长"}, False),
        ({"service_hours": 8}, False), ({"term_ends_on": TODAY}, False),
    ],
    ids=["name", "role", "title", "hours", "term"],
)  # fmt: skip
def test_a_roster_changes_when_somebody_is_called_otherwise(someone, columns, counts):
    edit(someone, **columns)
    assert (changed_on(after=NOW - DAY) in (NOW, NOW + DAY)) is counts  # midnight may pass
    assert changed_on(after=NOW + 2 * DAY) == date(2026, 3, 8), "before that nobody asks"


def test_who_comes_back_changes_the_roster_on_the_day_that_was_written_down(someone):
    end(someone, POSTED)
    resume(someone)
    assert changed_on(after=NOW - DAY) in (NOW, NOW + DAY)


def resume(key):
    with acting_as(SETUP):
        advance(db.session.get(Volunteer, key), Standing.CURRENT, SETUP, TODAY)
        db.session.commit()
    db.session.remove()


def test_the_roster_of_another_station_is_another(someone):
    records.volunteer(OWN, "丙", starts_on=TODAY)
    assert changed_on() == date(2026, 3, 8)
    assert changed_on(code=OWN) == TODAY


# ---- what is said


def bare_station():
    """A second station in the village, without anything on its wall."""
    return records.keep(Station(division_code=CHILD, name="二站", host="OFFICE"))[0]


def told(key, actor=SETUP):
    with acting_as(actor):
        return postings.sentences_of(db.session.get(Station, key), actor, TODAY)


def test_a_station_is_told_what_is_not_on_its_wall_and_what_is_out_of_date(context):
    key = bare_station()
    assert told(key) == ["未上墙：工作职责。", "未上墙：工作内容。", "未上墙：队伍名单。"]
    records.keep(*(WallPosting(station_id=key, kind=kind, posted_on=POSTED) for kind in PostingKind))
    assert told(key) == ["都已上墙。"]
    records.keep(Volunteer(station_id=key, name="甲", role=VolunteerRole.AGENT, starts_on=TODAY))
    assert told(key) == [STALE]
    records.keep(WallPosting(station_id=key, kind=PostingKind.ROSTER, posted_on=TODAY))
    assert told(key) == ["都已上墙。"], "the newest counts"


def test_what_was_taken_down_is_not_on_the_wall(context):
    key = bare_station()
    down = {"ended_on": TODAY, "ended_reason": "破损"}
    records.keep(*(WallPosting(station_id=key, kind=k, posted_on=POSTED, **down) for k in PostingKind))
    assert len(told(key)) == 3


def test_who_does_not_see_the_wall_is_told_nothing_of_it(context):
    actor = Actor("甲", user_id=1, grants=(Grant(CHILD, "", frozenset((("Station", "view"),))),))
    assert told(bare_station(), actor) == []
