"""How fast the station pages are with every due station, beside a floor measured in the same run (`make bench`).

Product and floor are each served by gunicorn on a database of their own and asked in turns, so that whatever else the
machine does hits both. Every answer is checked; no time is asserted. The last line of the output is for programs.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import Engine, create_engine, event, select

from app.extensions import db
from models import Account
from tests import postgres
from tests.bench import database, floor, scenarios
from tests.bench.client import Browser, Client, InProcess, served, sign_in, token_on
from tests.bench.database import ADMINS, DATABASES, Admin, Pair
from tests.bench.report import Cell, Result, last_line
from tests.bench.scenarios import Asker

ROUNDS = 12
A_ROUND = 15  # answers of each side for each scenario and admin
WARM_UP = 10
LONGEST = 35.0  # seconds of measuring a database; a slow machine does fewer rounds


@dataclass(frozen=True)
class Site:
    """The product or the floor as one admin sees it: his browser, his token, and the database to look saves up in."""

    name: str
    browser: Browser
    token: str
    engine: Engine


def available() -> list[str]:
    """The databases that this machine can measure, as TEST_WITHOUT and the installed PostgreSQL allow."""
    without = os.environ.get("TEST_WITHOUT", "").split(",")
    has_postgres = postgres.binaries() is not None or bool(os.environ.get("TEST_POSTGRESQL_URI"))
    return [name for name in DATABASES if name not in without and (name != "postgresql" or has_postgres)]


def count_statements(app: Flask, engine: Engine, askers: list[Asker], wrong: list[str]) -> list[Cell]:
    """A cell for each scenario and admin, with the number of SQL statements that the product sends for it."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        product_engine = db.engine
    event.listen(product_engine, "before_cursor_execute", note)
    cells = []
    for name in scenarios.NAMES:
        for asker in askers:
            browser = InProcess(app)
            sign_in(browser, asker.admin.username)
            site = Site("product in-process", browser, token_on(browser, "/stations/list/"), engine)
            ask(site, asker, name, 0, wrong)  # what happens only once in a process has happened
            statements.clear()
            ask(site, asker, name, 1, wrong)
            cells.append(Cell(f"{name}_{asker.admin.name}", len(statements)))
    event.remove(product_engine, "before_cursor_execute", note)
    return cells


def ask(site: Site, asker: Asker, name: str, number: int, wrong: list[str]) -> scenarios.Answer:
    """Send one request and check its answer; what is wrong with it goes to `wrong`."""
    request = asker.request(name, number, site.token)
    answer = site.browser.send(request.method, request.path, request.fields)
    problem = scenarios.problem_of(request, answer, site.engine)
    if problem:
        wrong.append(f"{site.name} {name}_{asker.admin.name}: {request.method} {request.path}: {problem}")
    return answer


@contextmanager
def sites(pair: Pair, engines: tuple[Engine, Engine]) -> Iterator[dict[str, tuple[Site, Site]]]:
    """Serve both; yields {admin: (product, floor)} with everybody signed in."""
    with (
        served("run:app", {"SQLALCHEMY_DATABASE_URI": pair.product}, pair.folder / "product.log") as product_port,
        served("tests.bench.floor:app", {"BENCH_DATABASE": pair.floor}, pair.folder / "floor.log") as floor_port,
    ):
        yield {
            admin.name: (_product_site(admin, product_port, engines[0]), _floor_site(admin, floor_port, engines[1]))
            for admin in ADMINS
        }


def _product_site(admin: Admin, port: int, engine: Engine) -> Site:
    client = Client(port)
    sign_in(client, admin.username)
    token = token_on(client, "/stations/list/")
    client.frozen = True
    return Site("product", client, token, engine)


def _floor_site(admin: Admin, port: int, engine: Engine) -> Site:
    account = Account.__table__
    with engine.connect() as connection:
        user_id, name = connection.execute(
            select(account.c.id, account.c.first_name).where(account.c.username == admin.username)
        ).one()
    client = Client(port, floor=floor.cookie_for(user_id, name, admin.scope))
    return Site("floor", client, token_on(client, "/stations/list/"), engine)


def take_turns(result: Result, askers: list[Asker], there: dict[str, tuple[Site, Site]], rounds: int) -> None:
    """Warm up, then measure in rounds; which side begins changes from round to round."""
    work = [(name, asker) for name in scenarios.NAMES for asker in askers]
    for name, asker in work:
        for site in there[asker.admin.name]:
            for number in range(WARM_UP):
                ask(site, asker, name, number, result.wrong)
    end = time.perf_counter() + LONGEST
    while result.rounds < rounds and (result.rounds < 2 or time.perf_counter() < end):
        for cell, (name, asker) in zip(result.cells, work, strict=True):
            pairs = list(zip((cell.product, cell.floor), there[asker.admin.name], strict=True))
            for side, site in pairs if result.rounds % 2 == 0 else reversed(pairs):
                for number in range(A_ROUND):
                    side.add(ask(site, asker, name, result.rounds * A_ROUND + number, result.wrong))
        result.rounds += 1


def measure(kind: str, rounds: int) -> Result:
    """Build both databases of `kind`, count statements, measure; nothing is left of it."""
    began = time.perf_counter()
    wrong: list[str] = []
    with database.new_pair(kind) as pair:
        app, stations = database.build(pair.product)
        engines = create_engine(pair.product), create_engine(pair.floor)
        askers = [Asker(admin, database.rows_of(engines[0], admin)) for admin in ADMINS]
        result = Result(kind, stations, count_statements(app, engines[0], askers, wrong), wrong)
        with app.app_context():
            db.engine.dispose()
        engines[0].dispose()
        database.copy(pair)
        try:
            with sites(pair, engines) as there:
                take_turns(result, askers, there, rounds)
        finally:
            for engine in engines:
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
    print(last_line(results, load))
    return 1 if any(result.wrong for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
