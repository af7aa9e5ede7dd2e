"""Drafts of the forms that stand beside a row: a step, 当场答复, 办理记录, 催办 and what is replied to it.

Each goes by a name of its own ("to-HANDLED", "reply-12"), and by the verb that its post needs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, redirect, request
from flask_wtf import FlaskForm

from app import clock, drafts
from app.interface import must_be_open
from app.scope import current_actor
from views import typed
from views.drafting import Drafting, Offer, said_at

HIDDEN = ("_version", "_once")  # beside its fields: on which version of the row, and which form it was


class Beside(Drafting):
    def form_beside(self, what: str, verb: str) -> type[FlaskForm]:
        """The form of that name that is posted by `verb`; 404 for none. Each part of a view knows its own."""
        abort(404)

    def page_beside(self, row: Any, what: str, **values: Any) -> str:
        """The address where that form is: on the page of the row, unless it has a page of its own."""
        return self.url("show", pk=self.key(row), _anchor=what.partition("-")[0], **values)

    # ---- for the pages

    def waiting(self, row: Any) -> dict[str, Offer]:
        """{what a form is called: its draft that waits}, when the page of a row or step is opened without one."""
        if request.method != "GET" or typed.is_filled():
            return {}
        found = drafts.of_row(current_actor(), self.datamodel.register, row.uid, clock.now())
        return {what: self._offer(row, what, saved_at) for what, saved_at in found.items() if what != "edit"}

    def _offer(self, row: Any, what: str, saved_at: datetime) -> Offer:
        return Offer(said_at(saved_at), self.page_beside(row, what, _draft=what), what)

    def take_up(self, row: Any, what: str = "") -> str:
        """Fill the form that the address asks for (of this name, or whichever) with its draft; the name of the form."""
        asked = request.args.get("_draft", "")
        if request.method != "GET" or not asked or what not in ("", asked):
            return ""
        return asked if self._refill(self._named(row, asked)) else ""

    def forget(self, row: Any, what: str) -> None:
        """In the transaction that takes the form: its draft is done with."""
        drafts.discard(current_actor(), self._named(row, what))

    def _named(self, row: Any, what: str) -> str:
        return drafts.form_of(self.datamodel.register, what, row.uid)

    # ---- for the routes

    def keep_beside(self, pk: str, what: str, verb: str) -> Any:
        form, row = self.form_beside(what, verb), self._row(pk, verb)
        must_be_open(row)
        return self._keep(self._named(row, what), form(formdata=None), 0, HIDDEN)

    def discard_beside(self, pk: str, what: str, verb: str) -> Any:
        row = self._row(pk, verb)
        self.form_beside(what, verb)
        self.forget(row, what)
        self._given_up()
        return redirect(self.page_beside(row, what))
