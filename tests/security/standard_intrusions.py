"""Short attacks on 认定, the board and 系统判定, as those of tests.security.intrusions."""

from flask import Flask
from sqlalchemy import text

from app.extensions import db
from models import ChecklistItem, Rule
from tests import records
from tests.security.intrusions import ask, signed_in
from tests.security.registers import BY_REGISTER, key
from tests.world import OWN, SIBLING

COUNTY_ACT = {"by_level": "COUNTY", "recognized_on": "2026-11-20", "recognized_by": "某人"}


def recognises_for_the_county(app: Flask) -> str | None:
    """The township has done its own act; the county's is not its to do."""
    browser, form = signed_in(app, "town_admin"), BY_REGISTER["Recognition"].form(OWN)
    assert browser.submit("/recognitions/add", form).status_code == 302, "the form itself is good"
    browser.submit("/recognitions/add", form | COUNTY_ACT)
    acts = ask(app, "SELECT by_level FROM recognition WHERE division_code = :code", code=OWN)
    return "the county's act by a township" if "COUNTY" in acts else None


def revokes_for_the_county(app: Flask) -> str | None:
    """The county recognises; somebody of the township takes it back, and changes its number."""
    form = BY_REGISTER["Recognition"].form(OWN) | COUNTY_ACT
    assert signed_in(app, "county_admin").submit("/recognitions/add", form).status_code == 302
    (act,) = ask(app, "SELECT id FROM recognition WHERE division_code = :code AND by_level = 'COUNTY'", code=OWN)
    browser = signed_in(app, "town_admin")
    browser.submit(f"/recognitions/edit/{act}", {"recognized_by": "某人", "document_no": "改了"})
    browser.submit(f"/recognitions/end/{act}", {"ended_on": "2026-11-24", "ended_reason": "不认"})
    if ask(app, "SELECT ended_on FROM recognition WHERE id = :key", key=act) != [None]:
        return "the county's act revoked by a township"
    changed = ask(app, "SELECT document_no FROM recognition WHERE id = :key", key=act) != [None]
    return "the county's act changed by a township" if changed else None


def recognises_what_lacks_something(app: Flask) -> str | None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(
            text("UPDATE judgement SET finding = 'MISSING' WHERE station_id = :key"), {"key": key("Station", OWN)}
        )
    before = ask(app, "SELECT count(*) FROM recognition")
    signed_in(app, "town_admin").submit("/recognitions/add", BY_REGISTER["Recognition"].form(OWN))
    return "recognised with gaps" if ask(app, "SELECT count(*) FROM recognition") != before else None


def reads_the_board_of_another(app: Flask) -> str | None:
    browser = signed_in(app, "town_admin")
    for address in (f"/stations/board/?division={SIBLING}", f"/stations/board/export?division={SIBLING}"):
        if browser.get(address).status_code == 200:
            return "the board of another township"
    return None


def reads_why(app: Flask) -> str | None:
    """The centre sees stations, and not who is on duty there."""
    with app.app_context():
        asked = {"checklist_id": key("Checklist", OWN), "label": "有人值守", "rule": Rule.HAS_DUTY_ROSTER}
        records.keep(ChecklistItem(**asked))
    page = signed_in(app, "center").get(f"/stations/show/{key('Station', OWN)}").text
    assert "有人值守" in page
    return "why a line is not met" if "没有人" in page else None
