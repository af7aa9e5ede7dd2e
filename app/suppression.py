"""Which cells of a submitted table are not told, so that nobody finds a sealed case by subtracting (F53).

Whoever may not open a sealed case counts live without it. A submitted number counts it, so the difference of the two
tells how many sealed cases there are: it is told only where there are none, or LEAST at least. That goes for every cell
and sum, for what is left of a sum without the cells beside it, and for what is left of a longer period or a larger
division without the shorter and smaller ones that were submitted.
"""

from collections.abc import Collection, Sequence
from fractions import Fraction

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
