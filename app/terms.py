"""期限: how long each kind of case may take, as the setting CASE_TERMS says (F14)."""

import re

from flask import current_app

from app.calendar import Term, Unit

NAMES = ("受理", "简单", "一般", "复杂", "疑难")
_FORM = re.compile(r"([^=]+)=(?:(当日)|([1-9][0-9]{0,2})(工作日|个月))")


def parse(text: str) -> dict[str, Term]:
    """{name: term} of the setting's text; SystemExit with what is wrong, as for every setting."""
    found: dict[str, Term] = {}
    for part in text.split():
        match = _FORM.fullmatch(part)
        if match is None:
            raise SystemExit(f"CASE_TERMS 中的「{part}」应写成「名称=当日」「名称=7工作日」或「名称=1个月」。")
        name, same_day, n, unit = match.groups()
        if name not in NAMES or name in found:
            wrong = "重复了" if name in found else f"应是{'、'.join(NAMES)}之一"
            raise SystemExit(f"CASE_TERMS 中的「{name}」{wrong}。")
        found[name] = Term(0, Unit.SAME_DAY) if same_day else Term(int(n), Unit(unit))
    if missing := [name for name in NAMES if name not in found]:
        raise SystemExit(f"CASE_TERMS 缺少：{'、'.join(missing)}。")
    return found


def terms() -> dict[str, Term]:
    """{受理, 简单, 一般, 复杂, 疑难: its term}."""
    return dict(current_app.extensions["case_terms"])


def soon() -> int:
    """Working days left from which a term counts as close."""
    return int(current_app.config["CASE_SOON_DAYS"])
