"""Two people on one row: nothing that one of them saved is lost, nothing that the other typed either."""

import re

import pytest

from tests import records

pytestmark = pytest.mark.in_turns  # the pages are the same whatever the database


@pytest.fixture
def key(app):
    with app.app_context():
        return records.volunteer(name="王甲", title="网格员", phone=records.PHONE)


def version_on(page: str) -> str:
    return re.search(r'name="_version" value="(\d+)"', page)[1]


STORED = {
    "name": "王甲",
    "role": "INFORMANT",
    "engagement": "PART_TIME",
    "starts_on": "2025-01-01",
    "title": "网格员",
    "service_hours": "0",
}


def form(**changes):
    return STORED | changes


@pytest.fixture
def two(app, client_as, key):
    """Two people with the same form open: (first, second, path, version)."""
    first, second, path = client_as("town_admin"), client_as("county_admin"), f"/volunteers/edit/{key}"
    version = version_on(first.get(path).text)
    assert version_on(second.get(path).text) == version
    return first, second, path, version


def test_the_second_save_is_refused_and_says_what_the_first_changed(two):
    first, second, path, version = two
    assert first.submit(path, form(title="妇女主任", _version=version)).status_code == 302
    answer = second.submit(path, form(title="联络员", _version=version))
    assert answer.status_code == 409
    for text in ("妇女主任", 'value="联络员"', "网格员", "姓名town_admin", "_take_title"):
        assert text in answer.text
    assert "妇女主任" in first.get(path).text, "nothing was written"


def test_the_choice_decides(two):
    first, second, path, version = two
    first.submit(path, form(title="妇女主任", _version=version))
    page = second.submit(path, form(title="联络员", _version=version)).text
    again = {"_disputed": "title", "_version": version_on(page)}
    assert second.submit(path, form(title="联络员", **again)).status_code == 409, "no choice was made"
    assert second.submit(path, form(title="联络员", _take_title="theirs", **again)).status_code == 302
    assert 'value="妇女主任"' in second.get(path).text
    version = version_on(second.get(path).text)
    assert (
        second.submit(path, form(title="联络员", _take_title="mine", _disputed="title", _version=version)).status_code
        == 302
    )
    assert 'value="联络员"' in second.get(path).text


def test_what_only_the_other_changed_is_kept(two):
    """Different fields: no dispute, but it is shown before it is saved."""
    first, second, path, version = two
    first.submit(path, form(title="妇女主任", _version=version))
    answer = second.submit(path, form(name="王乙", _version=version))
    assert answer.status_code == 409
    assert "_take_" not in answer.text
    assert 'value="妇女主任"' in answer.text
    assert 'value="王乙"' in answer.text
    saved = second.submit(path, form(name="王乙", title="妇女主任", _version=version_on(answer.text)))
    assert saved.status_code == 302


def test_a_third_person_between_is_noticed(two, client_as):
    """The choice about one change does not cover a later one."""
    first, second, path, version = two
    third = client_as("city_admin")
    first.submit(path, form(title="妇女主任", _version=version))
    page = second.submit(path, form(title="联络员", _version=version)).text
    third.submit(path, form(title="调解员", _version=version_on(page)))
    again = form(title="联络员", _take_title="mine", _disputed="title", _version=version_on(page))
    answer = second.submit(path, again)
    assert answer.status_code == 409
    assert "调解员" in answer.text


def test_the_same_save_twice_is_one_save(two):
    first, _second, path, version = two
    assert first.submit(path, form(title="妇女主任", _version=version)).status_code == 302
    assert first.submit(path, form(title="妇女主任", _version=version)).status_code == 302
    assert version_on(first.get(path).text) == str(int(version) + 1)


@pytest.mark.parametrize("version", ["", "x", "-1", "999", "1.5", "9" * 400])
def test_a_version_that_never_was_is_a_conflict(two, version):
    first, _second, path, _version = two
    answer = first.submit(path, form(title="妇女主任", _version=version))
    assert answer.status_code == 409
    assert 'value="妇女主任"' in answer.text


def test_a_form_without_a_version_is_a_conflict(two):
    first, _second, path, _version = two
    data = form(title="妇女主任", csrf_token=first.token())
    assert first.post(path, data=data).status_code == 409


def test_a_secret_that_both_changed_is_shown_masked(two):
    first, second, path, version = two
    first.submit(path, form(phone="19900005678", _version=version))
    answer = second.submit(path, form(phone="19900009999", _version=version))
    assert answer.status_code == 409
    assert "199****5678" in answer.text
    assert "19900005678" not in answer.text
    assert "_take_phone" in answer.text
    assert 'value="19900009999"' in answer.text, "what was typed is kept"


def test_a_secret_that_was_left_alone_is_no_dispute(two):
    first, second, path, version = two
    first.submit(path, form(phone="19900005678", _version=version))
    answer = second.submit(path, form(title="联络员", _version=version))
    assert answer.status_code == 409
    assert "_take_phone" not in answer.text
    assert second.submit(path, form(title="联络员", _version=version_on(answer.text))).status_code == 302
    assert "199****5678" in second.get(path).text


def test_a_guess_is_answered_the_same_whether_it_is_right_or_wrong(two, client_as):
    """Who may not open a secret could ask for one number after the other: "it is saved already" would be the answer."""
    first, second, path, version = two
    first.submit(path, form(phone="19900005678", _version=version))
    staff, answers = client_as("staff"), []
    for guess in ("19900005678", "19900005679"):
        answer = staff.submit(path, form(phone=guess, _version=version))
        assert answer.status_code == 409
        answers.append(re.sub(r'name="csrf_token"[^>]*>', "", answer.text.replace(guess, "")))
    assert answers[0] == answers[1]
    assert "_take_phone" in answers[0]
    twice = second.submit(path, form(phone="19900005678", _version=version))
    assert twice.status_code == 302, "who may open it is told that it is saved already"


@pytest.mark.parametrize("name", ["csrf_token", "_version", "uid", "station", "x", ""])
def test_a_dispute_about_what_is_no_field_is_none(two, name):
    first, _second, path, version = two
    answer = first.submit(path, form(title="妇女主任", _disputed=name, _version=version))
    assert answer.status_code == 302
    assert "妇女主任" in first.get(path).text


def test_ending_a_row_that_changed_meanwhile_asks_again(two, key):
    first, second, path, version = two
    first.submit(path, form(title="妇女主任", _version=version))
    ended = {"ended_on": "2026-11-24", "ended_reason": "辞职", "_version": version}
    answer = second.submit(f"/volunteers/end/{key}", ended)
    assert answer.status_code == 409
    assert "辞职" in answer.text
    assert second.submit(f"/volunteers/end/{key}", ended | {"_version": version_on(answer.text)}).status_code == 302
    assert second.get(path).status_code == 302, "who has left is resumed first"
