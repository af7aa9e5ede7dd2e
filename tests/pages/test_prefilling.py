"""What an empty form begins with: the only place, a key or a channel from the address, and nothing else."""

import re

import pytest

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Station, StationHost
from tests import records
from tests.security.registers import key
from tests.world import CHILD, COUNTY, FOREIGN, MERGED, OWN, SIBLING, TODAY

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases


def begins_with(browser, address):
    """{name: value} of what stands in the form at `address`."""
    answer = browser.get(address)
    assert answer.status_code == 200
    page = answer.text.partition("<main")[2]
    found = {
        name: value
        for tag in re.findall(r"<input[^>]*>", page)
        for name in re.findall(r' name="(\w+)"', tag)
        for value in re.findall(r' value="([^"]*)"', tag)
    }
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.findall(
            r'<option[^>]*\bselected\b[^>]*value="(\w*)"|<option[^>]*value="(\w*)"[^>]*\bselected', options
        )
        found[name] = "".join(chosen[0]) if chosen else ""
    return found


def station(code, name, **columns):
    records.keep(Station(division_code=code, name=name, host=StationHost.OFFICE, **columns))


# ---- the only place


@pytest.mark.parametrize("path", ["/cases/add", "/volunteers/add", "/members/add"])
def test_the_only_station_need_not_be_chosen(app, client_as, path):
    mine = str(key("Station", CHILD))
    assert begins_with(client_as("village_admin"), path)["station_id"] == mine
    assert begins_with(client_as("town_admin"), path)["station_id"] == ""


@pytest.mark.parametrize("path", ["/stations/add", "/trainings/add", "/units/add"])
def test_the_only_division_need_not_be_chosen(app, client_as, path):
    assert begins_with(client_as("village_admin"), path)["division_code"] == CHILD
    assert begins_with(client_as("town_admin"), path)["division_code"] == ""


def test_a_station_that_ended_is_no_choice(app, client_as):
    with app.app_context():
        station(CHILD, "旧站", ended_on=TODAY, ended_reason="并站")
    assert begins_with(client_as("village_admin"), "/cases/add")["station_id"] == str(key("Station", CHILD))
    with app.app_context():
        station(CHILD, "第二站")
    assert begins_with(client_as("village_admin"), "/cases/add")["station_id"] == "", "now there are two"


def test_the_only_station_counts_where_one_may_add(app, client_as):
    """He sees the stations of another county too, but adds in his township only."""
    browser = client_as("mixed")
    assert begins_with(browser, "/cases/add")["station_id"] == ""
    with app.app_context(), acting_as(SETUP):
        for code in (CHILD, MERGED):
            records.end(db.session.get(Station, key("Station", code)), reason="并站")
        db.session.commit()
    assert begins_with(browser, "/cases/add")["station_id"] == str(key("Station", OWN))


# ---- what the address says


@pytest.mark.parametrize("channel", ["VISIT", "CALL", "LETTER"])
def test_a_case_begins_with_its_channel(app, client_as, channel):
    assert begins_with(client_as("staff"), f"/cases/add?channel={channel}")["channel"] == channel


@pytest.mark.parametrize(
    "channel", ["", "visit", "来访", "x", "__class__", "VISIT'", "VISIT&channel=CALL&x=", "1" * 5000]
)
def test_what_is_no_channel_is_ignored(app, client_as, channel):
    assert begins_with(client_as("staff"), f"/cases/add?channel={channel}")["channel"] in ("", "VISIT")


@pytest.mark.parametrize(
    ("name", "value"),
    [("category", "FAMILY"), ("subject", "事由"), ("receiver", "甲"), ("no_sms", "y"), ("phone", records.PHONE)],
)
def test_only_declared_columns_are_filled(app, client_as, name, value):
    browser = client_as("staff")
    assert begins_with(browser, f"/cases/add?{name}={value}").get(name) == begins_with(browser, "/cases/add").get(name)


@pytest.mark.parametrize("code", [SIBLING, FOREIGN + "01001"])
def test_a_station_of_elsewhere_is_ignored(app, client_as, code):
    theirs = str(key("Station", code))
    assert begins_with(client_as("town_admin"), f"/cases/add?station_id={theirs}")["station_id"] == ""
    own = str(key("Station", CHILD))
    assert begins_with(client_as("village_admin"), f"/cases/add?station_id={theirs}")["station_id"] == own


@pytest.mark.parametrize("code", [SIBLING, COUNTY, FOREIGN, "x", "", MERGED])
def test_a_division_that_may_not_be_chosen_is_ignored(app, client_as, code):
    assert begins_with(client_as("town_admin"), f"/stations/add?division_code={code}")["division_code"] == ""


def test_the_address_fills_nothing_that_is_posted(app, client_as):
    browser = client_as("staff")
    form = {
        "station_id": str(key("Station", OWN)), "received_on": "2026-11-20", "applicant": "SELF", "name": "某人",
        "subject": "新事由", "category": "FAMILY", "receiver": "接待人",
    }  # fmt: skip
    assert browser.submit("/cases/add?channel=VISIT", form).status_code == 422
    assert browser.submit("/cases/add?channel=VISIT", form | {"channel": "CALL"}).status_code == 302
    assert "来电" in browser.get("/cases/list/?q=新事由").text


def test_a_mistake_keeps_what_was_typed(app, client_as):
    """The only place fills an empty form, not one that comes back."""
    answer = client_as("village_admin").submit("/cases/add", {"station_id": "", "name": "某人"})
    assert answer.status_code == 422
    assert 'value="某人"' in answer.text
