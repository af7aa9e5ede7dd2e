"""Tables of statistics over 100,000 cases, a part of `make bench`; alone: `python -m tests.bench.counting sqlite`.

Each is asked as a page, beside a plain GROUP BY of the same numbers in the same run; both have to say the same.
"""

import re
import sys
import time
from collections.abc import Sequence
from functools import partial
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import Connection, text

from app import clock, periods
from app.extensions import db
from tests.bench import cases, database
from tests.conftest import Browser

ROUNDS = 9
RECOUNT = text(
    "SELECT channel, category, count(*) FROM case_record WHERE received_on BETWEEN :first AND :last"
    " AND ended_on IS NULL AND state <> 'MERGED' AND division_code LIKE :code GROUP BY channel, category"
)
ASKED = {
    "stats_quarter": "?rows=channel&columns=category",
    "stats_places": "?rows=division&columns=month&period={year}",
    "stats_visits": "?rows=channel&columns=category&measure=visits&period={year}",
}


def milliseconds(ask: Any) -> tuple[float, Any]:
    """The median of some rounds, and the last answer."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        answer = ask()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken), answer


def measure(app: Flask) -> dict[str, float]:
    """Print a line for each table of each admin; {its name: milliseconds}."""
    found: dict[str, float] = {}

    def note(admin: str, name: str, taken: float, total: int) -> None:
        found[f"{db_name(app)}_{admin}_{name}_ms"] = taken
        print(f"{db_name(app):10} {admin:6} {name:14} {taken:7.1f} ms  {total:6}", flush=True)

    quarter = periods.whole(clock.today(), "quarter")
    for admin in database.ADMINS:
        browser = Browser(app)
        browser.enter(admin.username)
        told = {}
        for name, query in ASKED.items():
            address = f"/cases/statistics/{query.format(year=clock.today().year)}"
            taken, answer = milliseconds(partial(browser.get, address))
            told[name] = int(re.search(r"共 (\d+) [件次]", answer.text)[1])  # type: ignore[index]
            note(admin.name, name, taken, told[name])
        with app.app_context(), db.engine.connect() as connection:
            first, last = (f"{day}" if db_name(app) == "sqlite" else day for day in quarter)
            asked = {"first": first, "last": last, "code": f"{admin.scope}%"}
            taken, rows = milliseconds(partial(recount, connection, asked))
        total = sum(row[-1] for row in rows)
        note(admin.name, "stats_recount", taken, total)
        assert total == told["stats_quarter"]
    return found


def recount(connection: Connection, asked: dict[str, Any]) -> Sequence[Any]:
    return connection.execute(RECOUNT, asked).all()


def db_name(app: Flask) -> str:
    return str(app.config["SQLALCHEMY_DATABASE_URI"]).partition(":")[0].partition("+")[0]


def run(kind: str) -> dict[str, float]:
    """Measure on a new database of this kind."""
    with database.new_databases(kind) as databases:
        app, _stations = database.build(databases.product)
        cases.fill(app, cases.MANY)
        return measure(app)


if __name__ == "__main__":
    run((sys.argv[1:] or ["sqlite"])[0])
