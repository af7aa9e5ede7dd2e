"""Requests that no page of ours sends: each is answered in Chinese, below 500, and changes nothing it should not."""

import io
import json
import re

import pytest
from sqlalchemy import select, text

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Division, Station, StationHost
from tests import world
from tests.conftest import Browser, make_app
from tests.security.registers import SPECS
from tests.security.spec import typed_into
from tests.world import CHILD, FIRST_STATION, MERGED, OWN, PASSWORD, SIBLING, canary
from views.base import RegisterView
from views.menu import MENU

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

VIEWS = [entry.view for entry in MENU if issubclass(entry.view, RegisterView)]
BASE = {view.class_permission_name: view.route_base for view in VIEWS}
BODIES = [[1], {"username": 5, "password": {}}, {"username": "\ud800"}, {"name": ["x"]}, "text", 5, None, {}]


def stored(app, key=FIRST_STATION):
    with app.app_context(), acting_as(SETUP):
        return db.session.scalars(select(Station).where(Station.id == key)).one()


@pytest.mark.parametrize("body", BODIES, ids=repr)
@pytest.mark.parametrize(
    "path", ["/login/", "/stations/add", f"/stations/edit/{FIRST_STATION}", "/stations/action_post"]
)
def test_json_is_no_form(app, client_as, path, body):
    browser = Browser(app) if path == "/login/" else client_as("town_admin")
    headers = {"X-CSRFToken": browser.token()}
    answer = browser.post(path, data=json.dumps(body), content_type="application/json", headers=headers)
    nothing_to_change = path.startswith("/stations/edit") and answer.status_code == 302
    assert 400 <= answer.status_code < 500 or nothing_to_change
    assert stored(app).name == canary("STA", OWN)


@pytest.mark.parametrize("name", ["username", "csrf_token", "name", "division_code", "founded_on", "rowid", "action"])
def test_a_file_is_no_field(app, client_as, name):
    for browser, path in ((Browser(app), "/login/"), (client_as("town_admin"), "/stations/add")):
        data = {"csrf_token": browser.token(), name: (io.BytesIO(b"x"), "x.txt")}
        answer = browser.post(path, data=data, content_type="multipart/form-data")
        assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=\x01",
        "application/xml",
        "text/plain",
        "",
        "x",
        "; ;=" * 99,
    ],
)
def test_any_content_type_is_answered(client_as, content_type):
    browser = client_as("town_admin")
    headers = {"X-CSRFToken": browser.token()}
    answer = browser.post(
        "/stations/add", data=b"--x\r\n\xff\x00name=1&&&=%zz", content_type=content_type, headers=headers
    )
    assert 400 <= answer.status_code < 500


def test_a_partial_post_keeps_what_it_does_not_name(app, client_as):
    browser = client_as("town_admin")
    browser.submit(f"/stations/edit/{FIRST_STATION}", {"has_plaque": "y"})
    assert stored(app).has_plaque
    assert browser.submit(f"/stations/edit/{FIRST_STATION}", {"name": "只改名"}).status_code == 302
    row = stored(app)
    assert (row.name, row.has_plaque, row.is_integrated, row.address) == ("只改名", True, True, canary("ADR", OWN))
    browser.submit(f"/stations/edit/{FIRST_STATION}", {"has_plaque__shown": "1"})
    assert not stored(app).has_plaque


@pytest.mark.parametrize("spec", [spec for spec in SPECS if "edit" in spec.methods], ids=lambda spec: spec.register)
def test_a_post_of_one_field_keeps_all_others_of_every_register(app, client_as, spec):
    """Secrets, ticks, keys and child rows too: what a form does not name, nobody meant to empty."""
    column, typed, _other = typed_into(spec.register)
    tables = [spec.table, *(child.table for child in spec.children)]

    def rows():
        with app.app_context(), db.engine.connect() as connection:
            return [world.read(connection, table) for table in tables]

    key, before = spec.keys[spec.home], rows()
    path = f"{BASE[spec.register]}/edit/{key}"
    assert client_as(spec.master).submit(path, {column: typed}).status_code == 302
    after = rows()
    old, new = before[0].pop(key), after[0].pop(key)
    found_by = {"search_text"} if column in getattr(spec.model, "__find__", ()) else set()  # follows the name
    assert {name for name in old if old[name] != new[name]} == {column, "version", "changed_at"} | found_by
    assert after == before


def test_fields_that_no_form_offers_are_not_written(app, client_as):
    extra = {"id": "7", "level": "VILLAGE", "city_code": "9901", "township_code": SIBLING, "created_at": "2000-01-01"}
    assert client_as("town_admin").submit(f"/stations/edit/{FIRST_STATION}", extra).status_code == 302
    row = stored(app)
    assert (row.id, row.township_code, row.city_code, row.level.name) == (FIRST_STATION, OWN, "3303", "TOWNSHIP")


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%0d%0aX: y",
        "/a b",
        "javascript:alert(1)",
        "\\\\e",
        "/\t/e",
    ],
)
def test_signing_in_leads_nowhere_else(app, target):
    browser = Browser(app)
    data = {"username": "town_admin", "password": PASSWORD, "csrf_token": browser.token()}
    answer = browser.post("/login/", query_string={"next": target}, data=data)
    assert answer.status_code == 302
    assert answer.location == "/"


