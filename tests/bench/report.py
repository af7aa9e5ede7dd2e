"""The numbers of a run as tables for people and as one line for programs."""

import statistics
from collections import defaultdict
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
    """One scenario of one admin: what each side took, and how many SQL statements the product needs.

    `few` is how many it needs with few rows, None where only one number of rows was looked at.
    """

    name: str
    sql: int
    few: int | None = None
    sides: dict[str, Side] = field(default_factory=lambda: defaultdict(Side))

    @property
    def product(self) -> Side:
        return self.sides["product"]

    def ratio(self, side: str) -> float:
        """How many times as long as `side` the product takes."""
        return self.product.p50 / self.sides[side].p50

    def line(self, sides: list[str]) -> str:
        """The cell in columns."""
        parts = [f"{self.name:12}{self.product.p50:9.2f}{self.product.p95:9.2f}"]
        parts += [f"{self.sides[s].p50:11.2f}{self.sides[s].p95:9.2f}{self.ratio(s):7.2f}" for s in sides]
        parts += ["" if self.few is None else f"{self.few:6}", f"{self.sql:6}"]
        return "".join([*parts, *(f"{self.sides[s].size / 1024:8.1f}" for s in ("product", *sides))])

    def pairs(self, prefix: str) -> list[str]:
        """The same as key=value."""
        ratios = {"floor": "ratio", "stock": "of_stock"}
        return [
            f"{prefix}_{self.name}_ms={self.product.p50:.2f}",
            *(f"{prefix}_{self.name}_{s}_ms={self.sides[s].p50:.2f}" for s in self.sides if s == "stock"),
            *(f"{prefix}_{self.name}_{ratios[s]}={self.ratio(s):.2f}" for s in self.sides if s != "product"),
            *([f"{prefix}_{self.name}_sql_few={self.few}"] if self.few is not None else []),
            f"{prefix}_{self.name}_sql={self.sql}",
        ]


@dataclass
class Part:
    """One register of one database."""

    title: str
    cells: list[Cell]
    rounds: int = 0

    def table(self) -> list[str]:
        """Everything measured of it, in columns; ratio is product / that side."""
        sides = [name for name in self.cells[0].sides if name != "product"]
        counts = " / ".join(f"{len(side.times)} of {name}" for name, side in self.cells[0].sides.items())
        heads = "".join(f"{name + ' p50':>11}{'p95':>9}{'ratio':>7}" for name in sides)
        sql = f"{'SQL':>6}" if self.cells[0].few is None else f"{'few':>6}{'SQL':>6}"
        sizes = "".join(f"{name:>8}" for name in ("KB", *sides))
        return [
            f"{self.title}; {counts} answers a cell in {self.rounds} rounds that take turns; ms at concurrency 1;"
            " ratio: product / that side",
            f"{'':12}{'p50':>9}{'p95':>9}{heads}{sql}{sizes}",
            *(cell.line(sides) for cell in self.cells),
        ]


@dataclass
class Result:
    """One database."""

    database: str
    stations: int
    cases: int
    parts: list[Part]
    wrong: list[str]
    plans: dict[str, list[str]] = field(default_factory=dict)
    templates: dict[str, float] = field(default_factory=dict)  # side: ms that the template of the list takes
    seconds: float = 0.0

    def table(self) -> str:
        """Everything measured on this database."""
        lines = [f"==== {self.database}: {self.seconds:.0f} s in all"]
        for part in self.parts:
            lines += [*part.table(), ""]
        lines += [f"plan of the list, {level}: {' | '.join(plan)}" for level, plan in self.plans.items()]
        lines += [f"template of the list of cases, 25 rows: {side} {ms:.1f} ms" for side, ms in self.templates.items()]
        if self.wrong:
            lines += [f"{len(self.wrong)} WRONG ANSWERS", *(f"  {line}" for line in self.wrong[:10])]
        return "\n".join(lines)

    def pairs(self) -> list[str]:
        """The same as key=value, each key beginning with the database."""
        prefix = PREFIXES[self.database]
        templates = [f"{prefix}_list_template_{side}_ms={ms:.1f}" for side, ms in self.templates.items()]
        return [pair for part in self.parts for cell in part.cells for pair in cell.pairs(prefix)] + templates


def last_line(results: list[Result], load: float) -> str:
    """The one line for programs; `load` is what else the machine did when the run began."""
    head = [
        f"db={','.join(r.database for r in results)}",
        f"stations={results[0].stations}",
        f"cases={results[0].cases}",
        f"wrong={sum(len(r.wrong) for r in results)}",
        f"load={load:.1f}",
    ]
    return " ".join(["bench", *head, *(pair for result in results for pair in result.pairs())])
