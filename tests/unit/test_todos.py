"""待办: what waits for whom, in which order, how many; by hand, beside rows that do not wait."""

from datetime import date, timedelta

import pytest
from flask_babel import lazy_gettext as _l
from sqlalchemy import select, update

from app import attachments, todos
from app.calendar import Light
from app.extensions import db
from app.files import checked
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.hands import HANDS
from app.workflow.steps import advance
from models import (
    Account,
    Case,
    CaseState,
    Checklist,
    ChecklistItem,
    Confirmation,
    Evidence,
    Inspection,
    JointMeeting,
    Recognition,
    RecognitionLevel,
    Station,
    Training,
)
from tests import records
from tests.pages.uploads import JPEG
from tests.security.attacks import person
from tests.unit import case_rules
from tests.watching import statements
from tests.world import CHILD, OWN, SIBLING, TODAY

pytestmark = [pytest.mark.usefixtures("context"), pytest.mark.in_turns]  # make audit asks both databases
DAY = timedelta(days=1)
STAFF = "姓名staff"
LONG_AGO = TODAY - 60 * DAY
# Who has which kinds, by hand: what waits in a station is for who handles there, what is late in a part for who urges.
HANDLING = ["urged", "handling", "applied", "unhandled", "visits"]
FOLLOWING, STANDING = ["decisions", "problems"], ["expiring", "lapsing"]
DANGER = ["police", "told", "unreported", "visiting", "ending"]
DOWN = ["handed_down", "to_feed_back", "fed_back", "not_fed_back", "unescalated", "escalated", "tracked"]
DOWN += ["escalation_back"]
UP = ["urgent", "unfollowed", "to_report", "proposed", "studied", "policy_back"]
CENTRE, BACK = ["transferred", "unassigned", "answered", "overdue"], ["back"]
KINDS = {
    "staff": [*HANDLING, *DANGER, *BACK, *DOWN, *UP, *FOLLOWING, STANDING[0]],
    "town_admin": [*HANDLING, *DANGER, "late", "asked", *CENTRE, *BACK, *DOWN, *UP, *FOLLOWING, *STANDING],
    "village_admin": [*HANDLING, *DANGER, "late", "asked", *CENTRE, *BACK, *DOWN, *UP, *FOLLOWING, *STANDING],
    "county_admin": [*HANDLING, *DANGER, "late", "asked", *CENTRE, *BACK, *DOWN, *UP, *FOLLOWING, *STANDING],
    "mixed": [*HANDLING, *DANGER, "late", "asked", *CENTRE, *BACK, *DOWN, *UP, *FOLLOWING, *STANDING],
    "supervisor": FOLLOWING[1:],
    "center": CENTRE, "unit_officer": [], "manager": [], "system_admin": [], "auditor": [], "nowhere": [],
}  # fmt: skip


@pytest.fixture(autouse=True)
def nothing_else(context):
    """The cases, meetings, inspections and recognitions of the world wait too: here they are over."""
    with acting_as(SETUP):
        for row in (q for model in (JointMeeting, Inspection, Recognition) for q in db.session.query(model)):
            records.end(row)
        for hand in HANDS:  # of which some cannot be withdrawn any more
            db.session.connection().execute(update(hand.__table__).values(ended_on=TODAY, ended_reason="测试"))
        for case in db.session.query(Case).filter(Case.state == CaseState.APPLIED, Case.ended_on.is_(None)):
            advance(case, CaseState.LOST, SETUP, TODAY, lambda row: setattr(row, "state_reason", "联系不上"))
        db.session.commit()
    db.session.remove()


def waiting(username, first=100):
    """{kind: (count, names of the rows)} of what waits for somebody, without what does not."""
    actor = person(username)
    with acting_as(actor):
        found = todos.waiting(actor, TODAY, first)
    db.session.remove()
    return {group.kind.name: (group.count, [line.name for line in group.lines]) for group in found if group.count}


def number(username):
    actor = person(username)
    with acting_as(actor):
        return todos.number(actor, TODAY)


@pytest.mark.parametrize("username", KINDS)
def test_each_has_the_kinds_of_his_verbs(username):
    assert [kind.name for kind in todos.kinds_for(person(username))] == KINDS[username]


