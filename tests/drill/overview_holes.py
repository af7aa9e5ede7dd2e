"""Holes in what stands above the registers: numbers, names and places of others, and what forms begin with."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import select, true

from app import coverage, workbench
from app.extensions import db
from app.interface import RegisterInterface
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry
from tests.drill.hole import as_system, hole
from tests.security import overviews


@hole(attack=overviews.asks_where_stations_are_missing)
def missing_places_unscoped(app: Flask) -> Iterator[None]:
    with (
        patch.object(coverage, "part_of", lambda actor: true()),
        patch.object(coverage, "places", as_system(coverage.places)),
    ):
        yield


@hole(attack=overviews.counts_what_he_cannot_see)
def numbers_unscoped(app: Flask) -> Iterator[None]:
    with patch.object(workbench, "figures", as_system(workbench.figures)):
        yield


@hole(attack=overviews.reads_what_others_did)
def last_rows_of_everybody(app: Flask) -> Iterator[None]:
    """The audit of what one sees, not of what one did."""

    def careless(actor: Any, registers: Any) -> Any:
        entry = AuditEntry
        return select(entry).where(entry.root_register.in_(sorted(registers))).order_by(entry.id.desc()).limit(200)

    with patch.object(workbench, "mine", careless):
        yield


@hole(attack=overviews.reads_on_after_a_move)
def last_rows_out_of_sight(app: Flask) -> Iterator[None]:
    with patch.object(workbench, "is_there", lambda entry, model: true()):
        yield


@hole(attack=overviews.begins_with_the_station_of_another)
def only_place_unscoped(app: Flask) -> Iterator[None]:
    def careless(self: RegisterInterface, places: Any) -> Any:
        with acting_as(SETUP):
            return db.session.scalars(select(self.key).limit(1)).first()

    with patch.object(RegisterInterface, "only_choice", careless):
        yield
