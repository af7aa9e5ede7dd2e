"""Every page speaks Chinese: what people can reach, what goes wrong, and what scripts are answered."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from app import divisions
from app.extensions import db
from app.scope import acting_as
from app.security.actor import OPERATOR
from models import Station, StationHost
from tests.conftest import IS_AUDIT, Browser
from tests.pages.chinese import REACHED, Page, crawl, problems, problems_of_page
from tests.world import CHILD, CITY, COUNTY, FIRST_STATION, FOREIGN, OWN, PEOPLE, SIBLING, canary

pytestmark = pytest.mark.in_turns  # the words are the same whatever the database

# Who sees the pages of town_admin or manager, or some of them.
ALIKE = ("city_admin", "county_admin", "foreign_admin", "village_admin", "mixed", "city_manager", "staff")
ALIKE_ROWS = 3  # looked at of one kind of page, in make test
CAN_SIGN_IN = [
    pytest.param(person, marks=pytest.mark.in_audit) if person.username in ALIKE else person
    for person in PEOPLE.values()
    if person.active
]
JSON = {"Accept": "application/json"}
OPTIONS = "/stations/options/division_code"
STATION, CHILD_STATION = FIRST_STATION, FIRST_STATION + 1  # in OWN and in CHILD
BARE = FIRST_STATION + 999  # a station that no row refers to, where a test makes it
GOOD_STATION = {"division_code": CHILD, "name": "鼓楼社区第二妇女维权站", "host": "OFFICE"}

# ---- the checks can fail


@pytest.mark.parametrize(
    "html",
    [
        "<p>Save</p>",
        "<p>保存 Save</p>",
        "<p>保存Save</p>",
        "<title>List Users</title>",
        "<p title='Save'></p>",
        "<input placeholder='Search'>",
        "<a aria-label='Close'></a>",
        "<img alt='Logo'>",
        "<input type='submit' value='Save'>",
        "<input value='Default'>",
        "<button data-confirm='Are you sure?'>删除</button>",
        "<option>None</option>",
        "<p>&#83;ave</p>",
        "<script>let x</script><p>Save</p>",
        "<p>Excellent</p>",
        "<p>STA-330302006-QX-Save</p>",
        "<p>disabled</p>",
    ],
)
def test_checker_catches_a_stray(html):
    assert problems_of_page("seeded", f'<html lang="zh-CN">{html}</html>')


@pytest.mark.parametrize("lang", ["<html>", '<html lang="en">', '<html lang="zh">', ""])
def test_checker_catches_a_wrong_language(lang):
    assert problems_of_page("seeded", f"{lang}<p>保存</p>") == [f"seeded: lang={Page(lang).lang!r}"]


def test_checker_lets_pass_what_is_not_read():
    html = """<html lang="zh-CN"><head><title>维权站</title><style>.save {}</style><script>let save = "Save";</script>
    </head><body class="home"><!-- Save --><a href="/save" id="save">导出 Excel</a> A1 STA-330302006-QX 姓名town_admin
    <input type="hidden" name="csrf_token" value="Save"><button name="action" value="save">保存</button></body>"""
    assert not problems_of_page("seeded", html)


def test_checker_catches_a_stray_in_json(app: Flask):
    with app.app_context():
        answer = app.json.response(items=[{"text": "鹿城区", "more": True}], message={"deep": ["Not found"]})
    assert problems("seeded", answer) == ["seeded: 'Not' in 'Not found'", "seeded: 'found' in 'Not found'"]


def test_crawler_follows_redirects_and_links_once(client_as):
    browser = client_as("town_admin")
    paths = [path for path, _ in crawl(browser, "/stations/", "/stations/")]
    assert paths[:2] == ["/stations/", "/stations/list/"]
    assert f"/stations/show/{STATION}" in paths
    assert len(paths) == len(set(paths))


# ---- pages that links lead to


@pytest.mark.parametrize("person", CAN_SIGN_IN, ids=lambda person: getattr(person, "username", None))
def test_every_page_of_a_person_is_chinese(app: Flask, client_as, person):
    found, reached = [], set()
    adapter = app.url_map.bind("localhost")
    for path, answer in crawl(client_as(person.username), alike=0 if IS_AUDIT else ALIKE_ROWS):
        assert answer.status_code == 200, f"{path}: {answer.status}"
        found += problems(path, answer)
        reached.add(adapter.match(path)[0])
    assert not found, "\n".join(found)
    roles = set() if person.expired else {role for role, _ in person.scopes}
    assert {"HomeView.index"}.union(*(REACHED[role] for role in roles)) <= reached


def test_a_stranger_sees_chinese(app: Flask):
    visited = list(crawl(Browser(app)))
    assert [path for path, _ in visited] == ["/", "/login/"]
    assert not [problem for path, answer in visited for problem in problems(path, answer)]


@pytest.mark.parametrize(
    "address",
    [
        "/stations/list/?q=没有这个站",
        "/stations/list/?_flt_0_host=SELF",
        "/stations/list/?_oc_StationView=founded_on&_od_StationView=desc&psize_StationView=10",
        f"/stations/list/?_flt_0_division_code={CHILD}&_flt_0_founded_on=2011-01-01&_flt_1_founded_on=2012-01-01",
        "/stations/list/?page_StationView=7",
        f"/stations/add?division_code={CHILD}",
        f"/stations/history/{STATION}?page=9",
        "/divisions/list/?_flt_0_level=VILLAGE&_flt_0_is_pseudo=n",
        "/stations/export?q=没有这个站",
        "/stations/list/?_l_=en",
    ],
)
def test_lists_that_are_asked_for_are_chinese(client_as, address):
    answer = client_as("town_admin").get(address)
    assert answer.status_code == 200
    assert not problems(address, answer)


# ---- what goes wrong


@pytest.mark.parametrize(
    ("status", "method", "address"),
    [
        (404, "GET", "/nothing"),
        (404, "GET", "/static/nothing.css"),
        (404, "GET", "/users/list/"),
        (404, "GET", "/stations/show/1"),
        (404, "GET", "/stations/show/Save"),
        (404, "GET", f"/divisions/show/{SIBLING}"),
        (404, "GET", "/stations/options/name"),
        (403, "GET", "/divisions/add"),
        (403, "GET", f"/divisions/edit/{CHILD}"),
        (405, "POST", "/"),
        (405, "POST", "/stations/list/"),
        (405, "GET", "/logout/"),
        (405, "GET", f"/stations/delete/{STATION}"),
        (405, "DELETE", f"/stations/show/{STATION}"),
        (400, "POST", "/stations/add"),
        (400, "GET", "/stations/list/?page_StationView=x"),
        (400, "GET", "/stations/list/?psize_StationView=-1"),
        (400, "GET", "/stations/list/?_oc_StationView=id"),
        (400, "GET", "/stations/list/?_oc_StationView=name&_od_StationView=up"),
        (400, "GET", "/stations/list/?_flt_0_phone=1"),
        (400, "GET", "/stations/list/?_flt_9_name=1"),
        (400, "GET", "/stations/list/?_flt_0_host=NONE"),
        (400, "GET", "/stations/list/?_flt_0_founded_on=2020-02-30"),
        (400, "GET", "/stations/list/?_flt_0_has_plaque=1"),
        (400, "GET", f"/stations/list/?q={'站' * 101}"),
        (400, "GET", "/stations/list/?q=%00"),
        (400, "GET", "/stations/show/%00"),
        (400, "GET", "/stations/export?page_StationView=x"),
        (400, "GET", f"/stations/history/{STATION}?page=x"),
    ],
)
def test_error_pages_are_chinese(client_as, status, method, address):
    browser = client_as("town_admin")
    for kind in ("text/html", "application/json"):
        answer = browser.open(address, method=method, headers={"Accept": kind})
        assert (answer.status_code, answer.mimetype) == (status, kind)
        assert not problems(address, answer)


@pytest.mark.parametrize(("status", "method", "address"), [(404, "GET", "/nothing"), (405, "POST", "/")])
def test_error_pages_for_a_stranger_are_chinese(app: Flask, status, method, address):
    answer = app.test_client().open(address, method=method)
    assert answer.status_code == status
    assert not problems(address, answer)


@pytest.mark.parametrize("headers", [{}, JSON], ids=["page", "json"])
@pytest.mark.parametrize(
    ("status", "error"), [(500, ZeroDivisionError()), (503, OperationalError("SELECT", {}, Exception("gone")))]
)
def test_error_pages_of_the_product_itself_are_chinese(client_as, monkeypatch, status, error, headers):
    browser = client_as("town_admin")

    def fail(codes: Any) -> dict[str, str]:
        raise error

    monkeypatch.setattr(divisions, "paths_of", fail)
    answer = browser.get("/", headers=headers)
    assert answer.status_code == status
    assert not problems(str(status), answer)


def test_the_page_for_too_much_content_is_chinese(app: Flask, client_as, monkeypatch):
    browser = client_as("town_admin")
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 100)
    answer = browser.submit("/stations/add", {"name": "站" * 100})
    assert answer.status_code == 413
    assert not problems("413", answer)


@pytest.mark.parametrize(
    "data",
    [{"action": "nothing"}, {"action": "bulk_plaque", "rowid": [str(n) for n in range(1001)]}],
    ids=["action", "too_many"],
)
def test_refused_actions_are_chinese(client_as, data):
    answer = client_as("town_admin").submit("/stations/action_post", data)
    assert answer.status_code == 400
    assert not problems("action", answer)


# ---- what forms answer


@pytest.mark.parametrize(
    ("username", "path", "data"),
    [
        ("town_admin", "/stations/add", {}),
        ("town_admin", "/stations/add", GOOD_STATION | {"host": "NONE"}),
        ("town_admin", "/stations/add", GOOD_STATION | {"name": "站" * 51}),
        ("town_admin", "/stations/add", GOOD_STATION | {"name": "站\x07"}),
        ("town_admin", "/stations/add", GOOD_STATION | {"name": canary("STA", CHILD)}),
        ("town_admin", "/stations/add", GOOD_STATION | {"address": "址" * 101}),
        ("town_admin", "/stations/add", GOOD_STATION | {"phone": "电话"}),
        ("town_admin", "/stations/add", GOOD_STATION | {"phone": "1" * 21}),
        ("town_admin", "/stations/add", GOOD_STATION | {"founded_on": "去年"}),
        ("town_admin", "/stations/add", GOOD_STATION | {"founded_on": "2020-02-30"}),
        ("town_admin", "/stations/add", GOOD_STATION | {"founded_on": "2999-01-01"}),
        ("town_admin", "/stations/add", GOOD_STATION | {"founded_on": "1900-01-01"}),
        ("town_admin", "/stations/add", GOOD_STATION | {"division_code": SIBLING}),
        ("town_admin", "/stations/add", GOOD_STATION | {"division_code": "没有"}),
        ("county_admin", "/stations/add", GOOD_STATION | {"division_code": COUNTY}),
        ("town_admin", f"/stations/edit/{CHILD_STATION}", dict.fromkeys(GOOD_STATION, "")),
        ("town_admin", f"/stations/edit/{CHILD_STATION}", GOOD_STATION | {"division_code": FOREIGN}),
        ("system_admin", "/divisions/add", {}),
        ("system_admin", "/divisions/add", {"code": "33030200", "name": "新社区"}),
        ("system_admin", "/divisions/add", {"code": "3" * 13, "name": "新社区"}),
        ("system_admin", "/divisions/add", {"code": "代码", "name": "新社区"}),
        ("system_admin", "/divisions/add", {"code": CHILD, "name": "新社区"}),
        ("system_admin", "/divisions/add", {"code": f"{OWN}099", "name": "区" * 51, "note": "注" * 501}),
        ("system_admin", f"/divisions/edit/{CHILD}", {"name": ""}),
        ("system_admin", f"/divisions/edit/{CHILD}", {"name": "鼓楼社区", "retired_on": "2020-02-30"}),
        ("system_admin", f"/divisions/edit/{CHILD}", {"name": "鼓楼社区", "succeeded_by": OWN}),
        ("system_admin", f"/divisions/edit/{CHILD}", {"name": "鼓楼社区", "succeeded_by": CITY + "99"}),
    ],
)
def test_validation_errors_are_chinese(client_as, username, path, data):
    answer = client_as(username).submit(path, data)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "has-error" in text or "alert-danger" in text
    assert not problems(path, answer)


def test_a_division_out_of_reach_is_refused_in_chinese(client_as):
    answer = client_as("system_admin").submit("/divisions/add", {"code": f"{SIBLING}099", "name": "新社区"})
    assert answer.status_code == 422
    assert "新社区" in answer.get_data(as_text=True)
    assert not problems("/divisions/add", answer)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/stations/add", GOOD_STATION),
        ("/stations/add", GOOD_STATION | {"_another": "1"}),
        (f"/stations/edit/{STATION}", {"host": "SELF", "phone": "(0577) 12338"}),
        (f"/stations/edit/{BARE}", GOOD_STATION | {"host": "SELF", "phone": "(0577) 12338"}),
        (f"/stations/delete/{BARE}", {}),
        (f"/stations/delete/{STATION}", {}),  # in use
        ("/stations/action_post", {"action": "bulk_plaque", "rowid": [str(STATION), str(CHILD_STATION)]}),
        ("/stations/action_post", {"action": "bulk_delete", "rowid": [str(BARE)]}),
        ("/stations/action_post", {"action": "bulk_delete", "rowid": [str(STATION)]}),  # in use
        ("/stations/action_post", {"action": "bulk_delete"}),
    ],
)
def test_what_is_said_after_a_change_is_chinese(app: Flask, client_as, path, data):
    with app.app_context(), acting_as(OPERATOR):
        db.session.add(Station(id=BARE, division_code=OWN, name="空站", host=StationHost.OFFICE))
        db.session.commit()
    browser = client_as("town_admin")
    answer = browser.submit(path, data, follow_redirects=True)
    assert answer.status_code == 200
    assert 'role="status"' in answer.get_data(as_text=True)
    assert not problems(path, answer)
    visited = crawl(browser, "/stations/list/", "/stations/")  # everything: see test_chinese_registers
    again = [problem for page, result in visited for problem in problems(page, result)]
    assert not again, "\n".join(again)


@pytest.mark.parametrize("code", [OWN, CHILD])
def test_what_is_said_when_something_is_in_use_is_chinese(client_as, code):
    answer = client_as("system_admin").submit(f"/divisions/delete/{code}", follow_redirects=True)
    assert "不能删除。" in answer.get_data(as_text=True)
    assert "alert-danger" in answer.get_data(as_text=True)
    assert not problems(code, answer)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"username": "张三"},
        {"username": "张三", "password": "1"},
        {"username": "张" * 129, "password": "1"},
        {"username": "张三", "password": "1" * 257},
    ],
)
def test_refused_sign_in_is_chinese(app: Flask, data):
    answer = Browser(app).submit("/login/", data, page="/login/")
    assert answer.status_code == 422
    assert not problems("/login/", answer)


def test_signing_out_is_chinese(client_as):
    answer = client_as("town_admin").submit("/logout/", follow_redirects=True)
    assert "您已退出登录。" in answer.get_data(as_text=True)
    assert not problems("/logout/", answer)


# ---- what scripts are answered


@pytest.mark.parametrize("username", ["town_admin", "village_admin", "city_admin", "supervisor", "mixed"])
def test_choices_are_chinese(client_as, username):
    browser = client_as(username)
    for query in ("", "?q=社区", f"?parent={OWN}", "?page=1", "?q=没有这个地方"):
        answer = browser.get(OPTIONS + query, headers=JSON)
        assert answer.status_code == 200
        assert answer.get_json().keys() == {"items", "more"}
        assert not problems(query, answer)


def test_choices_name_places_in_chinese(client_as):
    (item,) = client_as("town_admin").get(OPTIONS, headers=JSON).get_json()["items"]
    assert (item["text"], item["path"], item["level"]) == ("五马街道", "鹿城区 五马街道", "乡镇(街道)")


@pytest.mark.parametrize(
    ("username", "method", "query", "status"),
    [
        ("town_admin", "GET", "?page=x", 400),
        ("town_admin", "GET", f"?q={'站' * 101}", 400),
        ("town_admin", "GET", f"?parent={'9' * 101}", 400),
        ("town_admin", "GET", "?q=%00", 400),
        ("town_admin", "GET", "?verb=delete", 404),
        ("town_admin", "POST", "", 405),
        ("supervisor", "GET", "?verb=add", 403),
        ("nowhere", "GET", "", 403),
        ("expired", "GET", "", 403),
        (None, "GET", "", 401),
    ],
)
def test_refused_choices_are_chinese(app: Flask, client_as, username, method, query, status):
    browser = client_as(username) if username else Browser(app)
    answer = browser.open(OPTIONS + query, method=method, headers=JSON)
    assert answer.status_code == status
    assert re.search(r"[\u4e00-\u9fff]", answer.get_json()["message"])
    assert not problems(query, answer)
