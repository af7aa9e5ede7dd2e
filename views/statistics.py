"""统计: the table that is asked for, its rows, the same as a workbook, and 四个不; a part of the register of cases."""

from __future__ import annotations

import io
from typing import Any, NamedTuple

from flask import abort, make_response, request, send_file, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from app import aims, clock, divisions, periods, statistics, submissions
from app.aims import Board, Figure
from app.errors import BadInput
from app.exchange.excel import Sheet, workbook
from app.periods import Period
from app.statistics import DIMENSIONS, MEASURES, Bucket, Question, Table
from app.workbench import Rows
from views import once, parameters
from views.access import needs
from views.core import Core, acting

FIELDS = ("rows", "columns", "measure", "period", "first", "last", "division")
OFFERED = (("quarter", _l("季"), 8), ("month", _l("月"), 13), ("year", _l("年"), 4))  # periods of each unit
PAGE = 50


class Preset(NamedTuple):
    """A table by its name."""

    label: Any
    rows: str
    columns: str
    measure: str


PRESETS = {
    "quarterly": Preset(_l("季报"), "category", "channel", "cases"),
    "progress": Preset(_l("办理情况"), "state", "difficulty", "cases"),
    "places": Preset(_l("各地"), "division", "channel", "cases"),
}


class Statistics(Core):
    """The rules stand in app.statistics; here they get their words and addresses."""

    @expose("/statistics/")
    @needs("view")
    def statistics(self) -> Any:
        """A table by two dimensions in a period, with the year before; every number leads to its rows (F22)."""
        said, problem, table = _said(), "", None
        try:
            table = statistics.table_of(self._asked(said, "view"))
        except BadInput as error:
            problem = str(error.message)
        page = self._page(
            "case/statistics.html", _("统计"), title=_("统计"), said=said, problem=problem, table=table,
            dimensions=DIMENSIONS, measures=MEASURES, presets=PRESETS, link=address_in, share=share, change=change,
            **self._offered(said), **self._submitting(table),
        )  # fmt: skip
        return make_response(page, 400 if problem else 200)

    @expose("/statistics/export")
    @needs("export")
    def statistics_export(self) -> Any:
        """The same as a workbook, of the cases that the viewer may export."""
        said = _said()
        table = statistics.table_of(self._asked(said, "export"), "export")
        title = _("统计")
        data = workbook(Sheet(title, heads_of(table), lines_of(table)))
        name = f"{title}_{table.asked.days.label}_{clock.today()}.xlsx"
        return send_file(io.BytesIO(data), as_attachment=True, download_name=name)

    @expose("/aims/")
    @needs("view")
    def aims(self) -> Any:
        """小事不出村, 大事不出乡, 纠纷不激化, 矛盾不扩大 in a period; every number leads to its rows (F45)."""
        said, problem, board = _said(), "", None
        try:
            board = self._board(said)
        except BadInput as error:
            problem = str(error.message)
        page = self._page(
            "case/aims.html", _("统计"), title=_("四个不"), said=said, problem=problem, board=board,
            asked=board and board.asked, link=address_of, share=share, **self._offered(said),
        )  # fmt: skip
        return make_response(page, 400 if problem else 200)

    @expose("/visits/")
    @needs("view")
    def visits(self) -> Any:
        """Each time that she came, as a number of 次 counts them."""
        said = [(key, text) for key, text in request.args.items(multi=True) if key.startswith("_flt_") and text]
        filters = tuple(
            (*parameters.comparison(self.datamodel, key, self), parameters.clean(text)) for key, text in said
        )
        page = parameters.integer(request.args.get("page") or "0", 100_000)
        count = statistics.number_of_visits(filters)
        page = min(page, max(0, (count - 1) // PAGE))
        return self._page(
            "case/visits.html", _("列表"), title=_("来访、来电、来信（次）"), count=count, page=page,
            pages=max(1, -(-count // PAGE)), inputs=MultiDict(said).to_dict(flat=False),
            visits=statistics.visits(filters, page * PAGE, PAGE),
        )  # fmt: skip

    def _asked(self, said: dict[str, str], verb: str) -> Question:
        """Raises BadInput; 404 for a division that the viewer sees nothing of."""
        rows, columns = DIMENSIONS.get(said["rows"]), DIMENSIONS.get(said["columns"])
        measure = MEASURES.get(said["measure"])
        if rows is None or columns is None or measure is None:
            raise BadInput(_("分类无效。"))
        return _his(Question(rows, columns, _period(said), measure, said["division"]), verb)

    def _board(self, said: dict[str, str]) -> Board:
        """Raises as `_asked`."""
        return aims.board_of(_his(aims.question(_period(said), said["division"]), "view"), acting())

    def _offered(self, said: dict[str, str]) -> dict[str, Any]:
        """The divisions and periods to choose from."""
        units = [(label, periods.last_ones(clock.today(), unit, n)) for unit, label, n in OFFERED]
        return {"places": self._places(said["division"]), "units": units}

    def _submitting(self, table: Table | None) -> dict[str, Any]:
        """What may be submitted of the table, or the key of what was."""
        if table is None:
            return {"offered": None, "submitted": None}
        asked, actor = table.asked, acting()
        kind = submissions.kind_of(asked)
        there = submissions.submitted(kind, asked.period, asked.within) if kind else None
        offered = None if there else submissions.may_submit(asked, actor, clock.today())
        return {"offered": offered, "submitted": there, "once": once.token()}

    def _places(self, within: str) -> list[tuple[str, str]]:
        """The divisions that may be asked for from here: the viewer's own, those above, those right below."""
        actor = acting()
        mine = actor.places("view", self.datamodel.register)
        line = [code for code in divisions.line_of(within) if any(map(code.startswith, mine))] if within else []
        return statistics.places_near([*mine, *line], within or (mine[0] if len(mine) == 1 else ""))


def _said() -> dict[str, str]:
    """What the form says, with what it begins with: channel × category in this quarter."""
    given = {name: parameters.clean(request.args.get(name, "")) for name in FIELDS}
    usual = {"rows": "channel", "columns": "category", "measure": "cases"}
    if not (given["first"] or given["last"] or "period" in request.args):
        usual["period"] = periods.whole(clock.today(), "quarter").key
    return given | {name: text for name, text in usual.items() if not given[name]}


def _his(question: Question, verb: str) -> Question:
    """The question as far as it is the viewer's to ask; 404 for a division that he sees nothing of."""
    asked = statistics.asked_of(question, acting(), verb)
    return asked if asked is not None else abort(404)


def _period(said: dict[str, str]) -> Period:
    return periods.parse(said["period"]) if said["period"] else periods.between(said["first"], said["last"])


def address_in(table: Table, row: Bucket | None, column: Bucket | None, is_before: bool = False) -> str:
    """Where a number leads: to as many rows."""
    filters = table.filters_before(row, column) if is_before else table.filters(row, column)
    rows = statistics.rows_of(table.asked.measure, filters)
    return _address(rows)


def address_of(figure: Figure, which: str) -> str:
    """The same for a number of the board: `counted`, `kept` or `broken`."""
    return _address(figure.rows(which))


def _address(rows: Rows) -> str:
    return url_for(f"CaseView.{rows.page}", **parameters.inputs_of(rows))  # type: ignore[arg-type]


def share(part: int, whole: int) -> str:
    """12.5%; nothing where there is nothing to share."""
    return f"{part * 100 / whole:.1f}%" if whole else ""


def change(now: int, before: int) -> str:
    """+12.5%, −3.0%; nothing where there was nothing, or nothing has changed."""
    return f"{(now - before) * 100 / before:+.1f}%".replace("-", "−") if before and now != before else ""


def heads_of(table: Table) -> list[str]:
    """The header of a table on paper or in a workbook."""
    corner = _("%(rows)s＼%(columns)s", rows=table.asked.rows.label, columns=table.asked.columns.label)
    sums = [_("合计"), _("占比"), _("上年同期"), _("增减"), _("增减幅度")]
    return [corner, *(str(bucket.label) for bucket in table.columns), *sums]


def lines_of(table: Table) -> list[list[str | int]]:
    """Its lines, the sums last."""
    lines: list[list[str | int]] = []
    for row in (*table.rows, None):
        now, before = table.count(row), table.a_year_before(row)
        cells: list[str | int] = [table.count(row, column) for column in table.columns]
        sums: list[str | int] = [now, share(now, table.count()), before, now - before, change(now, before)]
        lines.append([str(row.label) if row else _("合计"), *cells, *sums])
    return lines
