"""Searching a list: posted, remembered for one person, shown as chips; what is typed stands in no address."""

import io
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import text

from app.extensions import db
from models import Model
from tests import records, world
from tests.pages.lists import LEVEL, ask, chips, count, shown
from tests.security.answers import body_of
from tests.world import CHILD, CITY, FIRST_STATION, FOREIGN, OWN, SIBLING, canary

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

TYPED = "王小明甲"


def preferences(app):
    with app.app_context(), db.engine.connect() as connection:
        return connection.execute(text("SELECT user_id, name, value, changed_at FROM preference ORDER BY id")).all()


def test_a_search_leads_to_the_list_and_is_remembered(client_as):
    browser = client_as("town_admin")
    assert count(browser.get("/stations/list/").text) == 3
    where = ask(browser, **LEVEL)
    assert re.fullmatch(r"/stations/list/\?_s=[0-9a-f]{6}", where)
    page = browser.get(where).text
    assert chips(page) == {"级别：村(居)": "_flt_0_level"}
    assert count(page) == 2
    assert '<option value="VILLAGE" selected>' in page
    again = browser.get("/stations/list/").text
    assert chips(again) == chips(page)
    assert shown(again) == shown(page)


def test_filters_in_the_address_win_and_are_remembered_by_nobody(app, client_as):
    browser = client_as("town_admin")
    ask(browser, **LEVEL)
    before = preferences(app)
    page = browser.get("/stations/list/?_flt_0_level=TOWNSHIP").text
    assert chips(page) == {"级别：乡镇(街道)": "_flt_0_level"}
    assert "_s=" not in page
    assert count(browser.get("/stations/list/?_ended=no").text) == 3
    assert count(browser.get("/stations/list/?q=").text) == 3
    assert count(browser.get("/stations/list/").text) == 2
    assert preferences(app) == before


def test_older_searches_stay_under_their_ids(client_as):
    browser = client_as("town_admin")
    first, second = ask(browser, **LEVEL), ask(browser, q=canary("STA", OWN))
    assert count(browser.get(first).text) == 2
    assert shown(browser.get(second).text) == [canary("STA", OWN)]
    assert shown(browser.get("/stations/list/").text) == [canary("STA", OWN)]
    assert ask(browser, **LEVEL) == first


@pytest.mark.parametrize("id", ["ffffff", "none", "x", "", "%00", "é" * 50, "' OR 1=1"])
def test_an_unknown_id_is_the_whole_list_on_every_page_of_it(client_as, id):
    browser = client_as("town_admin")
    ask(browser, **LEVEL)
    answer = browser.get(f"/stations/list/?_s={id}&psize_StationView=1")
    if id == "%00":
        assert answer.status_code == 400
        return
    assert answer.status_code == 200
    assert count(answer.text) == 3
    assert chips(answer.text) == {}
    forward = unescape(re.search(r'rel="next" href="([^"]+)"', answer.text)[1])
    assert count(browser.get(forward).text) == 3


def test_nobody_else_has_it(client_as):
    mine, theirs = client_as("town_admin"), client_as("county_admin")
    where = ask(mine, q=TYPED)
    assert TYPED in mine.get(where).text
    for path in (where, "/stations/list/", "/stations/export"):
        assert TYPED not in body_of(theirs.get(path)), path
    assert count(theirs.get(where).text) > 3
    ask(theirs, q=canary("STA", SIBLING))
    assert chips(mine.get("/stations/list/").text) == {f"关键字：{TYPED}": "q"}


def test_forged_names_write_for_nobody_else(app, client_as):
    with app.app_context(), db.engine.connect() as connection:
        key = connection.scalar(text("SELECT id FROM ab_user WHERE username = 'county_admin'"))
        me = connection.scalar(text("SELECT id FROM ab_user WHERE username = 'town_admin'"))
    ask(client_as("town_admin"), q="甲", user_id=str(key), name="list:Case", id="1", register="Case", _s="aaaaaa")
    assert [(row.user_id, row.name) for row in preferences(app)] == [(me, "list:Station")]


def test_registers_remember_apart(client_as):
    browser = client_as("town_admin")
    where = ask(browser, q=TYPED)
    assert chips(browser.get(where.replace("stations", "cases")).text) == {}
    assert chips(browser.get("/volunteers/list/").text) == {}


