"""维权站."""

import io
from functools import partial
from typing import Any, ClassVar

from flask import abort, request, send_file, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import assessments, board, clock, coverage, divisions, leadership, postings, recognitions, regulations
from app.board import Row
from app.errors import BadInput
from app.exchange.excel import Sheet, workbook
from app.interface import RegisterInterface
from app.scope import current_actor
from models import Finding, Rule, Station
from views import parameters
from views.access import needs
from views.base import RegisterView, bulk_action
from views.core import Shortlist, acting
from views.filling import Filling
from views.printing import Printing

PAGE = 50
SHOWN = {coverage.MISSING: _l("未建站"), coverage.BUILT: _l("已建站"), coverage.ALL: _l("应建站")}


class StationView(Filling, Printing, RegisterView):
    datamodel = RegisterInterface(Station)
    route_base = "/stations"
    class_permission_name = "Station"
    show_template = "station/show.html"
    list_columns = ["name", "division", "level", "host", "has_plaque", "founded_on", "mark"]
    show_columns = [
        "name",
        "division",
        "level",
        "host",
        "is_integrated",
        "is_in_plan",
        "mark",
        "founded_on",
        "address",
        "phone",
        "has_plaque",
        "ended_on",
        "ended_reason",
        "created_at",
        "changed_at",
    ]
    add_columns = edit_columns = [
        "division_code",
        "name",
        "host",
        "is_integrated",
        "is_in_plan",
        "founded_on",
        "address",
        "phone",
        "has_plaque",
    ]
    search_columns = ["division_code", "name", "level", "host", "is_integrated", "has_plaque", "founded_on"]
    order_columns = ["name", "level", "host", "has_plaque", "founded_on"]
    quick_search = ["name", "address", "phone"]
    shortlists: ClassVar[dict[str, Shortlist]] = {
        "gaps": Shortlist(_l("班子不全"), lambda actor, today: leadership.has_gaps(actor)),
        "below": Shortlist(_l("系统判定未达标"), lambda actor, today: ~board.is_up_to_standard(today)),
        "up": Shortlist(_l("系统判定达标"), lambda actor, today: board.is_due() & board.is_up_to_standard(today)),
        "confirmed": Shortlist(_l("已认定"), lambda actor, today: board.is_due() & board.is_recognised(today)),
    }

    def may_complete(self, row: Any) -> bool:
        """Whether the page offers to fill in the regulations that are missing."""
        return regulations.may_complete(row, acting())

    def parts_of(self, row: Any, **said: Any) -> dict[str, Any]:
        """What the checklists make of the station and where each gap is mended; what else is known, told once."""
        actor, today = acting(), clock.today()
        standards = board.of_station(row, actor, today)
        told = {line.item.rule for standing in standards for line in standing.lines if line.sentence}
        facts = [
            (None, _l("认定"), lambda: recognitions.sentences(row, actor, today)),
            (Rule.HAS_LEADING_GROUP, _l("班子"), lambda: leadership.gaps_of(row)),
            (None, _l("维权队伍"), lambda: leadership.team_of(row)),
            (Rule.HAS_REGULATIONS, _l("六项制度"), lambda: regulations.sentences(row, actor)),
            (Rule.IS_POSTED, _l("规范上墙"), lambda: postings.sentences_of(row, actor, today)),
        ]
        known = [(label, sentences()) for rule, label, sentences in facts if rule not in told]
        return super().parts_of(
            row, standards=standards, mend=partial(self._mend, row), facts=[fact for fact in known if fact[1]],
            next_level=recognitions.next_of(row, actor, today), sheets=assessments.newest_of(row, actor), **said,
        )  # fmt: skip

    def _mend(self, row: Any, line: board.Line) -> str:
        """Where a line that is not met is mended, for whoever may; "" for nowhere."""
        register = line.mended_in
        verb = "edit" if register == "Station" else "add"
        if line.finding is not Finding.MISSING or not acting().covers(verb, register, row.place):
            return ""
        if register == "Station":
            return self.url("edit", pk=self.key(row))
        item = line.item.id if register == "Confirmation" else None
        return url_for(f"{register}View.add", station_id=self.key(row), item_id=item)

    @expose("/board/")
    @needs("view")
    def board(self) -> Any:
        """应建、已建、系统判定达标、认定 of each division right below one of mine, down to the villages (F2, F7)."""
        within, part, rows = self._board("view")
        mine = acting().places("view", self.datamodel.register)
        above = [code for code in divisions.line_of(within)[:-1] if any(map(code.startswith, mine))]
        total = board.total(part, clock.today(), divisions.paths_of([within]).get(within, ""))
        return self._page(
            "station/board.html", _("列表"), title=_("建站看板"), within=within, sum=total, rows=rows,
            above=above, quarter=board.last_quarter(clock.today()),
        )  # fmt: skip

    @expose("/board/export")
    @needs("export")
    def board_export(self) -> Any:
        """The same as a workbook, with the names of those that have no station."""
        _within, part, rows = self._board("export")
        heads = [_("区划"), _("应建"), _("已建"), _("未建"), _("系统判定达标"), _("已认定")]
        heads += [_("已建较上季末"), _("达标较上季末"), _("认定较上季末")]
        lines: list[list[str | int]] = [
            [row.name, row.now.due, row.now.built, row.now.missing, row.now.up, row.now.confirmed, *row.change[1:]]
            for row in rows
        ]
        names = [[path] for path in coverage.names_missing(part)]
        data = workbook(Sheet(_("建站看板"), heads, lines), Sheet(_("未建站名单"), [_("乡镇(街道)、村(居)")], names))
        return send_file(io.BytesIO(data), as_attachment=True, download_name=f"{_('建站看板')}_{clock.today()}.xlsx")

    def _board(self, verb: str) -> tuple[str, list[str], list[Row]]:
        """(the division asked for, the part of it that is the viewer's, a row for each division right below)."""
        within, today = parameters.clean(request.args.get("division", "")), clock.today()
        part = board.part_of(acting(), verb, within)
        if within and not part:
            abort(404)
        if len(part) == 1:
            (within,) = part
        if within:
            return within, part, board.rows(part, within, today)
        names = divisions.paths_of(part)
        return within, part, [board.total([code], today, names.get(code, code)) for code in part]

    @bulk_action("edit", _l("标记为已挂牌"))
    def bulk_plaque(self, rows: list[Any]) -> None:
        for row in rows:
            row.has_plaque = True
        self.datamodel.edit(rows)

    @expose("/missing/")
    @needs("view")
    def missing(self) -> Any:
        """The townships and villages of my part that must have a station, first those that have none (F2)."""
        actor, show = current_actor(), request.args.get("show") or coverage.MISSING
        within = parameters.clean(request.args.get("division", ""))
        page = parameters.integer(request.args.get("page") or "0", 10_000)
        if show not in SHOWN or actor is None:
            raise BadInput(_("查询方式无效。"))
        figures = coverage.coverage_of(actor, within)
        count = {coverage.MISSING: figures.missing, coverage.BUILT: figures.built, coverage.ALL: figures.due}[show]
        page = min(page, max(0, (count - 1) // PAGE))
        places = coverage.places(actor, show, within, page * PAGE, PAGE)
        return self._page(
            "station/missing.html",
            _("列表"), title=_("建站情况：%(show)s", show=SHOWN[show]), figures=figures, show=show,
            shown=SHOWN, within=within, count=count, places=places, page=page, pages=max(1, -(-count // PAGE)),
        )  # fmt: skip
