"""Which columns a person's list shows: of those that he may choose, in the order of declaration, for himself only."""

import re
from html import unescape

import pytest

from tests import records
from tests.world import OWN, canary
from views.base import RegisterView
from views.menu import MENU
from views.remembering import MAX_COLUMNS

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

VIEWS = [entry.view for entry in MENU if issubclass(entry.view, RegisterView)]
USUAL = ["站点名称", "所在区划", "级别", "依托", "有标牌", "建站日期", "提示"]


def choose(browser, *columns, base="/stations", **fields):
    return browser.submit(f"{base}/columns", {"column": list(columns), **fields})


def heads(browser, path="/stations/list/"):
    """What stands above the columns, without boxes to tick and links."""
    head = re.search(r"<thead>.*?</thead>", browser.get(path).text, re.DOTALL)[0]
    cells = re.findall(r"<th[^>]*>(.*?)</th>", head, re.DOTALL)
    words = [re.sub(r"<[^>]+>|[▼▲]", "", cell).strip() for cell in cells]
    return [word for word in words if word and word != "操作"]


def offered(browser, path):
    """{column: whether it is ticked} of the chooser."""
    found = re.findall(r'name="column" value="(\w+)"([^>]*)>', browser.get(path).text)
    return {name: "checked" in rest for name, rest in found}


def made(app, register):
    return next(v for v in app.appbuilder.baseviews if v.class_permission_name == register)


def test_the_chosen_columns_are_shown_in_the_order_of_declaration(client_as):
    browser = client_as("town_admin")
    assert heads(browser) == USUAL
    answer = choose(browser, "address", "level", "name")
    assert (answer.status_code, answer.location) == (303, "/stations/list/")
    assert heads(browser) == ["站点名称", "级别", "地址"]
    page = browser.get("/stations/list/").text
    assert canary("ADR", OWN) in page
    assert {name for name, ticked in offered(browser, "/stations/list/").items() if ticked} == {
        "name",
        "level",
        "address",
    }
    assert heads(browser, "/stations/list/?_oc_StationView=founded_on&_od_StationView=asc") == [
        "站点名称",
        "级别",
        "地址",
    ]


def test_the_default_comes_back(client_as):
    browser = client_as("town_admin")
    choose(browser, "level")
    choose(browser, "level", _default="1")
    assert heads(browser) == USUAL


def test_the_first_column_stays(client_as):
    browser = client_as("town_admin")
    for columns in ([], ["nothing"], ["host"]):
        choose(browser, *columns)
        assert heads(browser)[0] == "站点名称"
    assert 'href="/stations/show/' in browser.get("/stations/list/").text


def test_nobody_elses_list_changes(client_as):
    choose(client_as("town_admin"), "level")
    assert heads(client_as("county_admin")) == USUAL


def test_too_many_are_cut_and_said(client_as):
    browser = client_as("town_admin")
    every = [*offered(browser, "/stations/list/")]
    assert len(every) > MAX_COLUMNS
    page = browser.get(choose(browser, *every).location).text
    assert f"最多显示 {MAX_COLUMNS} 列" in page
    assert len(heads(browser)) == MAX_COLUMNS


def test_columns_that_the_register_no_longer_has_are_forgotten(app, client_as, monkeypatch):
    browser = client_as("town_admin")
    choose(browser, "address", "phone")
    view = made(app, "Station")
    monkeypatch.setattr(view, "choosable", ["name", "host"])
    assert heads(browser) == ["站点名称"]
    monkeypatch.setattr(view, "choosable", ["host"])
    assert heads(browser) == USUAL


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.class_permission_name)
def test_nothing_secret_private_or_long_is_offered(app, view):
    its = made(app, view.class_permission_name)
    assert its.choosable[0] == its.list_columns[0]
    assert set(its.choosable) <= {*its.list_columns, *its.show_columns}
    for name in its.choosable:
        info = its.datamodel.info(name)
        assert not [what for what in ("secret", "private", "multiline") if info.get(what)], name


@pytest.mark.parametrize(
    ("username", "base", "asked", "label"),
    [
        ("town_admin", "/cases", ["id_number", "address", "narrative", "phone", "safe_phone"], "身份证号"),
        ("town_admin", "/cases", ["opinion", "note"], "处理意见"),
        ("town_admin", "/units", ["contact", "phone"], "联系人"),
        ("city_admin", "/divisions", ["note"], "内部备注"),
        ("city_manager", "/accounts", ["password", "session_version", "locked_until", "email"], "密码"),
        ("town_admin", "/stations", ["id", "uid", "version", "city_code", "members", "__class__", "metadata"], "版本"),
    ],
)
def test_what_is_not_offered_is_not_shown(app, client_as, username, base, asked, label):
    """A secret column, one for few, one that no page of the register shows."""
    browser, view = client_as(username), next(view for view in VIEWS if view.route_base == base)
    assert choose(browser, *asked, base=base).status_code == 303
    shown = heads(browser, f"{base}/list/")
    assert shown == [str(made(app, view.class_permission_name).labels[view.list_columns[0]])]
    assert label not in shown
    assert not set(asked) & offered(browser, f"{base}/list/").keys()


def test_secrets_of_the_usual_list_stay_masked(app, client_as):
    """The usual columns of the rosters hold a masked telephone; by choice it can only go."""
    assert "phone" in made(app, "Volunteer").list_columns
    browser = client_as("town_admin")
    with app.app_context():
        records.volunteer(phone=records.PHONE)
    assert records.PHONE not in browser.get("/volunteers/list/").text
    choose(browser, "name", "phone", base="/volunteers")
    assert "联系电话" not in heads(browser, "/volunteers/list/")


def test_back_to_where_he_was(client_as):
    browser = client_as("town_admin")
    for query in ("_flt_0_level=VILLAGE&q=QX", "_s=none&_oc_StationView=name&_od_StationView=desc"):
        page = browser.get(f"/stations/list/?{query}").text
        back = unescape(re.search(r'name="_back" value="([^"]*)"', page)[1])
        answer = choose(browser, "level", _back=back)
        assert sorted(answer.location.partition("?")[2].split("&")) == sorted(query.split("&"))


@pytest.mark.parametrize(
    "back", ["//evil.example", "https://evil.example/", "\r\nX: y", "x" * 5000, "&&&=%zz", "a=1#b", "/../login"]
)
def test_back_leads_nowhere_else(client_as, back):
    answer = choose(client_as("town_admin"), "level", _back=back)
    assert answer.status_code == 303
    assert re.match(r"/stations/list/(\?|\Z)", answer.location)
    assert "X" not in answer.headers


def test_columns_of_relations_cost_no_statement_for_each_row(client_as, statements):
    browser = client_as("city_admin")
    choose(browser, "subject", "station", "division", "created_at", base="/cases")
    costs = []
    for size in (1, 100):
        statements.clear()
        assert browser.get(f"/cases/list/?psize_CaseView={size}").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]
