"""In a real browser, on a telephone: a checklist is filled in line by line while the network comes and goes."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from sqlalchemy import select

from app import attachments
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Attachment, Checklist, Confirmation
from tests.pages import face
from tests.pages.browsing import DESK, PHONE, PICTURES, end_sessions, enter_again, look, save, sign_in, told
from tests.pages.filling import PHOTO, item, made, ship, verdicts
from tests.pages.uploads import PDF
from tests.unit import standing
from tests.unit.test_files import exif, picture

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
LABELS = ["有机构", "有队伍", "有制度", PHOTO]
SIGN = {
    "name": "标牌.jpg",
    "mimeType": "image/jpeg",
    "buffer": picture("jpeg", (3000, 2000), exif=exif()),
}
LOST = "没有传上去"
POST = re.compile(r"/stations/fill/")


@pytest.fixture
def sheet(app):
    return ship(app)


@pytest.fixture
def page(person, sheet):
    """The village's sheet on the telephone of a 工作人员."""
    page = person("staff", PHONE)
    page.goto(sheet)
    return page


def section(page: Page):
    """The one line that is on the screen."""
    found = page.locator(".fill-line:visible")
    expect(found).to_have_count(1)
    return found


def state(page: Page, text: str) -> None:
    expect(section(page).locator(".fill-save [data-of] [data-when]:visible")).to_have_text(text)


def press(page: Page, name: str) -> None:
    section(page).get_by_role("button", name=name).click()


def turn(page: Page, way: str, heading: str) -> None:
    """On to another line; the focus goes with it."""
    section(page).get_by_role("link", name=way, exact=True).click()
    expect(page.get_by_role("heading", level=2, name=heading)).to_be_focused()


def shoot(page: Page, **file) -> None:
    section(page).locator("input[name=photo]").set_input_files([SIGN | file])
    expect(section(page).locator("[data-chosen] canvas")).to_have_count(1)


def fill(page: Page, note: str) -> None:
    section(page).get_by_label("说明").fill(note)


def only_posts(route, handle) -> None:
    """What a line's post meets on its way; pages pass."""
    if route.request.method == "POST":
        handle(route)
    else:
        route.continue_()


def cut(page: Page, handle=lambda route: route.abort()) -> None:
    page.route(POST, lambda route: only_posts(route, handle))


# ---- the way of a volunteer


def test_a_township_asks_for_a_photo_and_a_village_shows_it_on_a_shaky_line(app, person, sheet):
    with app.app_context(), acting_as(SETUP):
        standing.ship()
        three = db.session.scalars(
            select(Checklist.id).where(Checklist.name == "三有", Checklist.division_code == "3303")
        ).one()
    admin = person("city_admin", DESK)
    admin.goto(f"/checklists/edit/{three}")
    line = admin.locator("[data-lines] tr").last
    line.locator("[name$=-label]").fill(PHOTO)
    line.locator("[name$=-evidence]").select_option("PHOTO")
    line.locator("[name$=-position]").fill("9")
    save(admin)
    told(admin, "已保存")

    page = person("staff", PHONE)
    page.goto(sheet.replace("/fill/", "/show/").rpartition("/")[0])
    look(page, "station")
    page.get_by_role("link", name="现场填报").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("现场填报：三有")
    expect(section(page)).to_contain_text("第 1 / 4 项")
    look(page, "first-line")
    fill(page, "合影一张")
    shoot(page, name="合影.jpg")
    look(page, "chosen")
    press(page, "保存佐证")
    state(page, "已保存")
    expect(page.get_by_role("link", name="下一项", exact=True)).to_be_focused()
    page.context.set_offline(True)
    for label, note in (("有队伍", "队伍合影"), ("有制度", "制度上墙")):
        turn(page, "下一项", label)
        fill(page, note)
        press(page, "保存佐证")
        state(page, LOST)
        expect(section(page).locator("[data-note]")).to_have_text("没有传上去，恢复后自动再传。")
        expect(section(page).get_by_label("说明")).to_have_value(note)
    look(page, "waiting")
    turn(page, "下一项", PHOTO)
    press(page, "保存确认")
    state(page, LOST)
    turn(page, "看结果", "3 项没有传上去，恢复后自动再传")
    look(page, "summary-waiting")
    page.context.set_offline(False)
    expect(page.locator("[data-total]")).to_have_text("1 项需要修改")
    page.get_by_role("link", name=PHOTO).last.click()
    expect(section(page).get_by_role("alert")).to_have_text("这一项要有照片，请拍一张或从相册选择。")
    look(page, "refused")
    shoot(page)
    press(page, "保存确认")
    state(page, "已保存")
    expect(section(page).locator("[data-finding]")).to_have_text("人工确认")
    turn(page, "看结果", "4 项都已保存")
    expect(page.locator("[data-result]")).to_have_text("系统判定 1 / 4")
    look(page, "summary")
    assert sorted(made(app)) == sorted(
        [("有机构", "合影一张", 1), ("有队伍", "队伍合影", 0), ("有制度", "制度上墙", 0), (PHOTO, None, 1)]
    )
    assert verdicts(app) == {label: "CONFIRMED" if label == PHOTO else "MISSING" for label in LABELS}


