"""现场填报: a line is saved once, with what it asks; a rule is not moved by what is shown beside it."""

import io
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from PIL import Image
from sqlalchemy import select

from app import attachments
from app.extensions import db
from app.files import MAX_FILE
from app.scope import acting_as
from app.security.actor import SETUP
from models import Attachment, AuditEntry, Checklist, ChecklistItem, Confirmation, Evidence, Station
from tests import records
from tests.conftest import Browser
from tests.pages.filling import JSON, ONCE, PHOTO, TEAM, item, made, part, post, ship, verdicts
from tests.pages.uploads import JPEG, PDF
from tests.unit.test_files import GPS, SECRET, exif, picture
from tests.world import CHILD, OWN, SIBLING, TODAY

pytestmark = pytest.mark.in_turns  # the pages are the same whatever the database

PICTURE = ("photo", "标牌.jpg", JPEG)


@pytest.fixture
def sheet(app):
    return ship(app)


@pytest.fixture
def browser(client_as):
    return client_as("staff")


def form(app, label=PHOTO, **fields):
    return {"item": str(item(app, label)), "note": "", "_once": ONCE} | fields


def files_of(app, label=PHOTO):
    with app.app_context(), acting_as(SETUP):
        row = db.session.scalars(select(Confirmation).join(ChecklistItem).where(ChecklistItem.label == label)).one()
        return [(file.name, attachments.content_of(file)) for file in attachments.of(row)]


# ---- the page


def test_the_page_has_every_line_with_a_form_of_its_own(app, browser, sheet):
    page = browser.get(sheet).text
    assert "现场填报：三有" in page
    assert re.findall(r"第 \d / \d 项", page) == [f"第 {n} / 4 项" for n in (1, 2, 3, 4)]
    assert len(set(re.findall(r'name="_once" value="([0-9a-f]{32})"', page))) == 4
    assert page.count('name="_opened_by"') == 4
    by_rule, by_hand = part(page, item(app, TEAM)), part(page, item(app))
    assert "没有登记队伍人员。" in by_rule
    assert "这一项按记录自动判定；照片作为佐证保存，不改变判定。" in by_rule
    assert "保存佐证" in by_rule
    assert f'href="/volunteers/add?station_id={sheet.split("/")[3]}"' in by_rule
    assert "保存确认" in by_hand
    assert "这一项由人确认，要有照片。" in by_hand
    assert "去补齐" not in by_hand
    for section in (by_rule, by_hand):
        assert re.search(r'type="file"[^>]*name="photo" accept="image/\*" capture="environment"', section)
        assert re.search(r'type="file"[^>]*name="file" accept="image/\*,application/pdf" multiple', section)
    assert "系统判定 0 / 4" in page


def test_the_station_leads_there_whoever_may_confirm(app, client_as, sheet):
    show = "/stations/show/" + sheet.split("/")[3]
    for username in ("staff", "village_admin", "town_admin"):
        assert f'href="{sheet}"' in client_as(username).get(show).text
    for username in ("supervisor", "center"):
        page = client_as(username).get(show)
        assert (page.status_code, sheet in page.text) == (200, False)


# ---- saving


def test_a_photo_confirms_the_line_in_the_same_commit(app, browser, sheet):
    answer = post(browser, sheet, form(app, note="挂在门口"), [PICTURE])
    assert (answer.status_code, answer.location) == (302, f"{sheet}#line-{item(app)}")
    assert made(app) == [(PHOTO, "挂在门口", 1)]
    assert verdicts(app)[PHOTO] == "CONFIRMED"
    page = browser.get(answer.location).text
    assert "已保存。" in page
    assert "2026-11-24 姓名staff 保存，附件 1 个" in part(page, item(app))
    with app.app_context(), acting_as(SETUP):
        row = db.session.scalars(select(Confirmation)).one()
        assert (row.confirmed_on, row.confirmed_by, row.division_code) == (TODAY, "姓名staff", CHILD)


def test_a_script_is_told_what_has_come_of_it(app, browser, sheet):
    answer = post(browser, sheet, form(app), [PICTURE], headers=JSON)
    assert (answer.status_code, answer.get_json()) == (
        200,
        {"saved": True, "met": True, "finding": "人工确认", "why": "已由人确认。", "result": "系统判定 1 / 4"},
    )


