"""Drafts of a register's forms: saved while somebody types, offered when he opens the form again, gone when he saves.

Each form goes by the verb of its own: who may not add or change (any more) reaches none of his drafts. What is saved is
a form's own fields and nothing else.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask import flash, jsonify, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import clock, drafts
from app.errors import BadInput
from app.extensions import db
from app.interface import must_be_open
from app.scope import current_actor
from views import once, typed
from views.access import needs
from views.core import Core

NEVER = ("csrf_token",)  # of the page, not of the person
MARKS = r"(?:__shown|__remove)?"  # beside a box to tick, and a secret to remove


class Offer(NamedTuple):
    """A draft that waits, for its form: when it was saved, where it is shown again, its key."""

    at: str
    restore: str
    key: str


class Drafting(Core):
    @property
    def keeps_drafts(self) -> bool:
        """Whether the forms of this register are drafted; some are too short to be."""
        return "draft" not in self.exclude_route_methods

    # ---- for the form's own routes

    def _form_of(self, row: Any = None) -> str:
        """The name of the form that is asked for: of this row, or the new one with the number it carries."""
        register = self.datamodel.register
        if row is not None:
            return drafts.form_of(register, "edit", row.uid)
        return drafts.form_of(register, "add", once.token())

    def _restore(self, row: Any = None) -> None:
        """Fill the form with the draft that the address asks for."""
        asked = request.args.get("_draft", "")
        if request.method != "GET" or not asked or not self.keeps_drafts:
            return
        verb, key = ("add", asked) if row is None else ("edit", row.uid)
        self._refill(drafts.form_of(self.datamodel.register, verb, key), "" if row is not None else key)

    def _refill(self, form: str, once_: str = "") -> bool:
        """Fill the form of this request with the draft of that name; its user is told when there is none."""
        found = drafts.load(current_actor(), form, clock.now())
        if found is None:
            flash(_("没有找到这份草稿：它已过期、已放弃，或者内容已经保存。"), "warning")
            return False
        hidden = {"_once": once_} if once_ else {"_version": str(found.version)} if found.version else {}
        typed.restore([*found.fields, *hidden.items()])
        return True

    def _offers(self, row: Any = None) -> Sequence[Offer]:
        """The drafts that wait for this form, when it is opened empty."""
        if request.method != "GET" or typed.is_filled() or not self.keeps_drafts:
            return ()
        register, where = self.datamodel.register, "add" if row is None else "edit"
        waiting = drafts.form_of(register, where, "" if row is None else row.uid)
        path: dict[str, Any] = {} if row is None else {"pk": self.key(row)}
        return [
            Offer(
                said_at(saved_at),
                self.url(where, _draft=key if row is None else "1", **path),
                key,
            )
            for key, saved_at in drafts.kept(current_actor(), waiting, clock.now())
        ]

    def _forget_draft(self, row: Any = None) -> None:
        """In the transaction that saves the form: the draft has become a row."""
        if self.keeps_drafts:
            drafts.discard(current_actor(), self._form_of(row))

    # ---- routes

    @expose("/draft/new", methods=["POST"])
    @needs("add")
    def draft_new(self) -> Any:
        """Keep what was typed into an empty form; of one that was saved since, nothing is left to keep."""
        if "_once" not in request.form or request.form["_once"] != once.token():
            raise BadInput(_("表单缺少编号，请刷新页面后重试。"))
        if self.datamodel.key_of_uid(once.uid_for(self.datamodel.register)) is not None:
            return jsonify(at=_now())
        return self._keep(self._form_of(), self.add_form(), 0)

    @expose("/draft/<pk>", methods=["POST"])
    @needs("edit")
    def draft(self, pk: str) -> Any:
        row = self._row(pk, "edit")
        must_be_open(row)
        version = request.form.get("_version", "")
        if not re.fullmatch(r"\d{1,9}", version, re.ASCII):
            raise BadInput(_("表单缺少版本，请刷新页面后重试。"))
        return self._keep(self._form_of(row), self.edit_form(obj=row), int(version))

    def _keep(self, form: str, fields: Any, version: int, hidden: Sequence[str] = ()) -> Any:
        own = re.compile("|".join(f"(?:{pattern})" for pattern in (*self._own(fields), *hidden)), re.ASCII)
        pairs = [pair for pair in request.form.items(multi=True) if own.fullmatch(pair[0])]
        try:
            drafts.save(current_actor(), form, pairs, version, clock.now())
        except drafts.TooLarge as problem:
            db.session.rollback()
            return jsonify(message=problem.message), 413
        db.session.commit()
        return jsonify(at=_now())

    def _own(self, form: Any) -> Iterator[str]:
        """Patterns of the names that this form and its lines post; a field that is not offered is not kept."""
        for field in form:
            if field.name not in NEVER and field.type != "PasswordField":
                yield re.escape(field.name) + MARKS
                yield f"_take_{re.escape(field.name)}"
        yield "_disputed"
        for child in self.children:
            columns = "|".join(map(re.escape, child.columns))
            yield rf"{re.escape(child.name)}-\d{{1,4}}-(?:_key|_version|_remove|(?:{columns}){MARKS})"

    @expose("/discard/new", methods=["POST"])
    @needs("add")
    def discard_new(self) -> Any:
        drafts.discard(current_actor(), drafts.form_of(self.datamodel.register, "add", request.form.get("draft", "")))
        return self._discarded("add")

    @expose("/discard/<pk>", methods=["POST"])
    @needs("edit")
    def discard(self, pk: str) -> Any:
        row = self._row(pk, "edit")
        drafts.discard(current_actor(), self._form_of(row))
        return self._discarded("edit", pk=self.key(row))

    def _discarded(self, method: str, **path: Any) -> Any:
        self._given_up()
        return redirect(self.url(method, **path))

    def _given_up(self) -> None:
        db.session.commit()
        flash(_("已放弃草稿。"), "info")


def said_at(moment: datetime) -> str:
    """When a draft was saved, in Beijing, as pages show it."""
    return clock.local(moment).strftime("%Y-%m-%d %H:%M")


def _now() -> str:
    """The time in Beijing, as the form shows it: 10:32."""
    return clock.local(clock.now()).strftime("%H:%M")
