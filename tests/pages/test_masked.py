"""Whoever reads a case from above its township reads names masked (F55): opened with a reason, and put on record."""

import io
from datetime import date

import pytest
from python_calamine import load_workbook

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Applicant, Case
from tests import records, world
from tests.pages.test_reveal import looks

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

NAME, AGENT, BORN = "赵钱孙", "周吴郑", date(1990, 5, 6)
CLEAR = (NAME, AGENT, BORN.isoformat())
ABOVE, NEAR = ("city_admin", "county_admin"), ("town_admin", "village_admin", "staff", "supervisor")


@pytest.fixture
def case(app):
    with app.app_context():
        place = {"name": NAME, "applicant": Applicant.AGENT, "agent_name": AGENT, "born_on": BORN}
        return records.case(world.CHILD, **place)


def stored(app, key):
    with app.app_context(), acting_as(SETUP):
        row = db.session.get(Case, key)
        return row.name, row.agent_name, row.born_on, row.subject


def texts(browser, key):
    """What every page about a case says, its export too."""
    pages = {verb: browser.get(f"/cases/{verb}/{key}") for verb in ("show", "edit", "history")}
    pages |= {path: browser.get(f"/cases/{path}") for path in ("list/", "list/?q=赵", "export")}
    found = {name: answer.get_data(as_text=True) for name, answer in pages.items() if answer.mimetype == "text/html"}
    if pages["export"].status_code == 200:
        rows = load_workbook(io.BytesIO(pages["export"].data)).get_sheet_by_index(0).to_python()
        found["export"] = "\n".join(str(cell) for row in rows for cell in row)
    return found


@pytest.mark.parametrize("username", ABOVE)
def test_names_are_masked_on_every_page_above_the_township(case, client_as, username):
    pages = texts(client_as(username), case)
    assert not [(page, text) for page, said in pages.items() for text in CLEAR if text in said]
    assert all(text in pages["show"] for text in ("赵**", "周**", "1990年"))
    assert "赵**" in pages["list/"]


@pytest.mark.parametrize("username", NEAR)
def test_names_are_in_clear_where_the_work_is_done(case, client_as, username):
    pages = texts(client_as(username), case)
    assert all(text in pages["show"] for text in CLEAR)


def test_who_is_near_in_one_place_is_not_in_another(app, client_as):
    """One person is of a township here, and of a whole county there."""
    with app.app_context():
        here, there = (records.case(code, name=NAME) for code in (world.OWN, "330304001"))
    browser = client_as("mixed")
    said = [browser.get(f"/cases/show/{key}").get_data(as_text=True) for key in (here, there)]
    assert [NAME in text for text in said] == [True, False]
    assert "赵**" in said[1]


def test_what_is_masked_is_not_changed_from_above(app, case, client_as):
    answer = client_as("county_admin").submit(
        f"/cases/edit/{case}", {"name": "改", "agent_name": "改", "born_on": "2000-01-01", "subject": "改了事由"}
    )
    assert answer.status_code == 302
    assert stored(app, case) == (NAME, AGENT, BORN, "改了事由")


def test_a_name_is_opened_with_a_reason_and_put_on_record(app, case, client_as):
    browser = client_as("county_admin")
    assert browser.submit(f"/cases/reveal/{case}", {"column": "name"}).status_code == 302
    assert looks(app, case) == []
    answer = browser.submit(f"/cases/reveal/{case}", {"column": "name", "reason": "接到上级转办，核对本人"})
    page = answer.get_data(as_text=True)
    assert NAME in page
    assert AGENT not in page
    (look,) = looks(app, case)
    assert look.changes == {"_column": [None, "name"], "_reason": [None, "接到上级转办，核对本人"]}


def test_what_one_reads_in_clear_is_not_opened(app, case, client_as):
    answer = client_as("town_admin").submit(f"/cases/reveal/{case}", {"column": "name", "reason": "核对本人"})
    assert answer.status_code == 404
    assert looks(app, case) == []
