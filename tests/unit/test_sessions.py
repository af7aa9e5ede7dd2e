"""Sessions, attempts and what ends them, without a request."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, func, insert, select, update

from app.extensions import db
from app.scope import acting_as
from app.security import attempts, sessions, users
from app.security.actor import OPERATOR
from models import Account, EndReason, SignInFailure, SignInSession, UserScope
from tests.world import PASSWORD, TODAY

NOW = datetime(2026, 11, 24, 1, 0)  # noqa: DTZ001  the database stores UTC without zone
HERE = "192.0.2.7"


@pytest.fixture
def acting(context):
    with acting_as(OPERATOR):
        yield context


def begun(username="town_admin", now=NOW) -> str:
    return sessions.sign_in(users.find(username), now, "设备", HERE)


def person_of(token, now=NOW) -> str | None:
    found = sessions.load(token, TODAY, now)
    return found and found.account.username


# ---- sessions


def test_a_session_leads_to_its_person_and_his_grants(acting):
    token = begun()
    found = sessions.load(token, TODAY, NOW)
    assert (found.account.username, found.actor.user_id, found.seen_at) == ("town_admin", found.account.id, NOW)
    assert found.actor.can("edit", "Station")
    assert sessions.load(token + "x", TODAY, NOW) is None
    assert sessions.load(sessions.digest(token), TODAY, NOW) is None


def test_a_long_device_and_address_are_cut_to_fit(acting):
    sessions.sign_in(users.find("town_admin"), NOW, "设" * 200, "1" * 200)
    (row,) = db.session.scalars(select(SignInSession))
    assert (len(row.device), len(row.address)) == (100, 45)


@pytest.mark.parametrize(("after", "person"), [({"minutes": 29}, "town_admin"), ({"minutes": 30}, None)])
def test_idle_limit(acting, after, person):
    assert person_of(begun(), NOW + timedelta(**after)) == person


def test_limits_are_settings(acting, monkeypatch):
    monkeypatch.setitem(acting.config, "SESSION_IDLE_MINUTES", "600")
    token = begun()
    assert person_of(token, NOW + timedelta(hours=7, minutes=59)) == "town_admin"
    assert person_of(token, NOW + timedelta(hours=8)) is None
    monkeypatch.setitem(acting.config, "SESSION_HOURS", "9")
    assert person_of(token, NOW + timedelta(hours=8)) == "town_admin"


def test_only_the_owner_ends_a_session_and_only_once(acting):
    found = sessions.load(begun(), TODAY, NOW)
    other = users.find("supervisor").id
    owner = found.account.id
    asked = [sessions.end(found.session_id, user, EndReason.TAKEN_DOWN, NOW) for user in (other, owner, owner)]
    assert asked == [False, True, False]


def test_live_sessions_are_ones_own_open_ones_the_last_seen_first(acting):
    ended, idle, first, second, _ = (begun(now=NOW - timedelta(minutes=m)) for m in (1, 31, 3, 2, 0))
    begun("supervisor")
    person = sessions.load(ended, TODAY, NOW)
    sessions.sign_out(person, NOW)
    sessions.touch(sessions.load(first, TODAY, NOW).session_id, NOW + timedelta(minutes=5))
    listed = sessions.live(person.account.id, NOW)
    assert [s.seen_at - NOW for s in listed] == [timedelta(minutes=m) for m in (5, 0, -2)]
    assert {s.address for s in listed} == {HERE}
    assert person_of(idle) is None
    assert person_of(second) == "town_admin"


def test_touching_moves_forward_once_a_minute(acting):
    found = sessions.load(begun(), TODAY, NOW)
    for seconds, seen in ((59, 0), (60, 60), (100, 60), (120, 120)):
        sessions.touch(found.session_id, NOW + timedelta(seconds=seconds))
        assert db.session.scalar(select(SignInSession.seen_at)) == NOW + timedelta(seconds=seen)


def test_old_sessions_are_forgotten_with_their_addresses(acting):
    begun("supervisor", NOW - sessions.KEPT - timedelta(seconds=1))
    begun("mixed", NOW - sessions.KEPT)
    begun()
    began = db.session.scalars(select(SignInSession.created_at).order_by(SignInSession.id)).all()
    assert began == [NOW - sessions.KEPT, NOW]


def test_a_new_password_gives_a_new_id(acting):
    token = begun()
    person = sessions.load(token, TODAY, NOW)
    renewed = sessions.change_password(person, person.account, "scrypt:new", NOW)
    db.session.commit()
    assert (person_of(token), person_of(renewed)) == (None, "town_admin")


@pytest.mark.parametrize("write", [insert, update, delete])
def test_scopes_are_not_written_past_the_flush(acting, write):
    statement = write(UserScope) if write is delete else write(UserScope).values(valid_from=TODAY)
    with pytest.raises(RuntimeError, match="sessions end in the flush"):
        db.session.execute(statement)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/120.0 Safari/537.36 Edg/120.0", "微软浏览器，Windows 电脑"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/120.0 Safari/537.36", "谷歌浏览器，Windows 电脑"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile MicroMessenger/8.0", "微信，安卓设备"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17 Safari/604", "苹果浏览器，苹果手机"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Firefox/120.0", "火狐浏览器，Linux 电脑"),
        ("", "其他浏览器，其他设备"),
        ("<script>" * 500, "其他浏览器，其他设备"),
    ],
)
def test_devices_in_coarse_words(agent, words):
    assert sessions.device_of(agent) == words


# ---- attempts


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (29, 0), (30, 1), (31, 2), (34, 16), (38, 256), (39, 300), (10**6, 300)],
)
def test_delay_grows_after_the_free_ones_up_to_a_limit(failures, seconds):
    assert attempts.delay_of(failures) == seconds


def test_addresses_are_told_apart_and_a_customer_of_ipv6_is_one(acting):
    keys = [attempts.key_of(text) for text in ("192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8:0:1::1", "")]
    assert len(set(keys)) == 5
    assert attempts.key_of("2001:db8::ffff:1") == attempts.key_of("2001:db8::1")
    assert all(len(key) == 64 and key[:3] != "192" for key in keys)


def state(username="town_admin"):
    return db.session.execute(
        select(Account.fail_count, Account.locked_until).where(Account.username == username)
    ).one()


def test_an_attempt_counts_before_it_is_judged(acting):
    tried = [attempts.reserve("town_admin", NOW) for _ in range(7)]
    assert [a.user_id is not None for a in tried] == [True] * 5 + [False] * 2
    assert [a.is_last for a in tried] == [False] * 4 + [True] + [False] * 2
    assert state() == (5, NOW + attempts.LOCKED)
    assert attempts.reserve("town_admin", NOW + attempts.LOCKED).user_id is not None
    assert state() == (1, None)


@pytest.mark.parametrize("username", ["nobody", "disabled", "", "town_admin'--"])
def test_nothing_is_compared_for_one_who_cannot_sign_in(acting, username):
    assert attempts.reserve(username, NOW) == attempts.Attempt()


def test_the_last_attempt_may_be_the_right_one(acting):
    for _ in range(4):
        attempts.reserve("town_admin", NOW)
    attempt = attempts.reserve("town_admin", NOW)
    assert attempt.is_last
    assert users.password_fits(attempt.secret, PASSWORD)
    assert attempts.succeed(attempt).username == "town_admin"
    assert state() == (0, None)


@pytest.mark.parametrize("change", [{"active": False}, {"password": "scrypt:other"}])
def test_an_account_that_changed_meanwhile_signs_nobody_in(acting, change):
    attempt = attempts.reserve("town_admin", NOW)
    for name, value in change.items():
        setattr(users.find("town_admin"), name, value)
    db.session.flush()
    assert attempts.succeed(attempt) is None


def test_failures_of_addresses_are_forgotten_after_the_window(acting):
    def stored():
        return db.session.scalar(select(func.count(SignInFailure.id)))

    attempts.reserve("nobody", NOW, HERE)
    attempts.reserve("nobody", NOW + timedelta(minutes=14), HERE)
    assert stored() == 2
    attempts.reserve("nobody", NOW + attempts.WINDOW, HERE)
    assert stored() == 2
    taken_back = attempts.reserve("town_admin", NOW + attempts.WINDOW, HERE)
    attempts.succeed(taken_back)
    assert stored() == 2
