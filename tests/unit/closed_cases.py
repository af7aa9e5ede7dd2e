"""Closed cases with what hangs on them, past the session: in any state, and past the order of the steps."""

from typing import Any

from sqlalchemy import insert, select, update

from app.extensions import db
from models import Case, CaseActivity, Transfer, UrgentReport
from models.base import new_uid
from tests import records
from tests.world import CHILD, TODAY

RETURNED = {"state": "RETURNED", "closed_on": TODAY, "state_reason": "不用转"}
WITHDRAWN = {"ended_on": TODAY, "ended_reason": "不转了"}
LEVELS = {"TOWNSHIP": 9, "COUNTY": 6, "CITY": 4}  # of superiors: digits of their codes


def write(statement: Any) -> None:
    """Execute it on its own, and commit."""
    db.session.remove()  # on SQLite, who reads outside a request holds the turn to write
    with db.engine.begin() as connection:
        connection.execute(statement)


def row(model: Any, case: Any, **columns: Any) -> dict[str, Any]:
    """A row of what hangs on a case, as the database keeps it."""
    kept = {"uid": new_uid(), "created_at": TODAY, "changed_at": TODAY, "case_id": case["id"]}
    if model is CaseActivity:
        return kept | {"kind": "CALL", "summary": "又来", "done_by": "丙", "is_repeat": True} | columns
    kept |= {name: case[name] for name in ("station_id", "division_code", "city_code", "county_code", "township_code")}
    kept |= {"number": f"测{kept['uid']}", "sent_on": TODAY, "sent_by": "丙", "subject": "事", "state": "SENT"}
    if model is not Transfer:
        level = columns.get("to_level", "COUNTY")
        kept |= {"to_level": level, "to_code": case["division_code"][: LEVELS[level]]}
    if model is UrgentReport:
        return kept | {"urgency": "MAJOR", "body": "WOMEN", "people": 9, "report": "来访"} | columns
    copied = {"asked": "请办", "summary": "k:0", "has_name": False, "has_phone": False, "has_address": False}
    return kept | copied | ({"why": "MAJOR"} if model is Transfer else {}) | columns


def closed(code: str = CHILD, *hung: tuple[Any, dict[str, Any]], **columns: Any) -> int:
    """The key of an ordinary case that came today and was closed, with what hangs on it: (model, its columns)."""
    key, table = records.accepted(code=code, to="CLOSED"), Case.__table__
    if columns:
        write(update(table).where(table.c.id == key).values(**columns))
    with db.engine.connect() as connection:
        case = connection.execute(select(table).where(table.c.id == key)).mappings().one()
    for model, values in hung:
        write(insert(model.__table__).values(row(model, case, **values)))
    return key
