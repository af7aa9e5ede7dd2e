"""Short attacks over HTTP. Each does what nobody may get away with and says what it got; None: nothing.

They begin with the world as it was built, and stop with an error when a step that is allowed fails: an attack that
does not come to its point would find nothing in any product.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from flask import Flask
from sqlalchemy import text

from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from tests import world
from tests.conftest import Browser
from tests.security.attacks import ADMIN, MANAGER, STAFF, SYSTEM, person
from tests.security.registers import BY_REGISTER
from tests.world import CITY, COUNTY, OWN, SIBLING

VOLUNTEER = BY_REGISTER["Volunteer"].keys[OWN]
NEW = "Another-password-2026"


def signed_in(app: Flask, username: str) -> Browser:
    browser = Browser(app)
    assert browser.sign_in(username).status_code == 302
    return browser


def ask(app: Flask, sql: str, **values: Any) -> list[Any]:
    """The first column of what the database says."""
    with app.app_context(), db.engine.connect() as connection:
        return list(connection.execute(text(sql), values).scalars())


def in_hand(app: Flask, username: str, attempt: Callable[[Any, Actor], Any], model: Any, key: int) -> None:
    """Somebody tries something with a row that he got hold of, whether he may see it or not."""
    with app.app_context():
        actor = person(username)
        with acting_as(SETUP):
            row = db.session.get_one(model, key)
        try:
            with acting_as(actor):
                attempt(row, actor)
                db.session.commit()
        except DomainError:
            db.session.rollback()
        db.session.remove()


def account(app: Flask, username: str) -> int:
    return ask(app, "SELECT id FROM ab_user WHERE username = :name", name=username)[0]


def role(app: Flask, name: str) -> int:
    return ask(app, "SELECT id FROM ab_role WHERE name = :name", name=name)[0]


def cells(app: Flask, key: int) -> set[str]:
    """What a role holds, as its page posts it: "Station.view", "Station.grant_view"."""
    found = ask(
        app,
        "SELECT v.name || '.' || p.name FROM ab_permission_view_role r"
        " JOIN ab_permission_view c ON c.id = r.permission_view_id"
        " JOIN ab_view_menu v ON v.id = c.view_menu_id JOIN ab_permission p ON p.id = c.permission_id"
        " WHERE r.role_id = :key",
        key=key,
    )
    return {cell.replace(".can_", ".") for cell in found}


def shape(browser: Browser, key: int, wanted: set[str]) -> Any:
    """Give a role these cells, in the two steps of its page."""
    page = browser.get(f"/roles/show/{key}").get_data(as_text=True)
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]  # type: ignore[index]
    data = {"digest": digest, "confirmed": "1", "cell": sorted(wanted)}
    return browser.submit(f"/roles/change/{key}", data)


def is_in(browser: Browser) -> bool:
    return browser.get("/").status_code == 200


# ---- delegation


def widens_his_own_role(app: Flask) -> str | None:
    """Who holds the role of the managers puts a right to look into it."""
    browser, key = signed_in(app, "city_manager"), role(app, MANAGER)
    shape(browser, key, cells(app, key) | {"Case.view"})
    return "his own role may look at cases now" if "Case.view" in cells(app, key) else None


def grants_himself_a_scope(app: Flask) -> str | None:
    browser, key = signed_in(app, "city_manager"), account(app, "city_manager")
    data = {"role_id": role(app, ADMIN), "division_code": CITY, "valid_from": "2026-01-01"}
    browser.submit(f"/accounts/grant/{key}", data)
    held = ask(app, "SELECT r.name FROM user_scope s JOIN ab_role r ON r.id = s.role_id WHERE user_id = :u", u=key)
    return f"he is {held}" if ADMIN in held else None


def resets_an_administrator(app: Flask) -> str | None:
    """A manager asks for a link to the account of somebody whose rights he could not give."""
    browser = signed_in(app, "manager")
    target = account(app, "system_admin")
    page = browser.submit(f"/accounts/invite/{target}").get_data(as_text=True)
    links = ask(app, "SELECT count(*) FROM activation WHERE user_id = :u", u=target)
    return "a link to the account of the administrator" if "/activate/" in page or links != [0] else None


def copies_a_role_wider_than_his(app: Flask) -> str | None:
    browser = signed_in(app, "manager")
    browser.submit(f"/roles/copy/{role(app, SYSTEM)}", {"division_code": COUNTY, "title": "本地角色"})
    made = ask(app, "SELECT id FROM ab_role WHERE division_code IS NOT NULL")
    return f"a copy that may {sorted(cells(app, made[0]))}" if made else None


# ---- what a list remembers

SEARCHED = "王小明甲"


def _searches(app: Flask, username: str) -> str:
    """Somebody looks for a person among the cases; the address of what he sees."""
    answer = signed_in(app, username).submit("/cases/query", {"q": SEARCHED})
    assert answer.status_code == 303
    return answer.location


def reads_what_another_searched(app: Flask) -> str | None:
    where = _searches(app, "town_admin")
    browser = signed_in(app, "staff")
    for path in (where, "/cases/list/"):
        if SEARCHED in browser.get(path).get_data(as_text=True):
            return "the name that another searched for"
    return None


def reads_searches_in_the_database(app: Flask) -> str | None:
    _searches(app, "town_admin")
    (value,) = ask(app, "SELECT value FROM preference")
    return "the name that was searched for stands in the database" if SEARCHED in value else None


def opens_a_search_copied_to_himself(app: Flask) -> str | None:
    """Who can write to the database, and is a user, lets his own list show the search of another."""
    _searches(app, "town_admin")
    browser = signed_in(app, "staff")
    assert browser.submit("/cases/query", {"q": "甲"}).status_code == 303
    copied = text(
        "UPDATE preference SET value = (SELECT p.value FROM preference p WHERE p.user_id = :his) WHERE user_id = :mine"
    )
    people = {"his": account(app, "town_admin"), "mine": account(app, "staff")}
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(copied, people)
    return "the search of another" if SEARCHED in browser.get("/cases/list/").get_data(as_text=True) else None


def follows_the_name_in_the_address(app: Flask) -> str | None:
    return "the name stands in the address" if SEARCHED in unquote(_searches(app, "town_admin")) else None


def chooses_a_column_for_few(app: Flask) -> str | None:
    browser = signed_in(app, "town_admin")
    assert browser.submit("/cases/columns", {"column": ["subject", "id_number"]}).status_code == 303
    head = browser.get("/cases/list/").get_data(as_text=True).partition("<thead>")[2].partition("</thead>")[0]
    assert "事由" in head
    return "a secret column by choice" if "身份证号" in head else None


# ---- what has to be recorded


def _entries(app: Flask, verb: str) -> int:
    sql = "SELECT count(*) FROM audit_entry WHERE register = 'Volunteer' AND row_key = :key AND verb = :verb"
    return ask(app, sql, key=str(VOLUNTEER), verb=verb)[0]


def opens_a_secret_unseen(app: Flask) -> str | None:
    browser, plain = signed_in(app, "town_admin"), BY_REGISTER["Volunteer"].secret("phone", VOLUNTEER)
    data = {"column": "phone", "reason": "核对身份"}
    page = browser.submit(f"/volunteers/reveal/{VOLUNTEER}", data).get_data(as_text=True)
    assert plain in page
    return None if _entries(app, "reveal") == 1 else "a secret without a record"


def changes_a_row_unseen(app: Flask) -> str | None:
    browser, before = signed_in(app, "town_admin"), _entries(app, "edit")
    _retitle(browser, "甲")
    assert _title(app) == "甲"
    return None if _entries(app, "edit") == before + 1 else "a change without a record"


# ---- versions


def _title(app: Flask) -> str:
    return ask(app, "SELECT title FROM volunteer WHERE id = :key", key=VOLUNTEER)[0]


def _retitle(browser: Browser, title: str, **version: str) -> Any:
    return browser.submit(f"/volunteers/edit/{VOLUNTEER}", {"title": title, **version})


def saves_over_another(app: Flask) -> str | None:
    """Two open the form; the second saves on the version that the first has changed."""
    first, second = signed_in(app, "staff"), signed_in(app, "town_admin")
    opened = second.version(f"/volunteers/edit/{VOLUNTEER}")
    _retitle(first, "乙")
    assert _title(app) == "乙"
    _retitle(second, "甲", **opened)
    return "the change of another is lost" if _title(app) != "乙" else None


def edits_what_has_ended(app: Flask) -> str | None:
    browser = signed_in(app, "town_admin")
    path = f"/volunteers/edit/{VOLUNTEER}"
    browser.submit(f"/volunteers/end/{VOLUNTEER}", {"ended_on": "2026-11-01", "ended_reason": "离任"})
    (version,) = ask(app, "SELECT version FROM volunteer WHERE id = :k AND ended_on IS NOT NULL", k=VOLUNTEER)
    browser.submit(path, {"title": "甲", "_version": str(version)})
    return "what has ended was changed" if _title(app) == "甲" else None


def sends_a_form_twice(app: Flask) -> str | None:
    browser = signed_in(app, "town_admin")
    data = BY_REGISTER["Training"].form(OWN) | {"name": "同一次", "_once": "0" * 32}
    for _ in range(2):
        assert browser.submit("/trainings/add", data).status_code == 302
    (made,) = ask(app, "SELECT count(*) FROM training WHERE name = '同一次'")
    return f"{made} rows of one form" if made != 1 else None


# ---- sessions and passwords


def goes_on_after_signing_out(app: Flask) -> str | None:
    """With a copy of the cookie."""
    browser, name = signed_in(app, "town_admin"), app.config["SESSION_COOKIE_NAME"]
    cookie = browser.client.get_cookie(name)
    assert is_in(browser)
    browser.submit("/logout/")
    copy = Browser(app)
    copy.client.set_cookie(name, cookie.value)
    return "the cookie still works" if is_in(copy) else None


def goes_on_after_a_new_password(app: Flask) -> str | None:
    first, second = signed_in(app, "town_admin"), signed_in(app, "town_admin")
    data = {"old": world.PASSWORD, "new": NEW, "again": NEW}
    assert first.submit("/account/password", data).status_code == 302
    assert is_in(first)
    return "another session goes on with the old password" if is_in(second) else None


def goes_on_after_a_change_of_role(app: Flask) -> str | None:
    held, key = signed_in(app, "staff"), role(app, STAFF)
    shape(signed_in(app, "city_manager"), key, cells(app, key) - {"Case.view"})
    assert "Case.view" not in cells(app, key)
    return "a session goes on with the old rights" if is_in(held) else None


def goes_on_after_a_scope_was_taken(app: Flask) -> str | None:
    held, key = signed_in(app, "town_admin"), account(app, "town_admin")
    (scope,) = ask(app, "SELECT id FROM user_scope WHERE user_id = :u", u=key)
    signed_in(app, "manager").submit(f"/accounts/revoke/{key}/{scope}")
    assert ask(app, "SELECT count(*) FROM user_scope WHERE id = :s AND valid_until IS NULL", s=scope) == [0]
    return "a session goes on without the scope" if is_in(held) else None


def guesses_on(app: Flask) -> str | None:
    """Five wrong passwords, then the right one."""
    for n in range(5):
        assert Browser(app).sign_in("town_admin", f"Wrong-password-{n}").status_code == 422
    return "the lock does not hold" if Browser(app).sign_in("town_admin").status_code == 302 else None


# ---- finding by names


def found(browser: Browser, q: str) -> list[str]:
    """The texts that the search box shows."""
    answer = browser.submit("/search/suggest", {"q": q})
    assert answer.status_code == 200
    return [item["text"] for group in answer.get_json()["groups"] for item in group["items"]]


def finds_a_row_elsewhere(app: Flask) -> str | None:
    """Asks for a name from another township; those at home are found."""
    browser = signed_in(app, "town_admin")
    assert found(browser, f"STA-{OWN}")
    texts = found(browser, f"STA-{SIBLING}")
    return f"found {texts}" if texts else None


def asks_a_row_for_what_is_private(app: Flask) -> str | None:
    """The unit of the city may be seen from below, the person to call may not: is it this one?"""
    browser = signed_in(app, "town_admin")
    assert found(browser, f"UNIT-{CITY}")
    texts = found(browser, f"CONTACT-{CITY}")
    return f"found {texts}" if texts else None


def finds_in_a_register_that_is_not_his(app: Flask) -> str | None:
    """Divisions are readable along one's own line; who has no right to look at that register gets none listed."""
    texts = found(signed_in(app, "manager"), "lucheng")
    return f"found {texts}" if texts else None
