"""快速离开 (F56): one press and nothing of ours is on the screen, in the frame of the window, or one step back."""

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import SignInSession
from tests.pages.browsing import PHONE, look, sign_in
from tests.security.registers import SPECS
from tests.security.registers import key as key_of
from tests.world import OWN
from views.menu import MENU

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

in_a_browser = pytest.mark.browser
TITLE = re.compile(r"<title>([^<]*)</title>")
BASE = {entry.view.class_permission_name: entry.view.route_base for entry in MENU}
KINDS = {"工作台", "列表", "详情", "新增", "修改", "修改记录", "查找", "登录", "提示", "我的登录", "学时", "日历"}
OURS = ("妇女", "维权", "案件", "姓名", "QX")  # the product, a register, a person, a row


def alive(app) -> int:
    """How many sessions there are that have not ended."""
    with app.app_context(), acting_as(SETUP):
        return len(db.session.scalars(select(SignInSession.id).where(SignInSession.ended_at.is_(None))).all())


def leave_by_keys(page: Page) -> None:
    for _ in range(3):
        page.keyboard.press("Shift")


def is_gone(page: Page) -> None:
    """A calendar, and nothing else."""
    expect(page).to_have_url(re.compile(r"/calendar$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("2026年11月")
    assert page.title() == "日历"
    said = page.locator("body").inner_text()
    assert not [word for word in OURS if word in said]
    assert page.get_by_role("link").count() == page.get_by_role("button").count() == 0


@in_a_browser
@pytest.mark.parametrize("screen", [PHONE, (1366, 768)], ids=["phone", "desk"])
def test_one_press_and_the_session_is_over(app, person, screen):
    page = person("town_admin", screen)
    page.get_by_role("link", name="登记来访").click()
    page.get_by_role("button", name="快速离开").click()
    is_gone(page)
    look(page, "calendar")
    assert alive(app) == 0
    page.go_back()
    is_gone(page)  # what was on the screen is asked for again, and nobody is signed in


@in_a_browser
def test_three_times_shift_leaves_a_form_half_way_without_a_question(app, person):
    page = person("staff")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="登记来访").click()
    page.get_by_label("事由").fill("写了一半")
    leave_by_keys(page)
    is_gone(page)
    assert asked == []
    assert alive(app) == 0
    page.go_back()
    is_gone(page)


@in_a_browser
def test_writing_capitals_leaves_nothing(person):
    page = person("staff")
    page.get_by_role("link", name="登记来访").click()
    page.get_by_label("事由").focus()
    for letter in "ABCDE":
        page.keyboard.press(f"Shift+{letter}")
    for _ in range(4):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.wait_for_timeout(1600)
    page.keyboard.press("Shift")
    page.wait_for_timeout(200)
    expect(page.get_by_label("事由")).to_have_value("ABCDE")


@in_a_browser
def test_who_comes_back_types_the_address_and_signs_in(person):
    page = person("town_admin")
    page.get_by_role("button", name="快速离开").click()
    is_gone(page)
    sign_in(page, "town_admin")
    page.get_by_role("link", name="维权站", exact=True).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("维权站")


@in_a_browser
def test_a_window_left_open_shows_the_calendar_too(person):
    page = person("town_admin")
    other = page.context.new_page()
    other.goto("/stations/list/")
    page.get_by_role("button", name="快速离开").click()
    is_gone(page)
    is_gone(other)  # without a press there


def test_the_calendar_is_there_for_everybody_and_leads_nowhere(client, client_as):
    for browser in (client, client_as("town_admin")):
        answer = browser.get("/calendar")
        assert answer.status_code == 200
        assert not [word for word in OURS if word in answer.text]
        assert "<a " not in answer.text


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.register)
def test_no_title_says_what_is_on_the_page(client_as, spec):
    browser, base, key = client_as(spec.master), BASE[spec.register], key_of(spec.register, OWN)
    paths = ("/list/", f"/show/{key}", "/add", f"/edit/{key}", f"/history/{key}", f"/end/{key}", "/list/?q=QX")
    titles = [TITLE.findall(browser.get(base + path, follow_redirects=True).text) for path in paths]
    assert {title.removesuffix(" · 办公平台") for (title,) in titles} <= KINDS


@pytest.mark.parametrize(
    "path", ["/", "/search/", "/account/", "/stations/missing/", "/trainings/hours/", "/nichts", "/accounts/list/"]
)
def test_no_other_page_does(client_as, path):
    for name in ("town_admin", "manager", "supervisor"):
        (title,) = TITLE.findall(client_as(name).get(path).text)
        assert title.removesuffix(" · 办公平台") in KINDS


def test_the_page_of_a_stranger_does_not_either(client):
    for path, kind in (("/login/", "登录"), ("/nichts", "提示")):
        assert TITLE.findall(client.get(path).text) == [f"{kind} · 办公平台"]


def test_an_old_token_holds_nobody_back(app, client_as):
    browser = client_as("town_admin")
    old = browser.token()
    browser.submit("/logout/")
    browser.sign_in("town_admin")
    answer = browser.post("/leave", data={"csrf_token": old})
    assert (answer.status_code, answer.location) == (303, "/calendar")
    assert alive(app) == 0
    back = browser.get("/cases/list/", headers={"Sec-Fetch-Site": "same-origin"})
    assert back.location == "/calendar"
    from_ours = {"Sec-Fetch-Site": "same-origin"}
    other_window = browser.post("/search/", data={"q": "甲", "csrf_token": old}, headers=from_ours)
    assert other_window.location == "/calendar"


def test_a_post_without_a_cookie_ends_and_sets_nothing(app, client_as, client):
    """What a foreign page can do: browsers send no cookie with its posts."""
    client_as("town_admin")
    answer = client.post("/leave")
    assert answer.location == "/calendar"
    assert "Set-Cookie" not in answer.headers
    assert alive(app) == 1
