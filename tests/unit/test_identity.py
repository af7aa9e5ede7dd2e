"""Resident identity numbers: every number here is computed, or is the example that stands in GB 11643-1999."""

import random
from datetime import date, timedelta
from itertools import pairwise

import pytest

from app import identity
from app.identity import age_on, born_on, check_character, normalise, problem, sex, warning

TODAY = date(2026, 11, 24)
STANDARD = "11010519491231002X"  # GB 11643-1999, 3.2
LENGTH = "身份证号码应为 18 位，现为 {} 位。"
OLD = "这是 15 位的旧号码，请填写 18 位身份证号码。"
NOT_DIGITS = "身份证号码前 17 位应为数字，末位应为数字或 X。"
NO_SUCH_DAY = "身份证号码中的出生日期（第 7 至 14 位）不存在，请核对。"
TOO_EARLY = "身份证号码中的出生日期（第 7 至 14 位）早于 1900 年，请核对。"
IN_FUTURE = "身份证号码中的出生日期（第 7 至 14 位）晚于今天，请核对。"
CHECKSUM = "身份证号码的末位与前 17 位不符，请逐位核对。"
NO_PROVINCE = "身份证号码的前两位不是省级代码，请核对。"


def number(area: str = "330302", born: str = "19900101", serial: str = "002") -> str:
    """A made-up number with the check character of ISO 7064, counted another way than the product counts it."""
    first17 = area + born + serial
    total = 0
    for digit in first17:
        total = (total + int(digit)) * 2 % 11
    return first17 + "0123456789X"[(1 - total) % 11]


# ---- as typed


TYPED = {
    STANDARD: STANDARD,
    "11010519491231002x": STANDARD,
    "11010519491231002×": STANDARD,
    "１１０１０５１９４９１２３１００２Ｘ": STANDARD,
    "１１０１０５１９４９１２３１００２ｘ": STANDARD,
    " 110105 19491231 002X\n": STANDARD,
    "110105\u300019491231\u3000002X": STANDARD,
    "110105-19491231-002X": STANDARD,
    "110105\uff0d19491231\u2014002\u2212X": STANDARD,
    "\ufeff\u202a110105\u200b19491231002X\u202c": STANDARD,
    "": "",
    "无": "无",
}


@pytest.mark.parametrize(("typed", "written"), TYPED.items(), ids=map(ascii, TYPED))
def test_number_is_written_one_way(typed, written):
    assert normalise(typed) == written
    assert normalise(written) == written


# ---- what is right


