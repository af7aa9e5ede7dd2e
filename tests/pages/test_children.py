"""The attendance list inside the form of its training: posts as a browser sends them, no script needed."""

import re

import pytest
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Attendance, AuditEntry, Checklist, Evidence, Training, Volunteer
from tests import records, world
from views.children import MOST, MOST_POSTED

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

PARENT = {"division_code": world.OWN, "name": "甲课", "held_on": "2026-03-08", "hours": "4", "organizer": "WOMEN"}
GONE, STALE = "这一行已被他人删除", "这一行已被他人修改"


@pytest.fixture
def people(app):
    """Keys of three people of the town: 王甲, 王乙, 王丙."""
    with app.app_context():
        return [records.volunteer(name=f"王{name}") for name in "甲乙丙"]


@pytest.fixture
def training(app):
    with app.app_context():
        return records.training()


def line(number, volunteer="", key="", version="", **columns):
    """The fields of one line; a box that is not ticked sends its mark only."""
    values = {
        "_key": key,
        "_version": version,
        "volunteer_id": volunteer,
        "hours": "",
        "score": "",
        "is_present__shown": "1",
    }
    return {f"attendances-{number}-{name}": str(value) for name, value in (values | columns).items()}


def form(*lines, version=1, **changes):
    posted = PARENT | {"_version": str(version)} | changes
    for fields in lines:
        posted |= fields
    return posted


def stored(app, training):
    """[(volunteer, hours, present, score)] of a training, in the order of their keys."""
    with app.app_context(), acting_as(SETUP):
        rows = db.session.scalars(select(Attendance).where(Attendance.training_id == training).order_by(Attendance.id))
        return [(row.volunteer_id, row.hours, row.is_present, row.score) for row in rows]


def attended(app, training, volunteer, **columns):
    with app.app_context():
        return records.attendance(training, volunteer, **columns)


@pytest.fixture
def submit(client_as, training):
    """(lines, changes of the form) → the answer to saving the training, as the town's admin."""
    browser = client_as("town_admin")
    return lambda *lines, **changes: browser.submit(f"/trainings/edit/{training}", form(*lines, **changes))


# ---- what is saved


def test_a_new_training_is_saved_with_its_lines_at_once(app, client_as, people):
    browser = client_as("town_admin")
    page = browser.get("/trainings/add").text
    assert len(re.findall(r'name="attendances-\d+-_key"', page)) == 3, "empty lines are there without a script"
    lines = line(0, people[0], is_present="y"), line(1, people[1], hours="2", score="90"), line(2)
    answer = browser.submit("/trainings/add", form(*lines))
    assert answer.status_code == 302
    key = int(answer.location.rpartition("/")[2])
    assert stored(app, key) == [(people[0], None, True, None), (people[1], 2, False, 90)]
    shown = browser.get(answer.location).text
    assert "王甲" in shown
    assert "王丙" not in shown


def test_lines_are_added_changed_and_removed_in_one_save(app, submit, training, people):
    first, second = (attended(app, training, person) for person in people[:2])
    answer = submit(
        line(0, people[0], first, 1, is_present="y", hours="3"),
        line(1, people[1], second, 1, _remove="1"),
        line(2, people[2], is_present="y"),
        name="改名的课",
    )
    assert answer.status_code == 302
    assert stored(app, training) == [(people[0], 3, True, None), (people[2], None, True, None)]
    with app.app_context(), acting_as(SETUP):
        assert db.session.get(Training, training).name == "改名的课"


def test_what_happened_to_the_lines_stands_in_the_history_of_the_training(app, client_as, training, people):
    browser, path = client_as("town_admin"), f"/trainings/edit/{training}"
    browser.submit(path, form(line(0, people[0], is_present="y")))
    with app.app_context(), acting_as(SETUP):
        key = db.session.scalars(select(Attendance.id).where(Attendance.training_id == training)).one()
    browser.submit(path, form(line(0, people[0], key, 1, hours="3", is_present="y")))
    browser.submit(path, form(line(0, people[0], key, 2, _remove="1")))
    with app.app_context(), acting_as(SETUP):
        found = select(AuditEntry.verb, AuditEntry.actor_name, AuditEntry.root_key).where(
            AuditEntry.row_key == str(key)
        )
        entries = db.session.execute(found.where(AuditEntry.register == "Attendance").order_by(AuditEntry.id)).all()
    assert entries == [(verb, "姓名town_admin", str(training)) for verb in ("add", "edit", "delete")]
    history = browser.get(f"/trainings/history/{training}").text
    assert history.count("王甲") == 2
    assert "3" in history


