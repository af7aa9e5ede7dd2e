"""How secrets are shown to whoever may not open them: the one definition of masking (个人信息去标识化, GB/T 37964).

Nothing here raises: a list of 50 people must not fail for one number that was imported badly. What is not
recognised shows three characters at the most, and never more than a third.
"""

import re

from app import identity, phones

HIDDEN = "****"
NARRATIVE = "（已隐藏）"

# Each level begins where the one before ended. A 区 or 市 that is no division (小区, 超市) hides what follows.
_PROVINCE = re.compile(r"[^省市县区\d]{2,8}?(?:省|自治区)")
_CITY = re.compile(r"[^省市县区\d]{1,8}?(?:(?<![超门菜夜集])市|自治州|盟)")
_COUNTY = re.compile(r"[^省市县区\d]{1,8}?(?:县|(?<![小社园校厂库景])区|(?<![超门菜夜集])市|旗)")
_TOWNSHIP = re.compile(r"[^省县区\d]{1,8}?(?:镇|乡|街道)")
_LEVELS = (_PROVINCE, _CITY, _COUNTY, _TOWNSHIP)


def mask(kind: str, text: str | None) -> str:
    """`text` masked as one of _MASKS; empty stays empty, another kind shows nothing."""
    plain = " ".join((text or "").split())
    if not plain:
        return ""
    return _MASKS[kind](plain) if kind in _MASKS else HIDDEN


def _beginning(text: str) -> str:
    return text[: min(3, len(text) // 3)] + HIDDEN


def _phone(text: str) -> str:
    """138****5678, 0577-****5678 (the extension dropped); always four digits hidden. A hotline is no secret."""
    phone = phones.normalise(text)
    if phones.problem(phone):
        return _beginning(phone)
    if phones.kind(phone) == "hotline":
        return phone
    if phones.kind(phone) == "mobile":
        return phone[:3] + HIDDEN + phone[7:]
    area, number = re.match(r"(0\d+-)?(\d+)", phone).groups("")  # type: ignore[union-attr]
    return area + HIDDEN + number[4:]


def _id_number(text: str) -> str:
    """330***************: the rest follows from the birth date beside it, the county and the check character."""
    number = identity.normalise(text)
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        return _beginning(number)
    return number[:3] + "*" * 15


def _address(text: str) -> str:
    """浙江省温州市****: whole divisions down to the township, never more than half of what was written."""
    shown = 0
    for level in _LEVELS:
        found = level.match(text, shown)
        if found and found.end() <= len(text) // 2:
            shown = found.end()
    return text[: shown or min(2, len(text) // 3)] + HIDDEN


_MASKS = {
    "phone": _phone,
    "id_number": _id_number,
    "address": _address,
    "narrative": lambda _text: NARRATIVE,
    "name": lambda text: text[0] + "**",  # whatever its length
    "birth": lambda text: text[:4] + "年",
}


# Seven digits or more, perhaps set apart by blanks, hyphens or dots, that are no date.
_APART = r"[\s.·•\-\u2010-\u2015]{0,2}"
_DATE = r"\d{4}[.\-]\d{1,2}[.\-]\d{1,2}(?!\d)"
_NUMBER = re.compile(rf"(?<!\d)(?!{_DATE})\d(?:{_APART}\d){{6,}}[XxＸｘ×]?")


def mask_numbers(text: str) -> str:
    """`text` with every number masked that may be somebody's phone or identity number, for what everybody reads."""
    return _NUMBER.sub(lambda found: mask("id_number" if len(found[0]) > 13 else "phone", found[0]), text)