def test_what_is_typed_stands_in_no_address(app, client_as):
    browser = client_as("town_admin")
    with app.app_context():
        records.case(name=TYPED, subject=f"{TYPED}求助")
    answers = [browser.submit("/cases/query", {"q": TYPED, "_flt_0_subject": TYPED, "psize": "10"})]
    answers += [browser.get(path) for path in (answers[0].location, "/cases/list/", "/cases/list/?page_CaseView=0")]
    assert chips(answers[1].text) == {f"关键字：{TYPED}": "q", f"事由：{TYPED}": "_flt_0_subject"}
    assert shown(answers[1].text) == [f"{TYPED}求助"]
    back = re.search(r'name="_back" value="([^"]*)"', answers[1].text)[1]
    answers.append(browser.submit("/cases/columns", {"column": ["subject", "category"], "_back": unescape(back)}))
    answers += [browser.get(answers[-1].location), browser.submit("/cases/query", {"q": TYPED, "_without": "x"})]
    for answer in answers:
        addresses = re.findall(r'(?:href|src|action|formaction|_back" value)="([^"]*)"', answer.text)
        assert len(addresses) > 0
        for told in (*map(unescape, addresses), *(value for _, value in answer.headers.items())):
            assert TYPED not in unquote(told)


def test_what_is_typed_stands_nowhere_in_the_database(app, client_as, database):
    browser = client_as("town_admin")
    typed = "李小红乙"  # in no row that any test has made and taken away
    page = browser.get(ask(browser, "/cases", q=typed, _flt_0_subject=typed)).text
    assert len(chips(page)) == 2
    assert len(preferences(app)) == 1
    with app.app_context(), db.engine.connect() as connection:
        for table in Model.metadata.sorted_tables:
            assert typed not in str(world.read(connection, table)), table.name
    if database == "sqlite":
        path = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
        stored = b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
        assert b"list:Case" in stored
        assert typed.encode() not in stored


BAD = [
    {"_flt_0_address": "x"},
    {"_flt_9_level": "VILLAGE"},
    {"_flt_0_level": "CASTLE"},
    {"_flt_0_": "x"},
    {"_flt_x_y": "x"},
    {"_flt_0_founded_on": "2026-02-30"},
    {"_ended": "maybe"},
    {"q": "字" * 101},
    {"_flt_0_name": ["x"] * 31},
    {"psize": "x"},
    {"psize": "-1"},
    {"q": "a\x00b"},
]


@pytest.mark.parametrize("fields", BAD, ids=str)
def test_what_no_panel_posts_is_refused_and_not_remembered(app, client_as, fields):
    browser = client_as("town_admin")
    assert browser.submit("/stations/query", fields).status_code == 400
    assert preferences(app) == []


@pytest.mark.parametrize("path", ["/stations/query", "/stations/columns"])
def test_it_is_posted_with_a_token_by_who_may_look(app, client_as, path):
    browser = client_as("town_admin")
    assert browser.post(path, data={"q": "甲"}).status_code == 400
    assert browser.get(path).status_code == 405
    assert client_as("nowhere").submit(path, {"q": "甲"}).status_code == 403
    stranger = app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', stranger.get("/login/").text)[1]
    assert "/login/" in stranger.post(path, data={"q": "甲", "csrf_token": token}).location
    assert preferences(app) == []


