"""The numbers of a run as a table for people and as one line for programs."""

import statistics
from dataclasses import dataclass, field

from tests.bench.client import Answer

PREFIXES = {"sqlite": "sqlite", "postgresql": "pg"}


def percentile(values: list[float], part: float) -> float:
    """The value that `part` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


@dataclass
class Side:
    """What one server took for one scenario."""

    times: list[float] = field(default_factory=list)
    size: int = 0

    def add(self, answer: Answer) -> None:
        self.times.append(answer.ms)
        self.size = answer.size

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return percentile(self.times, 0.95)


@dataclass
class Cell:
    """One scenario of one admin: both sides, and how many SQL statements the product needs."""

    name: str
    sql: int
    product: Side = field(default_factory=Side)
    floor: Side = field(default_factory=Side)

    @property
    def ratio(self) -> float:
        return self.product.p50 / self.floor.p50


@dataclass
class Result:
    """One database."""

    database: str
    stations: int
    cells: list[Cell]
    wrong: list[str]
    rounds: int = 0
    seconds: float = 0.0

    def table(self) -> str:
        """Everything measured on this database, in columns."""
        answers = len(self.cells[0].product.times)
        lines = [
            f"{self.database}: {self.stations} stations, {answers} answers a cell in {self.rounds} rounds that take"
            f" turns, {self.seconds:.0f} s in all; ms at concurrency 1",
            f"{'':12}{'product':>18}{'floor':>18}{'ratio':>9}{'SQL':>6}{'KB':>14}",
            f"{'':12}{'p50':>9}{'p95':>9}{'p50':>9}{'p95':>9}{'p50':>9}{'':6}{'product':>8}{'floor':>6}",
        ]
        lines += [
            f"{cell.name:12}{cell.product.p50:9.2f}{cell.product.p95:9.2f}{cell.floor.p50:9.2f}{cell.floor.p95:9.2f}"
            f"{cell.ratio:9.1f}{cell.sql:6}{cell.product.size / 1024:8.1f}{cell.floor.size / 1024:6.1f}"
            for cell in self.cells
        ]
        if self.wrong:
            lines += [f"{len(self.wrong)} WRONG ANSWERS", *(f"  {line}" for line in self.wrong[:10])]
        return "\n".join(lines)

    def pairs(self) -> list[str]:
        """The same as key=value, each key beginning with the database."""
        prefix = PREFIXES[self.database]
        return [
            pair
            for cell in self.cells
            for pair in (
                f"{prefix}_{cell.name}_ms={cell.product.p50:.2f}",
                f"{prefix}_{cell.name}_ratio={cell.ratio:.1f}",
                f"{prefix}_{cell.name}_sql={cell.sql}",
            )
        ]


def last_line(results: list[Result], load: float) -> str:
    """The one line for programs; `load` is what else the machine did when the run began."""
    head = [
        f"db={','.join(r.database for r in results)}",
        f"stations={results[0].stations}",
        f"wrong={sum(len(r.wrong) for r in results)}",
        f"load={load:.1f}",
    ]
    return " ".join(["bench", *head, *(pair for result in results for pair in result.pairs())])
