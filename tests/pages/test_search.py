"""The search: its page, what it says to a script, and what it costs."""

import re
import uuid
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from app import search
from app.extensions import db
from models import Division, Station, Volunteer
from tests import records, world
from tests.pages.chinese import problems
from tests.world import CHILD, COUNTY, FIRST_STATION, OWN

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

JSON = {"Accept": "application/json"}


def ask(browser, q, path="/search/"):
    return browser.submit(path, {"q": q}, headers=JSON if "suggest" in path else {})


def suggested(browser, q):
    """[(label, [texts])] of what the box shows."""
    answer = ask(browser, q, "/search/suggest")
    assert answer.status_code == 200
    return [(group["label"], [item["text"] for item in group["items"]]) for group in answer.get_json()["groups"]]


def shown(answer):
    """[(label, [address])] of what the page lists."""
    parts = answer.text.split('<section class="card" aria-labelledby="group-')[1:]
    return [
        (re.search(r'id="group-\d+">([^<\n]+) <', part)[1], re.findall(r'<li><a href="([^"]+)"', part))
        for part in parts
    ]


@pytest.mark.parametrize("q", ["五马街道", "马街", "马", "wmjd", "WMJD", "ｗｍ ｊｄ", "wumajiedao", "umaji"])
def test_a_place_is_found_by_its_name_and_its_sounds(client_as, q):
    assert ("区划", ["五马街道"]) in suggested(client_as("town_admin"), q)
    assert ("区划", [f"/divisions/show/{OWN}"]) in shown(ask(client_as("town_admin"), q))


def test_an_item_says_where_it_lies_and_leads_to_its_page(app, client_as):
    browser = client_as("town_admin")
    volunteer(app, CHILD, name="单素梅", number="330302-00042")
    ((group,),) = [ask(browser, "ssm", "/search/suggest").get_json()["groups"]]
    (item,) = group["items"]
    assert group["label"] == "队伍"
    assert (item["text"], item["where"], item["mark"]) == ("单素梅（330302-00042）", "鹿城区 五马街道 鼓楼社区", "")
    assert "单素梅" in browser.get(item["url"]).text
    assert suggested(browser, "330302-00042") == suggested(browser, "shansumei") == [("队伍", [item["text"]])]


def test_groups_stand_in_the_order_of_the_menu(client_as):
    labels = [label for label, _ in suggested(client_as("town_admin"), "q")]
    assert labels == ["维权站", "班子", "成员单位", "队伍", "区划"]


def test_what_has_ended_comes_last_and_says_so(app, client_as):
    for name in ("单一", "单二"):
        volunteer(app, OWN, name=name)
    with app.app_context(), db.engine.begin() as connection:
        gone = {"ended_on": date(2026, 1, 1), "ended_reason": "调离"}
        connection.execute(update(Volunteer.__table__).where(Volunteer.name == "单一").values(gone))
    browser = client_as("town_admin")
    ((_, items),) = [(g["label"], g["items"]) for g in ask(browser, "单", "/search/suggest").get_json()["groups"]]
    assert [(item["text"][:2], item["mark"]) for item in items] == [("单二", ""), ("单一", "已离任")]
    (places,) = [g["items"] for g in ask(browser, "墨池", "/search/suggest").get_json()["groups"]]
    assert [(item["text"], item["mark"]) for item in places] == [("墨池社区", "已撤销")]
    assert "已离任" in ask(browser, "单").text


def test_a_long_find_is_cut_and_says_so(app, client_as):
    key = volunteer(app, OWN, name="单丽")
    copies(app, key, 60)
    browser = client_as("town_admin")
    ((group,),) = [ask(browser, "单丽", "/search/suggest").get_json()["groups"]]
    assert (len(group["items"]), group["more"]) == (5, True)
    page = ask(browser, "单丽")
    ((_, links),) = shown(page)
    assert len(set(links)) == 50
    assert "只列出前 50 条" in page.text
    assert "只列出前" not in ask(browser, "鼓楼").text


def volunteer(app, code, name, **columns):
    with app.app_context():
        return records.volunteer(code, name=name, **columns)


def copies(app, key, number):
    """Make `number` copies of a volunteer, with numbers of their own."""
    table = Volunteer.__table__
    with app.app_context(), db.engine.begin() as connection:
        made = dict(connection.execute(select(table).where(table.c.id == key)).mappings().one())
        del made["id"]
        rows = [made | {"uid": uuid.uuid4().hex, "number": f"{COUNTY}-9{n:04}"} for n in range(number)]
        connection.execute(insert(table), rows)


# ---- what is typed


def test_the_page_begins_with_an_empty_box(client_as):
    page = client_as("town_admin").get("/search/?q=五马")
    assert page.status_code == 200
    assert 'name="q" value=""' in page.text
    assert shown(page) == []
    assert "没有找到" not in page.text


def test_what_is_typed_stands_in_the_box_and_in_no_address(client_as):
    answer = ask(client_as("town_admin"), '五马"<b>')
    assert 'value="五马&#34;&lt;b&gt;"' in answer.text
    assert "location" not in answer.headers
    assert not re.search(r'(?:href|action)="[^"]*五马', answer.text)
    assert "没有找到" in answer.text


