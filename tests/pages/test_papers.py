"""The papers of a station over HTTP: whose they are, who may take them away, and what a template may do."""

from unittest.mock import patch
from urllib.parse import unquote

import pytest
from docx import Document
from sqlalchemy import func, select

from app import papers
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry, Station
from tests.pages.chinese import problems
from tests.security import paper_intrusions as intrusions
from tests.security.answers import body_of, words_of
from tests.security.registers import SPECS, key
from tests.world import CHILD, OWN, SIBLING, canary

pytestmark = pytest.mark.in_turns  # the pages are the same whatever the database

STATION = key("Station", OWN)
NAMES = [*papers.PAPERS]
KINDS = pytest.mark.parametrize("kind", ["paper", "word"])
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def address(kind, name, code=OWN):
    return f"/stations/{kind}/{key('Station', code)}/{name}"


@pytest.mark.parametrize("name", NAMES)
def test_a_paper_is_a_page_and_a_word_file_that_say_the_same(client_as, name):
    browser = client_as("town_admin")
    page, file = (browser.get(address(kind, name)) for kind in ("paper", "word"))
    assert (page.status_code, file.status_code, file.mimetype) == (200, 200, DOCX)
    assert problems("page", page) == problems("file", file) == []
    assert canary("STA", OWN) in page.text
    assert canary("STA", OWN) in words_of(file.data)
    disposition = file.headers["Content-Disposition"]
    assert f"{papers.PAPERS[name].label}_2026-11-24.docx" in unquote(disposition)
    assert browser.head(address("word", name)).status_code == 200


@KINDS
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", [SIBLING, "990101001"])
def test_a_station_out_of_scope_is_not_there(client_as, kind, name, code):
    browser = client_as("town_admin")
    hidden, missing = browser.get(address(kind, name, code)), browser.get(f"/stations/{kind}/99999999/{name}")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert f"{code}-QX" not in body_of(hidden)


@KINDS
@pytest.mark.parametrize("tail", ["x/duties", "0/duties", "%00/duties", f"{STATION}/nothing", f"{STATION}/..%2froster",
                                  f"{STATION}/Roster", f"{STATION}/" + "r" * 3000, f"{'9' * 400}/team"])  # fmt: skip
def test_what_no_link_leads_to_is_not_there(client_as, kind, tail):
    assert client_as("town_admin").get(f"/stations/{kind}/{tail}").status_code in (400, 404)


@pytest.mark.parametrize(
    ("who", "kind", "statuses"),
    [
        ("town_admin", "paper", [200, 200, 200, 200, 200]),
        ("town_admin", "word", [200, 200, 200, 200, 200]),
        ("supervisor", "word", [200, 200, 200, 200, 200]),
        ("staff", "paper", [200, 200, 200, 200, 200]),
        ("staff", "word", [200, 200, 200, 403, 200]),
        ("center", "paper", [200, 200, 200, 200, 200]),
        ("center", "word", [200, 200, 200, 403, 200]),
        ("unit_officer", "paper", [403] * 5),
        ("manager", "word", [403] * 5),
        ("system_admin", "paper", [403] * 5),
        ("village_admin", "word", [404] * 5),
        ("expired", "paper", [403] * 5),
    ],
)
def test_who_may_look_and_who_may_take(client_as, who, kind, statuses):
    browser = client_as(who)
    assert [browser.get(address(kind, name)).status_code for name in NAMES] == statuses


def test_the_links_are_those_that_one_may_follow(client_as):
    for who in ("town_admin", "staff", "center"):
        browser = client_as(who)
        page = browser.get(f"/stations/show/{STATION}").text
        for name in NAMES:
            assert address("paper", name) in page
            may_take = browser.get(address("word", name)).status_code == 200
            assert (address("word", name) in browser.get(address("paper", name)).text) is may_take


@pytest.mark.parametrize(
    "attack",
    [intrusions.prints_names_that_are_not_his, intrusions.takes_a_roster_away, intrusions.reads_a_number_on_the_wall],
    ids=lambda attack: attack.__name__,
)
def test_attack_on_papers_gets_nothing(app, attack):
    assert attack(app) is None


def test_no_secret_stands_on_any_paper(client_as):
    browser = client_as("town_admin")
    secrets = [s.secret(c, s.keys[code]) for s in SPECS for c in s.secrets for code in s.keys]
    for name in NAMES:
        for kind in ("paper", "word"):
            said = body_of(browser.get(address(kind, name)))
            assert [text for text in secrets if text in said] == []
    assert "139****" in browser.get(address("paper", "roster")).text


def test_the_checklist_tells_reasons_only_to_those_who_may_look_at_the_records(client_as):
    reason = "已由人确认。"
    assert reason in client_as("staff").get(address("paper", "checklist")).text
    page = client_as("center").get(address("paper", "checklist")).text  # who sees no confirmations
    assert canary("ITEM", OWN) in page
    assert reason not in page


def test_a_name_of_any_kind_is_text_and_makes_a_file_name(app, client_as):
    name = 'a/b\\c:"<script>&{{ 7*7 }}'
    browser = client_as("town_admin")
    assert browser.submit(f"/stations/edit/{key('Station', CHILD)}", {"name": name}).status_code == 302
    page, file = browser.get(address("paper", "duties", CHILD)), browser.get(address("word", "duties", CHILD))
    assert "<script>&{{" not in page.text
    assert "&lt;script&gt;&amp;{{ 7*7 }}" in page.text
    assert name in words_of(file.data)
    assert "a_b_c___script_&{{ 7_7 }}_工作职责_2026-11-24.docx" in unquote(file.headers["Content-Disposition"])


def test_a_name_with_a_line_break_breaks_no_header(app, client_as):
    with app.app_context(), acting_as(SETUP):
        db.session.get(Station, STATION).name = "甲\r\nX-Evil: 1"
        db.session.commit()
    answer = client_as("town_admin").get(address("word", "duties"))
    assert answer.status_code == 200
    assert "X-Evil" not in answer.headers


def test_a_broken_template_is_told_and_the_page_still_prints(app, client_as, tmp_path):
    document = Document()
    document.add_paragraph("{{ cycler.__init__.__globals__.os.environ }}")
    document.save(tmp_path / "duties.docx")
    browser = client_as("town_admin")
    with patch.dict(app.config, PAPER_TEMPLATES=str(tmp_path)):
        answer = browser.get(address("word", "duties"))
        assert (answer.status_code, answer.location) == (302, address("paper", "duties"))
        page = browser.get(answer.location)
    assert page.status_code == 200
    assert "Word 模板“duties.docx”有错误" in page.text


def test_to_look_and_to_take_leave_no_trace_as_with_other_exports(app, client_as):
    def entries():
        with app.app_context(), acting_as(SETUP):
            return db.session.scalar(select(func.count(AuditEntry.id)))

    browser, before = client_as("town_admin"), entries()
    for path in (address("word", "roster"), address("paper", "roster"), "/volunteers/export"):
        assert browser.get(path).status_code == 200
    assert entries() == before
