"""In a real browser: nothing typed is lost when the session ends half way, the line is dead or the window is closed."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Draft, Station, Training
from tests import records
from tests.pages.browsing import DESK, PHONE, choose, end_sessions, enter_again, look, save, send, sign_in, to, told
from tests.world import FIRST_STATION, OWN, canary

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
STATION = f"/stations/edit/{FIRST_STATION}"
SAVED = re.compile(r"草稿已保存 \d\d:\d\d")


@pytest.fixture
def stored(app):
    """(column) → what the database says of the first station."""

    def ask(column):
        with app.app_context(), acting_as(SETUP):
            return db.session.scalar(select(column).where(Station.id == FIRST_STATION))

    return ask


def drafts(app) -> int:
    with app.app_context(), acting_as(SETUP):
        return db.session.scalar(select(func.count(Draft.id)))


def is_drafted(page: Page) -> None:
    expect(page.locator("[data-draft-state]")).to_have_text(SAVED)


def test_the_session_ends_half_way_and_nothing_is_lost(app, person, stored):
    page = person("town_admin", PHONE)
    page.goto(STATION)
    page.get_by_label("站点名称").fill("写了一半的站")
    is_drafted(page)
    page.get_by_label("地址").fill("府前街 1 号")
    end_sessions(app)
    send(page)
    enter_again(page, "town_admin", "wrong")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("alert")).to_contain_text("账号或密码不正确")
    look(page, "sign-in-again")
    page.keyboard.press("Control+a")
    enter_again(page, "")
    told(page, "已保存")
    assert (stored(Station.name), stored(Station.address)) == ("写了一半的站", "府前街 1 号")
    assert drafts(app) == 0


def test_a_new_row_with_its_lines_survives_the_end_of_the_session(app, person):
    with app.app_context():
        records.volunteer(name="王甲")
    page = person("town_admin")
    to(page, "培训", "培训")
    to(page, "新增", "新增培训")
    page.get_by_label("培训名称").fill("反家暴宣讲")
    page.get_by_label("培训日期").fill("2026-11-20")
    page.locator("input[name=hours]").fill("2")
    page.get_by_label("主办").select_option(index=1)
    choose(page, "所在区划", "五马")
    line = page.locator("[data-lines] tr").first
    choose(page, "参训人员", "王甲", line)
    end_sessions(app)
    page.get_by_role("button", name="保存并继续新增").click()
    enter_again(page, "town_admin")
    told(page, "已新增")
    expect(page.get_by_role("heading", level=1)).to_have_text("新增培训")
    with app.app_context(), acting_as(SETUP):
        row = db.session.scalars(select(Training).where(Training.name == "反家暴宣讲")).one()
        assert len(row.attendances) == 1
    assert drafts(app) == 0


def test_another_person_sends_nothing_off(app, person, stored):
    page = person("town_admin")
    page.goto(STATION)
    page.get_by_label("站点名称").fill("甲写的")
    is_drafted(page)
    end_sessions(app)
    send(page)
    enter_again(page, "county_admin")
    expect(page.get_by_role("heading", level=1)).to_have_text("姓名county_admin，您好")
    assert stored(Station.name) == canary("STA", OWN)
    page.goto(STATION)
    expect(page.get_by_label("站点名称")).to_have_value(canary("STA", OWN))
    expect(page.get_by_role("link", name="恢复草稿")).to_have_count(0)
    assert drafts(app) == 1, "the first one's draft waits for him"


def test_another_who_signed_in_in_the_next_window_gets_nothing(app, person, stored):
    page = person("town_admin")
    page.goto(STATION)
    page.get_by_label("站点名称").fill("甲写的")
    is_drafted(page)
    other = page.context.new_page()
    other.goto("/")
    other.locator(".who > summary").click()
    other.get_by_role("button", name="退出登录").click()
    sign_in(other, "county_admin")
    page.get_by_label("站点名称").fill("甲写的，又改")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("姓名county_admin，您好")
    assert stored(Station.name) == canary("STA", OWN)
    assert drafts(app) == 1


def test_who_signed_in_again_in_the_next_window_goes_on(app, person, stored):
    page = person("town_admin")
    page.goto(STATION)
    page.get_by_label("站点名称").fill("甲写的")
    other = page.context.new_page()
    other.goto("/")
    other.locator(".who > summary").click()
    other.get_by_role("button", name="退出登录").click()
    sign_in(other, "town_admin")
    save(page)
    told(page, "已保存")
    assert stored(Station.name) == "甲写的"


def test_what_was_typed_is_offered_and_restored(app, person, stored):
    page = person("town_admin", DESK)
    page.goto(STATION)
    page.get_by_label("站点名称").fill("下次再写")
    is_drafted(page)
    page.reload()
    expect(page.get_by_label("站点名称")).to_have_value(canary("STA", OWN))
    look(page, "draft-offered")
    page.get_by_role("link", name="恢复草稿").click()
    expect(page.get_by_label("站点名称")).to_have_value("下次再写")
    save(page)
    told(page, "已保存")
    assert (stored(Station.name), drafts(app)) == ("下次再写", 0)


def test_what_nobody_touched_is_no_conflict_after_restoring(app, person):
    """Lines are kept as a browser posts them: with other breaks between them they would look changed."""
    with app.app_context():
        key = records.training(content="第一行\r\n第二行")
    page = person("town_admin")
    page.goto(f"/trainings/edit/{key}")
    page.get_by_label("地点").fill("礼堂")
    is_drafted(page)
    with app.app_context(), acting_as(SETUP):
        db.session.get_one(Training, key).content = "只有一行"
        db.session.commit()
    page.goto(f"/trainings/edit/{key}?_draft=1")
    expect(page.get_by_label("地点")).to_have_value("礼堂")
    expect(page.get_by_label("内容")).to_have_value("只有一行")
    expect(page.locator("[name=_take_content]")).to_have_count(0)


def test_what_is_not_wanted_is_given_up(app, person):
    page = person("town_admin")
    page.goto("/stations/add")
    page.get_by_label("站点名称").fill("不要了")
    is_drafted(page)
    page.reload()
    page.get_by_role("button", name="放弃草稿").click()
    told(page, "已放弃草稿")
    assert drafts(app) == 0


def test_leaving_keeps_the_last_words(app, person):
    """A link is followed at once after the last key: before the pause is over."""
    page = person("town_admin")
    page.goto(STATION)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_label("站点名称").fill("刚写完就走")
    page.get_by_role("link", name="取消").click()
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("修改")
    assert asked == ["beforeunload"]
    for _ in range(100):  # the last words are on their way while the next page opens
        if drafts(app):
            break
        page.wait_for_timeout(50)
    page.goto(f"{STATION}?_draft=1")
    expect(page.get_by_label("站点名称")).to_have_value("刚写完就走")


def test_who_typed_nothing_or_has_a_draft_is_not_held_up(person):
    page, asked = person("town_admin"), []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(STATION)
    page.goto(STATION)
    page.get_by_label("站点名称").fill("已成草稿")
    is_drafted(page)
    page.goto("/")
    assert asked == []


def test_without_a_line_the_text_stays(person, stored):
    page = person("town_admin")
    page.goto(STATION)
    page.get_by_label("站点名称").fill("断网时写的")
    page.context.set_offline(True)
    send(page)
    expect(page.locator("[data-draft-state]")).to_contain_text("网络不通，内容还在本页")
    expect(page.get_by_label("站点名称")).to_have_value("断网时写的")
    page.context.set_offline(False)
    save(page)
    told(page, "已保存")
    assert stored(Station.name) == "断网时写的"


def test_who_cancels_the_dialog_stays_on_the_form(app, person, stored):
    page = person("town_admin")
    page.goto(STATION)
    page.get_by_label("站点名称").fill("先不登录")
    end_sessions(app)
    for leave in (lambda: page.keyboard.press("Escape"), lambda: page.get_by_role("button", name="取消").click()):
        send(page)
        expect(page.get_by_role("dialog")).to_be_visible()
        leave()
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_label("站点名称")).to_have_value("先不登录")
    send(page)
    enter_again(page, "town_admin")
    told(page, "已保存")
    assert stored(Station.name) == "先不登录"


def test_who_saves_again_just_as_the_dialog_closes_is_asked_again(app, person):
    page = person("town_admin")
    page.goto(STATION)
    page.get_by_label("站点名称").fill("刚关就存")
    end_sessions(app)
    send(page)
    expect(page.get_by_role("dialog")).to_be_visible()
    page.evaluate(
        """() => {
          document.querySelector("[data-sign-in]").close();
          document.querySelector("form[data-draft]").requestSubmit();
        }"""
    )
    expect(page.get_by_role("dialog")).to_be_visible()


def test_what_cannot_be_saved_says_why_as_before(app, person):
    page = person("town_admin")
    page.goto("/stations/add")
    save(page)
    expect(page.get_by_role("alert")).to_contain_text("有内容需要修改")
    assert drafts(app) == 1


def test_banner_and_dialog_can_be_used_by_everybody(app, person):
    page = person("town_admin", PHONE)
    page.goto(STATION)
    page.get_by_label("站点名称").fill("写了一半的站")
    is_drafted(page)
    page.reload()
    # Colours are the style sheet's, and are looked at with all pages.
    structure = {"rules": {"color-contrast": {"enabled": False}}}
    found = Axe().run(page, ".draft", structure).response["violations"]
    page.get_by_label("站点名称").fill("又写了一半")
    end_sessions(app)
    send(page)
    expect(page.get_by_role("dialog")).to_be_visible()
    found += Axe().run(page, "[data-sign-in]", structure).response["violations"]
    assert [violation["id"] for violation in found] == []
