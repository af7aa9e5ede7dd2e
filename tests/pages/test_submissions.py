"""上报: figures are counted when they are submitted, stay for good whoever tries, and what changed since is told."""

import html
import json
import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import delete, insert, select, text, update

from app import submissions
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.periods import Period
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry, Case, Channel, ReportKind, RightsCategory, Submission
from tests import records
from tests.security.attacks import person
from tests.world import CHILD, COUNTY, OWN, SIBLING

pytestmark = pytest.mark.in_turns  # the pages are the same whatever the database

QUARTER = Period(date(2026, 7, 1), date(2026, 9, 30))
FORM = {"division_code": OWN, "kind": "CASES", "first_on": "2026-07-01", "last_on": "2026-09-30", "note": ""}
FORGED = {"rows": [["FAMILY", "甲"]], "columns": [["VISIT", "乙"]], "counts": [[99]], "before": 0}


def in_quarter(code=OWN, **columns):
    given = {"received_on": date(2026, 8, 8), "channel": Channel.VISIT, "category": RightsCategory.FAMILY}
    return records.case(code, **(given | columns))


def stored(app, its_key):
    with app.app_context(), acting_as(SETUP):
        row = db.session.get(Submission, its_key)
        return None if row is None else (row.figures, row.seal, row.submitted_by, row.submitted_on, row.note)


@pytest.fixture
def ours(app, client_as):
    """The key of what the town submitted of its third quarter: two cases in one cell."""
    with app.app_context():
        in_quarter()
        in_quarter(CHILD)
    answer = client_as("town_admin").submit("/submissions/add", FORM)
    assert answer.status_code == 302
    return int(answer.location.rpartition("/")[2])


def test_the_page_of_a_table_submits_it(app, client_as):
    with app.app_context():
        in_quarter()
    browser = client_as("town_admin")
    table = "/cases/statistics/?rows=category&columns=channel&period=2026Q3"
    page = browser.get(table).text
    form = re.search(r'<form method="post" action="/submissions/add">(.*?)</form>', page, re.S)[1]
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    answer = browser.post("/submissions/add", data=fields, follow_redirects=True)
    assert (answer.status_code, "与现在的数字一致" in answer.text) == (200, True)
    again = browser.get(table).text
    assert 'action="/submissions/add"' not in again
    assert "这一期已上报" in again


@pytest.mark.parametrize(
    "address",
    [
        "?rows=category&columns=channel",  # this quarter goes on
        "?rows=channel&columns=category&period=2026Q3",  # another table
        "?rows=category&columns=channel&first=2026-07-01&last=2026-09-29",
        f"?rows=category&columns=channel&period=2026Q3&division={CHILD}",
    ],
)
def test_what_is_not_submitted_has_no_button(client_as, address):
    assert 'action="/submissions/add"' not in client_as("town_admin").get(f"/cases/statistics/{address}").text


@pytest.mark.parametrize("who", ["supervisor", "staff", "mixed"])
def test_who_may_not_submit_has_no_button(client_as, who):
    page = client_as(who).get("/cases/statistics/?rows=category&columns=channel&period=2026Q3")
    assert page.status_code == 200
    assert 'action="/submissions/add"' not in page.text


def test_the_figures_are_counted_by_the_product(app, ours):
    figures, seal, by, on, _note = stored(app, ours)
    cells = dict(zip((*(k for k, _ in figures["rows"]), "sum"), figures["counts"], strict=True))
    where = [k for k, _ in figures["columns"]].index("VISIT")
    assert cells["FAMILY"][where] == 2
    assert cells["FAMILY"][-1] == cells["sum"][where] == cells["sum"][-1] == 2
    assert re.fullmatch(r"\d{20}", seal)
    assert by == "姓名town_admin"
    assert on is not None


def test_what_is_sent_along_is_thrown_away(app, client_as):
    forged = FORM | {"figures": json.dumps(FORGED), "seal": "1", "submitted_by": "别人", "submitted_on": "2020-01-01"}
    answer = client_as("town_admin").submit("/submissions/add", forged, query_string=forged)
    figures, seal, by, on, _note = stored(app, int(answer.location.rpartition("/")[2]))
    assert (sum(map(sum, figures["counts"])), by) == (0, "姓名town_admin")
    assert (seal != "1", on > date(2020, 1, 1)) == (True, True)


