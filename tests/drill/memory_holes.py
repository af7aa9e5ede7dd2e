"""Holes in what a list remembers: whose it is, how it is kept, where it is told, what it may show."""

from collections.abc import Iterator
from unittest.mock import patch

from flask import Flask, redirect, request
from sqlalchemy import select

from app import list_memory, preferences, secret
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Preference
from tests.drill.hole import hole
from tests.security import intrusions
from views import remembering
from views.remembering import Remembering


@hole(attack=intrusions.reads_what_another_searched)
def memory_of_another_read(app: Flask) -> Iterator[None]:
    """Whoever asks is taken for the first who has one."""
    original = preferences.owner

    def careless() -> int:
        me = original()
        with acting_as(SETUP):
            return db.session.scalar(select(Preference.user_id).order_by(Preference.id).limit(1)) or me

    with patch.object(preferences, "owner", careless):
        yield


@hole(attack=intrusions.reads_searches_in_the_database)
def memory_kept_in_clear(app: Flask) -> Iterator[None]:
    with (
        patch.object(secret, "seal_text", lambda place, text, purpose: text),
        patch.object(secret, "unseal_text", lambda place, token, purpose: token),
    ):
        yield


@hole(attack=intrusions.opens_a_search_copied_to_himself)
def memory_not_bound_to_its_person(app: Flask) -> Iterator[None]:
    with patch.object(preferences, "_place", lambda user_id, name: name):
        yield


@hole(attack=intrusions.follows_the_name_in_the_address)
def search_told_in_the_address(app: Flask) -> Iterator[None]:
    def careless(where: str, code: int = 302) -> object:
        return redirect(f"{where}&q={request.form.get('q', '')}", code)

    with patch.object(remembering, "redirect", careless):
        yield


@hole(attack=intrusions.chooses_a_column_for_few)
def secret_column_chosen(app: Flask) -> Iterator[None]:
    def careless(self: Remembering, memory: list_memory.ListMemory) -> list[str]:
        return [name for name in self.show_columns if name in memory.columns]

    def every(self: Remembering, wanted: tuple[str, ...]) -> list[str]:
        return [name for name in self.show_columns if name in wanted]

    with patch.object(Remembering, "columns_of", careless), patch.object(Remembering, "_among", every):
        yield
