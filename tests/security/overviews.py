"""Short attacks on what stands above the registers: the workbench, places without a station, prefilled forms."""

import re

from flask import Flask
from sqlalchemy import text

from app.extensions import db
from tests.security.intrusions import signed_in
from tests.security.registers import key
from tests.world import CHILD, OWN, SIBLING


def asks_where_stations_are_missing(app: Flask) -> str | None:
    """In the next township, as somebody who reads its name nowhere."""
    for address in ("", "&division=3303", f"&division={SIBLING}"):
        page = signed_in(app, "town_admin").get(f"/stations/missing/?show=all{address}").text
        assert "应建站" in page
        if "松台街道" in page or "菱藕社区" in page:
            return "the places of another township are listed"
    return None


def counts_what_he_cannot_see(app: Flask) -> str | None:
    page = signed_in(app, "town_admin").get("/").text
    numbers = {label: int(n) for n, label in re.findall(r"(\d+)\s+(\S+)", re.sub(r"<[^>]+>", "", page))}
    assert {"在册维权站", "在册队伍成员", "今年来信来电来访", "今年培训"} <= numbers.keys()
    mine = ("在册维权站", "在册队伍成员", "今年来信来电来访", "今年培训")
    more = [label for label in mine if numbers[label] != 3]
    return f"more than his own are counted: {more}" if more else None


def reads_what_others_did(app: Flask) -> str | None:
    """What the supervisor's page names as his last rows, when the administrator has changed one that both see."""
    path = f"/stations/edit/{key('Station', OWN)}"
    assert signed_in(app, "town_admin").submit(path, {"address": "改"}).status_code == 302
    page = signed_in(app, "supervisor").get("/").text
    return "the rows that somebody else changed" if "我最近登记、修改" in page else None


def reads_on_after_a_move(app: Flask) -> str | None:
    """The name of a row that he changed, and that lies elsewhere now."""
    course = key("Training", CHILD)
    browser = signed_in(app, "town_admin")
    assert browser.submit(f"/trainings/edit/{course}", {"venue": "改"}).status_code == 302
    assert f"/trainings/show/{course}" in browser.get("/").text
    move = "UPDATE training SET division_code = :c, township_code = :c WHERE id = :k"
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(move), {"c": SIBLING, "k": course})
    return "the name of a row out of sight" if f"/trainings/show/{course}" in browser.get("/").text else None


def begins_with_the_station_of_another(app: Flask) -> str | None:
    """A form of a township that has many stations begins with none, whatever is in the address."""
    theirs = key("Station", SIBLING)
    for address in ("/cases/add", f"/cases/add?station_id={theirs}"):
        page = signed_in(app, "town_admin").get(address).text
        if re.search(r'name="station_id"[^>]*value="\d+"|value="\d+"[^>]*name="station_id"', page):
            return "the form begins with a station that he did not choose"
    return None
