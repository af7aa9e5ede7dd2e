"""催办: asking for a case to go on, and answering, from the page of the case; the lists of what waits."""

from __future__ import annotations

import re
from typing import Any

from flask import abort, flash, make_response, redirect
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import Length

from app import clock, scope, urges
from app.interface import RegisterInterface
from models import Urge
from views import once, typed
from views.access import needs
from views.beside import Beside
from views.core import acting
from views.forms import CONTROL, Form, printable, required, tidy
from views.stepping import VERB

LINES = CONTROL | {"rows": 3, "maxlength": urges.LONGEST}
URGE, REPLY = "urge", "reply-"  # their drafts go by; behind the second, the key of the urge
CHECKS = (required, printable, Length(max=urges.LONGEST))


class AskForm(Form):
    """What the handler is asked to do."""

    reason = TextAreaField(_l("催办内容"), filters=[tidy], render_kw=LINES, validators=CHECKS)


class ReplyForm(Form):
    """What is said to an urge."""

    reply = TextAreaField(_l("回复内容"), filters=[tidy], render_kw=LINES, validators=CHECKS)


class Urging(Beside):
    """What the page of a case has for 催办; the macro in case/_urges.html shows it."""

    urge_template = "case/urge.html"

    def urging_parts(self, row: Any, taken_up: str = "") -> dict[str, Any]:
        """The urges of a case, whether the viewer may urge or reply now, and the number of the empty form.

        `taken_up`: what the form is called whose draft was asked for.
        """
        field = "reason" if taken_up == URGE else "reply"
        return {
            "told": {taken_up: typed.fields().get(field, "")} if taken_up else {},
            "urges": urges.of_case(row),
            "may_ask": urges.is_running(row) and self.can("urge") and scope.covers("urge", row),
            "may_reply": row.ended_on is None and self.can("handle") and scope.covers("handle", row),
            "once": once.token(),
            "longest": urges.LONGEST,
        }

    @expose("/urge/<pk>", methods=["POST"])
    @needs("urge")
    def urge(self, pk: str) -> Any:
        """Ask whoever handles the case to go on; the same form twice asks once."""
        row, form, uid = self._row(pk, "urge"), AskForm(), once.uid_for(f"{Urge.__name__}:{pk}")

        def ask() -> None:
            urges.ask(row, form.reason.data, acting(), clock.today(), uid)
            self.forget(row, URGE)

        if form.validate_on_submit() and (self._is_sent(uid) or self._save(form, ask) or self._is_sent(uid)):
            flash(_("已催办。"), "success")
            return self._back(row)
        return self._refused(row, form, URGE, _("催办"))

    @expose("/reply/<pk>/<key>", methods=["POST"])
    @needs("handle")
    def reply(self, pk: str, key: str) -> Any:
        """Answer one urge of this case; the same answer twice is one."""
        row, form = self._row(pk, "handle"), ReplyForm()
        urge = RegisterInterface.of(Urge).get(key)
        if urge is None or urge.case_id != row.id:
            abort(404)

        def answer() -> None:
            urges.reply(urge, form.reply.data, acting(), clock.today())
            self.forget(row, REPLY + key)

        if form.validate_on_submit() and (_is_answered(urge, form.reply.data) or self._save(form, answer)):
            flash(_("已回复。"), "success")
            return self._back(row)
        return self._refused(row, form, REPLY + key, _("回复催办"), urge)

    @expose("/draft_urge/<pk>/<what>", methods=["POST"])
    @needs("urge")
    def draft_urge(self, pk: str, what: str) -> Any:
        return self.keep_beside(pk, what, "urge")

    @expose("/discard_urge/<pk>/<what>", methods=["POST"])
    @needs("urge")
    def discard_urge(self, pk: str, what: str) -> Any:
        return self.discard_beside(pk, what, "urge")

    def form_beside(self, what: str, verb: str) -> type[FlaskForm]:
        if (what, verb) == (URGE, "urge"):
            return AskForm
        if verb == VERB and re.fullmatch(REPLY + r"\d{1,9}", what, re.ASCII):
            return ReplyForm
        return super().form_beside(what, verb)

    def _is_sent(self, uid: str) -> bool:
        return RegisterInterface.of(Urge).key_of_uid(uid) is not None

    def _back(self, row: Any) -> Any:
        return redirect(self.url("show", pk=self.key(row), _anchor="urges"))

    def _refused(self, row: Any, form: Form, what: str, title: str, urge: Urge | None = None) -> Any:
        """The form by itself, with what was typed and what is wrong with it."""
        row = self._row(str(self.key(row)))
        page = self._page(
            self.urge_template, _("修改"), title=title, form=form, row=row, what=what, urge=urge, once=once.token()
        )  # fmt: skip
        return make_response(page, 422)


def _is_answered(urge: Urge, text: str) -> bool:
    """Whether this very answer of the viewer stands there: his form was sent twice."""
    return urge.reply == text and urge.replied_by == acting().name