RIGHT = {
    "the example of the standard": STANDARD,
    "a woman of Wenzhou": number(),
    "a man of Wenzhou": number(serial="001"),
    "龙港, a city since 2019": number("330383"),
    "330113, gone since 2021": number("330113"),
    "a county nobody knows": number("339999"),
    "a resident from Hong Kong": number("810000"),
    "a resident from Macao": number("820000"),
    "a resident from Taiwan": number("830000"),
    "a foreigner with permanent residence": number("933840"),
    "born on 29 February": number(born="20000229"),
    "born in 1900": number(born="19000101"),
    "born today": number(born="20261124"),
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_right_number_has_no_problem_and_no_warning(text):
    assert problem(text, TODAY) is None
    assert warning(text) is None


def test_every_check_character_is_right_for_some_number():
    numbers = [number(serial=f"{serial:03}") for serial in range(200)]
    assert [problem(text, TODAY) for text in numbers] == [None] * 200
    assert {text[-1] for text in numbers} == set("0123456789X")
    assert [check_character(text[:17]) for text in numbers] == [text[-1] for text in numbers]


# ---- what is wrong


WRONG = {
    "empty": ("", LENGTH.format(0)),
    "17 digits": (number()[:17], LENGTH.format(17)),
    "19 digits": (number() + "0", LENGTH.format(19)),
    "two numbers": (number() * 2, LENGTH.format(36)),
    "the old 15 digits": ("330302900101002", OLD),
    "15 characters, not all digits": ("33030290010100X", LENGTH.format(15)),
    "a letter": ("33030219900101O02" + "1", NOT_DIGITS),
    "X before the end": ("X" + number()[1:], NOT_DIGITS),
    "Arabic digits, which int() would read": ("٣" + number()[1:], NOT_DIGITS),
    "Chinese digits": ("三" + number()[1:], NOT_DIGITS),
    "another letter at the end": (number()[:17] + "A", NOT_DIGITS),
    "a line break behind": (number()[:17] + "\n", NOT_DIGITS),
    "month 0": (number(born="19900001"), NO_SUCH_DAY),
    "month 13": (number(born="19901301"), NO_SUCH_DAY),
    "day 0": (number(born="19900100"), NO_SUCH_DAY),
    "31 April": (number(born="19900431"), NO_SUCH_DAY),
    "29 February 2001": (number(born="20010229"), NO_SUCH_DAY),
    "29 February 1900": (number(born="19000229"), NO_SUCH_DAY),
    "year 0": (number(born="00000101"), NO_SUCH_DAY),
    "born in 1899": (number(born="18991231"), TOO_EARLY),
    "the other example of the standard, born in 1880": ("440524188001010014", TOO_EARLY),
    "born tomorrow": (number(born="20261125"), IN_FUTURE),
    "born in 2099": (number(born="20990101"), IN_FUTURE),
    "only zeros": ("0" * 18, NO_SUCH_DAY),
    "1 where X belongs": (STANDARD[:17] + "1", CHECKSUM),
    "a foreigner's with a wrong end": ("933840199001010020", CHECKSUM),
}


@pytest.mark.parametrize(("text", "sentence"), WRONG.values(), ids=WRONG)
def test_wrong_number_is_refused_in_words_that_do_not_repeat_it(text, sentence):
    assert problem(text, TODAY) == sentence
    assert not text or text not in sentence


@pytest.mark.parametrize("text", [STANDARD, number(), number("810000"), number("933840")])
def test_one_wrong_digit_anywhere_is_noticed(text):
    """18 places × 9 other digits, and X at the end; of those with a possible date, the checksum notices all."""
    changed = [text[:i] + d + text[i + 1 :] for i in range(18) for d in "0123456789" if d != text[i]]
    changed += [text[:17] + "X"] if text[17] != "X" else []
    assert len(changed) == 17 * 9 + 10
    answers = [problem(other, TODAY) for other in changed]
    assert set(answers) == {CHECKSUM, NO_SUCH_DAY, TOO_EARLY, IN_FUTURE}
    assert answers.count(CHECKSUM) > 10 * 9  # at least where no date stands


@pytest.mark.parametrize("text", [STANDARD, number(), number(serial="987")])
def test_two_digits_changed_round_are_noticed(text):
    swaps = [text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(16) if text[i] != text[i + 1]]
    assert swaps
    assert all(problem(other, TODAY) for other in swaps)


def test_nothing_crashes():
    dice = random.Random(20261124)
    for _ in range(3000):
        text = "".join(dice.choices("0123456789Xx 年-\0\u202e", k=dice.randrange(22)))
        assert problem(normalise(text), TODAY)
    for area in range(1000000 // 97):
        assert problem(number(f"{area * 97:06}"), TODAY) is None


# ---- what only looks strange


PROVINCES = [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71]
PROVINCES += [81, 82, 83, *range(90, 100)]


@pytest.mark.parametrize("first", range(100))
def test_unknown_province_is_a_warning_and_no_problem(first):
    text = number(f"{first:02}0302")
    assert warning(text) == (None if first in PROVINCES else NO_PROVINCE)
    assert problem(text, TODAY) is None


# ---- what it tells


@pytest.mark.parametrize(("serial", "letter"), [("001", "M"), ("002", "F"), ("990", "F"), ("999", "M"), ("120", "F")])
def test_sex_stands_in_the_17th_digit(serial, letter):
    assert sex(number(serial=serial)) == letter


def test_birth_date():
    assert born_on(STANDARD) == date(1949, 12, 31)
    assert born_on(number("810000", "20000229")) == date(2000, 2, 29)
    with pytest.raises(ValueError, match="day"):
        born_on(number(born="20010229"))


AGES = {
    ("2008-11-24", "2026-11-24"): 18,
    ("2008-11-25", "2026-11-24"): 17,
    ("2026-11-24", "2026-11-24"): 0,
    ("2025-12-31", "2026-01-01"): 0,
    ("2008-02-29", "2026-02-28"): 17,
    ("2008-02-29", "2026-03-01"): 18,
    ("2008-02-29", "2028-02-28"): 19,
    ("2008-02-29", "2028-02-29"): 20,
    ("1900-01-01", "2026-11-24"): 126,
}


@pytest.mark.parametrize(("days", "years"), AGES.items())
def test_age_in_full_years(days, years):
    assert age_on(*map(date.fromisoformat, days)) == years


@pytest.mark.parametrize("born", [date(2008, 2, 28), date(2008, 2, 29), date(2008, 3, 1), date(2008, 12, 31)])
def test_age_grows_by_one_once_a_year(born):
    days = [born + timedelta(n) for n in range(366 * 9)]
    grown = [day for before, day in pairwise(days) if age_on(born, day) != age_on(born, before)]
    assert [age_on(born, day) for day in grown] == list(range(1, len(grown) + 1))
    assert [day.year for day in grown] == [2008 + n for n in range(1, len(grown) + 1)]


def test_lengths_agree():
    assert len(STANDARD) == identity.LENGTH
