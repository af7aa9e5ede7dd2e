"""离任, 作废, 撤销 and 恢复: a row ends on a day for a reason; only what nothing refers to is deleted."""

import re

import pytest
from sqlalchemy import select

from app.errors import DomainError
from app.extensions import db
from app.interface import RegisterInterface
from app.scope import acting_as
from app.security.actor import SETUP
from models import Attendance, AuditEntry, Case, MemberUnit, Seat, Station, StationMember, Training, Volunteer
from tests import records, world
from tests.pages.uploads import PDF, upload

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

REASON = {"ended_on": "2026-11-20", "ended_reason": "工作调动"}


def make(app, model):
    """The key of a new row of this register in the town, to which nothing refers."""
    with app.app_context():
        if model is Volunteer:
            return records.volunteer(name="甲某")
        if model is Case:
            return records.case(subject="甲某")
        if model is Training:
            return records.training(name="甲某")
        with acting_as(SETUP):
            if model is Station:
                row = Station(division_code=world.OWN, name="甲某", host="SELF")
            elif model is MemberUnit:
                row = MemberUnit(division_code=world.OWN, name="甲某")
            else:
                row = StationMember(station_id=records.station_at(world.OWN), name="甲某", seat=Seat.OTHER)
            db.session.add(row)
            db.session.commit()
            return row.id


REGISTERS = {
    "stations": (Station, "撤销"),
    "members": (StationMember, "离任"),
    "units": (MemberUnit, "撤销"),
    "volunteers": (Volunteer, "离任"),
    "cases": (Case, "作废"),
    "trainings": (Training, "作废"),
}


@pytest.fixture(params=REGISTERS)
def row(request, app):
    """(path of the register, its model, what ending is called, key of a new row)."""
    model, ending = REGISTERS[request.param]
    return f"/{request.param}", model, ending, make(app, model)


def read(app, model, key):
    with app.app_context(), acting_as(SETUP):
        return db.session.get(model, key)


def is_listed(browser, path, key, query=""):
    return f'href="{path}/show/{key}"' in browser.get(f"{path}/list/?{query}").text


def test_a_row_ends_is_found_and_is_resumed(app, client_as, row):
    path, model, ending, key = row
    browser = client_as("town_admin")
    page = browser.get(f"{path}/end/{key}").text
    assert re.search(f"{ending}：[^<]*甲某", page), "a case is called by its number first"
    assert 'value="2026-11-24"' in page, "today is proposed"
    answer = browser.submit(f"{path}/end/{key}", REASON | {"_version": "1"}, follow_redirects=True)
    assert f"已{ending}。" in answer.text
    stored = read(app, model, key)
    assert (str(stored.ended_on), stored.ended_reason) == ("2026-11-20", "工作调动")
    shown = browser.get(f"{path}/show/{key}").text
    assert f"已{ending}</span>" in shown
    assert "恢复" in shown
    assert f"{path}/edit/{key}" not in shown
    assert [is_listed(browser, path, key, f"_ended={asked}") for asked in ("", "no", "yes", "all")] == [
        False, False, True, True,
    ]  # fmt: skip
    answer = browser.submit(f"{path}/resume/{key}", follow_redirects=True)
    assert "已恢复。" in answer.text
    stored = read(app, model, key)
    assert (stored.ended_on, stored.ended_reason) == (None, None)
    assert [is_listed(browser, path, key, f"_ended={asked}") for asked in ("", "yes", "all")] == [True, False, True]
    history = browser.get(f"{path}/history/{key}").text
    assert "工作调动" in history, "the reason is kept"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"ended_on": "2026-11-20", "ended_reason": ""}, "必填。"),
        ({"ended_on": "2026-11-20", "ended_reason": " \u3000 "}, "必填。"),
        ({"ended_on": "2026-11-20"}, "必填。"),
        ({"ended_on": "", "ended_reason": "工作调动"}, "必填。"),
        ({"ended_reason": "工作调动"}, "必填。"),
        ({"ended_on": "2026-11-25", "ended_reason": "工作调动"}, "也不能晚于今天"),
        ({"ended_on": "1949-09-30", "ended_reason": "工作调动"}, "不能早于"),
        ({"ended_on": "去年", "ended_reason": "工作调动"}, "日期"),
        ({"ended_on": "2026-11-20", "ended_reason": "工作\u202e调动"}, "无法识别的字符"),
        ({"ended_on": "2026-11-20", "ended_reason": "长" * 201}, "200"),
    ],
    ids=["no reason", "blank reason", "no reason field", "no day", "no day field", "tomorrow", "too early", "no date",
         "bidi", "too long"],
)  # fmt: skip
def test_an_ending_without_day_or_reason_is_refused_and_what_was_typed_stays(app, client_as, typed, message):
    key = make(app, Volunteer)
    answer = client_as("town_admin").submit(f"/volunteers/end/{key}", typed | {"_version": "1"})
    assert answer.status_code == 422
    assert re.search(rf'<p class="error"[^>]*>[^<]*{message}', answer.text), "in Chinese, at the field"
    for text in typed.values():
        assert not text.strip() or f'value="{text.strip()}"' in answer.text
    assert read(app, Volunteer, key).ended_on is None


