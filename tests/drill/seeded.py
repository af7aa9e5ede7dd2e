"""All holes on purpose, in the order in which they are opened."""

from tests.drill import delegation_holes, holes, search_holes, secret_holes, session_holes
from tests.drill.hole import HOLES, Hole

MODULES = (holes, secret_holes, delegation_holes, session_holes, search_holes)

__all__ = ["HOLES", "MODULES", "Hole"]
