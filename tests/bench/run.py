"""How fast pages are when the registers are full, beside a floor and stock Flask-AppBuilder (`make bench`).

The stations: every due one, beside the floor. The cases: 100,000, beside the floor and stock. The search: 50,000 rows
with names, beside the floor's plain queries. The statistics: beside a plain recount. Each side is served by gunicorn on
a database of its own and asked in turns, so that whatever else the machine does hits all. Every answer is checked. No
time is asserted; what is: no page of the cases needs more statements with many rows than with few, and no database
sorts them for the newest page. The last line of the output is for programs.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from flask import Flask
from sqlalchemy import Engine, create_engine, event, select

from app.extensions import db
from app.keys import keys
from models import Account
from tests import postgres
from tests.bench import case_scenarios, cases, counting, database, floor, names, rendering, scenarios
from tests.bench.case_scenarios import CaseAsker
from tests.bench.client import Answer, Client, InProcess, served, sign_in, token_on
from tests.bench.database import ADMINS, DATABASES, PASSWORD, SIDES, Admin, Databases
from tests.bench.report import Cell, Part, Result, last_line
from tests.bench.scenarios import Request, Site, StationAsker

CITY = ADMINS[0]  # asks for the cases, as does the admin of stock
ROUNDS = 12
A_ROUND = 15  # answers of each side for each scenario and admin
A_ROUND_OF_CASES = {"product": 8, "floor": 8, "stock": 3}  # stock is slow, and a median needs no more
WARM_UP, WARM_UP_OF_CASES = 10, 2
LONGEST = {"stations": 25.0, "cases": 45.0, "names": 15.0}  # seconds of measuring; a slow machine does fewer rounds
Sites = dict[str, dict[str, Site]]  # {admin: {side: site}}


class Asker(Protocol):
    """Whoever builds the requests of one register for one admin."""

    @property
    def admin(self) -> Admin: ...

    def request(self, name: str, number: int, site: Site) -> Request: ...


@dataclass(frozen=True)
class Work:
    """One cell to be filled: the scenario `name` of an asker."""

    cell: Cell
    asker: Asker
    name: str


def available() -> list[str]:
    """The databases that this machine can measure, as TEST_WITHOUT and the installed PostgreSQL allow."""
    without = os.environ.get("TEST_WITHOUT", "").split(",")
    has_postgres = postgres.binaries() is not None or bool(os.environ.get("TEST_POSTGRESQL_URI"))
    return [name for name in DATABASES if name not in without and (name != "postgresql" or has_postgres)]


def count_statements(
    app: Flask, engine: Engine, asker: Asker, names: Sequence[str], page: str, wrong: list[str]
) -> list[int]:
    """How many SQL statements the product sends for each scenario; `page` carries a token."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        product_engine = db.engine
    event.listen(product_engine, "before_cursor_execute", note)
    browser = InProcess(app)
    sign_in(browser, asker.admin.username)
    site = Site("product in-process", browser, token_on(browser, page), engine)
    counts = []
    for name in names:
        ask(site, asker, name, 0, wrong)  # what happens only once in a process has happened
        statements.clear()
        ask(site, asker, name, 1, wrong)
        counts.append(len(statements))
    event.remove(product_engine, "before_cursor_execute", note)
    return counts


def ask(site: Site, asker: Asker, name: str, number: int, wrong: list[str]) -> Answer:
    """Send one request and check its answer; what is wrong with it goes to `wrong`."""
    request = asker.request(name, number, site)
    answer = site.browser.send(request.method, request.path, request.fields)
    problem = scenarios.problem_of(request, answer)
    if problem:
        wrong.append(f"{site.name} {name}_{asker.admin.name}: {request.method} {request.path}: {problem}")
    return answer