def test_an_ended_row_cannot_be_edited_or_ended_again(app, client_as, row):
    path, model, ending, key = row
    browser = client_as("town_admin")
    browser.submit(f"{path}/end/{key}", REASON | {"_version": "1"})
    for answer in (
        browser.get(f"{path}/edit/{key}", follow_redirects=True),
        browser.submit(f"{path}/edit/{key}", {"name": "改名", "_version": "2"}, follow_redirects=True),
    ):
        assert f"这条记录已{ending}，请先恢复再修改。" in answer.text
    again = {"ended_on": "2026-11-21", "ended_reason": "又一次", "_version": "2"}
    assert f"这条记录已{ending}。" in browser.submit(f"{path}/end/{key}", again, follow_redirects=True).text
    stored = read(app, model, key)
    assert str(stored).endswith("甲某")
    assert (stored.ended_reason, stored.version) == ("工作调动", 2)


@pytest.mark.parametrize("path", ["stations", "cases", "trainings"])
def test_an_ended_row_takes_and_loses_no_files(app, client_as, path):
    key, browser = make(app, REGISTERS[path][0]), client_as("town_admin")
    assert "已上传。" in upload(browser, f"/{path}/attach/{key}", PDF, "甲.pdf")
    (link,) = re.findall(rf"/{path}/attachment/{key}/\d+", browser.get(f"/{path}/show/{key}").text)
    browser.submit(f"/{path}/end/{key}", REASON | {"_version": "1"})
    refusal = f"这条记录已{REGISTERS[path][1]}，请先恢复再修改。"
    assert refusal in upload(browser, f"/{path}/attach/{key}", PDF, "乙.pdf")
    answer = browser.submit(link.replace("attachment", "detach"), follow_redirects=True)
    assert refusal in answer.text
    assert re.findall(rf"/{path}/attachment/{key}/\d+", answer.text) == [link], "it can still be fetched"
    assert browser.submit(link, {"reason": "核对登记信息"}).status_code == 200


def test_an_ended_row_is_left_out_of_what_changes_many(app, client_as):
    key, browser = make(app, Station), client_as("town_admin")
    browser.submit(f"/stations/end/{key}", REASON | {"_version": "1"})
    posted = {"action": "bulk_plaque", "rowid": [str(key), str(world.FIRST_STATION)]}
    answer = browser.submit("/stations/action_post", posted, follow_redirects=True)
    assert "已处理 1 条" in answer.text
    assert read(app, Station, key).has_plaque is False
    assert read(app, Station, world.FIRST_STATION).has_plaque is True


# ---- as a foreign key


def form_of(register):
    """(path, key column, form) of a new row that points to one which the caller names."""
    return {
        "volunteers": ("/volunteers/add", "station_id", {
            "name": "新来", "role": "AGENT", "engagement": "PART_TIME", "starts_on": "2026-01-01", "service_hours": "0",
        }),
        "units": ("/members/add", "unit_id", {"station_id": world.FIRST_STATION, "name": "新来", "seat": "UNIT"}),
        "attendances": ("/trainings/add", "attendances-0-volunteer_id", {
            "division_code": world.OWN, "name": "新来", "held_on": "2026-01-01", "hours": "2", "organizer": "WOMEN",
            "attendances-0-_key": "",
        }),
    }[register]  # fmt: skip


