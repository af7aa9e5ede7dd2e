"""Races in the workflow of cases: two processes of sixteen people register and move the same cases at once.

They call the rules, not the pages: what has to hold are the transactions. What is left is read from the database.
"""

from collections import Counter
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm.exc import StaleDataError

from app import setup
from app.extensions import db
from app.scope import acting_as
from app.security.actor import Actor
from app.workflow.steps import advance
from models import Case, CaseState, Channel, Difficulty, RightsCategory
from tests import records, world
from tests.conftest import cheap_hashes, make_app, today_is
from tests.security.attacks import person
from tests.unit.case_rules import case_in

PROCESSES, THREADS, SHARE = 2, 16, 10  # what each thread registers, and how often it tries to move a case
RACED = ("registered", "numbers", "moved", "outrun")
MOVED = "被并发调整的"
SERIES = f"{world.OWN}-{world.TODAY.year}-{Channel.LETTER.value}-"


def registers(app: Flask, actor: Actor, station: int, turn: int) -> str:
    """One more case of the same station, channel and year; some give up before the end."""
    with app.app_context(), acting_as(actor):
        db.session.add(
            Case(
                station_id=station,
                channel=Channel.LETTER,
                received_on=world.TODAY,
                name="乙",
                subject=f"第{turn}件",
                category=RightsCategory.FAMILY,
                receiver="丙",
            )
        )
        db.session.flush()
        if turn % 7 == 3:
            db.session.rollback()
            return "given up"
        db.session.commit()
        return "registered"


def moves(app: Flask, actor: Actor, station: int, turn: int) -> str:
    """Look at a case, then take a step on the version that was seen: another reason, another difficulty."""
    with app.app_context(), acting_as(actor):
        keys = db.session.scalars(select(Case.id).where(Case.subject == MOVED).order_by(Case.id)).all()
        key = keys[turn % len(keys)]
        seen = db.session.get_one(Case, key).version
        db.session.remove()  # the form is open now, and the person thinks
        row = db.session.get_one(Case, key)
        if row.version != seen:
            return "outrun"
        other = Difficulty.COMPLEX if row.difficulty is Difficulty.ORDINARY else Difficulty.ORDINARY

        def fill(case: Any) -> None:
            case.difficulty, case.state_reason = other, f"第{turn}次"

        try:
            advance(row, CaseState.ACCEPTED, actor, world.TODAY + timedelta(days=1), fill)
            db.session.commit()
        except StaleDataError:
            db.session.rollback()
            return "outrun"
        return f"version {key}-{seen}"


def _process(address: str, process: int) -> Counter[str]:
    app = make_app(address)
    with app.app_context():
        actor, station = person("town_admin"), records.station_at(world.OWN)
        db.session.remove()

    with ThreadPoolExecutor(THREADS) as pool:
        tasks = [
            pool.submit(work, app, actor, station, process + number + turn)
            for turn in range(SHARE)
            for number in range(THREADS)
            for work in (registers, moves)
        ]
    found = Counter(map(_outcome, tasks))
    with app.app_context():
        db.engine.dispose()
    return found


def _outcome(task: Future[str]) -> str:
    """What a task says of itself; whatever went wrong in it, a page would answer with 500."""
    error = task.exception()
    return f"error {type(error).__name__}" if error is not None else task.result()


def begin(address: str) -> None:
    """The small world on a new, empty database, with a few cases that everybody wants to move."""
    with today_is(world.TODAY), cheap_hashes():
        app = make_app(address)
        with app.app_context():
            setup.run()
            world.clear(app)
            world.build(app)
            for _ in range(3):
                case_in("ACCEPTED", subject=MOVED)
            db.engine.dispose()


def race(name: str, address: str, _home: Path) -> dict[str, Any]:
    """Both races on the new, empty database at `address`: what came out, and under `wrong` what should not have."""
    begin(address)
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        counted = sum(pool.map(_process, [address] * PROCESSES, range(PROCESSES)), Counter[str]())
    numbers, edits = stored(address)
    moved = sum(n for what, n in counted.items() if what.startswith("version"))
    wanted = [f"{SERIES}{n:04}" for n in range(1, counted["registered"] + 1)]
    wrong = [
        *(f"{n} steps on {what}" for what, n in counted.items() if what.startswith("version") and n != 1),
        *(f"{n} × {what}" for what, n in counted.items() if what.startswith("error")),
        *(["the numbers have gaps or twins"] if numbers != wanted else []),
        *([f"{moved} steps, {edits} in the history"] if moved != edits else []),
        *(["nothing was raced for"] if not counted["outrun"] or not moved else []),
    ]
    return {"registered": counted["registered"], "numbers": len(numbers), "moved": moved, "outrun": counted["outrun"],
            "wrong": wrong}  # fmt: skip


def stored(address: str) -> tuple[list[str], int]:
    """(the numbers of the series, how many steps of the cases stand in the history)."""
    engine = create_engine(address)
    asked = text(
        "SELECT count(*) FROM audit_entry WHERE register = 'Case' AND verb = 'edit' AND actor_name = '姓名town_admin'"
        " AND row_key IN (SELECT CAST(id AS VARCHAR) FROM case_record WHERE subject = :subject)"
    )
    with engine.connect() as connection:
        found = connection.execute(select(Case.__table__.c.number).where(Case.__table__.c.number.startswith(SERIES)))
        numbers = sorted(found.scalars())
        edits = connection.execute(asked, {"subject": MOVED}).scalar_one()
    engine.dispose()
    return numbers, edits
