"""Short attacks on the workflow of cases, as those of tests.security.intrusions: over HTTP, and with rows in hand.

An attack with a row in hand begins where somebody has found a way past the pages: the rules have to hold by themselves.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import Actor
from models import ActivityKind, Case, CaseActivity, CaseState, Urge
from tests.pages.drafting import draft
from tests.security import intrusions
from tests.security.intrusions import ask, signed_in
from tests.security.registers import BY_REGISTER
from tests.unit.case_rules import move
from tests.world import OWN, SIBLING, TODAY

CASE, BESIDE = BY_REGISTER["Case"].keys[OWN], BY_REGISTER["Case"].keys[SIBLING]
# What would take a case out of everybody's list of things to do, without a step.
SMUGGLED = {"state": "WITHDRAWN", "state_reason": "偷偷撤回"}


def state(app: Flask) -> str:
    (found,) = ask(app, "SELECT state FROM case_record WHERE id = :key", key=CASE)
    return str(found)


def moved(app: Flask) -> str | None:
    """What a case that was APPLIED is now."""
    return None if state(app) == "APPLIED" else f"the case is {state(app)}"


def in_hand(app: Flask, username: str, attempt: Callable[[Any, Actor], None]) -> None:
    """Somebody tries something with the case of the town, whether he may see it or not."""
    intrusions.in_hand(app, username, attempt, Case, CASE)


# ---- a state without a step


def form_of(app: Flask) -> dict[str, str]:
    (version,) = ask(app, "SELECT version FROM case_record WHERE id = :key", key=CASE)
    return {**BY_REGISTER["Case"].form(OWN), "_version": str(version)}


def edits_the_state(app: Flask) -> str | None:
    """The form of the case with fields that it does not have."""
    signed_in(app, "town_admin").submit(f"/cases/edit/{CASE}", form_of(app) | SMUGGLED)
    assert ask(app, "SELECT subject FROM case_record WHERE id = :key", key=CASE) == ["新事由"], (
        "the form itself is good"
    )
    return moved(app)


def restores_a_state(app: Flask) -> str | None:
    """A draft of the form with such fields, opened again and saved as it stands there."""
    browser = signed_in(app, "town_admin")
    assert draft(browser, "/cases", form_of(app) | SMUGGLED, CASE).status_code == 200
    page = browser.get(f"/cases/edit/{CASE}?_draft=1").text
    kept = SMUGGLED if SMUGGLED["state_reason"] in page else {}
    browser.submit(f"/cases/edit/{CASE}", form_of(app) | kept)
    return moved(app)


def moves_many(app: Flask) -> str | None:
    """An action on many rows that no list offers."""
    browser = signed_in(app, "town_admin")
    for name in ("advance", "withdraw", "bulk_withdraw"):
        browser.submit("/cases/action_post", {"action": name, "rowid": [str(CASE)], "to": "WITHDRAWN"})
    return moved(app)


def adds_a_closed_case(app: Flask) -> str | None:
    """A new case that claims to have been dealt with."""
    signed_in(app, "town_admin").submit("/cases/add", BY_REGISTER["Case"].form(OWN) | SMUGGLED | {"_once": "0" * 32})
    return None if not ask(app, "SELECT 1 FROM case_record WHERE state <> 'APPLIED'") else "a new case is WITHDRAWN"


def writes_the_state(app: Flask) -> str | None:
    in_hand(app, "town_admin", lambda row, _actor: withdraw(row))
    return moved(app)


def withdraw(row: Any) -> None:
    """Past every step."""
    row.state, row.state_reason = CaseState.WITHDRAWN, SMUGGLED["state_reason"]


# ---- a step without the right


def steps_with_a_look(app: Flask) -> str | None:
    in_hand(app, "supervisor", lambda row, actor: move(row, "WITHDRAWN", actor))
    return moved(app)


def steps_in_a_foreign_case(app: Flask) -> str | None:
    in_hand(app, "foreign_admin", lambda row, actor: move(row, "WITHDRAWN", actor))
    return moved(app)


def steps_past_what_is_needed(app: Flask) -> str | None:
    def hurry(row: Any, actor: Actor) -> None:
        for to in ("ACCEPTED", "INVESTIGATING", "HANDLING"):
            move(row, to, actor)

    in_hand(app, "town_admin", hurry)
    return "handled without an investigation" if state(app) == "HANDLING" else None


def changes_the_subject_with_a_step(app: Flask) -> str | None:
    """Who handles cases but may not edit them writes more than the step asks for."""

    def attempt(row: Any, actor: Actor) -> None:
        grants = tuple(type(g)(g.division_code, g.role, g.permissions - {("Case", "edit")}) for g in actor.grants)
        handler = Actor(actor.name, actor.user_id, grants)
        with acting_as(handler):
            row.subject = "改了的事由"
            move(row, "WITHDRAWN", handler)
            db.session.commit()

    in_hand(app, "town_admin", attempt)
    (subject,) = ask(app, "SELECT subject FROM case_record WHERE id = :key", key=CASE)
    return "the subject was changed" if subject == "改了的事由" else None


def merges_out_of_sight(app: Flask) -> str | None:
    in_hand(app, "staff", lambda row, actor: move(row, "MERGED", actor, merged_into_id=BESIDE))
    return moved(app)


# ---- what was done, and who is urged


def records(app: Flask) -> list[str]:
    """What was done in the case of the town, beyond what the world begins with."""
    return ask(app, "SELECT summary FROM case_activity WHERE case_id = :key AND summary NOT LIKE '%-QX'", key=CASE)


def note(key: int) -> CaseActivity:
    return CaseActivity(case_id=key, kind=ActivityKind.CALL, happened_on=TODAY, summary="回电", done_by="丙")


def records_in_a_foreign_case(app: Flask) -> str | None:
    in_hand(app, "village_admin", lambda _row, _actor: db.session.add(note(CASE)))
    return "a record in the case of the town" if records(app) else None


def alters_a_record(app: Flask) -> str | None:
    """The one who wrote it makes it say something else, then drops it."""
    in_hand(app, "town_admin", lambda _row, _actor: db.session.add(note(CASE)))
    assert records(app) == ["回电"]

    def written() -> CaseActivity:
        return db.session.scalars(select(CaseActivity).where(CaseActivity.summary.in_(["回电", "没有回电"]))).one()

    def alter(_row: Any, _actor: Actor) -> None:
        done = written()
        done.summary = "没有回电"

    def drop(_row: Any, _actor: Actor) -> None:
        db.session.delete(written())

    in_hand(app, "town_admin", alter)
    in_hand(app, "town_admin", drop)
    return None if records(app) == ["回电"] else "what was done is gone"


def urges_without_the_right(app: Flask) -> str | None:
    urge = Urge(case_id=CASE, by_name="甲", sent_on=TODAY, reason="快办")
    in_hand(app, "staff", lambda _row, _actor: db.session.add(urge))
    return "staff urge" if ask(app, "SELECT 1 FROM urge WHERE reason = '快办'") else None
