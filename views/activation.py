"""The page behind a one-time link: a person sets his own password, and signs in with it afterwards."""

from typing import Any

from flask import Response, flash, make_response, redirect, url_for
from flask_appbuilder import BaseView, expose
from flask_babel import gettext as _

from app import clock
from app.extensions import db
from app.scope import acting_as
from app.security import activation, passwords, users
from app.security.actor import AUTH
from views.account import NewPasswordForm, is_good
from views.errors import page


class ActivationView(BaseView):
    """One answer for a link that is unknown, used or too old."""

    route_base = "/activate"
    default_view = "activate"

    @expose("/<token>", methods=["GET", "POST"])
    def activate(self, token: str) -> Any:
        answer = make_response(self._answer(token))
        # The address holds the token: other requests get to know the host at most. Not "no-referrer", for then
        # browsers send no referrer with the form either, and the CSRF check asks for one over HTTPS.
        answer.headers["Referrer-Policy"] = "strict-origin"
        return answer

    def _answer(self, token: str) -> Any:
        with acting_as(AUTH):
            owner = activation.owner_of(token, clock.now())
            if owner is None:
                return _useless()
            username, name = owner.username, owner.get_full_name()
            profile = users.profile_of(owner, clock.today())
        form = NewPasswordForm()
        if form.validate_on_submit() and is_good(form.new, username, profile):
            db.session.rollback()  # no lock is held while the password is hashed
            hashed = users.hash_of(form.new.data)
            with acting_as(AUTH):
                if activation.redeem(token, hashed, clock.now()) is None:
                    return _useless()
                db.session.commit()
            flash(_("密码已设置，请登录。"), "success")
            return redirect(url_for("SignInView.login"))
        filled = self.render_template(
            "account/activate.html", title=_("设置密码"), kind=_("设置密码"), form=form, username=username, name=name,
            wanted=passwords.rules(profile),
        )  # fmt: skip
        return make_response(filled, 422 if form.is_submitted() else 200)


def _useless() -> Response:
    return page(404, _("这个链接不正确、已用过或已过期，请联系管理员重新发一个。"))
