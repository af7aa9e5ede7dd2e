"""What the tests of lists share: asking by the search panel, and reading the page that it leads to."""

import re
from html import unescape

LEVEL = {"_flt_0_level": "VILLAGE"}


def ask(browser, base="/stations", **fields):
    """Post a search; the address it leads to."""
    answer = browser.submit(f"{base}/query", fields)
    assert answer.status_code == 303, answer.text
    return answer.location


def shown(page):
    """What the first column says."""
    return re.findall(r'<td class="name"><a href="/\w+/show/\w+">([^<]+)</a>', page)


def chips(page):
    """{what a chip says: what its button posts}."""
    found = re.findall(r'name="_without" value="([^"]*)"[^>]*>([^<]*?)<svg', page)
    return {unescape(said): inputs for inputs, said in found}


def count(page):
    return int(re.search(r"共 (\d+) 条", page)[1])
