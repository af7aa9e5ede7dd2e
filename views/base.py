"""RegisterView: a register is a declaration; everything else comes from here.

Every method asks for one verb (`needs`), reads through the scope guard, and commits once, at its end.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import abort, flash, jsonify, make_response, redirect, request, send_file, url_for
from flask_appbuilder import ModelView, expose
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.datastructures import MultiDict

from app import clock, divisions, scope
from app.errors import BadInput, DomainError, OutOfScope, explain
from app.exchange.excel import MAX_ROWS, workbook
from app.extensions import db
from app.history import history_of
from app.interface import RegisterInterface
from models import Division
from views import parameters
from views.access import needs, require
from views.forms import RelationField, form_for, may_choose

MAX_SELECTED = 1000
HISTORY_PAGE = 50


def bulk_action(verb: str, label: Any, confirm: Any = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A method (rows) → None for the rows ticked in a list; it flushes, and needs `verb` on every row."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        method._action = (method.__name__, label, confirm, "", True, False)  # type: ignore[attr-defined]
        method._verb = verb  # type: ignore[attr-defined]
        return method

    return decorate


class RegisterView(ModelView):
    """List, show, add, edit, delete, export, bulk actions, history and relation choices of one table."""

    datamodel: RegisterInterface
    title_name: ClassVar[Any] = ""
    list_columns: list[str]
    show_columns: list[str]
    add_columns: list[str]
    edit_columns: list[str]
    search_columns: list[str]
    quick_search: ClassVar[list[str]] = ["name"]
    order_columns: list[str]
    export_columns: ClassVar[list[str] | None] = None
    page_size = 25
    list_template = "register/list.html"
    show_template = "register/show.html"
    form_template = "register/form.html"
    history_template = "register/history.html"
    exclude_route_methods: ClassVar[set[str]] = {"download", "action"}

    # ---- declaration → view (instead of Flask-AppBuilder's guesses)

    def _init_properties(self) -> None:
        for name in ("list_columns", "show_columns", "add_columns", "edit_columns", "search_columns", "order_columns"):
            if getattr(self, name, None) is None:
                raise TypeError(f"{type(self).__name__}.{name} has to be declared: defaults would show every column.")
        for name in (*self.search_columns, *self.order_columns, *self.quick_search):
            if self.datamodel.info(name).get("private"):
                raise TypeError(
                    f"{type(self).__name__}: searching or sorting by the private column {name} gives it away."
                )
        self._related_views: list[Any] = []
        self.related_views: list[Any] = []
        shown = (*self.list_columns, *self.show_columns, *self.add_columns, *self.edit_columns, *self.search_columns)
        self.label_columns = {name: self.datamodel.label(name) for name in shown}
        self._labels: dict[str, dict[str, str]] = {}

    def _init_forms(self) -> None:
        self.add_form = form_for(self.datamodel, self.add_columns, "add")
        self.edit_form = form_for(self.datamodel, self.edit_columns, "edit")
        self.search_form = None

    def _init_titles(self) -> None:
        self.title = self.title_name

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        methods = set(dir(type(self))) - self.exclude_route_methods
        verbs = {getattr(getattr(type(self), name), "_permission_name", None) for name in methods}
        verbs |= {action.func._verb for action in self.actions.values()}
        self.base_permissions = sorted(f"can_{verb}" for verb in verbs - {None})

    # ---- help for templates

    def can(self, verb: str) -> bool:
        """Whether the viewer holds `verb` on this register anywhere."""
        actor = scope.current_actor()
        return actor is not None and actor.can(verb, self.datamodel.register)

    def url(self, method: str, **values: Any) -> str:
        return url_for(f"{self.endpoint}.{method}", **values)

    def key(self, row: Any) -> Any:
        """The key of a stored row, without reading it again after a commit."""
        return inspect(row).identity[0]

    @property
    def labels(self) -> dict[str, str]:
        """{column: label} in the viewer's language, translated once."""
        locale = str(get_locale())
        if locale not in self._labels:
            self._labels[locale] = {name: str(label) for name, label in self.label_columns.items()}
        return self._labels[locale]

    def _page(self, template: str, **values: Any) -> str:
        return self.render_template(template, view=self, covers=scope.covers, **values)

    def _row(self, pk: str, verb: str = "view") -> Any:
        """The row, 404 when the viewer cannot see it, 403 when he can see but not `verb` it."""
        rows = self.datamodel.get_many([pk], verb, lock=request.method == "POST")
        if not rows:
            abort(403 if verb != "view" and self.datamodel.get_many([pk]) else 404)
        return rows[0]

    def _save(self, form: FlaskForm | None, change: Callable[[], None]) -> bool:
        """Do `change` and commit; a problem that the user can mend is rolled back and put into `form`, or flashed."""
        try:
            change()
            db.session.commit()
            return True
        except (DomainError, IntegrityError, StaleDataError) as error:
            db.session.rollback()
            problem = explain(error)
        if isinstance(problem, OutOfScope):
            problem.field = self.datamodel.obj.__place__
        if form is None:
            flash(str(problem.message), "danger")
        elif problem.field in form:
            form[problem.field].errors = [*form[problem.field].errors, problem.message]
        else:
            form.form_errors = [*form.form_errors, problem.message]
        return False

    # ---- reading

    @expose("/")
    @needs("view")
    def root(self) -> Any:
        return redirect(self.url("list"))

    @expose("/list/")
    @needs("view")
    def list(self) -> Any:
        asked = parameters.parse(self.datamodel, request.args, self)
        count = self.datamodel.count(asked.query, self.quick_search)
        page = min(asked.page, max(0, (count - 1) // asked.size))
        rows = self.datamodel.page(asked.query, self.quick_search, page * asked.size, asked.size)
        return self._page(
            self.list_template,
            title=self.title_name,
            asked=asked,
            count=count,
            page=page,
            pages=max(1, -(-count // asked.size)),
            rows=list(zip(rows, self.datamodel.cells(rows, self.list_columns), strict=True)),
            sizes=parameters.PAGE_SIZES,
            actions=[a for a in self.actions.values() if self.can(a.func._verb)],
            filters=self._filter_fields(asked),
            link=self._link,
            show_base=self.url("show", pk=""),
            edit_base=self.url("edit", pk=""),
        )

    def _link(self, method: str, order: tuple[str, str] | None = None, page: int = 0, size: int = 0) -> str:
        """This list (or its export) as it is asked for now, with another order, page or page size."""
        name = type(self).__name__
        args = MultiDict(request.args)
        args.pop(f"page_{name}", None)
        if order:
            args[f"_oc_{name}"], args[f"_od_{name}"] = order
        if size:
            args[f"psize_{name}"] = str(size)
        if page:
            args[f"page_{name}"] = str(page)
        return f"{self.url(method)}?{urlencode([pair for pair in args.items(multi=True) if pair[1]])}"

    def _filter_fields(self, asked: parameters.Asked) -> Sequence[dict[str, Any]]:
        """What the search panel shows for each search column: kind, label, choices and what is asked now."""
        fields = []
        for name in self.search_columns:
            kind, column = self.datamodel.kind(name), self.datamodel.list_columns[name]
            keys = [f"_flt_{n}_{name}" for n in range(2 if kind in ("date", "integer") else 1)]
            values = [(asked.values.get(key) or [""])[0] for key in keys]
            related = kind == "relation"
            text = values[0] and related and divisions.paths_of(values).get(values[0], values[0])
            fields.append(
                {
                    "kind": kind, "label": self.labels[name], "inputs": list(zip(keys, values, strict=True)),
                    "choices": [(m.name, m.value) for m in column.type.enum_class] if kind == "enum" else [],
                    "text": text or "", "url": self.url("options", column=name, verb="view") if related else "",
                }
            )  # fmt: skip
        return fields

    @expose("/show/<pk>")
    @needs("view")
    def show(self, pk: str) -> Any:
        row = self._row(pk)
        (cells,) = self.datamodel.cells([row], self.show_columns)
        fields = list(zip([self.labels[name] for name in self.show_columns], cells, strict=True))
        return self._page(self.show_template, title=str(row), row=row, fields=fields)

    @expose("/history/<pk>")
    @needs("view")
    def history(self, pk: str) -> Any:
        row = self._row(pk)
        page = parameters.integer(request.args.get("page", "0"), 100_000)
        entries = history_of(self.datamodel, row, page * HISTORY_PAGE, HISTORY_PAGE + 1)
        more = len(entries) > HISTORY_PAGE
        return self._page(
            self.history_template, title=_("「%(name)s」的修改记录", name=row), row=row, entries=entries[:HISTORY_PAGE],
            page=page, more=more,
        )  # fmt: skip

    @expose("/export")
    @needs("export")
    def export(self) -> Any:
        asked = parameters.parse(self.datamodel, request.args, self)
        rows = self.datamodel.all_for_export(asked.query, self.quick_search, MAX_ROWS)
        names = self.export_columns or self.show_columns
        labels = [str(self.datamodel.label(name)) for name in names]
        data = workbook(str(self.title_name), labels, self.datamodel.cells(rows, names))
        return send_file(io.BytesIO(data), as_attachment=True, download_name=f"{self.title_name}_{clock.today()}.xlsx")

    @expose("/options/<column>")
    @needs("view")
    def options(self, column: str) -> Any:
        verb = request.args.get("verb", "view")
        known = {"view": self.search_columns, "add": self.add_columns, "edit": self.edit_columns}
        if column not in known.get(verb, ()) or self.datamodel.kind(column) != "relation":
            abort(404)
        if verb != "view" and (refused := require(self, verb)):
            return refused
        page = parameters.integer(request.args.get("page", "0"), 10_000)
        items, more = self._choices(column, verb, page * 20)
        return jsonify(items=items, more=more)

    def _choices(self, column: str, verb: str, offset: int) -> tuple[Sequence[dict[str, Any]], bool]:
        q, parent = parameters.clean(request.args.get("q", "")), parameters.clean(request.args.get("parent", ""))
        place = column == self.datamodel.obj.__place__
        register = self.datamodel.register if place else Division.__name__
        return divisions.choices(verb if place else "view", register, q, parent, offset)

    # ---- writing

    @expose("/add", methods=["GET", "POST"])
    @needs("add")
    def add(self) -> Any:
        form = self.add_form()
        if request.method == "GET":
            for name, key in self._prefilled().items():
                form[name].data = key
        if form.validate_on_submit():
            row = self.datamodel.obj()

            def change() -> None:
                form.populate_obj(row)
                self.datamodel.add(row)

            if self._save(form, change):
                flash(_("已新增。"), "success")
                return redirect(self.url("add") if "_another" in request.form else self.url("show", pk=self.key(row)))
        return self._form(form, _("新增%(register)s", register=self.title_name), "add")

    def _prefilled(self) -> dict[str, str]:
        """Foreign keys in the address of an empty form; one that may not be chosen is ignored."""
        fields = self.add_form(formdata=None)
        wanted = {
            f.name: request.args[f.name] for f in fields if isinstance(f, RelationField) and f.name in request.args
        }
        return {name: key for name, key in wanted.items() if may_choose(fields[name], key)}

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @needs("edit")
    def edit(self, pk: str) -> Any:
        row = self._row(pk, "edit")
        form = self.edit_form(obj=row)
        if form.validate_on_submit():

            def change() -> None:
                form.populate_obj(row)
                self.datamodel.edit(row)

            if self._save(form, change):
                flash(_("已保存。"), "success")
                return redirect(self.url("show", pk=self.key(row)))
            row = self._row(pk, "edit")
        return self._form(form, _("修改%(register)s：%(name)s", register=self.title_name, name=row), "edit", row)

    def _form(self, form: FlaskForm, title: str, verb: str, row: Any = None) -> Any:
        page = self._page(self.form_template, title=title, form=form, verb=verb, row=row)
        return make_response(page, 422 if request.method == "POST" else 200)

    @expose("/delete/<pk>", methods=["POST"])
    @needs("delete")
    def delete(self, pk: str) -> Any:
        row = self._row(pk, "delete")
        if self._save(None, lambda: self.datamodel.delete(row)):
            flash(_("已删除。"), "success")
            return redirect(self.url("list"))
        return redirect(self.url("show", pk=pk))

    @expose("/action_post", methods=["POST"])
    def action_post(self) -> Any:
        action = self.actions.get(request.form.get("action", ""))
        if refused := require(self, action.func._verb if action else "view"):
            return refused
        if action is None:
            raise BadInput(_("没有这个操作。"))
        keys = request.form.getlist("rowid")
        if len(keys) > MAX_SELECTED:
            raise BadInput(_("一次最多处理 %(n)s 条。", n=MAX_SELECTED))
        rows = self.datamodel.get_many(keys, action.func._verb, lock=True)
        if not rows:
            flash(_("没有可处理的记录。"), "warning")
        elif self._save(None, lambda: action.func(rows)):
            flash(_("%(action)s：已处理 %(n)s 条。", action=action.text, n=len(rows)), "success")
        return redirect(self.url("list"))

    @bulk_action("delete", _l("删除所选"), _l("确定删除所选的记录吗？删除后不能恢复。"))
    def bulk_delete(self, rows: Sequence[Any]) -> None:
        self.datamodel.delete_all(rows)
