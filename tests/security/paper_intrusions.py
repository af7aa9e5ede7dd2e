"""Short attacks on the papers of a station: by roles that no shipped one is like, and by what people write down."""

from flask import Flask
from sqlalchemy import text

from app.extensions import db
from app.security.roles import SUPERVISOR
from tests.security.answers import body_of, canaries_in
from tests.security.intrusions import role, signed_in
from tests.security.registers import key
from tests.world import OWN

STATION = key("Station", OWN)
NUMBERS = (
    "13812345678",
    "138 1234 5678",
    "１３８１２３４５６７８",
    "330302198003080025",
    "33030219800308002x",
    "0577-88881111",
)


def _take(app: Flask, register: str, verb: str) -> None:
    """The role of the supervisor has this cell no more."""
    cell = (
        "SELECT c.id FROM ab_permission_view c JOIN ab_view_menu v ON v.id = c.view_menu_id"
        " JOIN ab_permission p ON p.id = c.permission_id WHERE v.name = :register AND p.name = :verb"
    )
    gone = text(f"DELETE FROM ab_permission_view_role WHERE role_id = :role AND permission_view_id IN ({cell})")
    values = {"role": role(app, SUPERVISOR), "register": register, "verb": f"can_{verb}"}
    with app.app_context(), db.engine.begin() as connection:
        assert connection.execute(gone, values).rowcount == 1


def prints_names_that_are_not_his(app: Flask) -> str | None:
    """As somebody who may look at stations and their 班子, and not at the people of their teams."""
    _take(app, "Volunteer", "view")
    browser = signed_in(app, "supervisor")
    assert browser.get(f"/stations/paper/{STATION}/checklist").status_code == 200
    for path in ("paper/{}/roster", "paper/{}/team", "word/{}/roster", "word/{}/team"):
        answer = browser.get("/stations/" + path.format(STATION))
        if answer.status_code != 403 or {"VOL", "MEMBER"} & {kind for kind, _ in canaries_in(body_of(answer))}:
            return f"{path} answers {answer.status_code}"
    return "a link to the roster" if "/roster" in browser.get(f"/stations/show/{STATION}").text else None


def takes_a_roster_away(app: Flask) -> str | None:
    """As somebody who may export stations, and only look at the people of their teams."""
    _take(app, "Volunteer", "export")
    browser = signed_in(app, "supervisor")
    page = browser.get(f"/stations/paper/{STATION}/roster")
    assert page.status_code == 200
    assert browser.get(f"/stations/word/{STATION}/team").status_code == 200
    if "/stations/word/" in page.text:
        return "a link to the file"
    answer = browser.get(f"/stations/word/{STATION}/roster")
    return None if answer.status_code == 403 else f"a file: {answer.status_code}"


def reads_a_number_on_the_wall(app: Flask) -> str | None:
    """Somebody has written numbers of people into a name and a 分工."""
    told = "、".join(NUMBERS)
    with app.app_context(), db.engine.begin() as connection:
        change = text("UPDATE station_member SET duties = :told, name = :one WHERE station_id = :key")
        assert connection.execute(change, {"told": told, "one": f"甲{NUMBERS[0]}", "key": STATION}).rowcount
        connection.execute(
            text("UPDATE volunteer SET name = :one WHERE station_id = :key"), {"one": f"乙{NUMBERS[0]}", "key": STATION}
        )
    browser = signed_in(app, "town_admin")
    for kind in ("paper", "word"):
        said = body_of(browser.get(f"/stations/{kind}/{STATION}/team"))
        assert "甲" in said
        if found := [number for number in NUMBERS if number in said]:
            return f"{kind}: {found}"
    return None