# ---- the network


def test_what_was_saved_though_the_answer_was_lost_is_saved_once(app, page):
    """The server has it, the telephone does not know: the same post goes off again."""
    turn_to_photo(page)
    lost = []

    def swallow(route):
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    cut(page, swallow)
    shoot(page)
    fill(page, "挂在门口")
    press(page, "保存确认")
    state(page, LOST)
    assert lost == [200]
    assert made(app) == [(PHOTO, "挂在门口", 1)]
    press(page, "再传一次")
    state(page, "已保存")
    assert made(app) == [(PHOTO, "挂在门口", 1)]


def turn_to_photo(page: Page) -> None:
    for label in LABELS[1:]:
        turn(page, "下一项", label)


TROUBLE = {
    "rejected": lambda route: route.abort(),
    "502": lambda route: route.fulfill(status=502, body="bad gateway"),
    "a page of the network": lambda route: route.fulfill(content_type="text/html", body="<p>请先登录无线网络"),
    "no answer": lambda route: None,
}


@pytest.mark.parametrize("trouble", TROUBLE)
def test_it_is_tried_again_by_itself_after_longer_and_longer_pauses(app, person, sheet, trouble):
    page = person("staff", PHONE)
    page.clock.install(time="2026-11-24T08:00:00")
    page.goto(sheet)
    page.clock.pause_at("2026-11-24T09:00:00")  # from here on the page's time goes only as it is told
    turn_to_photo(page)
    tries = []

    def fail_thrice(route):
        tries.append(route)
        if len(tries) > 3:
            route.continue_()
        else:
            TROUBLE[trouble](route)

    cut(page, fail_thrice)
    shoot(page)
    with page.expect_request(lambda request: request.method == "POST"):
        press(page, "保存确认")
    for n, seconds in enumerate((5, 10, 20), 1):
        if trouble == "no answer":
            page.clock.run_for(60_000)
        state(page, LOST)
        assert len(tries) == n
        page.clock.run_for(seconds * 1_000 - 2_500)
        assert len(tries) == n, "not yet"
        with page.expect_request(lambda request: request.method == "POST"):
            page.clock.run_for(3_000)
    state(page, "已保存")
    assert made(app) == [(PHOTO, None, 1)]


def test_what_waits_is_not_left_without_a_question(app, page):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.context.set_offline(True)
    fill(page, "队伍合影")
    press(page, "保存佐证")
    state(page, LOST)
    page.evaluate("location.assign('/')")
    expect(section(page).get_by_label("说明")).to_have_value("队伍合影")
    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    state(page, "已保存")
    page.goto("/")
    assert asked == ["beforeunload"]


def test_nothing_is_kept_in_the_browser(page):
    page.context.set_offline(True)
    fill(page, "谁也不许看的话")
    press(page, "保存佐证")
    state(page, LOST)
    kept = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert "谁也不许看的话" not in page.evaluate(kept)
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    page.context.set_offline(False)
    state(page, "已保存")


# ---- the photo


def test_a_photo_is_sent_small_and_without_its_place(app, page):
    turn_to_photo(page)
    sent = []
    cut(page, lambda route: (sent.append(route.request.post_data_buffer), route.continue_()))
    shoot(page)
    press(page, "保存确认")
    state(page, "已保存")
    (body,) = sent
    assert b"Made-Up-Camera" in SIGN["buffer"]
    assert b"Made-Up-Camera" not in body
    with app.app_context(), acting_as(SETUP):
        row = db.session.scalars(select(Confirmation)).one()
        (file,) = db.session.scalars(select(Attachment).where(Attachment.row_uid == row.uid))
        image = Image.open(io.BytesIO(attachments.content_of(file)))
        assert (file.name, image.size, dict(image.getexif())) == ("标牌.jpg", (2000, 1333), {})


