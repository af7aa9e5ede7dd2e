"""Every page that says that something went wrong: the same face, plain Chinese, a way on, nothing of what is inside."""

import re

import pytest
from flask import abort

from app.extensions import db
from views.errors import PAGES

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

CODES = sorted(PAGES)
SENTENCE = "系统升级，今晚 8 点恢复。"


def face(page: str) -> dict[str, str]:
    """Title of the window, heading, sentence, and where the one button leads."""
    main = page.partition("<main")[2]
    link, text = re.findall(r'<a class="btn btn-primary" href="([^"]*)">([^<]*)</a>', main)[0]
    return {
        "title": re.findall(r"<title>([^<]*)</title>", page)[0],
        "heading": re.findall(r"<h1>([^<]*)</h1>", main)[0],
        "said": re.findall(r"</h1>\s*<p>([^<]*)</p>", main)[0],
        "way": f"{text} {link}",
    }


def fails(monkeypatch, app, how) -> None:
    """From here on the search does this."""
    monkeypatch.setitem(app.view_functions, "SearchView.index", lambda **_: how())


@pytest.fixture
def lose_database(app, monkeypatch):
    """() → from now on nobody can connect."""
    with app.app_context():
        engine = db.engine

    def refuse(*_args, **_named):
        raise engine.dialect.loaded_dbapi.OperationalError("away")

    def lose():
        monkeypatch.setattr(engine.dialect, "connect", refuse)
        engine.dispose()

    return lose


@pytest.mark.parametrize("code", CODES)
def test_who_is_signed_in_is_led_back_to_the_workbench(app, client_as, monkeypatch, code):
    browser = client_as("town_admin")
    fails(monkeypatch, app, lambda: abort(code))
    answer = browser.get("/search/")
    title, sentence = PAGES[code]
    assert answer.status_code == code
    assert face(answer.text) == {
        "title": "提示 · 办公平台", "heading": str(title), "said": str(sentence), "way": "回到工作台 /",
    }  # fmt: skip
    assert 'class="shell"' in answer.text
    assert "姓名town_admin" in answer.text


@pytest.mark.parametrize("code", CODES)
def test_a_stranger_is_led_to_the_door(app, client, monkeypatch, code):
    fails(monkeypatch, app, lambda: abort(code))
    answer = client.get("/search/")
    assert answer.status_code == code
    assert face(answer.text)["way"] == ("再试一次 /" if code == 503 else "去登录 /login/")
    assert 'class="alone"' in answer.text


@pytest.mark.parametrize("code", CODES)
def test_a_script_gets_the_sentence(app, client_as, monkeypatch, code):
    browser = client_as("town_admin")
    fails(monkeypatch, app, lambda: abort(code))
    answer = browser.get("/search/", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json) == (code, {"message": str(PAGES[code][1])})


def test_a_fault_of_ours_tells_nothing_of_itself(app, client_as, monkeypatch):
    browser = client_as("town_admin")
    fails(monkeypatch, app, lambda: {}["geheim"])
    answer = browser.get("/search/")
    assert answer.status_code == 500
    assert face(answer.text)["heading"] == "系统出错了"
    assert "geheim" not in answer.text
    assert "KeyError" not in answer.text


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nichts", 404), ("/divisions/add", 403), ("/logout/", 405), ("/stations/list/?page_StationView=x", 400)],
)
def test_real_pages_fail_with_the_same_face(client_as, path, status):
    answer = client_as("town_admin").get(path)
    assert answer.status_code == status
    assert face(answer.text)["way"] == "回到工作台 /"


def test_what_is_too_large_is_told(app, client_as, monkeypatch):
    browser = client_as("town_admin")
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 1000)
    answer = browser.post("/search/", data={"q": "字" * 1000})
    assert answer.status_code == 413
    assert face(answer.text)["heading"] == "内容过大"


def test_who_guesses_too_often_is_told_to_wait(app, client, monkeypatch):
    monkeypatch.setattr("views.auth.attempts.seconds_to_wait", lambda address, now: 7)
    token = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login/").text)[0]
    answer = client.post("/login/", data={"username": "a", "password": "b", "csrf_token": token})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    assert face(answer.text) == {
        "title": "提示 · 办公平台", "heading": "操作过于频繁", "said": "请稍等片刻再试。", "way": "去登录 /login/",
    }  # fmt: skip


# ---- maintenance, and no database


@pytest.mark.parametrize("path", ["/", "/stations/list/", "/login/", "/nichts", "/search/"])
def test_maintenance_says_its_sentence_on_every_page(app, client_as, monkeypatch, path):
    browser = client_as("town_admin")
    monkeypatch.setitem(app.config, "MAINTENANCE", SENTENCE)
    answer = browser.get(path)
    assert answer.status_code == 503
    assert face(answer.text)["said"] == SENTENCE
    assert face(answer.text)["way"] == "再试一次 /"
    script = browser.get(path, headers={"Accept": "application/json"})
    assert (script.status_code, script.json) == (503, {"message": SENTENCE})


def test_maintenance_saves_nothing_and_ends_with_the_setting(app, client_as, monkeypatch):
    browser = client_as("town_admin")
    token = browser.token()
    data = {"q": "五马", "csrf_token": token}
    monkeypatch.setitem(app.config, "MAINTENANCE", SENTENCE)
    assert browser.post("/stations/add", data=data).status_code == 503
    assert browser.get("/health").status_code == 200
    monkeypatch.setitem(app.config, "MAINTENANCE", "")
    assert browser.post("/search/", data=data).status_code == 200  # still signed in, with the same token


def test_maintenance_needs_no_database(app, client_as, monkeypatch, lose_database):
    browser = client_as("town_admin")
    monkeypatch.setitem(app.config, "MAINTENANCE", SENTENCE)
    lose_database()
    assert face(browser.get("/").text)["said"] == SENTENCE


@pytest.mark.parametrize("path", ["/", "/stations/list/", "/login/", "/nichts"])
def test_without_a_database_there_is_a_way_on(client_as, lose_database, path):
    browser = client_as("town_admin")
    lose_database()
    answer = browser.get(path)
    assert answer.status_code == 503
    assert face(answer.text) == {
        "title": "提示 · 办公平台", "heading": "系统正忙", "said": "数据库暂时没有响应，请稍后重试。",
        "way": "再试一次 /",
    }  # fmt: skip
    assert "away" not in answer.text


@pytest.mark.parametrize("trouble", ["maintenance", "no database", "no token"])
def test_who_leaves_in_a_hurry_gets_the_calendar_whatever_goes_wrong(
    app, client_as, monkeypatch, lose_database, trouble
):
    browser = client_as("town_admin")
    token = browser.token()
    if trouble == "maintenance":
        monkeypatch.setitem(app.config, "MAINTENANCE", SENTENCE)
    elif trouble == "no database":
        lose_database()
    answer = browser.post("/leave", data={} if trouble == "no token" else {"csrf_token": token}, follow_redirects=True)
    assert (answer.status_code, answer.request.path) == (200, "/calendar")
    assert "2026年11月" in answer.text
    assert app.config["APP_NAME"] not in answer.text
    monkeypatch.undo()
    assert browser.get("/").location.startswith("/login/")
