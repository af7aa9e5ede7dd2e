"""Secrets are masked wherever a row is shown; one is opened with a reason, and the opening is on record."""

import io
import re

import pytest
from python_calamine import load_workbook
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError

from app import secret
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry, Case, MemberUnit
from tests import records, world

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

SECRETS = {
    "phone": "19900001234",
    "safe_phone": "19900005678",
    "id_number": records.id_number(),
    "address": "浙江省温州市鹿城区某街某号某室",
    "narrative": "她说的事情经过",
    "happened_at": "某镇某地某处某号",
}
# What each of them is shown as, or a piece of it that tells too much.
MASKED = {
    "phone": "199****1234",
    "safe_phone": "199****5678",
    "id_number": "330***************",
    "narrative": "（已隐藏）",
}
REASON = {"column": "phone", "reason": "联系本人"}


@pytest.fixture
def case(app):
    with app.app_context():
        return records.case(**SECRETS)


@pytest.fixture
def browser(client_as):
    return client_as("town_admin")


def form(case_page_version="1", **changes):
    return {
        "station_id": world.FIRST_STATION, "channel": "VISIT", "received_on": "2026-11-24", "subject": "甲事",
        "name": "乙", "category": "FAMILY", "receiver": "丙", "applicant": "SELF", "_version": case_page_version,
    } | changes  # fmt: skip


def looks(app, key, register="Case"):
    """The recorded looks at one row, oldest first."""
    with app.app_context(), acting_as(SETUP):
        found = select(AuditEntry).where(AuditEntry.register == register, AuditEntry.row_key == str(key))
        return db.session.scalars(found.where(AuditEntry.verb == "reveal").order_by(AuditEntry.id)).all()


def told(page):
    """The secrets that stand in a text."""
    return [column for column, text in SECRETS.items() if text in page]


# ---- masked everywhere


@pytest.mark.parametrize("who", ["town_admin", "supervisor", "county_admin"])
@pytest.mark.parametrize("path", ["list/", "list/?_ended=all", "show/{}", "history/{}", "edit/{}", "end/{}"])
def test_no_page_tells_a_secret(client_as, case, who, path):
    """Of a row that was added, changed and looked at before, to whoever may see it."""
    writer = client_as("town_admin")
    assert writer.submit(f"/cases/edit/{case}", form(phone="19900007777")).status_code == 302
    assert writer.submit(f"/cases/reveal/{case}", REASON).status_code == 200
    answer = client_as(who).get(f"/cases/{path.format(case)}")
    assert answer.status_code == (403 if who == "supervisor" and path.startswith(("edit", "end")) else 200)
    assert told(answer.text) == []
    assert "19900007777" not in answer.text
    assert "dev:" not in answer.text, "nor ciphertext"
    assert "_index" not in answer.text


def test_the_page_shows_enough_to_tell_one_from_another(browser, case):
    page = browser.get(f"/cases/show/{case}").text
    for text in MASKED.values():
        assert text in page
    history = browser.get(f"/cases/history/{case}").text
    assert "199****1234" in history


def test_the_form_shows_masks_beside_empty_boxes(browser, case):
    page = browser.get(f"/cases/edit/{case}").text
    for column, shown in MASKED.items():
        box = re.search(rf'<(?:input|textarea)[^>]*name="{column}"[^>]*>', page)[0]
        assert 'value=""' in box or "value=" not in box
        assert f"已保存：{shown}" in box


def test_the_export_is_masked(browser, case):
    content = browser.get("/cases/export").data
    cells = [str(c) for row in load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python() for c in row]
    assert "199****1234" in cells
    assert told(" ".join(cells)) == []
    assert not [cell for cell in cells if cell.startswith("dev:")]


def test_choices_tell_no_secret(app, client_as, browser):
    with app.app_context():
        records.volunteer(name="甲某", phone=SECRETS["phone"], id_number=SECRETS["id_number"])
    answer = browser.get("/trainings/options/attendances.volunteer_id?verb=edit&q=甲某")
    assert [item["text"] for item in answer.json["items"]] == ["甲某"]
    assert told(answer.text) == []
    for q in (SECRETS["phone"], SECRETS["id_number"], SECRETS["id_number"][-4:] + "?"):
        found = browser.get("/trainings/options/attendances.volunteer_id", query_string={"q": q, "verb": "edit"})
        assert found.json["items"] == []