@pytest.mark.parametrize("q", ["", " 　", "-", "\u200b", "五" * 101])
def test_what_cannot_be_looked_for_is_answered_in_chinese(client_as, q):
    browser = client_as("town_admin")
    page, script = ask(browser, q), ask(browser, q, "/search/suggest")
    assert (page.status_code, script.status_code) == (422, 422)
    said = "查询内容不能超过 100 个字。" if len(q) > 100 else "请输入要查找的名称、姓名或编号。"
    assert said in page.text
    assert 'aria-invalid="true"' in page.text
    assert script.get_json() == {"groups": [], "message": said}
    assert not problems("search", page)
    assert not problems("suggest", script)


@pytest.mark.parametrize("q", ["%", "_", "\\", "' OR ''='", "😀", "\ud800".encode("utf-8", "surrogatepass"), "ﷺ" * 100])
def test_strange_letters_are_letters(client_as, q):
    browser = client_as("city_admin")
    assert ask(browser, q).status_code in (200, 422)
    assert ask(browser, q, "/search/suggest").get_json()["groups"] == []


def test_nul_and_json_and_files_are_refused(client_as):
    browser = client_as("town_admin")
    assert ask(browser, "五\0马").status_code == 400
    answer = browser.post("/search/suggest", json={"q": "五马"}, headers={"X-CSRFToken": browser.token()})
    assert (answer.status_code, answer.get_json()["groups"]) == (422, [])


def test_a_search_without_the_token_of_a_page_is_refused(client_as):
    assert client_as("town_admin").post("/search/suggest", data={"q": "五马"}).status_code == 400


def test_the_page_speaks_chinese(client_as):
    browser = client_as("town_admin")
    for answer in (browser.get("/search/"), ask(browser, "q"), ask(browser, "无此人")):
        assert not problems("search", answer)


# ---- the other places that find by names


def test_a_list_and_its_export_find_by_sounds(app, client_as):
    browser = client_as("town_admin")
    volunteer(app, OWN, name="尉迟霞")
    for q in ("ycx", "yuchixia", "尉迟", "迟"):
        page = browser.get(f"/volunteers/list/?q={q}")
        assert "共 1 条" in page.text, q
    assert "共 0 条" in browser.get("/volunteers/list/?q=weichi").text


def test_a_list_still_finds_by_its_other_columns(client_as):
    browser = client_as("town_admin")
    assert "共 1 条" in browser.get(f"/stations/list/?q=ADR-{OWN}-").text
    assert "共 1 条" in browser.get(f"/cases/list/?q=case-{OWN}-").text


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/stations/options/division_code?verb=add&q=wmjd", "五马街道"),
        ("/stations/options/division_code?verb=add&q=guloushequ", "鼓楼社区"),
        ("/stations/options/division_code?verb=add&q=３３０３０２００６０４４", "鼓楼社区"),
        ("/volunteers/options/station_id?verb=add&q=qwz", "青蛙站"),
        ("/volunteers/options/station_id?verb=add&q=蛙", "青蛙站"),
    ],
)
def test_a_choice_is_found_by_sounds(app, client_as, path, text):
    browser = client_as("town_admin")
    browser.submit(f"/stations/edit/{FIRST_STATION}", {"name": "青蛙站"})
    items = browser.get(path).get_json()["items"]
    assert [item["text"] for item in items] == [text]


def test_a_choice_of_nothing_but_blanks_is_no_choice_of_all(client_as):
    assert client_as("town_admin").get("/stations/options/division_code?verb=add&q=-").get_json()["items"] == []


# ---- what it costs


def test_a_search_costs_the_same_whatever_it_finds(app, client_as, statements):
    browser, counted = client_as("city_admin"), []
    token = browser.token()
    key = volunteer(app, OWN, name="单丽")
    for number in (0, 40):
        copies(app, key, number) if number else None
        for path in ("/search/", "/search/suggest"):
            statements.clear()
            answer = browser.post(path, data={"q": "单丽", "csrf_token": token})
            assert "单丽" in answer.get_data(as_text=True)
            counted.append(len(statements))
    assert max(counted) <= 10, statements
    assert counted[:2] == counted[2:]


def test_a_search_waits_for_nobody_who_writes(app, client_as, database):
    """On SQLite a writing transaction would queue behind the other one, and answer 503 in the end."""
    browser = client_as("town_admin")
    token = browser.token()
    with app.app_context(), db.engine.connect() as other:
        other.execute(update(Station.__table__).values(address="写"))
        answer = browser.post("/search/suggest", data={"q": "五马", "csrf_token": token})
        other.rollback()
    assert [group["label"] for group in answer.get_json()["groups"]] == ["区划"]


def test_a_search_writes_nothing(app, client_as, monkeypatch):
    """Its transaction only reads; the guard refuses what would be written in it."""

    def careless(*_args, **_options):
        db.session.scalars(select(Division).where(Division.code == OWN)).one().name = "改名"
        db.session.commit()
        return []

    browser = client_as("system_admin")
    monkeypatch.setattr(search, "find", careless)
    assert ask(browser, "五马").status_code == 500
    with app.app_context(), db.engine.connect() as connection:
        assert world.read(connection, Division.__table__)[OWN]["name"] == "五马街道"
