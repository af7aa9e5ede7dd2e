"""Rows of another table that are kept inside their parent's form, e.g. the attendance list of a training."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import inspect

from app.audit import plain
from app.errors import DomainError
from app.extensions import db
from app.interface import RegisterInterface
from app.scope import parent_of
from views import typed
from views.forms import Form, RelationField, form_for

BLANK, MOST = 3, 300  # empty lines at the end of a form; lines of one form in which something stands
MOST_POSTED = 1000  # lines that are looked at, empty ones too


@dataclass(frozen=True)
class Children:
    """The declaration: the parent's relationship, the columns of a row in the form and on the page.

    `fixed`: the rows come with the parent and are neither added nor removed; these columns say which is which.
    `problems`: (stored row, what is typed) → (column, sentence) of what is wrong with a line.
    """

    parent: type
    name: str
    columns: Sequence[str]
    show_columns: Sequence[str]
    fixed: Sequence[str] = ()
    problems: Callable[[Any, Mapping[str, Any]], Iterable[tuple[str, str]]] = lambda _child, _said: ()

    @cached_property
    def datamodel(self) -> RegisterInterface:
        return RegisterInterface.of(inspect(self.parent).relationships[self.name].mapper.class_)

    @property
    def label(self) -> Any:
        return inspect(self.parent).relationships[self.name].info["label"]

    @cached_property
    def form(self) -> type[Form]:
        return form_for(self.datamodel, list(self.columns), "edit")

    @cached_property
    def parent_key(self) -> str:
        """The child's column that says whose it is."""
        return parent_of(self.datamodel.obj)[1]

    def of(self, parent: Any) -> list[Any]:
        """The visible children of a stored row, in their order."""
        return self.datamodel.rows_where(self.parent_key, inspect(parent).identity[0]) if parent is not None else []

    def rows(self, parent: Any) -> "ChildRows":
        return ChildRows(self, parent)

    def shown(self, parent: Any) -> dict[str, Any]:
        """What the parent's page shows of them."""
        found = self.of(parent)
        labels = [str(self.datamodel.label(name)) for name in self.show_columns]
        return {"label": self.label, "labels": labels, "cells": self.datamodel.cells(found, self.show_columns)}


class ChildRow:
    """One line of the form: a stored child, or a new one."""

    def __init__(self, declared: Children, prefix: str, child: Any) -> None:
        self.prefix, self.child = prefix, child
        self.form = declared.form(obj=child, prefix=f"{prefix}-", meta={"csrf": False})
        self.key = inspect(child).identity[0] if child is not None else ""
        self.version = child.version if child is not None else ""
        self.problem = ""
        self.is_removed = not declared.fixed and f"{prefix}-_remove" in typed.fields()
        self.said = declared.datamodel.cells([child], declared.fixed)[0] if child is not None else ()

    @property
    def is_blank(self) -> bool:
        """A new line in which nothing was typed or chosen; what stands there by default, or a tick, is not enough."""
        fields = (field for field in self.form if field.type != "TickField")
        said = (str(value).strip() not in ("", str(plain(f.default))) for f in fields for value in f.raw_data or ())
        return self.child is None and not any(said)


class ChildRows:
    """All lines of one form. A line that names a child of another parent is a line whose child is gone."""

    def __init__(self, declared: Children, parent: Any) -> None:
        self.declared, self.name, self.label = declared, declared.name, declared.label
        self.stored = {str(inspect(child).identity[0]): child for child in declared.of(parent)}
        self.lines = self._posted() if typed.is_filled() else self._fresh()
        self._look_up()

    @property
    def heads(self) -> list[str]:
        """What stands in front of the fields of each line."""
        return [str(self.declared.datamodel.label(name)) for name in self.declared.fixed]

    @property
    def fields(self) -> Iterable[Any]:
        """The fields of an empty line, for the heads of the table."""
        return self.declared.form(prefix=f"{self.name}-new-", meta={"csrf": False}, formdata=None)

    def _fresh(self) -> list[ChildRow]:
        children = [*self.stored.values(), *[None] * (0 if self.declared.fixed else BLANK)]
        return [ChildRow(self.declared, f"{self.name}-{n}", child) for n, child in enumerate(children)]

    def _posted(self) -> list[ChildRow]:
        marks = (re.fullmatch(rf"{self.name}-(\d{{1,4}})-_key", key, re.ASCII) for key in typed.fields())
        numbers = sorted({int(mark[1]) for mark in marks if mark})
        if len(numbers) > MOST_POSTED:
            raise DomainError(_("一张表最多 %(n)s 行。", n=MOST))
        lines, meant = [], 0
        for number in numbers:
            line = self._line(f"{self.name}-{number}")
            meant += not line.is_blank
            if line.child is None and not line.is_blank and meant > MOST:
                line.problem = _("一张表最多 %(n)s 行。", n=MOST)
            lines.append(line)
        if self.declared.fixed:
            return [line for line in lines if line.key]
        blank = f"{self.name}-{max(numbers, default=-1) + 1}"
        return [*lines, ChildRow(self.declared, blank, None)]

    def _line(self, prefix: str) -> ChildRow:
        """One posted line; what cannot be saved as it is says why, unless it is to be removed."""
        key = typed.fields().get(f"{prefix}-_key", "")
        line = ChildRow(self.declared, prefix, self.stored.get(key))
        if key and line.child is None:
            line.key = key
            line.problem = "" if line.is_removed else _("这一行已被他人删除；不再需要的，请勾选「删除」。")
        elif line.child is not None and typed.fields().get(f"{prefix}-_version") != str(line.version):
            line.problem = _("这一行已被他人修改，现在是：%(now)s。请核对后再次保存。", now=self._now(line.child))
        return line

    def _now(self, child: Any) -> str:
        return "，".join(cell for cell in self.declared.datamodel.cells([child], self.declared.show_columns)[0] if cell)

    def _look_up(self) -> None:
        """What all lines point to, in one statement for each column."""
        for name in self.declared.columns:
            fields = [line.form[name] for line in self.lines if isinstance(line.form[name], RelationField)]
            if not fields:
                continue
            keys = {key for field in fields for key in (field.data, field.object_data) if key}
            target = fields[0].target
            found = {target.key_value(row): row for row in target.get_many(keys)}
            for field in fields:
                field.prime({key: found.get(key) for key in keys})

    def validate(self) -> bool:
        """Whether every line that is meant can be saved."""
        sound = True
        for line in self.lines:
            if not line.problem and not line.is_removed and not line.is_blank:
                sound = self._is_sound(line) and sound
            sound = sound and not line.problem
        return sound

    def _is_sound(self, line: ChildRow) -> bool:
        if not line.form.validate():
            return False
        found = list(self.declared.problems(line.child, line.form.data))
        for name, sentence in found:
            line.form[name].errors = [*line.form[name].errors, sentence]
        return not found

    def save(self, parent: Any) -> None:
        """Write the lines, flushed: what is removed first, for another line may say the same."""
        datamodel = self.declared.datamodel
        for line in self.lines:
            if line.child is not None and line.is_removed:
                datamodel.delete(line.child)
        for line in self.lines:
            if line.child is None and not line.is_removed and not line.is_blank:
                child = datamodel.obj(**{self.declared.parent_key: inspect(parent).identity[0]})
                line.form.populate_obj(child)
                datamodel.add(child)
            elif line.child is not None and not line.is_removed:
                line.form.populate_obj(line.child)
        db.session.flush()
