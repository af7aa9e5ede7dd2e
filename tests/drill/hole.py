"""What a hole on purpose is: one named seam of the product, replaced for a while, and how it is to be found.

None of this is in the product. The prober of the matrix finds a hole in the registers in which it shows; a sweep of
accounts and roles, or one short attack, finds those that no single answer gives away.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.scope import acting_as, forget_criteria
from app.security.actor import SETUP
from models import Division, Station
from tests import world
from tests.security.people import PeopleProber
from tests.security.prober import Leak, Prober
from tests.security.registers import SPECS
from tests.security.spec import Spec

Attack = Callable[[Flask], str | None]


@dataclass(frozen=True)
class Hole:
    """A way in: what it is, who finds it by what, and the context manager that opens it."""

    name: str
    people: tuple[str, ...]
    shown_by: Callable[[Spec], bool]
    attack: Attack | None
    is_about_people: bool
    open: Callable[[Flask], Any]

    def leaks(self, app: Flask) -> list[Leak]:
        """What is found while it is open: the first leak of each of its people, or what its attack gets."""
        with self.open(app):
            return self.search(app)

    def search(self, app: Flask) -> list[Leak]:
        """The same search on the product as it is."""
        if self.attack is not None:
            return list(_attacked(app, self.attack))
        if self.is_about_people:
            return [leak for person in self.people for leak in PeopleProber(app, person).first_leak()]
        specs = tuple(filter(self.shown_by, SPECS))
        return [leak for person in self.people for leak in Prober(app, person, specs).first_leak()]


HOLES: list[Hole] = []


def _attacked(app: Flask, attack: Attack) -> Iterator[Leak]:
    """An attack begins with the world as it was built, and leaves it so."""
    rebuild(app)
    try:
        found = attack(app)
    finally:
        rebuild(app)
    if found is not None:
        yield Leak("attack", attack.__name__, found)


def rebuild(app: Flask) -> None:
    with app.app_context():
        world.begin(app)


def hole(
    *people: str,
    shown_by: Callable[[Spec], bool] | None = None,
    attack: Attack | None = None,
    is_about_people: bool = False,
) -> Callable[[Callable[[Flask], Iterator[None]]], Callable[[Flask], Any]]:
    def declare(method: Callable[[Flask], Iterator[None]]) -> Callable[[Flask], Any]:
        opened = contextmanager(method)
        HOLES.append(Hole(method.__name__, people, shown_by or everywhere, attack, is_about_people, opened))
        return opened

    return declare


def as_system(function: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, run by the product itself: what a careless acting_as() does."""

    def careless(*args: Any, **kwargs: Any) -> Any:
        with acting_as(SETUP):
            return function(*args, **kwargs)

    return careless


# ---- in registers of which kind a hole shows


def everywhere(spec: Spec) -> bool:
    return True


def in_divisions(spec: Spec) -> bool:
    """The one register whose place is typed, and where a supervisor may look at rows but not take them away."""
    return spec.model is Division


def in_stations(spec: Spec) -> bool:
    """What shows in every register is looked for in the shortest one that has forms, lists and actions."""
    return spec.model is Station


def has_private_columns(spec: Spec) -> bool:
    """Some see its rows as a reference only, without all columns."""
    return spec.is_reference and bool(set(spec.canaries.values()) - set(spec.shared))


def has_edit_action(spec: Spec) -> bool:
    return "edit" in spec.actions.values()


def has_key_out_of_sight(spec: Spec) -> bool:
    """The world has a row whose key leads out of its place: the merged division."""
    return spec.model is Division


def has_masked_names(spec: Spec) -> bool:
    return any(column.info.get("masked") for column in spec.table.c)


def has_secrets(spec: Spec) -> bool:
    return bool(spec.secrets)


def has_secrets_for_few(spec: Spec) -> bool:
    """Some who see its rows may open its secrets, others may not."""
    verbs = [cells.split() for cells in spec.rights.values()]
    return has_secrets(spec) and any("view" in held and "reveal" not in held for held in verbs)


def has_files(spec: Spec) -> bool:
    return bool(spec.file)


def has_children(spec: Spec) -> bool:
    return bool(spec.children)


@contextmanager
def looking_anew() -> Iterator[None]:
    """What an actor may read is remembered; the same actor comes again."""
    forget_criteria()
    try:
        yield
    finally:
        forget_criteria()