def test_a_refused_form_and_a_conflict_tell_no_stored_secret(client_as, browser, case):
    """What was typed comes back (in the one page that answers it), what is stored does not."""
    refused = browser.submit(f"/cases/edit/{case}", form(phone="12", receiver=""))
    assert refused.status_code == 422
    assert told(refused.text) == []
    other = client_as("county_admin")
    assert other.submit(f"/cases/edit/{case}", form(phone="19900006666", narrative="另一个经过")).status_code == 302
    conflict = browser.submit(f"/cases/edit/{case}", form(phone="19900009999", narrative="第三个经过"))
    assert conflict.status_code == 409
    assert "199****6666" in conflict.text
    assert told(conflict.text) == []
    assert "19900006666" not in conflict.text
    assert "另一个经过" not in conflict.text
    undecided = browser.submit(f"/cases/edit/{case}", form("2", phone="19900009999", _disputed="phone"))
    assert undecided.status_code == 409
    assert "199****6666" in undecided.text
    assert "19900006666" not in undecided.text


def test_what_is_said_after_saving_tells_no_secret(browser):
    answer = browser.submit("/cases/add", form() | SECRETS, follow_redirects=True)
    assert "已新增。" in answer.text
    assert told(answer.text) == []


def test_lists_can_be_searched_and_sorted_by_no_secret(browser, case):
    for query in ("_flt_0_phone=199", "_flt_0_id_number_index=x", "_oc_CaseView=phone", "_oc_CaseView=id_number_index"):
        assert browser.get(f"/cases/list/?{query}").status_code == 400
    for text in SECRETS.values():
        assert f"/cases/show/{case}" not in browser.get("/cases/list/", query_string={"q": text}).text


# ---- opened


@pytest.mark.parametrize("column", SECRETS)
def test_one_secret_is_opened_and_the_others_stay_closed(browser, case, column):
    answer = browser.submit(f"/cases/reveal/{case}", {"column": column, "reason": "联系本人"})
    assert answer.status_code == 200
    assert told(answer.text) == [column]
    assert answer.headers["Cache-Control"] == "no-store"
    assert told(browser.get(f"/cases/show/{case}").text) == [], "for this one page"


def test_the_opening_is_recorded_with_who_when_and_why(app, browser, case):
    browser.submit(f"/cases/reveal/{case}", REASON | {"reason": "上级检查核实", "other": " 回访\u3000"})
    (entry,) = looks(app, case)
    assert entry.changes == {"_column": [None, "phone"], "_reason": [None, "回访"]}, "the own words come first"
    assert (entry.actor_name, entry.division_code, entry.root_register) == ("姓名town_admin", world.OWN, "Case")
    assert entry.at is not None
    assert entry.mac.startswith("dev:")
    assert told(str(entry.changes)) == []
    history = browser.get(f"/cases/history/{case}").text
    for text in ("查看敏感信息", "联系电话", "回访", "姓名town_admin"):
        assert text in history
    with app.app_context(), acting_as(SETUP):
        assert db.session.get(Case, case).version == 1, "to look is not to change"


@pytest.mark.parametrize(
    "reason",
    [{}, {"reason": ""}, {"reason": "事"}, {"reason": " \u3000事 "}, {"reason": "长" * 101}, {"reason": "看\u202e看"},
     {"reason": "看\n看"}, {"other": "长" * 101, "reason": "联系本人"}],
    ids=["none", "empty", "short", "blanks", "long", "bidi", "two lines", "long own words"],
)  # fmt: skip
def test_without_a_reason_nothing_is_opened(app, browser, case, reason):
    answer = browser.submit(f"/cases/reveal/{case}", {"column": "phone"} | reason, follow_redirects=True)
    assert "请填写查看的理由（2 至 100 个字）。" in answer.text
    assert told(answer.text) == []
    assert looks(app, case) == []


@pytest.mark.parametrize(
    "column", ["", "name", "id_number_index", "uid", "nothing", "phone_index", "__class__", "phone,address"]
)
def test_what_is_no_secret_of_the_page_cannot_be_opened(app, browser, case, column):
    answer = browser.submit(f"/cases/reveal/{case}", {"column": column, "reason": "联系本人"})
    assert answer.status_code == 404
    assert told(answer.text) == []
    assert looks(app, case) == []


@pytest.mark.parametrize(
    ("who", "status"),
    [("supervisor", 403), ("village_admin", 404), ("foreign_admin", 404), ("system_admin", 403), ("nowhere", 403)],
)
def test_who_opens_nothing(app, client_as, case, who, status):
    browser = client_as(who)
    answer = browser.submit(f"/cases/reveal/{case}", REASON)
    assert answer.status_code == status
    assert told(answer.text) == []
    assert looks(app, case) == []
    if who == "supervisor":
        assert "查看并记录" not in browser.get(f"/cases/show/{case}").text


