"""Short attacks on cases that were merged: they are one matter, for a seal, and for whoever is shut out."""

import itertools
from collections.abc import Callable

from flask import Flask

from app.extensions import db
from app.opening import recuse
from app.scope import acting_as
from app.security.actor import SETUP
from app.workflow.sealing import seal
from app.workflow.steps import advance
from models import Case, CaseState, SealReason
from tests import records
from tests.security.attacks import account_id, person
from tests.security.intrusions import ask, signed_in
from tests.world import OWN, TODAY

Act = Callable[[Case], object]
HALVES = (0, 1)  # the one that is merged, the one that it is merged into


def _merged(app: Flask, half: int, before: Act | None = None, after: Act | None = None) -> list[int]:
    """The keys of two cases, of which the first was merged into the second; `before` or `after` that, something was
    done to one of them.
    """
    with app.app_context(), acting_as(SETUP):
        keys = [records.case(OWN, f"{name}的事") for name in ("并出", "并入")]

        def fill(row: Case) -> None:
            row.state_reason, row.merged_into_id = "重复", keys[1]

        def merge(_chosen: Case) -> None:
            advance(db.session.get_one(Case, keys[0]), CaseState.MERGED, SETUP, TODAY, fill)

        for act in filter(None, (before, merge, after)):
            act(db.session.get_one(Case, keys[half]))
            db.session.commit()
        db.session.remove()
    return keys


def _seen(app: Flask, username: str, keys: list[int]) -> list[int]:
    browser = signed_in(app, username)
    return [key for key in keys if browser.get(f"/cases/show/{key}").status_code != 404]


def _is_found_out(case: Case) -> None:
    case.is_sexual = True


def _is_sealed(case: Case) -> None:
    seal(case, SealReason.HIGH_RISK, TODAY)


def _shuts_staff_out(case: Case) -> None:
    recuse(case, account_id("staff"), "亲属", person("town_admin"), TODAY)


def finds_it_by_what_was_merged(app: Flask) -> str | None:
    """A sealed case goes into an open one, and an open one into a sealed one; or it is sealed afterwards, by somebody's
    word, or by what is found out.
    """
    for half, act, when in itertools.product(HALVES, (_is_sealed, _is_found_out), ("before", "after")):
        keys = _merged(app, half, **{when: act})
        for username in ("staff", "county_admin"):
            if seen := _seen(app, username, keys):
                return f"{username} sees {seen} of what was merged with a sealed case ({half}, {act.__name__}, {when})"
    return None


def reads_what_was_merged_though_recused(app: Flask) -> str | None:
    """Whoever is shut out of a case is shut out of what was merged with it, before or afterwards."""
    for half, when in itertools.product(HALVES, ("before", "after")):
        if seen := _seen(app, "staff", _merged(app, half, **{when: _shuts_staff_out})):
            return f"sees {seen} of what he is shut out of ({half}, {when})"
    return None


def is_shut_out_for_ever(app: Flask) -> str | None:
    """What was shut together is opened together: else each half would shut the other again."""
    for half, lifted in itertools.product(HALVES, HALVES):
        keys = _merged(app, half, after=_shuts_staff_out)
        (row,) = ask(app, "SELECT id FROM case_recusal WHERE case_id = :k AND lifted_on IS NULL", k=keys[lifted])
        signed_in(app, "town_admin").submit(f"/cases/lift/{row}", {"reason": "查明没有关系"})
        if _seen(app, "staff", keys) != keys:
            return f"sees {_seen(app, 'staff', keys)} of {keys} when it was lifted ({half}, {lifted})"
    return None


def is_lifted_by_halves(app: Flask) -> str | None:
    """What was sealed together is unsealed together: else one half tells that there is another."""
    for half in HALVES:
        keys = _merged(app, half, after=_is_sealed)
        (version,) = ask(app, "SELECT version FROM case_record WHERE id = :k", k=keys[half])
        form = {"_version": str(version), "seal_reason": "不必封存"}
        signed_in(app, "town_admin").submit(f"/cases/unseal/{keys[half]}", form)
        sealed = [
            k for k in keys if ask(app, "SELECT 1 FROM case_record WHERE id = :k AND sealed_for IS NOT NULL", k=k)
        ]
        if sealed:
            return f"{sealed} stays sealed"
    return None


ATTACKS = (finds_it_by_what_was_merged, reads_what_was_merged_though_recused, is_shut_out_for_ever, is_lifted_by_halves)
