"""What a list remembers of who looks at it: searches and columns. Both are posted; reading writes nothing."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import clock, list_memory
from app.extensions import db
from app.list_memory import ListMemory
from views import parameters
from views.access import needs
from views.core import Core

MAX_COLUMNS = 10
MAX_BACK = 2000  # characters


class Remembering(Core):
    """A search is posted and stored under an id, so that no name that is typed stands in an address."""

    def memory(self) -> ListMemory:
        """What this list remembers of the viewer."""
        return list_memory.recall(self.datamodel.register)

    @cached_property
    def choosable(self) -> list[str]:
        """The columns a list may show by choice; a secret one, or one for few, stays where its register put it."""
        names = dict.fromkeys([*self.list_columns, *self.show_columns])
        apart = {"secret", "private", "multiline"}
        return [name for name in names if not apart & {k for k, v in self.datamodel.info(name).items() if v}]

    def columns_of(self, memory: ListMemory) -> list[str]:
        """The columns that the list shows, in the order of declaration; the first one leads to the row and stays."""
        is_chosen = not set(memory.columns).isdisjoint(self.choosable)  # the register may have changed since
        return self._among(memory.columns) if is_chosen else self.list_columns

    def _among(self, wanted: tuple[str, ...]) -> list[str]:
        return [name for name in self.choosable if name in wanted or name == self.list_columns[0]]

    @expose("/query", methods=["POST"])
    @needs("view")
    def query(self) -> Any:
        """查询, 重置 (nothing is posted), and taking one condition away (`_without`)."""
        inputs, size = parameters.to_remember(self.datamodel, request.form, self)
        memory = list_memory.revise(
            self.datamodel.register, lambda before: before.with_search(inputs, size), clock.now()
        )
        db.session.commit()
        saved = memory.search(None).id
        return redirect(self.url("list", **({"_s": saved} if saved else {})), 303)

    @expose("/columns", methods=["POST"])
    @needs("view")
    def columns(self) -> Any:
        """Which columns this person's list shows; `_back` is the query of the list he came from."""
        wanted = () if "_default" in request.form else tuple(self._among(tuple(request.form.getlist("column"))))
        if len(wanted) > MAX_COLUMNS:
            flash(_("最多显示 %(n)s 列，其余的没有加上。", n=MAX_COLUMNS), "warning")
        chosen = wanted[:MAX_COLUMNS]
        list_memory.revise(self.datamodel.register, lambda before: before.with_columns(chosen), clock.now())
        db.session.commit()
        back = urlencode(parse_qsl(request.form.get("_back", "")[:MAX_BACK], keep_blank_values=True))
        return redirect(f"{self.url('list')}?{back}" if back else self.url("list"), 303)
