"""Many at once: nothing is lost, nobody is told that the database is locked, readers do not wait for writers."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select, text

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry, Station
from tests.conftest import Browser
from tests.world import CHILD, FIRST_STATION, OWN

WRITERS, EACH = 4, 6


def count(app, *conditions):
    with app.app_context(), acting_as(SETUP):
        return db.session.scalar(select(func.count(Station.id)).where(*conditions))


def write(app, username, number):
    browser = Browser(app)
    browser.sign_in(username)
    token = browser.token()
    answers = []
    for n in range(EACH):
        data = {"division_code": CHILD, "name": f"并发{number}-{n}", "host": "OFFICE", "csrf_token": token}
        answers.append(browser.post("/stations/add", data=data).status_code)
        answers.append(browser.get("/stations/list/").status_code)
    return answers


def test_racing_writers_lose_nothing(app):
    with ThreadPoolExecutor(WRITERS) as pool:
        people = ["town_admin", "village_admin", "county_admin", "town_admin"]
        answers = list(pool.map(write, [app] * WRITERS, people, range(WRITERS)))
    assert answers == [[302, 200] * EACH] * WRITERS
    assert count(app, Station.name.startswith("并发")) == WRITERS * EACH
    with app.app_context(), acting_as(SETUP):
        recorded = select(func.count(AuditEntry.id)).where(AuditEntry.row_name.startswith("并发"))
        assert db.session.scalar(recorded) == WRITERS * EACH


def test_of_two_same_rows_one_is_saved_and_the_other_told(app):
    def add(username):
        browser = Browser(app)
        browser.sign_in(username)
        data = {"division_code": CHILD, "name": "只此一家", "host": "OFFICE"}
        answer = browser.submit("/stations/add", data)
        return answer.status_code, "该区划已有同名的维权站" in answer.get_data(as_text=True)

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(add, ["town_admin", "village_admin", "county_admin", "city_admin"]))
    assert answers == [(302, False), *[(422, True)] * 3]
    assert count(app, Station.name == "只此一家") == 1


def test_readers_do_not_wait_for_a_writer(app, client_as):
    browser = client_as("town_admin")
    with app.app_context():
        engine = db.engine
    with engine.connect() as writer:
        writer.execute(text("UPDATE station SET address = 'x' WHERE id = :id"), {"id": FIRST_STATION})
        paths = (
            "/",
            "/stations/list/",
            f"/stations/show/{FIRST_STATION}",
            "/stations/add",
            "/stations/export",
            "/health",
        )
        assert [browser.get(path).status_code for path in paths] == [200] * len(paths)
        writer.rollback()
    assert count(app, Station.division_code == OWN) == 1
