"""Nothing stays on a shared computer, nothing is loaded from elsewhere."""

import gzip
import re

import pytest
from flask import url_for

from app import assets

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases


@pytest.mark.parametrize(
    "path", ["/", "/stations/list/", "/stations/export", "/stations/options/division_code", "/nichts"]
)
def test_pages_are_not_kept_and_load_nothing_from_elsewhere(client_as, path):
    answer = client_as("town_admin").get(path, headers={"If-None-Match": "*"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_no_page_has_inline_script_or_style(client_as):
    browser = client_as("town_admin")
    for path in (
        "/",
        "/account/",
        "/stations/list/",
        "/stations/add",
        "/stations/show/900001",
        "/stations/history/900001",
        "/nichts",
    ):
        page = browser.get(path).get_data(as_text=True)
        assert not re.search(r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:", page), path
        assert not re.search(r"(?:src|href|action)=\"(?:https?:)?//", page), path


def test_static_files_are_kept_as_long_as_they_are_the_same(app, client):
    with app.test_request_context():
        address = url_for("static", filename="app.css")
    with client.get(address, headers={"Accept-Encoding": "gzip"}) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert gzip.decompress(answer.data) == (assets.FOLDER / "app.css").read_bytes()
    with client.get(address) as answer:
        assert answer.data == (assets.FOLDER / "app.css").read_bytes()
    with client.get("/static/0123456789ab/app.css") as answer:
        assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["../assets.py", "..%2Fassets.py", "made", "nothing.css"])
def test_nothing_else_is_served(client, name):
    with client.get(f"/static/{assets.version()}/{name}", headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 404


def test_icons_are_those_in_use_and_each_is_there():
    names = assets.icons_in_use()
    assert {"house-heart", "search", "people"} <= names
    made = assets.sprite(names)
    assert all(f'id="{name}"' in made for name in names)
    assert len(made) < 60_000
    with pytest.raises(KeyError):
        assets.sprite({"no-such-icon"})
