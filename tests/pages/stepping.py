"""Steps of a case by its pages, for the tests of them."""

from typing import Any

from sqlalchemy import func, select

from app import secret
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import ActivityKind, Case, CaseActivity
from tests import records
from tests.conftest import Browser
from tests.world import TODAY

ACCEPT = {"category": "FAMILY", "difficulty": "ORDINARY", "handler": "姓名staff", "accepted_on": "2026-11-24"}
CLOSE = {"answer": "已经告诉她怎么申请", "answer_way": "CALL", "answered_on": "2026-11-24"}
VISIT = {"visited_on": "2026-11-24", "visit_way": "CALL", "visit_result": "SATISFIED"}
WHAT = {"kind": "CALL", "happened_on": "2026-11-24", "summary": "电话联系", "done_by": "姓名staff"}


def step(key: int, to: str) -> str:
    return f"/cases/advance/{key}/{to}"


def take(browser: Browser, key: int, to: str, form: Any = None, **hidden: str) -> Any:
    """Post the form of a step as its page would: with the version that the page carries."""
    version = browser.version(step(key, to)) or browser.version(f"/cases/edit/{key}")
    return browser.submit(step(key, to), {**version, **(form or {}), **hidden})


def row_of(app: Any, key: int) -> Case:
    with app.app_context(), acting_as(SETUP):
        return db.session.get_one(Case, key)


def state_of(app: Any, key: int) -> str:
    return row_of(app, key).state.name


def activities_of(app: Any, key: int) -> list[CaseActivity]:
    with app.app_context(), acting_as(SETUP):
        found = select(CaseActivity).where(CaseActivity.case_id == key).order_by(CaseActivity.id)
        return list(db.session.scalars(found))


def count(app: Any, model: Any, *conditions: Any) -> int:
    with app.app_context(), acting_as(SETUP):
        return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def done(key: int, summary: str = "走访邻居", content: str = "", **columns: Any) -> int:
    """A record of a case, committed; its key. Needs an application context."""
    row = CaseActivity(
        case_id=key, summary=summary, done_by="丙",
        **{"kind": ActivityKind.HOME_VISIT, "happened_on": TODAY} | columns,
    )  # fmt: skip
    secret.put(row, "content", content)
    return records.keep(row)[0]
