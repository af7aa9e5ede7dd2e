"""Signing in and out."""

import re
from typing import Any

from flask import flash, g, make_response, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_user, logout_user
from wtforms import PasswordField, StringField
from wtforms.validators import Length

from app import clock
from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import AUTH
from views.forms import CONTROL, Form, required, tidy


class SignInForm(Form):
    username = StringField(
        _l("账号"), filters=[tidy], validators=[required, Length(max=128)],
        render_kw=CONTROL | {"autocomplete": "username", "autofocus": True},
    )  # fmt: skip
    password = PasswordField(
        _l("密码"), validators=[required, Length(max=256)], render_kw=CONTROL | {"autocomplete": "current-password"}
    )


def _wanted_page() -> str:
    """The page of ours that was asked for before signing in, else the first one."""
    target = request.args.get("next", "")
    is_ours = re.fullmatch(r"/(?![/\\])[^\\\s\x00-\x1f]*", target)
    return get_safe_redirect(target) if is_ours else url_for("HomeView.index")


class SignInView(BaseView):
    """One answer for a wrong name, a wrong password and a disabled account."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        if g.user.is_authenticated:
            return redirect(url_for("HomeView.index"))
        form = SignInForm()
        if form.validate_on_submit():
            if self._sign_in(form.username.data, form.password.data):
                return redirect(_wanted_page())
            form.form_errors = [_("账号或密码不正确，或账号已停用。")]
        page = self.render_template("sign_in.html", title=_("登录"), form=form)
        return make_response(page, 422 if request.method == "POST" else 200)

    def _sign_in(self, username: str, password: str) -> bool:
        with acting_as(AUTH):
            stored = users.secret_of(username)
            db.session.rollback()  # nobody waits for a lock while the password is hashed
            if not users.password_fits(stored, password):
                return False
            account = users.find(username)
            if account is None:
                return False
            account.last_login = clock.now()
            account.login_count = (account.login_count or 0) + 1
            db.session.commit()
            session.clear()
            session.permanent = True
            login_user(account)
        return True

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        logout_user()
        session.clear()
        flash(_("您已退出登录。"), "info")
        return redirect(url_for("SignInView.login"))