def test_a_picture_keeps_nothing_of_where_it_was_taken(app, browser, sheet):
    taken = picture("jpeg", exif=exif())
    assert SECRET in taken
    assert Image.open(io.BytesIO(taken)).getexif().get_ifd(GPS)
    post(browser, sheet, form(app), [("photo", "标牌.jpg", taken)])
    ((name, content),) = files_of(app)
    assert name == "标牌.jpg"
    assert SECRET not in content
    assert not Image.open(io.BytesIO(content)).getexif()


def test_photos_of_both_boxes_are_kept(app, browser, sheet):
    post(browser, sheet, form(app), [PICTURE, ("file", "甲.jpg", JPEG), ("file", "乙.pdf", PDF)])
    assert [name for name, _content in files_of(app)] == ["标牌.jpg", "甲.jpg", "乙.pdf"]


def test_what_is_shown_beside_a_rule_is_kept_and_moves_no_verdict(app, browser, sheet):
    answer = post(browser, sheet, form(app, TEAM, note="合影"), [PICTURE], headers=JSON)
    assert (answer.get_json()["met"], answer.get_json()["finding"]) == (False, "缺证据")
    assert made(app) == [(TEAM, "合影", 1)]
    assert verdicts(app)[TEAM] == "MISSING"
    with app.app_context():
        records.volunteer(CHILD)
    assert verdicts(app)[TEAM] == "AUTO"


# ---- refused: at the line, with what was typed


