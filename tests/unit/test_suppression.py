"""What a submitted table does not tell: no cell, no sum and no difference is of one to four sealed cases."""

import random
from calendar import monthrange
from datetime import date

import pytest

from app import suppression
from app.periods import Period
from app.suppression import LEAST, Told, beside, hidden, tells, with_sums

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


# ---- table beside table

DIVISIONS = ("3303", "330302", "330304", "330302006", "330302026", "330304001")
MONTHS = [Period(date(2026, m, 1), date(2026, m, monthrange(2026, m)[1])) for m in range(1, 7)]
QUARTERS = [Period(MONTHS[0].first, MONTHS[2].last), Period(MONTHS[3].first, MONTHS[5].last)]
PERIODS = [*MONTHS, *QUARTERS, Period(date(2026, 1, 1), date(2026, 12, 31))]
HEIGHT, WIDTH = 2, 2
CELLS = [(r, c) for r in (*range(HEIGHT), None) for c in (*range(WIDTH), None)]


def is_in(case, division, period, key):
    place, month, row, column = case
    is_there = place.startswith(division) and period.first <= MONTHS[month].first <= period.last
    return is_there and key[0] in (row, None) and key[1] in (column, None)


def submitted(cases, tables, before=beside):
    """{(division, period, key): the sealed cases} of all that is told when these tables are submitted in turn."""
    told, done = {}, []
    place = {key: (HEIGHT if key[0] is None else key[0], WIDTH if key[1] is None else key[1]) for key in CELLS}
    for division, period in tables:
        sets = {key: {n for n, case in enumerate(cases) if is_in(case, division, period, key)} for key in CELLS}
        sealed = [[0] * (WIDTH + 1) for _ in range(HEIGHT + 1)]
        for key, (r, c) in place.items():
            sealed[r][c] = len(sets[key])
        also = before(Told(division, period, {key: len(some) for key, some in sets.items()}), done)
        found = hidden(sealed, sealed, [place[key] for key in also])
        shown = {key: some for key, some in sets.items() if place[key] not in found}
        done.append(Told(division, period, {key: len(some) for key, some in shown.items()}))
        told |= {(division, period, key): some for key, some in shown.items()}
    return told


def leaks(told):
    """All pairs of numbers of which one counts all that the other does, and what is left tells."""
    for (division, period, key), whole in told.items():
        for (other, time, part), some in told.items():
            is_part = other.startswith(division) and period.first <= time.first and time.last <= period.last
            if is_part and key[0] in (part[0], None) and key[1] in (part[1], None) and tells(len(whole - some)):
                yield (division, period, key), (other, time, part)


def years(number, chance):
    for _ in range(number):
        cases = [
            (chance.choice(DIVISIONS[3:]), chance.randrange(6), chance.randrange(HEIGHT), chance.randrange(WIDTH))
            for _ in range(chance.choice([1, 6, 14, 40, 90]))
        ]
        tables = [(division, period) for division in DIVISIONS for period in PERIODS]
        yield cases, chance.sample(tables, chance.randint(2, len(tables)))


def test_no_pair_of_numbers_tells_of_a_sealed_case():
    shown = 0
    for cases, tables in years(60, random.Random(11)):
        told = submitted(cases, tables)
        assert list(leaks(told)) == []
        shown += sum(1 for some in told.values() if some)
    assert shown > 300, "else nothing was told"


def test_months_of_a_quarter_do_not_tell_together():
    """Each pair is harmless; what is left of the quarter without two of its months is one case."""
    cases = [(DIVISIONS[3], month, 0, 0) for month in (0,) * 6 + (1,) * 5 + (2,)]
    tables = [(DIVISIONS[3], period) for period in (*MONTHS[:3], QUARTERS[0])]
    for order in (tables, tables[::-1], [tables[3], *tables[:3]]):
        told = submitted(cases, order)
        months = [told.get((DIVISIONS[3], month, (0, 0))) for month in MONTHS[:3]]
        whole = told.get((DIVISIONS[3], QUARTERS[0], (0, 0)))
        assert whole is None or not tells(len(whole) - sum(len(some) for some in months if some))


@pytest.mark.parametrize("fault", ["alone", "cells only"])
def test_a_careless_way_beside_others_is_found_out(fault):
    def careless(new, others):
        return {key for key in beside(new, others) if fault == "cells only" and None not in key}

    tried = list(years(30, random.Random(11)))
    assert any(list(leaks(submitted(cases, tables, careless))) for cases, tables in tried)
