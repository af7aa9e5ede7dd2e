"""查找: one box for stations, people, units and places. What is typed is about people: it stands in no address."""

from typing import Any

from flask import jsonify, make_response, request
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app import search
from app.errors import BadInput
from app.finding import normalised
from models import Findable
from views import parameters
from views.access import reader, reads
from views.base import RegisterView

SUGGESTED, SHOWN = 5, 50  # rows of one register: below the box, on the page


class SearchView(BaseView):
    """Whoever is signed in may ask; the rows are those that he may look at in their lists."""

    route_base = "/search"

    @expose("/", methods=["GET", "POST"])
    @reads
    @reader
    def index(self) -> Any:
        q, problem, groups = "", "", []
        if request.method == "POST":
            q, problem = self._asked()
            groups = [] if problem else self._find(q, SHOWN)
        page = self.render_template(
            "search/results.html", title=_("查找"), kind=_("查找"), q=q, problem=problem, groups=groups,
            longest=parameters.MAX_TEXT,
            is_answer=request.method == "POST" and not problem,
        )  # fmt: skip
        return make_response(page, 422 if problem else 200)

    @expose("/suggest", methods=["POST"])
    @reads
    @reader
    def suggest(self) -> Any:
        """JSON for the box: {"groups": [{"label", "items": [{"text", "where", "url", "mark"}], "more"}], "message"}."""
        q, problem = self._asked()
        groups = [] if problem else self._find(q, SUGGESTED)
        return jsonify(groups=groups, message=problem), 422 if problem else 200

    @staticmethod
    def _asked() -> tuple[str, str]:
        """What is looked for, and what is wrong with it, in words."""
        try:
            q = parameters.clean(request.form.get("q", ""))
        except BadInput as error:
            return "", str(error.message)
        return q, "" if normalised(q) else _("请输入要查找的名称、姓名或编号。")

    def _find(self, q: str, per_group: int) -> list[dict[str, Any]]:
        views = {view.datamodel.obj: view for view in self._registers()}
        return [
            {
                "label": str(views[group.model].title_name),
                "more": group.has_more,
                "items": [
                    {"text": i.text, "where": i.where, "url": views[group.model].url("show", pk=i.key), "mark": i.mark}
                    for i in group.items
                ],
            }
            for group in search.find(q, views, per_group)
        ]

    def _registers(self) -> list[RegisterView]:
        """Those with names, in the order of the menu."""
        views = [view for view in self.appbuilder.baseviews if isinstance(view, RegisterView)]
        return [view for view in views if issubclass(view.datamodel.obj, Findable)]