@pytest.mark.parametrize(
    ("register", "model", "path", "options"),
    [
        ("volunteers", Station, "/stations", "/volunteers/options/station_id?verb=add&q="),
        ("units", MemberUnit, "/units", "/members/options/unit_id?verb=add&q="),
        ("attendances", Volunteer, "/volunteers", "/trainings/options/attendances.volunteer_id?verb=edit&q="),
    ],
)
def test_an_ended_row_is_no_choice_for_a_new_key(app, client_as, register, model, path, options):
    key, browser = make(app, model), client_as("town_admin")
    address, column, form = form_of(register)
    offered = [item["id"] for item in browser.get(f"{options}甲某").json["items"]]
    assert offered == [key]
    browser.submit(f"{path}/end/{key}", REASON | {"_version": "1"})
    assert browser.get(f"{options}甲某").json["items"] == []
    refused = browser.submit(address, form | {column: key})
    assert refused.status_code == 422
    assert "没有找到所选的" in refused.text
    field = f'name="{column}" value="{key}"'
    assert field not in browser.get(f"{address}?{column}={key}").text, "not by the address either"
    browser.submit(f"{path}/resume/{key}")
    assert browser.submit(address, form | {column: key}).status_code == 302


def test_a_key_that_stood_there_before_stays(app, client_as):
    """Who is at a station that has ended can still be written about."""
    station, browser = make(app, Station), client_as("town_admin")
    with app.app_context(), acting_as(SETUP):
        row = Volunteer(station_id=station, name="乙", role="AGENT", starts_on=world.TODAY)
        db.session.add(row)
        db.session.commit()
        key = row.id
    browser.submit(f"/stations/end/{station}", REASON | {"_version": "1"})
    form = {"station_id": station, "name": "乙改", "role": "AGENT", "engagement": "PART_TIME",
            "starts_on": "2026-11-24", "service_hours": "0", "_version": "1"}  # fmt: skip
    assert browser.submit(f"/volunteers/edit/{key}", form).status_code == 302
    assert read(app, Volunteer, key).name == "乙改"


# ---- deletion


@pytest.mark.parametrize("path", ["stations", "members", "units", "trainings"])
def test_what_nothing_refers_to_is_deleted(app, client_as, path):
    model, _ending = REGISTERS[path]
    key, browser = make(app, model), client_as("town_admin")
    assert "已删除。" in browser.submit(f"/{path}/delete/{key}", follow_redirects=True).text
    assert read(app, model, key) is None
    with app.app_context(), acting_as(SETUP):
        found = select(AuditEntry.verb).where(
            AuditEntry.root_register == model.__name__, AuditEntry.root_key == str(key)
        )
        assert db.session.scalars(found.order_by(AuditEntry.id)).all() == ["add", "delete"]


@pytest.mark.parametrize("path", ["volunteers", "cases"])
def test_people_and_cases_are_never_deleted(app, client_as, path):
    model, _ending = REGISTERS[path]
    key = make(app, model)
    for who in ("town_admin", "county_admin", "city_admin"):
        browser = client_as(who)
        assert browser.submit(f"/{path}/delete/{key}").status_code == 403
        bulk = browser.submit(f"/{path}/action_post", {"action": "bulk_delete", "rowid": str(key)})
        assert bulk.status_code == 403
        assert "删除所选" not in browser.get(f"/{path}/list/").text
    assert read(app, model, key) is not None


def refer(app, path, key):
    """Let something refer to the row; the words that name it."""
    with app.app_context():
        if path == "units":
            station = records.station_at(world.OWN)
            with acting_as(SETUP):
                db.session.add(StationMember(station_id=station, name="乙", seat=Seat.UNIT, unit_id=key))
                db.session.commit()
            return "1 条「班子」"
        if path == "trainings":
            records.attendance(key, records.volunteer(name="乙"))
            records.attendance(key, records.volunteer(name="丙"))
            return "2 条「签到」"
        with acting_as(SETUP):
            for name in "乙丙":
                db.session.add(Volunteer(station_id=key, name=name, role="AGENT", starts_on=world.TODAY))
            db.session.add(StationMember(station_id=key, name="丁", seat=Seat.OTHER))
            db.session.commit()
        return "1 条「班子」、2 条「队伍」"


