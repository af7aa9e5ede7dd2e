"""当场答复 of a simple case: in the form that registers it, or from its page (F13: one form writes all steps)."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from app import clock
from app.errors import DomainError
from app.interface import must_be_open
from app.workflow.cases import ONLY_NEW, Answer, answer_now
from models import AnswerWay, Case, CaseState
from views.access import needs
from views.core import acting
from views.forms import form_for
from views.stepping import VERB, Stepping

TOLD = ("answer", "answer_way")
ANSWER = "answer"  # its draft goes by


class Answering(Stepping):
    extra_columns = TOLD
    extra_verb = VERB
    answer_label = _l("当场答复并结案")

    def _init_forms(self) -> None:
        super()._init_forms()
        self.answer_form = form_for(self.datamodel, TOLD, VERB, needed=TOLD)

    def _added_row(self, row: Any, form: FlaskForm) -> None:
        """A new case that is answered at once; the day is the one she came on."""
        told = [name for name in TOLD if name in form and form[name].data]
        if missing := [name for name in TOLD if told and name not in told]:
            raise DomainError(_("当场答复的，这一项也要填写。"), missing[0])
        if told:
            self._answer(row, form)

    def _answer(self, row: Case, form: FlaskForm) -> None:
        answer = Answer(form.answer.data, AnswerWay[form.answer_way.data], row.received_on)
        answer_now(row, answer, acting(), clock.today())

    @expose("/answer/<pk>", methods=["GET", "POST"])
    @needs(VERB)
    def answer(self, pk: str) -> Any:
        """The same for a case that is registered already."""
        row = self._row(pk, VERB)
        must_be_open(row)
        if request.method == "GET" and row.state is not CaseState.APPLIED:
            raise DomainError(ONLY_NEW)
        self.take_up(row, ANSWER)
        form = self.answer_form(obj=row)
        self.prepare(form, row)
        is_closed = row.state is CaseState.CLOSED
        return self._take(row, form, str(self.answer_label), ANSWER, lambda: self._answer(row, form), lambda: is_closed)

    def form_beside(self, what: str, verb: str) -> type[FlaskForm]:
        return self.answer_form if (what, verb) == (ANSWER, VERB) else super().form_beside(what, verb)

    def page_beside(self, row: Any, what: str, **values: Any) -> str:
        return (
            self.url(ANSWER, pk=self.key(row), **values) if what == ANSWER else super().page_beside(row, what, **values)
        )
