"""Which passwords are good enough for whom (GB/T 22239-2019 8.1.4.1 a). Pure but for the list of common ones."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import config
from app.errors import DomainError
from models.base import COUNTY

COMMON = config.ROOT / "seed" / "reference" / "common-passwords.txt"
# Roles that grant rights or see many people; their names, because a station may not have all of them yet.
STRICT_ROLES = frozenset({"授权管理员", "系统管理员", "审计员", "区划管理员", "督导员", "综治中心经办人"})
OURS = ("fnwqz", "weiquanzhan", "funvweiquan", "12338")  # the product's own name, and the number on every plaque
CLASSES = (("大写字母", r"[A-Z]"), ("小写字母", r"[a-z]"), ("数字", r"[0-9]"), ("符号", r"[^A-Za-z0-9\s]"))
LONGEST = 256
PHONE = r"1[3-9][0-9]{9}"
BIRTHDAY = r"(?:19|20)?[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
OWN_NUMBER = re.compile(rf"[a-z]{{0,3}}[._@-]?(?:{PHONE}|{BIRTHDAY})[._@-]?[a-z]{{0,3}}")


@dataclass(frozen=True)
class Profile:
    """What is asked of a password."""

    length: int
    classes: int


STRICT, ORDINARY = Profile(length=12, classes=3), Profile(length=8, classes=1)


def profile_of(scopes: Iterable[tuple[str, str]]) -> Profile:
    """The profile for somebody with these (role name, division code); the strict one while he has none."""
    held = list(scopes)
    is_ordinary = held and all(role not in STRICT_ROLES and len(code) > COUNTY for role, code in held)
    return ORDINARY if is_ordinary else STRICT


def rules(profile: Profile) -> str:
    """What the profile asks for, in a sentence."""
    names = "、".join(name for name, _ in CLASSES)
    return f"至少 {profile.length} 个字符" + (
        f"，{names}至少要有 {profile.classes} 种。" if profile.classes > 1 else "。"
    )


@cache
def common() -> frozenset[str]:
    """Passwords that everybody tries first, in small letters."""
    lines = COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def is_guessable(password: str) -> bool:
    """Whether it is common, follows a pattern, is a phone number or birthday, or has the product's name in it."""
    small = password.casefold().strip()
    word = re.sub(r"^[^a-z]+|[^a-z]+$", "", small)  # Password2026! is still password
    number = re.sub(r"^[^0-9]+|[^0-9]+$", "", small)  # and a5201314 is still 5201314
    steps = {(ord(b) - ord(a)) % 10 if (a + b).isdigit() else ord(b) - ord(a) for a, b in pairwise(small)}
    return bool(
        small in common()
        or word in common()
        or (number in common() and 2 * len(number) >= len(small))
        or (len(small) > 1 and len(steps) == 1 and steps <= {0, 1, -1, 9})
        or re.fullmatch(r"(.{1,4})\1+", small)
        or OWN_NUMBER.fullmatch(small)
        or any(name in small for name in OURS)
    )


def problems(password: str, username: str, profile: Profile) -> list[str]:
    """What the password lacks, as parts of a sentence; empty for a good one."""
    if len(password) > LONGEST:
        return [f"不超过 {LONGEST} 个字符"]
    found = []
    if len(password.strip()) < profile.length:
        found.append(f"至少 {profile.length} 个字符")
    if sum(bool(re.search(pattern, password)) for _, pattern in CLASSES) < profile.classes:
        found.append(f"{'、'.join(name for name, _ in CLASSES)}至少要有 {profile.classes} 种")
    if len(username) > 2 and username.casefold() in password.casefold():
        found.append("不能包含账号名")
    if is_guessable(password):
        found.append("不能是常见的、有规律的，或手机号、生日、本平台的名称")
    return found


def check(password: str, username: str, profile: Profile) -> None:
    """Raise DomainError, in words, unless the password is good enough."""
    found = problems(password, username, profile)
    if found:
        raise DomainError(f"密码不符合要求：{'；'.join(found)}。", "password")
