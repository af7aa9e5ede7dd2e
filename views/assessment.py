"""考核: sheets, their lines, and the two signatures."""

from typing import Any, ClassVar, NamedTuple

from flask import flash, make_response, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import assessments
from app.assessments import AssessmentInterface
from app.extensions import db
from app.scope import covers
from app.workflow import signing
from models import Assessment
from views.access import needs
from views.base import RegisterView
from views.children import Children
from views.core import acting

ANSWER = ["is_met", "points", "note"]
SIDES = {"women": _l("妇联"), "order": _l("综治")}
ROUTES = {"women": ("sign", "unsign"), "order": ("cosign", "uncosign")}


class Signature(NamedTuple):
    """One side on the page of a sheet: who signed, when, and where the viewer signs or takes it back ("": nowhere)."""

    label: Any
    by: str
    on: Any
    url: str


class AssessmentView(RegisterView):
    datamodel = AssessmentInterface(Assessment)
    route_base = "/assessments"
    class_permission_name = "Assessment"
    show_template = "assessment/show.html"
    list_columns = ["station", "checklist", "year", "total_points", "full_points", "conclusion", "signatures"]
    show_columns = [
        "station", "division", "checklist", "edition", "year", "assessed_on", "assessors", "total_points",
        "full_points", "conclusion", "remark", "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    export_columns: ClassVar[list[str] | None] = [
        *show_columns[:11], "women_signed_by", "women_signed_on", "order_signed_by", "order_signed_on",
    ]  # fmt: skip
    add_columns = ["station_id", "checklist_id", "year", "assessed_on", "assessors"]
    edit_columns = ["year", "assessed_on", "assessors", "conclusion", "remark"]
    children = [
        Children(
            Assessment, "answers", ANSWER, ["label", "full_points", *ANSWER],
            fixed=["label", "full_points"], problems=assessments.problems_of,
        )
    ]  # fmt: skip
    search_columns = ["division_code", "station_id", "checklist_id", "year", "conclusion", "assessed_on"]
    order_columns = ["year", "total_points", "conclusion", "assessed_on"]
    quick_search: ClassVar[list[str]] = ["assessors", "remark"]

    def held_because(self, row: Assessment) -> str:
        return _("这份考核表已经签字，不能修改。") if row.is_signed else ""

    def parts_of(self, row: Assessment, **said: Any) -> dict[str, Any]:
        """Both signatures, and what is still missing for them."""
        lacking = [] if row.is_signed else assessments.unanswered(db.session(), row)
        sides = [self._signature(row, side) for side in SIDES]
        return {"sides": sides, "lacking": lacking, "seen": assessments.seen(row), **said}

    def _signature(self, row: Assessment, side: str) -> Signature:
        flow, is_other = signing.FLOWS[side], signing.is_other_signer(row, side, acting().user_id)
        verb, is_signed = flow.steps[0].verb, flow.state_of(row) is not flow.start
        may = self.can(verb) and covers(verb, row) and not self.has_ended(row) and (is_signed or not is_other)
        url = self.url(ROUTES[side][is_signed], pk=self.key(row)) if may else ""
        return Signature(SIDES[side], getattr(row, f"{side}_signed_by"), getattr(row, f"{side}_signed_on"), url)

    @expose("/sign/<pk>", methods=["POST"])
    @needs("approve")
    def sign(self, pk: str) -> Any:
        """妇联 signs the sheet, on the version that was looked at."""
        return self._take(pk, signing.Women.SIGNED)

    @expose("/unsign/<pk>", methods=["POST"])
    @needs("approve")
    def unsign(self, pk: str) -> Any:
        return self._take(pk, signing.Women.OPEN)

    @expose("/cosign/<pk>", methods=["POST"])
    @needs("handle")
    def cosign(self, pk: str) -> Any:
        """综治 signs it."""
        return self._take(pk, signing.Order.SIGNED)

    @expose("/uncosign/<pk>", methods=["POST"])
    @needs("handle")
    def uncosign(self, pk: str) -> Any:
        return self._take(pk, signing.Order.OPEN)

    def _take(self, pk: str, to: signing.Women | signing.Order) -> Any:
        step = next(s for flow in signing.FLOWS.values() for s in flow.steps if s.to is to)
        row = self._row(pk, step.verb)
        if request.form.get("_seen") != assessments.seen(row):
            flash(_("您打开之后，这份考核表已有变化；请核对后再次提交。"), "warning")
            return make_response(self._show(row), 409)
        if self._save(None, lambda: self._move(row, to)):
            flash(_("已完成：%(step)s。", step=step.label), "success")
        return redirect(self.url("show", pk=pk))
