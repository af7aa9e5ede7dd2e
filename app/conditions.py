"""A comparison of a column, as the address of a list says it and as SQL: so a number counts what its list shows."""

import re
from datetime import date
from operator import eq, ge, le, ne
from typing import Any, cast

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false

from app import scope
from app.errors import BadInput
from app.interface import MAX_INTEGER, RegisterInterface

# Kind of column → the comparisons it offers, in the order of the n in `_flt_n_column`.
OPERATORS = {
    "text": ("contains", "equals", "excludes"),
    "enum": ("equals", "differs", "empty"),
    "boolean": ("equals",),
    "integer": ("from", "to", "equals"),
    "date": ("from", "to", "equals"),
    "relation": ("within", "exactly"),  # a place and all below it; that place by itself
}


def condition(datamodel: RegisterInterface, column: str, operator: str, text: str) -> ColumnElement[bool]:
    """One comparison as SQL. Raises BadInput when the text is no value of that column."""
    kind, attribute = datamodel.kind(column), getattr(datamodel.obj, column)
    if operator == "within" and column == datamodel.obj.__place__:
        return scope.inside(datamodel.obj, (text,))
    if operator in ("within", "exactly"):
        key = RegisterInterface.of(datamodel.target_of(column)).key_of(text)
        return attribute == key if key is not None else false()
    if operator == "contains":
        return attribute.icontains(text, autoescape=True)
    if operator == "excludes":
        return ~attribute.icontains(text, autoescape=True) | attribute.is_(None)
    if operator == "empty":
        return attribute.is_(None) if _value(datamodel, column, "boolean", text) else attribute.is_not(None)
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
