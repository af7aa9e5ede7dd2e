"""Every kind of page in chromium, on a desk and on a phone: for everybody, for fingers, in Chinese, light, our own."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import delete

from app.extensions import db
from app.security import attempts
from models import StationMember
from tests import records
from tests.pages import face, walks
from tests.pages.browsing import DESK, PHONE
from tests.world import OWN, canary

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
SCREENS = pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
LONG = "婚后长期被丈夫及其家人殴打辱骂并被扣留身份证件和手机，多次报警后仍无法回家，请求紧急庇护和法律帮助"


@pytest.fixture
def full(app):
    """The world with lists of more than a page, long texts, and a register that nobody has filled."""
    with app.app_context():
        for n in range(10):
            records.case(subject=LONG if n == 9 else f"第{n}件事", phone=records.PHONE, narrative=LONG)
        with db.engine.begin() as connection:
            connection.execute(delete(StationMember.__table__))
    return app


def look_at_all(page: Page, walk: walks.Walk, wanted: int) -> None:
    """Each stop of the way is without a fault; `wanted` is how many there are at least."""
    stops, found, undecided = 0, [], []
    for stop in walk:
        stops += 1
        found += [f"{stop.name}: {fault}" for fault in face.faults(page, stop.part, undecided)]
    print(*sorted(set(undecided)), sep="\n")
    print(*found, sep="\n")
    assert not found, "\n".join(found)
    assert stops >= wanted


@SCREENS
def test_the_pages_of_who_keeps_registers(full, person, screen):
    page = person("town_admin", screen)
    look_at_all(page, walks.keeper(page, canary("STA", OWN)[:5], "/members/list/"), 35)


@SCREENS
def test_the_pages_of_who_gives_rights(full, person, screen):
    page = person("manager", screen)
    look_at_all(page, walks.manager(page), 15)