@contextmanager
def sites(databases: Databases, engines: dict[str, Engine], seal: str) -> Iterator[Sites]:
    """Serve all sides; everybody is signed in. Stock is asked by the city's admin only."""
    floor_variables = {"BENCH_DATABASE": databases.floor, "BENCH_SEAL_KEY": seal}
    stock_variables = {"BENCH_DATABASE": databases.stock, "BENCH_USER": CITY.username}
    logs = {side: databases.folder / f"{side}.log" for side in SIDES}
    with (
        served("run:app", {"SQLALCHEMY_DATABASE_URI": databases.product}, logs["product"]) as product_port,
        served("tests.bench.floor_cases:app", floor_variables, logs["floor"]) as floor_port,
        served("tests.bench.stock:app", stock_variables, logs["stock"]) as stock_port,
    ):
        there = {}
        for admin in ADMINS:
            there[admin.name] = {
                "product": _site("product", admin, product_port, "/stations/list/", engines["product"]),
                "floor": _floor_site(admin, floor_port, engines["floor"]),
            }
        there[CITY.name]["stock"] = _site("stock", CITY, stock_port, "/caseview/add", engines["stock"])
        yield there


def _site(side: str, admin: Admin, port: int, page: str, engine: Engine) -> Site:
    client = Client(port)
    sign_in(client, admin.username)
    token = token_on(client, page)
    client.frozen = True
    return Site(side, client, token, engine)


def _floor_site(admin: Admin, port: int, engine: Engine) -> Site:
    account = Account.__table__
    with engine.connect() as connection:
        user_id, name = connection.execute(
            select(account.c.id, account.c.first_name).where(account.c.username == admin.username)
        ).one()
    client = Client(port, floor=floor.cookie_for(user_id, name, admin.scope))
    return Site("floor", client, token_on(client, "/stations/list/"), engine)


def take_turns(
    part: Part, work: list[Work], there: Sites, a_round: dict[str, int], warm_up: int, rounds: int, longest: float,
    wrong: list[str],
) -> None:  # fmt: skip
    """Warm up, then measure in rounds of `a_round` answers of each side; who begins changes from round to round."""
    for item in work:
        for side in a_round:
            for number in range(warm_up):
                ask(there[item.asker.admin.name][side], item.asker, item.name, number, wrong)
    end = time.perf_counter() + longest
    while part.rounds < rounds and (part.rounds < 2 or time.perf_counter() < end):
        for item in work:
            sides = list(a_round) if part.rounds % 2 == 0 else list(reversed(a_round))
            for side in sides:
                site = there[item.asker.admin.name][side]
                for number in range(a_round[side]):
                    answer = ask(site, item.asker, item.name, part.rounds * a_round[side] + number, wrong)
                    item.cell.sides[side].add(answer)
        part.rounds += 1


def count_cases(app: Flask, engine: Engine, rows: int, wrong: list[str]) -> list[int]:
    """The statements of each scenario of the cases, with `rows` of them."""
    cases.fill(app, rows)
    asker = CaseAsker(CITY, cases.rows_of(engine))
    return count_statements(app, engine, asker, case_scenarios.NAMES, "/cases/list/", wrong)


def count_stations(app: Flask, engine: Engine, wrong: list[str]) -> list[Work]:
    """The work of the stations."""
    work = []
    for admin in ADMINS:
        asker = StationAsker(admin, database.rows_of(engine, admin))
        counts = count_statements(app, engine, asker, scenarios.NAMES, "/stations/list/", wrong)
        work += [
            Work(Cell(f"{name}_{admin.name}", sql), asker, name)
            for name, sql in zip(scenarios.NAMES, counts, strict=True)
        ]
    return work


def count_names(app: Flask, engine: Engine, wrong: list[str]) -> Work:
    """The search by the city's admin."""
    names.fill(app)
    asker = names.NameAsker(CITY, names.rows_of(engine))
    (sql,) = count_statements(app, engine, asker, ["search"], "/stations/list/", wrong)
    return Work(Cell("search_city", sql), asker, "search")