def test_a_session_cannot_bring_figures_along(app):
    with app.app_context(), acting_as(person("town_admin")):
        row = Submission(
            division_code=OWN, kind=ReportKind.CASES, first_on=QUARTER.first, last_on=QUARTER.last, figures=FORGED,
            seal="1", submitted_by="别人",
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        assert (row.figures != FORGED, row.seal != "1", row.submitted_by) == (True, True, "姓名town_admin")
        db.session.rollback()


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"division_code": CHILD}, "由乡镇（街道）及以上上报。"),
        ({"first_on": "2026-07-02"}, "只能上报一个完整的月、季度或年。"),
        ({"first_on": "2026-10-01", "last_on": "2026-12-31"}, "这一期还没有结束，不能上报。"),
        ({"first_on": "2026-10-01", "last_on": "2026-09-30"}, "开始日期不能晚于结束日期。"),
        ({"division_code": SIBLING}, "没有找到所选的「所在区划」"),
        ({"division_code": COUNTY}, "没有找到所选的「所在区划」"),
        ({"kind": "X"}, "has-error"),
        ({"first_on": ""}, "必填。"),
    ],
)
def test_what_cannot_be_submitted_is_said_and_stays_in_the_form(app, client_as, changed, sentence):
    answer = client_as("town_admin").submit("/submissions/add", FORM | {"note": "我写的说明"} | changed)
    assert answer.status_code == 422
    assert sentence in html.unescape(answer.text)
    assert "我写的说明" in answer.text
    with app.app_context(), acting_as(SETUP):
        assert db.session.scalar(select(Submission.id).where(Submission.first_on >= QUARTER.first)) is None


def test_a_period_is_submitted_once(client_as, ours):
    answer = client_as("town_admin").submit("/submissions/add", FORM)
    assert answer.status_code == 422
    assert "这一期已经上报过" in answer.text


# ---- it stays what it was


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/submissions/edit/{}"), ("GET", "/submissions/edit/{}"), ("POST", "/submissions/delete/{}"),
     ("POST", "/submissions/end/{}"), ("POST", "/submissions/draft/{}"), ("PUT", "/submissions/show/{}")],
)  # fmt: skip
@pytest.mark.parametrize("who", ["town_admin", "county_admin", "city_admin", "system_admin"])
def test_there_is_no_way_to_change_it(app, client_as, ours, method, path, who):
    before, browser = stored(app, ours), client_as(who)
    data = {"note": "改", "figures": json.dumps(FORGED), "_version": "1", "csrf_token": browser.token()}
    answer = browser.open(path.format(ours), method=method, data=data if method != "GET" else None)
    assert answer.status_code in (404, 405)
    assert stored(app, ours) == before


def test_it_is_not_deleted_with_others(app, client_as, ours):
    browser = client_as("town_admin")
    data = {"action": "bulk_delete", "rowid": [str(ours)]}
    assert browser.submit("/submissions/action_post", data).status_code == 403
    assert stored(app, ours) is not None


def _edit(row):
    row.note = "改"


def _forge(row):
    row.figures = FORGED


def _backdate(row):
    row.submitted_on = date(2020, 1, 1)


def _move(row):
    row.division_code = SIBLING


@pytest.mark.parametrize("change", [_edit, _forge, _backdate, _move, db.session.delete], ids=lambda f: f.__name__)
@pytest.mark.parametrize("who", ["town_admin", "city_admin", ""])
def test_no_session_changes_it(app, ours, change, who):
    """Nor one of the product's own."""
    before = stored(app, ours)
    with app.app_context(), acting_as(person(who) if who else SETUP):
        row = db.session.scalars(select(Submission).where(Submission.id == ours)).one()
        change(row)
        with pytest.raises((OutOfScope, DomainError)):
            db.session.flush()
        db.session.rollback()
    assert stored(app, ours) == before


