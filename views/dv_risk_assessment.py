"""家暴危险评估: a questionnaire filled in line by line on a telephone, or in the form of its sheet."""

from collections.abc import Sequence
from typing import Any, ClassVar

from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import danger, scope
from app.danger import RiskInterface
from app.extensions import db
from app.interface import RegisterInterface
from models import Case, DvRiskAnswer, DvRiskAssessment, Met, RiskLevel
from views import once
from views.access import needs
from views.base import RegisterView
from views.children import Children
from views.core import Section
from views.filling import Files, Filling, Line, Sheet
from views.forms import Form, form_for

LineForm = form_for(RegisterInterface.of(DvRiskAnswer), ["answer"], "edit", needed=["answer"])
KEY = "risk"  # in the address of a sheet that is filled in


def form_of(key: int, obj: Any = None, is_posted: bool = False) -> Form:
    """The form of a line: as it stands, or as it was posted."""
    form = LineForm() if is_posted else LineForm(formdata=None, obj=obj)
    for field in form:
        field.id = field.label.field_id = f"{field.name}-{key}"
    return form


class RiskSheet(Sheet):
    """The questions about one case; each is answered by itself, and the same answer twice is one."""

    key, verdict, back = KEY, _l("回答"), _l("回到这份评估")

    def __init__(self, row: DvRiskAssessment) -> None:
        self.row, self.name = row, str(row.__label__)
        self.lines = [
            Line(
                key=line.item_id, label=line.label, form=form_of(line.item_id, line), once=once.fresh(),
                button=_("保存回答"),
                hint=_("答“是”即为高危。") if line.is_prompt else _("答“是”计 %(n)s 分。", n=line.points),
                is_met=line.answer is not None, finding=line.answer.value if line.answer else _("还没有回答"),
                is_saved=line.answer is not None,
            )
            for line in RegisterInterface.of(DvRiskAnswer).rows_where("assessment_id", row.id)
        ]  # fmt: skip

    @property
    def result(self) -> str:
        level = self.row.level.value if self.row.level else _("没有填完")
        said = _("%(level)s，%(n)s 分。", level=level, n=self.row.score)
        return said + str(danger.NO_MEDIATION) if self.row.level is RiskLevel.HIGH else said

    def form_of(self, key: int, files: Files) -> Form:
        return form_of(key, is_posted=True)

    def save(self, line: Line, uid: str) -> None:
        danger.answer(self.row, line.key, Met[line.form.answer.data])


class DvRiskAssessmentView(Filling, RegisterView):
    datamodel = RiskInterface(DvRiskAssessment)
    route_base = "/risks"
    class_permission_name = "DvRiskAssessment"
    show_template = "risk/show.html"
    list_columns = ["case", "level", "score", "assessed_on", "assessor", "station"]
    show_columns = [
        "case", "station", "division", "assessed_on", "assessor", "level", "score", "medium_from", "high_from",
        "edition", "narrative", "police_on", "police_unit", "declined_reason", "told_on", "told_to",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = ["case_id", "assessed_on", "assessor", "narrative"]
    edit_columns = ["assessor", "narrative", "police_on", "police_unit", "declined_reason", "told_on", "told_to"]
    children = [
        Children(DvRiskAssessment, "answers", ["answer"], ["label", "points", "answer"], fixed=["label", "points"])
    ]
    sections = {
        "case": Section(_l("评估")),
        "police_on": Section(_l("高危的处置")),
        "ended_on": Section(_l("记录")),
    }
    search_columns = ["division_code", "station_id", "level", "assessed_on", "assessor"]
    order_columns = ["assessed_on", "level", "score"]
    quick_search: ClassVar[list[str]] = ["assessor"]

    def parts_of(self, row: DvRiskAssessment, **said: Any) -> dict[str, Any]:
        return {"case": RegisterInterface.of(Case).get(row.case_id), **said}

    def facts(self, row: DvRiskAssessment) -> Sequence[tuple[Any, Sequence[str]]]:
        """What high risk obliges to, and whether that was done."""
        if row.level is not RiskLevel.HIGH or self.has_ended(row):
            return ()
        police = (
            _("%(on)s 报警，%(unit)s出警。", on=row.police_on, unit=row.police_unit) if row.police_on
            else _("本人不同意报警：%(why)s", why=row.declined_reason) if row.declined_reason
            else _("还没有报警；本人不同意的，请写明原因。")
        )  # fmt: skip
        told = _("%(on)s 报告%(to)s。", on=row.told_on, to=row.told_to) if row.told_on else _("还没有报告上级妇联。")
        return [(_("高危"), [str(danger.NO_MEDIATION), police, told])]

    # ---- filled in on the spot

    @expose("/fill/<pk>/<key>", methods=["GET", "POST"])
    @needs("edit")
    def fill(self, pk: str, key: str) -> Any:
        """For whoever may change the sheet: there is nothing else to be seen."""
        return super().fill(pk, key)

    def may_fill(self, row: Any) -> bool:
        is_open = not self.has_ended(row) and self.can("edit") and scope.covers("edit", row)
        return is_open and any(line.answer is None for line in row.answers)

    def _filled_row(self, pk: str) -> Any:
        row = self._row(pk, "edit")
        db.session.refresh(row)  # another telephone may answer other lines
        return row

    def _sheet(self, row: Any, key: str) -> Sheet | None:
        return RiskSheet(row) if key == KEY else None

    def _is_kept(self, uid: str) -> bool:
        return False  # the same answer again changes nothing
