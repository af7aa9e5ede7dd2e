"""The steps of a row: their forms, made from what each step asks for, and the one place that posts them.

Everything comes from the tables of app.workflow; this module knows no register.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any

from flask import abort, flash, make_response, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app import clock
from app.interface import RegisterInterface
from app.workflow import steps
from app.workflow.steps import Available, Kind, Step, Workflow
from views import typed
from views.access import needs
from views.beside import Beside
from views.conflicts import Conflicts
from views.core import acting
from views.forms import Form, SecretField, form_for, is_empty

VERB = "handle"  # what the steps of these forms ask for; endings have a form of their own
TO = "to-"  # before the state that a step leads to, in the name of its draft


@dataclass(frozen=True)
class Asked:
    """A step as its page shows it: what its button says, its form, where it is posted, what is still missing."""

    label: str
    url: str
    form: FlaskForm
    missing: Sequence[Any] = ()
    version: int = 0
    start: str = ""  # the state that it leads on from
    what: str = ""  # its draft goes by


class Stepping(Beside):
    step_template = "register/step.html"

    # ---- what a page offers

    def steps_of(self, row: Any) -> list[Available]:
        """The steps that the viewer may take with the row, without its endings."""
        if not self.can(VERB):
            return []
        return [a for a in steps.available(row, acting(), clock.today()) if a.step.verb == VERB]

    def step_url(self, row: Any, step: Step) -> str:
        """Where the form of a step is."""
        return self.url("advance", pk=self.key(row), to=step.to.name)

    def step_text(self, row: Any, step: Step) -> str:
        """What leads to the form of a step; a way back says how far."""
        if step.kind in (Kind.BACK, Kind.REOPEN):
            return _("%(step)s到「%(state)s」", step=step.label, state=step.to.value)
        return str(step.label)

    def asked(self, row: Any, found: Available) -> Asked:
        """The empty form of a step, for the page of the row."""
        flow, step = steps.step_to(row, found.step.to, acting())
        form = self._step_form(row, flow, step, is_new=True)
        return Asked(
            str(step.label), self.step_url(row, step), form, found.missing, row.version, step.start.name,
            TO + step.to.name,
        )  # fmt: skip

    def suggestions(self, row: Any) -> Mapping[str, Sequence[str]]:
        """{column: values to offer where it is typed}, by the register."""
        return {}

    def options_of(self, verb: str) -> Sequence[str]:
        """What the forms of steps choose from, beside the other forms."""
        return [*super().options_of(verb), *(asked_columns(self.datamodel.obj) if verb == VERB else ())]

    # ---- one step

    @expose("/advance/<pk>/<to>", methods=["GET", "POST"])
    @needs(VERB)
    def advance(self, pk: str, to: str) -> Any:
        """The form of a step, and the step: from the state and on the version of the row that were looked at."""
        flow, state = state_named(self.datamodel.obj, to)
        row, actor = self._row(pk, VERB), acting()
        now = flow.state_of(row)
        start = flow.states.__members__.get(request.form.get("_from", now.name), now)
        step = next((s for s in flow.steps if s.start is start and s.to is state and s.verb == VERB), None)
        if step is None or request.method == "GET":
            step = steps.step_to(row, state, actor)[1]
        self.take_up(row, what := TO + state.name)
        form = self._step_form(row, flow, step)
        if start is not now:
            return self._gone(row, form, flow, step)

        def take() -> None:
            steps.advance(row, state, actor, clock.today(), form.populate_obj)

        return self._take(row, form, str(step.label), what, take, lambda: now is state, step)

    def _take(
        self,
        row: Any,
        form: FlaskForm,
        label: str,
        what: str,
        take: Callable[[], Any],
        is_there: Callable[[], bool],
        step: Step | None = None,
    ) -> Any:
        """The page of a step; a post of it is taken once, and only on the version that it was filled in on."""
        conflicts = Conflicts(self.datamodel, row, form)
        if typed.is_filled():
            conflicts.settle()
        if request.method == "POST":
            if conflicts.is_saved_already and is_there():
                return self._taken(row, label)

            def change() -> None:
                take()
                self.forget(row, what)

            if form.validate_on_submit() and not self._is_stale(conflicts):
                if self._save(form, change):
                    return self._taken(row, label)
                row = self._row(str(self.key(row)), VERB)
        return self._step_page(row, form, label, what, conflicts, step)

    def _is_stale(self, conflicts: Conflicts) -> bool:
        return conflicts.is_open or typed.fields().get("_version") != str(conflicts.version)

    def _taken(self, row: Any, label: str) -> Any:
        flash(_("已完成：%(step)s。", step=label), "success")
        return redirect(self.url("show", pk=self.key(row)))

    def _gone(self, row: Any, form: FlaskForm, flow: Workflow, step: Step) -> Any:
        """The row has gone on since the form was opened: by this very form, or what was typed is shown."""
        conflicts, now = Conflicts(self.datamodel, row, form), flow.state_of(row)
        conflicts.settle()
        if conflicts.is_saved_already and now is step.to:
            return self._taken(row, str(step.label))
        form.form_errors = [_("现在是「%(state)s」，没有这一步。您填写的内容还没有保存。", state=now.value)]
        return self._step_page(row, form, str(step.label), TO + step.to.name, conflicts, is_gone=True)

    def _step_page(
        self,
        row: Any,
        form: FlaskForm,
        label: str,
        what: str,
        conflicts: Conflicts,
        step: Step | None = None,
        is_gone: bool = False,
    ) -> Any:
        said = {str(sentence) for sentence in form.form_errors}
        lacking = [text for name, text in step.missing(row) if name not in step.asks] if step else []
        missing = [text for text in lacking if f"{text}。" not in said]
        is_stale = request.method == "POST" and self._is_stale(conflicts)
        if is_stale and not conflicts.is_open and not is_gone:
            form.form_errors = [_("您打开之后，这条记录已被他人修改；请核对后再次提交。")]
        asked = Asked(label, request.path, form, missing, conflicts.version, step.start.name if step else "", what)
        title = _("%(step)s：%(name)s", step=label, name=row)
        page = self._page(
            self.step_template, _("办理"), title=title, row=row, asked=asked, conflicts=conflicts,
            offered=self.suggestions(row), is_gone=is_gone, draft=self.waiting(row).get(what),
        )  # fmt: skip
        if request.method == "GET":
            return make_response(page, 200)
        return make_response(page, 409 if is_gone or is_stale else 422)

    # ---- what was typed and not taken

    @expose("/draft_step/<pk>/<what>", methods=["POST"])
    @needs(VERB)
    def draft_step(self, pk: str, what: str) -> Any:
        return self.keep_beside(pk, what, VERB)

    @expose("/discard_step/<pk>/<what>", methods=["POST"])
    @needs(VERB)
    def discard_step(self, pk: str, what: str) -> Any:
        return self.discard_beside(pk, what, VERB)

    def form_beside(self, what: str, verb: str) -> type[FlaskForm]:
        if not what.startswith(TO) or verb != VERB:
            return super().form_beside(what, verb)
        flow, state = state_named(self.datamodel.obj, what.removeprefix(TO))
        asked = (name for step in flow.steps if step.to is state and step.verb == VERB for name in step.asks)
        return _form_class(self.datamodel, tuple(dict.fromkeys(asked)), frozenset())

    def page_beside(self, row: Any, what: str, **values: Any) -> str:
        if not what.startswith(TO):
            return super().page_beside(row, what, **values)
        return self.url("advance", pk=self.key(row), to=what.removeprefix(TO), **values)

    # ---- its form

    def _step_form(self, row: Any, flow: Workflow, step: Step, is_new: bool = False) -> FlaskForm:
        """The form of a step on this row: what stands there, what usually stands there, and what has to be new.

        `is_new`: whatever else this request has posted is not about it.
        """
        of_step = _form_class(self.datamodel, step.asks, frozenset(step.required))
        form = of_step(formdata=None, obj=row) if is_new else of_step(obj=row)
        self.prepare(form, row)
        if is_new or not typed.is_filled():
            for name in flow.anew & set(step.asks):
                form[name].process_data(None)
            self.begin(form)
        return form

    def prepare(self, form: FlaskForm, row: Any) -> None:
        """Masks beside empty boxes of secrets, and what is offered where something is typed."""
        offered = self.suggestions(row)
        for field in form:
            if isinstance(field, SecretField):
                field.remember(row)
            if offered.get(field.name):
                field.render_kw = {**(field.render_kw or {}), "list": f"{field.name}-offered"}

    def begin(self, form: FlaskForm, datamodel: Any = None) -> None:
        """Fill empty fields with what usually stands there (`starts_as`): today, or who fills the form in."""
        known = {"today": clock.today(), "me": acting().name}
        for field in form:
            info = (datamodel or self.datamodel).info(field.name)
            if info.get("starts_as") and is_empty(field) and not field.data:
                field.process_data(known[info["starts_as"]])


def state_named(model: type, name: str) -> tuple[Workflow, Enum]:
    """The workflow of a model, and its state of that name; 404 for none."""
    for flow in steps.flows_of(model):
        if name in flow.states.__members__ and any(step.verb == VERB for step in flow.steps):
            return flow, flow.states[name]
    return abort(404)


@cache
def asked_columns(model: type) -> tuple[str, ...]:
    """Every column that the form of some step asks for."""
    asked = (name for flow in steps.flows_of(model) for step in flow.steps for name in step.asks)
    return tuple(dict.fromkeys(asked))


@cache
def _form_class(datamodel: RegisterInterface, asked: tuple[str, ...], needed: frozenset[str]) -> type[Form]:
    return form_for(datamodel, list(asked), VERB, needed=needed)
