"""The station register as a township admin uses it."""

from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Station
from tests.world import CHILD, OWN, SIBLING, canary

FORM = {"division_code": CHILD, "name": "鼓楼社区第二妇女维权站", "host": "OFFICE", "founded_on": "2020-03-08"}


def stations(app, code):
    with app.app_context(), acting_as(SETUP):
        return db.session.scalars(select(Station).where(Station.division_code == code).order_by(Station.id)).all()


def test_list_shows_own_rows_only(client_as):
    page = client_as("town_admin").get("/stations/list/").get_data(as_text=True)
    assert canary("STA", OWN) in page
    assert canary("STA", CHILD) in page
    assert canary("STA", SIBLING) not in page
    assert "共 3 条" in page


def test_add_edit_history_delete(app, client_as):
    browser = client_as("town_admin")
    answer = browser.submit("/stations/add", FORM)
    assert answer.status_code == 302
    (row,) = [row for row in stations(app, CHILD) if row.name == FORM["name"]]
    assert (row.city_code, row.county_code, row.township_code) == ("3303", "330302", OWN)
    assert browser.submit(f"/stations/edit/{row.id}", {**FORM, "address": "墨池坊"}).status_code == 302
    history = browser.get(f"/stations/history/{row.id}").get_data(as_text=True)
    assert "姓名town_admin" in history
    assert "墨池坊" in history
    assert browser.submit(f"/stations/delete/{row.id}").status_code == 302
    assert browser.get(f"/stations/show/{row.id}").status_code == 404
