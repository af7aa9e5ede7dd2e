"""Production refuses to start on a setting that would let somebody in; settings; the health check."""

import base64
import os
import subprocess
import sys

import pytest
from sqlalchemy import update

import config
from app import create_app
from app.extensions import db
from app.production import UnsafeSettings
from app.scope import acting_as
from app.security import users
from app.security.actor import OPERATOR
from app.security.roles import DIVISION_ADMIN
from app.server import refuse_demo_accounts
from models import Station
from tests.conftest import Browser, make_app
from tests.world import OWN, PASSWORD, TODAY


def key(byte: int, length: int = 32) -> str:
    return base64.b64encode(bytes([byte]) * length).decode()


GOOD = {"APP_ENV": "production", "SECRET_KEY": "s" * 32, "FIELD_KEYS": f"k1:{key(1)}"}
SECRET = "SECRET_KEY 未设置或少于 32 个字符，请设为随机值（例如 openssl rand -hex 32 的输出）。"
DEBUG = "生产环境不能打开 DEBUG。"
KEYS = "FIELD_KEYS 未设置或格式不对，应为「编号:base64(32字节)」（例如 k1:加上 openssl rand -base64 32 的输出）。"
DEMO = "数据库中有演示账号，请先用 flask demo remove 删除，或换用新的数据库。"
NO_SERVER = "postgresql+psycopg://nobody@127.0.0.1:9/none"


def production(uri: str = NO_SERVER, **environ: str):
    """The application as the environment `environ` would make it."""
    return create_app(config.load({**GOOD, "SQLALCHEMY_DATABASE_URI": uri, **environ}))


UNSAFE = {
    "no SECRET_KEY": ({"SECRET_KEY": ""}, [SECRET]),
    "default SECRET_KEY": ({"SECRET_KEY": config.DEFAULT_SECRET_KEY}, [SECRET]),
    "short SECRET_KEY": ({"SECRET_KEY": "s" * 31}, [SECRET]),
    "DEBUG": ({"DEBUG": "1"}, [DEBUG]),
    "no FIELD_KEYS": ({"FIELD_KEYS": ""}, [KEYS]),
    "default FIELD_KEYS": ({"FIELD_KEYS": config.DEFAULT_FIELD_KEYS}, [KEYS]),
    "default key under another name": ({"FIELD_KEYS": config.DEFAULT_FIELD_KEYS.replace("dev:", "k1:")}, [KEYS]),
    "default key beside a good one": ({"FIELD_KEYS": f"k1:{key(1)},{config.DEFAULT_FIELD_KEYS}"}, [KEYS]),
    "key without a name": ({"FIELD_KEYS": f":{key(1)}"}, [KEYS]),
    "key without a colon": ({"FIELD_KEYS": key(1)}, [KEYS]),
    "key of 31 bytes": ({"FIELD_KEYS": f"k1:{key(1, 31)}"}, [KEYS]),
    "key of 33 bytes": ({"FIELD_KEYS": f"k1:{key(1, 33)}"}, [KEYS]),
    "key in hexadecimal": ({"FIELD_KEYS": f"k1:{'0f' * 32}"}, [KEYS]),
    "no base64": ({"FIELD_KEYS": f"k1:{key(1)[:-1]}"}, [KEYS]),
    "no ASCII": ({"FIELD_KEYS": "k1:密钥"}, [KEYS]),
    "comma at the end": ({"FIELD_KEYS": f"k1:{key(1)},"}, [KEYS]),
    "second key is bad": ({"FIELD_KEYS": f"k1:{key(1)},k2:x"}, [KEYS]),
    "two keys of one name": ({"FIELD_KEYS": f"k1:{key(1)},k1:{key(2)}"}, [KEYS]),
    "name too long for audit_entry.mac": ({"FIELD_KEYS": f"{'k' * 16}:{key(1)}"}, [KEYS]),
    "everything": ({"SECRET_KEY": "", "DEBUG": "1", "FIELD_KEYS": ""}, [SECRET, DEBUG, KEYS]),
}


@pytest.mark.parametrize(("environ", "sentences"), UNSAFE.values(), ids=UNSAFE)
def test_unsafe_setting_is_refused_in_a_sentence(environ, sentences):
    with pytest.raises(UnsafeSettings) as refused:
        production(**environ)
    assert str(refused.value).split("\n") == ["拒绝启动：", *sentences]


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"SECRET_KEY": "长密钥" * 11},
        {"FIELD_KEYS": f"k2:{key(2)},k1:{key(1)}"},
        {"FIELD_KEYS": f"{'k' * 15}:{key(1)}"},
    ],
)
def test_safe_settings_start(environ):
    app = production(**environ)
    assert app.config["PRODUCTION"]
    assert not app.debug


@pytest.mark.parametrize("environ", [environ for environ, _ in UNSAFE.values() if "k1" not in str(environ)])
def test_development_starts_on_whatever_production_refuses(environ):
    assert not production(**environ, APP_ENV="development").config["PRODUCTION"]


