"""办理记录 on the page of a case: one more, and their contents opened with a reason (F15)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, make_response, redirect
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app import audit, danger, secret
from app.extensions import db
from app.interface import RegisterInterface, must_be_open
from app.timeline import timeline_of
from models import ActivityKind, CaseActivity, RiskLevel
from views import once
from views.access import needs
from views.disclosing import given_reason
from views.forms import form_for
from views.stepping import VERB, Stepping

ASKED = ("kind", "happened_on", "summary", "content", "done_by", "is_repeat")
ALL = "all"  # instead of the key of one
ACTIVITY = "activity"  # its draft goes by


def leave_out(field: Any, member: Any, why: Any) -> None:
    """Offer a choice of an enumeration no more, and say why beside the field."""
    field.choices = [choice for choice in field.choices if choice.value != member.name]
    field.description = why


class Recording(Stepping):
    def _init_forms(self) -> None:
        super()._init_forms()
        self.activities = RegisterInterface.of(CaseActivity)
        self.activity_form = form_for(self.activities, ASKED, VERB)

    def new_activity(self, row: Any, taken_up: str = "") -> FlaskForm:
        """The form of one more: empty, or with the draft that was asked for."""
        form = self.activity_form() if taken_up == ACTIVITY else self.activity_form(formdata=None)
        self.prepare_activity(form, row)
        if taken_up != ACTIVITY:
            self.begin(form, self.activities)
        return form

    def form_beside(self, what: str, verb: str) -> type[FlaskForm]:
        return self.activity_form if (what, verb) == (ACTIVITY, VERB) else super().form_beside(what, verb)

    def prepare_activity(self, form: FlaskForm, row: Any) -> None:
        """Whoever handles cases here is offered where it is written who did it; nobody mediates over high risk."""
        if danger.risk_of(row) is RiskLevel.HIGH:
            leave_out(form.kind, ActivityKind.MEDIATION, danger.NO_MEDIATION)
        if self.suggestions(row).get("handler"):
            form.done_by.render_kw = {**form.done_by.render_kw, "list": "handler-offered"}

    @expose("/activity/<pk>", methods=["POST"])
    @needs(VERB)
    def activity(self, pk: str) -> Any:
        """Add one; the same form twice adds one."""
        row, form, uid = self._row(pk, VERB), self.activity_form(), once.uid_for(f"{CaseActivity.__name__}:{pk}")

        def add() -> None:
            must_be_open(row)
            made = CaseActivity(uid=uid, case_id=row.id)
            form.populate_obj(made)
            self.activities.add(made)
            self.forget(row, ACTIVITY)

        if self._is_recorded(uid) or (form.validate_on_submit() and (self._save(form, add) or self._is_recorded(uid))):
            flash(_("已添加办理记录。"), "success")
            return redirect(self.url("show", pk=pk, _anchor="timeline"))
        row = self._row(pk, VERB)
        self.prepare_activity(form, row)
        return make_response(self._row_page(row, activity_form=form), 422)

    def _is_recorded(self, uid: str) -> bool:
        return self.activities.key_of_uid(uid) is not None

    @expose("/open-activity/<pk>/<key>", methods=["POST"])
    @needs("reveal")
    def open_activity(self, pk: str, key: str) -> Any:
        """The page of the case with the content of one activity in clear, or of all on it; no record, no content."""
        row = self._row(pk, "reveal")
        asked = self._asked_for(row, key)
        reason = given_reason()
        if reason is None:
            return redirect(self.url("show", pk=pk, _anchor="timeline"))
        opened = {activity.id: secret.get(activity, "content") or "" for activity in asked}
        for activity in asked:
            changes = {"_column": [None, "content"], "_reason": [None, reason]}
            audit.note(db.session(), "reveal", activity, changes)
        db.session.commit()
        return self._row_page(row, opened_activities=opened)

    def _asked_for(self, row: Any, key: str) -> Sequence[CaseActivity]:
        """Those with content that the address means; 404 when there is none."""
        if key == ALL:
            asked = [event.activity for event in timeline_of(row).events if event.activity is not None]
        else:
            asked = [activity for activity in self.activities.get_many([key]) if activity.case_id == row.id]
        found = [activity for activity in asked if activity.content]
        return found or abort(404)
