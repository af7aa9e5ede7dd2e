"""The gate before every view method: signed in, holding the verb on the register, and the one who opened the form."""

from collections.abc import Callable
from functools import update_wrapper
from hmac import compare_digest
from typing import Any

from flask import abort, flash, jsonify, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.scope import current_actor
from app.security import sessions

LEFT = "left"  # in the cookie of a browser in which somebody left in a hurry, until somebody signs in


def needs(verb: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Ask for `verb` on the view's register. Flask-AppBuilder reads the permission's name from the same mark."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        def gate(self: Any, *args: Any, **kwargs: Any) -> Any:
            return require(self, verb) or refuse_another() or method(self, *args, **kwargs)

        gate_ = update_wrapper(gate, method)
        gate_._permission_name = verb  # type: ignore[attr-defined]
        return gate_

    return decorate


def require(view: Any, verb: str) -> Any:
    """None when allowed, a redirect to the sign-in page for a stranger; 403 for somebody who may not."""
    if not current_user.is_authenticated:
        return to_sign_in()
    if not view.appbuilder.sm.has_access(f"can_{verb}", view.class_permission_name):
        abort(403)
    return None


def opened_by() -> str:
    """The mark of who opens a form: another who signs in on its page sends none of it off."""
    actor = current_actor()
    return sessions.mark_of(actor.user_id) if actor is not None and actor.user_id is not None else ""


def refuse_another() -> Any:
    """None, or where somebody goes who posts a form that another has opened, who has left: nothing of it is taken."""
    mark = request.form.get("_opened_by", "")
    if not mark or compare_digest(mark.encode(), opened_by().encode()):
        return None
    if is_script():
        abort(403)
    flash(_("那张表单是另一个人打开的，没有保存。"), "warning")
    return redirect(url_for("HomeView.index"))


def is_script() -> bool:
    """Whether a script of ours asks: it reads JSON, no page."""
    return request.accept_mimetypes.best == "application/json"


def to_sign_in() -> Any:
    """Where a stranger goes, and after it back to the page he asked for or posted from; a script gets 401 instead."""
    if is_script():
        return jsonify(message=_("登录已失效，请重新登录。")), 401
    if has_left():
        return redirect(url_for("LeaveView.calendar"))
    rule = request.url_rule
    has_page = request.method in ("GET", "POST") and rule is not None and "GET" in (rule.methods or ())
    target = request.full_path.rstrip("?") if has_page else None
    return redirect(url_for("SignInView.login", next=target))


def has_left() -> bool:
    """Whether somebody left in a hurry and this is Back, or a window left open: no name of ours may come up.

    A typed address signs in. Browsers tell the two apart over HTTPS and on this machine only.
    """
    return bool(session.get(LEFT)) and request.headers.get("Sec-Fetch-Site") == "same-origin"


def reads(method: Callable[..., Any]) -> Callable[..., Any]:
    """A POST that only asks: what is asked is not for the address. Its transaction reads, and waits for nobody."""
    method._only_reads = True  # type: ignore[attr-defined]
    return method


def reader(method: Callable[..., Any]) -> Callable[..., Any]:
    """A page for everybody who is signed in, whatever he may do."""

    def gate(self: Any, *args: Any, **kwargs: Any) -> Any:
        return method(self, *args, **kwargs) if current_user.is_authenticated else to_sign_in()

    return update_wrapper(gate, method)