def test_demo_account_in_the_database_is_refused(app):
    uri = app.config["SQLALCHEMY_DATABASE_URI"]
    strict = production(uri)
    refuse_demo_accounts(strict)
    with app.app_context(), acting_as(OPERATOR):
        users.add("demo", "演示", PASSWORD, [(DIVISION_ADMIN, OWN)], TODAY, is_demo=True)
        db.session.commit()
    with pytest.raises(UnsafeSettings) as refused:
        refuse_demo_accounts(strict)
    assert str(refused.value) == f"拒绝启动：\n{DEMO}"
    refuse_demo_accounts(app)  # not in production
    with strict.app_context():
        db.engine.dispose()


def test_empty_database_is_not_refused(new_database):
    strict = production(new_database("nothing"))
    refuse_demo_accounts(strict)
    with strict.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(("environ", "secure"), [({}, True), ({"APP_ENV": "development"}, False)])
def test_session_cookie_is_for_this_site_and_no_script(app, environ, secure):
    strict = production(app.config["SQLALCHEMY_DATABASE_URI"], **environ)
    browser = Browser(strict)
    cookies = browser.get("/login/", base_url="https://example.test").headers.getlist("Set-Cookie")
    name = "__Host-session=" if secure else "session="
    flags = [set(cookie.split("; ")[1:]) for cookie in cookies if cookie.startswith(name)]
    assert len(flags) == 1
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= flags[0]
    assert ("Secure" in flags[0]) is secure
    assert not [flag for flag in flags[0] if flag.startswith("Domain")]
    with strict.app_context():
        db.engine.dispose()


# ---- as a process


def run_import(**environ: str) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if name not in {s.name for s in config.SETTINGS}}
    return subprocess.run(
        [sys.executable, "-c", "import run"], cwd=config.ROOT, env=clean | environ, capture_output=True, text=True
    )


def test_process_ends_with_the_sentences_and_no_traceback():
    done = run_import(APP_ENV="production", SQLALCHEMY_DATABASE_URI=NO_SERVER)
    assert done.returncode == 3  # at which gunicorn stops instead of starting its workers again
    assert done.stderr == f"拒绝启动：\n{SECRET}\n{KEYS}\n"
    assert done.stdout == ""


def test_process_starts_on_good_settings(tmp_path):
    done = run_import(**GOOD, SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/app.db")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# ---- settings


@pytest.mark.parametrize(
    ("given", "uri"),
    [
        ("", f"sqlite:///{config.ROOT / 'var' / 'app.db'}"),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
        ("postgres://u:p@h:5/d", "postgresql+psycopg://u:p@h:5/d"),
        ("postgresql://u:p@h:5/d?host=/tmp", "postgresql+psycopg://u:p@h:5/d?host=/tmp"),
        ("postgresql+psycopg://u@/d", "postgresql+psycopg://u@/d"),
    ],
)
def test_database_address(given, uri):
    assert config.load({"SQLALCHEMY_DATABASE_URI": given})["SQLALCHEMY_DATABASE_URI"] == uri


@pytest.mark.parametrize(
    ("environ", "name", "value"),
    [
        ({}, "PRODUCTION", False),
        ({"APP_ENV": "production"}, "PRODUCTION", True),
        ({}, "DEBUG", False),
        ({"DEBUG": "1"}, "DEBUG", True),
        ({}, "SESSION_COOKIE_SECURE", False),
        ({"APP_ENV": "production"}, "SESSION_COOKIE_SECURE", True),
        ({"COOKIE_SECURE": "1"}, "SESSION_COOKIE_SECURE", True),
        ({"APP_ENV": "production", "COOKIE_SECURE": "0"}, "SESSION_COOKIE_SECURE", False),
        ({}, "SESSION_COOKIE_NAME", "session"),
        ({"COOKIE_SECURE": "1"}, "SESSION_COOKIE_NAME", "__Host-session"),
        ({"SESSION_HOURS": "2"}, "PERMANENT_SESSION_LIFETIME", 7200),
        ({"MAX_UPLOAD_MB": "2"}, "MAX_CONTENT_LENGTH", 2 * 1024 * 1024),
        ({"SECRET_KEY": ""}, "SECRET_KEY", config.DEFAULT_SECRET_KEY),
    ],
)
def test_environment_makes_the_settings(environ, name, value):
    assert config.load(environ)[name] == value


def test_settings_come_from_the_environment_of_the_process(monkeypatch):
    monkeypatch.setenv("PORT", "8099")
    assert config.load()["PORT"] == "8099"


# ---- health


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json"])
def test_health_is_ok_while_the_database_answers(client, accept):
    answer = client.get("/health", headers={"Accept": accept})
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json"])
@pytest.mark.parametrize("uri", [NO_SERVER, "sqlite:///{folder}"], ids=["no server", "a folder for a file"])
def test_health_is_503_in_json_when_the_database_is_out_of_reach(tmp_path, uri, accept):
    answer = make_app(uri.format(folder=tmp_path)).test_client().get("/health", headers={"Accept": accept})
    assert (answer.status_code, answer.json) == (503, {"status": "database unavailable"})


def test_health_does_not_wait_for_a_writer(app):
    with app.app_context():
        engine = db.engine
    with engine.begin() as connection:
        connection.execute(update(Station.__table__).values(address="改址"))
        assert app.test_client().get("/health").status_code == 200
        connection.rollback()
