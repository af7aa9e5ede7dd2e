"""角色: the matrix of each, what a change would mean before it is saved, copies for a division."""

from typing import Any, ClassVar

from flask import flash, make_response, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import clock, divisions, roles
from app.interface import RegisterInterface
from app.scope import current_actor
from app.security.roles import HANDING, VERBS
from models import StaffRole
from views.access import needs
from views.base import RegisterView
from views.forms import tidy


class RoleView(RegisterView):
    datamodel = RegisterInterface(StaffRole)
    route_base = "/roles"
    class_permission_name = "StaffRole"
    show_template = "role/show.html"
    list_columns = ["title", "division", "based_on"]
    show_columns = ["title", "division", "based_on"]
    add_columns = edit_columns = []
    search_columns = ["name"]
    order_columns = ["name"]
    exclude_route_methods: ClassVar[set[str]] = {
        *RegisterView.exclude_route_methods, "add", "edit", "end", "resume", "delete", "export", "options",
        "reveal", "attach", "attachment", "detach", "draft", "draft_new", "discard", "discard_new",
    }  # fmt: skip

    def _show(self, row: Any, opened: dict[str, str] | None = None) -> Any:
        (cells,) = self.datamodel.cells([row], self.show_columns)
        fields = list(zip([self.labels[name] for name in self.show_columns], cells, strict=True))
        actor, open_ = current_actor(), self._open(row)
        places = actor.places("grant", "StaffRole") if actor else ()
        has_handing = any(verb.startswith(HANDING) for _, verb in roles.cells_of(row) | open_)
        return self._page(
            self.show_template,
            _("详情"),
            title=str(row),
            row=row,
            fields=fields,
            verbs=[_(label) for label in VERBS.values()],
            matrix=roles.matrix(row, open_),
            handing=roles.matrix(row, open_, HANDING) if has_handing else [],
            is_open=bool(open_),
            digest=roles.digest(row),
            owners=divisions.paths_of(places),
        )

    def _open(self, row: Any) -> roles.Cells:
        actor = current_actor()
        return roles.open_cells(actor, row, clock.today()) if actor else frozenset()

    @expose("/change/<pk>", methods=["POST"])
    @needs("grant")
    def change(self, pk: str) -> Any:
        """First what the change means; it is saved when that was read, and the role is still the one it was about."""
        row = self._row(pk)
        wanted = roles.wanted_cells(row, self._open(row), request.form.getlist("cell"))
        is_stale = request.form.get("digest") != roles.digest(row)
        if "confirmed" in request.form and not is_stale:
            if self._save(None, lambda: roles.shape(row, wanted)):
                flash(_("已保存。"), "success")
            return redirect(self.url("show", pk=pk))
        page = self._page(
            "role/confirm.html",
            _("确认"),
            title=_("确认修改角色：%(name)s", name=row),
            row=row,
            is_stale=is_stale,
            sentences=roles.consequences(row, wanted, clock.today()),
            cells=sorted(f"{register}.{verb}" for register, verb in wanted),
            digest=roles.digest(row),
        )
        return make_response(page, 409 if is_stale else 200)

    @expose("/copy/<pk>", methods=["POST"])
    @needs("grant")
    def copy(self, pk: str) -> Any:
        """A copy for a division of mine, under a name of its own."""
        row, actor, made = self._row(pk), current_actor(), []
        owner, title = request.form.get("division_code", ""), tidy(request.form.get("title")) or ""

        def change() -> None:
            if actor is not None:
                made.append(roles.copy(actor, row, owner, title))

        if self._save(None, change):
            flash(_("已复制。"), "success")
            return redirect(self.url("show", pk=self.key(made[0])))
        return redirect(self.url("show", pk=pk))

    @expose("/remove/<pk>", methods=["POST"])
    @needs("grant")
    def remove(self, pk: str) -> Any:
        row = self._row(pk)
        if self._save(None, lambda: roles.remove(row)):
            flash(_("已删除。"), "success")
            return redirect(self.url("list"))
        return redirect(self.url("show", pk=pk))
