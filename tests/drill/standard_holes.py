"""Holes in what the standards make of stations: acts of others, boards of others, reasons from records of others."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from flask import Flask
from sqlalchemy import inspect

from app import board, recognitions
from tests.drill.hole import as_system, hole
from tests.security import standard_intrusions as intrusions


@hole(attack=intrusions.recognises_for_the_county)
def act_of_the_level_above(app: Flask) -> Iterator[None]:
    with patch.object(recognitions, "place_of", lambda station, level: station.place):
        yield


@hole(attack=intrusions.revokes_for_the_county)
def only_new_acts_are_looked_at(app: Flask) -> Iterator[None]:
    careful = recognitions._complete

    def careless(session: Any, row: Any, *args: Any) -> None:
        if inspect(row).pending:
            careful(session, row, *args)

    with patch.object(recognitions, "_complete", careless):
        yield


@hole(attack=intrusions.recognises_what_lacks_something)
def recognition_without_a_look(app: Flask) -> Iterator[None]:
    with patch.object(recognitions, "_ask", lambda *_: None):
        yield


@hole(attack=intrusions.reads_the_board_of_another)
def board_unscoped(app: Flask) -> Iterator[None]:
    with (
        patch.object(board, "part_of", lambda actor, verb, within: [within]),
        patch.object(board, "rows", as_system(board.rows)),
        patch.object(board, "total", as_system(board.total)),
    ):
        yield


@hole(attack=intrusions.reads_why)
def reasons_for_everybody(app: Flask) -> Iterator[None]:
    with patch.object(board, "MENDED_IN", dict.fromkeys(board.MENDED_IN, "Station")):
        yield
