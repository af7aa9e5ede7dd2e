"""Holes around secrets, files and the rows inside a form: what is shown in clear, and what hangs on another's row."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

from flask import Flask, request
from sqlalchemy import select

from app import attachments, audit, guard, secret
from app.extensions import db
from app.interface import RegisterInterface
from app.scope import acting_as
from app.security.actor import SETUP, Actor
from models import Attachment
from tests.drill.hole import (
    as_system,
    has_children,
    has_files,
    has_masked_names,
    has_secrets,
    has_secrets_for_few,
    hole,
    looking_anew,
)
from tests.security import intrusions
from tests.security.registers import SPECS
from views import forms
from views.attaching import Attaching
from views.children import Children
from views.forms import SecretField
from views.writing import Writing


def masked_but_in(method: str) -> Callable[..., str]:
    """Secrets are shown in clear by one method of every register."""
    original = secret.masked

    def careless(row: Any, column: str, token: str | None = None) -> str:
        if (request.endpoint or "").endswith(f".{method}"):
            return secret.opened(row, column, token if token is not None else getattr(row, column)) or ""
        return original(row, column, token)

    return careless


@hole("town_admin", shown_by=has_secrets)
def unmasked_in_the_list(app: Flask) -> Iterator[None]:
    with patch.object(secret, "masked", masked_but_in("list")):
        yield


@hole("town_admin", shown_by=has_secrets)
def unmasked_on_the_page(app: Flask) -> Iterator[None]:
    with patch.object(secret, "masked", masked_but_in("show")):
        yield


@hole("town_admin", shown_by=has_secrets)
def unmasked_in_the_history(app: Flask) -> Iterator[None]:
    with patch.object(secret, "masked", masked_but_in("history")):
        yield


@hole("town_admin", shown_by=has_secrets)
def unmasked_in_the_export(app: Flask) -> Iterator[None]:
    with patch.object(secret, "masked", masked_but_in("export")):
        yield


@hole("town_admin", shown_by=has_secrets)
def secret_sent_into_the_form(app: Flask) -> Iterator[None]:
    def careless(self: Any, row: Any) -> None:
        self.data = self.data or secret.get(row, self.column)

    with patch.object(SecretField, "remember", careless):
        yield


@hole("staff", "center", shown_by=has_secrets_for_few)
def secret_opened_by_the_right_to_view(app: Flask) -> Iterator[None]:
    original = Actor.places

    def careless(self: Actor, verb: str, register: str) -> tuple[str, ...]:
        return original(self, "view" if verb == "reveal" else verb, register)

    with looking_anew(), patch.object(Actor, "places", careless):
        yield


@hole(attack=intrusions.opens_a_secret_unseen)
def secret_opened_unrecorded(app: Flask) -> Iterator[None]:
    original = audit.note

    def careless(session: Any, verb: str, *args: Any, **kwargs: Any) -> None:
        if verb != "reveal":
            original(session, verb, *args, **kwargs)

    with patch.object(audit, "note", careless):
        yield


@hole(attack=intrusions.changes_a_row_unseen)
def change_unrecorded(app: Flask) -> Iterator[None]:
    with patch.object(audit, "record", lambda *args: None):
        yield


# ---- files


@hole("town_admin", shown_by=has_files)
def file_of_a_foreign_row_served(app: Flask) -> Iterator[None]:
    """The row that a file hangs on is not asked for as the person."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(Attaching, "_hosting", as_system(Attaching._hosting)))
        for name in ("find", "content_of"):
            stack.enter_context(patch.object(attachments, name, as_system(getattr(attachments, name))))
        yield


@hole("town_admin", shown_by=has_files)
def file_of_another_row_served_through_mine(app: Flask) -> Iterator[None]:
    def careless(_row: Any, key: Any) -> Attachment | None:
        wanted = RegisterInterface.of(Attachment).key_of(key)
        return db.session.scalars(select(Attachment).where(Attachment.id == wanted)).one_or_none()

    with patch.object(attachments, "find", careless):
        yield


# ---- the rows inside a form


@hole("town_admin", shown_by=has_children)
def child_of_another_parent_written(app: Flask) -> Iterator[None]:
    """A line of my form may name the child of any row."""

    def careless(self: Any, parent: Any) -> list[Any]:
        return list(db.session.scalars(select(self.datamodel.obj).order_by(self.datamodel.key)))

    with patch.object(Children, "of", as_system(careless)), patch.object(guard, "guard_write", lambda *args: None):
        yield


@hole("town_admin", shown_by=has_children)
def child_moved_to_a_foreign_parent(app: Flask) -> Iterator[None]:
    """A line says itself whose child it is, and the guard asks only where the child says it lies."""
    parents = {child.model: child.parent for spec in SPECS for child in spec.children}
    original = RegisterInterface.add

    def careless(self: Any, item: Any, commit: bool = False) -> None:
        column = parents.get(type(item), "-")
        for name, value in request.form.items():
            if name.endswith(f"-{column}"):
                setattr(item, column, int(value))
        original(self, item, commit)

    with patch.object(RegisterInterface, "add", careless), patch.object(guard, "guard_write", lambda *args: None):
        yield


@hole("town_admin", shown_by=has_children)
def child_points_to_somebody_out_of_sight(app: Flask) -> Iterator[None]:
    def careless(field: Any, key: Any) -> bool:
        with acting_as(SETUP):
            return field.target.get(key) is not None

    with (
        patch.object(forms, "may_choose", careless),
        patch.object(forms.RelationField, "fixed", False),
        patch.object(guard, "check_references", lambda *args: None),
    ):
        yield


@hole("county_admin", shown_by=has_masked_names)
def names_in_clear_above_the_township(app: Flask) -> Iterator[None]:
    with patch.object(RegisterInterface, "is_veiled", lambda self, row, name: False):
        yield


@hole("county_admin", shown_by=has_masked_names)
def names_in_clear_in_forms_above_the_township(app: Flask) -> Iterator[None]:
    with patch.object(Writing, "_edit_form_of", lambda self, row: self.edit_form(obj=row)):
        yield
