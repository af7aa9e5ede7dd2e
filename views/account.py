"""我的登录: where I am signed in, and my password."""

from datetime import datetime
from typing import Any

from flask import abort, flash, g, make_response, redirect, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import PasswordField
from wtforms.validators import EqualTo, Length

from app import clock
from app.errors import DomainError
from app.extensions import db
from app.interface import MAX_INTEGER
from app.scope import acting_as
from app.security import attempts, passwords, sessions, users
from app.security.actor import AUTH
from views.access import reader
from views.auth import keep
from views.forms import CONTROL, Form, required

short = Length(max=passwords.LONGEST, message=_l("不能超过 %(max)d 个字符。"))
NEW = CONTROL | {"autocomplete": "new-password"}


class NewPasswordForm(Form):
    """A password, typed twice."""

    new = PasswordField(_l("新密码"), validators=[required, short], render_kw=NEW)
    again = PasswordField(
        _l("再输一次新密码"), validators=[required, EqualTo("new", _l("两次输入的密码不一样。"))], render_kw=NEW
    )


class ChangePasswordForm(NewPasswordForm):
    old = PasswordField(
        _l("原密码"), validators=[required, short], render_kw=CONTROL | {"autocomplete": "current-password"}
    )


def is_good(field: PasswordField, username: str, profile: passwords.Profile) -> bool:
    """Whether the typed password fits the profile; what it lacks stands at the field."""
    try:
        passwords.check(field.data, username, profile)
    except DomainError as error:
        field.errors = [error.message]
        return False
    return True


def _at(moment: datetime) -> str:
    return clock.local(moment).strftime("%Y-%m-%d %H:%M")


class AccountView(BaseView):
    """Everybody's own account; nobody else's."""

    route_base = "/account"
    default_view = "index"

    @expose("/")
    @reader
    def index(self) -> Any:
        return self._page(ChangePasswordForm())

    def _page(self, form: ChangePasswordForm, status: int = 200) -> Any:
        with acting_as(AUTH):
            found = sessions.live(g.actor.user_id, clock.now())
            wanted = passwords.rules(users.profile_of(g.signed_in.account, clock.today()))
        rows = [(s, _at(s.created_at), _at(s.seen_at), s.id == g.signed_in.session_id) for s in found]
        page = self.render_template(
            "account/index.html", title=_("我的登录"), kind=_("我的登录"), form=form, rows=rows, wanted=wanted
        )
        return make_response(page, status)

    @expose("/sessions/<pk>/end", methods=["POST"])
    @reader
    def end(self, pk: str) -> Any:
        with acting_as(AUTH):
            done = pk.isdecimal() and sessions.take_down(min(int(pk[:12]), MAX_INTEGER), g.signed_in, clock.now())
            db.session.commit()
        if not done:
            abort(404)
        flash(_("已下线。"), "success")
        return redirect(url_for("AccountView.index"))

    @expose("/password", methods=["POST"])
    @reader
    def password(self) -> Any:
        form = ChangePasswordForm()
        if form.validate_on_submit() and self._change(form):
            flash(_("密码已修改，其他地方的登录都已退出。"), "success")
            return redirect(url_for("AccountView.index"))
        return self._page(form, 422)

    def _change(self, form: ChangePasswordForm) -> bool:
        now, account = clock.now(), g.signed_in.account
        with acting_as(AUTH):
            username, profile = account.username, users.profile_of(account, clock.today())
            if not is_good(form.new, username, profile):
                return False
            attempt = attempts.reserve(username, now)
            db.session.commit()  # counted before it is tried; no lock is held while passwords are hashed
            fits, hashed = users.password_fits(attempt.secret, form.old.data), users.hash_of(form.new.data)
            held = attempts.succeed(attempt) if fits else None
            token = None
            if held is None:
                attempts.fail(attempt, now, "password_failed")
                form.old.errors = [_("原密码不正确，或账号已被暂时锁定。")]
            elif form.new.data == form.old.data:
                form.new.errors = [_("新密码不能和原密码一样。")]
            else:
                token = sessions.change_password(g.signed_in, held, hashed, now)
            db.session.commit()
        if token:
            keep(token)
        return token is not None
