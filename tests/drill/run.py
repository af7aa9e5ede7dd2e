"""make drill: the matrix, each hole and the races, on both databases; it ends in `drill key=value …`.

The matrix and the holes go over both databases at once; the races want the machine for themselves.
"""

import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from types import ModuleType

from flask import Flask
from sqlalchemy import create_engine, text

from app import setup
from app.extensions import db
from tests import postgres, world
from tests.conftest import DATABASES, cheap_hashes, make_app, today_is
from tests.drill import case_races, races
from tests.drill.seeded import HOLES
from tests.security.people import PeopleProber
from tests.security.prober import Prober
from tests.security.sealed_twins import OUTSIDE, twins

TIMED = ("staff", "county_admin", "manager")  # whose answers are timed as well: near, above, and of another trade
RACED = (*races.RACED, *case_races.RACED)


def drill(app: Flask, name: str) -> tuple[int, int, int]:
    """(leaks of the closed product, holes found, requests) on one database."""
    leaks = found = requests = 0
    for person in ("anonymous", *world.PEOPLE):
        for prober in (Prober(app, person, is_drill=True), PeopleProber(app, person, is_drill=True)):
            for leak in prober.leaks():
                leaks += 1
                print(f"LEAK {name} {leak}", flush=True)
            requests += prober.requests
            print(f"{name} {person}: {prober.requests} requests, {dict(prober.statuses)}", flush=True)
    ratios = []
    for person in OUTSIDE:
        told = twins(app, person, rounds=3 if person in TIMED else 0)
        leaks, requests = leaks + len(told.leaks), requests + told.asked
        ratios += [told.ratio] if person in TIMED else []
        for what in told.leaks:
            print(f"LEAK {name} {what}", flush=True)
    print(
        f"{name} sealed: time with/without {median(ratios):.3f}, from {min(ratios):.3f} to {max(ratios):.3f}",
        flush=True,
    )
    for hole in HOLES:
        if hole.attack:  # the others were looked for by the requests above
            for leak in hole.search(app):
                leaks += 1
                print(f"LEAK {name} {leak}", flush=True)
        caught = hole.leaks(app)  # with the requests of the matrix: it has to find every hole as well
        found += bool(caught)
        print(f"{name} {hole.name}: {caught[0] if caught else 'NOT FOUND'}"[:200], flush=True)
    return leaks, found, requests


def drill_on(name: str, address: str) -> tuple[int, int, int]:
    """The same on the new, empty database at `address`, in a process of its own."""
    began = time.process_time()
    with today_is(world.TODAY), cheap_hashes():
        app = make_app(address)
        with app.app_context():
            setup.run()
            world.begin(app)
        totals = drill(app, name)
        with app.app_context():
            db.engine.dispose()
    print(f"{name}: {time.process_time() - began:.0f} s of one core", flush=True)
    return totals


def races_on(module: ModuleType, addresses: dict[str, str], home: Path) -> tuple[Counter[str], int]:
    """(what was counted, how much was wrong) of the races of a module on new, empty databases."""
    figures, wrong = Counter[str](), 0
    for name, address in addresses.items():
        place = home / f"race-{name}"
        place.mkdir(exist_ok=True)
        found = module.race(name, address, place)
        for what in found["wrong"]:
            wrong += 1
            print(f"RACE {name} {what}", flush=True)
        figures.update({key: found[key] for key in module.RACED})
        print(f"{name} races: {' '.join(f'{key}={found[key]}' for key in module.RACED)}", flush=True)
    return figures, wrong


def new_databases(stack: ExitStack, home: Path) -> dict[str, dict[str, str]]:
    """{purpose: {kind of database: the address of a new, empty one}}."""
    purposes = ("drill", "race", "cases")
    addresses = {purpose: {"sqlite": f"sqlite:///{home}/race-sqlite/{purpose}.db"} for purpose in purposes}
    (home / "race-sqlite").mkdir()
    if "postgresql" in DATABASES:
        address = stack.enter_context(postgres.cluster())
        engine = create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for purpose in purposes:
                connection.execute(text(f"CREATE DATABASE {purpose}"))
                addresses[purpose]["postgresql"] = address.format(purpose)
        engine.dispose()
    return {purpose: {name: found[name] for name in DATABASES} for purpose, found in addresses.items()}


def main() -> int:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        addresses = new_databases(stack, home)
        with ProcessPoolExecutor(len(DATABASES), mp_context=get_context("spawn")) as pool:
            totals = list(pool.map(drill_on, addresses["drill"].keys(), addresses["drill"].values()))
        raced_for = [(races, "race"), (case_races, "cases")]
        found_in = [races_on(module, addresses[purpose], home) for module, purpose in raced_for]
        figures, wrong = sum((figures for figures, _ in found_in), Counter[str]()), sum(n for _, n in found_in)
    leaks, found, requests = (sum(column) for column in zip(*totals, strict=True))
    seeded = len(HOLES) * len(DATABASES)
    raced = " ".join(f"{key}={figures[key]}" for key in RACED)
    print(
        f"drill seeded={found}/{seeded} leaks={leaks} requests={requests} wrong={wrong} {raced}"
        f" databases={','.join(DATABASES)}"
    )
    return 0 if leaks == wrong == 0 and found == seeded else 1


if __name__ == "__main__":
    sys.exit(main())
