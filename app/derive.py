"""What a row gets without being asked: the place of its station, a number for life, the day of its record,
and what it is found by."""

from typing import Any

from flask import current_app
from sqlalchemy import event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import clock, finding, seals
from app.errors import OutOfScope
from models import Case, Findable, Serial, Station, StationOwned
from models.base import place_of

_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def next_number(session: Session, series: str) -> int:
    """The next number of a series, from 1, without gaps: it is given back when the transaction is."""
    connection = session.connection()  # counting is nobody's right: the row that gets the number is checked
    first = _INSERT[connection.dialect.name](Serial).values(series=series, last=1)
    counted = first.on_conflict_do_update(index_elements=[Serial.series], set_={"last": Serial.last + 1})
    return connection.execute(counted.returning(Serial.last)).scalar_one()


def _settle_at_station(session: Session, row: StationOwned) -> None:
    """Put the row where its station is, as far as the actor can see the station."""
    if row.station_id is not None and inspect(row).attrs.station_id.history.has_changes():
        station = session.get(Station, row.station_id)
        if station is None:
            raise OutOfScope()
        row.division_code = station.division_code


SEALING = ("is_sexual", "born_on", "received_on")  # what a case is sealed by


def _seal(row: Case) -> None:
    """Seal a case by what is written into it now; a seal that was lifted stays lifted until that changes (F53)."""
    changed = any(inspect(row).attrs[name].history.has_changes() for name in SEALING)
    if changed and (reason := seals.default_of(row)) is not None:
        seals.seal(row, reason, clock.today())


def _is_sealed(session: Session, row: Any) -> bool:
    """Whether a new row is sealed, or lies under a sealed one, whoever sees that."""
    if not seals.is_protected(type(row)):
        return False
    if isinstance(row, Case):
        return row.sealed_for is not None
    column, above = type(row).__under__
    # The connection: this gives nothing back but the look of a number.
    return bool(session.connection().execute(seals.is_sealed(above, getattr(row, column))).scalar())


def _fill(session: Session, row: Any) -> None:
    for column in inspect(type(row)).columns:
        if getattr(row, column.key, None) is not None:
            continue
        if "default_of" in column.info:
            setattr(row, column.key, column.info["default_of"](row))
        elif column.info.get("today"):
            setattr(row, column.key, clock.today())
        elif "serial" in column.info and row.place:
            if _is_sealed(session, row):  # it must leave no gap in a series that others see
                setattr(row, column.key, seals.new_number())
                continue
            asked = column.info["serial"]  # a pattern, or the setting that holds it
            pattern = current_app.config.get(asked, asked)
            where: dict[str, Any] = place_of(row.place) | getattr(row, "serial_values", {})
            series = f"{type(row).__name__}:{pattern.partition('{n')[0].format(**where)}"
            setattr(row, column.key, pattern.format(n=next_number(session, series), **where))


def derive(session: Session, _context: Any, _instances: Any) -> None:
    """Session hook, before the guard looks at the rows."""
    with session.no_autoflush:
        for row in (*session.new, *session.dirty):
            if isinstance(row, StationOwned):
                _settle_at_station(session, row)
        for row in (*session.new, *session.dirty):
            if isinstance(row, Case):
                _seal(row)
        for row in session.new:
            _fill(session, row)
        for row in (*session.new, *session.dirty):
            if isinstance(row, Findable):
                finding.fill(row)


def install(session_class: type[Session]) -> None:
    """Derive in every flush of the sessions of this class."""
    event.listen(session_class, "before_flush", derive)
