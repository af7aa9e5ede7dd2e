"""封存: what somebody is told who does not see any more what he has just written; the head lifts a seal (F53)."""

from __future__ import annotations

from typing import Any

from flask import redirect, session
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from app import clock, scope
from app.errors import DomainError
from app.workflow import steps
from app.workflow.sealing import Seal
from models import Case
from views.access import needs
from views.core import acting
from views.stepping import TO, Stepping

KEPT = "kept"  # in the cookie: {"uid": of the form that was sent, "number": what it was given}


class Sealing(Stepping):
    kept_template = "case/kept.html"

    # ---- what was written is not there any more

    def _added_row(self, row: Case, form: FlaskForm) -> None:
        is_answered = any(name in form and form[name].data for name in self.extra_columns)
        if row.sealed_for is not None:
            if is_answered and not scope.covers("handle", row):
                raise DomainError(
                    _("自动封存的案件由承办人、维权站负责人办理：请不填当场答复，先登记。"), self.extra_columns[0]
                )
            session[KEPT] = {"uid": row.uid, "number": row.number}
        super()._added_row(row, form)

    def _is_there(self, uid: str) -> bool:
        return super()._is_there(uid) or session.get(KEPT, {}).get("uid") == uid

    def _added(self, uid: str, form: FlaskForm) -> Any:
        if self.datamodel.key_of_uid(uid) is not None:
            return super()._added(uid, form)
        return redirect(self.url("kept"))

    def _saved(self, row: Case, form: FlaskForm) -> Any:
        return self._gone_from_sight(row) or super()._saved(row, form)

    def _taken(self, row: Case, label: str) -> Any:
        return self._gone_from_sight(row) or super()._taken(row, label)

    def _gone_from_sight(self, row: Case) -> Any:
        """Where somebody goes who sealed, or handed on, what he may not see any more; None when he may."""
        if self.datamodel.get(self.key(row)) is not None:
            return None
        session[KEPT] = {"uid": "", "number": row.number}
        return redirect(self.url("kept"))

    @expose("/kept")
    @needs("view")
    def kept(self) -> Any:
        """That it is recorded and sealed, and under which number; it is told here, and nowhere else."""
        kept = session.get(KEPT)
        if not kept:
            return redirect(self.url("list"))
        return self._page(
            self.kept_template, _("提示"), title=_("已登记并封存") if kept["uid"] else _("已保存并封存"),
            number=kept["number"],
        )  # fmt: skip

    # ---- lifting a seal

    @expose("/unseal/<pk>", methods=["GET", "POST"])
    @needs("approve")
    def unseal(self, pk: str) -> Any:
        """解除封存, by the head of the station, with a reason."""
        row = self._row(pk, "approve")
        flow, step = steps.step_to(row, Seal.OPEN, acting())
        form = self._step_form(row, flow, step)

        def take() -> None:
            steps.advance(row, Seal.OPEN, acting(), clock.today(), form.populate_obj)

        return self._take(row, form, str(step.label), TO + Seal.OPEN.name, take, lambda: False, step)