def test_a_form_without_lines_leaves_them_as_they_are(app, submit, training, people):
    attended(app, training, people[0])
    assert submit(name="改名的课").status_code == 302
    assert stored(app, training) == [(people[0], None, True, None)]


def test_lines_that_did_not_change_are_not_written(app, submit, training, people):
    key = attended(app, training, people[0], hours=2)
    assert submit(line(0, people[0], key, 1, hours="2", is_present="y")).status_code == 302
    with app.app_context(), acting_as(SETUP):
        assert db.session.get(Attendance, key).version == 1


def test_blank_lines_are_no_lines(app, submit, training):
    assert submit(line(0), line(1, "  "), line(2, is_present="y"), line(3, hours=" \u3000")).status_code == 302
    assert stored(app, training) == []


def test_numbers_of_lines_may_have_gaps(app, submit, training, people):
    assert submit(line(7, people[1]), line(9000, people[0])).status_code == 302
    assert [volunteer for volunteer, *_ in stored(app, training)] == [people[1], people[0]]


def test_a_removed_line_makes_room_for_the_same_person(app, submit, training, people):
    """In one save: a stored line becomes the person of another that goes, and a new line the person of the first."""
    first, second = (attended(app, training, person) for person in people[:2])
    answer = submit(line(0, people[1], first, 1), line(1, people[1], second, 1, _remove="1"), line(2, people[0]))
    assert answer.status_code == 302
    assert [volunteer for volunteer, *_ in stored(app, training)] == [people[1], people[0]]


# ---- what is refused, and nothing that was typed is lost


def test_the_same_person_twice_is_told_in_words(app, submit, training, people):
    answer = submit(line(0, people[0], score="77"), line(1, people[0], score="88"), name="改名的课", venue="某处")
    assert answer.status_code == 422
    assert "同一个人只能签到一次。" in answer.text
    for text in (
        'value="77"',
        'value="88"',
        'value="改名的课"',
        'value="某处"',
        f'value="{people[0]}"',
        'value="王甲"',
    ):
        assert text in answer.text
    assert stored(app, training) == []


def test_somebody_who_is_on_the_list_already_is_told_in_words(app, submit, training, people):
    key = attended(app, training, people[0])
    answer = submit(line(0, people[0], key, 1), line(1, people[0], score="88"))
    assert answer.status_code == 422
    assert "同一个人只能签到一次。" in answer.text
    assert 'value="88"' in answer.text
    assert len(stored(app, training)) == 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"hours": "很多"}, "整数"),
        ({"hours": "-1"}, "整数"),
        ({"score": "9999999999"}, "整数"),
        ({"score": "9.5"}, "整数"),
    ],
)
def test_what_is_wrong_with_a_line_stands_in_it(app, submit, training, people, columns, message):
    answer = submit(line(0, people[0]), line(1, people[1], **columns))
    assert answer.status_code == 422
    (row,) = re.findall(r'<tr class="is-wrong">.*?</tr>', answer.text, re.DOTALL)
    assert re.search(rf'<p class="error"[^>]*>[^<]*{message}', row)
    assert "王乙" in row
    assert f'value="{next(iter(columns.values()))}"' in row
    assert stored(app, training) == []


def test_a_line_without_a_person_is_told_so(app, submit, training):
    answer = submit(line(0, hours="3"))
    assert answer.status_code == 422
    assert "必填。" in answer.text
    assert stored(app, training) == []


def test_wrong_lines_and_a_wrong_form_are_told_together(app, submit, people):
    answer = submit(line(0, people[0], hours="很多"), name="")
    assert answer.text.count("has-error") == 2


def test_a_refused_new_training_leaves_nothing_behind(app, client_as, people):
    answer = client_as("town_admin").submit(
        "/trainings/add", form(line(0, people[0]), line(1, people[0]), name="不存的课")
    )
    assert answer.status_code == 422
    assert "同一个人只能签到一次。" in answer.text
    assert 'value="王甲"' in answer.text
    with app.app_context(), acting_as(SETUP):
        assert db.session.scalars(select(Training).where(Training.name == "不存的课")).all() == []


# ---- other people's rows