def test_whoever_opens_here_and_looks_there_opens_nothing_there(app, client_as):
    """`mixed` administers the town and supervises another county."""
    with app.app_context():
        here, there = (records.case(code, **SECRETS) for code in (world.OWN, world.OTHER_COUNTY + "001"))
    browser = client_as("mixed")
    assert told(browser.submit(f"/cases/reveal/{here}", REASON).text) == ["phone"]
    assert "199****1234" in browser.get(f"/cases/show/{there}").text
    answer = browser.submit(f"/cases/reveal/{there}", REASON)
    assert answer.status_code == 403
    assert told(answer.text) == []
    assert looks(app, there) == []


def test_a_unit_that_is_readable_as_a_reference_opens_nothing(app, client_as):
    with app.app_context(), acting_as(SETUP):
        row = MemberUnit(division_code=world.COUNTY, name="区司法局", contact="某某")
        secret.put(row, "phone", SECRETS["phone"])
        db.session.add(row)
        db.session.commit()
        key = row.id
    browser = client_as("town_admin")
    page = browser.get(f"/units/show/{key}").text
    assert "区司法局" in page
    assert "某某" not in page
    assert "199****" not in page
    assert "查看并记录" not in page
    answer = browser.submit(f"/units/reveal/{key}", REASON)
    assert answer.status_code == 403
    assert told(answer.text) == []
    assert told(client_as("county_admin").submit(f"/units/reveal/{key}", REASON).text) == ["phone"]


def test_an_ended_row_is_opened_as_well(app, client_as, browser, case):
    browser.submit(f"/cases/end/{case}", {"ended_on": "2026-11-24", "ended_reason": "重复", "_version": "1"})
    assert told(browser.submit(f"/cases/reveal/{case}", REASON).text) == ["phone"]


# ---- no record, no secret


@pytest.fixture
def failing(app):
    """(beginning of a statement, kind of fault): the database refuses such statements from here on."""
    with app.app_context():
        engine = db.engine
    refused = []

    def refuse(_connection, _cursor, statement, *_rest):
        if any(statement.startswith(beginning) for beginning in refused):
            raise OperationalError(statement, {}, Exception("disk full"))

    event.listen(engine, "before_cursor_execute", refuse)
    yield refused.append
    event.remove(engine, "before_cursor_execute", refuse)


def test_a_look_that_cannot_be_recorded_opens_nothing(app, browser, case, failing):
    token = {"csrf_token": browser.token()}
    failing("INSERT INTO audit_entry")
    answer = browser.post(f"/cases/reveal/{case}", data=REASON | token)
    assert answer.status_code == 503
    assert told(answer.text) == []


def test_a_record_that_cannot_be_committed_opens_nothing(app, browser, case, monkeypatch):
    token = {"csrf_token": browser.token()}

    def refuse(self):
        raise OperationalError("COMMIT", {}, Exception("disk full"))

    monkeypatch.setattr("app.guard.GuardedSession.commit", refuse)
    answer = browser.post(f"/cases/reveal/{case}", data=REASON | token)
    monkeypatch.undo()
    assert answer.status_code == 503
    assert told(answer.text) == []
    assert looks(app, case) == []


# ---- not by a link


def test_an_address_opens_nothing(app, browser, case):
    answer = browser.get(f"/cases/reveal/{case}?column=phone&reason=联系本人")
    assert answer.status_code == 405
    assert told(answer.text) == []
    for path in (f"/cases/show/{case}?column=phone&reason=联系本人", f"/cases/show/{case}?opened=phone"):
        assert told(browser.get(path).text) == []
    posted = browser.submit(f"/cases/reveal/{case}?column=phone&reason=联系本人", {})
    assert told(posted.text) == [], "the reason comes in the body, never in an address that is logged"
    assert looks(app, case) == []


def test_a_post_from_elsewhere_opens_nothing(app, browser, case):
    assert browser.post(f"/cases/reveal/{case}", data=REASON).status_code == 400
    assert browser.post(f"/cases/reveal/{case}", json=REASON).status_code == 400
    assert looks(app, case) == []


def test_the_opened_page_has_no_secret_in_a_link_or_a_form(browser, case):
    answer = browser.submit(f"/cases/reveal/{case}", REASON)
    assert answer.location is None, "no redirect: it would carry the secret in an address or keep it somewhere"
    assert re.findall(r"<[^>]*19900001234[^>]*>", answer.text) == []
    assert SECRETS["phone"] not in str(answer.headers)