def test_signing_in_leads_to_the_page_that_was_asked_for(app):
    browser = Browser(app)
    asked = browser.get("/stations/list/?q=五马&psize_StationView=10")
    data = {"username": "town_admin", "password": PASSWORD, "csrf_token": browser.token()}
    answer = browser.post(asked.location, data=data)
    assert browser.get(answer.location).status_code == 200
    assert answer.location.startswith("/stations/list/?q=")


def test_other_hosts_are_refused_where_they_are_named(new_database):
    browser = make_app(new_database("hosts"), TRUSTED_HOSTS=["ours.example"]).test_client()
    assert browser.get("/login/", headers={"Host": "ours.example"}).status_code == 200
    assert browser.get("/login", headers={"Host": "evil.example"}).status_code == 400


def test_error_pages_ask_the_database_for_nothing(app, client_as):
    """So they answer while somebody writes, and name the person all the same."""
    browser = client_as("town_admin")
    with app.app_context():
        engine = db.engine
    with engine.connect() as writer:
        writer.execute(text("UPDATE station SET address = 'x' WHERE id = :id"), {"id": FIRST_STATION})
        for path, status in (
            ("/stations/show/1", 404),
            ("/nichts", 404),
            ("/divisions/add", 403),
            ("/stations/list/?psize_StationView=x", 400),
        ):
            answer = browser.get(path)
            assert answer.status_code == status
            assert "姓名town_admin" in answer.get_data(as_text=True)
        writer.rollback()


def test_without_a_database_there_is_still_a_page(app, client_as, monkeypatch):
    browser = client_as("town_admin")
    with app.app_context():
        engine = db.engine
    monkeypatch.setattr(
        engine.dialect,
        "connect",
        lambda *a, **k: (_ for _ in ()).throw(engine.dialect.loaded_dbapi.OperationalError("away")),
    )
    engine.dispose()
    for path in ("/", "/stations/list/", "/nichts"):
        answer = browser.get(path)
        assert answer.status_code == 503
        assert "数据库暂时没有响应" in answer.get_data(as_text=True)


def test_a_retired_division_is_chosen_by_nobody(app, client_as):
    data = {"division_code": MERGED, "name": "撤并后新站", "host": "OFFICE"}
    answer = client_as("town_admin").submit("/stations/add", data)
    assert answer.status_code == 422
    assert "has-error" in answer.get_data(as_text=True)


def test_a_key_out_of_sight_shows_as_such(client_as):
    page = client_as("system_admin").get(f"/divisions/show/{MERGED}").get_data(as_text=True)
    assert re.search(r'<th scope="row">继任区划</th>\s*<td>—\s*</td>', page)


def test_the_history_of_a_moved_row_keeps_the_other_places_business(app, client_as):
    with app.app_context(), acting_as(SETUP):
        row = Station(division_code=CHILD, name="空站", host=StationHost.OFFICE)  # no row holds it where it is
        db.session.add(row)
        db.session.commit()
        key = row.id
        row.division_code = SIBLING
        db.session.commit()
        row.division_code, row.name = SIBLING, "别处的秘密"
        db.session.commit()
        row.division_code, row.name = CHILD, "回来了"
        db.session.commit()
    page = client_as("town_admin").get(f"/stations/history/{key}").get_data(as_text=True)
    assert "回来了" in page
    assert "别处的秘密" not in page


def test_a_deleted_row_does_not_pass_its_number_on(app, client_as):
    browser = client_as("town_admin")
    data = {"division_code": CHILD, "name": "先来的站", "host": "OFFICE", "address": "秘密地址"}
    first = browser.submit("/stations/add", data).location
    assert browser.submit(first.replace("show", "delete")).status_code == 302
    second = browser.submit("/stations/add", {**data, "name": "后来的站", "address": ""}).location
    assert second != first
    assert "秘密地址" not in browser.get(second.replace("show", "history")).get_data(as_text=True)


def test_a_division_keeps_its_flag_in_a_partial_post(app, client_as):
    with app.app_context(), acting_as(SETUP):
        db.session.get(Division, CHILD).is_pseudo = True
        db.session.commit()
    assert client_as("system_admin").submit(f"/divisions/edit/{CHILD}", {"name": "鼓楼"}).status_code == 302
    with app.app_context(), acting_as(SETUP):
        assert db.session.get(Division, CHILD).is_pseudo


def test_a_division_added_by_hand_is_pseudo_by_its_code(app, client_as):
    browser = client_as("system_admin")
    for code, is_pseudo in ((f"{OWN}598", True), (f"{OWN}098", False)):
        assert browser.submit("/divisions/add", {"code": code, "name": "手工区划"}).status_code == 302
        with app.app_context(), acting_as(SETUP):
            assert db.session.get(Division, code).is_pseudo is is_pseudo