@pytest.mark.parametrize(
    ("label", "files", "sentence"),
    [
        (PHOTO, [], "这一项要有照片，请拍一张或从相册选择。"),
        (PHOTO, [("photo", "", b"")], "这一项要有照片"),
        (PHOTO, [("photo", "甲.jpg", b"GIF89a" + bytes(20))], "甲.jpg：只能上传 JPG、PNG、WebP 图片或 PDF 文件"),
        (PHOTO, [("photo", "甲.jpg", b"\xff\xd8\xffnothing")], "甲.jpg：图片已损坏或不完整"),
        (PHOTO, [("photo", "空.jpg", b"")], "空.jpg：文件是空的。"),
        (PHOTO, [PICTURE, ("file", "大.pdf", PDF + bytes(MAX_FILE))], "大.pdf：文件超过 10 MB"),
        (PHOTO, [("file", f"{n}.jpg", JPEG) for n in range(7)], "一次最多 6 个文件"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_line(app, browser, sheet, label, files, sentence):
    answer = post(browser, sheet, form(app, label, note="打好的字"), files)
    section = part(answer.text, item(app, label))
    assert answer.status_code == 422
    assert sentence in section
    assert "打好的字</textarea>" in section
    assert f'name="_once" value="{ONCE}"' in section
    assert answer.text.count("打好的字") == 1
    assert sentence in post(browser, sheet, form(app, label), files, headers=JSON).get_json()["problems"]["files"][0]
    assert made(app) == []


@pytest.mark.parametrize("evidence", [Evidence.TEXT, Evidence.DOCUMENT, Evidence.NONE])
def test_a_line_asks_for_what_it_asks_for(app, client_as, evidence):
    sheet, browser = ship(app, evidence=evidence), client_as("staff")
    bare = post(browser, sheet, form(app), headers=JSON)
    wrong = {Evidence.TEXT: "note", Evidence.DOCUMENT: "files", Evidence.NONE: ""}[evidence]
    assert bare.status_code == (422 if wrong else 200)
    assert list(bare.get_json().get("problems", {})) == ([wrong] if wrong else [])
    shown = post(browser, sheet, form(app, note="有台账"), [("file", "台账.pdf", PDF)], headers=JSON)
    assert shown.status_code == 200
    assert verdicts(app)[PHOTO] == "CONFIRMED"


def test_evidence_of_nothing_is_none(app, browser, sheet):
    answer = post(browser, sheet, form(app, TEAM), headers=JSON)
    assert (answer.status_code, list(answer.get_json()["problems"])) == (422, ["files"])
    assert made(app) == []


@pytest.mark.parametrize("note", ["长" * 501, "有\u202e字"])
def test_a_note_that_does_not_fit_is_refused_and_stays(app, browser, sheet, note):
    answer = post(browser, sheet, form(app, note=note), [PICTURE])
    assert answer.status_code == 422
    assert f"{note}</textarea>" in answer.text
    assert made(app) == []


# ---- once


@pytest.mark.parametrize("headers", [{}, JSON], ids=["form", "script"])
def test_a_post_that_is_repeated_makes_nothing_and_is_answered_alike(app, browser, sheet, headers):
    first, second = (post(browser, sheet, form(app, note="甲"), [PICTURE], headers=headers) for _ in range(2))
    assert (first.status_code, first.location, first.data) == (second.status_code, second.location, second.data)
    assert made(app) == [(PHOTO, "甲", 1)]
    with app.app_context(), acting_as(SETUP):
        told = select(AuditEntry).where(AuditEntry.register.in_(["Confirmation", "Attachment"]))
        mine = told.where(AuditEntry.root_register == "Confirmation", AuditEntry.actor_name == "姓名staff")
        assert len(db.session.scalars(mine).all()) == 2


def test_a_repeated_post_is_answered_though_the_line_is_asked_no_more(app, browser, sheet):
    sent = form(app), [PICTURE]
    post(browser, sheet, *sent, headers=JSON)
    with app.app_context(), acting_as(SETUP):
        db.session.get(ChecklistItem, int(sent[0]["item"])).is_active = False
        db.session.commit()
    again = post(browser, sheet, *sent, headers=JSON)
    assert (again.status_code, again.get_json()) == (200, {"saved": True})
    assert made(app) == [(PHOTO, None, 1)]


def test_other_words_or_another_photo_under_a_used_token_are_not_lost(app, browser, sheet):
    other = ("photo", "标牌.jpg", picture("jpeg", (80, 40)))
    for note, file in (("甲", PICTURE), ("乙", PICTURE), ("甲", other)):
        assert post(browser, sheet, form(app, note=note), [file]).status_code == 302
    assert made(app) == [(PHOTO, "甲", 1), (PHOTO, "乙", 1), (PHOTO, "甲", 1)]


def test_the_same_token_at_another_station_or_of_another_person_makes_another_row(app, client_as, sheet):
    theirs = sheet.replace(sheet.split("/")[3], str(_station(app, "330302006046")))
    for username, url in (("staff", sheet), ("town_admin", sheet), ("staff", theirs)):
        assert post(client_as(username), url, form(app), [PICTURE]).status_code == 302
    assert made(app) == [(PHOTO, None, 1)] * 3


RACERS, EACH = 4, 3


def test_racing_posts_of_one_form_make_one_row_with_one_photo(app, sheet):
    """Four windows of one person, each sending the same form three times; on both databases."""
    start, sent = Barrier(RACERS), form(app, note="甲")

    def race(_window):
        browser = Browser(app)
        browser.enter("staff")
        token = browser.token()
        start.wait()
        answers = [post(browser, sheet, sent, [PICTURE], token, headers=JSON) for _ in range(EACH)]
        return [(answer.status_code, answer.get_json()["saved"]) for answer in answers]

    with ThreadPoolExecutor(RACERS) as pool:
        answers = [answer for window in pool.map(race, range(RACERS)) for answer in window]
    assert answers == [(200, True)] * RACERS * EACH
    assert made(app) == [(PHOTO, "甲", 1)]


# ---- for whom, and of what


def _station(app, code):
    with app.app_context():
        return records.station_at(code)


def _both(browser, url, data):
    """The statuses of looking and of saving there."""
    return browser.get(url).status_code, post(browser, url, data, [PICTURE]).status_code


@pytest.mark.parametrize(
    ("username", "status"),
    [
        ("foreign_admin", 404),
        ("supervisor", 403),
        ("center", 403),
        ("unit_officer", 403),
        ("auditor", 403),
        ("system_admin", 403),
        ("disabled", 302),
    ],
)
def test_who_may_not_confirm_there_gets_and_writes_nothing(app, client_as, sheet, username, status):
    browser = client_as("staff" if username == "disabled" else username)
    if username == "disabled":
        browser.submit("/logout/")
    assert _both(browser, sheet, form(app)) == (status, status)
    assert made(app) == []


def test_another_townships_station_is_not_there(app, browser, sheet):
    theirs = sheet.replace(sheet.split("/")[3], str(_station(app, f"{SIBLING}001")))
    missing = sheet.replace(sheet.split("/")[3], "99999999")
    assert _both(browser, theirs, form(app)) == _both(browser, missing, form(app)) == (404, 404)
    assert browser.get(theirs).text.replace(theirs, "") == browser.get(missing).text.replace(missing, "")
    assert made(app) == []


def test_a_role_that_may_look_and_not_add_is_refused_there_only(app, client_as):
    """Administrator of one township, and supervisor of another county, in one person."""
    sheet, browser = ship(app), client_as("mixed")
    there = sheet.replace(sheet.split("/")[3], str(_station(app, "330304001001")))
    assert browser.get(f"/stations/show/{there.split('/')[3]}").status_code == 200
    assert _both(browser, there, form(app)) == (403, 403)
    assert made(app) == []
    assert _both(browser, sheet, form(app)) == (200, 302)


@pytest.mark.parametrize("key", ["0", "99999999", "x", "-1", "1e9", "９"])
def test_a_checklist_that_there_is_not_is_not_found(app, browser, sheet, key):
    assert _both(browser, f"{sheet.rpartition('/')[0]}/{key}", form(app)) == (404, 404)


def test_a_checklist_of_other_stations_is_not_found(app, browser, sheet):
    with app.app_context(), acting_as(SETUP):
        five = db.session.scalars(
            select(Checklist.id).where(Checklist.name == "五有", Checklist.division_code == "3303")
        ).one()
    assert _both(browser, f"{sheet.rpartition('/')[0]}/{five}", form(app)) == (404, 404)
    at_the_town = f"/stations/fill/{_station(app, OWN)}/{five}"
    assert browser.get(at_the_town).status_code == 200
    assert post(browser, at_the_town, form(app), [PICTURE]).status_code == 404, "a line of another checklist"
    assert made(app) == []


@pytest.mark.parametrize("change", ["retired", "ended checklist", "ended station"])
def test_what_is_asked_no_more_is_not_found(app, browser, sheet, change):
    data = form(app)
    with app.app_context(), acting_as(SETUP):
        if change == "retired":
            db.session.get(ChecklistItem, int(data["item"])).is_active = False
        else:
            model, key = (Checklist, 4) if change == "ended checklist" else (Station, 3)
            records.end(db.session.get(model, int(sheet.split("/")[key])))
        db.session.commit()
    assert _both(browser, sheet, data) == (200 if change == "retired" else 404, 404)
    assert made(app) == []


@pytest.mark.parametrize("key", ["", "0", "x", "99999999"])
def test_a_line_that_there_is_not_is_not_found(app, browser, sheet, key):
    assert post(browser, sheet, form(app, item=key), [PICTURE]).status_code == 404
    assert made(app) == []


def test_a_form_that_another_has_opened_is_not_saved(app, client_as, browser, sheet):
    mark = re.search(r'name="_opened_by" value="(\w+)"', client_as("town_admin").get(sheet).text)[1]
    sent = form(app, _opened_by=mark), [PICTURE]
    assert post(browser, sheet, *sent, headers=JSON).status_code == 403
    assert post(browser, sheet, *sent).status_code == 302
    assert made(app) == []


def test_who_is_no_longer_signed_in_is_told_so_as_a_script(app, browser, sheet):
    token = browser.token()
    browser.submit("/logout/")
    assert post(browser, sheet, form(app), [PICTURE], token, headers=JSON).status_code in (400, 401)
    assert post(browser, sheet, form(app), [PICTURE], headers=JSON).status_code == 401
    assert made(app) == []


def test_a_post_without_a_token_or_of_another_kind_is_refused(app, browser, sheet):
    assert browser.post(sheet, data=form(app)).status_code == 400
    assert browser.post(sheet, json=form(app), headers={"X-CSRFToken": browser.token()}).status_code == 404
    assert made(app) == []


def test_a_file_hangs_on_its_confirmation_and_on_nothing_else(app, browser, sheet):
    post(browser, sheet, form(app), [PICTURE])
    with app.app_context(), acting_as(SETUP):
        file = db.session.scalars(select(Attachment).order_by(Attachment.id.desc())).first()
        row = db.session.scalars(select(Confirmation)).one()
        assert (file.register, file.row_uid, file.division_code) == ("Confirmation", row.uid, CHILD)


# ---- the generated form says the same


def test_the_page_of_evidence_says_that_it_is_no_verdict(app, browser, sheet):
    for label, is_told in ((TEAM, True), (PHOTO, False)):
        data = {"station_id": sheet.split("/")[3], "item_id": str(item(app, label)), "confirmed_on": "2026-11-24"}
        answer = browser.submit("/confirmations/add", data | {"confirmed_by": "甲", "note": "看过"})
        assert answer.status_code == 302
        assert ("照片作为佐证保存，不改变判定。" in browser.get(answer.location).text) is is_told
    assert "只作佐证保存，不改变判定" in browser.get("/confirmations/add").text
    assert verdicts(app)[TEAM] == "MISSING"
