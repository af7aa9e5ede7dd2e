"""统计: every number is that of the list it leads to, the sums are sums, whoever asks; 件 and 次; the workbook."""

import html
import re

NUMBER = re.compile(r'<a href="(/cases/(?:list|visits)/\?[^"]+)">(\d+)<span class="visually-hidden">：')


def links(page):
    """[(address, number)] of the table."""
    return [(html.unescape(address), int(n)) for address, n in NUMBER.findall(page)]


def told(browser, address):
    """How many rows the list says it has."""
    page = browser.get(address)
    assert page.status_code == 200, (address, page.status)
    return int(re.search(r"共 (\d+) [条次]", page.text)[1])


def test_the_first_table_leads_to_its_rows(app, client_as):
    browser = client_as("city_admin")
    page = browser.get("/cases/statistics/?period=2026").text
    found = links(page)
    assert found
    for address, n in found:
        assert told(browser, address) == n, address
