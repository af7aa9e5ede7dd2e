"""make drill: all requests of the matrix and each hole, on both databases at once; it ends in `drill key=value …`."""

import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, text

from app import setup
from app.extensions import db
from tests import postgres, world
from tests.conftest import DATABASES, cheap_hashes, make_app, today_is
from tests.drill.holes import HOLES
from tests.security.prober import Prober


def drill(app: Flask, name: str) -> tuple[int, int, int]:
    """(leaks of the closed product, holes found, requests) on one database."""
    leaks = found = requests = 0
    for person in ("anonymous", *world.PEOPLE):
        prober = Prober(app, person, is_drill=True)
        for leak in prober.leaks():
            leaks += 1
            print(f"LEAK {name} {leak}", flush=True)
        requests += prober.requests
        print(f"{name} {person}: {prober.requests} requests, {dict(prober.statuses)}", flush=True)
    for hole in HOLES:
        caught = hole.leaks(app)  # with the requests of the matrix: it has to find every hole as well
        found += bool(caught)
        print(f"{name} {hole.name}: {caught[0] if caught else 'NOT FOUND'}"[:200], flush=True)
    return leaks, found, requests


def drill_on(name: str, address: str) -> tuple[int, int, int]:
    """The same on the new, empty database at `address`, in a process of its own."""
    with today_is(world.TODAY), cheap_hashes():
        app = make_app(address)
        with app.app_context():
            setup.run()
            world.clear(app)
            world.build(app)
        totals = drill(app, name)
        with app.app_context():
            db.engine.dispose()
    return totals


def main() -> int:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        addresses = {"sqlite": f"sqlite:///{home}/drill.db"}
        if "postgresql" in DATABASES:
            address = stack.enter_context(postgres.cluster())
            engine = create_engine(address.format("postgres"), isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.execute(text("CREATE DATABASE drill"))
            engine.dispose()
            addresses["postgresql"] = address.format("drill")
        with ProcessPoolExecutor(len(DATABASES), mp_context=get_context("spawn")) as pool:
            totals = list(pool.map(drill_on, DATABASES, [addresses[name] for name in DATABASES]))
    leaks, found, requests = (sum(column) for column in zip(*totals, strict=True))
    seeded = len(HOLES) * len(DATABASES)
    print(f"drill seeded={found}/{seeded} leaks={leaks} requests={requests} databases={','.join(DATABASES)}")
    return 0 if leaks == 0 and found == seeded else 1


if __name__ == "__main__":
    sys.exit(main())
