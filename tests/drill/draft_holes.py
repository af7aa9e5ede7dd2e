"""Holes around drafts: whose they are, what stands in the database, and of which rows."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from flask import Flask, request
from sqlalchemy import select

from app import drafts, secret
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Draft
from tests.drill.hole import hole, in_stations
from tests.security import draft_intrusions
from views.drafting import Drafting


def _of_whoever_has_one(actor: Any) -> int:
    """The number of somebody who has drafts; else one's own."""
    with acting_as(SETUP):
        return db.session.scalars(select(Draft.user_id).order_by(Draft.id)).first() or actor.user_id


@hole(attack=draft_intrusions.reads_anothers_draft)
def draft_of_another_shown(app: Flask) -> Iterator[None]:
    with patch.object(drafts, "_owner", _of_whoever_has_one):
        yield


@hole(attack=draft_intrusions.forgets_anothers_draft)
def draft_of_another_forgotten(app: Flask) -> Iterator[None]:
    with patch.object(drafts, "_owner", _of_whoever_has_one):
        yield


@hole(attack=draft_intrusions.reads_drafts_in_the_database)
def draft_stored_in_clear(app: Flask) -> Iterator[None]:
    def careless(_place: str, content: bytes, _purpose: str = "seal") -> bytes:
        return content

    with patch.object(secret, "seal", careless), patch.object(secret, "unseal", careless):
        yield


@hole("town_admin", shown_by=in_stations)
def draft_of_any_row_taken(app: Flask) -> Iterator[None]:
    """The row is not asked for as the person."""
    original = Drafting._row

    def careless(self: Any, pk: str, verb: str = "view") -> Any:
        if not (request.endpoint or "").endswith(".draft"):
            return original(self, pk, verb)
        with acting_as(SETUP):
            return original(self, pk, verb)

    with patch.object(Drafting, "_row", careless, create=True):
        yield
