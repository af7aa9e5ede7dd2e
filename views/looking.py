"""谁看过 (F54), for the head of a station: who looked at a case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import divisions, looks
from models import Case
from views import parameters
from views.access import needs
from views.core import Core, acting


class Looking(Core):
    looks_template = "case/looks.html"

    @expose("/looks/<pk>")
    @needs("approve")
    def looks(self, pk: str) -> Any:
        """谁看过: for the head of the station."""
        row = self._row(pk, "approve")
        number = parameters.integer(request.args.get("page", "0"), 100_000)
        found: list[looks.Line] = []
        if is_head := looks.is_headed_by(row, acting()):
            found = looks.of_case(row, number * looks.PAGE_SIZE, looks.PAGE_SIZE + 1)
        return self._page(
            self.looks_template, _("谁看过"), title=_("谁看过「%(name)s」", name=row), row=row, is_head=is_head,
            lines=found[: looks.PAGE_SIZE], number=number, more=len(found) > looks.PAGE_SIZE,
        )  # fmt: skip

    def who_looked(self, row: Case) -> dict[str, Any]:
        """What the page of a case says of who looked: the newest, to its head."""
        if not self.can("approve") or not looks.is_headed_by(row, acting()):
            return {}
        return {"looked": looks.of_case(row, 0, 5)}


def paths_of(lines: Iterable[looks.Line]) -> dict[str, str]:
    """{code: what the division is called}."""
    return divisions.paths_of({line.place for line in lines if line.place})
