"""催办 on pages: who may ask and answer, once; what is wrong is refused and kept; nothing of another township."""

import html
import re

import pytest
from sqlalchemy import func, select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Urge
from tests import records
from tests.pages.test_todo import groups_of
from tests.unit import case_rules
from tests.world import SIBLING, TODAY

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

STAFF, ADMIN = "姓名staff", "姓名town_admin"
ONCE = "0" * 32


def urges_of(app, key):
    with app.app_context(), acting_as(SETUP):
        return db.session.scalars(select(Urge).where(Urge.case_id == key).order_by(Urge.id)).all()


# ---- what the page of a case shows


@pytest.mark.parametrize(
    ("person", "may_ask", "may_reply"),
    [("town_admin", True, True), ("county_admin", True, True), ("staff", False, True), ("supervisor", False, False)],
)
def test_the_page_offers_what_one_may(app, client_as, person, may_ask, may_reply):
    with app.app_context():
        key = records.accepted(STAFF)
        urge = records.urge(key, reason="请抓紧办理")
    text = client_as(person).get(f"/cases/show/{key}").text
    assert "请抓紧办理" in text
    assert f"→ {STAFF}" not in text, "the product sent it to nobody"
    assert (f'action="/cases/urge/{key}"' in text) is may_ask
    assert (f'action="/cases/reply/{key}/{urge}"' in text) is may_reply


def test_the_forms_of_the_page_are_those_that_are_taken(app, client_as):
    """What a browser would post: the address, the token, the number of the form and the name of the box."""
    with app.app_context():
        key = records.accepted(STAFF)
    admin, staff = client_as("town_admin"), client_as("staff")
    text = admin.get(f"/cases/show/{key}").text
    once = re.search(r'name="_once" value="(\w{32})"', text)[1]
    assert re.search(r'<textarea[^>]*name="reason"', text)
    admin.submit(f"/cases/urge/{key}", {"reason": "请答复", "_once": once})
    (urge,) = urges_of(app, key)
    text = staff.get(f"/cases/show/{key}").text
    assert "共 1 次" in text
    assert f"{ADMIN} → {STAFF}" in text
    assert re.search(r'<textarea[^>]*name="reply"', text)
    staff.submit(f"/cases/reply/{key}/{urge.id}", {"reply": "已答复\n并约好时间"})
    text = staff.get(f"/cases/show/{key}").text
    assert "并约好时间" in text
    assert f"{TODAY} {STAFF} 回复" in text
    assert "/cases/reply/" not in text


def test_what_is_typed_to_open_a_secret_is_not_what_is_urged(app, client_as):
    """The reason of a look stands in a box of the same name."""
    with app.app_context():
        key = records.accepted(STAFF, phone=records.PHONE)
    answer = client_as("town_admin").submit(f"/cases/reveal/{key}", {"column": "phone", "reason": "核对登记信息"})
    assert records.PHONE in answer.text
    assert re.search(r'<textarea[^>]*name="reason"[^>]*></textarea>', answer.text)


def test_a_case_that_is_over_shows_its_urges_and_offers_no_more(app, client_as):
    with app.app_context():
        key = records.accepted(STAFF, to="CLOSED")
        records.urge(key, reason="办完以前催的")
    text = client_as("town_admin").get(f"/cases/show/{key}").text
    assert "办完以前催的" in text
    assert "/cases/urge/" not in text


# ---- of another place: tried, and refused


def attacked(app, browser, path, data):
    """The answer to a post, and whether it wrote anything about urges."""
    with app.app_context(), acting_as(SETUP):
        before = db.session.execute(select(func.count(Urge.id), func.count(Urge.reply))).one()
    answer = browser.submit(path, data)
    with app.app_context(), acting_as(SETUP):
        return answer.status_code, db.session.execute(
            select(func.count(Urge.id), func.count(Urge.reply))
        ).one() != before


@pytest.mark.parametrize(
    ("person", "status"),
    [("town_admin", 404), ("village_admin", 404), ("staff", 403), ("supervisor", 403), ("center", 403)],
)
def test_nobody_urges_what_is_not_his(app, client_as, person, status):
    with app.app_context():
        key = records.accepted(STAFF, SIBLING)
    assert attacked(app, client_as(person), f"/cases/urge/{key}", {"reason": "催"}) == (status, False)


@pytest.mark.parametrize(("person", "status"), [("town_admin", 404), ("village_admin", 404), ("supervisor", 403)])
def test_nobody_answers_what_is_not_his(app, client_as, person, status):
    with app.app_context():
        key = records.accepted(STAFF, SIBLING)
        urge = records.urge(key)
    assert attacked(app, client_as(person), f"/cases/reply/{key}/{urge}", {"reply": "好"}) == (status, False)


def test_an_urge_is_not_answered_through_another_case(app, client_as):
    """By the number of a case of his own, an urge of another township; and one of his own that is of another case."""
    with app.app_context():
        mine, other = records.accepted(STAFF), records.accepted(STAFF)
        urges = [records.urge(records.accepted(STAFF, SIBLING)), records.urge(other)]
    for urge in (*urges, 0, "x", 2**40):
        assert attacked(app, client_as("staff"), f"/cases/reply/{mine}/{urge}", {"reply": "好"}) == (404, False)


