"""What the browser tests share: chromium, the product at an address of its own, and people who sign in to it.

`SCREENSHOTS=folder` keeps a picture of every page that a test looks at.
"""

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect, sync_playwright
from sqlalchemy import delete
from werkzeug.serving import make_server

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import SignInSession
from tests.world import PASSWORD

expect.set_options(timeout=20_000)  # ms: a busy machine is no fault of the page
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
]
PHONE, DESK = (390, 844), (1366, 768)
PICTURES = os.environ.get("SCREENSHOTS")
_number = itertools.count(1)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def address(app) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def stranger(chromium: Browser, address: str) -> Iterator[Callable[[tuple[int, int]], Page]]:
    """(screen) → the page of somebody who has not signed in, on a browser that nobody else uses."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        # An answer like 409 is written to the console too; what a test expects of it, it asks the page.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            problems.append(message.text)

    def open_(screen: tuple[int, int] = DESK) -> Page:
        width, height = screen
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="zh-CN", base_url=address)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", heard)
        page.on("request", lambda request: request.url.startswith((address, "data:")) or problems.append(request.url))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert problems == []  # no script error, no breach of the content policy, and nothing asked of another host


def sign_in(page: Page, username: str, password: str = PASSWORD) -> None:
    page.goto("/login/")
    page.get_by_label("账号").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("您好")


@pytest.fixture
def person(stranger) -> Callable[..., Page]:
    """(username, screen) → the page of one of tests.world.PEOPLE, signed in."""

    def open_(username: str, screen: tuple[int, int] = DESK) -> Page:
        page = stranger(screen)
        sign_in(page, username)
        return page

    return open_


def look(page: Page, name: str) -> None:
    """Nothing sticks out of the screen; the picture is kept where somebody wants to see it."""
    page.wait_for_load_state()
    width = page.viewport_size["width"]
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(PICTURES) / f"{next(_number):03}-{width}-{name}.png", full_page=True)
    wider = page.evaluate(
        "[...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > innerWidth + 1"
        " && !e.closest('.scroll, .visually-hidden')).map(e => e.outerHTML.slice(0, 120))"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width, wider


def choices(page: Page) -> Locator:
    """What the combobox that is open offers."""
    return page.locator(".choices:not([hidden]) [role=option]")


def unfold(page: Page, section: str) -> None:
    """Open a section of a form that is folded away."""
    page.locator("details.section > summary", has_text=section).click()


def choose(page: Page, label: str, typed: str, where: Locator | None = None) -> None:
    """Take the one choice of a combobox that `typed` finds."""
    box = (where or page).get_by_role("combobox", name=label)
    box.click()
    box.fill("")
    box.press_sequentially(typed)
    expect(choices(page)).to_have_count(1)
    choices(page).click()


def to(page: Page, link: str, heading: str) -> None:
    """Follow a link to the page with this heading; on a phone the menu is opened first where it is the menu's."""
    found = page.get_by_role("link", name=link, exact=True)
    if not found.count():
        page.get_by_role("link", name="菜单", exact=True).click()
    found.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(heading)


def save(page: Page) -> None:
    """Send the form off and see what comes back; its script asks first whether the session lives."""
    with page.expect_navigation():
        send(page)


def send(page: Page) -> None:
    """Press 保存, whatever comes of it."""
    page.get_by_role("button", name="保存", exact=True).click()


def end_sessions(app) -> None:
    """On the server: whoever is signed in is so no longer, and no page has heard of it."""
    with app.app_context(), acting_as(SETUP):
        db.session.execute(delete(SignInSession))
        db.session.commit()


def enter_again(page: Page, username: str, password: str = PASSWORD) -> None:
    """Sign in in the dialog of a form whose session has ended, by keyboard; no username where it still stands there."""
    dialog = page.get_by_role("dialog", name="请重新登录")
    expect(dialog).to_be_visible()
    if username:
        expect(dialog.get_by_label("账号")).to_be_focused()
        page.keyboard.type(username)
        page.keyboard.press("Tab")
    expect(dialog.get_by_label("密码")).to_be_focused()
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def agree(page: Page, button: str) -> None:
    """Press a button and say yes to what it asks."""
    page.get_by_role("button", name=button).click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()


def told(page: Page, text: str) -> None:
    """The page says what was done."""
    expect(page.locator(".alert[role=status]").first).to_contain_text(text)
