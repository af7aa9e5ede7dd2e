"""Reading a register: list, page, history, Excel, and the choices of its foreign keys."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import abort, jsonify, redirect, request, send_file
from flask_appbuilder import expose
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app import clock, divisions, scope
from app.exchange.excel import MAX_ROWS, Sheet, workbook
from app.history import history_of
from app.interface import RegisterInterface, names_of
from app.looks import LookKind
from models import Division
from views import parameters
from views.access import needs, require
from views.chips import chips_of
from views.remembering import Remembering
from views.seeing import saw

HISTORY_PAGE = 50


class Reading(Remembering):
    """Every method asks for one verb (`needs`) and reads through the scope guard."""

    @expose("/")
    @needs("view")
    def root(self) -> Any:
        return redirect(self.url("list"))

    @expose("/list/")
    @needs("view")
    def list(self) -> Any:
        memory = self.memory()
        asked = parameters.parse(self.datamodel, request.args, self, memory)
        names = self.names_in(asked)
        asked = replace(asked, chips=chips_of(asked, self, names))
        columns = self.columns_of(memory)
        count = self.datamodel.count(asked.query, self.quick_search)
        page = min(asked.page, max(0, (count - 1) // asked.size))
        rows = self.datamodel.page(asked.query, self.quick_search, page * asked.size, asked.size)
        return self._page(
            self.list_template,
            _("列表"),
            title=self._list_title(asked),
            asked=asked,
            count=count,
            page=page,
            pages=max(1, -(-count // asked.size)),
            rows=list(zip(rows, self.datamodel.cells(rows, columns), strict=True)),
            columns=columns,
            all_columns=[(name, self.labels[name], name in columns) for name in self.choosable],
            sizes=parameters.PAGE_SIZES,
            heads=[self._head(name) for name in columns],
            actions=[a for a in self.actions.values() if self.can(a.func._verb)],
            filters=self._filter_fields(asked, names),
            unshown=self._unshown(asked),
            link=partial(self._link, asked),
            show_base=self.url("show", pk=""),
            edit_base=self.url("edit", pk="") if "edit" not in self.exclude_route_methods else "",
        )

    def _head(self, name: str) -> Markup:
        """The attributes of a column's cells: what it is called, where a phone shows no heads; no breaks in dates."""
        is_short = name in self.datamodel.list_columns and self.datamodel.kind(name) not in ("text", "relation")
        return Markup(' class="{}" data-label="{}"').format("nowrap" if is_short else "", self.labels[name])

    def _list_title(self, asked: parameters.Asked) -> Any:
        if not asked.only:
            return self.title_name
        return _("%(register)s：%(only)s", register=self.title_name, only=self.shortlists[asked.only].label)

    def _link(
        self,
        asked: parameters.Asked,
        method: str,
        order: tuple[str, str] | None = None,
        page: int = 0,
        size: int = 0,
    ) -> str:
        """This list (or its export) as it is asked for now, with another order, page or page size."""
        name = type(self).__name__
        args = MultiDict(pair for pair in request.args.items(multi=True) if pair[1] or parameters.is_filter(pair[0]))
        args.pop(f"page_{name}", None)
        args.pop("_s", None)
        if asked.saved:
            args["_s"] = asked.saved
        if order:
            args[f"_oc_{name}"], args[f"_od_{name}"] = order
        if size:
            args[f"psize_{name}"] = str(size)
        if page:
            args[f"page_{name}"] = str(page)
        return f"{self.url(method)}?{urlencode([*args.items(multi=True)])}"

    def names_in(self, asked: parameters.Asked) -> dict[str, dict[str, str]]:
        """{search column that is a relation: {what is asked for: what the row is called}}, as far as one sees it."""
        found: dict[str, dict[str, str]] = {}
        for name in self.search_columns:
            texts = asked.values.get(f"_flt_0_{name}")
            target = self.datamodel.target_of(name)
            if texts and target:
                keys = {text: RegisterInterface.of(target).key_of(text) for text in texts}
                names = names_of(target, keys.values())
                found[name] = {text: names[key] for text, key in keys.items() if key in names}
        return found

    def _filter_fields(self, asked: parameters.Asked, names: dict[str, dict[str, str]]) -> Sequence[dict[str, Any]]:
        """What the search panel shows for each search column: kind, label, choices and what is asked now."""
        fields = []
        for name in self.search_columns:
            kind, column = self.datamodel.kind(name), self.datamodel.list_columns[name]
            keys = [f"_flt_{n}_{name}" for n in range(2 if kind in ("date", "integer") else 1)]
            values = [(asked.values.get(key) or [""])[0] for key in keys]
            related = kind == "relation"
            fields.append(
                {
                    "kind": kind, "label": self.labels[name], "inputs": list(zip(keys, values, strict=True)),
                    "choices": [(m.name, m.value) for m in column.type.enum_class] if kind == "enum" else [],
                    "text": names.get(name, {}).get(values[0], values[0]) if related else "",
                    "url": self.url("options", column=name, verb="view") if related else "",
                }
            )  # fmt: skip
        return fields

    def _unshown(self, asked: parameters.Asked) -> Sequence[tuple[str, str]]:
        """Conditions that the search panel has no box for, from a link: (input, value)."""
        boxes = {
            f"_flt_{n}_{name}"
            for name in self.search_columns
            for n in range(2 if self.datamodel.kind(name) in ("date", "integer") else 1)
        }
        apart = [("_only", asked.only)] if asked.only else []
        return apart + [
            (name, text) for name, texts in asked.values.items() for text in texts[1 if name in boxes else 0 :]
        ]

    @expose("/show/<pk>")
    @needs("view")
    def show(self, pk: str) -> Any:
        return self._show(self._row(pk))

    @expose("/history/<pk>")
    @needs("view")
    def history(self, pk: str) -> Any:
        row = self._row(pk)
        page = parameters.integer(request.args.get("page", "0"), 100_000)
        entries = history_of(self.datamodel, row, page * HISTORY_PAGE, HISTORY_PAGE + 1)
        more = len(entries) > HISTORY_PAGE
        return self._page(
            self.history_template, _("修改记录"), title=_("「%(name)s」的修改记录", name=row), row=row,
            entries=entries[:HISTORY_PAGE],
            page=page, more=more,
        )  # fmt: skip

    @expose("/export")
    @needs("export")
    def export(self) -> Any:
        asked = parameters.parse(self.datamodel, request.args, self, self.memory())
        rows = self.datamodel.all_for_export(asked.query, self.quick_search, MAX_ROWS)
        saw(self.datamodel, rows, LookKind.EXPORT)
        names = self.export_columns or self.show_columns
        labels = [str(self.datamodel.label(name)) for name in names]
        data = workbook(Sheet(str(self.title_name), labels, self.datamodel.cells(rows, names)))
        return send_file(io.BytesIO(data), as_attachment=True, download_name=f"{self.title_name}_{clock.today()}.xlsx")

    @expose("/options/<column>")
    @needs("view")
    def options(self, column: str) -> Any:
        """Choices of a foreign key; `child.column` for one in the child rows of the form."""
        verb = request.args.get("verb", "view")
        child = next((c for c in self.children if column.startswith(f"{c.name}.")), None)
        if child is None:
            datamodel, columns, name = self.datamodel, self.options_of(verb), column
        else:
            datamodel, columns, name, verb = child.datamodel, [*child.columns], column.partition(".")[2], "edit"
        if name not in columns or datamodel.kind(name) != "relation":
            abort(404)
        if verb != "view" and (refused := require(self, verb)):
            return refused
        page = parameters.integer(request.args.get("page", "0"), 10_000)
        items, more = self._choices(datamodel, name, verb, page * 20)
        return jsonify(items=items, more=more)

    def _choices(
        self, datamodel: RegisterInterface, name: str, verb: str, offset: int
    ) -> tuple[Sequence[dict[str, Any]], bool]:
        q, parent = parameters.clean(request.args.get("q", "")), parameters.clean(request.args.get("parent", ""))
        target = datamodel.target_of(name)
        if target is Division:
            place = datamodel.places(name)
            register = datamodel.register if place else Division.__name__
            return divisions.choices(verb if place else "view", register, q, parent, offset)
        actor = scope.current_actor()
        places = actor.places(verb, datamodel.register) if actor and datamodel.places(name) else None
        near, among = self._near(datamodel, name), datamodel.info(name).get("among")
        return RegisterInterface.of(target).choices(q, places, offset, near, among=among() if among else None)

    def _near(self, datamodel: RegisterInterface, name: str) -> str:
        """The division that the field says which this one stands `beside`: 成员单位 beside the station of a form."""
        near, other = request.args.get("near", ""), datamodel.info(name).get("beside")
        if not near or not other:
            return ""
        owner = datamodel if other in datamodel.list_columns else self.datamodel
        target = RegisterInterface.of(owner.target_of(other))
        row = target.get(near)
        return str(row.place) if row is not None else ""

    def _is_asked(self, row: Any, name: str) -> bool:
        """Whether a form asks for the column, as the rest of the row stands (`only_if`)."""
        other, answer = self.datamodel.info(name).get("only_if", ("", ""))
        return not other or getattr(getattr(row, other), "name", "") == answer

    def parts_of(self, row: Any, **said: Any) -> dict[str, Any]:
        """What the page of a row has beyond its fields, for its own template; `said` comes from who shows it."""
        return said

    def _show(self, row: Any, opened: dict[str, str] | None = None) -> Any:
        """The page of a row; `opened` holds the secrets that were asked for with a reason."""
        return self._row_page(row, opened)

    def _row_page(self, row: Any, opened: dict[str, str] | None = None, **said: Any) -> Any:
        (cells,) = self.datamodel.cells([row], self.show_columns)
        may_open = self.can("reveal") and scope.covers("reveal", row)
        fields = [
            {
                "name": name,
                "label": self.labels[name],
                "text": (opened or {}).get(name, cell),
                "is_open": name in (opened or {}),
                "is_long": bool(self.datamodel.info(name).get("multiline")),
                "may_open": may_open and bool(cell) and self.datamodel.is_closed(row, name),
            }
            for name, cell in zip(self.show_columns, cells, strict=True)
            if cell or self._is_asked(row, name)
        ]
        return self._page(
            self.show_template, _("详情"), title=str(row), row=row, fields=fields,
            children=[child.shown(row) for child in self.children], files=self.files_of(row),
            **{"facts": self.facts(row), **self.parts_of(row, **said)},
        )  # fmt: skip
