"""Opening a secret: with a reason, recorded in the transaction that reads it, shown once and kept nowhere."""

from typing import Any

from flask import abort, flash, g, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import audit, secret
from app.extensions import db
from app.interface import as_text
from views.access import needs
from views.core import Core
from views.forms import tidy

SHORTEST, LONGEST = 2, 100  # characters of a reason


def given_reason() -> str | None:
    """Why a secret is to be opened; None, and a message, when no reason is given."""
    reason = tidy(request.form.get("other")) or tidy(request.form.get("reason")) or ""
    if SHORTEST <= len(reason) <= LONGEST and reason.isprintable():
        g.is_on_record = True  # whoever gives a reason is written down with it
        return reason
    flash(_("请填写查看的理由（2 至 100 个字）。"), "danger")
    return None


class Disclosing(Core):
    @expose("/reveal/<pk>", methods=["POST"])
    @needs("reveal")
    def reveal(self, pk: str) -> Any:
        """The page of the row with one secret in clear; no record, no secret."""
        row, column = self._row(pk, "reveal"), request.form.get("column", "")
        if column not in self.show_columns or not self.datamodel.is_closed(row, column):
            abort(404)
        reason = given_reason()
        if reason is None:
            return redirect(self.url("show", pk=self.key(row)))
        opened = self.in_clear(row, column)
        audit.note(db.session(), "reveal", row, {"_column": [None, column], "_reason": [None, reason]})
        db.session.commit()
        return self._show(row, {column: opened})

    def in_clear(self, row: Any, column: str) -> str:
        """A secret, or what is masked for this viewer."""
        if self.datamodel.info(column).get("secret"):
            return secret.get(row, column) or ""
        return as_text(getattr(row, column))
