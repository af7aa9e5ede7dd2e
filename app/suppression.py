"""Which numbers of a submitted table are not told, so that nobody finds a sealed case by subtracting (F53).

Whoever may not open a sealed case counts live without it. A submitted number counts it, so the difference of the two
tells how many sealed cases there are: whatever can be worked out from all that is told is to be none, or LEAST at
least. In a table that is told whole every cell is one of the two, and so is every sum of cells. Of two tables that
count the same cases only one tells of sealed ones: the others tell of none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.periods import Period

LEAST = 5  # sealed cases that may be told of together

Grid = Sequence[Sequence[int]]
Place = tuple[int, int]  # row and column; those after the last are the sums


def with_sums(grid: Grid, columns: int) -> list[list[int]]:
    """The cells with a column and a line of sums."""
    rows = [[*row, sum(row)] for row in grid]
    return [*rows, [sum(row[m] for row in rows) for m in range(columns + 1)]]


def tells(sealed: int) -> bool:
    """Whether to tell of so many sealed cases together would tell of one."""
    return 0 < sealed < LEAST


@dataclass(frozen=True)
class Told:
    """A table that told something: of which division and period, and whether there were sealed cases in it."""

    division: str
    period: Period
    touches: bool

    def overlaps(self, division: str, period: Period) -> bool:
        """Whether a case may count here and in a table of that division and period too."""
        is_nested = division.startswith(self.division) or self.division.startswith(division)
        return is_nested and self.period.first <= period.last and period.first <= self.period.last

    def counts(self, place: str, day: date) -> bool:
        """Whether what happened there that day counts here."""
        return place.startswith(self.division) and self.period.first <= day <= self.period.last


def is_taken(division: str, period: Period, sealed: Iterable[tuple[str, date]], earlier: Iterable[Told]) -> bool:
    """Whether the sealed cases of a table, by place and day, are not its to tell of: an earlier one that may count the
    same cases told of sealed ones, or told numbers with some of these in them, which were sealed since.
    """
    near = [told for told in earlier if told.overlaps(division, period)]
    return any(told.touches for told in near) or any(told.counts(*one) for one in sealed for told in near)


def hidden(sealed: Grid, taken: bool = False) -> set[Place]:
    """The cells and sums that are not told, of a grid of sealed cases with its sums.

    With few of them in some cell, only the sum of all can be told; nothing, where they are not the table's to tell of.
    """
    total, corner = sealed[-1][-1], (len(sealed) - 1, len(sealed[-1]) - 1)
    places = {(r, c) for r, row in enumerate(sealed) for c in range(len(row))}
    if tells(total) or (total and taken):
        return places
    return places - {corner} if any(tells(n) for row in sealed[:-1] for n in row[:-1]) else set()
