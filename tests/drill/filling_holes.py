"""Holes in 现场填报: whose station is filled in, how often a form is saved, and what stays in a photo."""

from collections.abc import Iterator
from contextlib import ExitStack
from unittest.mock import patch

from flask import Flask

from app import confirming
from app.files import Checked
from models.base import new_uid
from tests.drill.hole import as_system, hole
from tests.security import filling_intrusions
from views import filling, once
from views.filling import Filling


@hole(attack=filling_intrusions.fills_in_for_another_township)
def station_of_another_filled_in(app: Flask) -> Iterator[None]:
    """The station is looked for as the product itself, and so is what stands on its sheet."""
    with ExitStack() as stack:
        for name in ("_row", "_sheet"):
            stack.enter_context(patch.object(Filling, name, as_system(getattr(Filling, name))))
        stack.enter_context(patch.object(filling, "acting", as_system(filling.acting)))
        stack.enter_context(patch.object(confirming, "confirm", as_system(confirming.confirm)))
        yield


@hole(attack=filling_intrusions.sends_a_line_twice)
def line_sent_twice_makes_two_rows(app: Flask) -> Iterator[None]:
    with patch.object(once, "uid_for", lambda register, files=(): new_uid()):
        yield


@hole(attack=filling_intrusions.finds_where_a_photo_was_taken)
def photo_kept_as_it_was_taken(app: Flask) -> Iterator[None]:
    with patch.object(filling, "checked", lambda name, content: Checked(name, "jpeg", content)):
        yield
