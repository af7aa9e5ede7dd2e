"""The page of the townships and villages without a station: one's own part, paged, with the way to a new station."""

import re

import pytest

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Division
from tests.world import CHILD, COUNTY, FOREIGN, OWN, SIBLING

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases


@pytest.fixture
def villages(app):
    """120 villages without a station in the town, one in the next."""
    with app.app_context(), acting_as(SETUP):
        db.session.add_all(Division(code=f"{OWN}{n:03}", name=f"本镇{n:03}村") for n in range(100, 220))
        db.session.add(Division(code=f"{SIBLING}100", name="邻镇村"))
        db.session.commit()
    return app


def test_a_place_leads_to_the_form_of_its_station(villages, client_as):
    browser = client_as("town_admin")
    page = browser.get("/stations/missing/").text
    assert "共 120 个" in page
    assert "五马街道 本镇100村" in page
    assert f'href="/stations/add?division_code={OWN}100"' in page
    form = {"division_code": f"{OWN}100", "name": "新站", "host": "OFFICE"}
    assert browser.submit("/stations/add", form).status_code == 302
    page = browser.get("/stations/missing/").text
    assert "共 119 个" in page
    assert "本镇100村" not in page
    assert "五马街道 本镇100村" in browser.get("/stations/missing/?show=built").text


def test_the_pages_hold_every_place_once(villages, client_as):
    browser, seen = client_as("town_admin"), []
    for page in range(3):
        text = browser.get(f"/stations/missing/?page={page}").text
        assert f"第 {page + 1} / 3 页" in text
        seen += [n for n in range(100, 220) if f"本镇{n}村" in text]
    assert seen == list(range(100, 220))
    assert "本镇219村" in browser.get("/stations/missing/?page=9999").text, "the last page stands for those behind it"


def test_who_may_not_add_sees_no_button(villages, client_as):
    for person in ("supervisor", "staff", "center"):
        page = client_as(person).get("/stations/missing/").text
        assert "本镇100村" in page
        assert "/stations/add" not in page


def test_of_several_parts_only_one_may_be_added_to(villages, client_as):
    """An admin of the town who supervises another county."""
    with villages.app_context(), acting_as(SETUP):
        db.session.add(Division(code="330304001100", name="山村"))
        db.session.commit()
    page = client_as("mixed").get("/stations/missing/?page=2").text
    assert "景山街道 山村" in page
    assert f"division_code={OWN}219" in page
    assert "division_code=330304001100" not in page


@pytest.mark.parametrize("person", ["unit_officer", "manager", "system_admin", "auditor", "nowhere", "expired"])
def test_who_may_not_view_stations_is_refused(villages, client_as, person):
    assert client_as(person).get("/stations/missing/").status_code == 403


def test_a_stranger_signs_in_first(villages, client):
    answer = client.get("/stations/missing/")
    assert (answer.status_code, "/login/" in answer.location) == (302, True)


@pytest.mark.parametrize("show", ["missing", "built", "all"])
@pytest.mark.parametrize("division", [SIBLING, f"{SIBLING}100", FOREIGN, "", COUNTY, "x", "'", "%25", "3303_2"])
def test_nothing_of_elsewhere_is_listed(villages, client_as, show, division):
    browser = client_as("town_admin")
    answer = browser.get(f"/stations/missing/?show={show}&division={division}")
    assert answer.status_code == 200
    for name in ("邻镇村", "松台街道", "菱藕社区", "他街道", "景山街道"):
        assert name not in answer.text
    if division not in ("", COUNTY):
        nowhere = browser.get(f"/stations/missing/?show={show}&division=9999").text
        assert "共 0 个" in answer.text
        changing = r'division=[^"]*"|(?:value|content)="[^"]*"'  # the token carries the second it was made in
        assert re.sub(changing, "", answer.text) == re.sub(changing, "", nowhere)


def test_a_division_narrows_the_list(villages, client_as):
    browser = client_as("county_admin")
    assert "共 121 个" in browser.get("/stations/missing/").text
    assert "共 1 个" in browser.get(f"/stations/missing/?division={SIBLING}").text
    assert f"division={SIBLING}" in browser.get(f"/stations/missing/?division={SIBLING}").text
    assert "共 0 个" in browser.get(f"/stations/missing/?division={CHILD}").text


@pytest.mark.parametrize(
    "query", ["show=x", "page=x", "page=-1", "page=9999999999999", "division=" + "9" * 200, "show=%00"]
)
def test_nonsense_is_refused(villages, client_as, query):
    assert client_as("town_admin").get(f"/stations/missing/?{query}").status_code == 400


def test_the_page_costs_few_statements(villages, client_as, statements):
    browser = client_as("town_admin")
    statements.clear()
    assert browser.get("/stations/missing/").status_code == 200
    assert 0 < len(statements) <= 6