def test_nothing_waits_where_nothing_is():
    assert waiting("town_admin") == {}
    assert number("town_admin") == 0


def test_a_case_waits_for_the_station_until_it_is_accepted_and_then_for_its_handler():
    key = records.case(subject="新来的")
    for username in ("staff", "town_admin", "county_admin"):
        assert waiting(username) == {"applied": (1, ["新来的"])}
    assert waiting("village_admin") == {}
    with acting_as(SETUP):
        case_rules.move(case_rules.got(key), "ACCEPTED", SETUP, handler=STAFF)
        db.session.commit()
    db.session.remove()
    assert waiting("staff") == {"handling": (1, ["新来的"])}
    assert waiting("town_admin") == {}
    assert (number("staff"), number("town_admin")) == (1, 0)


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("ACCEPTED", "handling"), ("INVESTIGATING", "handling"), ("HANDLING", "handling"), ("CLOSED", "visits"),
        ("VISITED", None), ("REFUSED", None), ("WITHDRAWN", None), ("LOST", None),
    ],
)  # fmt: skip
def test_each_state_waits_as_what_comes_next(state, kind):
    records.accepted(STAFF, to=state)
    assert list(waiting("staff")) == ([kind] if kind else [])


def test_what_was_struck_out_waits_for_nobody():
    for key in (records.accepted(STAFF), records.case(), records.accepted(STAFF, to="CLOSED")):
        records.urge(key)
        with acting_as(SETUP):
            records.end(case_rules.got(key))
            db.session.commit()
        db.session.remove()
    assert (waiting("staff"), waiting("town_admin")) == ({}, {})


def test_an_urge_waits_beside_the_case_and_counts_it_once():
    key = records.accepted(STAFF, subject="被催的")
    records.accepted(STAFF, subject="没催的")
    for _ in range(2):
        records.urge(key)
    answered = records.accepted(STAFF, subject="回复了的")
    records.urge(answered, reply="好", replied_on=TODAY, replied_by=STAFF)
    assert waiting("staff") == {"urged": (1, ["被催的"]), "handling": (3, ["被催的", "没催的", "回复了的"])}
    assert number("staff") == 3


def test_a_handler_of_no_account_leaves_the_case_to_the_station():
    records.accepted("没有账号的人", subject="谁办")
    assert waiting("staff") == waiting("town_admin") == {"unhandled": (1, ["谁办"])}


def test_a_handler_who_was_disabled_or_lost_his_scope_leaves_his_cases_to_the_station():
    key = records.accepted(STAFF, subject="停用的人的")
    assert waiting("town_admin") == {}
    with acting_as(SETUP):
        account = db.session.query(Account).filter_by(username="staff").one()
        account.active = False
        db.session.commit()
    db.session.remove()
    assert waiting("town_admin") == {"unhandled": (1, ["停用的人的"])}
    with acting_as(SETUP):
        account = db.session.query(Account).filter_by(username="staff").one()
        account.active, account.scopes[0].valid_until = True, TODAY - DAY
        db.session.commit()
    db.session.remove()
    assert waiting("town_admin") == {"unhandled": (1, ["停用的人的"])}
    assert waiting("staff") == {}, f"he no longer handles {key}"


def test_what_is_late_in_a_part_is_for_who_may_urge():
    records.accepted(STAFF, on=LONG_AGO, subject="办晚了")
    records.case(received_on=LONG_AGO, subject="没受理")
    records.accepted(STAFF, on=TODAY - DAY, subject="还早")
    assert waiting("county_admin")["late"] == (2, ["没受理", "办晚了"])
    assert "late" not in waiting("staff")


def test_the_last_day_is_not_late():
    key = records.accepted(STAFF)
    with acting_as(SETUP):
        due = case_rules.got(key).due_on
    actor = person("town_admin")
    with acting_as(actor):
        late = [
            next(g.count for g in todos.waiting(actor, day, 5) if g.kind.name == "late") for day in (due, due + DAY)
        ]
    assert late == [0, 1]


# ---- order