@pytest.mark.parametrize("path", ["stations", "units", "trainings"])
def test_what_is_referred_to_is_not_deleted_and_the_sentence_says_by_what(app, client_as, path):
    model, ending = REGISTERS[path]
    key, browser = make(app, model), client_as("town_admin")
    words = refer(app, path, key)
    sentence = f"「甲某」还有{words}，不能删除。可以改为「{ending}」。"
    assert sentence in browser.submit(f"/{path}/delete/{key}", follow_redirects=True).text
    posted = {"action": "bulk_delete", "rowid": str(key)}
    assert sentence in browser.submit(f"/{path}/action_post", posted, follow_redirects=True).text
    assert read(app, model, key) is not None


def test_one_row_that_cannot_go_keeps_all_that_were_ticked(app, client_as):
    free, held, browser = make(app, Training), None, client_as("town_admin")
    with app.app_context():
        held = records.training(name="乙课")
        records.attendance(held, records.volunteer())
    browser.submit("/trainings/action_post", {"action": "bulk_delete", "rowid": [str(free), str(held)]})
    assert read(app, Training, free) is not None
    assert read(app, Training, held) is not None


def test_what_refers_from_out_of_sight_is_held_and_not_named(app, client_as):
    """A unit of the town at which somebody sits for another town's station."""
    key, browser = make(app, MemberUnit), client_as("town_admin")
    with app.app_context():
        station = records.station_at(world.SIBLING)
        with acting_as(SETUP):
            db.session.add(StationMember(station_id=station, name="外人", seat=Seat.UNIT, unit_id=key))
            db.session.commit()
    answer = browser.submit(f"/units/delete/{key}", follow_redirects=True)
    assert "该记录仍被其他记录引用" in answer.text
    assert "班子」" not in answer.text
    assert read(app, MemberUnit, key) is not None


def test_a_deleted_training_takes_no_list_with_it(app, client_as):
    """The list has to be emptied first, and then the training goes."""
    key, browser = make(app, Training), client_as("town_admin")
    with app.app_context():
        line = records.attendance(key, records.volunteer())
    form = {
        "division_code": world.OWN, "name": "甲某", "held_on": "2026-03-08", "hours": "4", "organizer": "WOMEN",
        "_version": "1", "attendances-0-_key": line, "attendances-0-_version": "1", "attendances-0-_remove": "1",
    }  # fmt: skip
    assert browser.submit(f"/trainings/edit/{key}", form).status_code == 302
    assert read(app, Attendance, line) is None
    assert "已删除。" in browser.submit(f"/trainings/delete/{key}", follow_redirects=True).text


# ---- who may


@pytest.mark.parametrize(("who", "status"), [("supervisor", 403), ("foreign_admin", 404), ("system_admin", 403)])
def test_who_may_not_end_or_resume(app, client_as, row, who, status):
    path, model, _ending, key = row
    browser = client_as(who)
    assert browser.get(f"{path}/end/{key}").status_code == status
    assert browser.submit(f"{path}/end/{key}", REASON | {"_version": "1"}).status_code == status
    assert browser.submit(f"{path}/resume/{key}").status_code == status
    assert read(app, model, key).version == 1


def test_resuming_is_no_link(app, client_as):
    key = make(app, Volunteer)
    assert client_as("town_admin").get(f"/volunteers/resume/{key}").status_code == 405


def test_what_has_ended_is_refused_below_the_views_too(context):
    key = records.volunteer(ended_on=world.TODAY, ended_reason="辞职")
    with acting_as(SETUP):
        row = db.session.get(Volunteer, key)
        row.title = "改职务"
        with pytest.raises(DomainError, match="请先恢复再修改"):
            RegisterInterface.of(Volunteer).edit(row)
        db.session.rollback()
