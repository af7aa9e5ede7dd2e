"""Guessing passwords: five are looked at, an address is slowed, and no answer tells a known name from another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Lock
from unittest.mock import patch

import pytest

from app import clock
from app.security import attempts, users
from tests.conftest import Browser
from tests.pages.sessions import events, later

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases


@pytest.fixture
def evaluated():
    """The hashes that passwords were compared with, those of nobody left out."""
    seen, lock, original = [], Lock(), users.check_password_hash

    def check(stored, password):
        with lock:
            seen.append(stored)
        return original(stored, password)

    with patch.object(users, "check_password_hash", check):
        yield lambda: [stored for stored in seen if stored != users._nobody()]


def test_many_at_once_get_five_passwords_evaluated(app, evaluated):
    def guess(number):
        browser = Browser(app)
        browser.client.environ_base["REMOTE_ADDR"] = f"10.0.{number}.1"
        return [browser.sign_in("town_admin", f"guess-{number}-{n}").status_code for n in range(5)]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(8)))
    assert answers == [[422] * 5] * 8
    assert len(evaluated()) == attempts.FAILURES
    assert events(app).count("sign_in_failed") == attempts.FAILURES
    assert events(app).count("lock") == 1


def test_a_locked_account_answers_like_a_wrong_password_and_opens_again(app, evaluated):
    browser, answers = Browser(app), []
    for _ in range(attempts.FAILURES):
        answers.append(browser.sign_in("town_admin", "wrong"))
    before = len(evaluated())
    answers += [browser.sign_in("town_admin"), browser.sign_in("nobody", "wrong")]
    assert len(evaluated()) == before
    texts = {answer.get_data(as_text=True).replace("town_admin", "nobody").partition("csrf")[0] for answer in answers}
    assert len(texts) == 1
    assert {answer.status_code for answer in answers} == {422}
    with later(minutes=14):
        assert browser.sign_in("town_admin").status_code == 422
    with later(minutes=16):
        assert browser.sign_in("town_admin", "wrong").status_code == 422
        assert browser.sign_in("town_admin").status_code == 302


def test_success_starts_the_count_anew(app):
    for _ in range(3):
        browser = Browser(app)
        for _ in range(attempts.FAILURES - 1):
            browser.sign_in("town_admin", "wrong")
        assert browser.sign_in("town_admin").status_code == 302


@pytest.mark.parametrize("username", ["town_admin", "nobody", "disabled"])
def test_every_answer_costs_one_comparison(app, username):
    with patch.object(users, "check_password_hash", wraps=users.check_password_hash) as check:
        for _ in range(attempts.FAILURES + 2):
            Browser(app).sign_in(username, "wrong")
    assert check.call_count == attempts.FAILURES + 2


def test_one_address_is_slowed_and_another_is_not(app):
    moment = clock.now()
    with patch.object(clock, "now", lambda: moment):
        browser = Browser(app)
        for number in range(attempts.FREE):
            assert browser.sign_in(f"nobody{number}", "wrong").status_code == 422
        answer = browser.sign_in("town_admin")
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "1"
        assert "请稍等片刻再试" in answer.get_data(as_text=True)
        neighbour = Browser(app)
        neighbour.client.environ_base["REMOTE_ADDR"] = "10.9.9.9"
        assert neighbour.sign_in("town_admin").status_code == 302
    with patch.object(clock, "now", lambda: moment + timedelta(seconds=1)):
        assert browser.sign_in("nobody", "wrong").status_code == 422
        assert browser.sign_in("town_admin").headers["Retry-After"] == "2"
    with patch.object(clock, "now", lambda: moment + attempts.WINDOW + timedelta(seconds=2)):
        assert browser.sign_in("town_admin").status_code == 302


def test_signing_in_rightly_is_no_failure_of_the_address(app):
    for _ in range(attempts.FREE + 2):
        assert Browser(app).sign_in("town_admin").status_code == 302