def test_reading_writes_nothing(app, client_as, statements):
    browser = client_as("town_admin")
    where = ask(browser, **LEVEL)
    statements.clear()
    for path in (where, "/stations/list/", "/stations/export", "/stations/list/?q=x&psize_StationView=50"):
        assert browser.get(path).status_code == 200
    assert not [s for s in statements if s.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_memory_costs_one_statement(client_as, statements):
    browser = client_as("town_admin")

    def cost():
        statements.clear()
        assert browser.get("/stations/list/").status_code == 200
        assert sum("FROM preference" in statement for statement in statements) == 1
        return len(statements)

    before = cost()
    ask(browser, **LEVEL)
    assert cost() == before


# ---- links, page size, export


def test_links_carry_the_search(client_as):
    browser = client_as("city_admin")
    where = ask(browser, q="STA", psize="1")
    id = where.partition("_s=")[2]
    page = browser.get("/stations/list/?_oc_StationView=name&_od_StationView=desc").text
    links = [unescape(link) for link in re.findall(r'href="(/stations/(?:list/|export)\?[^"]*)"', page)]
    assert len(links) >= 6
    assert all(f"_s={id}" in link for link in links)
    ask(browser, **LEVEL)
    forward = next(link for link in links if "page_StationView=1" in link)
    assert chips(browser.get(forward).text) == {"关键字：STA": "q"}


def test_the_page_size_is_remembered_with_the_search(client_as):
    browser = client_as("city_admin")
    ask(browser, psize="10")
    assert 'name="psize" value="10"' in browser.get("/stations/list/").text
    assert 'name="psize" value="50"' in browser.get("/stations/list/?psize_StationView=50").text
    ask(browser, q="QX")
    assert 'name="psize" value="10"' in browser.get("/stations/list/").text


@pytest.mark.parametrize(("by", "rows"), [("newest", 2), ("id", 2), ("unknown", 3), ("address", 3)])
def test_the_export_is_what_the_list_shows(client_as, by, rows):
    browser = client_as("town_admin")
    id = ask(browser, **LEVEL).partition("?")[2]
    query = {"newest": "", "id": f"?{id}", "unknown": "?_s=ffffff", "address": "?q=STA"}[by]
    listed = shown(browser.get(f"/stations/list/{query}").text)
    book = CalamineWorkbook.from_filelike(io.BytesIO(browser.get(f"/stations/export{query}").data))
    exported = book.get_sheet_by_index(0).to_python()[1:]
    assert [row[0] for row in exported] == listed
    assert len(listed) == rows


# ---- what changed since


def test_a_relation_out_of_sight_still_filters(app, client_as):
    browser = client_as("town_admin")
    far = str(first_station(app, FOREIGN))
    page = browser.get(ask(browser, "/volunteers", _flt_0_station_id=far)).text
    assert chips(page) == {"所属维权站：（您看不到的记录）": "_flt_0_station_id"}
    assert count(page) == 0
    assert canary("STA", f"{FOREIGN}01001") not in page
    page = browser.get(ask(browser, "/volunteers", _flt_0_station_id=str(FIRST_STATION))).text
    assert chips(page) == {f"所属维权站：{canary('STA', OWN)}": "_flt_0_station_id"}
    assert count(page) == 1


def first_station(app, place):
    with app.app_context(), db.engine.connect() as connection:
        found = text("SELECT min(id) FROM station WHERE division_code LIKE :place || '%'")
        return connection.scalar(found, {"place": place})


def test_a_search_that_the_register_no_longer_knows_is_left_out(client_as, monkeypatch):
    browser = client_as("town_admin")
    where = ask(browser, **LEVEL)
    view = next(v for v in browser.app.appbuilder.baseviews if type(v).__name__ == "StationView")
    monkeypatch.setattr(view, "search_columns", ["division_code", "name"])
    for path in (where, "/stations/list/", "/stations/export"):
        assert browser.get(path).status_code == 200
    assert count(browser.get(where).text) == 3


@pytest.mark.parametrize(
    ("username", "base", "fields", "said"),
    [
        ("city_manager", "/accounts", {"_flt_0_active": "y"}, {"启用：是": "_flt_0_active"}),
        ("city_manager", "/roles", {"q": "督导"}, {"关键字：督导": "q"}),
        ("town_admin", "/trainings", {"_flt_0_organizer": "WOMEN"}, {"主办：妇联": "_flt_0_organizer"}),
        ("city_admin", "/divisions", {"q": "五马"}, {"关键字：五马": "q"}),
    ],
)  # fmt: skip
def test_every_list_remembers(client_as, username, base, fields, said):
    browser = client_as(username)
    page = browser.get(ask(browser, base, **fields)).text
    assert chips(page) == said
    assert chips(browser.get(f"{base}/list/").text) == said


def test_the_scope_holds_whatever_is_remembered(client_as):
    browser = client_as("town_admin")
    page = browser.get(ask(browser, _flt_0_division_code=CITY, q="STA")).text
    assert set(shown(page)) == {canary("STA", code) for code in (OWN, CHILD, "330302006046")}
