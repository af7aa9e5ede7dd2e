"""Runs the worked example in an application of its own: `python -m tests.example.check DATABASE_URI`.

A process of its own, because a model that is defined once stays in the metadata of every test that follows.
"""

import io
import re
import sys
from contextlib import ExitStack
from unittest.mock import patch

import python_calamine
from sqlalchemy import select

from app import setup
from app.extensions import db
from app.scope import acting_as
from app.security import roles
from app.security.actor import SETUP
from models import Model, Station
from tests import world
from tests.conftest import Browser, cheap_hashes, make_app, today_is
from tests.example.register import ServiceBrand, ServiceBrandView
from views import menu
from views.menu import Entry

PHONE = "19900001234"


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found, f"no {name}"
    return found[1]


def check(uri: str) -> None:
    """Raise AssertionError at the first thing that a register should do and this one does not."""
    roles.MATRIX["ServiceBrand"] = dict.fromkeys(roles.ROLES, "") | {
        roles.DIVISION_ADMIN: "view reveal add edit end delete export",
        roles.SUPERVISOR: "view",
    }
    with ExitStack() as stack:
        stack.enter_context(today_is(world.TODAY))
        stack.enter_context(cheap_hashes())
        stack.enter_context(
            patch.object(menu, "MENU", (*menu.MENU, Entry("menu-brands", ServiceBrandView, "服务品牌")))
        )
        app = make_app(uri)
        with app.app_context():
            setup.run()
            Model.metadata.create_all(db.engine)
            world.clear(app)
            world.build(app)
            with acting_as(SETUP):
                own = db.session.scalars(select(Station.id).where(Station.division_code == world.OWN)).one()
                other = db.session.scalars(select(Station.id).where(Station.division_code == world.SIBLING)).one()
        mine, theirs = Browser(app), Browser(app)
        assert mine.sign_in("town_admin").status_code == 302
        assert theirs.sign_in("foreign_admin").status_code == 302
        _walk(mine, theirs, own, other)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    print("example: list form filter search export history scope masking 409 end delete")


def _walk(mine: Browser, theirs: Browser, own: int, other: int) -> None:
    text = {"name": "姐妹谈心室", "opened_on": "2026-03-08", "is_open": "y", "phone": PHONE}
    refused = mine.submit("/brands/add", {**text, "station_id": other})
    assert refused.status_code == 422, "a station out of reach"
    assert mine.submit("/brands/add", {**text, "station_id": own, "phone": "123"}).status_code == 422
    once = field(mine.get("/brands/add").text, "_once")
    answers = [mine.submit("/brands/add", {**text, "station_id": own, "_once": once}) for _ in range(2)]
    assert answers[0].location == answers[1].location, "sent twice, made twice"
    key = answers[0].location.rsplit("/", 1)[1]

    listed = mine.get("/brands/list/").text
    assert "姐妹谈心室" in listed
    assert "199****1234" in listed
    queries = {
        "q=谈心": True,
        "q=调解": False,
        "_flt_0_is_open=n": False,
        "_flt_0_name=姐妹": True,
        f"_flt_0_division_code={world.OWN}": True,
        "_flt_0_opened_on=2026-04-01": False,
    }
    for query, seen in queries.items():
        assert ("姐妹谈心室" in mine.get(f"/brands/list/?{query}").text) is seen, query
    assert mine.get("/brands/list/?_oc_ServiceBrandView=opened_on").status_code == 200

    form = mine.get(f"/brands/edit/{key}").text
    version = field(form, "_version")
    saved = mine.submit(f"/brands/edit/{key}", {**text, "name": "温馨调解室", "phone": "", "_version": version})
    assert saved.status_code == 302
    stale = mine.submit(f"/brands/edit/{key}", {**text, "name": "谈心小屋", "phone": "", "_version": version})
    assert stale.status_code == 409
    assert "温馨调解室" in stale.text
    assert "谈心小屋" in stale.text

    history = mine.get(f"/brands/history/{key}").text
    assert "温馨调解室" in history
    book = python_calamine.load_workbook(io.BytesIO(mine.get("/brands/export").data)).get_sheet_by_index(0).to_python()
    assert "199****1234" in book[1]
    for page in (listed, form, history, stale.text, mine.get(f"/brands/show/{key}").text, str(book)):
        assert PHONE not in page
    opened = mine.submit(f"/brands/reveal/{key}", {"column": "phone", "reason": "核对登记信息"})
    assert PHONE in opened.text
    assert "核对登记信息" in mine.get(f"/brands/history/{key}").text

    for path in ("show", "edit", "history", "end"):
        assert theirs.get(f"/brands/{path}/{key}").status_code == 404, path
    assert "共 0 条" in theirs.get("/brands/list/").text
    assert theirs.submit(f"/brands/reveal/{key}", {"column": "phone", "reason": "核对登记信息"}).status_code == 404

    version = field(mine.get(f"/brands/end/{key}").text, "_version")
    ended = {"ended_on": "2026-11-24", "ended_reason": "停止服务", "_version": version}
    assert mine.submit(f"/brands/end/{key}", ended).status_code == 302
    assert "温馨调解室" not in mine.get("/brands/list/").text
    assert "温馨调解室" in mine.get("/brands/list/?_ended=yes").text
    assert mine.submit(f"/brands/delete/{key}").location == "/brands/list/"
    assert mine.get(f"/brands/show/{key}").status_code == 404
    assert ServiceBrand.__label__ == "服务品牌"


if __name__ == "__main__":
    check(sys.argv[1])
