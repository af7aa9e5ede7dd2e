"""What a submitted table does not tell: no cell, no sum and no difference is of one to four sealed cases."""

import random

import pytest

from app import suppression
from app.suppression import LEAST, hidden, tells, with_sums

PRIME = 2**61 - 1


def tables(number, chance):
    for _ in range(number):
        height, width = chance.randint(1, 7), chance.randint(1, 5)
        often = chance.choice([0.05, 0.3, 0.8])
        sealed = [[chance.randint(1, 7) if chance.random() < often else 0 for _ in range(width)] for _ in range(height)]
        counts = [[n + chance.choice([0, 0, 1, 3, 20]) for n in row] for row in sealed]
        yield with_sums(counts, width), with_sums(sealed, width)


def rank(rows):
    """The rank of a matrix of whole numbers, modulo a large prime."""
    rows, found = [[n % PRIME for n in row] for row in rows], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows[found:] if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(found, pivot)
        for n in range(found + 1, len(rows)):
            times = rows[n][column] * pow(pivot[column], -1, PRIME)
            rows[n] = [(a - times * b) % PRIME for a, b in zip(rows[n], pivot, strict=True)]
        found += 1
    return found


def known(sealed, found):
    """The hidden cells of which an equation follows from those of the sums: it adds nothing to their rank."""
    places, lines = sorted(found), suppression.lines_of(sealed)
    rows = [[(place in line) * (1 if place != line[-1] else -1) for place in places] for line in lines]
    alone = {place: [int(place == other) for other in places] for place in places}
    return [place for place in places if rank([*rows, alone[place]]) == rank(rows)]


def differences(sealed, found):
    """How many sealed cases are in what is left of a sum that is told, without the cells of its line that are told."""
    for *cells, total in suppression.lines_of(sealed):
        if total not in found:
            yield sum(sealed[r][c] for r, c in cells if (r, c) in found)


def faults(sealed, found):
    told = [n for r, row in enumerate(sealed) for c, n in enumerate(row) if (r, c) not in found]
    return [*filter(tells, told), *filter(tells, differences(sealed, found)), *known(sealed, found)]


def test_nothing_that_is_told_tells_of_a_sealed_case():
    chance, some = random.Random(7), 0
    for counts, sealed in tables(400, chance):
        found = hidden(counts, sealed)
        assert faults(sealed, found) == [], (sealed, found)
        some += 0 < len(found) < len(sealed) * len(sealed[0])
    assert some > 40, "else everything or nothing was hidden"


@pytest.mark.parametrize("fault", ["cells only", "lines only", "single ones told"])
def test_a_careless_way_is_found_out(monkeypatch, fault):
    """The cells themselves only; what lines tell by themselves only; or one sealed case is none."""
    if fault == "cells only":
        monkeypatch.setattr(suppression, "_too_much", lambda *_: [])
    elif fault == "lines only":
        monkeypatch.setattr(suppression, "derived", lambda *_: [])
    else:
        monkeypatch.setattr(suppression, "tells", lambda n: 1 < n < LEAST)
    chance = random.Random(7)
    assert any(faults(sealed, hidden(counts, sealed)) for counts, sealed in tables(200, chance))


def test_a_table_without_sealed_cases_tells_all():
    counts = with_sums([[1, 0, 3], [2, 2, 0]], 3)
    assert hidden(counts, with_sums([[0, 0, 0], [0, 0, 0]], 3)) == set()


def test_many_together_are_told():
    sealed = with_sums([[LEAST, 0], [0, 0]], 2)
    assert hidden(with_sums([[9, 2], [4, 1]], 2), sealed) == set()


def test_one_hides_its_sums_and_what_they_would_tell():
    counts, sealed = with_sums([[6, 2], [4, 1]], 2), with_sums([[1, 0], [0, 0]], 2)
    found = hidden(counts, sealed)
    assert {(0, 0), (0, 2), (2, 0), (2, 2)} <= found
    assert (1, 1) not in found


def test_what_else_is_to_be_hidden_takes_others_along():
    counts, sealed = with_sums([[6, 2], [4, 1]], 2), with_sums([[0, 0], [0, 0]], 2)
    found = hidden(counts, sealed, also={(0, 0)})
    assert (0, 0) in found
    assert known(sealed, found) == []
