"""What a list remembers of one person: his last searches, his page size, his columns.

A search is stored here, under a random id, instead of in the address: addresses stay in logs and browsers, and the
names of people are searched for.
"""

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from app import preferences

SEARCHES = 5  # of one person in one register
UNFILTERED = "none"  # the id of no search: the whole list
Inputs = dict[str, list[str]]  # {name of an input: what stands in it}


@dataclass(frozen=True)
class Search:
    """Inputs that were asked for, and the id that stands in the address for them."""

    id: str
    inputs: Inputs


@dataclass(frozen=True)
class ListMemory:
    """One person's memory of one list: searches the newest first, rows a page (0: as usual), columns (none: as usual).

    All of it was checked when it was stored; who reads it checks again, since the register may have changed.
    """

    searches: tuple[Search, ...] = ()
    size: int = 0
    columns: tuple[str, ...] = ()

    def search(self, id: str | None) -> Search:
        """The search of that id, the newest without one; of an unknown id, the unfiltered list."""
        if id is None:
            return self.searches[0] if self.searches else Search("", {})
        return next((found for found in self.searches if found.id == id), Search(UNFILTERED, {}))

    def with_search(self, inputs: Inputs, size: int = 0) -> "ListMemory":
        """`inputs` as the newest search: under its old id when it was asked before, else under a new one."""
        known = next((found for found in self.searches if found.inputs == inputs), None)
        others = [found for found in self.searches if found is not known]
        newest = known or Search(secrets.token_hex(3), inputs)
        is_needed = bool(inputs or others)  # an unfiltered list needs no memory where nothing else is remembered
        return replace(self, searches=(newest, *others)[:SEARCHES] if is_needed else (), size=size or self.size)

    def with_columns(self, columns: tuple[str, ...]) -> "ListMemory":
        return replace(self, columns=columns)


def _of(content: preferences.Content) -> ListMemory:
    searches = tuple(Search(search["id"], search["inputs"]) for search in content.get("searches", ()))
    return ListMemory(searches, content.get("size", 0), tuple(content.get("columns", ())))


def recall(register: str) -> ListMemory:
    """What the acting person's list of `register` remembers."""
    return _of(preferences.get(_name(register)))


def revise(register: str, change: Callable[[ListMemory], ListMemory], now: datetime) -> ListMemory:
    """Let `change` happen to it; returns what it is then. `now` is UTC."""
    return _of(preferences.revise(_name(register), lambda content: asdict(change(_of(content))), now))


def _name(register: str) -> str:
    return f"list:{register}"
