"""Random cases past the session, and what a table of them has to say, counted by hand."""

import random
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from sqlalchemy import insert, select
from werkzeug.datastructures import MultiDict

from app import statistics
from app.extensions import db
from app.periods import Period
from app.statistics import Bucket
from models import CaseActivity, Station
from models.base import new_uid
from models.case import Case, Channel, Difficulty, RightsCategory
from tests import world
from tests.security.policy import places
from views import parameters
from views.case import CaseView

STATES = ("APPLIED", "ACCEPTED", "HANDLING", "CLOSED", "REFUSED", "WITHDRAWN", "MERGED")
FIRST = date(2023, 11, 1)  # of the cases; they come until the end of 2026
DAYS = (date(2026, 12, 31) - FIRST).days
LEAPS = [date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28), date(2025, 3, 1)]


def fill(n: int, seed: int = 22, states: Sequence[str] = STATES) -> list[dict[str, Any]]:
    """Random cases in every place of the world, some of them merged, ended, or come back to; gives all that is there.

    Each as a dictionary: its columns, and `again`, the days on which she came again.
    """
    chance = random.Random(seed)
    with db.engine.begin() as connection:
        stations = connection.execute(select(Station.__table__.c.id, Station.__table__.c.division_code)).all()
        into = connection.scalar(select(Case.__table__.c.id).order_by(Case.__table__.c.id))
        rows = [_case(chance, number, *chance.choice(stations), into, chance.choice(states)) for number in range(n)]
        connection.execute(insert(Case.__table__), rows)
        cases = [dict(row) for row in connection.execute(select(Case.__table__)).mappings()]
        some = [_activity(chance, case) for case in cases if chance.random() < 0.5]
        connection.execute(insert(CaseActivity.__table__), some)
        done = connection.execute(select(CaseActivity.__table__)).mappings().all()
    for case in cases:
        case["again"] = [row["happened_on"] for row in done if row["case_id"] == case["id"] and row["is_repeat"]]
    return cases


def _case(chance: random.Random, number: int, station: int, code: str, into: int, state: str) -> dict[str, Any]:
    day = FIRST + timedelta(days=chance.randint(0, DAYS))
    if chance.random() < 0.2:
        day = chance.choice(LEAPS)
    difficulty = chance.choice([*Difficulty, *(() if state in ("ACCEPTED", "HANDLING", "CLOSED") else (None,))])
    has_ended, is_closed = chance.random() < 0.1, state == "CLOSED"
    goes_otherwise = state in ("REFUSED", "WITHDRAWN", "MERGED")
    return {
        "uid": new_uid(), "created_at": world.TODAY, "changed_at": world.TODAY, "station_id": station,
        "division_code": code, "city_code": code[:4], "county_code": code[:6], "township_code": code[:9],
        "number": f"测-{number}", "channel": chance.choice([*Channel]), "category": chance.choice([*RightsCategory]),
        "received_on": day, "recorded_on": date(2027, 1, 1), "name": "甲", "subject": f"事{number}", "receiver": "乙",
        "search_text": "", "state": state, "difficulty": difficulty, "handler": "丙" if difficulty else None,
        "accepted_on": day if difficulty else None, "closed_on": day if is_closed else None,
        "answered_on": day if is_closed else None, "answer": "k:0" if is_closed else None,
        "answer_way": "CALL" if is_closed else None,
        "state_reason": "重复" if goes_otherwise else None, "merged_into_id": into if state == "MERGED" else None,
        "ended_on": day if has_ended else None, "ended_reason": "误登" if has_ended else None,
    }  # fmt: skip


def _activity(chance: random.Random, case: dict[str, Any]) -> dict[str, Any]:
    return {
        "uid": new_uid(), "created_at": world.TODAY, "changed_at": world.TODAY, "case_id": case["id"], "kind": "CALL",
        "happened_on": case["received_on"] + timedelta(days=chance.randint(0, 400)), "summary": "又来", "done_by": "丙",
        "is_repeat": chance.random() < 0.7,
    }  # fmt: skip


def by_hand(
    cases: Iterable[dict[str, Any]], who: str, measure: str, days: Period, within: str, *buckets: Bucket | None
) -> int:
    """How many a cell of that row and column has to say."""
    seen, n = places(who, "Case", "view"), 0
    for case in cases:
        code = case["division_code"]
        if case["ended_on"] or not any(map(code.startswith, seen)) or not code.startswith(within):
            continue
        if measure == "cases" and case["state"].name == "MERGED":
            continue
        came = [case["received_on"], *(case["again"] if measure == "visits" else ())]
        n += sum(
            days.first <= day <= days.last and all(_holds(case, day, bucket) for bucket in buckets) for day in came
        )
    return n


def _holds(case: dict[str, Any], day: date, bucket: Bucket | None) -> bool:
    """Whether a case falls into a bucket, by what it is called in its filters."""
    for column, how, text in bucket.filters if bucket else ():
        value = case[column]
        if column == "received_on":
            holds = (text <= day.isoformat()) if how == "from" else (day.isoformat() <= text)
        elif column == "division_code":
            holds = value == text if how == "exactly" else value.startswith(text)
        else:
            holds = value is None if how == "empty" else value is not None and value.name == text
        if not holds:
            return False
    return True


def shown(app: Flask, address: str) -> int:
    """How many rows the page at that address says there are."""
    made = next(view for view in app.appbuilder.baseviews if type(view) is CaseView)
    parts = urlsplit(address)
    args = MultiDict(parse_qsl(parts.query))
    if parts.path == "/cases/list/":
        asked = parameters.parse(made.datamodel, args, made)
        return made.datamodel.count(asked.query, made.quick_search)
    assert parts.path == "/cases/visits/"
    filters = tuple((*parameters.comparison(made.datamodel, key, made), text) for key, text in args.items(multi=True))
    n = statistics.number_of_visits(filters)
    assert len(statistics.visits(filters, 0, 10_000)) == n
    return n
