"""Short attacks on drafts over HTTP, as those of tests.security.intrusions."""

from flask import Flask
from sqlalchemy import select

from app.extensions import db
from models import Draft
from tests.pages.drafting import ONCE, draft
from tests.security.intrusions import ask, signed_in
from tests.security.registers import BY_REGISTER
from tests.world import OWN

TOLD = "只写给自己的话"
STATION = BY_REGISTER["Station"].keys[OWN]


def reads_anothers_draft(app: Flask) -> str | None:
    """Who holds the same role above asks for it by its number, and by the row."""
    mine, other = signed_in(app, "town_admin"), signed_in(app, "county_admin")
    assert draft(mine, "/cases", {"subject": TOLD}).status_code == 200
    assert draft(mine, "/stations", {"name": TOLD}, STATION).status_code == 200
    assert TOLD in mine.get(f"/cases/add?_draft={ONCE}").text
    pages = (f"/cases/add?_draft={ONCE}", f"/stations/edit/{STATION}?_draft=1")
    return "the draft of another" if any(TOLD in other.get(page).text for page in pages) else None


def forgets_anothers_draft(app: Flask) -> str | None:
    mine, other = signed_in(app, "town_admin"), signed_in(app, "county_admin")
    assert draft(mine, "/cases", {"subject": TOLD}).status_code == 200
    other.submit("/cases/discard/new", {"draft": ONCE})
    return None if ask(app, "SELECT count(*) FROM draft") == [1] else "the draft of another is gone"


def reads_drafts_in_the_database(app: Flask) -> str | None:
    """Who got hold of a copy of the database, without its keys."""
    assert draft(signed_in(app, "town_admin"), "/cases", {"subject": TOLD}).status_code == 200
    with app.app_context(), db.engine.connect() as connection:
        (payload,) = connection.scalars(select(Draft.__table__.c.payload)).all()
    return "what was typed stands there in clear" if TOLD.encode() in payload else None
