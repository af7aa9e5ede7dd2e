"""统计: the page, what it is asked for, its workbook; whether numbers are right, tests.unit.test_statistics asks."""

import html
import io
import re

import pytest
from python_calamine import CalamineWorkbook

from tests.unit import counted
from tests.world import CHILD, COUNTY, OWN, SIBLING

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases
NUMBER = re.compile(r'<a href="(/cases/(?:list|visits)/\?[^"]+)">(\d+)<span class="visually-hidden">：')
TABLE, BOARD = "/cases/statistics/", "/cases/aims/"


def links(page):
    """[(address, number)] of the table."""
    return [(html.unescape(address), int(n)) for address, n in NUMBER.findall(page)]


def told(browser, address):
    """How many rows the list says it has."""
    page = browser.get(address)
    assert page.status_code == 200, (address, page.status)
    return int(re.search(r"共 (\d+) [条次]", page.text)[1])


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ("city_admin", "?period=2026"),
        ("mixed", "?rows=division&columns=difficulty&period=2025"),
        ("town_admin", "?rows=division&columns=quarter&measure=visits&period=2025"),
        ("village_admin", "?rows=state&columns=category&first=2025-02-10&last=2026-11-20"),
    ],
)
def test_every_number_of_a_page_leads_to_as_many_rows(app, client_as, who, asked):
    with app.app_context():
        counted.fill(120)
    browser = client_as(who)
    found = links(browser.get(TABLE + asked).text)
    assert len(found) > 8
    for address, n in found:
        assert told(browser, address) == n, address


def test_it_begins_with_channel_and_category_of_this_quarter(client_as):
    page = client_as("town_admin").get(TABLE).text
    assert '<option value="channel" selected>' in page
    assert '<option value="category" selected>' in page
    assert re.search(r'<h1>统计 <span class="count">\d{4} 年第 \d 季度</span>', page)


@pytest.mark.parametrize(
    ("who", "asked", "status"),
    [
        ("town_admin", "", 200),
        ("supervisor", "", 200),
        ("staff", "", 200),
        ("center", "", 403),
        ("auditor", "", 403),
        ("town_admin", f"?division={SIBLING}", 404),
        ("town_admin", f"?division={COUNTY}", 200),  # what of it is his
        ("town_admin", "?division=x", 404),
        ("town_admin", f"?division={'3' * 200}", 400),
        ("town_admin", "?period=2026Q9", 400),
        ("town_admin", "?period=%00", 400),
        ("town_admin", "?first=2026-01-01", 400),
        ("town_admin", "?first=2026-02-01&last=2026-01-01", 400),
    ],
)
@pytest.mark.parametrize("page", [TABLE, BOARD])
def test_what_is_asked_for_is_answered_or_refused(client_as, page, who, asked, status):
    assert client_as(who).get(page + asked).status_code == status


@pytest.mark.parametrize(
    "asked",
    ["rows=name", "rows=channel&columns=channel", "measure=x", "first=2016-01-01&last=2026-01-01&columns=month"],
)
def test_what_only_the_table_is_asked_for(client_as, asked):
    browser = client_as("town_admin")
    assert browser.get(f"{TABLE}?{asked}").status_code == 400
    assert browser.get(f"{BOARD}?{asked}").status_code == 200


def test_what_is_wrong_is_said_and_the_form_keeps_what_was_typed(client_as):
    page = client_as("town_admin").get(f"{TABLE}?rows=state&columns=difficulty&first=2026-02-01&last=2026-01-01").text
    assert "开始日期不能晚于结束日期。" in page
    assert 'value="2026-02-01"' in page
    assert '<option value="state" selected>' in page


@pytest.mark.parametrize(("who", "status"), [("town_admin", 200), ("staff", 403), ("supervisor", 403)])
def test_only_who_may_export_cases_gets_the_workbook(client_as, who, status):
    assert client_as(who).get(f"{TABLE}export?period=2026").status_code == status


@pytest.mark.parametrize("asked", ["?period=x", "?rows=channel&columns=channel", "?measure=cases&rows=x"])
def test_a_workbook_of_nothing_is_refused(client_as, asked):
    assert client_as("town_admin").get(f"{TABLE}export{asked}").status_code == 400


def test_the_workbook_says_what_the_page_says(app, client_as):
    with app.app_context():
        counted.fill(80)
    browser, asked = client_as("town_admin"), "period=2025&rows=division&columns=channel"
    page, book = browser.get(f"{TABLE}?{asked}").text, browser.get(f"{TABLE}export?{asked}")
    with CalamineWorkbook.from_filelike(io.BytesIO(book.data)) as workbook:
        heads, *lines = workbook.get_sheet_by_index(0).to_python()
    assert {line[0] for line in lines} <= {"五马街道（本级）", "鼓楼社区", "墨池社区", "合计"}
    assert len(lines) == 4
    table = re.search(r"<tbody>(.*?)</tfoot>", page, re.S)[1]
    for line, row in zip(lines, table.split("<tr>")[1:], strict=False):
        cells = re.findall(r'<td data-label="[^"]+">(?:<a [^>]*>)?([\d]+)', row)
        assert [str(int(n)) for n in line[1:5]] == cells[:4], line
    total = lines[-1]
    for column in range(1, len(heads) - 4):
        assert total[column] == sum(line[column] for line in lines[:-1])


def test_a_preset_is_one_click_away(client_as):
    browser = client_as("town_admin")
    address = re.search(r'href="([^"]+)">季报</a>', browser.get(f"{TABLE}?period=2026Q3").text)[1]
    page = browser.get(html.unescape(address)).text
    assert "2026 年第 3 季度" in page
    assert re.search(r'<th scope="row" class="name">婚姻家庭权益</th>', page)
    assert all(
        f'<th scope="col">{name}</th>' in page for name in ("来信", "来电", "来访", "合计", "占比", "上年同期", "增减")
    )


def test_down_to_the_villages_by_the_names(app, client_as):
    page = client_as("county_admin").get(f"{TABLE}?rows=division&columns=channel&period=2026&division={COUNTY}").text
    assert re.search(rf'<th scope="row" class="name"><a href="[^"]*division={OWN}', page)
    page = client_as("town_admin").get(f"{TABLE}?rows=division&columns=channel&period=2026").text
    assert f"division={CHILD}" not in re.search(r"<tbody>.*</tbody>", page, re.S)[0].split("鼓楼社区")[0][-80:]


@pytest.mark.parametrize(
    "asked", ["?_flt_0_name=x", "?_flt_9_state=y", "?_flt_2_difficulty=x", "?_flt_0_received_on=x", "?page=x"]
)
def test_visits_are_asked_for_as_lists_are(client_as, asked):
    assert client_as("town_admin").get(f"/cases/visits/{asked}").status_code == 400


def test_visits_are_turned_page_by_page(app, client_as):
    with app.app_context():
        counted.fill(300)
    browser, seen, address = client_as("city_admin"), [], "/cases/visits/?_flt_0_division_code=3303"
    n = told(browser, address)
    while address:
        page = browser.get(address).text
        seen += re.findall(r'<td class="name"><a href="/cases/show/(\d+)"', page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = html.unescape(following[1]) if following else ""
    assert len(seen) == n > 200
