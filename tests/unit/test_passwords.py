"""Passwords: what is asked of whom, what is refused as guessable, and that the refusal says what is missing."""

import pytest

from app import demo
from app.errors import DomainError
from app.security import passwords
from app.security.passwords import ORDINARY, STRICT
from app.security.roles import DIVISION_ADMIN
from tests import world

CITY, COUNTY, TOWNSHIP, VILLAGE = "3303", "330302", "330302006", "330302006044"
LENGTH, CLASSES, NAME, GUESSABLE = "至少 12 个字符", "至少要有 3 种", "不能包含账号名", "不能是常见的"


@pytest.mark.parametrize("role", sorted(passwords.STRICT_ROLES))
def test_roles_that_grant_or_see_many_are_strict_everywhere(role):
    assert passwords.profile_of([(role, VILLAGE)]) == STRICT


@pytest.mark.parametrize(
    ("scopes", "profile"),
    [
        ([("工作人员", VILLAGE)], ORDINARY),
        ([("部门经办人", TOWNSHIP)], ORDINARY),
        ([("工作人员", TOWNSHIP), ("工作人员", VILLAGE)], ORDINARY),
        ([("部门经办人", COUNTY)], STRICT),
        ([("工作人员", CITY)], STRICT),
        ([("工作人员", VILLAGE), ("部门经办人", COUNTY)], STRICT),
        ([("工作人员", VILLAGE), (DIVISION_ADMIN, VILLAGE)], STRICT),
        ([], STRICT),
    ],
)
def test_the_widest_scope_decides(scopes, profile):
    assert passwords.profile_of(scopes) == profile
    assert passwords.profile_of(iter(scopes)) == profile


@pytest.mark.parametrize("password", [demo.PASSWORD, world.PASSWORD, "Kx9#mPq2vTz7", "红烧肉炖Tudou2斤加粉条"])
def test_good_passwords_pass(password):
    assert passwords.problems(password, "zhangsan", STRICT) == []


@pytest.mark.parametrize(
    ("password", "missing"),
    [
        ("Kx9#mPq2vTz", [LENGTH]),
        ("           x", [LENGTH, CLASSES]),
        ("kxpmqwzvtrnb", [CLASSES]),
        ("kxpmqwzvtrn7", [CLASSES]),
        ("KXPMQWZVTRN7", [CLASSES]),
        ("Zhangsan-9xQm#", [NAME]),
        ("x7-ZHANGSAN-Qm", [NAME]),
        ("Password-2026", [GUESSABLE]),
        ("!!Woaini1314520", [GUESSABLE]),
        ("Fnwqz-Kx9#mPq2", [GUESSABLE]),
        ("Kx9#mPq2-12338", [GUESSABLE]),
        ("Abc-19900101#", []),
        ("Zs-13912345678", [GUESSABLE]),
        ("aB1-aB1-aB1-", [GUESSABLE]),
        ("", [LENGTH, CLASSES]),
        ("Kx9#mPq2vTz7" * 22, ["不超过 256 个字符"]),
    ],
)
def test_a_strict_refusal_says_what_is_missing(password, missing):
    found = passwords.problems(password, "zhangsan", STRICT)
    assert len(found) == len(missing)
    assert all(part in said for part, said in zip(missing, found, strict=True))


@pytest.mark.parametrize("password", ["laolihejiu", "mapotofu7", "shuijiaoma", "K7-mQx2v"])
def test_eight_characters_are_enough_for_the_others(password):
    assert passwords.problems(password, "zhangsan", ORDINARY) == []


@pytest.mark.parametrize(
    "password",
    [
        *("12345678", "87654321", "1234567890", "11111111", "aaaaaaaa", "12121212", "abcdabcd", "abcdefgh", "98765432"),
        *("13912345678", "zs13912345678", "19900101", "zs19900101", "880101wl", "20080808zs"),
        *("5201314a", "woaini520", "woaini1314", "WOAINI1314", "qwertyuiop", "QWERTY123", "1qaz2wsx", "a123456789"),
        *("fnwqz2026", "weiquanzhan", "funvweiquan1", "12338abc", "password", "Admin888", "mima1234"),
    ],
)
def test_what_everybody_tries_first_is_refused(password):
    assert any(GUESSABLE in part for part in passwords.problems(password, "zhangsan", ORDINARY))


def test_a_refusal_is_one_sentence_at_the_field():
    with pytest.raises(DomainError) as refused:
        passwords.check("zhangsan", "zhangsan", STRICT)
    assert refused.value.field == "password"
    assert str(refused.value).startswith("密码不符合要求：至少 12 个字符；大写字母、")
    assert str(refused.value).endswith("。")


def test_the_list_is_small_letters_without_doubles():
    lines = [s for s in passwords.COMMON.read_text(encoding="utf-8").splitlines() if not s.startswith("#")]
    assert len(lines) == len(set(lines)) >= 200
    assert all(line == line.strip().casefold() for line in lines)
    assert {"123456", "woaini", "5201314", "qwerty", "12338"} <= set(lines)
