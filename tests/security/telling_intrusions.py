"""What the head of a station is told of a sealed case: who looked, and what waits for his decision."""

import re

from flask import Flask

from models.base import models_by_name
from tests.conftest import Browser
from tests.security.intrusions import signed_in
from tests.security.sealed_intrusions import _recused, requested
from tests.security.sealed_twins import ABOVE, HEADS, SENT_UP, Planted, fresh, plant

# Who reads what was handed over to him, in the place of the head.
RECEIVED = {ABOVE: SENT_UP, "center": ("Transfer", "Assignment")}


def looks_without_a_trace(app: Flask) -> str | None:
    """Whatever hangs on it is looked at, one after the other: the head reads afterwards who did."""
    planted = plant(app)
    keys = {"Transfer": planted.transfer, "Assignment": planted.assignment, **planted.others}
    known = {name: model for name, model in models_by_name().items() if hasattr(model, "__under__")}
    assert set(keys) == set(known), "one of each is planted"
    head = signed_in(app, "town_admin")
    for name, key in keys.items():
        reader = next((who for who, sent in RECEIVED.items() if name in sent), "town_admin")
        told = f"姓名{reader} 打开页面 {known[name].__label__}"
        assert told not in _told(head, planted)
        page = signed_in(app, reader).get(app.url_map.bind("").build(f"{name}View.show", {"pk": key}))
        assert page.status_code == 200, f"{reader} may read {name}"
        if told not in _told(head, planted):
            return f"{reader} reads {name}, and nobody is told"
    return None


def _told(head: Browser, planted: Planted) -> str:
    """谁看过, as its head reads it: the words, without what stands between them."""
    page = head.get(f"/cases/looks/{planted.case}").get_data(as_text=True)
    return re.sub(r"\s*(<[^>]+>\s*)+", " ", page)


def waits_for_nobody(app: Flask) -> str | None:
    """Whoever has a request to decide is told by his 待办, and nobody else: also where the head is recused or asks
    himself, and when somebody asks who would never be let in.
    """
    for asking, shut_out in (("staff", ()), ("foreign_admin", ()), ("staff", HEADS), ("town_admin", ("mixed",))):
        with fresh(app):
            planted = plant(app)
            requested(signed_in(app, asking), planted.number)
            for username in shut_out:
                _recused(app, planted, username)
            for username in ("town_admin", "mixed", "county_admin", "city_admin", "foreign_admin", "village_admin"):
                browser = signed_in(app, username)
                page, todo = browser.get("/cases/opening"), browser.get("/todo/").get_data(as_text=True)
                waits = page.get_data(as_text=True).count("/cases/decide/")
                found = re.search(r'申请查阅待决定<span class="count">(\d+) 件', todo)
                if waits != (int(found[1]) if found else 0):
                    return f"{asking} asks, {username} has {waits} to decide, and is told of {found and found[1]}"
                if waits and '<a class="btn btn-outline-secondary" href="/cases/opening"' not in todo:
                    return f"{username} is not led to what he has to decide"
    return None


ATTACKS = (looks_without_a_trace, waits_for_nobody)
