"""What a list page may be asked for. Anything else is a BadInput, answered with 400, never with 500."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from werkzeug.datastructures import MultiDict

from app import clock, scope
from app.conditions import OPERATORS, condition
from app.errors import BadInput
from app.interface import Query, RegisterInterface
from app.list_memory import UNFILTERED, Inputs, ListMemory
from app.workbench import Rows
from models import Ended

PAGE_SIZES = (10, 25, 50, 100)
MAX_TEXT = 100
MAX_VALUES = 30  # of one search that is remembered
CURRENT, ENDED, ALL = "no", "yes", "all"  # `_ended`: rows in use, rows that ended, both


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


def inputs_of(rows: Rows) -> dict[str, str]:
    """What the address of a list says to show exactly these rows, whatever else the list would begin with."""
    kind = RegisterInterface.of(rows.model).kind
    bounds = {f"_flt_{OPERATORS[kind(column)].index(how)}_{column}": f"{value}" for column, how, value in rows.bounds}
    current = {"_ended": CURRENT} if rows.page == "list" else {}
    return {**current, **bounds, **({"_only": rows.only} if rows.only else {}), **dict(rows.args)}


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
    column, operator = comparison(datamodel, key, view)
    for text in texts:
        yield condition(datamodel, column, operator, clean(text))


def comparison(datamodel: RegisterInterface, key: str, view: Any) -> tuple[str, str]:
    """(column, how it is compared) of `_flt_n_column`. Raises BadInput."""
    match = re.fullmatch(r"_flt_(\d)_(\w+)", key, re.ASCII)
    if not match or match[2] not in allowed_filters(view):
        raise BadInput(_("不能按该列查询。"))
    index, column = int(match[1]), match[2]
    operators = OPERATORS[datamodel.kind(column)]
    if index >= len(operators):
        raise BadInput(_("查询方式无效。"))
    return column, operators[index]
