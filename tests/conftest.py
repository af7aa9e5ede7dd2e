"""Fixtures: the application on both databases, the small world, and clients signed in as each kind of person.

`TEST_WITHOUT=postgresql,browser` says aloud what a machine cannot test; without it, a missing part fails.
"""

import gc
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from unittest.mock import patch
from zlib import crc32

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from app import clock, create_app
from app import setup as setup_
from app.extensions import db
from app.scope import acting_as
from app.security import sessions, users
from app.security.actor import AUTH
from tests import postgres, world

gc.set_threshold(100_000, 50, 100)  # looking for garbage among all that a run keeps takes a tenth of it

WITHOUT = set(filter(None, os.environ.get("TEST_WITHOUT", "").split(",")))
MADE: list[Flask] = []
IS_AUDIT = bool(os.environ.get("TEST_AUDIT"))
SCREENS = ["phone", "desk"]
DATABASES = [name for name in ("sqlite", "postgresql") if name not in WITHOUT]
TURNS = {*DATABASES, *SCREENS}  # ids of what a test is run on


def pytest_report_header() -> list[str]:
    return [
        f"databases: {', '.join(DATABASES)}",
        *([f"!!! NOT TESTED: {', '.join(sorted(WITHOUT))} !!!"] if WITHOUT else []),
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = {item for item in items if "browser" in WITHOUT and item.get_closest_marker("browser")}
    left_out |= {item for item in items if not IS_AUDIT and item.get_closest_marker("in_turns") and not its_turn(item)}
    left_out |= {item for item in items if not IS_AUDIT and item.get_closest_marker("in_audit")}
    if left_out:
        config.hook.pytest_deselected(items=sorted(left_out, key=lambda item: item.nodeid))
        items[:] = [item for item in items if item not in left_out]


def its_turn(item: Any) -> bool:
    """Whether a slow test is one that runs now: the databases, and the screens, take it in turns, and of tests marked
    `in_turns(one_in=n)` one in n runs at all. `make audit` runs all.
    """
    params = dict(item.callspec.params) if getattr(item, "callspec", None) else {}
    ids = item.nodeid.partition("[")[2].rstrip("]").split("-")
    share = item.get_closest_marker("in_turns").kwargs.get("one_in", 1)
    turn = crc32("-".join([item.nodeid.partition("[")[0], *(x for x in ids if x not in TURNS)]).encode())
    if turn % share:
        return False
    turn //= share
    if "database" in params and DATABASES[turn % len(DATABASES)] != params["database"]:
        return False
    return "screen" not in params or SCREENS[turn // len(DATABASES) % len(SCREENS)] in ids


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if WITHOUT:
        terminalreporter.write_line(f"!!! NOT TESTED: {', '.join(sorted(WITHOUT))} !!!", red=True, bold=True)


@pytest.fixture(scope="session")
def cluster() -> Iterator[str]:
    with postgres.cluster() as address:
        yield address


@pytest.fixture(scope="session", params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="session")
def new_database(database: str, request: pytest.FixtureRequest) -> Iterator[Callable[[str], str]]:
    """(name) → the address of a new, empty database of the kind under test."""

    def make(name: str) -> str:
        if database == "sqlite":
            return f"sqlite:///{mkdtemp(prefix=name, dir=home)}/app.db"
        address = request.getfixturevalue("cluster")
        engine = create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return address.format(name)

    with TemporaryDirectory(prefix="fnwqz-", dir=postgres.memory(), ignore_cleanup_errors=True) as home:
        yield make


def make_app(uri: str, **settings: Any) -> Flask:
    """The product on the database `uri`, as in service: CSRF on, nothing switched off for tests."""
    app = create_app({"SQLALCHEMY_DATABASE_URI": uri, "TESTING": False, "APP_ENV": "development", **settings})
    MADE.append(app)
    return app


@pytest.fixture(scope="session", autouse=True)
def close_connections() -> Iterator[None]:
    """Close the pools of every application that a test made; psycopg complains of one that is forgotten."""
    yield
    for app in MADE:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def product(new_database: Callable[[str], str]) -> Iterator[Flask]:
    app = make_app(new_database("product"))
    with app.app_context():
        setup_.run()
    yield app
    with app.app_context():
        db.engine.dispose()


@contextmanager
def today_is(today: date) -> Iterator[None]:
    """The date that the edges read."""
    with patch.object(clock, "today", lambda: today):
        yield


@contextmanager
def cheap_hashes() -> Iterator[None]:
    """New accounts get cheap password hashes; checking a password stays the product's own code."""
    original = users.generate_password_hash
    with patch.object(users, "generate_password_hash", lambda password, method: original(password, "pbkdf2:sha256:1")):
        yield


@pytest.fixture(autouse=True)
def frozen_today() -> Iterator[None]:
    with today_is(world.TODAY):
        yield


@pytest.fixture(scope="session")
def fast_hash() -> Iterator[None]:
    with cheap_hashes():
        yield


@pytest.fixture
def app(product: Flask, fast_hash: None) -> Flask:
    """The product with the small world in its database.

    No application context stays open: a request inside one would share its session.
    """
    with product.app_context():
        world.begin(product)
    return product


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """An application context, for rules that are called without a request."""
    with app.app_context():
        yield app
        db.session.rollback()


class Browser:
    """A client with cookies that sends the CSRF token of its session, as a browser would."""

    def __init__(self, app: Flask) -> None:
        self.app, self.client = app, app.test_client()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def token(self, path: str | None = None) -> str:
        """The token that the page at `path` carries; by default that which an open page is given for its session."""
        if path is None:
            return self.client.get("/login/token").get_json()["csrf_token"]
        page = self.client.get(path).get_data(as_text=True)
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert found, f"no CSRF token on {path}"
        return found[1]

    def sign_in(self, username: str, password: str = world.PASSWORD) -> Any:
        """Sign in through the form; its answer."""
        data = {"username": username, "password": password, "csrf_token": self.token("/login/")}
        return self.client.post("/login/", data=data)

    def enter(self, username: str) -> None:
        """Be signed in as somebody who may: the product opens the session, the form and the password are left out."""
        with self.app.app_context(), acting_as(AUTH):  # as the form does; nobody is signed in yet
            account = users.find(username)
            assert account is not None
            assert account.active
            number = sessions.sign_in(account, clock.now(), sessions.device_of(""), "127.0.0.1")
            db.session.commit()
        with self.client.session_transaction() as cookie:
            cookie.clear()
            cookie["_user_id"] = number

    def version(self, path: str) -> dict[str, str]:
        """The version that the form at `path` carries."""
        found = re.search(r'name="_version" value="([^"]*)"', self.client.get(path).get_data(as_text=True))
        return {"_version": found[1]} if found else {}

    def submit(self, path: str, data: Any = None, page: str | None = None, **options: Any) -> Any:
        """Post a form as its page would: with the token, and a change with the version it was opened on."""
        token = self.token(page)
        hidden = self.version(path) if "/edit/" in path or "/end/" in path else {}
        return self.client.post(path, data={**hidden, **(data or {}), "csrf_token": token}, **options)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def client_as(app: Flask) -> Callable[[str], Browser]:
    """(username) → a browser signed in as one of tests.world.PEOPLE."""

    def sign_in(username: str) -> Browser:
        browser = Browser(app)
        browser.enter(username)
        return browser

    return sign_in


@pytest.fixture
def files() -> Path:
    return Path(__file__).parent / "files"