def test_a_volunteer_out_of_sight_cannot_be_put_on_the_list(app, submit, training):
    with app.app_context():
        outsider = records.volunteer(world.SIBLING, "外人")
    for key in (outsider, 999_999_999, "x", "-1", "1 OR 1=1"):
        answer = submit(line(0, key, hours="3"))
        assert answer.status_code == 422
        assert "没有找到所选的「参训人员」" in answer.text or "必填。" in answer.text
        assert "外人" not in answer.text
        assert 'value="3"' in answer.text
    assert stored(app, training) == []


def test_a_volunteer_out_of_sight_who_is_on_the_list_stays_unnamed(app, submit, training, client_as):
    with app.app_context():
        outsider = records.volunteer(world.SIBLING, "外人")
    key = attended(app, training, outsider)
    browser = client_as("town_admin")
    for page in ("edit", "show", "history"):
        assert "外人" not in browser.get(f"/trainings/{page}/{training}").text
    assert "不在您的管辖范围内" in browser.get(f"/trainings/edit/{training}").text
    values = line(0, "", key, 1, hours="2", is_present="y")
    del values["attendances-0-volunteer_id"]
    assert submit(values).status_code == 302
    assert stored(app, training) == [(outsider, 2, True, None)]
    assert submit(line(0, 1, key, 2, hours="1"), version=1).status_code == 302
    assert stored(app, training) == [(outsider, 1, False, None)], "whatever is posted for him"


def test_a_line_of_another_training_is_not_touched(app, submit, training, people):
    """Neither one that the person may edit, nor one out of his sight."""
    with app.app_context():
        others = [records.training(code, "别的课") for code in (world.OWN, world.SIBLING)]
    for other in others:
        key = attended(app, other, people[0], hours=1)
        for action in ({"hours": "9"}, {"_remove": "1"}):
            answer = submit(line(0, people[1], key, 1, **action))
            if "hours" in action:
                assert answer.status_code == 422
                assert GONE in answer.text
        assert stored(app, other) == [(people[0], 1, True, None)]
    assert stored(app, training) == []


@pytest.mark.parametrize("key", ["x", "-1", "0", "999999999", "9" * 400, "１"])
def test_a_key_that_never_was_is_a_line_that_is_gone(app, submit, training, people, key):
    answer = submit(line(0, people[0], key, 1))
    assert answer.status_code == 422
    assert GONE in answer.text
    assert stored(app, training) == []


def test_a_foreign_parent_is_not_there(client_as, training, people):
    answer = client_as("foreign_admin").submit(f"/trainings/edit/{training}", form(line(0, people[0])))
    assert answer.status_code == 404


def test_a_list_cannot_be_moved_to_another_training(app, submit, training, people):
    with app.app_context():
        other = records.training(name="别的课")
    key = attended(app, training, people[0])
    assert submit(line(0, people[0], key, 1, training_id=str(other), id="1", is_present="y")).status_code == 302
    assert stored(app, training) == [(people[0], None, True, None)]
    assert stored(app, other) == []


# ---- two people on one list


def test_a_line_that_somebody_changed_meanwhile_is_shown_and_saved_the_second_time(app, submit, training, people):
    key = attended(app, training, people[0])
    assert submit(line(0, people[0], key, 1, hours="2", is_present="y")).status_code == 302
    answer = submit(line(0, people[0], key, 1, hours="5", is_present="y"))
    assert answer.status_code == 422
    assert f"{STALE}，现在是：王甲，2，是。" in answer.text
    assert 'value="5"' in answer.text
    assert stored(app, training) == [(people[0], 2, True, None)]
    assert re.search(r'name="attendances-0-_version" value="2"', answer.text)
    assert submit(line(0, people[0], key, 2, hours="5", is_present="y")).status_code == 302
    assert stored(app, training) == [(people[0], 5, True, None)]


@pytest.mark.parametrize("version", ["", "x", "0", "2", "9" * 400])
def test_a_line_of_a_version_that_never_was_is_stale(app, submit, training, people, version):
    key = attended(app, training, people[0])
    for action in ({"hours": "5"}, {"_remove": "1"}):
        answer = submit(line(0, people[0], key, version, **action))
        assert answer.status_code == 422
        assert STALE in answer.text
    assert len(stored(app, training)) == 1