def test_a_photo_is_taken_out_again_and_a_pdf_goes_as_it_is(app, page):
    turn_to_photo(page)
    shoot(page)
    section(page).get_by_role("button", name="去掉 标牌.jpg").click()
    expect(section(page).locator("[data-chosen] li")).to_have_count(0)
    broken = {"name": "坏的.jpg", "mimeType": "image/jpeg", "buffer": b"nothing"}
    section(page).locator("input[name=file]").set_input_files([broken])
    press(page, "保存确认")
    state(page, "需要修改")
    expect(section(page).get_by_role("alert")).to_contain_text("坏的.jpg：只能上传 JPG、PNG、WebP 图片或 PDF 文件")
    section(page).get_by_role("button", name="去掉 坏的.jpg").click()
    paper = {"name": "扫描.pdf", "mimeType": "application/pdf", "buffer": PDF}
    section(page).locator("input[name=file]").set_input_files([paper])
    press(page, "保存确认")
    state(page, "已保存")
    expect(section(page).get_by_role("alert")).to_have_count(0)
    assert made(app) == [(PHOTO, None, 1)]


# ---- the session


def test_the_session_ends_half_way_and_the_line_is_saved_after_signing_in(app, page):
    end_sessions(app)
    fill(page, "写了一半")
    press(page, "保存佐证")
    expect(page.get_by_role("dialog", name="请重新登录")).to_be_visible()
    page.keyboard.press("Escape")
    state(page, LOST)
    expect(section(page).locator("[data-note]")).to_contain_text("登录已失效")
    press(page, "再传一次")
    enter_again(page, "staff")
    state(page, "已保存")
    assert made(app) == [("有机构", "写了一半", 0)]


def test_another_person_sends_nothing_off(app, page):
    end_sessions(app)
    fill(page, "甲写的")
    press(page, "保存佐证")
    enter_again(page, "town_admin")
    expect(page.get_by_role("heading", level=1)).to_have_text("姓名town_admin，您好")
    assert made(app) == []


def test_another_who_signed_in_in_the_next_window_gets_nothing(app, page):
    other = page.context.new_page()
    other.goto("/")
    other.locator(".who > summary").click()
    other.get_by_role("button", name="退出登录").click()
    sign_in(other, "town_admin")
    fill(page, "甲写的")
    press(page, "保存佐证")
    expect(page.get_by_role("heading", level=1)).to_have_text("姓名town_admin，您好")
    assert made(app) == []


# ---- for everybody


def test_without_scripts_all_lines_stand_below_each_other_and_come_back_to_their_place(app, chromium, address, sheet):
    context = chromium.new_context(
        viewport={"width": 390, "height": 844}, locale="zh-CN", base_url=address, java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, "staff")
    page.goto(sheet)
    expect(page.locator(".fill-line:visible")).to_have_count(5)
    line = page.locator(f"#line-{item(app)}")
    line.get_by_label("说明").fill("挂在门口")
    line.get_by_role("button", name="保存确认").click()
    expect(line.locator(".error")).to_have_text("这一项要有照片，请拍一张或从相册选择。")
    expect(line.get_by_label("说明")).to_have_value("挂在门口")
    expect(line).to_be_in_viewport()
    line.locator("input[name=photo]").set_input_files([SIGN])
    line.get_by_role("button", name="保存确认").click()
    expect(page.get_by_role("status").first).to_contain_text("已保存。")
    expect(line).to_be_in_viewport()
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/without-scripts.png", full_page=True)
    context.close()
    assert made(app) == [(PHOTO, "挂在门口", 1)]


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_the_page_is_fit_for_fingers_ears_and_narrow_screens(person, sheet, screen):
    page, found, undecided = person("staff", screen), [], []
    page.goto(sheet)
    found += face.faults(page, ".sheet", undecided)
    turn_to_photo(page)
    shoot(page, name="标牌")
    found += face.faults(page, ".sheet", undecided)
    page.context.set_offline(True)
    press(page, "保存确认")
    state(page, LOST)
    found += face.faults(page, ".sheet", undecided)
    turn(page, "看结果", "1 项没有传上去，恢复后自动再传")
    found += face.faults(page, ".sheet", undecided)
    page.context.set_offline(False)
    expect(page.locator("[data-total]")).to_have_text("已保存 1 项，还有 3 项没有填")
    page.goto(sheet)
    turn_to_photo(page)
    press(page, "保存确认")
    state(page, "需要修改")
    found += face.faults(page, ".sheet", undecided)
    assert not found, "\n".join(found)


def test_the_keyboard_is_enough(app, page):
    section(page).get_by_label("说明").focus()
    page.keyboard.type("键盘写的")
    page.keyboard.press("Control+s")
    state(page, "已保存")
    expect(page.get_by_role("link", name="下一项", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name="有队伍")).to_be_focused()
    page.keyboard.press("Tab")
    expect(section(page).get_by_role("link", name="去补齐")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("heading", level=2, name="有机构")).to_be_focused()
    assert made(app) == [("有机构", "键盘写的", 0)]