def test_what_is_late_comes_first_and_what_has_no_date_last(database):
    """NULL is the smallest value on one database and the largest on the other."""
    names = {"三": TODAY - 2 * DAY, "一": LONG_AGO, "二": LONG_AGO, "四": TODAY}
    keys = {name: records.accepted(STAFF, on=on, subject=name) for name, on in names.items()}
    keys["无"] = records.accepted(STAFF, on=LONG_AGO, subject="无")
    with db.engine.begin() as connection:
        table = Case.__table__
        connection.execute(table.update().where(table.c.id == keys["无"]).values(due_on=None))
    assert waiting("staff")["handling"] == (5, ["一", "二", "三", "四", "无"]), database
    assert waiting("staff", first=2)["handling"] == (5, ["一", "二"]), "the count is that of all"


def test_who_has_waited_longest_to_be_asked_comes_first():
    for name, on in (("近", TODAY), ("远", LONG_AGO), ("中", TODAY - DAY)):
        records.accepted(STAFF, on=on, to="CLOSED", subject=name)
    assert waiting("staff")["visits"] == (3, ["远", "中", "近"])


def test_a_row_says_how_its_date_stands():
    records.accepted(STAFF, on=date(2026, 11, 12), subject="晚")
    records.accepted(STAFF, on=date(2026, 11, 17), subject="近")
    records.accepted(STAFF, on=TODAY, subject="早")
    actor = person("staff")
    with acting_as(actor):
        lines = next(group.lines for group in todos.waiting(actor, TODAY, 5) if group.kind.name == "handling")
    assert [(line.name, line.words, line.light, line.state, line.who) for line in lines] == [
        ("晚", "已逾期1天", Light.OVERDUE, "受理", STAFF),
        ("近", "剩2个工作日", Light.SOON, "受理", STAFF),
        ("早", "剩7个工作日", Light.NORMAL, "受理", STAFF),
    ]


# ---- scope


def test_what_waits_in_another_township_is_never_counted():
    for to in ("ACCEPTED", "CLOSED"):
        records.urge(records.accepted(code=SIBLING, on=LONG_AGO, to=to))
    records.case(SIBLING, received_on=LONG_AGO)
    assert waiting("town_admin") == waiting("staff") == {}
    assert set(waiting("county_admin")) == {"applied", "unhandled", "visits", "late"}


def test_a_case_that_lies_elsewhere_now_no_longer_waits_for_its_handler():
    """He handled it, and somebody took it to the next township, where he has no say."""
    key = records.accepted(STAFF)
    records.urge(key)
    assert set(waiting("staff")) == {"urged", "handling"}
    with acting_as(SETUP):
        case_rules.got(key).station_id = records.station_at(SIBLING)
        db.session.commit()
    db.session.remove()
    assert (waiting("staff"), number("staff")) == ({}, 0)


def test_who_handles_in_one_place_and_looks_in_another_has_nothing_to_do_there():
    records.case("330304001", subject="只能看的")
    records.case(OWN, subject="能办的")
    assert waiting("mixed") == {"applied": (1, ["能办的"])}


# ---- as many statements for many rows, and room for more


def count_statements(username):
    actor = person(username)
    with statements() as sent, acting_as(actor):
        todos.waiting(actor, TODAY, 10)
    db.session.remove()
    return len(sent)


def test_many_rows_cost_no_more_statements_than_few():
    def grow(times):
        for _ in range(times):
            for code in (OWN, CHILD):
                records.urge(records.accepted(STAFF, code))
                records.accepted("没有账号的人", code, on=LONG_AGO)
                records.accepted(STAFF, code, to="CLOSED")
                records.case(code)

    grow(1)
    few = count_statements("town_admin")
    grow(4)
    assert count_statements("town_admin") == few <= 16


def test_another_register_may_add_its_kind(monkeypatch):
    records.training(name="没签到的", held_on=TODAY)
    kind = todos.Kind(
        "unsigned", _l("待签到"), _l("还没有签到。"), "edit", lambda actor, today: Training.held_on == today,
        is_counted=True, model=Training, order=(Training.held_on,),
        columns=(Training.name, Training.venue, Training.organizer, Training.held_on, Training.lecturer),
    )  # fmt: skip
    monkeypatch.setattr(todos, "KINDS", [*todos.KINDS, kind])
    assert waiting("town_admin") == {"unsigned": (1, ["没签到的"])}
    assert number("town_admin") == 1


# ---- what is about to lapse


