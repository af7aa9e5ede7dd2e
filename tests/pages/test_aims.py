"""四个不: the page, what it is asked for, and the way to its rows; what counts, tests.unit.test_aims asks."""

import html
import re

import pytest

from models import Escalation, Transfer, UrgentReport
from tests.pages.test_statistics import BOARD, told
from tests.unit.closed_cases import closed
from tests.world import CHILD, OWN

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases
NUMBER = re.compile(r'<a href="(/cases/list/\?[^"]+)">(\d+)<span class="visually-hidden">：')


def links(page):
    """[(address, number)] of the page."""
    return [(html.unescape(address), int(n)) for address, n in NUMBER.findall(page)]


@pytest.fixture
def busy(app):
    """Closed cases in the town and its village, of which some broke an aim."""
    with app.app_context():
        for code in (OWN, CHILD):
            closed(code)
            closed(code, (UrgentReport, {"urgency": "GROUP"}), (UrgentReport, {}))
            closed(code, (Escalation, {}), difficulty="HARD")
        closed(CHILD, (Transfer, {}))
    return app


@pytest.mark.parametrize("who", ["county_admin", "town_admin", "village_admin", "supervisor", "mixed"])
def test_every_number_leads_to_as_many_rows(busy, client_as, who):
    browser = client_as(who)
    found = links(browser.get(f"{BOARD}?period=2026").text)
    assert len(found) >= 11
    for address, n in found:
        assert told(browser, address) == n, address


def test_it_says_how_each_is_counted_and_how_many_kept_to_it(busy, client_as):
    page = client_as("village_admin").get(f"{BOARD}?period=2026").text
    table = re.sub(r"<span.*?</span>", "", re.search(r"<tbody>.*?</tbody>", page, re.DOTALL)[0], flags=re.DOTALL)
    rows = [re.sub(r"<[^>]+>|\s", " ", row).split() for row in table.split("<tr>")[1:]]
    assert [[row[0], *row[2:]] for row in rows] == [
        ["小事不出村", "3", "2", "1", "66.7%"], ["大事不出乡", "1", "0", "1", "0.0%"],
        ["纠纷不激化", "4", "3", "1", "75.0%"], ["矛盾不扩大", "4", "3", "1", "75.0%"],
    ]  # fmt: skip
    assert rows[0][1] == "村(居)维权站的简单、一般案件：没有转办，没有转报上级"
    assert "各地" not in page, "one place needs no table of places"


def test_a_list_says_what_it_is(busy, client_as):
    browser = client_as("village_admin")
    address = next(a for a, _n in links(browser.get(f"{BOARD}?period=2026").text) if "in_village_broken" in a)
    assert "案件：小事不出村（没有做到的）" in browser.get(address).text


def test_where_nothing_counts_there_is_no_share(client_as):
    page = client_as("town_admin").get(f"{BOARD}?period=2020").text
    assert re.findall(r'data-label="占比">([^<]*)<', page) == ["—"] * 4
    assert NUMBER.findall(page) == []


def test_down_to_the_villages_by_the_names(busy, client_as):
    browser = client_as("county_admin")
    page = browser.get(f"{BOARD}?period=2026").text
    address = re.search(rf'<a href="([^"]*division={OWN}[^"]*)">五马街道</a>', page)[1]
    page = browser.get(html.unescape(address)).text
    assert "2026 年" in page
    names = re.findall(r'<th scope="row" class="name">([^<]+)</th>', page)
    assert names[4:] == ["五马街道（本级）", "鼓楼社区"]


def test_the_two_pages_lead_to_each_other_with_what_was_asked_for(client_as):
    browser, asked = client_as("county_admin"), f"period=2025Q3&division={OWN}"
    for path, name in ((f"/cases/statistics/?{asked}", "四个不"), (f"{BOARD}?{asked}", "统计")):
        page = browser.get(path).text
        address = html.unescape(re.search(rf'<a class="btn btn-outline-secondary" href="([^"]+)">{name}</a>', page)[1])
        assert set(asked.split("&")) <= set(address.partition("?")[2].split("&"))
        assert "2025 年第 3 季度" in browser.get(address).text


def test_what_is_wrong_is_said_and_the_form_keeps_what_was_typed(client_as):
    page = client_as("town_admin").get(f"{BOARD}?first=2026-02-01&last=2026-01-01").text
    assert "开始日期不能晚于结束日期。" in page
    assert 'value="2026-02-01"' in page


@pytest.mark.parametrize(("who", "status"), [("town_admin", 200), ("supervisor", 403)])
def test_a_list_is_exported_by_who_may(busy, client_as, who, status):
    assert client_as(who).get("/cases/export?_only=in_village_broken").status_code == status
