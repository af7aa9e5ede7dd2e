"""申请查阅: asking for a sealed case by its number, deciding, and 回避 (F53)."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, make_response, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app import clock, opening, scope
from models import Case
from views import once
from views.access import needs
from views.core import Core, acting
from views.forms import CONTROL, Form, printable, required, tidy

LINES = CONTROL | {"rows": 3, "maxlength": opening.LONGEST["reason"]}
REASON = (required, printable, Length(max=opening.LONGEST["reason"]))


class AskForm(Form):
    """Which number, and why."""

    number = StringField(
        _l("编号"), filters=[tidy], render_kw=CONTROL | {"maxlength": 50, "autocomplete": "off"},
        validators=(required, printable, Length(max=opening.LONGEST["number"])),
    )  # fmt: skip
    reason = TextAreaField(_l("申请理由"), filters=[tidy], render_kw=LINES, validators=REASON)


class RecuseForm(Form):
    """Who is shut out, and why."""

    user_id = SelectField(_l("回避人"), render_kw={"class": "form-select"}, validators=(required,))
    reason = TextAreaField(_l("回避原因"), filters=[tidy], render_kw=LINES, validators=REASON)


class Opening(Core):
    opening_template = "case/opening.html"
    recuse_template = "case/recuse.html"

    @expose("/opening", methods=["GET", "POST"])
    @needs("view")
    def requests(self) -> Any:
        """The form, what the viewer asked for, and what waits for him; whatever is asked for, the answer is one."""
        form, uid = AskForm(), once.uid_for("SealedRequest")
        if form.validate_on_submit():
            ask = form.number.data, form.reason.data
            if self._save(form, lambda: opening.ask(*ask, acting(), clock.today(), uid)):
                flash(_("已提交。结果在这一页，三个工作日内没有开放的，就是未开放。"), "success")
                return redirect(self.url("requests"))
        actor, today, now = acting(), clock.today(), clock.now()
        decides = self.can("approve")
        page = self._page(
            self.opening_template, _("申请查阅"), title=_("申请查阅"), form=form, once=once.token(),
            mine=opening.mine(actor, today, now),
            asked=opening.to_decide(actor, today) if decides else [],
            recusals=opening.to_lift(actor) if decides else [],
        )  # fmt: skip
        return make_response(page, 422 if request.method == "POST" else 200)

    @expose("/decide/<key>", methods=["POST"])
    @needs("approve")
    def decide(self, key: str) -> Any:
        is_open, note = request.form.get("answer") == "open", tidy(request.form.get("note")) or ""
        number = _number(key)
        if self._save(None, lambda: opening.decide(number, is_open, note, acting(), clock.today(), clock.now())):
            flash(_("已开放 24 小时。") if is_open else _("已决定不开放。"), "success")
        return redirect(self.url("requests"))

    @expose("/recuse/<pk>", methods=["GET", "POST"])
    @needs("approve")
    def recuse(self, pk: str) -> Any:
        """Shut somebody out of a case."""
        row, form = self._row(pk, "approve"), RecuseForm()
        found = opening.candidates(row, clock.today())
        form.user_id.choices = [("", ""), *((str(key), name) for key, name in found.items())]
        if form.validate_on_submit():
            chosen = int(form.user_id.data), form.reason.data
            if self._save(form, lambda: opening.recuse(row, *chosen, acting(), clock.today())):
                flash(_("已回避，对方从现在起看不到这件案件。"), "success")
                is_there = self.datamodel.get(pk) is not None  # whoever shuts himself out does not come back
                return redirect(self.url("show", pk=pk) if is_there else self.url("list"))
            row = self._row(pk, "approve")
        page = self._page(self.recuse_template, _("修改"), title=_("回避：%(name)s", name=row), form=form, row=row)
        return make_response(page, 422 if request.method == "POST" else 200)

    @expose("/lift/<key>", methods=["POST"])
    @needs("approve")
    def lift(self, key: str) -> Any:
        reason, number = tidy(request.form.get("reason")) or "", _number(key)
        if self._save(None, lambda: opening.lift(number, reason, acting(), clock.today())):
            flash(_("已解除回避。"), "success")
        return redirect(self.url("requests"))

    def may_recuse(self, row: Case) -> bool:
        """Whether the page of a case offers to shut somebody out of it."""
        return self.can("approve") and scope.covers("approve", row)


def _number(key: str) -> int:
    """A key out of an address; 404 for what cannot be one."""
    return int(key) if key.isascii() and key.isdecimal() and len(key) < 10 else abort(404)