@pytest.mark.parametrize("statement", [update(Submission).values(note="改"), delete(Submission), insert(Submission)])
def test_no_statement_goes_past_it(app, ours, statement):
    before = stored(app, ours)
    with app.app_context(), acting_as(person("town_admin")):
        with pytest.raises(RuntimeError):
            db.session.execute(statement)
        db.session.rollback()
    assert stored(app, ours) == before


def test_a_change_past_the_product_shows(app, client_as, ours):
    browser = client_as("town_admin")
    assert "校验码不符" not in browser.get(f"/submissions/show/{ours}").text
    figures = stored(app, ours)[0] | {"before": 7}
    with app.app_context(), db.engine.begin() as connection:
        forged = text("UPDATE submission SET figures = :figures WHERE id = :key")
        connection.execute(forged, {"figures": json.dumps(figures), "key": ours})
    assert "校验码不符" in browser.get(f"/submissions/show/{ours}").text


NEWER = "k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="


def test_the_seal_takes_our_key_and_one_of_an_older_is_still_checked(app, ours, monkeypatch):
    with app.app_context(), acting_as(SETUP):
        row = db.session.get(Submission, ours)
        monkeypatch.setitem(app.config, "FIELD_KEYS", f"{NEWER},{app.config['FIELD_KEYS']}")
        assert submissions.is_as_submitted(row)
        assert submissions.seals_of(row)[0] != row.seal
        monkeypatch.setitem(app.config, "FIELD_KEYS", NEWER)
        assert not submissions.is_as_submitted(row)


def test_the_history_has_the_seal(app, ours):
    seal = stored(app, ours)[1]
    with app.app_context(), acting_as(SETUP):
        entry = db.session.scalars(
            select(AuditEntry).where(AuditEntry.register == "Submission", AuditEntry.row_key == str(ours))
        ).one()
        assert entry.changes["seal"] == [None, seal]


# ---- what has changed since


def test_later_changes_show_as_differences_and_lead_to_the_rows(app, client_as, ours):
    before = stored(app, ours)
    with app.app_context():
        void = in_quarter(subject="补录的")
        in_quarter(channel=Channel.CALL, category=RightsCategory.LABOUR)
        in_quarter(SIBLING)
    browser = client_as("town_admin")
    page = browser.get(f"/submissions/show/{ours}").text
    told = re.findall(r"差异 (\S+?)，现在 <a href=\"([^\"]+)\">(\d+)", page)
    assert sorted((difference, n) for difference, _address, n in told) == sorted(
        [("+1", "3"), ("+1", "1"), ("+1", "3"), ("+1", "1"), ("+1", "3"), ("+1", "1"), ("+2", "4")]
    )
    for _difference, address, n in told:
        assert f"共 {n} 条" in browser.get(html.unescape(address)).text
    assert stored(app, ours) == before
    with app.app_context(), acting_as(SETUP):
        records.end(db.session.get(Case, void))
        db.session.commit()
    assert len(re.findall("差异 [+−]", browser.get(f"/submissions/show/{ours}").text)) == len(told) - 3


def test_who_does_not_see_all_cases_is_told_no_differences(app, ours):
    """A role that may read what is submitted, and no case."""
    with app.app_context():
        in_quarter()
        actor = person("supervisor")
        grants = tuple(replace(g, permissions=frozenset({("Submission", "view")})) for g in actor.grants)
        blind = replace(actor, grants=grants, memo={})
        with acting_as(blind):
            row = db.session.scalars(select(Submission).where(Submission.id == ours)).one()
            kept = submissions.kept_of(row, blind)
    assert kept.now is None
    assert not kept.differs
    assert all(cell.now is None for _label, cells in kept.lines for cell in cells)


@pytest.mark.parametrize(
    ("who", "status"),
    [("town_admin", 200), ("county_admin", 200), ("supervisor", 200), ("village_admin", 404), ("foreign_admin", 404),
     ("staff", 403)],
)  # fmt: skip
def test_it_is_seen_by_its_part(client_as, ours, who, status):
    assert client_as(who).get(f"/submissions/show/{ours}").status_code == status
