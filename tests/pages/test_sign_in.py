"""Signing in and out as browsers do it: old cookies are refused, no post goes without its token."""

from contextlib import contextmanager

import pytest
from flask_appbuilder.security.sqla.models import PermissionView
from sqlalchemy import func, select, update

from app import setup as setup_
from app.extensions import db
from app.scope import acting_as
from app.security import attempts, users
from app.security.actor import OPERATOR
from app.security.roles import DIVISION_ADMIN
from models import Account, EndReason, SignInSession, StaffRole, UserScope
from tests.conftest import Browser
from tests.pages.sessions import events, is_in, later
from tests.security.probes import METHODS
from tests.world import CHILD, PASSWORD, TODAY

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

NEW = "Another-pass-2026"
SAFE = {"GET", "HEAD", "OPTIONS"}


def copy_of(browser: Browser) -> Browser:
    """A browser with the cookies of another: what somebody who copied them has."""
    thief = Browser(browser.app)
    cookie = browser.client.get_cookie("session")
    thief.client.set_cookie("session", cookie.value)
    return thief


@contextmanager
def changing(app):
    """A change of the database by the operator, committed at the end."""
    with app.app_context(), acting_as(OPERATOR):
        yield
        db.session.commit()


# ---- what ends a session


def test_logout_ends_the_copied_cookie_too(app, client_as):
    browser = client_as("town_admin")
    thief = copy_of(browser)
    assert is_in(thief)
    browser.submit("/logout/")
    assert not is_in(browser)
    assert not is_in(thief)
    assert events(app) == ["sign_in", "sign_out"]


def test_logout_ends_this_session_only(client_as):
    here, there = client_as("town_admin"), client_as("town_admin")
    here.submit("/logout/")
    assert (is_in(here), is_in(there)) == (False, True)


def test_logout_of_a_stranger_is_harmless(app):
    browser = Browser(app)
    assert browser.submit("/logout/", page="/login/").status_code == 302


def scope_of(username):
    return users.find(username).scopes[0]


