"""Signing in without leaving the page: what scripts are answered, and who may go on with a form that is open."""

import hashlib
import re

import pytest
from sqlalchemy import delete

from app.extensions import db
from app.scope import acting_as
from app.security import attempts, sessions
from app.security.actor import OPERATOR
from models import Activation, SignInSession
from tests.conftest import Browser
from tests.pages.drafting import JSON, ONCE, draft
from tests.pages.sessions import events, is_in
from tests.world import FIRST_STATION, PASSWORD

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

STATION = f"/stations/edit/{FIRST_STATION}"


def mark_on(browser: Browser) -> str:
    return re.search(r'data-who="(\w+)"', browser.get("/cases/add").text)[1]


def token(browser: Browser, mark: str = "") -> dict:
    answer = browser.get("/login/token", headers=JSON | {"X-Opened-By": mark})
    assert answer.status_code == 200
    return answer.json


def enter(browser: Browser, username: str, mark: str = "", password: str = PASSWORD, **headers: str):
    """Sign in as the form's script does."""
    sent = JSON | {"X-CSRFToken": token(browser)["csrf_token"], "X-Opened-By": mark} | headers
    return browser.post("/login/", data={"username": username, "password": password}, headers=sent)


def end_all(app):
    with app.app_context(), acting_as(OPERATOR):
        db.session.execute(delete(SignInSession))
        db.session.commit()


@pytest.mark.parametrize("path", ["/cases/draft/new", f"/stations/draft/{FIRST_STATION}", "/cases/discard/new"])
def test_a_script_is_told_that_the_session_ended(app, client_as, path):
    browser = client_as("town_admin")
    headers = JSON | {"X-CSRFToken": browser.token()}
    end_all(app)
    answer = browser.post(path, data={"_once": ONCE, "_version": "1"}, headers=headers)
    assert (answer.status_code, answer.json) == (401, {"message": "登录已失效，请重新登录。"})


@pytest.mark.parametrize("path", ["/cases/add", "/cases/add?_draft=" + ONCE, STATION, f"/stations/end/{FIRST_STATION}"])
def test_who_posts_a_form_too_late_comes_back_to_it(app, client_as, path):
    browser = client_as("town_admin")
    hidden = {"csrf_token": browser.token()}
    end_all(app)
    asked = browser.post(path, data={"name": "x", **hidden})
    assert asked.status_code == 302
    answer = browser.post(asked.location, data={"username": "town_admin", "password": PASSWORD, **hidden})
    assert answer.location == path


@pytest.mark.parametrize("path", [f"/stations/delete/{FIRST_STATION}", "/stations/action_post"])
def test_who_posts_what_has_no_page_begins_at_the_first_one(app, client_as, path):
    browser = client_as("town_admin")
    hidden = {"csrf_token": browser.token()}
    end_all(app)
    assert browser.post(path, data=hidden).location == "/login/"


def test_the_same_person_goes_on_with_the_form_that_is_open(app, client_as):
    browser = client_as("town_admin")
    mark = mark_on(browser)
    end_all(app)
    answer = enter(browser, "town_admin", mark)
    assert (answer.status_code, answer.json["ok"], answer.json["same"]) == (200, True, True)
    assert events(app) == ["sign_in", "sign_in"]
    data = {"name": "新名", "csrf_token": answer.json["csrf_token"], **browser.version(STATION)}
    assert browser.post(STATION, data=data).status_code == 302


def test_another_person_is_told_that_it_is_not_his(app, client_as):
    browser = client_as("town_admin")
    mark = mark_on(browser)
    end_all(app)
    answer = enter(browser, "county_admin", mark)
    assert (answer.json["ok"], answer.json["same"]) == (True, False)
    assert token(browser, mark)["same"] is False
    assert token(browser, mark_on(browser))["same"] is True


@pytest.mark.parametrize("mark", ["", "x", "0" * 32, "é", "1"])
def test_a_mark_that_no_page_carries_is_nobodys(client_as, mark):
    assert token(client_as("town_admin"), mark.encode().decode("latin-1"))["same"] is False


def test_a_mark_names_nobody(app, client_as, monkeypatch):
    marks = {mark_on(client_as(who)) for who in ("town_admin", "county_admin")}
    assert len(marks) == 2
    assert all(re.fullmatch("[0-9a-f]{32}", mark) for mark in marks)
    plain = {hashlib.sha256(str(n).encode()).hexdigest()[:32] for n in range(100)}
    with app.app_context():
        assert marks <= {sessions.mark_of(n) for n in range(100)}
        monkeypatch.setitem(app.config, "FIELD_KEYS", "new:" + app.config["FIELD_KEYS"].partition(":")[2].swapcase())
        assert not marks & ({sessions.mark_of(n) for n in range(100)} | plain), "without the key it is nobody's"


def test_a_wrong_password_is_refused_in_words(app):
    browser = Browser(app)
    for data in ({"username": "town_admin", "password": "wrong"}, {"username": "nobody", "password": PASSWORD}):
        answer = enter(browser, **data)
        assert (answer.status_code, list(answer.json)) == (422, ["message"])
        assert "账号或密码不正确" in answer.json["message"]
    assert "请填写" in enter(browser, "").json["message"]
    assert not is_in(browser)


def test_guessing_is_counted_as_at_the_door(app):
    browser = Browser(app)
    for _ in range(attempts.FAILURES):
        assert enter(browser, "town_admin", password="wrong").status_code == 422
    assert enter(browser, "town_admin").status_code == 422
    assert events(app)[-1] == "lock"


def test_a_slow_address_waits(app, monkeypatch):
    monkeypatch.setattr(attempts, "seconds_to_wait", lambda address, now: 8)
    answer = enter(Browser(app), "town_admin")
    assert (answer.status_code, answer.headers["Retry-After"], list(answer.json)) == (429, "8", ["message"])


def test_a_weak_password_is_changed_elsewhere(app, monkeypatch):
    monkeypatch.setattr("views.auth.passwords.problems", lambda *_args: ["太短"])
    browser = Browser(app)
    answer = enter(browser, "town_admin")
    assert (answer.status_code, "请在新窗口登录" in answer.json["message"], is_in(browser)) == (422, True, False)
    with app.app_context(), acting_as(OPERATOR):
        db.session.execute(delete(Activation))
        db.session.commit()


def test_without_a_token_nobody_signs_in(app):
    browser = Browser(app)
    assert enter(browser, "town_admin", **{"X-CSRFToken": "x"}).status_code == 400
    assert not is_in(browser)


def test_a_stale_page_gets_a_fresh_token(app, client_as):
    """He signed in again in another window: the token of this page belongs to the session before."""
    browser = client_as("town_admin")
    mark, stale = mark_on(browser), browser.token()
    browser.submit("/logout/")
    assert token(browser, mark)["ok"] is False
    browser.sign_in("town_admin")
    assert draft(browser, "/cases", {"subject": "x"}, token=stale).status_code == 400
    now = token(browser, mark)
    assert (now["ok"], now["same"]) == (True, True)
    assert draft(browser, "/cases", {"subject": "x"}, token=now["csrf_token"]).status_code == 200


def test_who_is_signed_in_already_is_told_so(client_as):
    browser = client_as("town_admin")
    mark = mark_on(browser)
    answer = enter(browser, "county_admin", mark)
    assert (answer.json["ok"], answer.json["same"]) == (True, True)
    assert "姓名town_admin" in browser.get("/").text


def test_answers_are_kept_nowhere(client_as):
    assert client_as("town_admin").get("/login/token").headers["Cache-Control"] == "no-store"
