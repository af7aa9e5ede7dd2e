"""Telephone numbers as people type them, written one way (numbering plan of the MIIT, 电信网编号计划)."""

import re
import unicodedata
from typing import Literal

Kind = Literal["mobile", "landline", "hotline"]
LONGEST_EXTENSION = 5  # digits
LONGEST_TYPED = 60  # characters that are looked at; no phone is written longer

_AREA = r"(?:010|02\d|0[3-8][1-9]\d|09\d{2})"  # three digits for Beijing and 02x, four for everybody else
_ALLOWED: dict[Kind, re.Pattern[str]] = {
    "mobile": re.compile(r"1[3-9]\d{9}", re.ASCII),
    # 10xxx operators, 11xxx, 12xxx public services (12338 women's rights), 95xxx, 96xxx, and 400/800.
    "hotline": re.compile(r"110|119|120|122|1[0-2]\d{3}|9[56]\d{3,4}|[48]00\d{7}", re.ASCII),
    "landline": re.compile(rf"(?:{_AREA}-[1-9]\d{{6,7}}|[2-9]\d{{6,7}})(?:-\d{{1,{LONGEST_EXTENSION}}})?", re.ASCII),
}
_SEPARATOR = re.compile(r"[\s()\[\]【】〔〕.。·•・\-\u2010-\u2015\u2212]+")
_EXTENSION = re.compile(r"(.*?) ?(?:转接?|分机号?|ext|x|#)[ :]*(?:分机号?)?[ :]*([0-9]{1,5})", re.IGNORECASE)
# Without + or 00, a leading 86 is the country only before a whole mobile: 86123456 is somebody's landline.
_COUNTRY = re.compile(r"(?:\+|00) ?86 ?|86(?=1[3-9][0-9]{9}\Z)|86 (?=1[3-9][0-9 ]{9,}\Z)")
_MOBILE = re.compile(r"0?(1[3-9][0-9]{9})")  # 0 before it: dialled from far away in older days
_FIXED = re.compile(rf"({_AREA})?([0-9]{{7,8}})", re.ASCII)


def normalise(text: str) -> str:
    """13812345678, 0577-12345678, 0577-12345678-801 or 12338; what is none of them stays as typed, tidied."""
    visible = "".join(c for c in text if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf"))
    typed = " ".join(unicodedata.normalize("NFKC", visible).split())
    plain = _SEPARATOR.sub(" ", typed).strip()
    if len(plain) > LONGEST_TYPED:
        return typed
    country = _COUNTRY.match(plain)
    number, extension = plain[country.end() :] if country else plain, ""
    if found := _EXTENSION.fullmatch(number):
        number, extension = found.groups()
    groups = number.split()
    if not groups or not all(re.fullmatch("[0-9]+", group) for group in groups):
        return typed
    # After +86 the 0 of the area code is left out.
    attempts = [["0" + groups[0], *groups[1:]], groups] if country else [groups]
    return next((phone for attempt in attempts if (phone := _read(attempt, extension))), typed)


def _read(groups: list[str], extension: str) -> str | None:
    """The phone that groups of digits make, the last one perhaps an extension."""
    number, head, tail = "".join(groups), "".join(groups[:-1]), groups[-1]
    if not extension and len(tail) <= LONGEST_EXTENSION and _fixed(head):
        # 0577-1234567-8 has an extension; 0577-1234-5678 and 4001-234-567 are one number in parts.
        in_one_piece = _FIXED.fullmatch(groups[-2])
        if in_one_piece or not _whole(number):
            number, extension = head, tail
    if extension:
        fixed = _fixed(number)
        return f"{fixed}-{extension}" if fixed else None
    return _whole(number)


def _whole(digits: str) -> str | None:
    """A phone without extension."""
    if mobile := _MOBILE.fullmatch(digits):
        return mobile[1]
    return digits if _ALLOWED["hotline"].fullmatch(digits) else _fixed(digits)


def _fixed(digits: str) -> str | None:
    """A landline with the hyphen after its area code."""
    found = _FIXED.fullmatch(digits)
    phone = "-".join(filter(None, found.groups())) if found else ""
    return phone if _ALLOWED["landline"].fullmatch(phone) else None


def problem(phone: str) -> str | None:
    """What is wrong with a normalised phone, as a Chinese sentence; None when nothing is."""
    if any(pattern.fullmatch(phone) for pattern in _ALLOWED.values()):
        return None
    if not phone:
        return "请填写电话号码。"
    if re.fullmatch(r"1[3-9][0-9]{7,11}", phone):
        return f"手机号码应为 11 位，现为 {len(phone)} 位。"
    return "电话号码有误：请填写一个 11 位手机号码、座机（如 0577-12345678，分机 0577-12345678-801）或服务热线。"


def kind(phone: str) -> Kind:
    """What sort of phone a normalised one is. Raises ValueError when it has a problem."""
    for name, pattern in _ALLOWED.items():
        if pattern.fullmatch(phone):
            return name
    raise ValueError("not a phone number")
