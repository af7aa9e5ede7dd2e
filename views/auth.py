"""Signing in and out."""

import re
from hmac import compare_digest
from typing import Any

from flask import flash, g, jsonify, make_response, redirect, request, session, url_for
from flask_appbuilder import BaseView, expose
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import logout_user
from flask_wtf.csrf import generate_csrf
from werkzeug.exceptions import TooManyRequests
from wtforms import PasswordField, StringField
from wtforms.validators import Length

from app import clock
from app.extensions import db
from app.scope import acting_as
from app.security import activation, attempts, passwords, sessions, users
from app.security.actor import AUTH
from views.access import is_script
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


def client_address() -> str:
    """Where the request comes from, as text; the trusted proxies are taken off (setting PROXIES)."""
    return request.remote_addr or ""


def client_device() -> str:
    """Browser and system in words."""
    return sessions.device_of(request.user_agent.string)


def keep(token: str) -> None:
    """Give the browser the id of its new session, and nothing of what stood in its cookie before."""
    session.clear()
    session["_user_id"] = token  # where Flask-Login looks; it goes to ScopedSecurityManager.load_user


def end_session() -> None:
    """End the session that asks, if there is one; its cookie is worth nothing afterwards."""
    signed_in = g.get("signed_in")
    if signed_in is not None:
        with acting_as(AUTH):
            sessions.sign_out(signed_in, clock.now())
            db.session.commit()
    logout_user()
    session.clear()


def _standing(user_id: int | None) -> dict[str, Any]:
    """What an open page has to know to go on: whether somebody is signed in, whether he opened it, a token for him."""
    g.pop("csrf_token", None)  # it may be that of the session before
    mark = request.headers.get("X-Opened-By", "")
    same = user_id is not None and compare_digest(mark.encode(), sessions.mark_of(user_id).encode())
    return {"ok": user_id is not None, "same": same, "csrf_token": generate_csrf()}


class SignInView(BaseView):
    """One answer for a wrong name, a wrong password and a disabled account."""

    route_base = ""
    default_view = "login"

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        if g.user.is_authenticated:
            return jsonify(_standing(g.actor.user_id)) if is_script() else redirect(url_for("HomeView.index"))
        form = SignInForm()
        if form.validate_on_submit():
            entered = self._sign_in(form.username.data, form.password.data)
            if entered is not None:
                return self._entered(*entered)
            form.form_errors = [_("账号或密码不正确，或账号已停用、被暂时锁定。")]
        if is_script():
            message = form.form_errors[0] if form.form_errors else _("请填写账号和密码。")
            return jsonify(message=message), 422
        page = self.render_template("sign_in.html", title=_("登录"), kind=_("登录"), form=form)
        return make_response(page, 422 if request.method == "POST" else 200)

    def _entered(self, user_id: int | None, way_on: str) -> Any:
        """Off to the page he wanted; a page that is open stays where it is and is told what it needs."""
        if not is_script():
            return redirect(way_on)
        if user_id is None:
            return jsonify(message=_("您的角色要求更强的密码，请在新窗口登录，设置新密码后再回到这里。")), 422
        return jsonify(_standing(user_id))

    @expose("/login/token")
    def token(self) -> Any:
        """For an open page whose token is no longer good: who is signed in now, and a fresh one."""
        return jsonify(_standing(g.actor.user_id if g.user.is_authenticated else None))

    def _sign_in(self, username: str, password: str) -> tuple[int | None, str] | None:
        """(who, where he goes); None when refused. Whose password is too weak for what he may do changes it first."""
        now, address = clock.now(), client_address()
        with acting_as(AUTH):
            seconds = attempts.seconds_to_wait(address, now)
            if seconds:
                raise TooManyRequests(retry_after=seconds)
            attempt = attempts.reserve(username, now, address)
            db.session.commit()  # counted before it is tried, and nobody waits for a lock while the password is hashed
            fits = users.password_fits(attempt.secret, password)
            account = attempts.succeed(attempt) if fits else None
            if account is None:
                attempts.fail(attempt, now, address=address)
                db.session.commit()
                return None
            if passwords.problems(password, account.username, users.profile_of(account, clock.today())):
                renewal = activation.issue(account, now)
                db.session.commit()
                if not is_script():
                    flash(_("您的角色要求更强的密码，请先设置新密码。"), "warning")
                return None, url_for("ActivationView.activate", token=renewal)
            token, user_id = sessions.sign_in(account, now, client_device(), address), account.id
            db.session.commit()
        keep(token)
        return user_id, _wanted_page()

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        end_session()
        flash(_("您已退出登录。"), "info")
        return redirect(url_for("SignInView.login"))
