"""Holes in the workflow of cases: states without steps, steps without rights, records that can be altered."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from flask import Flask
from flask_appbuilder.actions import ActionItem

from app import danger, guard
from app.workflow import steps
from models import Urge
from tests.drill.hole import hole
from tests.security import case_intrusions as intrusions
from tests.security.probes import view_of
from tests.security.registers import BY_REGISTER
from tests.unit.case_faults import asking_for, not_held, unnamed_verbs_are, without
from views.forms import form_for


@contextmanager
def _forms_with_a_state(app: Flask) -> Iterator[None]:
    """Both forms of a case have fields that only steps write, and nothing holds them."""
    view = view_of(app, BY_REGISTER["Case"])
    columns = [*view.edit_columns, "state", "state_reason"]
    with ExitStack() as stack:
        stack.enter_context(not_held())
        for name, verb in (("edit_form", "edit"), ("add_form", "add")):
            with app.app_context():
                stack.enter_context(patch.object(view, name, form_for(view.datamodel, columns, verb)))
        yield


@hole(attack=intrusions.edits_the_state)
def state_in_the_edit_form(app: Flask) -> Iterator[None]:
    with _forms_with_a_state(app):
        yield


@hole(attack=intrusions.restores_a_state)
def state_in_a_draft(app: Flask) -> Iterator[None]:
    with _forms_with_a_state(app):
        yield


@hole(attack=intrusions.adds_a_closed_case)
def state_of_a_new_case(app: Flask) -> Iterator[None]:
    with _forms_with_a_state(app):
        yield


@hole(attack=intrusions.moves_many)
def state_by_a_bulk_action(app: Flask) -> Iterator[None]:
    def careless(rows: Any) -> None:
        for row in rows:
            intrusions.withdraw(row)

    careless._verb = "edit"  # type: ignore[attr-defined]
    view = view_of(app, BY_REGISTER["Case"])
    action = ActionItem("bulk_withdraw", "撤回", "", "", True, False, careless)
    with not_held(), patch.dict(view.actions, {"bulk_withdraw": action}):
        yield


@hole(attack=intrusions.writes_the_state)
def state_written_by_anybody_who_edits(app: Flask) -> Iterator[None]:
    with not_held():
        yield


@hole(attack=intrusions.steps_with_a_look)
def step_by_the_right_to_view(app: Flask) -> Iterator[None]:
    with asking_for("view"):
        yield


@hole(attack=intrusions.steps_in_a_foreign_case)
def step_in_any_case(app: Flask) -> Iterator[None]:
    with patch.object(steps, "_may", lambda *_: True), patch.object(guard, "guard_write", lambda *_: None):
        yield


@hole(attack=intrusions.steps_past_what_is_needed)
def step_without_what_it_needs(app: Flask) -> Iterator[None]:
    with without("缺少调查记录"):
        yield


@hole(attack=intrusions.changes_the_subject_with_a_step)
def step_that_writes_anything(app: Flask) -> Iterator[None]:
    """What was changed before is written by the right to take the step."""
    session_flush: Callable[..., None] = steps.Session.flush

    def later(self: Any, objects: Any = None) -> None:
        if steps.scope._moving.get() is not None:
            session_flush(self, objects)

    with patch.object(steps.Session, "flush", later), patch.object(steps, "was_set", lambda *_: []):
        yield


@hole(attack=intrusions.merges_out_of_sight)
def merged_out_of_sight(app: Flask) -> Iterator[None]:
    with (
        without("另一件有效的案件"),
        patch.object(guard, "check_references", lambda *_: None),
        patch.object(danger, "_merged", lambda _flush: set()),
    ):
        yield


@hole(attack=intrusions.records_in_a_foreign_case)
def record_in_any_case(app: Flask) -> Iterator[None]:
    with (
        patch.object(guard, "_is_stored_for", lambda *_: True),
        patch.object(guard, "check_references", lambda *_: None),
    ):
        yield


@hole(attack=intrusions.alters_a_record)
def record_that_can_be_altered(app: Flask) -> Iterator[None]:
    with unnamed_verbs_are("edit"):
        yield


@hole(attack=intrusions.urges_without_the_right)
def urged_by_whoever_handles(app: Flask) -> Iterator[None]:
    with patch.object(Urge, "__writing__", {"add": "handle", "edit": "handle"}):
        yield
