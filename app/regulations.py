"""六制度: which of the six a station lacks, and the texts that every station may begin with (F9)."""

from collections.abc import Collection
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

import config
from app.extensions import db
from app.interface import must_be_open
from app.security.actor import Actor
from models import Regulation, RegulationKind, Station

TEXTS = config.ROOT / "seed" / "reference" / "regulations"  # <KIND>.txt, for the whole city


def lacking(kinds: Collection[RegulationKind]) -> list[RegulationKind]:
    """Those of the six (opinion 四(一)(5)) that are not among `kinds`, in the order of the opinion."""
    return [kind for kind in RegulationKind if kind not in kinds]


def lacking_of(station: Station) -> list[RegulationKind]:
    """Those of the six that a stored station has no current text of, as far as the actor sees."""
    current = select(Regulation.kind).where(Regulation.station_id == station.id, Regulation.ended_on.is_(None))
    return lacking(set(db.session.scalars(current)))


def sentences(station: Station, actor: Actor) -> list[str]:
    """What a station lacks, one sentence each, or that it lacks nothing; none for who does not see its regulations."""
    if not actor.covers("view", Regulation.__name__, station.place):
        return []
    missing = [_("缺%(kind)s制度。", kind=kind.value) for kind in lacking_of(station)]
    return missing or [_("六项制度齐全。")]


def may_complete(station: Station, actor: Actor) -> bool:
    """Whether there is something to complete here, and the actor may."""
    may_add = actor.covers("add", Regulation.__name__, station.place)
    return may_add and station.ended_on is None and bool(lacking_of(station))


def complete(station: Station, today: date) -> list[Regulation]:
    """Give an open station the city's text of every kind that it lacks, edition 1, in force from today; flushed."""
    must_be_open(station)
    rows = [
        Regulation(station_id=station.id, kind=kind, edition=1, text=text_of(kind), effective_on=today)
        for kind in lacking_of(station)
    ]
    db.session.add_all(rows)
    db.session.flush()
    return rows


def text_of(kind: RegulationKind) -> str:
    """The city's text of one of the six."""
    return (TEXTS / f"{kind.name}.txt").read_text(encoding="utf-8").strip()
