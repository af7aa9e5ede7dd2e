"""What submitted tables do not tell: by no calculation is anything known to be of one to four sealed cases."""

import random
from dataclasses import dataclass
from datetime import date
from itertools import product

import pytest

from app import suppression
from app.periods import Period
from app.suppression import LEAST, Told, hidden, is_taken, tells, with_sums
from tests.regions import known


def cells_of(height, width, r, c):
    """The cells that a place of a grid counts; after the last come the sums."""
    return frozenset((i, j) for i in range(height) for j in range(width) if r in (i, height) and c in (j, width))


def told_of(sealed):
    """What a grid of sealed cases with its sums tells by itself."""
    height, width, found = len(sealed) - 1, len(sealed[0]) - 1, hidden(sealed)
    places = product(range(height + 1), range(width + 1))
    return [(cells_of(height, width, r, c), sealed[r][c]) for r, c in places if (r, c) not in found]


def few(told):
    return [one for one in known(told) if tells(one[1])]


# ---- a table


def tables(number, chance):
    for _ in range(number):
        height, width = chance.choice([(1, 1), (1, 4), (2, 2), (3, 2), (3, 3)])
        numbers = chance.choice([(0, 5), (0, 0, 0, 5, 6, 9), (0, 1, 2, 3, 5, 6), (0, 0, 0, 0, 0, 1, 5)])
        yield with_sums([[chance.choice(numbers) for _ in range(width)] for _ in range(height)], width)


def test_nothing_follows_from_a_table():
    whole = part = 0
    for sealed in tables(600, random.Random(7)):
        told = told_of(sealed)
        assert few(told) == [], sealed
        whole += len(told) > 1 and sealed[-1][-1] > 0
        part += len(told) == 1
    assert whole > 40, "else no table with sealed cases was told whole"
    assert part > 40, "else no sum was told alone"


def cells_only(sealed, taken=False):
    return {(r, c) for r, row in enumerate(sealed) for c, n in enumerate(row) if tells(n)}


def single_ones(sealed, taken=False):
    """One sealed case is none."""
    return suppression.hidden([[0 if n == 1 else n for n in row] for row in sealed], taken)


def lines_stay(sealed, taken=False):
    """Cells are hidden, and their sums are told where they are many."""
    is_few = any(tells(n) for row in sealed[:-1] for n in row[:-1])
    return cells_only(sealed) | {(r, c) for r, row in enumerate(sealed[:-1]) for c in range(len(row) - 1) if is_few}


@pytest.mark.parametrize("careless", [cells_only, single_ones, lines_stay])
def test_a_careless_way_is_found_out(monkeypatch, careless):
    some = list(tables(200, random.Random(7)))
    monkeypatch.setattr(f"{__name__}.hidden", careless)
    assert any(few(told_of(sealed)) for sealed in some)


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([[0, 0], [0, 0]], "all"),
        ([[LEAST, 0], [0, 7]], "all"),
        ([[LEAST, 1], [0, 0]], "the sum"),
        ([[2, 1], [0, 2]], "the sum"),
        ([[LEAST - 1, 0], [0, 0]], "nothing"),
        ([[1, 1], [1, 1]], "nothing"),
    ],
)
def test_what_a_table_tells(cells, told):
    sealed = with_sums(cells, 2)
    assert 9 - len(hidden(sealed)) == {"all": 9, "the sum": 1, "nothing": 0}[told]
    assert ((2, 2) in hidden(sealed)) is (told == "nothing")


def test_a_table_whose_cases_another_told_of_tells_only_of_none():
    assert len(hidden(with_sums([[LEAST, 0], [0, 7]], 2), taken=True)) == 9
    assert hidden(with_sums([[0, 0], [0, 0]], 2), taken=True) == set()


# ---- table beside table

TOWNS = ("330302006", "330302026", "330304001")
DIVISIONS = ("3303", "330302", "330304", *TOWNS)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
MONTHS = YEAR.parts("month")[:6]
PERIODS = [*MONTHS, *YEAR.parts("quarter")[:2], YEAR]
MEASURES = ("件", "次")
HEIGHT = WIDTH = 2
CORNER = (HEIGHT, WIDTH)
CELLS = list(product(range(HEIGHT), range(WIDTH)))


@dataclass(frozen=True)
class Event:
    """That she came: which case it is, and whether it is not the first time."""

    case: object
    town: str
    month: int
    row: int
    column: int
    is_again: bool = False

    @property
    def day(self):
        return MONTHS[self.month].first

    @property
    def atom(self):
        """What the attacker knows of it."""
        return self.town, self.month, self.row, self.column, self.is_again


ATOMS = [(town, m, r, c, again) for town, m, (r, c), again in product(TOWNS, range(len(MONTHS)), CELLS, (False, True))]


def counts(table, town, month, is_again):
    """Whether something counts in a table."""
    division, period, measure = table[:3]
    is_then = period.first <= MONTHS[month].first <= period.last
    return town.startswith(division) and is_then and (measure == "次" or not is_again)


