"""Holes in what is printed: whose station it is, who may see the names on it, and what is masked."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from flask import Flask

from app import papers, secret
from app.papers import Paper
from tests.drill.hole import as_system, hole, in_stations
from tests.drill.secret_holes import masked_but_in
from tests.security import paper_intrusions as intrusions
from views.printing import Printing


@hole("town_admin", shown_by=in_stations)
def unmasked_on_paper(app: Flask) -> Iterator[None]:
    with patch.object(secret, "masked", masked_but_in("paper")):
        yield


@hole("town_admin", shown_by=in_stations)
def unmasked_in_the_word_file(app: Flask) -> Iterator[None]:
    with patch.object(secret, "masked", masked_but_in("roster")):
        yield


@hole("town_admin", shown_by=in_stations)
def papers_of_every_station(app: Flask) -> Iterator[None]:
    with patch.object(Printing, "_paper", as_system(Printing._paper)):
        yield


@hole(attack=intrusions.prints_names_that_are_not_his)
def papers_ask_for_the_station_only(app: Flask) -> Iterator[None]:
    with patch.object(Paper, "may", lambda *_: True):
        yield


@hole(attack=intrusions.takes_a_roster_away)
def roster_taken_by_the_right_to_view(app: Flask) -> Iterator[None]:
    original = Paper.may

    def careless(self: Paper, actor: Any, station: Any, verb: str = "view") -> bool:
        return original(self, actor, station)

    with patch.object(Paper, "may", careless):
        yield


@hole(attack=intrusions.reads_a_number_on_the_wall)
def numbers_on_the_wall(app: Flask) -> Iterator[None]:
    with patch.object(papers, "mask_numbers", lambda text: text):
        yield