CHANGES = {
    "disabled": lambda: setattr(users.find("town_admin"), "active", False),
    "password": lambda: setattr(users.find("town_admin"), "password", "scrypt:other"),
    "scope deleted": lambda: db.session.delete(scope_of("town_admin")),
    "scope removed": lambda: setattr(users.find("town_admin"), "scopes", []),
    "scope ended": lambda: setattr(scope_of("town_admin"), "valid_until", TODAY),
    "scope moved": lambda: setattr(scope_of("town_admin"), "division_code", CHILD),
    "scope handed on": lambda: setattr(scope_of("town_admin"), "user_id", users.find("nowhere").id),
    "scope added": lambda: db.session.add(
        UserScope(
            user_id=users.find("town_admin").id, role_id=scope_of("town_admin").role_id, division_code=CHILD,
            valid_from=TODAY,
        )
    ),
    "deleted": lambda: db.session.delete(users.find("town_admin")),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_change_ends_the_sessions_of_the_one_concerned(app, client_as, change):
    his, anothers = client_as("town_admin"), client_as("supervisor")
    with changing(app):
        change()
    assert not is_in(his)
    assert is_in(anothers)


def test_a_permission_taken_from_a_role_or_given_to_it_ends_the_sessions_of_its_holders(app, client_as):
    def admins():
        return db.session.scalars(select(StaffRole).where(StaffRole.name == DIVISION_ADMIN)).one()

    first, other = client_as("town_admin"), client_as("supervisor")
    with changing(app):
        role = admins()
        taken = role.permissions.pop().id
    second = client_as("town_admin")
    before = is_in(first), is_in(second), is_in(other)
    with changing(app):
        role = admins()
        role.permissions.append(db.session.get(PermissionView, taken))
    after = is_in(first), is_in(second), is_in(other)
    assert (before, after) == ((False, True, True), (False, False, True))


def test_what_concerns_nobodys_rights_ends_nothing(app, client_as):
    browser = client_as("town_admin")
    with changing(app):
        users.find("town_admin").first_name = "改名"
        setup_.grant_baseline()
    assert is_in(browser)


@pytest.mark.parametrize(
    ("steps", "stays"),
    [([29], True), ([31], False), ([20, 20, 20], True), ([20, 31], False), ([25] * 19, True), ([25] * 20, False)],
)
def test_idle_and_absolute_limit(client_as, steps, stays):
    """30 minutes without a request, 8 hours in all."""
    browser = client_as("town_admin")
    passed = 0
    for minutes in steps:
        passed += minutes
        with later(minutes=passed):
            last = is_in(browser)
    assert last is stays


def test_a_request_touches_the_session_at_most_once_a_minute(app, client_as):
    def seen():
        with app.app_context(), acting_as(OPERATOR):
            return db.session.scalars(select(SignInSession.seen_at)).one()

    browser, first = client_as("town_admin"), None
    first = seen()
    with later(seconds=50):
        browser.get("/")
    assert seen() == first
    with later(seconds=70):
        browser.get("/static/any/app.css").close()
        browser.get("/health")
        assert seen() == first
        browser.get("/nichts")
    assert seen() > first


def test_a_reader_does_not_wait_for_a_writer_to_touch_his_session(app, client_as):
    browser = client_as("town_admin")
    with app.app_context():
        engine = db.engine
    with engine.connect() as writer, later(minutes=5):
        writer.execute(update(Account.__table__).values(login_count=1))
        assert is_in(browser)
        writer.rollback()


# ---- the id


def test_every_sign_in_has_a_new_id_and_none_is_stored(app, client_as):
    cookies = {client_as("town_admin").client.get_cookie("session").value for _ in range(3)}
    assert len(cookies) == 3
    with app.app_context(), acting_as(OPERATOR):
        stored = db.session.scalars(select(SignInSession.token_hash)).all()
    assert len(set(stored)) == 3
    serializer = app.session_interface.get_signing_serializer(app)
    for cookie in cookies:
        held = serializer.loads(cookie)
        assert set(held) <= {"_user_id", "csrf_token"}
        assert len(held["_user_id"]) >= 43  # 256 bits
        assert held["_user_id"] not in stored


def test_the_cookie_ends_with_the_browser(client_as):
    cookie = client_as("town_admin").client.get_cookie("session")
    assert (cookie.expires, cookie.max_age) == (None, None)
    assert (cookie.http_only, cookie.same_site) == (True, "Lax")


def test_a_cookie_planted_before_signing_in_stays_worthless(app):
    attacker = Browser(app)
    attacker.token()
    victim = copy_of(attacker)
    planted = victim.client.get_cookie("session").value
    assert victim.sign_in("town_admin").status_code == 302
    assert victim.client.get_cookie("session").value != planted
    assert is_in(victim)
    assert not is_in(attacker)


@pytest.mark.parametrize("forged", ["1", "0", "", "x", "é", "' OR 1=1 --", None, 5, ["1"]])
def test_a_signed_cookie_without_a_row_signs_nobody_in(app, forged):
    browser = Browser(app)
    with browser.client.session_transaction() as session:
        session["_user_id"] = forged
    assert not is_in(browser)


# ---- my sign-ins


def test_my_sign_ins_are_listed_and_another_is_taken_down(app, client_as):
    here, there, anothers = client_as("town_admin"), client_as("town_admin"), client_as("supervisor")
    page = here.get("/account/").get_data(as_text=True)
    assert (page.count("本次登录"), page.count(">下线<")) == (1, 1)
    with app.app_context(), acting_as(OPERATOR):
        mine, other, foreign = db.session.scalars(select(SignInSession.id).order_by(SignInSession.id)).all()
    for key in (foreign, 0, 10**30, "x", "²"):
        assert here.submit(f"/account/sessions/{key}/end", page="/account/").status_code == 404
    assert here.submit(f"/account/sessions/{other}/end", page="/account/").status_code == 302
    assert (is_in(here), is_in(there), is_in(anothers)) == (True, False, True)
    with app.app_context(), acting_as(OPERATOR):
        reasons = dict(db.session.execute(select(SignInSession.id, SignInSession.ended_reason)).all())
    assert reasons == {mine: None, other: EndReason.TAKEN_DOWN, foreign: None}
    assert events(app) == ["sign_in", "sign_in", "session_ended"]


def change_password(browser, old=PASSWORD, new=NEW, again=None):
    data = {"old": old, "new": new, "again": new if again is None else again}
    return browser.submit("/account/password", data, page="/account/")


def test_a_new_password_ends_every_other_session_and_renews_this_one(app, client_as):
    here, there = client_as("town_admin"), client_as("town_admin")
    thief = copy_of(here)
    assert change_password(here).status_code == 302
    assert (is_in(here), is_in(there), is_in(thief)) == (True, False, False)
    assert Browser(app).sign_in("town_admin").status_code == 422
    assert Browser(app).sign_in("town_admin", NEW).status_code == 302
    assert events(app) == ["sign_in", "sign_in", "password", "sign_in_failed", "sign_in"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"old": "wrong"}, "原密码不正确，或账号已被暂时锁定。"),
        ({"old": ""}, "必填。"),
        ({"new": "short"}, "密码不符合要求：至少 12 个字符；"),
        ({"new": PASSWORD}, "新密码不能和原密码一样。"),
        ({"again": "Another-pass-2027"}, "两次输入的密码不一样。"),
        ({"new": "y" * 257}, "不能超过 256 个字符。"),
        ({"old": "y" * 257}, "不能超过 256 个字符。"),
    ],
)
def test_a_new_password_is_refused_at_the_field(app, client_as, typed, sentence):
    browser = client_as("town_admin")
    answer = change_password(browser, **typed)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert is_in(browser)
    assert Browser(app).sign_in("town_admin").status_code == 302


def test_the_old_password_cannot_be_guessed_in_a_borrowed_session(app, client_as):
    browser = client_as("town_admin")
    for _ in range(attempts.FAILURES):
        assert change_password(browser, old="wrong").status_code == 422
    assert change_password(browser).status_code == 422
    assert events(app) == ["sign_in", *["password_failed"] * attempts.FAILURES, "lock"]


# ---- every post has its token


def test_no_unsafe_request_passes_without_its_token(app, client_as):
    browser, asked = client_as("city_admin"), 0
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for argument in rule.arguments:
            path = path.replace(f"<path:{argument}>", "1").replace(f"<{argument}>", "1")
        for method in sorted((rule.methods & set(METHODS)) - SAFE):
            if path == "/leave":  # asks for none: tests.pages.test_leaving
                continue
            answer = browser.open(path, method=method, data={"csrf_token": "x"})
            assert answer.status_code == 400, (method, path)
            asked += 1
    assert asked >= 12
    assert is_in(browser)
    with app.app_context(), acting_as(OPERATOR):
        assert db.session.scalar(select(func.count(SignInSession.id))) == 1
