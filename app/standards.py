"""系统判定, stored: what the checklists make of each station, kept current by whatever changes its records (F7, F8).

Nothing is worked out when a page is looked at. A change of a record, a confirmation or a checklist judges the stations
that it touches, in the same transaction; days to come are judged with it.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import compress
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, event, exists, inspect, or_, select, true
from sqlalchemy.orm import Session

from app import audit, checklists, clock, recognitions
from app.calendar import add_months
from app.checklists import Facts, Item, Judged, Term
from app.errors import DomainError, OutOfScope
from app.scope import acting_as, inside
from app.security.actor import system
from models import (
    Attachment,
    Checklist,
    ChecklistEdition,
    ChecklistItem,
    ChecklistKind,
    Confirmation,
    Division,
    DivisionLevel,
    DutyRoster,
    Evidence,
    Judgement,
    MemberUnit,
    Recognition,
    Regulation,
    Rule,
    Station,
    StationLevel,
    StationMember,
    Volunteer,
    WallPosting,
)

JUDGE = system("系统（判定）")  # whoever changes a record changes what follows from it, wherever he may write
BATCH = 500
_TOUCHED = "stations to judge"
# Registers whose rows the rules read; each row has its station.
READ = (StationMember, Volunteer, DutyRoster, Regulation, WallPosting, Confirmation, Recognition)
VOUCHED = ("station_id", "item_id", "confirmed_on", "note")  # what is asked of a confirmation when it is written


# ---- what is known of stations


def _facts(session: Session, stations: Collection[int]) -> dict[int, Facts]:
    """{station: what the records say of it}, of those that stand; as many statements as there are registers."""
    standing = select(Station.id, Station.level, Station.address, Station.has_plaque)
    found = {
        key: Facts(level, address or "", has_plaque)
        for key, level, address, has_plaque in session.execute(_of(standing, Station, Station.id, stations))
    }
    seats = select(StationMember.station_id, StationMember.seat, StationMember.starts_on, MemberUnit.name)
    seats = seats.add_columns(MemberUnit.aliases).outerjoin(MemberUnit, StationMember.unit_id == MemberUnit.id)
    for key, seat, starts_on, *names in session.execute(_of(seats, StationMember, StationMember.station_id, stations)):
        if key in found:
            found[key].seats.append((seat, term := Term(starts_on)))
            found[key].units += [(name, term) for name in names if name]
    team = select(Volunteer.station_id, Volunteer.starts_on, Volunteer.term_ends_on)
    for key, *term_of in session.execute(_of(team, Volunteer, Volunteer.station_id, stations)):
        if key in found:
            found[key].team.append(Term(*term_of))
    duties = select(DutyRoster.station_id, *(getattr(DutyRoster, name) for name in checklists.DUTIES))
    for key, *ticks in session.execute(_of(duties, DutyRoster, DutyRoster.station_id, stations)):
        if key in found:
            found[key].duties.update(compress(checklists.DUTIES, ticks))
    texts = select(Regulation.station_id, Regulation.kind, Regulation.effective_on)
    for key, kind, effective_on in session.execute(_of(texts, Regulation, Regulation.station_id, stations)):
        if key in found:
            found[key].regulations.append((kind, Term(effective_on)))
    sheets = select(WallPosting.station_id, WallPosting.kind)
    for key, kind in session.execute(_of(sheets, WallPosting, WallPosting.station_id, stations)):
        if key in found:
            found[key].postings.add(kind)
    confirmed = select(
        Confirmation.station_id, Confirmation.item_id, Confirmation.confirmed_on, Confirmation.valid_until
    ).join(ChecklistItem, (ChecklistItem.id == Confirmation.item_id))
    is_shown = or_(
        ChecklistItem.evidence.in_((Evidence.NONE, Evidence.TEXT)),
        exists(select(Attachment.id).where(Attachment.row_uid == Confirmation.uid)),
    )
    confirmed = confirmed.where(is_shown, Confirmation.edition >= ChecklistItem.since_edition)  # else it asks anew
    confirmed = confirmed.where(ChecklistItem.rule.is_(None))  # beside a rule it is 佐证: the records alone judge
    for key, item, *term_of in session.execute(_of(confirmed, Confirmation, Confirmation.station_id, stations)):
        if key in found:
            found[key].confirmed.setdefault(item, []).append(Term(*term_of))
    return found


def _of(statement: Any, model: Any, key: Any, stations: Collection[int]) -> Any:
    return statement.where(model.ended_on.is_(None), key.in_(stations)).order_by(model.id)


class _Asked(NamedTuple):
    """A checklist in force: whose stations it asks, and its lines."""

    division_code: str
    level: Any
    items: list[Item]


def _in_force(session: Session) -> list[_Asked]:
    lists: dict[int, _Asked] = {}
    found = select(Checklist.id, Checklist.division_code, Checklist.level).where(Checklist.ended_on.is_(None))
    for key, code, level in session.execute(found.where(Checklist.kind == ChecklistKind.STATION)):
        lists[key] = _Asked(code, level, [])
    items = select(ChecklistItem.checklist_id, ChecklistItem.id, ChecklistItem.rule).where(ChecklistItem.is_active)
    for key, item, rule in session.execute(items.order_by(ChecklistItem.position, ChecklistItem.id)):
        if key in lists:
            lists[key].items.append(Item(item, rule))
    return list(lists.values())


# ---- judging


def judge(session: Session, stations: Collection[int], today: date) -> int:
    """Judge these stations from today on; how many judgements changed. Flushed; the stations are held to the end.

    Of two who change records of one station, or its checklist, at once, the second waits here, and then judges by what
    both wrote.
    """
    wanted, changed = sorted(stations), 0
    with acting_as(JUDGE), session.no_autoflush:
        for n in range(0, len(wanted), BATCH):
            changed += _judge(session, wanted[n : n + BATCH], today)
            session.flush()
            recognitions.settle(session, wanted[n : n + BATCH])
    return changed


def _judge(session: Session, stations: list[int], today: date) -> int:
    held = select(Station.id, Station.division_code).where(Station.id.in_(stations)).order_by(Station.id)
    places = dict(session.execute(held.with_for_update(key_share=True, of=Station)).all())
    lists, facts = _in_force(session), _facts(session, stations)  # read when nobody else changes them any more
    stood = defaultdict[tuple[int, int], list[Judgement]](list)
    still = or_(Judgement.until_on.is_(None), Judgement.until_on > today)
    rows = select(Judgement).where(Judgement.station_id.in_(stations), still).order_by(Judgement.from_on)
    for row in session.scalars(rows.execution_options(populate_existing=True)):
        stood[row.station_id, row.item_id].append(row)
    changed = 0
    for station, known in facts.items():
        asked = [
            item
            for asked in lists
            if asked.level is known.level and places[station].startswith(asked.division_code)
            for item in asked.items
        ]
        for item, judged in checklists.judge_all(asked, known, today).items():
            changed += _store(session, station, item, judged, stood.pop((station, item), []), today)
    for (station, item), before in stood.items():  # ended stations, lines that are asked no more
        changed += _store(session, station, item, [], before, today)
    return changed


def _store(
    session: Session, station: int, item: int, judged: list[Judged], before: list[Judgement], today: date
) -> bool:
    """Put what is judged in the place of what stood from today on; the past stays. Whether anything was different."""
    now = [(max(row.from_on, today), row.until_on, row.finding, row.sentence) for row in before]
    if now == [tuple(one) for one in judged]:
        return False
    for row in before:
        same = next((one for one in judged if (one.finding, one.sentence) == (row.finding, row.sentence)), None)
        if row.from_on < today and same is not None and same.from_on == today:
            row.until_on = same.until_on  # it goes on
            judged = [one for one in judged if one is not same]
        elif row.from_on < today:
            row.until_on = today
        else:
            session.delete(row)
    session.flush()
    session.add_all(Judgement(station_id=station, item_id=item, **one._asdict()) for one in judged)
    return True


def judge_all(session: Session, today: date, within: str = "") -> Iterator[tuple[int, int]]:
    """Judge every station (of a division), some hundreds at a time: yields (how many so far, how many there are)."""
    with acting_as(JUDGE):
        keys = list(session.scalars(select(Station.id).where(_part(within)).order_by(Station.id)))
    for n in range(0, len(keys), BATCH):
        judge(session, keys[n : n + BATCH], today)
        yield min(n + BATCH, len(keys)), len(keys)


def _part(within: str) -> ColumnElement[bool]:
    return inside(Station, (within,)) if within else true()


# ---- kept current


@dataclass
class Touched:
    """What a transaction has changed that stations are judged by: keys."""

    stations: set[int] = field(default_factory=set)
    units: set[int] = field(default_factory=set)
    lists: set[int] = field(default_factory=set)
    uids: set[str] = field(default_factory=set)  # of confirmations with other evidence
    has_new: bool = False  # stations that nobody else knows of yet

    def note(self, row: Any) -> None:
        """Remember what a new, changed or deleted row says something about; where it was before, too."""
        if isinstance(row, Station):
            self.stations.add(row.id)
        elif isinstance(row, READ):
            self.stations.update((row.station_id, *(inspect(row).attrs.station_id.history.deleted or ())))
        elif isinstance(row, MemberUnit):
            self.units.add(row.id)
        elif isinstance(row, Checklist):
            self.lists.add(row.id)
        elif isinstance(row, ChecklistItem):
            self.lists.add(row.checklist_id)
        elif isinstance(row, Attachment) and row.register == Confirmation.__name__:
            self.uids.add(row.row_uid)


def _note(session: Session, _context: Any) -> None:
    """Session hook, after every flush."""
    touched = session.info.setdefault(_TOUCHED, Touched())
    for row in (*session.new, *session.dirty, *session.deleted):
        touched.note(row)
    touched.has_new |= any(isinstance(row, Station) for row in session.new)


def _settle(session: Session) -> None:
    """Session hook, before every commit: judge what was touched, in the same transaction."""
    session.flush()
    touched, today = session.info.get(_TOUCHED, Touched()), clock.today()
    if touched == Touched():
        return
    with acting_as(JUDGE):
        stations = set(touched.stations)
        if touched.units:
            seats = select(StationMember.station_id).where(StationMember.unit_id.in_(touched.units))
            stations.update(session.scalars(seats))
        if touched.uids:
            confirmed = select(Confirmation.station_id).where(Confirmation.uid.in_(touched.uids))
            stations.update(session.scalars(confirmed))
        if touched.lists:
            for key in sorted(touched.lists):
                _edit(session, key, today)
            stations.update(_asked_by(session, touched.lists))
        if touched.has_new:  # who changes a checklist meanwhile cannot judge them: he waits for them, or they for him
            session.scalars(select(Checklist.id).order_by(Checklist.id).with_for_update(read=True)).all()
    judge(session, stations, today)
    session.info.pop(_TOUCHED, None)


WORDS = ("label", "rule", "evidence", "points", "validity_months", "is_active", "position")


def _edit(session: Session, key: int, today: date) -> None:
    """Begin the next edition of a checklist whose lines are no longer those of the last one."""
    rows = session.scalars(select(ChecklistItem).where(ChecklistItem.checklist_id == key).order_by(ChecklistItem.id))
    items = {row.id: row for row in rows}
    now = [
        {"id": row.id, **{name: audit.plain(getattr(row, name)) for name in WORDS}}
        | ({"is_prompt": True} if row.is_prompt else {})  # editions of before know no prompts
        for row in items.values()
    ]
    newest = select(ChecklistEdition).where(ChecklistEdition.checklist_id == key)
    last = session.scalars(newest.order_by(ChecklistEdition.edition.desc()).limit(1)).first()
    if last is not None and last.items == now:
        return
    before = {line["id"]: line for line in last.items} if last is not None else {}
    edition = last.edition + 1 if last is not None else 1
    session.add(ChecklistEdition(checklist_id=key, edition=edition, from_on=today, items=now))
    row = session.get(Checklist, key)
    if row is not None:
        row.edition = edition
    for line in now:
        if _asks(line) != _asks(before.get(line["id"], {})):
            items[line["id"]].since_edition = edition
    session.flush()


def _asks(line: Mapping[str, Any]) -> list[Any]:
    """What somebody who confirms a line vouches for."""
    return [line.get(name) for name in ("label", "rule", "evidence")]


def complete(session: Session, _context: Any, _instances: Any) -> None:
    """Session hook: a confirmation is of what its line asks now, and lasts as long as the line says.

    One that is taken back, or given back, is asked nothing: its line may ask something else by now.
    """
    with session.no_autoflush:
        for row in (*session.new, *session.dirty):
            if isinstance(row, Confirmation) and any(inspect(row).attrs[n].history.has_changes() for n in VOUCHED):
                _complete(session, row)


def _complete(session: Session, row: Confirmation) -> None:
    item, station = session.get(ChecklistItem, row.item_id), session.get(Station, row.station_id)
    asked = session.get(Checklist, item.checklist_id) if item is not None else None
    if item is None or station is None or asked is None:
        raise OutOfScope()
    if asked.kind is not ChecklistKind.STATION:
        raise DomainError(_("「%(item)s」不是建站标准的项目，不需要确认。", item=item), "item_id")
    if asked.level is not station.level or not item.is_active:
        raise DomainError(_("「%(item)s」不是这个站的标准项目。", item=item), "item_id")
    if item.rule is None and item.evidence is Evidence.TEXT and not row.note:
        raise DomainError(_("这一项要写明情况。"), "note")
    if inspect(row).attrs.item_id.history.has_changes():
        row.edition = asked.edition
    months = item.validity_months
    row.valid_until = add_months(row.confirmed_on, months) - checklists.DAY if months else None


def _asked_by(session: Session, lists: Collection[int]) -> Iterable[int]:
    """The stations that these checklists ask, and those that they asked before."""
    asked = session.execute(select(Checklist.division_code, Checklist.level).where(Checklist.id.in_(lists)))
    of = or_(*(inside(Station, (code,)) & (Station.level == level) for code, level in asked))
    yield from session.scalars(select(Station.id).where(of))
    items = select(ChecklistItem.id).where(ChecklistItem.checklist_id.in_(lists))
    yield from session.scalars(select(Judgement.station_id).where(Judgement.item_id.in_(items)).distinct())


def _forget(session: Session, *_rest: Any) -> None:
    session.info.pop(_TOUCHED, None)


def install(session_class: type[Session]) -> None:
    """Keep the judgements current in the sessions of this class."""
    event.listen(session_class, "before_flush", complete)
    event.listen(session_class, "before_flush", recognitions.complete)
    event.listen(session_class, "after_flush", _note)
    event.listen(session_class, "before_commit", _settle)
    event.listen(session_class, "after_rollback", _forget)


# ---- set up


def seed(session: Session, content: bytes, today: date) -> int:
    """Give each city the checklists of the opinion that it has not had yet, by name and level; how many. Flushed."""
    made = 0
    for city in session.scalars(select(Division.code).where(Division.level == DivisionLevel.CITY)):
        had = select(Checklist.name, Checklist.level).where(Checklist.division_code == city)
        known = {(name, level.name) for name, level in session.execute(had)}
        for line in json.loads(content):
            if (line["name"], line["level"]) not in known:
                _plant(session, city, line, today)
                made += 1
    return made


def _plant(session: Session, city: str, line: dict[str, Any], today: date) -> None:
    row = Checklist(division_code=city, name=line["name"], level=StationLevel[line["level"]], note=line["note"])
    row.kind = ChecklistKind[line["kind"]]
    row.medium_from, row.high_from = line.get("medium_from"), line.get("high_from")
    session.add(row)
    session.flush()
    for position, item in enumerate(line["items"], 1):
        rule, evidence = item.get("rule"), item.get("evidence", "NONE")
        session.add(
            ChecklistItem(
                checklist_id=row.id, position=position, label=item["label"], rule=Rule[rule] if rule else None,
                evidence=Evidence[evidence], validity_months=item.get("validity_months"), points=item.get("points"),
                is_prompt=item.get("is_prompt", False),
            )
        )  # fmt: skip
    session.flush()
    _edit(session, row.id, today)
