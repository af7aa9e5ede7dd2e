"""What follows from numbers that are told: the sets of which anybody can work out how many are in them."""

from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import product

Places = frozenset[Hashable]
Known = tuple[Places, int]  # a set of places, and how many are in them together


def known(told: Sequence[Known]) -> list[Known]:
    """All sets whose number follows from those told, by adding and subtracting. Where none is, none is in any part."""
    empty = frozenset[Hashable]().union(*(places for places, n in told if n == 0))
    left = [(places - empty, n) for places, n in told if places - empty]
    found = [one for group in _together(left) for one in _combined(group)]
    if any(n == 0 for _places, n in found):
        return known([*told, *found])
    return found


def _together(told: Sequence[Known]) -> list[list[Known]]:
    """Numbers that share no places have nothing to tell of each other."""
    groups: list[list[Known]] = []
    for one in told:
        near = [group for group in groups if any(one[0] & places for places, _n in group)]
        groups = [group for group in groups if group not in near] + [[one, *(each for group in near for each in group)]]
    return groups


def _combined(told: Sequence[Known]) -> list[Known]:
    """Places that no number tells apart go together. In a reduced basis each row alone has its first place: a sum of
    rows that is a set takes each row once, or not at all.
    """
    kinds: dict[tuple[bool, ...], set[Hashable]] = {}
    for place in frozenset[Hashable]().union(*(places for places, _n in told)):
        kinds.setdefault(tuple(place in places for places, _n in told), set()).add(place)
    rows = _reduced([[*(Fraction(kind[m]) for kind in kinds), Fraction(n)] for m, (_places, n) in enumerate(told)])
    found = []
    for taken in product((False, True), repeat=len(rows)):
        chosen = [row for row, is_taken in zip(rows, taken, strict=True) if is_taken]
        *marks, n = [sum(column) for column in zip(*chosen, strict=True)] or [0]
        if any(marks) and {*marks} <= {0, 1}:
            members = (kinds[kind] for kind, mark in zip(kinds, marks, strict=True) if mark)
            found.append((frozenset[Hashable]().union(*members), int(n)))
    return found


def _reduced(rows: list[list[Fraction]]) -> list[list[Fraction]]:
    """The rows of a matrix without those that follow from others, each the only one with its first number; the last
    column is what they are equal to.
    """
    done = 0
    for column in range(len(rows[0]) - 1):
        pivot = next((n for n in range(done, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [n / rows[done][column] for n in rows[done]]
        for n, row in enumerate(rows):
            if n != done and row[column]:
                rows[n] = [a - row[column] * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    return rows[:done]
