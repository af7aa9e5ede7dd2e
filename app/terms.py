"""How long a station has (F14), from the setting CASE_TERMS."""

from app.calendar import Term, Unit

_TERMS = {
    "受理": Term(1, Unit.WORKDAYS), "简单": Term(0, Unit.SAME_DAY), "一般": Term(7, Unit.WORKDAYS),
    "复杂": Term(1, Unit.MONTHS), "疑难": Term(1, Unit.WORKDAYS),
}  # fmt: skip


def terms() -> dict[str, Term]:
    """{what has to be done: how long there is}."""
    return _TERMS
