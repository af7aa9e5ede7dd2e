"""上墙: whether what hangs on a station's wall still tells the truth (opinion 四(一), F10)."""

from collections.abc import Iterable
from datetime import date, datetime, time

from flask_babel import gettext as _
from sqlalchemy import String, case, cast, func, select

from app import clock
from app.extensions import db
from app.security.actor import Actor
from models import AuditEntry, PostingKind, Station, Volunteer, WallPosting

NAMED = frozenset(("name", "role"))  # what a list of names says of a person, beside that he belongs to it


def staleness(posting: WallPosting, roster_changed_on: date | None) -> str:
    """A sentence when the list of names on the wall is older than the last change of the roster; else nothing."""
    is_list = posting.kind is PostingKind.ROSTER and posting.ended_on is None
    if not is_list or roster_changed_on is None or roster_changed_on <= posting.posted_on:
        return ""
    return _("上墙已过期：队伍名单在 %(day)s 之后有变动。", day=posting.posted_on.isoformat())


def roster_changed_on(station_id: int, after: date, today: date) -> date | None:
    """The last day on which somebody of a station's roster began or left, or, later than `after`, was called otherwise.

    Names and roles hold no dates: that they changed, and that somebody was resumed, is told by the audit.
    """
    begun = case((Volunteer.starts_on <= today, Volunteer.starts_on))
    dates = select(func.max(begun), func.max(Volunteer.ended_on)).where(Volunteer.station_id == station_id)
    days = [day for day in db.session.execute(dates).one() if day is not None]
    return max((*days, *_renamed(station_id, after)), default=None)


def _renamed(station_id: int, after: date) -> Iterable[date]:
    people = select(cast(Volunteer.id, String)).where(Volunteer.station_id == station_id)
    entries = select(AuditEntry.at, AuditEntry.changes).where(
        AuditEntry.root_register == Volunteer.__name__,
        AuditEntry.root_key.in_(people),
        AuditEntry.verb == "edit",
        AuditEntry.at >= datetime.combine(after, time.min),  # UTC: the next day of Beijing begins 16 hours later
    )
    for at, changes in db.session.execute(entries):
        is_resumed = "ended_on" in changes and changes["ended_on"][1] is None
        if is_resumed or not NAMED.isdisjoint(changes):
            yield clock.local(at).date()


def sentences(posting: WallPosting, today: date) -> list[str]:
    """What is to be said of one sheet: nothing, or that it is out of date."""
    if posting.kind is not PostingKind.ROSTER or posting.ended_on is not None:
        return []
    told = staleness(posting, roster_changed_on(posting.station_id, posting.posted_on, today))
    return [told] if told else []


def sentences_of(station: Station, actor: Actor, today: date) -> list[str]:
    """What is not on a station's wall, and what there is out of date; none for who does not see its wall."""
    if not actor.covers("view", WallPosting.__name__, station.place):
        return []
    current = select(WallPosting).where(WallPosting.station_id == station.id, WallPosting.ended_on.is_(None))
    newest = {p.kind: p for p in db.session.scalars(current.order_by(WallPosting.posted_on, WallPosting.id))}
    told = [_("未上墙：%(kind)s。", kind=kind.value) for kind in PostingKind if kind not in newest]
    if PostingKind.ROSTER in newest:
        told += sentences(newest[PostingKind.ROSTER], today)
    return told or [_("都已上墙。")]