def prepare(app: Flask, engine: Engine, stations: int, kind: str) -> tuple[Result, list[Work], list[Work], Work]:
    """Count statements, fill the register, look at the plans; the cells are empty yet."""
    wrong: list[str] = []
    of_stations = count_stations(app, engine, wrong)
    few, many = (count_cases(app, engine, rows, wrong) for rows in (cases.FEW, cases.MANY))
    asker = CaseAsker(CITY, cases.rows_of(engine))
    of_cases = [
        Work(Cell(f"case_{name}", sql, before), asker, name)
        for name, sql, before in zip(case_scenarios.NAMES, many, few, strict=True)
    ]
    wrong += [
        f"{work.cell.name} needs {work.cell.sql} statements with {cases.MANY} rows and {work.cell.few} with {cases.FEW}"
        for work in of_cases
        if work.cell.few is not None and work.cell.sql > work.cell.few
    ]
    of_names = count_names(app, engine, wrong)
    plans = cases.plans(app)
    wrong += [f"the list is sorted at the level of a {level}: {plan}" for level, plan in plans.items() if _sorts(plan)]
    parts = [
        Part(f"{stations} stations", [work.cell for work in of_stations]),
        Part(f"{cases.MANY} cases (few: statements with {cases.FEW})", [work.cell for work in of_cases]),
        Part(f"{names.MANY} rows with names", [of_names.cell]),
    ]
    return Result(kind, stations, cases.MANY, parts, wrong, plans), of_stations, of_cases, of_names


def _sorts(plan: list[str]) -> bool:
    return any(word in line.upper() for line in plan for word in cases.SORTS)


def measure(kind: str, rounds: int) -> Result:
    """Build the databases of `kind`, count statements, measure; nothing is left of it."""
    began = time.perf_counter()
    with database.new_databases(kind) as databases:
        app, stations = database.build(databases.product)
        engines = {side: create_engine(getattr(databases, side)) for side in SIDES}
        result, of_stations, of_cases, of_names = prepare(app, engines["product"], stations, kind)
        with app.app_context():
            db.engine.dispose()
            key_id, key = next(iter(keys("seal").items()))
        engines["product"].dispose()
        database.copy(databases)
        try:
            with sites(databases, engines, f"{key_id}:{key.hex()}") as there:
                both = dict.fromkeys(("product", "floor"), A_ROUND)
                for part, work, a_round, warm_up, longest in (
                    (result.parts[0], of_stations, both, WARM_UP, LONGEST["stations"]),
                    (result.parts[2], [of_names], both, WARM_UP, LONGEST["names"]),
                    (result.parts[1], of_cases, A_ROUND_OF_CASES, WARM_UP_OF_CASES, LONGEST["cases"]),
                ):
                    take_turns(part, work, there, a_round, warm_up, rounds, longest, result.wrong)
            variables = {"SQLALCHEMY_DATABASE_URI": databases.product, "BENCH_DATABASE": databases.stock}
            variables |= {"BENCH_USER": CITY.username, "BENCH_PASSWORD": PASSWORD}
            result.templates = {side: rendering.in_a_process(side, variables) for side in rendering.PATHS}
        finally:
            for engine in engines.values():
                engine.dispose()
    result.seconds = time.perf_counter() - began
    return result


def main() -> int:
    """Measure and print; 1 when an answer was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.run", description=__doc__.splitlines()[0])
    parser.add_argument("--db", choices=[*DATABASES, "both"], help="default: both, or what this machine has")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of {A_ROUND} answers, default {ROUNDS}")
    options = parser.parse_args()
    kinds = {None: available(), "both": list(DATABASES)}.get(options.db, [options.db])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers and folders go then too
    left_out = [] if options.db else [name for name in DATABASES if name not in kinds]
    load = os.getloadavg()[0]
    print(f"Load when the run began: {load:.1f} on {os.cpu_count()} CPUs (other work blurs what is above 0.5)\n")
    if left_out:
        print(f"!!! NOT MEASURED: {', '.join(left_out)} !!!\n")
    results = []
    for kind in kinds:
        results.append(measure(kind, options.rounds))
        print(results[-1].table(), end="\n\n", flush=True)
    counted = {name: taken for kind in kinds for name, taken in counting.run(kind).items()}
    print(last_line(results, load), *(f"{name}={taken:.1f}" for name, taken in counted.items()))
    return 1 if any(result.wrong for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
