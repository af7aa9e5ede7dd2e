"""Which cells of a submitted table are not told, so that nobody finds a sealed case by subtracting (F53).

Whoever may not open a sealed case counts live without it. A submitted number counts it, so the difference of the two
tells how many sealed cases there are: it is told only where there are none, or LEAST at least. That goes for every cell
and sum, for what is left of a sum without the cells beside it, and for what is left of a longer period or a larger
division without the shorter and smaller ones that were submitted.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from app.periods import Period

LEAST = 5  # sealed cases that may be told of together

Grid = Sequence[Sequence[int]]
Place = tuple[int, int]  # row and column; those after the last are the sums
Key = tuple[str | None, str | None]  # of a row and a column; None is the sum


def with_sums(grid: Grid, columns: int) -> list[list[int]]:
    """The cells with a column and a line of sums."""
    rows = [[*row, sum(row)] for row in grid]
    return [*rows, [sum(row[m] for row in rows) for m in range(columns + 1)]]


def tells(sealed: int) -> bool:
    """Whether to tell of so many sealed cases together would tell of one."""
    return 0 < sealed < LEAST


def hidden(counts: Grid, sealed: Grid, also: Collection[Place] = ()) -> set[Place]:
    """The cells and sums that are not told, of grids with their sums; `also` are hidden for a reason of their own.

    What else has to be hidden beside a cell: what has sealed cases too, then the smallest, the sums at the end.
    """
    places = [(r, c) for r in range(len(sealed)) for c in range(len(sealed[0]))]
    lines = lines_of(sealed)
    sums = {line[-1] for line in lines}
    found = {(r, c) for r, c in places if tells(sealed[r][c])} | {*also}
    rank = {(r, c): ((r, c) in sums, sealed[r][c] == 0, counts[r][c] == 0, counts[r][c], r, c) for r, c in places}
    while near := _too_much(lines, found, sealed):
        found.add(min(near, key=lambda place: rank[place]))
    return found


def lines_of(grid: Grid) -> list[list[Place]]:
    """The rows and columns of a grid, each with its sum as the last."""
    height, width = len(grid), len(grid[0])
    rows = [[(r, c) for c in range(width)] for r in range(height)]
    return [*rows, *([(r, c) for r in range(height)] for c in range(width))]


def _too_much(lines: Sequence[list[Place]], found: set[Place], sealed: Grid) -> list[Place]:
    """The places of which one has to be hidden too; none when all is well."""
    for line in lines:
        left = [place for place in line[:-1] if place in found]
        if line[-1] not in found and (len(left) == 1 or tells(sum(sealed[r][c] for r, c in left))):
            return [place for place in line if place not in found]
    corner = lines[-1][-1]
    for r, c in {place for line in lines for place in line} - found:
        for whole in {(r, corner[1]), (corner[0], c), corner} - found:
            if tells(sealed[whole[0]][whole[1]] - sealed[r][c]):
                return [(r, c), whole]
    for told in derived(lines, found):
        if near := [place for line in lines if told in line for place in line if place not in found]:
            return near
    return []


def derived(lines: Sequence[list[Place]], found: Collection[Place]) -> list[Place]:
    """The hidden cells whose number follows from all that is told, by any calculation with the sums."""
    places = sorted(found)
    rows = [[Fraction((place in line) * (-1 if place == line[-1] else 1)) for place in places] for line in lines]
    done = 0
    for column in range(len(places)):
        pivot = next((n for n in range(done, len(rows)) if rows[n][column]), None)
        if pivot is None:
            continue
        rows[done], rows[pivot] = rows[pivot], rows[done]
        rows[done] = [n / rows[done][column] for n in rows[done]]
        for n, row in enumerate(rows):
            if n != done and row[column]:
                rows[n] = [a - row[column] * b for a, b in zip(row, rows[done], strict=True)]
        done += 1
    alone = ([n for n, value in enumerate(row) if value] for row in rows[:done])
    return [places[known[0]] for known in alone if len(known) == 1]


# ---- beside what was submitted before


@dataclass(frozen=True, eq=False)
class Told:
    """A table of a division and a period: {(row, column): sealed cases} of what it tells, or is about to tell."""

    division: str
    period: Period
    sealed: dict[Key, int]

    def holds(self, other: "Told") -> bool:
        """Whether every case of the other counts here too."""
        is_longer = self.period.first <= other.period.first and other.period.last <= self.period.last
        return other is not self and is_longer and other.division.startswith(self.division)


def families(parts: Iterable[Told]) -> Iterable[list[Told]]:
    """Parts of one whole in which no case counts twice: each by itself, the months or quarters of a division, the
    divisions of one level in a period. To leave out some of a family tells no more: each tells of none, or of many.
    """
    found: dict[Any, list[Told]] = defaultdict(list)
    for part in parts:
        for family in (part, (part.division, part.period.kind), (part.period, len(part.division))):
            found[family].append(part)
    return found.values()


def beside(new: Told, others: Sequence[Told]) -> set[Key]:
    """The cells of a new table that are not told, because with what was told before they would tell of a sealed case:
    what is left of a whole without its parts.
    """
    found = set()
    for whole in (new, *(other for other in others if other.holds(new))):
        for family in families(part for part in (new, *others) if whole.holds(part)):
            if whole is not new and new not in family:
                continue
            for key in {key for part in family for key in part.sealed}:
                told = sum(part.sealed.get(key, 0) for part in family)
                for larger in {key, (key[0], None), (None, key[1]), (None, None)} & whole.sealed.keys():
                    if tells(abs(whole.sealed[larger] - told)):
                        found.add(larger if whole is new else key)
    return found
