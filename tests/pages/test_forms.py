"""What a browser posts that a hand-made form leaves out: a text, maybe an empty one, for every box."""

from datetime import date

import pytest

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Volunteer
from tests.records import id_number, station_at
from tests.world import OWN

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases


@pytest.fixture
def form(app) -> dict[str, str]:
    """A new volunteer as a browser posts her; her birth date is left to the number."""
    with app.app_context():
        station = station_at(OWN)
    return {
        "station_id": str(station), "name": "周云", "role": "LIAISON", "id_number": id_number(date(1980, 2, 3)),
        "sex": "", "born_on": "", "engagement": "PART_TIME", "specialty": "", "starts_on": "2026-03-08",
        "term_ends_on": "", "service_hours": "0",
    }  # fmt: skip


def test_the_number_fills_an_empty_birth_date(app, client_as, form):
    answer = client_as("town_admin").submit("/volunteers/add", form)
    assert answer.status_code == 302
    with app.app_context(), acting_as(SETUP):
        row = db.session.get_one(Volunteer, int(answer.location.rpartition("/")[2]))
        assert row.born_on == date(1980, 2, 3)


@pytest.mark.parametrize("name", ["starts_on", "service_hours"])
def test_an_empty_box_that_is_required_says_so(client_as, form, name):
    answer = client_as("town_admin").submit("/volunteers/add", form | {name: " "})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "必填。" in page
    assert "不是有效" not in page


def test_an_unreadable_date_stays_to_be_mended(client_as, form):
    page = client_as("town_admin").submit("/volunteers/add", form | {"starts_on": "去年三月"}).get_data(as_text=True)
    assert "不是有效的日期" in page
    assert 'value="去年三月"' in page
    assert "必填。" not in page


def test_adding_another_goes_on_at_the_same_station(client_as, form):
    browser = client_as("town_admin")
    answer = browser.submit("/volunteers/add", form | {"_another": "1"})
    assert answer.location.endswith(f"/volunteers/add?station_id={form['station_id']}#name")
    page = browser.get(answer.location).get_data(as_text=True)
    assert f'name="station_id" value="{form["station_id"]}"' in page
