"""Papers of a station, to print: as a page, and as a Word file."""

import io
import re
from typing import Any

from flask import abort, flash, redirect, send_file
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import clock
from app.errors import DomainError
from app.exchange.word import DOCX
from app.papers import PAPERS, Paper, offered
from views.access import needs
from views.core import Core, acting


class Printing(Core):
    """Which papers there are, and what each asks for beside the station itself, is declared in app.papers."""

    def parts_of(self, row: Any, **said: Any) -> dict[str, Any]:
        """The papers of the station that whoever looks at it may print."""
        return super().parts_of(row, papers=offered(row, acting()), **said)

    @expose("/paper/<pk>/<what>")
    @needs("view")
    def paper(self, pk: str, what: str) -> Any:
        station, paper = self._paper(pk, what, "view")
        return self._page(
            "station/paper.html", _("打印"), title=paper.label, row=station, paper=paper,
            content=paper.content(station, acting(), clock.today()), may_take=paper.may(acting(), station, paper.verb),
        )  # fmt: skip

    @expose("/word/<pk>/<what>")
    @needs("view")
    def word(self, pk: str, what: str) -> Any:
        return self._file(pk, what)

    @expose("/word/<pk>/roster")
    @needs("export")
    def roster(self, pk: str) -> Any:
        """花名册: what is personal leaves as a file only by the right to export."""
        return self._file(pk, "roster")

    def _paper(self, pk: str, what: str, verb: str) -> tuple[Any, Paper]:
        """The station and the paper; 404 and 403 as for the station itself, 403 without `verb` on what it carries."""
        if what not in PAPERS:
            abort(404)
        station, paper = self._row(pk, verb), PAPERS[what]
        if not paper.may(acting(), station, verb):
            abort(403)
        return station, paper

    def _file(self, pk: str, what: str) -> Any:
        station, paper = self._paper(pk, what, PAPERS[what].verb if what in PAPERS else "view")
        try:
            data = paper.file(station, acting(), clock.today())
        except DomainError as error:
            flash(str(error.message), "danger")
            return redirect(self.url("paper", pk=pk, what=what))
        name = re.sub(r'[\x00-\x1f\\/:*?"<>|]', "_", f"{station}_{paper.label}_{clock.today()}.docx")
        return send_file(io.BytesIO(data), DOCX, as_attachment=True, download_name=name)
