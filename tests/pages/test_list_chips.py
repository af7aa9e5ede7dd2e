"""The conditions in use are chips in words, each taken away by itself; resetting takes all away."""

import re

import pytest

from tests.pages.lists import LEVEL, ask, chips, count
from tests.world import OWN

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

TYPED = "王小明甲"


def test_each_condition_is_a_chip_in_words(client_as):
    browser = client_as("town_admin")
    asked = {
        "q": "QX", "_ended": "all", "_flt_0_division_code": OWN, "_flt_0_has_plaque": "n",
        "_flt_0_founded_on": "2020-01-01", "_flt_0_name": "站",
    }  # fmt: skip
    page = browser.get(ask(browser, **asked)).text
    assert chips(page) == {
        "关键字：QX": "q", "状态：全部": "_ended", "所在区划：鹿城区 五马街道": "_flt_0_division_code",
        "站点名称：站": "_flt_0_name", "有标牌：否": "_flt_0_has_plaque",
        "建站日期：2020-01-01 至 …": "_flt_0_founded_on",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"_flt_0_founded_on": "2020-01-01", "_flt_1_founded_on": "2021-01-01"}, "建站日期：2020-01-01 至 2021-01-01"),
        ({"_flt_1_founded_on": "2021-01-01"}, "建站日期：… 至 2021-01-01"),
        ({"_flt_2_founded_on": "2021-01-01"}, "建站日期：2021-01-01"),
        ({"_flt_1_level": "VILLAGE"}, "级别不是：村(居)"),
        ({"_flt_1_name": "甲"}, "站点名称：甲"),
        ({"_flt_2_name": "甲"}, "站点名称不含：甲"),
        ({"_flt_0_name": ["甲", "乙"]}, "站点名称：甲、乙"),
        ({"_ended": "yes"}, "状态：已撤销"),
    ],
)
def test_a_chip_takes_its_condition_away(client_as, asked, said):
    browser = client_as("town_admin")
    page = browser.get(ask(browser, q="QX", **asked)).text
    assert list(chips(page))[1:] == [said]
    left = ask(browser, q="QX", **asked, _without=chips(page)[said])
    assert chips(browser.get(left).text) == {"关键字：QX": "q"}
    assert chips(browser.get(ask(browser, **asked, q="QX", _without=["q", chips(page)[said]])).text) == {}


def test_conditions_without_a_box_stay_with_the_next_search(client_as):
    """They come by links; the panel carries them on, and a chip takes them away."""
    browser = client_as("town_admin")
    page = browser.get("/stations/list/?_flt_1_level=VILLAGE&_flt_0_name=QX&_flt_0_name=STA").text
    hidden = re.findall(r'<input type="hidden" name="(_flt_\w+)" value="([^"]*)"', page)
    assert sorted(hidden) == [("_flt_0_division_code", ""), ("_flt_0_name", "STA"), ("_flt_1_level", "VILLAGE")]
    assert len(re.findall(r'name="_flt_0_name" value="QX"', page)) == 1


def test_resetting_posts_nothing(client_as):
    browser = client_as("town_admin")
    first = ask(browser, **LEVEL)
    page = browser.get(ask(browser)).text
    assert (count(page), chips(page)) == (3, {})
    assert count(browser.get("/stations/list/").text) == 3
    assert count(browser.get(first).text) == 2, "another window goes on"


def test_resetting_what_was_never_searched_remembers_nothing(client_as):
    browser = client_as("town_admin")
    assert ask(browser, _ended="no", q=" ", _flt_0_level="") == "/stations/list/"


def test_an_empty_result_offers_to_reset(client_as):
    browser = client_as("town_admin")
    page = browser.get(ask(browser, q=TYPED)).text
    assert "没有符合条件的记录" in page
    assert 'form="reset"' in page.partition("没有符合条件的记录")[2]