def test_a_line_that_somebody_removed_meanwhile_says_so_and_can_be_let_go(app, submit, training, people):
    key = attended(app, training, people[0])
    assert submit(line(0, people[0], key, 1, _remove="1")).status_code == 302
    answer = submit(line(0, people[0], key, 1, score="88"), line(1, people[1], score="77"))
    assert answer.status_code == 422
    assert GONE in answer.text
    assert 'value="88"' in answer.text
    assert 'name="attendances-0-_remove"' in answer.text
    assert stored(app, training) == []
    assert submit(line(0, people[0], key, 1, _remove="1"), line(1, people[1], score="77")).status_code == 302
    assert stored(app, training) == [(people[1], None, False, 77)]


def test_two_people_add_lines_at_the_same_time(app, client_as, training, people):
    """New lines do not stand in each other's way: the training itself did not change."""
    first, second = client_as("town_admin"), client_as("county_admin")
    assert first.submit(f"/trainings/edit/{training}", form(line(0, people[0]))).status_code == 302
    assert second.submit(f"/trainings/edit/{training}", form(line(0, people[1]))).status_code == 302
    assert [volunteer for volunteer, *_ in stored(app, training)] == people[:2]


# ---- how many


def many(app, number):
    """Keys of so many people of the town."""
    with app.app_context(), acting_as(SETUP):
        rows = [
            Volunteer(station_id=world.FIRST_STATION, name=f"第{n}人", role="AGENT", starts_on=world.TODAY)
            for n in range(number)
        ]
        db.session.add_all(rows)
        db.session.commit()
        return [row.id for row in rows]


def test_a_list_holds_300_and_no_more(app, client_as, training, statements):
    """A full list can still be saved, with the empty lines that the form ends with."""
    browser, path = client_as("town_admin"), f"/trainings/edit/{training}"
    everybody = many(app, MOST + 1)
    refused = browser.submit(path, form(*(line(n, key) for n, key in enumerate(everybody))))
    assert refused.status_code == 422
    assert "一张表最多 300 行。" in refused.text
    assert f'value="{everybody[-1]}"' in refused.text, "nothing that was typed is lost"
    assert stored(app, training) == []
    assert browser.submit(path, form(*(line(n, key) for n, key in enumerate(everybody[:MOST])))).status_code == 302
    assert len(stored(app, training)) == MOST
    page = browser.get(path).text
    keys = re.findall(r'name="attendances-(\d+)-_key" value="(\d*)"', page)
    assert len(keys) == MOST + 3
    people = [volunteer for volunteer, *_ in stored(app, training)]
    again = [line(n, people[n] if key else "", key, "1" if key else "") for n, (_, key) in enumerate(keys)]
    assert browser.submit(path, form(*again)).status_code == 302
    del statements[:]
    page = browser.get(path).text
    assert page.count('value="第') == MOST
    assert len(statements) < 20, "not one for each line"
    full = browser.submit(path, form(*again[:MOST], line(MOST, everybody[-1])))
    assert full.status_code == 422
    assert len(stored(app, training)) == MOST


def test_more_lines_than_any_form_has_are_not_looked_at(app, submit, training, people):
    answer = submit(*({f"attendances-{n}-_key": ""} for n in range(MOST_POSTED + 1)))
    assert answer.status_code == 422
    assert "一张表最多 300 行。" in answer.text
    assert stored(app, training) == []


def test_a_line_that_says_what_stands_there_by_default_is_blank(app, client_as):
    """A browser sends all of an empty line: the first choice of an enumeration, a number, a tick."""
    blank = {"_key": "", "_version": "", "label": "", "rule": "", "evidence": "NONE", "position": "0", "points": ""}
    lines = [blank | {"is_active__shown": "1", "is_active": "y"} for _ in range(3)]
    lines[1] |= {"label": "有宣传栏", "evidence": "PHOTO"}
    posted = {f"items-{n}-{name}": value for n, line in enumerate(lines) for name, value in line.items()}
    parent = {"division_code": world.OWN, "name": "补充", "kind": "STATION", "level": "VILLAGE"}
    answer = client_as("town_admin").submit("/checklists/add", parent | posted)
    assert answer.status_code == 302
    with app.app_context(), acting_as(SETUP):
        row = db.session.scalars(select(Checklist).where(Checklist.name == "补充")).one()
        assert [(item.label, item.evidence) for item in row.items] == [("有宣传栏", Evidence.PHOTO)]
    wrong = posted | {"items-0-evidence": "PHOTO"}
    refused = client_as("town_admin").submit("/checklists/add", parent | {"name": "再补充"} | wrong)
    assert (refused.status_code, "必填。" in refused.text) == (422, True), "something was chosen in it"
