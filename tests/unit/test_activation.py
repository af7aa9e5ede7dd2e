"""One-time links: one person, one use, 72 hours; the page gives nothing away and signs nobody in."""

import re
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import select

from app import clock
from app.extensions import db
from app.scope import acting_as
from app.security import activation, attempts, users
from app.security.actor import OPERATOR
from app.security.roles import DIVISION_ADMIN, STAFF, SUPERVISOR
from models import Activation, AuditEntry, StaffRole, UserScope
from tests.conftest import Browser
from tests.pages.sessions import events, is_in
from tests.world import CHILD, OWN, PASSWORD, TODAY

NOW = datetime(2026, 11, 24, 1, 0)  # noqa: DTZ001  the database stores UTC without zone
NEW = "Another-pass-2026"
HTTPS = "https://localhost"
WEAK = "kite7lamp"  # enough for 工作人员 of a township


def issued(app, username="town_admin", **changes) -> str:
    """A token for this person, committed; `changes` are made to his account afterwards."""
    with app.app_context(), acting_as(OPERATOR):
        account = users.find(username)
        token = activation.issue(account, clock.now())
        for name, value in changes.items():
            setattr(account, name, value)
        db.session.commit()
    return token


def set_password(browser, token, new=NEW, again=None, page=None):
    data = {"new": new, "again": new if again is None else again}
    return browser.submit(f"/activate/{token}", data, page=page or f"/activate/{token}")


# ---- the rules


def test_a_link_is_for_one_person_for_72_hours(context):
    with acting_as(OPERATOR):
        token = activation.issue(users.find("town_admin"), NOW)
        other = activation.issue(users.find("supervisor"), NOW)
        for hours, person in ((0, "town_admin"), (71, "town_admin"), (72, None)):
            found = activation.owner_of(token, NOW + timedelta(hours=hours))
            assert (found and found.username) == person
        assert activation.owner_of(other, NOW).username == "supervisor"


def test_only_a_digest_is_stored(context):
    with acting_as(OPERATOR):
        token = activation.issue(users.find("town_admin"), NOW)
        (row,) = db.session.scalars(select(Activation))
        assert len(token) >= 43  # 256 bits
        assert token not in (row.token_hash, str(vars(row)))
        assert activation.owner_of(row.token_hash, NOW) is None


def test_a_new_link_voids_the_one_before(context):
    with acting_as(OPERATOR):
        first, second = (activation.issue(users.find("town_admin"), NOW) for _ in range(2))
        assert activation.owner_of(first, NOW) is None
        assert activation.owner_of(second, NOW).username == "town_admin"


def test_a_link_is_used_once_and_unlocks(context):
    with acting_as(OPERATOR):
        for _ in range(attempts.FAILURES):
            attempts.reserve("town_admin", NOW)
        token = activation.issue(users.find("town_admin"), NOW)
        person = activation.redeem(token, "scrypt:new", NOW)
        assert (person.password, person.fail_count, person.locked_until) == ("scrypt:new", 0, None)
        assert activation.redeem(token, "scrypt:other", NOW) is None
        assert person.password == "scrypt:new"


def role(name):
    return db.session.scalars(select(StaffRole).where(StaffRole.name == name)).one()


def given(account, name, place):
    """One more scope for somebody."""
    scope = UserScope(user_id=account.id, role_id=role(name).id, division_code=place, valid_from=TODAY)
    db.session.add(scope)


def narrowed(role):
    role.permissions.pop()


def off_and_on(account):
    account.active = False
    db.session.flush()
    account.active = True


