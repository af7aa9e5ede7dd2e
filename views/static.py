"""Static files: under an address that changes with their content, compressed, kept by browsers for a year."""

from functools import cache
from pathlib import PurePosixPath
from typing import Any

from flask import Flask, Response, request, send_from_directory, url_for
from flask import current_app as app
from flask.sessions import SecureCookieSessionInterface
from markupsafe import Markup

from app import assets

YEAR = 365 * 24 * 3600


class Sessions(SecureCookieSessionInterface):
    """A static file is the same for everybody: no cookie is set with it, nor does it vary with one."""

    def save_session(self, app: Flask, session: Any, response: Response) -> None:
        if request.endpoint != "static":
            super().save_session(app, session, response)


def register_static(flask: Flask) -> None:
    """`url_for("static", filename=…)`, with the version filled in."""
    flask.session_interface = Sessions()
    flask.add_url_rule("/static/<version>/<path:filename>", "static", serve)

    @flask.url_defaults
    def add_version(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values.setdefault("version", assets.version())

    flask.add_template_global(icon)


def icon(name: str) -> Markup:
    """An icon beside words; nothing is said by it alone, so it is not read out."""
    return _icon(name, assets.version())


@cache
def _icon(name: str, version: str) -> Markup:
    address = url_for("static", version=version, filename="made/icons.svg")
    return Markup('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>').format(address, name)


def serve(version: str, filename: str) -> Response:
    """One file. An old version's address gets today's file, but nobody keeps it under that name."""
    is_current = version == assets.version()
    packed = assets.packed().get(filename) if "gzip" in request.accept_encodings else None
    if packed is None:
        answer = send_from_directory(assets.FOLDER, filename)
    else:
        answer = app.response_class(packed, mimetype=assets.TYPES[PurePosixPath(filename).suffix])
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable" if is_current else "no-cache"
    return answer
