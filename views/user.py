"""账号: who may sign in, and what he may do where; no manager ever types or sees a password."""

from typing import Any, ClassVar

from flask import abort, flash, jsonify, make_response, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField

from app import accounts, clock, divisions, roles
from app.accounts import AccountInterface
from app.interface import RegisterInterface
from app.scope import current_actor
from models import Account, MemberUnit, UserScope
from views import parameters
from views.access import needs
from views.base import RegisterView
from views.core import Shortlist
from views.forms import CHOICE, form_for, required

SCOPE_COLUMNS = ["division_code", "unit_id", "valid_from", "valid_until"]


class UserView(RegisterView):
    datamodel = AccountInterface(Account)
    route_base = "/accounts"
    class_permission_name = "Account"
    show_template = "account/show.html"
    list_columns = ["username", "first_name", "division", "state", "last_login", "posts"]
    show_columns = ["username", "first_name", "division", "state", "last_login"]
    add_columns = ["username", "first_name", "division_code"]
    edit_columns = ["first_name", "division_code"]
    search_columns = ["division_code", "username", "first_name", "active"]
    order_columns = ["username", "first_name", "last_login"]
    quick_search = ["username", "first_name"]
    shortlists: ClassVar[dict[str, Shortlist]] = {
        "awaiting": Shortlist(_l("待激活"), lambda actor, today: accounts.awaiting()),
        "ending": Shortlist(_l("管辖范围即将到期"), lambda actor, today: accounts.ending(today)),
    }
    exclude_route_methods: ClassVar[set[str]] = {
        *RegisterView.exclude_route_methods, "end", "resume", "delete", "export", "reveal", "attach", "attachment",
        "detach", "draft", "draft_new", "discard", "discard_new",
    }  # fmt: skip

    def _init_forms(self) -> None:
        super()._init_forms()
        fields = form_for(RegisterInterface.of(UserScope), SCOPE_COLUMNS, "grant")
        choice = SelectField(_l("角色"), coerce=_number, validators=[required], render_kw=CHOICE)
        self.scope_form = type("ScopeForm", (fields,), {"role_id": choice})

    # ---- the account

    @expose("/active/<pk>", methods=["POST"])
    @needs("edit")
    def active(self, pk: str) -> Any:
        """停用, 启用."""
        row, is_active = self._row(pk, "edit"), request.form.get("active") == "1"
        if self._save(None, lambda: accounts.set_active(row, is_active)):
            flash(_("已启用。") if is_active else _("已停用，他的下一个请求就会被拒绝。"), "success")
        return redirect(self.url("show", pk=pk))

    @expose("/invite/<pk>", methods=["POST"])
    @needs("edit")
    def invite(self, pk: str) -> Any:
        """A one-time link, shown once; the manager hands it over, the person sets his own password behind it."""
        row, actor, made = self._row(pk, "edit"), current_actor(), []

        def change() -> None:
            if actor is not None:
                made.append(accounts.invite(actor, row, clock.today(), clock.now()))

        if not self._save(None, change):
            return redirect(self.url("show", pk=pk))
        link = url_for("ActivationView.activate", token=made[0], _external=True)
        return self._page("account/link.html", _("链接"), title=_("激活链接：%(name)s", name=row), row=row, link=link)

    # ---- his scopes

    def _show(self, row: Any, opened: dict[str, str] | None = None) -> Any:
        return self._account_page(row, None, 200)

    def _account_page(self, row: Any, form: FlaskForm | None, status: int) -> Any:
        actor, today = current_actor(), clock.today()
        (cells,) = self.datamodel.cells([row], self.show_columns)
        problem = accounts.problem(actor, row, today) if actor else None
        is_open = actor is not None and problem is None
        if form is None and is_open and self.can("grant"):
            form = self._scope_form()
            form.valid_from.data = today
        page = self._page(
            self.show_template,
            _("详情"),
            title=str(row),
            row=row,
            fields=list(zip([self.labels[name] for name in self.show_columns], cells, strict=True)),
            abilities=self._abilities() if form is not None and is_open else [],
            posts=accounts.posts(row, is_open and self.can("grant"), today),
            form=form if is_open else None,
            is_open=is_open and self.can("edit"),
            problem=problem.message if problem else "",
        )
        return make_response(page, status)

    def _abilities(self) -> list[tuple[str, list[str]]]:
        """What each role that the viewer may give would let somebody do."""
        actor = current_actor()
        return [(self._role_name(r), roles.in_words(r)) for r in accounts.roles_to_give(actor)] if actor else []

    def _scope_form(self) -> Any:
        form, actor = self.scope_form(), current_actor()
        given = accounts.roles_to_give(actor) if actor else []
        form.role_id.choices = [("", _("请选择")), *((role.id, self._role_name(role)) for role in given)]
        return form

    def _role_name(self, role: Any) -> str:
        return _("%(title)s（%(place)s）", title=role.title, place=role.division) if role.division else role.title

    @expose("/grant/<pk>", methods=["POST"])
    @needs("grant")
    def grant(self, pk: str) -> Any:
        row, form = self._row(pk, "grant"), self._scope_form()
        if form.validate_on_submit():
            values = (form.role_id.data, form.division_code.data, form.valid_from.data, form.valid_until.data)
            if self._save(form, lambda: accounts.give(row, *values, unit=form.unit_id.data)):
                flash(_("已授权。"), "success")
                return redirect(self.url("show", pk=pk))
            row = self._row(pk, "grant")
        return self._account_page(row, form, 422)

    @expose("/revoke/<pk>/<scope>", methods=["POST"])
    @needs("grant")
    def revoke(self, pk: str, scope: str) -> Any:
        row, key = self._row(pk, "grant"), RegisterInterface.of(UserScope).key_of(scope)
        found: list[bool] = []
        if self._save(None, lambda: found.append(accounts.take(row, key, clock.today()) if key else False)):
            if not found[0]:
                abort(404)
            flash(_("已收回。"), "success")
        return redirect(self.url("show", pk=pk))

    @expose("/places/")
    @needs("grant")
    def places(self) -> Any:
        """The divisions a scope may be given in, a page at a time."""
        q, parent = parameters.clean(request.args.get("q", "")), parameters.clean(request.args.get("parent", ""))
        page = parameters.integer(request.args.get("page", "0"), 10_000)
        items, more = divisions.choices("grant", "Account", q, parent, page * 20)
        return jsonify(items=items, more=more)

    @expose("/units/")
    @needs("grant")
    def units(self) -> Any:
        """The units that somebody may act for, a page at a time."""
        q, page = parameters.clean(request.args.get("q", "")), parameters.integer(request.args.get("page", "0"), 10_000)
        actor = current_actor()
        places = actor.places("grant", self.datamodel.register) if actor is not None else ()
        items, more = RegisterInterface.of(MemberUnit).choices(q, places, page * 20)
        return jsonify(items=items, more=more)


def _number(value: Any) -> Any:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else ""
