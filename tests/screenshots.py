"""`make screenshots`: a picture of every kind of page of the demonstration, on a desk and on a phone.

The day and the hour are fixed, and nothing blinks: the same product gives the same pictures.
"""

import io
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path
from unittest.mock import patch

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

import config
from app import clock, create_app, demo, setup
from app.extensions import db
from tests.pages import walks
from tests.pages.browsing import DESK, FLAGS, PHONE, sign_in

FOLDER = config.ROOT / "docs" / "screenshots"
TODAY, NOW = date(2026, 11, 24), datetime(2026, 11, 24, 1, 30)  # noqa: DTZ001  UTC, as the clock gives it
SCREENS = {"desk": DESK, "phone": PHONE}
COLOURS = 128
# The stops of the walks that are worth a picture. The link to a new account is not: it is another one each time.
KINDS = {
    "home", "todo", "who", "help", "menu", "suggestions", "found", "found-nothing", "list", "list-columns",
    "list-narrowed", "list-nothing", "list-empty", "stations", "confirm", "add", "add-refused", "choices", "add-lines",
    "show", "reveal", "revealed", "history", "step", "step-refused", "end", "edit", "conflict", "station", "training",
    "hours", "missing", "board", "fill", "sheet", "paper-roster", "account",
    "forbidden", "not-found", "sign-in-again", "accounts", "account-show", "roles",
    "role", "role-confirm",
    "sign-in", "activation", "calendar", "divisions", "workdays", "workdays-provisional", "workdays-confirm",
}  # fmt: skip
ON_ONE = {"menu": "phone", "suggestions": "desk", "list-columns": "desk"}  # what only one of the screens has
PEOPLE: dict[str, Callable[[Page], walks.Walk]] = {
    "zhen_admin": walks.keeper,
    "cun_admin": lambda page: walks.enter(page, "/trainings/list/", "list-empty"),
    "shouquan_xian": walks.manager,
    "sysadmin": walks.operator,
}


def names() -> set[str]:
    """The files that there are."""
    return {f"{kind}-{screen}.png" for kind in KINDS for screen in SCREENS if ON_ONE.get(kind, screen) == screen}


def small(png: bytes) -> bytes:
    """The picture in its COLOURS most frequent colours: a page has few, and the repository stays small."""
    picture, made = Image.open(io.BytesIO(png)).convert("RGB"), io.BytesIO()
    counted = sorted(picture.getcolors(picture.width * picture.height) or [], reverse=True)[:COLOURS]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in counted for part in colour])
    picture.quantize(palette=palette, dither=Image.Dither.NONE).save(made, "PNG", optimize=True)
    return made.getvalue()


def walk(browser: Browser, address: str, username: str, screen: str) -> None:
    """Take the pictures of one person's way on one screen."""
    width, height = SCREENS[screen]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", base_url=address, reduced_motion="reduce"
    )
    page = context.new_page()
    sign_in(page, username, demo.PASSWORD)
    for stop in PEOPLE[username](page):
        name = f"{stop.name}-{screen}.png"
        if name in names():
            page.mouse.move(0, 0)
            (FOLDER / name).write_bytes(small(page.screenshot(animations="disabled")))
    context.close()


class Silent(WSGIRequestHandler):
    """A server that says nothing about its requests."""

    def log(self, *_: object) -> None:
        pass


def main() -> None:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        stack.enter_context(patch.object(clock, "today", lambda: TODAY))
        stack.enter_context(patch.object(clock, "now", lambda: NOW))
        app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/app.db"})
        with app.app_context():
            setup.run(with_demo=True)
            db.session.remove()
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        stack.callback(lambda: (server.shutdown(), thread.join(), server.server_close()))
        FOLDER.mkdir(exist_ok=True)
        for old in FOLDER.glob("*.png"):
            old.unlink()
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path="/usr/bin/chromium", args=FLAGS, env=os.environ | {"LANGUAGE": "zh_CN"}
        )
        stack.callback(browser.close)
        for screen in SCREENS:
            for username in PEOPLE:
                walk(browser, f"http://127.0.0.1:{server.port}", username, screen)
    made = {path.name: path.stat().st_size for path in Path(FOLDER).glob("*.png")}
    print(f"{len(made)} pictures, {sum(made.values()) // 1000} kB", *sorted(names() ^ made.keys()))


if __name__ == "__main__":
    main()
