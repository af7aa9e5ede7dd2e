"""Short attacks on what both sides sign: over HTTP, and with rows in hand, as in tests.security.case_intrusions."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from app import assessments
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from app.workflow.signing import Order, Women
from app.workflow.steps import advance
from models import Assessment, AssessmentAnswer, Met, UserScope
from tests.conftest import Browser
from tests.security import intrusions
from tests.security.attacks import CENTER, account_id, role_id
from tests.security.intrusions import ask, signed_in
from tests.security.registers import BY_REGISTER
from tests.world import OWN, SIBLING, TODAY

SPEC = BY_REGISTER["Assessment"]
SHEET, BESIDE = SPEC.keys[OWN], SPEC.keys[SIBLING]
LINE = SPEC.child_key(SPEC.children[0], OWN)


def seen(app: Flask, key: int = SHEET) -> dict[str, str]:
    """What the page of a sheet carries in the form of a signature."""
    with app.app_context(), acting_as(SETUP):
        return {"_seen": assessments.seen(db.session.get_one(Assessment, key))}


def signers(app: Flask, key: int = SHEET) -> list[int]:
    columns = [f"SELECT {side}_signer_id FROM assessment WHERE id = :key" for side in ("women", "order")]
    return [number for sql in columns for number in ask(app, sql, key=key) if number is not None]


def sign(app: Flask, username: str, route: str = "sign", key: int = SHEET) -> Any:
    return signed_in(app, username).submit(f"/assessments/{route}/{key}", seen(app, key))


def in_hand(app: Flask, username: str, attempt: Callable[[Assessment, Actor], Any], key: int = SHEET) -> None:
    """Somebody tries something with a sheet, whether he may see it or not."""
    intrusions.in_hand(app, username, attempt, Assessment, key)


# ---- what is signed


def form_of(browser: Browser, **line: str) -> dict[str, str]:
    """The form of the sheet with its line, as its page carries it."""
    (version,) = ask(browser.app, "SELECT version FROM assessment_answer WHERE id = :key", key=LINE)
    (sheet,) = ask(browser.app, "SELECT version FROM assessment WHERE id = :key", key=SHEET)
    return {**SPEC.form(OWN), **SPEC.children[0].line(OWN, LINE, version, **line), "_version": str(sheet)}


def answers_what_is_signed(app: Flask) -> str | None:
    """The form, an action on many rows, a line in hand, and the line itself taken away: by who may do most there."""
    assert sign(app, "town_admin").status_code == 302
    assert signers(app)
    browser = signed_in(app, "town_admin")
    browser.submit(f"/assessments/edit/{SHEET}", form_of(browser, points="3"))
    for name in ("bulk_delete", "bulk_answer", "answer"):
        browser.submit("/assessments/action_post", {"action": name, "rowid": [str(SHEET)], "points": "3"})
    in_hand(app, "town_admin", lambda row, _actor: assessments.answer(row, SHEET, None, 3, "改低"))
    in_hand(app, "town_admin", lambda _row, _actor: db.session.delete(db.session.get_one(AssessmentAnswer, LINE)))
    found = ask(app, "SELECT points FROM assessment_answer WHERE id = :key", key=LINE)
    return None if found == [10] else f"the signed line is {found}"


# ---- who signs


def signs_elsewhere(app: Flask) -> str | None:
    """In another township: over HTTP, and with the sheet in hand."""
    assert sign(app, "town_admin", key=BESIDE).status_code == 404
    in_hand(app, "town_admin", lambda row, actor: advance(row, Women.SIGNED, actor, TODAY), BESIDE)
    return f"signed by {signers(app, BESIDE)}" if signers(app, BESIDE) else None


def signs_without_the_right(app: Flask) -> str | None:
    """Whoever fills it in, looks at it, or signs for the other side."""
    for username in ("staff", "supervisor", "center"):
        assert sign(app, username).status_code == 403
        in_hand(app, username, lambda row, actor: advance(row, Women.SIGNED, actor, TODAY))
    for username in ("staff", "supervisor", "town_admin"):
        assert sign(app, username, "cosign").status_code == 403
        in_hand(app, username, lambda row, actor: advance(row, Order.SIGNED, actor, TODAY))
    in_hand(app, "town_admin", lambda row, actor: setattr(row, "women_signed_by", actor.name))
    return f"signed by {signers(app)}" if signers(app) else None


def signs_what_was_not_seen(app: Flask) -> str | None:
    """A page that was opened before somebody changed a line."""
    before, browser = seen(app), signed_in(app, "town_admin")
    in_hand(app, "staff", lambda row, _actor: assessments.answer(row, SHEET, Met.NO, 10, "没有，也给满分"))
    assert ask(app, "SELECT is_met FROM assessment_answer WHERE id = :key", key=LINE) == ["NO"]
    browser.submit(f"/assessments/sign/{SHEET}", before)
    return f"signed by {signers(app)}" if signers(app) else None


def signs_for_both(app: Flask) -> str | None:
    """Somebody who has both rights there."""
    with app.app_context(), acting_as(SETUP):
        user = account_id("town_admin")
        db.session.add(UserScope(user_id=user, role_id=role_id(CENTER), division_code=OWN, valid_from=TODAY))
        db.session.commit()
        db.session.remove()
    assert sign(app, "town_admin").status_code == 302
    sign(app, "town_admin", "cosign")
    in_hand(app, "town_admin", lambda row, actor: advance(row, Order.SIGNED, actor, TODAY))
    return "one person has signed for both" if len(signers(app)) == 2 else None
