"""谁看过 (F54): every page of one row with secrets is on record before it leaves; without the record, no page."""

import re
from unittest.mock import patch

import pytest
from sqlalchemy.exc import OperationalError

from app import looks
from tests.security.intrusions import ask
from tests.security.registers import BY_REGISTER
from tests.world import OWN, SIBLING, canary

pytestmark = pytest.mark.in_turns  # the pages are the same whatever the database

CASE = BY_REGISTER["Case"].keys[OWN]


def seen(app, register="Case"):
    told = ask(app, f"SELECT actor_name || ' ' || kind || ' ' || row_key FROM look_entry WHERE register = '{register}'")
    return [line.removeprefix("姓名") for line in told]


@pytest.mark.parametrize("path", ["/cases/show/{}", "/cases/history/{}", "/cases/edit/{}", "/cases/end/{}"])
def test_a_page_of_a_case_is_on_record(app, client_as, path):
    assert client_as("staff").get(path.format(CASE)).status_code == 200
    assert seen(app) == [f"staff PAGE {CASE}"]


def test_a_list_and_a_row_without_secrets_are_not(app, client_as):
    browser = client_as("town_admin")
    station = BY_REGISTER["Station"].keys[OWN]
    for path in ("/cases/list/", "/", "/todo/", f"/stations/show/{station}", "/cases/show/99999999"):
        browser.get(path)
    assert ask(app, "SELECT count(*) FROM look_entry") == [0]


def test_an_export_is_one_for_each_row(app, client_as):
    assert client_as("town_admin").get("/cases/export").status_code == 200
    rows = ask(app, f"SELECT id FROM case_record WHERE township_code = '{OWN}' AND ended_on IS NULL")
    assert sorted(seen(app)) == sorted(f"town_admin EXPORT {key}" for key in rows)
    assert len(rows) > 1


def test_the_other_registers_with_secrets_too(app, client_as):
    key = BY_REGISTER["Volunteer"].keys[OWN]
    client_as("staff").get(f"/volunteers/show/{key}")
    assert seen(app, "Volunteer") == [f"staff PAGE {key}"]


def test_what_is_opened_with_a_reason_is_on_record_once(app, client_as):
    form = {"column": "phone", "reason": "核对身份"}
    assert client_as("staff").submit(f"/cases/reveal/{CASE}", form).status_code == 200
    assert seen(app) == []
    assert ask(app, "SELECT count(*) FROM audit_entry WHERE verb = 'reveal'") == [1]


@pytest.mark.parametrize("path", ["/cases/show/{}", "/cases/export"])
def test_without_the_record_there_is_no_page(client_as, path):
    def fails(*_args):
        raise OperationalError("INSERT", {}, Exception("locked"))

    with patch.object(looks, "write", fails):
        answer = client_as("town_admin").get(path.format(CASE))
    assert answer.status_code == 503
    assert "谁看过" in answer.text
    assert canary("CASE", OWN) not in answer.text


def test_the_head_sees_who_looked_and_nobody_else(client_as):
    client_as("staff").get(f"/cases/show/{CASE}")
    client_as("staff").submit(f"/cases/reveal/{CASE}", {"column": "phone", "reason": "核对身份"})
    head = client_as("town_admin")
    for path in (f"/cases/show/{CASE}", f"/cases/looks/{CASE}"):
        page = head.get(path).text
        assert "staff" in page
        assert "查看敏感信息" in page
        assert "打开页面" in page
    assert "打开页面" not in client_as("county_admin").get(f"/cases/looks/{CASE}").text
    assert "谁看过</h2>" not in client_as("county_admin").get(f"/cases/show/{CASE}").text
    assert client_as("staff").get(f"/cases/looks/{CASE}").status_code == 403


def test_the_head_sees_who_looked_at_what_hangs_on_a_case(app, client_as, statements):
    """A page, a reveal and an export of it; none of what hangs on another case."""
    key, other = (BY_REGISTER["Escalation"].keys[code] for code in (OWN, SIBLING))
    (case,) = ask(app, f"SELECT case_id FROM escalation WHERE id = {key}")
    head, county = client_as("town_admin"), client_as("county_admin")
    before = counted(head, case, statements)
    for one in (key, other):
        assert county.get(f"/escalations/show/{one}").status_code == 200
        form = {"column": "summary", "reason": "核对身份"}
        assert county.submit(f"/escalations/reveal/{one}", form).status_code == 200
    assert county.get("/escalations/export").status_code == 200
    page = re.sub(r"\s*(<[^>]+>\s*)+", " ", head.get(f"/cases/looks/{case}").text)
    for how in ("打开页面", "查看敏感信息", "导出"):
        assert page.count(f"姓名county_admin {how} 疑难转报") == 1
    assert "姓名county_admin 打开页面：疑难转报" in head.get(f"/cases/show/{case}").text
    assert counted(head, case, statements) == before


def counted(browser, case, statements):
    """How many statements the page of 谁看过 takes."""
    statements.clear()
    assert browser.get(f"/cases/looks/{case}").status_code == 200
    return len(statements)


def test_the_auditor_sees_no_more_than_who_when_and_where(client_as):
    client_as("staff").get(f"/cases/show/{CASE}")
    client_as("staff").submit(f"/cases/reveal/{CASE}", {"column": "phone", "reason": "核对身份"})
    page = client_as("auditor").get("/looks/").text
    assert "staff" in page
    assert "五马街道" in page
    assert page.count("打开页面") == 1
    for told in (str(CASE), canary("CASE", OWN), canary("PERSON", OWN), "核对身份", "联系电话"):
        assert told not in page
    assert client_as("town_admin").get("/looks/").status_code == 403
