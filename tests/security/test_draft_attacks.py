"""Attacks on drafts: another person's, of a row out of sight, without the right, and in clear somewhere."""

import pytest
from sqlalchemy import select, update

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry, Draft, UserScope
from tests import world
from tests.pages.drafting import CANARY, JSON, ONCE, STATION, TYPED, draft, kept, restored
from tests.security.registers import BY_REGISTER
from tests.world import CHILD, FIRST_STATION, FOREIGN, SIBLING

PHONE = "13912345678"


@pytest.mark.parametrize("who", ["county_admin", "staff", "city_admin", "foreign_admin"])
def test_nobody_reaches_the_draft_of_another(app, client_as, who):
    mine, other = client_as("town_admin"), client_as(who)
    draft(mine, "/cases", TYPED)
    draft(mine, "/stations", {"name": CANARY}, FIRST_STATION)
    (uid,) = [form.rpartition(":")[2] for form in kept(app) if form.startswith("Station")]
    names = (ONCE, f"add:{ONCE}", f"Case:add:{ONCE}", f"edit:{uid}", uid, "%", "_" * 32, "")
    for name in names:
        for path in ("/cases/add", "/stations/add", STATION):
            assert CANARY not in other.get(path, query_string={"_draft": name}).text
        assert other.submit("/cases/discard/new", {"draft": name}).status_code in (302, 403)
        other.submit(f"/stations/discard/{FIRST_STATION}", {"draft": name})
    assert "恢复草稿" not in other.get("/cases/add").text
    assert len(kept(app)) == 2
    assert CANARY in restored(mine)


def test_a_forged_number_writes_into_nobody_elses_draft(app, client_as):
    mine, other = client_as("town_admin"), client_as("county_admin")
    draft(mine, "/cases", TYPED)
    assert draft(other, "/cases", TYPED | {"subject": "别人的"}).status_code == 200
    assert CANARY in restored(mine)
    assert "别人的" in restored(other)


@pytest.mark.parametrize("code", [SIBLING, f"{FOREIGN}01001"])
def test_a_row_out_of_sight_takes_no_draft(app, client_as, code):
    browser, key = client_as("town_admin"), BY_REGISTER["Station"].keys[code]
    answer, nothing = (draft(browser, "/stations", {"name": "x", "_version": "1"}, k) for k in (key, 99_999_999))
    assert (answer.status_code, answer.json) == (404, nothing.json)
    assert browser.submit(f"/stations/discard/{key}").status_code == 404
    assert kept(app) == []


@pytest.mark.parametrize(("who", "key"), [("supervisor", "new"), ("supervisor", FIRST_STATION), ("staff", "new")])
def test_who_only_looks_drafts_nothing(app, client_as, who, key):
    browser = client_as(who)
    assert draft(browser, "/stations", {"name": "x", "_version": "1"}, key).status_code == 403
    assert browser.submit(f"/stations/discard/{key}").status_code == 403
    assert kept(app) == []


def test_who_edits_elsewhere_drafts_no_row_that_he_only_sees(app, client_as):
    key = BY_REGISTER["Station"].keys["330304001"]
    assert draft(client_as("mixed"), "/stations", {"name": "x", "_version": "1"}, key).status_code == 403
    assert kept(app) == []


def test_whose_rights_ended_reaches_none_of_his_drafts(app, client_as):
    browser = client_as("town_admin")
    draft(browser, "/cases", TYPED)
    draft(browser, "/stations", {"name": CANARY}, FIRST_STATION)
    with app.app_context(), acting_as(SETUP), db.engine.begin() as connection:
        owner = connection.scalar(select(Draft.user_id).limit(1))
        moved = {"division_code": CHILD}
        connection.execute(update(UserScope.__table__).where(UserScope.user_id == owner).values(**moved))
    assert browser.get(f"{STATION}?_draft=1").status_code == 404
    with app.app_context(), db.engine.begin() as connection:
        ended = {"valid_until": world.TODAY.replace(day=1)}
        connection.execute(update(UserScope.__table__).where(UserScope.user_id == owner).values(**ended))
    assert browser.get(f"/cases/add?_draft={ONCE}").status_code == 403
    assert browser.get(f"{STATION}?_draft=1").status_code == 403


@pytest.mark.parametrize("path", ["/stations/draft/new", f"/stations/draft/{FIRST_STATION}", "/stations/discard/new"])
def test_a_post_without_its_token_does_nothing(app, client_as, path):
    browser = client_as("town_admin")
    assert browser.post(path, data={"name": "x", "_once": ONCE, "_version": "1"}, headers=JSON).status_code == 400
    assert browser.post(path, data="{}", headers=JSON | {"X-CSRFToken": "x"}).status_code == 400
    assert kept(app) == []


def test_what_was_typed_stands_in_clear_nowhere(app, client_as, caplog):
    """Not in a table, the audit or a log; each of them would be read by others than the one who typed."""
    browser = client_as("town_admin")
    caplog.set_level("DEBUG")
    draft(browser, "/cases", TYPED | {"phone": PHONE})
    draft(browser, "/stations", {"name": CANARY}, FIRST_STATION)
    assert CANARY in restored(browser)
    with app.app_context(), db.engine.connect() as connection:
        tables = {t.name: connection.execute(select(t)).all() for t in Draft.metadata.sorted_tables}
        before = [e for e in tables["audit_entry"] if "Draft" in str(e)]
    text = str(tables) + caplog.text
    assert (CANARY in text, CANARY.encode().hex() in text, PHONE in text, before) == (False, False, False, [])
    assert len(tables["draft"]) == 2
    with app.app_context(), acting_as(SETUP):
        assert not db.session.scalars(select(AuditEntry.id).where(AuditEntry.register == "Draft")).all()
