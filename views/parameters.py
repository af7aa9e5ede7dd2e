"""What a list page may be asked for. Anything else is a BadInput, answered with 400, never with 500."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from operator import eq, ge, le, ne
from typing import Any, NamedTuple, cast

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false
from werkzeug.datastructures import MultiDict

from app import clock, scope
from app.errors import BadInput
from app.interface import MAX_INTEGER, Query, RegisterInterface
from app.list_memory import UNFILTERED, Inputs, ListMemory
from models import Ended

PAGE_SIZES = (10, 25, 50, 100)
MAX_TEXT = 100
MAX_VALUES = 30  # of one search that is remembered
CURRENT, ENDED, ALL = "no", "yes", "all"  # `_ended`: rows in use, rows that ended, both
# Kind of column → the comparisons it offers, in the order of the n in `_flt_n_column`.
OPERATORS = {
    "text": ("contains", "equals", "excludes"),
    "enum": ("equals", "differs"),
    "boolean": ("equals",),
    "integer": ("from", "to", "equals"),
    "date": ("from", "to", "equals"),
    "relation": ("within",),  # a place and all below it
}


class Chip(NamedTuple):
    """One condition in use: the inputs to leave out to be rid of it, and what it says."""

    inputs: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Asked:
    """A list page's parameters, checked."""

    query: Query
    page: int
    size: int
    values: Inputs = field(default_factory=dict)
    ended: str = "no"
    only: str = ""  # the name of the shortlist it is narrowed to
    saved: str = ""  # the id of the remembered search it shows; empty where the address says what is asked
    chips: tuple[Chip, ...] = ()

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for that leaves rows out."""
        return bool(self.query.q or self.only or self.ended != CURRENT or any(map(any, self.values.values())))


def integer(text: str, highest: int) -> int:
    """A whole number from 0; more than `highest` counts as `highest`. Raises BadInput."""
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise BadInput(_("页码或每页条数无效。"))
    return min(int(text), highest)


def is_filter(name: str) -> bool:
    """Whether an input says which rows are asked for, not how they are shown."""
    return name in ("q", "_ended", "_only") or name.startswith("_flt_")


def parse(
    datamodel: RegisterInterface, args: MultiDict[str, str], view: Any, memory: ListMemory | None = None
) -> Asked:
    """The parameters of one list by Flask-AppBuilder's names: `page_V` `psize_V` `_oc_V` `_od_V` `_flt_n_column`.

    Filters in the address win; else `_s` names one of the remembered searches; else the newest of them applies.
    """
    name, memory = type(view).__name__, memory or ListMemory()
    usual = memory.size or view.page_size
    size = integer(args.get(f"psize_{name}") or str(usual), PAGE_SIZES[-1]) or view.page_size
    page = integer(args.get(f"page_{name}") or "0", 10_000_000)
    order = _order(args, name, view)
    if any(map(is_filter, args)):
        return _asked(datamodel, args, view, order, page, size)
    search = memory.search(args.get("_s"))
    try:
        found = _asked(datamodel, MultiDict(search.inputs), view, order, page, size)
    except BadInput:  # the register has changed since it was remembered
        return Asked(Query((*_endings(datamodel.obj, CURRENT),), order=order), page, size, saved=UNFILTERED)
    return replace(found, saved=search.id)


def _asked(
    datamodel: RegisterInterface,
    inputs: MultiDict[str, str],
    view: Any,
    order: tuple[str, bool] | None,
    page: int,
    size: int,
) -> Asked:
    values = {key: [v for v in inputs.getlist(key) if v.strip()] for key in inputs if key.startswith("_flt_")}
    conditions = [c for key, texts in sorted(values.items()) for c in _conditions(datamodel, key, texts, view)]
    ended = inputs.get("_ended") or CURRENT
    conditions += _endings(datamodel.obj, ended)
    only = inputs.get("_only") or ""
    conditions += _shortlist(only, view)
    return Asked(Query(tuple(conditions), clean(inputs.get("q", "")), order), page, size, values, ended, only)


def _shortlist(only: str, view: Any) -> list[ColumnElement[bool]]:
    actor = scope.current_actor()
    if only and (only not in view.shortlists or actor is None):
        raise BadInput(_("查询方式无效。"))
    return [view.shortlists[only].condition(actor, clock.today())] if only else []


def to_remember(datamodel: RegisterInterface, form: MultiDict[str, str], view: Any) -> tuple[Inputs, int]:
    """(the inputs of a posted search without empty ones and those that `_without` names, rows a page or 0).

    Raises BadInput for what `parse` would refuse.
    """
    dropped = set(" ".join(form.getlist("_without")).split())
    kept = MultiDict((name, text) for name, text in form.items(multi=True) if is_filter(name) and name not in dropped)
    if sum(bool(text.strip()) for _name, text in kept.items(multi=True)) > MAX_VALUES:
        raise BadInput(_("查询条件过多。"))
    asked = parse(datamodel, kept, view)
    inputs = {
        "q": [asked.query.q], "_ended": [asked.ended] if asked.ended != CURRENT else [], "_only": [asked.only],
        **asked.values,
    }  # fmt: skip
    size = integer(form["psize"], PAGE_SIZES[-1]) if form.get("psize") else 0
    return {name: texts for name, texts in inputs.items() if any(texts)}, size


def _endings(model: Any, asked: str) -> list[ColumnElement[bool]]:
    """What has ended stays out of a list until it is asked for."""
    if asked not in (CURRENT, ENDED, ALL):
        raise BadInput(_("查询方式无效。"))
    if not issubclass(model, Ended) or asked == ALL:
        return []
    return [model.ended_on.is_(None) if asked == CURRENT else model.ended_on.is_not(None)]


def clean(text: str) -> str:
    """A search text without the blanks around it. Raises BadInput when it is too long to be one."""
    text = text.replace("\u3000", " ").strip()
    if len(text) > MAX_TEXT:
        raise BadInput(_("查询内容不能超过 %(n)s 个字。", n=MAX_TEXT))
    return text


def allowed_orders(view: Any) -> list[str]:
    """The columns a list may be sorted by. Sorting by a column one cannot see would give it away."""
    return list(view.order_columns)


def allowed_filters(view: Any) -> list[str]:
    """The columns a list may be filtered by; the same reason."""
    return list(view.search_columns)


def _order(args: MultiDict[str, str], name: str, view: Any) -> tuple[str, bool] | None:
    column, direction = args.get(f"_oc_{name}"), args.get(f"_od_{name}") or "asc"
    if not column:
        return None
    if column not in allowed_orders(view) or direction not in ("asc", "desc"):
        raise BadInput(_("不能按该列排序。"))
    return column, direction == "desc"


def _conditions(datamodel: RegisterInterface, key: str, texts: list[str], view: Any) -> Iterator[ColumnElement[bool]]:
    match = re.fullmatch(r"_flt_(\d)_(\w+)", key, re.ASCII)
    if not match or match[2] not in allowed_filters(view):
        raise BadInput(_("不能按该列查询。"))
    index, column = int(match[1]), match[2]
    operators = OPERATORS[datamodel.kind(column)]
    if index >= len(operators):
        raise BadInput(_("查询方式无效。"))
    for text in texts:
        yield condition(datamodel, column, operators[index], clean(text))


def condition(datamodel: RegisterInterface, column: str, operator: str, text: str) -> ColumnElement[bool]:
    """One comparison as SQL. Raises BadInput when the text is no value of that column."""
    kind, attribute = datamodel.kind(column), getattr(datamodel.obj, column)
    if operator == "within":
        if column == datamodel.obj.__place__:
            return scope.inside(datamodel.obj, (text,))
        key = RegisterInterface.of(datamodel.target_of(column)).key_of(text)
        return attribute == key if key is not None else false()
    if operator == "contains":
        return attribute.icontains(text, autoescape=True)
    if operator == "excludes":
        return ~attribute.icontains(text, autoescape=True) | attribute.is_(None)
    value = _value(datamodel, column, kind, text)
    compare = {"equals": eq, "differs": ne, "from": ge, "to": le}[operator]
    return cast("ColumnElement[bool]", compare(attribute, value))


def _value(datamodel: RegisterInterface, column: str, kind: str, text: str) -> Any:
    if kind == "enum":
        members = datamodel.list_columns[column].type.enum_class.__members__
        if text in members:
            return members[text]
    elif kind == "boolean":
        if text in ("y", "n"):
            return text == "y"
    elif kind == "date":
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
    elif kind == "integer":
        if re.fullmatch(r"-?\d{1,10}", text, re.ASCII) and abs(int(text)) <= MAX_INTEGER:
            return int(text)
    else:
        return text
    raise BadInput(_("「%(label)s」的查询内容无效。", label=datamodel.label(column)))
