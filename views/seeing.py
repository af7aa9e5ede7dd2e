"""谁看过 (F54): what an answer shows of one row, or takes away, is put on record before it leaves; no log, no page."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from flask import Response, current_app, g
from flask_babel import gettext as _
from sqlalchemy.exc import SQLAlchemyError

from app import clock, looks
from app.extensions import db
from app.looks import LookKind
from app.scope import current_actor
from views.errors import page


def saw(datamodel: Any, rows: Iterable[Any], kind: LookKind = LookKind.PAGE) -> None:
    """Remember what this answer shows; what it opens with a reason is on record already."""
    if not g.get("is_on_record"):
        g.setdefault("looks", []).extend(looks.looks_at(kind, datamodel, rows))


def record_looks(response: Response) -> Response:
    """After a request: write down what it shows, or show nothing (no log, no page)."""
    seen, actor = dict.fromkeys(g.get("looks", ())), current_actor()
    if not seen or actor is None or response.status_code >= 500 or response.status_code in (302, 303):
        return response
    db.session.rollback()  # the reading transaction is over, this one writes
    try:
        looks.write(list(seen), actor, clock.now())
    except (SQLAlchemyError, sqlite3.Error) as error:
        db.session.rollback()
        current_app.logger.error("Nobody could put on record who looked: %s", type(error).__name__)
        return page(503, _("现在不能记录谁看过，所以不能显示。请稍后重试。"))
    return response
