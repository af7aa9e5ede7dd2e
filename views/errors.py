"""Every error page, in Chinese and without a word of what is inside."""

from typing import Any

from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from app.errors import BadInput, DomainError, OutOfScope
from app.extensions import db
from views.access import LEFT, has_left, is_script

PAGES: dict[int, tuple[Any, Any]] = {
    400: (_l("请求无效"), _l("地址或提交的内容有误，请返回后重试。")),
    401: (_l("请先登录"), _l("登录后才能查看这个页面。")),
    403: (_l("没有权限"), _l("您的角色不能进行这个操作。如工作需要，请联系上级管理员。")),
    404: (_l("没有找到"), _l("没有这个页面或记录，或者它不在您的管辖范围内。")),
    405: (_l("不支持的操作"), _l("请从页面上的按钮进行操作。")),
    409: (_l("内容已变化"), _l("您打开页面之后，内容已被他人修改。请重新打开页面再操作。")),
    413: (_l("内容过大"), _l("提交的内容或文件超过了大小限制。")),
    414: (_l("地址过长"), _l("查询内容过长，请缩短后重试。")),
    429: (_l("操作过于频繁"), _l("请稍等片刻再试。")),
    500: (_l("系统出错了"), _l("问题已记录，请稍后重试；如反复出现，请联系系统管理员。")),
    503: (_l("系统正忙"), _l("数据库暂时没有响应，请稍后重试。")),
}


def page(status: int, message: Any = None) -> Response:
    """The error page, or the same as JSON for a script."""
    if request.endpoint == "LeaveView.leave" or (has_left() and not is_script()):
        return _calendar()
    title, usual = PAGES.get(status, PAGES[400 if status < 500 else 500])
    message = message or usual
    if is_script():
        return make_response(jsonify(message=str(message)), status)
    if "_login_user" not in g:
        g._login_user = AnonymousUserMixin()  # Flask-Login would ask the database, which may be what failed
    g.setdefault("waiting", 0)  # the number in the menu: the same
    return make_response(
        render_template("error.html", title=title, kind=_("提示"), message=message, status=status), status
    )


def _calendar() -> Any:
    """Who leaves or has left in a hurry is shown nothing of ours, whatever goes wrong; his cookie is worth nothing."""
    if request.cookies:
        session.clear()
        session[LEFT] = True
    return redirect(url_for("LeaveView.calendar"), 303)


def register_errors(app: Flask) -> None:
    """Handlers for whatever leaves a view; the transaction is given up first."""

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> Any:
        status = error.code or 500
        if status < 400:
            return error
        db.session.rollback()
        answer = page(status)
        if error.get_headers():
            for name, value in error.get_headers():
                if name in ("Allow", "Retry-After"):
                    answer.headers[name] = value
        return answer

    @app.errorhandler(SecurityError)
    def strange_host(_error: SecurityError) -> Any:
        """No page: it would have links, and a link needs a host."""
        return Response(_("请求的主机名不被接受。"), 400, mimetype="text/plain")

    @app.errorhandler(CSRFError)
    def csrf(_error: CSRFError) -> Any:
        db.session.rollback()
        return page(400, _("页面已过期，请返回上一页，刷新后重新提交。"))

    @app.errorhandler(DomainError)
    def domain(error: DomainError) -> Any:
        db.session.rollback()
        return (
            page(404)
            if isinstance(error, OutOfScope)
            else page(400 if isinstance(error, BadInput) else 422, error.message)
        )

    @app.errorhandler(DataError)
    def data(_error: DataError) -> Any:
        db.session.rollback()
        return page(400)

    @app.errorhandler(OperationalError)
    def busy(_error: OperationalError) -> Any:
        app.logger.error("Database does not answer: %s", type(_error.orig).__name__)
        db.session.rollback()
        return page(503)

    @app.before_request
    def maintenance() -> Any:
        """One sentence instead of every page, while somebody works on the product (setting MAINTENANCE)."""
        is_page = request.endpoint not in ("static", "HealthView.check", "LeaveView.calendar")
        return page(503, app.config["MAINTENANCE"]) if app.config["MAINTENANCE"] and is_page else None

    @app.before_request
    def refuse_nul() -> Any:
        """PostgreSQL cannot store NUL and no keyboard types it."""
        if "\0" in request.path or any(
            "\0" in v for source in (request.args, request.form) for k, v in source.items(multi=True)
        ):
            return page(400)
        return None
