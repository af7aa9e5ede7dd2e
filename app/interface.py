"""RegisterInterface: how a generated register reads and writes its table. It flushes; the edge commits."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache, cached_property
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from sqlalchemy import Boolean, ColumnElement, Date, Integer, Select, case, func, inspect, or_, select

from app import clock, divisions, finding, references, scope, secret
from app.errors import DomainError
from app.extensions import db
from app.masking import mask
from models import Division, Ended, Findable
from models.base import TOWNSHIP

UNSEEN = "—"
MAX_INTEGER = 2**31 - 1


@dataclass(frozen=True)
class Query:
    """What a list page asks for: conditions, quick search, order (column, descending)."""

    conditions: tuple[ColumnElement[bool], ...] = ()
    q: str = ""
    order: tuple[str, bool] | None = None


class RegisterInterface(SQLAInterface):
    """Flask-AppBuilder's interface over one model; labels and kinds come from the columns' `info`."""

    @property
    def register(self) -> str:
        return self.obj.__name__

    @cached_property
    def key(self) -> Any:
        return self.get_pk()

    @staticmethod
    @cache
    def of(model: type) -> "RegisterInterface":
        """The one interface of a model that no view declares (the target of a foreign key)."""
        return RegisterInterface(model)

    # ---- what a column is

    def info(self, name: str) -> dict[str, Any]:
        """The `info` of a column or relationship; that of a property stands in the model's `__info__`."""
        prop = self.list_properties.get(name)
        if prop is None:
            return getattr(self.obj, "__info__", {}).get(name, {})
        return prop.columns[0].info if name in self.list_columns else prop.info

    def label(self, name: str) -> Any:
        return self.info(name)["label"]

    def target_of(self, name: str) -> type | None:
        """The model a foreign key column or relationship points to."""
        if name not in self._targets:
            self._targets[name] = self._find_target(name)
        return self._targets[name]

    @cached_property
    def _targets(self) -> dict[str, type | None]:
        return {}

    def _find_target(self, name: str) -> type | None:
        column = self.list_columns.get(name)
        if column is None:
            prop = self.list_properties.get(name)
            return prop.mapper.class_ if prop is not None and hasattr(prop, "mapper") else None
        for relation in inspect(self.obj).relationships:
            if list(relation.local_columns) == [column]:
                return relation.mapper.class_
        return None

    def kind(self, name: str) -> str:
        """secret, relation, enum, boolean, date, integer or text."""
        column = self.list_columns[name]
        if column.info.get("secret"):
            return "secret"
        if self.target_of(name) is not None:
            return "relation"
        if getattr(column.type, "enum_class", None):
            return "enum"
        for base, kind in ((Boolean, "boolean"), (Date, "date"), (Integer, "integer")):
            if isinstance(column.type, base):
                return kind
        return "text"

    def places(self, name: str) -> bool:
        """Whether the column says where a row lies: its division, or the station that has one."""
        return name in (getattr(self.obj, "__place__", None), getattr(self.obj, "__place_from__", None))

    # ---- reading

    def key_of(self, value: Any) -> Any:
        """`value` as a primary key, None when it cannot be one: then the row does not exist."""
        text = str(value)
        if not isinstance(self.key.type, Integer):
            return text if len(text) <= 64 else None
        return (
            int(text) if text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= MAX_INTEGER else None
        )

    def get(self, id: Any, filters: Any = None, select_columns: Any = None, outer_default_load: bool = False) -> Any:
        rows = self.get_many([id])
        return rows[0] if rows else None

    def get_many(self, keys: Iterable[Any], verb: str = "view", lock: bool = False) -> list[Any]:
        """The rows of `keys` on which the actor holds `verb`; the others are left out.

        `lock` keeps them as they are until the transaction ends (SQLite's writers take turns anyway).
        """
        wanted = {key for key in map(self.key_of, keys) if key is not None}
        found = select(self.obj).where(self.key.in_(sorted(wanted))).order_by(self.key)
        with scope.narrowed(self.register, verb):
            return list(db.session.scalars(found.with_for_update() if lock else found))

    def rows_where(self, column: str, value: Any) -> list[Any]:
        """The visible rows with this value, in the order of their keys."""
        return list(db.session.scalars(select(self.obj).where(getattr(self.obj, column) == value).order_by(self.key)))

    def key_of_uid(self, uid: str) -> Any:
        """The key of the visible row with this uid, None when there is none."""
        return db.session.scalar(select(self.key).where(self.obj.uid == uid))

    def _matching(self, query: Query, quick: Sequence[str]) -> Select[Any]:
        found = select(self.obj).where(*query.conditions)
        if query.q:
            found = found.where(self._named(query.q, quick))
        return found

    def _named(self, q: str, names: Sequence[str]) -> ColumnElement[bool]:
        """One of these columns contains `q`; those that a Findable is found by, in any of their forms too."""
        found, rest = [], list(names)
        if issubclass(self.obj, Findable):
            found, rest = [finding.matches(self.obj, q)], [name for name in names if name not in self.obj.__find__]
        return or_(*found, *(getattr(self.obj, name).icontains(q, autoescape=True) for name in rest))

    def _ordered(self, found: Select[Any], order: tuple[str, bool] | None) -> Select[Any]:
        newest_first = self.key.desc() if isinstance(self.key.type, Integer) else self.key.asc()
        if order is None:
            return found.order_by(newest_first)
        column = getattr(self.obj, order[0])
        ordered = column.desc() if order[1] else column.asc()
        # What is empty comes last either way: each database has another place for it, and nobody looks for it on top.
        return found.order_by(ordered.nulls_last() if column.nullable else ordered, newest_first)

    def count(self, query: Query, quick: Sequence[str]) -> int:
        return (
            db.session.scalar(self._matching(query, quick).with_only_columns(func.count(), maintain_column_froms=True))
            or 0
        )

    def page(self, query: Query, quick: Sequence[str], offset: int, limit: int) -> list[Any]:
        found = self._ordered(self._matching(query, quick), query.order)
        return list(db.session.scalars(found.offset(offset).limit(limit)))

    def all_for_export(self, query: Query, quick: Sequence[str], limit: int) -> list[Any]:
        """The rows of a list, narrowed to where the actor may export."""
        with scope.narrowed(self.register, "export"):
            return self.page(query, quick, 0, limit)

    # ---- showing

    def cells(self, rows: Sequence[Any], names: Sequence[str]) -> list[list[str]]:
        """The rows as text, column by column: one definition for list, show, export and history."""
        relations = [name for name in names if name not in self.list_columns and self.target_of(name) is not None]
        local = {name: next(iter(self.list_properties[name].local_columns)).key for name in relations}
        called = {name: names_of(self.target_of(name), (getattr(r, local[name]) for r in rows)) for name in relations}
        secrets = {name for name in names if self.info(name).get("secret")}
        private = {name for name in names if self.info(name).get("private")}
        veiled = {name for name in names if self.info(name).get("masked")}
        words = (_("否"), _("是"))

        def cell(row: Any, name: str) -> str:
            if name in private and self.is_hidden(row, name):
                return UNSEEN
            if name in secrets:
                return secret.masked(row, name)
            if name in veiled and self.is_veiled(row, name):
                return self.veil(name, getattr(row, name))
            value = getattr(row, local.get(name, name))
            if name in local:
                return called[name].get(value, UNSEEN) if value else ""
            return words[value] if isinstance(value, bool) else as_text(value)

        return [[cell(row, name) for name in names] for row in rows]

    def is_hidden(self, row: Any, name: str) -> bool:
        """A private column of a row that is readable only as a reference."""
        return bool(self.info(name).get("private")) and not scope.covers("view", row)

    def is_veiled(self, row: Any, name: str) -> bool:
        """A column that tells who somebody is, for a viewer above the township: he reads it masked."""
        return bool(self.info(name).get("masked")) and not scope.is_near(row)

    def is_closed(self, row: Any, name: str) -> bool:
        """Whether the viewer reads the column masked, and may open it only with a reason."""
        return bool(self.info(name).get("secret")) or self.is_veiled(row, name)

    def veil(self, name: str, value: Any) -> str:
        """What such a viewer reads."""
        return mask(self.info(name)["masked"], as_text(value))

    def may_be_chosen(self, row: Any) -> bool:
        """Whether a new foreign key may point to `row`; not to what is no more."""
        return getattr(row, "retired_on" if isinstance(row, Division) else "ended_on", None) is None

    def name_of(self, row: Any) -> str:
        """What a row at hand is called where others refer to it; a division by its path."""
        return divisions.paths_of([row.code]).get(row.code, "") if isinstance(row, Division) else str(row)

    def key_value(self, row: Any) -> Any:
        """The key of a stored row, without reading it again after a commit."""
        return inspect(row).identity[0]

    def choices(
        self,
        q: str,
        places: tuple[str, ...] | None,
        offset: int,
        near: str = "",
        limit: int = 20,
        among: ColumnElement[bool] | None = None,
    ) -> tuple[list[dict[str, Any]], bool]:
        """One page of rows a foreign key may point to, and whether there are more; `places` narrows to some divisions,
        `among` to some rows.

        Found by the columns that the model's `__find__` names, in the order of their keys; those of the township of the
        division `near` first.
        """
        found = select(self.obj)
        if near:
            found = found.order_by(case((scope.inside(self.obj, (near[:TOWNSHIP],)), 0), else_=1))
        if places is not None:
            found = found.where(scope.inside(self.obj, places))
        if hasattr(self.obj, "ended_on"):
            found = found.where(self.obj.ended_on.is_(None))
        if among is not None:
            found = found.where(among)
        if q:
            found = found.where(self._named(q, getattr(self.obj, "__find__", ("name",))))
        rows = db.session.scalars(found.order_by(self.key).offset(offset).limit(limit + 1)).all()
        paths = divisions.paths_of(row.place for row in rows[:limit])
        items = [
            {"id": self.key_value(r), "text": str(r), "path": f"{r} · {paths.get(r.place, '')}", "more": False}
            for r in rows[:limit]
        ]
        return items, len(rows) > limit

    def only_choice(self, places: tuple[str, ...]) -> Any:
        """The key of the one row in `places` that a new foreign key may point to; None where there is a choice."""
        end = getattr(self.obj, "retired_on" if self.obj is Division else "ended_on")
        found = select(self.key).where(scope.inside(self.obj, places), end.is_(None)).limit(2)
        keys = db.session.scalars(found).all()
        return keys[0] if len(keys) == 1 else None

    # ---- writing: flush only

    def add(self, item: Any, commit: bool = False) -> None:
        db.session.add(item)
        db.session.flush()

    def edit(self, item: Any, commit: bool = False) -> None:
        """Write a changed row (or several). Raises DomainError with what holds it where it was."""
        for row in item if isinstance(item, list) else [item]:
            if not (isinstance(row, Ended) and inspect(row).attrs.ended_on.history.has_changes()):
                must_be_open(row)
            if problem := references.problem_of_move(row):
                raise DomainError(problem, row.__place__)
        db.session.flush()

    def delete(self, item: Any, commit: bool = False) -> None:
        """Delete a row that nothing refers to. Raises DomainError with what does."""
        if problem := references.problem(item):
            raise DomainError(problem)
        db.session.delete(item)
        db.session.flush()

    def delete_all(self, items: Sequence[Any]) -> None:
        for item in items:
            self.delete(item)


def must_be_open(row: Any) -> None:
    """Raise DomainError when a row has ended: it is resumed before anything in it or on it is changed."""
    if isinstance(row, Ended) and row.ended_on is not None:
        raise DomainError(_("这条记录已%(ending)s，请先恢复再修改。", ending=row.__ending__))


def names_of(target: Any, keys: Iterable[Any]) -> dict[Any, str]:
    """{key: what the row is called where others refer to it}: a division by its path; what is out of sight is left out.

    One statement, whatever the number.
    """
    if target is Division:
        return divisions.paths_of(keys)
    wanted = sorted({key for key in keys if key is not None})
    if not wanted:
        return {}
    interface = RegisterInterface.of(target)
    return {interface.key_value(row): str(row) for row in interface.get_many(wanted)}


def as_text(value: Any) -> str:
    """A value as users read it: 是/否, the Chinese of an enumeration, 2026-11-24, 2026-11-24 09:30."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
