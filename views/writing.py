"""Writing a register: new rows, changes, endings, deletion, and actions on many rows. One commit at the end of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from flask import flash, make_response, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import Length

from app import clock, scope
from app.errors import BadInput
from app.workflow import steps
from app.workflow.endings import Standing
from models import Ended
from views import once, typed
from views.access import needs, require
from views.children import ChildRows
from views.conflicts import Conflicts
from views.core import acting, bulk_action
from views.drafting import Drafting
from views.forms import (
    CONTROL,
    DayField,
    Form,
    MendableDate,
    RelationField,
    SecretField,
    may_choose,
    not_future,
    printable,
    required,
    tidy,
)

MAX_SELECTED = 1000


class EndForm(Form):
    """When and why a row ends."""

    ended_on = DayField(_l("日期"), widget=MendableDate(), render_kw=CONTROL, validators=[required, not_future])
    ended_reason = StringField(
        _l("原因"), filters=[tidy], render_kw=CONTROL, validators=[required, printable, Length(max=200)]
    )


class Writing(Drafting):
    """Every method asks for one verb, and saves a form only on the version it was filled in on."""

    @expose("/add", methods=["GET", "POST"])
    @needs("add")
    def add(self) -> Any:
        self._restore()
        form, rows = self._new_form(), [child.rows(None) for child in self.children]
        if not typed.is_filled():
            for name, key in self._prefilled().items():
                form[name].data = key
        uid = once.uid_for(self.datamodel.register)
        if self._is_sound(form, rows):
            row = self.datamodel.obj(uid=uid)

            def change() -> None:
                form.populate_obj(row)
                self.datamodel.add(row)
                for child in rows:
                    child.save(row)
                self._added_row(row, form)
                self._forget_draft()

            is_saved = self._is_there(uid) and self._save(None, self._forget_draft)
            if is_saved or self._save(form, change) or self._is_there(uid):
                return self._added(uid, form)
        return self._form(form, _("新增%(register)s", register=self.title_name), "add", rows=rows)

    def _new_form(self) -> FlaskForm:
        """The form of a new row, without what the viewer could not do at once."""
        form = self.add_form()
        if not self.can(self.extra_verb):
            for name in self.extra_columns:
                del form[name]
        return form

    def _added_row(self, row: Any, form: FlaskForm) -> None:
        """What else the form of a new row says (`extra_columns`), in the transaction that adds it; the register's."""

    def _is_there(self, uid: str) -> bool:
        """Whether this form was saved before: it was sent twice."""
        return self.datamodel.key_of_uid(uid) is not None

    def _added(self, uid: str, form: FlaskForm) -> Any:
        flash(_("已新增。"), "success")
        self._hint(form)
        if "_another" in request.form:  # whoever keeps a roster goes on at the same place
            kept = [f for f in form if isinstance(f, RelationField) and self.datamodel.places(f.name)]
            first = next((f.name for f in form if f not in kept and f.name != "csrf_token"), "")
            return redirect(self.url("add", **{f.name: f.data for f in kept}, _anchor=first))  # the hand goes there
        return redirect(self.url("show", pk=self.datamodel.key_of_uid(uid)))

    def _hint(self, form: FlaskForm) -> None:
        for field in form:
            if isinstance(field, SecretField) and field.hint:
                flash(field.hint, "warning")

    def _prefilled(self) -> dict[str, Any]:
        """What an empty form begins with: keys and `prefill_columns` of the address, and a place that is the only one.

        What may not be chosen, or is no value of its column, is ignored.
        """
        fields = self.add_form(formdata=None)
        relations = {f.name: f for f in fields if isinstance(f, RelationField)}
        keys = {name: f.target.key_of(request.args[name]) for name, f in relations.items() if name in request.args}
        filled = {name: key for name, key in keys.items() if may_choose(relations[name], key)}
        enums = {name: request.args.get(name) for name in self.prefill_columns}
        filled |= {name: text for name, text in enums.items() if text in fields[name].enum_class.__members__}
        for name, field in relations.items():
            if self.datamodel.places(name) and name not in filled and (key := self._only_place(field)) is not None:
                filled[name] = key
        return self._beginnings() | filled

    def _beginnings(self) -> dict[str, Any]:
        """What usually stands in a field of an empty form (`starts_as`): today's date, or who fills it in."""
        actor = scope.current_actor()
        known = {"today": clock.today(), "me": actor.name if actor is not None else ""}
        asked = {name: self.datamodel.info(name).get("starts_as") for name in self.add_columns}
        return {name: known[what] for name, what in asked.items() if what}

    def _only_place(self, field: RelationField) -> Any:
        """Who keeps one station need not choose it each time."""
        actor = scope.current_actor()
        return field.target.only_choice(actor.places("add", self.datamodel.register)) if actor is not None else None

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @needs("edit")
    def edit(self, pk: str) -> Any:
        row = self._row(pk, "edit")
        if self.has_ended(row):
            flash(_("这条记录已%(ending)s，请先恢复再修改。", ending=self.ending), "warning")
            return redirect(self.url("show", pk=self.key(row)))
        if why := self.held_because(row):
            flash(why, "warning")
            return redirect(self.url("show", pk=self.key(row)))
        self._restore(row)
        form, rows = self._edit_form_of(row), [child.rows(row) for child in self.children]
        conflicts = Conflicts(self.datamodel, row, form)
        if typed.is_filled():
            conflicts.settle()
        if request.method == "POST":
            if conflicts.is_saved_already and not self.children:
                self._save(None, lambda: self._forget_draft(row))
                return self._saved(row, form)
            if self._is_sound(form, rows) and not conflicts.is_open:

                def change() -> None:
                    form.populate_obj(row)
                    for child in rows:
                        child.save(row)
                    self.datamodel.edit(row)
                    self._forget_draft(row)

                if self._save(form, change):
                    return self._saved(row, form)
                row = self._row(pk, "edit")
        return self._form(
            form, _("修改%(register)s：%(name)s", register=self.title_name, name=row), "edit", row, rows, conflicts
        )

    def _is_sound(self, form: FlaskForm, rows: Sequence[ChildRows]) -> bool:
        """Whether form and child rows can be saved; all of them say what is wrong at once."""
        checked = [form.validate_on_submit(), *(child.validate() for child in rows)]
        return all(checked)

    def is_filled(self, fields: Sequence[Any], conflicts: Conflicts | None) -> bool:
        """Whether a folded section of a form has anything in it that should be seen."""
        return any(
            field.errors or field.data or getattr(field, "masked", "") or (conflicts and conflicts.of(field.name))
            for field in fields
        )

    def _edit_form_of(self, row: Any) -> FlaskForm:
        """The form of a stored row, without what is masked for the viewer."""
        form = self.edit_form(obj=row)
        for field in list(form):
            if isinstance(field, SecretField):
                field.remember(row)
            elif field.name in self.edit_columns and self.datamodel.is_veiled(row, field.name):
                del form[field.name]
        return form

    def _saved(self, row: Any, form: FlaskForm) -> Any:
        flash(_("已保存。"), "success")
        self._hint(form)
        return redirect(self.url("show", pk=self.key(row)))

    def _form(
        self,
        form: FlaskForm,
        title: str,
        verb: str,
        row: Any = None,
        rows: Sequence[ChildRows] = (),
        conflicts: Conflicts | None = None,
    ) -> Any:
        page = self._page(
            self.form_template, _("新增") if verb == "add" else _("修改"), title=title, form=form, verb=verb,
            row=row, rows=rows, conflicts=conflicts, once=once.token(), drafts=self._offers(row),
        )  # fmt: skip
        if request.method == "GET":
            return make_response(page, 200)
        return make_response(page, 409 if conflicts is not None and conflicts.is_open else 422)

    @expose("/end/<pk>", methods=["GET", "POST"])
    @needs("end")
    def end(self, pk: str) -> Any:
        """离任, 作废, 撤销: with a day and a reason, on the version that was looked at."""
        row, form = self._ending_row(pk), EndForm()
        if request.method == "GET":
            form.ended_on.process_data(clock.today())
        if self.has_ended(row):
            flash(_("这条记录已%(ending)s。", ending=self.ending), "warning")
            return redirect(self.url("show", pk=self.key(row)))
        is_stale = request.method == "POST" and request.form.get("_version") != str(row.version)
        if is_stale:
            form.form_errors = [_("您打开之后，这条记录已被他人修改；请核对后再次提交。")]
        elif form.validate_on_submit():
            if self._save(form, lambda: self._move(row, Standing.ENDED, form.populate_obj)):
                flash(_("已%(ending)s。", ending=self.ending), "success")
                return redirect(self.url("show", pk=self.key(row)))
            row = self._ending_row(pk)
        title = _("%(ending)s：%(name)s", ending=self.ending, name=row)
        page = self._page(self.end_template, _("修改"), title=title, form=form, row=row)
        return make_response(page, 200 if request.method == "GET" else 409 if is_stale else 422)

    @expose("/resume/<pk>", methods=["POST"])
    @needs("end")
    def resume(self, pk: str) -> Any:
        """Take an ending back; the history keeps its reason."""
        row = self._ending_row(pk)
        if self._save(None, lambda: self._move(row, Standing.CURRENT)):
            flash(_("已恢复。"), "success")
        return redirect(self.url("show", pk=self.key(row)))

    def _move(self, row: Any, to: Enum, fill: Callable[[Any], Any] | None = None) -> None:
        """One step of the row, by whoever is here, today."""
        steps.advance(row, to, acting(), clock.today(), fill)

    def _ending_row(self, pk: str) -> Any:
        row = self._row(pk, "end")
        if not issubclass(self.datamodel.obj, Ended):
            raise BadInput(_("没有这个操作。"))
        return row

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
        if action.func._verb == "edit":
            rows = [row for row in rows if not self.has_ended(row)]
        if not rows:
            flash(_("没有可处理的记录。"), "warning")
        elif self._save(None, lambda: action.func(rows)):
            flash(_("%(action)s：已处理 %(n)s 条。", action=action.text, n=len(rows)), "success")
        return redirect(self.url("list"))

    @bulk_action("delete", _l("删除所选"), _l("确定删除所选的记录吗？删除后不能恢复。"))
    def bulk_delete(self, rows: Sequence[Any]) -> None:
        self.datamodel.delete_all(rows)
