"""The conditions of a list in words, each to be taken away by itself."""

from collections.abc import Iterator

from flask_babel import gettext as _

from app.conditions import OPERATORS
from views.core import Core
from views.parameters import CURRENT, ENDED, Asked, Chip

Names = dict[str, dict[str, str]]  # {column that is a relation: {what is asked for: what that row is called}}


def chips_of(asked: Asked, view: Core, names: Names) -> tuple[Chip, ...]:
    """What is asked for, in the order of the search panel."""
    return tuple(_chips(asked, view, names))


def _chips(asked: Asked, view: Core, names: Names) -> Iterator[Chip]:
    if asked.query.q:
        yield Chip(("q",), _("关键字：%(text)s", text=asked.query.q))
    if asked.ended != CURRENT and view.ending:
        text = _("已%(ending)s", ending=view.ending) if asked.ended == ENDED else _("全部")
        yield Chip(("_ended",), _("状态：%(text)s", text=text))
    if asked.only:
        yield Chip(("_only",), str(view.shortlists[asked.only].label))
    for column in view.search_columns:
        inputs = {n: f"_flt_{n}_{column}" for n in range(len(OPERATORS[view.datamodel.kind(column)]))}
        used = {OPERATORS[view.datamodel.kind(column)][n]: key for n, key in inputs.items() if asked.values.get(key)}
        says = _Saying(view, column, names.get(column, {}))
        if "from" in used or "to" in used:
            keys = [used.pop(side, "") for side in ("from", "to")]
            begin, end = (says.words(asked.values.get(key, [])) for key in keys)
            text = _("%(begin)s 至 %(end)s", begin=begin or "…", end=end or "…")
            yield Chip(tuple(filter(None, keys)), says.as_equal(text))
        for operator, key in used.items():
            if operator == "empty":
                is_empty = "y" in asked.values[key]
                yield Chip((key,), says.as_equal(_("未填写") if is_empty else _("已填写")))
                continue
            text = says.words(asked.values[key])
            if operator == "exactly":
                yield Chip((key,), _("%(label)s（不含下级）：%(text)s", label=says.label, text=text))
            elif operator == "excludes":
                yield Chip((key,), _("%(label)s不含：%(text)s", label=says.label, text=text))
            elif operator == "differs":
                yield Chip((key,), _("%(label)s不是：%(text)s", label=says.label, text=text))
            else:
                yield Chip((key,), says.as_equal(text))


class _Saying:
    """How one column's values are said."""

    def __init__(self, view: Core, column: str, names: dict[str, str]) -> None:
        self.kind, self.label, self.names = view.datamodel.kind(column), view.labels[column], names
        self.enum_class = getattr(view.datamodel.list_columns[column].type, "enum_class", None)

    def as_equal(self, text: str) -> str:
        return _("%(label)s：%(text)s", label=self.label, text=text)

    def words(self, texts: list[str]) -> str:
        return "、".join(map(self._word, texts))

    def _word(self, text: str) -> str:
        if self.kind == "enum" and self.enum_class is not None:
            return str(self.enum_class[text].value)
        if self.kind == "boolean":
            return _("是") if text == "y" else _("否")
        if self.kind == "relation":
            return self.names.get(text, _("（您看不到的记录）"))
        return text