def submitted(events, tables, taken=is_taken):
    """The sets of atoms that are told of when tables are submitted in turn: (division, period, measure, whether only
    the sum is told, as of the year before).
    """
    earlier, found = [], []
    for table in tables:
        some = [e for e in events if counts(table, e.town, e.month, e.is_again)]
        grid = [
            [len({e.case for e in some if (e.row, e.column) == (r, c)}) for c in range(WIDTH)] for r in range(HEIGHT)
        ]
        not_told = hidden(with_sums(grid, WIDTH), taken(*table[:2], {(e.town, e.day) for e in some}, earlier))
        if CORNER not in not_told:
            earlier.append(Told(*table[:2], bool(some)))
        for place in {CORNER} if table[3] else set(product(range(HEIGHT + 1), range(WIDTH + 1))):
            if place not in not_told:
                cells = cells_of(HEIGHT, WIDTH, *place)
                found.append(frozenset(a for a in ATOMS if counts(table, a[0], a[1], a[4]) and (a[2], a[3]) in cells))
    return found


def leaks(events, told):
    """The sets that follow from what is told, and are of few cases; their numbers are of times that they came."""
    equations = [(places, sum(e.atom in places for e in events)) for places in told]
    cases = [(places, len({e.case for e in events if e.atom in places})) for places, _n in known(equations)]
    return [one for one in cases if tells(one[1])]


def years(number, most):
    """Cases in heaps, some of which came again, and tables that are submitted."""
    chance = random.Random(11)
    every = list(product(DIVISIONS, PERIODS, MEASURES, (False, False, False, True)))
    for _ in range(number):
        events = []
        for heap in range(chance.randint(0, 7)):
            town, row, column = chance.choice(TOWNS), chance.randrange(HEIGHT), chance.randrange(WIDTH)
            month, is_again = chance.randrange(len(MONTHS)), chance.random() < 0.3
            for n in range(chance.choice([1, 2, 5, 5, 5, 6, 8])):
                events.append(Event((heap, n), town, month, row, column))
                if is_again:
                    events.append(Event((heap, n), town, chance.randrange(len(MONTHS)), row, column, is_again=True))
        yield events, chance.sample(every, chance.randint(2, most))


def test_nothing_follows_from_all_that_is_submitted():
    some = 0
    for events, tables in years(300, 40):
        told = submitted(events, tables)
        assert leaks(events, told) == [], tables
        some += sum(any(e.atom in places for e in events) for places in told)
    assert some > 300, "else nothing was told of sealed cases"


def is_of_its_own(*_):
    """Each table for itself."""
    return False


def is_in_its_place(division, period, sealed, earlier):
    """Beside those of the same division only."""
    return is_taken(division, period, sealed, [told for told in earlier if told.division == division])


def is_in_its_period(division, period, sealed, earlier):
    return is_taken(division, period, sealed, [told for told in earlier if told.period == period])


def is_beside_larger(division, period, sealed, earlier):
    """Parts beside their whole, but not a whole beside its parts."""
    return is_taken(division, period, sealed, [told for told in earlier if division.startswith(told.division)])


@pytest.mark.parametrize("careless", [is_of_its_own, is_in_its_place, is_in_its_period, is_beside_larger])
def test_a_careless_way_beside_others_is_found_out(careless):
    assert any(leaks(events, submitted(events, tables, careless)) for events, tables in years(600, 4))


def test_a_sum_of_the_year_before_is_a_table_too():
    """Of two numbers of which one counts all that the other does, the later is not told."""
    events = [Event(n, TOWNS[0], 0, 0, 0) for n in range(5)] + [Event(5, TOWNS[0], 1, 0, 0)]
    tables = [(TOWNS[0], MONTHS[0], "件", False), (TOWNS[0], YEAR, "件", True)]
    for order in (tables, tables[::-1]):
        assert leaks(events, submitted(events, order)) == []
        assert leaks(events, submitted(events, order, is_of_its_own)) != []


@pytest.mark.parametrize(
    ("division", "period", "expected"),
    [
        (TOWNS[0], MONTHS[0], True),
        ("330302", YEAR, True),
        ("3303", PERIODS[6], True),
        (TOWNS[1], MONTHS[0], False),
        ("330304", YEAR, False),
        (TOWNS[0], MONTHS[1], False),
        (TOWNS[0], PERIODS[7], False),
    ],
)
def test_what_may_count_the_same_cases(division, period, expected):
    told = Told(TOWNS[0], MONTHS[0], touches=True)
    assert is_taken(division, period, (), [told]) is expected
    assert Told(division, period, touches=True).overlaps(told.division, told.period) is expected


def test_a_table_of_cases_that_were_sealed_since_is_taken():
    """The month told of none. Some of what the quarter would tell is in what has gone from it since."""
    told = [Told(TOWNS[0], MONTHS[0], touches=False)]
    quarter = PERIODS[6]
    assert is_taken("330302", quarter, {(TOWNS[0] + "044", MONTHS[0].last)}, told)
    assert not is_taken("330302", quarter, {(TOWNS[0] + "044", MONTHS[1].first)}, told)
    assert not is_taken("330302", quarter, {(TOWNS[1], MONTHS[0].last)}, told)
