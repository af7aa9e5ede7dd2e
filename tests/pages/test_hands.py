"""The page of what goes between a station and its superior: whose turn it is, and the way to its case."""

import pytest

from tests.security.registers import BY_REGISTER
from tests.security.report_makers import CASE, assigned, handed_down
from tests.world import OWN

SIGN = '<h2 id="h-next">下一步：签收</h2>'


def test_the_superior_waits_for_the_station_and_may_do_it_instead(app, client_as):
    key = assigned(app, "county_admin")
    address = f"/superiors/show/{key}"
    station, superior = client_as("staff").get(address).text, client_as("county_admin").get(address).text
    assert (SIGN in station, "等维权站" in station, "代维权站" in station) == (True, False, False)
    assert (SIGN in superior, "等维权站签收" in superior, ">代维权站签收<" in superior) == (False, True, True)
    client_as("county_admin").submit(f"/superiors/advance/{key}/HANDLING", {"_version": "1"})
    superior = client_as("county_admin").get(address).text
    assert ("等维权站答复当事人" in superior, "h-next" in superior) == (True, False)


def test_what_came_on_paper_is_the_stations_own(app, client_as):
    """Nobody above waits for it in the product."""
    page = client_as("town_admin").get(f"/superiors/show/{assigned(app)}").text
    assert ("下一步：答复当事人" in page, "等维权站" in page) == (True, False)


def test_the_superior_of_an_escalation_goes_on_himself(app, client_as):
    key = BY_REGISTER["Escalation"].keys[OWN]
    assert "等维权站" not in client_as("county_admin").get(f"/escalations/show/{key}").text


@pytest.mark.parametrize(
    ("person", "links"),
    [("staff", (True, True)), ("town_admin", (True, True)), ("county_admin", (False, False)),
     ("supervisor", (False, False))],
)  # fmt: skip
def test_what_has_no_case_leads_to_one(app, client_as, person, links):
    key, station = assigned(app, "county_admin"), BY_REGISTER["Station"].keys[OWN]
    page = client_as(person).get(f"/superiors/show/{key}").text
    assert (f"/cases/add?station_id={station}" in page, "关联已登记的案件" in page) == links


def test_what_has_a_case_leads_to_that(app, client_as):
    page = client_as("staff").get(f"/superiors/show/{handed_down(app)}").text
    assert ("还没有关联" in page, f"/cases/show/{CASE}" in page) == (False, True)


@pytest.mark.parametrize(("address", "says"), [("/superiors/end", "不能恢复"), ("/cases/end", "也可以恢复")])
def test_the_form_of_an_ending_says_whether_there_is_a_way_back(app, client_as, address, says):
    key = assigned(app) if "superiors" in address else CASE
    assert says in client_as("town_admin").get(f"{address}/{key}").text
