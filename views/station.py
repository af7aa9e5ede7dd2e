"""维权站."""

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

from flask import abort, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import assessments, board, clock, coverage, leadership, postings, regulations
from app.errors import BadInput
from app.interface import RegisterInterface
from app.scope import current_actor
from models import Finding, Station
from views import parameters
from views.access import needs
from views.base import RegisterView, bulk_action
from views.core import Shortlist, acting

PAGE = 50
SHOWN = {coverage.MISSING: _l("未建站"), coverage.BUILT: _l("已建站"), coverage.ALL: _l("应建站")}


class StationView(RegisterView):
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
    }

    def facts(self, row: Any) -> Sequence[tuple[Any, Sequence[str]]]:
        facts = [
            (_l("班子"), leadership.gaps_of(row)),
            (_l("维权队伍"), leadership.team_of(row)),
            (_l("六项制度"), regulations.sentences(row, acting())),
            (_l("规范上墙"), postings.sentences_of(row, acting(), clock.today())),
        ]
        return [fact for fact in facts if fact[1]]

    def may_complete(self, row: Any) -> bool:
        """Whether the page offers to fill in the regulations that are missing."""
        return regulations.may_complete(row, acting())

    def parts_of(self, row: Any, **said: Any) -> dict[str, Any]:
        """What the checklists make of the station, and where each gap is mended."""
        judged, sheets = board.of_station(row, acting(), clock.today()), assessments.newest_of(row, acting())
        return {"standards": judged, "mend": partial(self._mend, row), "sheets": sheets, **said}

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
        """应建、已建、系统判定达标 of each division below one of mine, city → county → township → village (F2, F7)."""
        actor, within = acting(), parameters.clean(request.args.get("division", ""))
        places = actor.places("view", "Station")
        if within and not any(within.startswith(code) for code in places):
            abort(404)
        if not within and len(places) == 1:
            (within,) = places
        today = clock.today()
        rows = board.rows(actor, within, today) if within else [board.total(actor, code, today) for code in places]
        return self._page(
            "station/board.html", _("列表"), title=_("建站看板"), within=within,
            sum=board.total(actor, within, today), rows=rows,
        )  # fmt: skip

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
