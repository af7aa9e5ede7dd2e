"""Nothing stays on a shared computer, nothing is loaded from elsewhere."""

import re

import pytest


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


def test_static_files_may_be_kept(client):
    with client.get("/static/app.css") as answer:
        assert "no-store" not in answer.headers["Cache-Control"]