CHANGES = {
    "a scope given": lambda account: given(account, SUPERVISOR, CHILD),
    "a scope moved": lambda account: setattr(account.scopes[0], "division_code", CHILD),
    "a scope ended": lambda account: setattr(account.scopes[0], "valid_until", TODAY),
    "a scope taken": lambda account: db.session.delete(account.scopes[0]),
    "his role": lambda account: narrowed(account.scopes[0].role),
    "password": lambda account: setattr(account, "password", "scrypt:new"),
    "disabled and enabled": off_and_on,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_link_is_void_when_what_it_opens_changed(context, change):
    """Who kept it would open an account that is more than the one it was given for."""
    with acting_as(OPERATOR):
        account = users.find("town_admin")
        his, anothers = activation.issue(account, NOW), activation.issue(users.find("supervisor"), NOW)
        change(account)
        db.session.flush()
        assert activation.owner_of(his, NOW) is None
        assert activation.owner_of(anothers, NOW).username == "supervisor"
        again = activation.issue(account, NOW)
        assert activation.owner_of(again, NOW) is account


def test_a_link_outlives_what_concerns_nobodys_rights(context):
    with acting_as(OPERATOR):
        account = users.find("town_admin")
        token = activation.issue(account, NOW)
        account.first_name = "改名"
        attempts.reserve("town_admin", NOW)
        db.session.flush()
        assert activation.owner_of(token, NOW) is account


# ---- the page


def test_the_link_sets_a_password_and_signs_nobody_in(app):
    browser, token = Browser(app), issued(app)
    answer = set_password(browser, token)
    assert (answer.status_code, answer.location) == (302, "/login/")
    assert "密码已设置，请登录。" in browser.get("/login/").get_data(as_text=True)
    assert browser.get("/").status_code == 302
    assert Browser(app).sign_in("town_admin").status_code == 422
    assert browser.sign_in("town_admin", NEW).status_code == 302
    with app.app_context(), acting_as(OPERATOR):
        told = db.session.scalars(select(AuditEntry).where(AuditEntry.register == "Account").order_by(AuditEntry.id))
        told = [(e.verb, e.actor_name) for e in told if e.verb not in ("add", "edit")]
    assert told[:2] == [("activation", OPERATOR.name), ("activated", "姓名town_admin")]


def test_the_link_ends_all_sessions_and_opens_a_locked_account(app, client_as):
    inside = client_as("town_admin")
    for _ in range(attempts.FAILURES):
        Browser(app).sign_in("town_admin", "wrong")
    set_password(Browser(app), issued(app))
    assert inside.get("/").status_code == 302
    assert Browser(app).sign_in("town_admin", NEW).status_code == 302


@pytest.mark.parametrize(
    ("new", "again", "sentence"),
    [
        ("short", None, "密码不符合要求：至少 12 个字符；"),
        ("Town_admin-2026", None, "不能包含账号名"),
        (NEW, "other", "两次输入的密码不一样。"),
        ("", None, "必填。"),
    ],
)
def test_a_bad_password_is_refused_at_the_field_and_the_link_stays_good(app, new, again, sentence):
    browser, token = Browser(app), issued(app)
    answer = set_password(browser, token, new, again)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert set_password(browser, token).status_code == 302


def test_useless_links_get_the_same_plain_page(app):
    used, old, disabled = issued(app), issued(app, "supervisor"), issued(app, "mixed", active=False)
    browser = Browser(app)
    set_password(browser, used)
    browser.get("/login/")  # the message that was left for it
    pages = set()
    too_late = clock.now() + activation.VALID
    with patch.object(clock, "now", lambda: too_late):
        answers = [browser.get(f"/activate/{old}"), set_password(browser, old, page="/login/")]
    answers += [browser.get(f"/activate/{token}") for token in (used, disabled, "x", "é", "x" * 500)]
    answers += [set_password(browser, token, page="/login/") for token in (used, disabled, "x")]
    for answer in answers:
        assert answer.status_code == 404
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        pages.add(answer.get_data(as_text=True))
    assert len(pages) == 1
    assert "请联系管理员重新发一个" in pages.pop()
    assert Browser(app).sign_in("supervisor", PASSWORD).status_code == 302


def test_the_token_goes_nowhere_with_the_referrer(app):
    page = Browser(app).get(f"/activate/{issued(app)}")
    assert page.headers["Referrer-Policy"] == "strict-origin"
    assert page.headers["Cache-Control"] == "no-store"
    text = page.get_data(as_text=True)
    assert '<meta name="referrer" content="strict-origin">' in text
    assert "/activate/" not in text  # the form posts to its own address


def test_the_form_is_sent_over_https_with_the_host_as_referrer(app):
    """All that browsers tell under this policy, and what the CSRF check asks for."""
    browser, path = Browser(app).client, f"/activate/{issued(app)}"
    page = browser.get(path, base_url=HTTPS).get_data(as_text=True)
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    data = {"new": NEW, "again": NEW, "csrf_token": found[1]}
    assert browser.post(path, data=data, base_url=HTTPS).status_code == 400
    assert browser.post(path, data=data, base_url=HTTPS, headers={"Referer": f"{HTTPS}/"}).status_code == 302


def test_another_person_may_be_signed_in_meanwhile(app, client_as):
    browser, token = client_as("supervisor"), issued(app)
    assert set_password(browser, token).status_code == 302
    assert "姓名supervisor" in browser.get("/").get_data(as_text=True)


# ---- a password that is too weak by now


@pytest.fixture
def promoted(app):
    """(username, password) of somebody who got more to do than his password is good enough for."""
    with app.app_context(), acting_as(OPERATOR):
        users.add("clerk", "姓名clerk", WEAK, [(STAFF, OWN)], TODAY)
        db.session.commit()
    assert Browser(app).sign_in("clerk", WEAK).location == "/"
    with app.app_context(), acting_as(OPERATOR):
        given(users.find("clerk"), DIVISION_ADMIN, OWN)
        db.session.commit()
    return "clerk", WEAK


def test_a_password_that_is_too_weak_by_now_signs_nobody_in_and_is_changed_first(app, promoted):
    browser = Browser(app)
    way = browser.sign_in(*promoted)
    assert way.status_code == 302
    assert re.fullmatch(r"/activate/[\w-]{43,}", way.location)
    assert not is_in(browser)
    token = way.location.rpartition("/")[2]
    page = browser.get(way.location).text
    assert "您的角色要求更强的密码，请先设置新密码。" in page
    assert "至少 12 个字符" in page
    assert set_password(browser, token, WEAK).status_code == 422
    assert set_password(browser, token).location == "/login/"
    assert not is_in(browser)
    assert browser.sign_in("clerk", WEAK).status_code == 422
    assert browser.sign_in("clerk", NEW).location == "/"
    assert is_in(browser)
    assert events(app, "clerk") == ["sign_in", "activation", "activated", "sign_in_failed", "sign_in"]


def test_who_does_not_know_the_weak_password_gets_no_link(app, promoted):
    answer = Browser(app).sign_in("clerk", "kite7lamb")
    assert answer.status_code == 422
    assert "/activate/" not in answer.text
    with app.app_context(), acting_as(OPERATOR):
        assert db.session.scalars(select(Activation)).all() == []
