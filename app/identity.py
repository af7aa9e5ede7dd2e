"""Resident identity numbers (GB 11643-1999): read as typed, checked, and what they tell of a person.

Sentences never repeat the number: they end up in logs and on screens. An area that no longer exists, or does not
exist yet in somebody's list, is no mistake: only the first two digits are looked at, and only for a warning.
"""

import re
import unicodedata
from datetime import date

LENGTH = 18
FIRST_YEAR = 1900
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # 2^(17-i) mod 11
_CHECK = "10X98765432"
# GB/T 2260; 81-83 also begin the residence permits of people from Hong Kong, Macao and Taiwan (港澳台居民居住证).
_PROVINCES = {
    f"{code}"
    for codes in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66), (71,))
    for code in (*codes, 81, 82, 83)
}
_FOREIGNER = "9"  # 外国人永久居留身份证 of 2023: 9, place of application, nationality; from the birth date on the same
_X = str.maketrans("x×", "XX")  # Chinese input methods offer × for X
_DROPPED = ("Pd", "Cc", "Cf")  # hyphens and dashes, control characters, zero-width and bidi marks


def normalise(text: str) -> str:
    """The number one way: half-width, X as a capital, without blanks, hyphens and invisible characters."""
    plain = unicodedata.normalize("NFKC", text).translate(_X)
    return "".join(c for c in plain if not c.isspace() and c != "\u2212" and unicodedata.category(c) not in _DROPPED)


def check_character(first17: str) -> str:
    """The 18th character of a number from its first 17 digits (ISO 7064 MOD 11-2)."""
    return _CHECK[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first17, strict=True)) % 11]


def problem(number: str, today: date) -> str | None:
    """What is wrong with a normalised number, as a Chinese sentence; None when nothing is (GB 11643-1999)."""
    if re.fullmatch(r"[0-9]{15}", number):
        return "这是 15 位的旧号码，请填写 18 位身份证号码。"
    if len(number) != LENGTH:
        return f"身份证号码应为 {LENGTH} 位，现为 {len(number)} 位。"
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return "身份证号码前 17 位应为数字，末位应为数字或 X。"
    try:
        born = born_on(number)
    except ValueError:
        return "身份证号码中的出生日期（第 7 至 14 位）不存在，请核对。"
    if born.year < FIRST_YEAR:
        return f"身份证号码中的出生日期（第 7 至 14 位）早于 {FIRST_YEAR} 年，请核对。"
    if born > today:
        return "身份证号码中的出生日期（第 7 至 14 位）晚于今天，请核对。"
    if check_character(number[:17]) != number[17]:
        return "身份证号码的末位与前 17 位不符，请逐位核对。"
    return None


def warning(number: str) -> str | None:
    """A sentence when a number without problem begins with no province (GB/T 2260); it may be right all the same."""
    if number.startswith(_FOREIGNER) or number[:2] in _PROVINCES:
        return None
    return "身份证号码的前两位不是省级代码，请核对。"


def sex(number: str) -> str:
    """The letter F or M for a number without problem: its 17th digit is even for women (GB 11643-1999)."""
    return "M" if int(number[16]) % 2 else "F"


def born_on(number: str) -> date:
    """The birth date, digits 7 to 14 (GB 11643-1999). Raises ValueError when there is no such day."""
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def age_on(born: date, day: date) -> int:
    """Full years on `day`, not before `born`; whoever is born on 29 February turns older on 1 March in common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