def test_without_a_token_nothing_is_sent(app, client_as):
    with app.app_context():
        key = records.accepted(STAFF)
    assert client_as("town_admin").post(f"/cases/urge/{key}", data={"reason": "催"}).status_code == 400
    assert urges_of(app, key) == []


# ---- asking and answering


def test_asked_and_answered(app, client_as):
    with app.app_context():
        key = records.accepted(STAFF)
    asked = client_as("town_admin").submit(f"/cases/urge/{key}", {"reason": " 请三日内答复 ", "_once": ONCE})
    assert (asked.status_code, asked.location) == (302, f"/cases/show/{key}#urges")
    (urge,) = urges_of(app, key)
    assert (urge.reason, urge.to_name, urge.by_name) == ("请三日内答复", STAFF, ADMIN)
    browser = client_as("staff")
    assert groups_of(browser.get("/todo/").text)["urged"][2] == [str(key)]
    answered = browser.submit(f"/cases/reply/{key}/{urge.id}", {"reply": "已约谈双方"})
    assert answered.status_code == 302
    (urge,) = urges_of(app, key)
    assert (urge.reply, urge.replied_on, urge.replied_by) == ("已约谈双方", TODAY, STAFF)
    assert "urged" not in groups_of(browser.get("/todo/").text)
    history = browser.get(f"/cases/history/{key}").text
    assert "请三日内答复" in history
    assert "已约谈双方" in history


def test_a_form_sent_twice_asks_once_and_another_asks_again(app, client_as):
    with app.app_context():
        key, other = records.accepted(STAFF), records.accepted(STAFF)
    browser = client_as("town_admin")
    for _ in range(2):
        assert browser.submit(f"/cases/urge/{key}", {"reason": "催", "_once": ONCE}).status_code == 302
    assert len(urges_of(app, key)) == 1
    browser.submit(f"/cases/urge/{key}", {"reason": "再催", "_once": ONCE})
    browser.submit(f"/cases/urge/{key}", {"reason": "催", "_once": "1" * 32})
    browser.submit(f"/cases/urge/{other}", {"reason": "催", "_once": ONCE})
    assert (len(urges_of(app, key)), len(urges_of(app, other))) == (3, 1)


def test_the_same_answer_twice_is_one_and_another_is_refused(app, client_as):
    with app.app_context():
        key = records.accepted(STAFF)
        path = f"/cases/reply/{key}/{records.urge(key)}"
    browser = client_as("staff")
    answers = [browser.submit(path, {"reply": text}) for text in ("好", "好", "不好")]
    assert [answer.status_code for answer in answers] == [302, 302, 422]
    assert f"这条催办已经由{STAFF}回复，不能再回复。" in answers[2].text
    assert "不好" in answers[2].text, "what was typed is kept"
    assert client_as("town_admin").submit(path, {"reply": "好"}).status_code == 422
    assert [urge.reply for urge in urges_of(app, key)] == ["好"]


@pytest.mark.parametrize("text", ["", "  ", "长" * 201, "零\u200b宽", "\x07"])
def test_a_text_that_is_wrong_is_refused_and_kept(app, client_as, text):
    with app.app_context():
        key = records.accepted(STAFF)
        urge = records.urge(key)
    for browser, path, field in (
        (client_as("town_admin"), f"/cases/urge/{key}", "reason"),
        (client_as("staff"), f"/cases/reply/{key}/{urge}", "reply"),
    ):
        answer = browser.submit(path, {field: text})
        assert answer.status_code == 422
        assert "aria-invalid" in answer.text
        assert text.strip() in html.unescape(answer.text)
        assert browser.submit(path, {}).status_code == 422
    assert [(u.id, u.reply) for u in urges_of(app, key)] == [(urge, None)]


def test_what_is_over_is_not_urged(app, client_as):
    with app.app_context():
        key = case_rules.case_in("CLOSED")
    answer = client_as("town_admin").submit(f"/cases/urge/{key}", {"reason": "催"})
    assert answer.status_code == 422
    assert "案件现在是「结案」，不用再催办。" in answer.text
    assert urges_of(app, key) == []


@pytest.mark.parametrize("key", ["0", "x", "99999999999", "-1"])
def test_a_case_that_there_is_not_is_not_found(app, client_as, key):
    browser = client_as("town_admin")
    assert browser.submit(f"/cases/urge/{key}", {"reason": "催"}).status_code == 404
    assert browser.submit(f"/cases/reply/{key}/1", {"reply": "好"}).status_code == 404


@pytest.mark.parametrize("path", ["/cases/urge/1", "/cases/reply/1/1", "/todo/"])
def test_other_methods_are_refused(app, client_as, path):
    browser = client_as("town_admin")
    wrong = browser.submit(path) if path == "/todo/" else browser.get(path)
    assert wrong.status_code == 405