def confirm(valid_until, **values):
    """A confirmation of the world's line at the town's station that is valid until a day: its key."""
    with acting_as(SETUP):
        row = db.session.scalars(select(Confirmation).where(Confirmation.division_code == OWN)).first()
        values = {"item_id": row.item_id, "station_id": row.station_id, **values}
        made = Confirmation(confirmed_on=TODAY, confirmed_by="甲", **values)
        db.session.add(made)
        db.session.flush()
        made.valid_until = valid_until
        db.session.commit()
        key = made.id
    db.session.remove()
    return key


@pytest.fixture
def nothing_confirmed():
    with acting_as(SETUP):
        for row in db.session.query(Confirmation):
            records.end(row)
        db.session.commit()
    db.session.remove()


@pytest.mark.parametrize(("days", "is_told"), [(-400, True), (0, True), (30, True), (31, False), (None, False)])
def test_evidence_is_announced_thirty_days_before_it_expires(nothing_confirmed, days, is_told):
    confirm(None if days is None else TODAY + days * DAY)
    for username in ("staff", "town_admin", "county_admin"):
        assert list(waiting(username)) == (["expiring"] if is_told else [])
    assert waiting("village_admin") == {}


@pytest.mark.parametrize("renewed", [None, TODAY + 300 * DAY])
def test_what_was_renewed_or_taken_back_or_is_asked_no_more_waits_no_more(nothing_confirmed, renewed):
    soon = confirm(TODAY + 5 * DAY)
    assert waiting("staff")["expiring"][0] == 1
    again = confirm(renewed)
    assert waiting("staff") == {}
    with acting_as(SETUP):
        records.end(db.session.get(Confirmation, again))
        db.session.commit()
    assert waiting("staff")["expiring"][0] == 1
    with acting_as(SETUP):
        db.session.get(ChecklistItem, db.session.get(Confirmation, soon).item_id).is_active = False
        db.session.commit()
    assert waiting("staff") == {}


@pytest.mark.parametrize("ended", [Station, Checklist])
def test_what_no_station_is_asked_any_more_waits_no_more(nothing_confirmed, ended):
    confirm(TODAY + 5 * DAY)
    with acting_as(SETUP):
        found = {
            Station: select(Station).where(Station.division_code == OWN),
            Checklist: select(Checklist).join(ChecklistItem).join(Confirmation).where(Confirmation.ended_on.is_(None)),
        }
        records.end(db.session.scalars(found[ended]).unique().first())
        db.session.commit()
    db.session.remove()
    assert waiting("staff") == {}


def test_what_shows_nothing_renews_nothing(nothing_confirmed):
    """A confirmation without the photo that its line asks for: 系统判定 does not count it either."""
    with acting_as(SETUP):
        found = select(ChecklistItem).join(Confirmation).where(Confirmation.division_code == OWN)
        db.session.scalars(found).unique().first().evidence = Evidence.PHOTO
        db.session.commit()
    first = confirm(TODAY + 5 * DAY)
    with acting_as(SETUP):
        attachments.attach(db.session.get(Confirmation, first), checked("甲.jpg", JPEG))
        db.session.commit()
    db.session.remove()
    assert waiting("staff")["expiring"][0] == 1
    confirm(TODAY + 300 * DAY)
    assert waiting("staff")["expiring"][0] == 1


def test_a_recognition_waits_for_who_may_recognise_until_it_has_lapsed():
    with acting_as(SETUP):
        act = {"by_level": RecognitionLevel.TOWNSHIP, "recognized_on": TODAY, "recognized_by": "甲"}
        db.session.add(Recognition(station_id=records.station_at(OWN), **act))
        db.session.commit()
    db.session.remove()
    assert waiting("town_admin") == {}
    with acting_as(SETUP):
        for row in db.session.query(Confirmation).filter(Confirmation.division_code == OWN):
            records.end(row)
        db.session.commit()
        name = db.session.get(Station, records.station_at(OWN)).name
    db.session.remove()
    assert waiting("staff") == {}
    assert waiting("town_admin") == {"lapsing": (1, [name])}
    actor = person("town_admin")
    with acting_as(actor):
        assert [group.count for group in todos.waiting(actor, TODAY + 30 * DAY, 1) if group.kind.name == "lapsing"] == [
            0
        ]
