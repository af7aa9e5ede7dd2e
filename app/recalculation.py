"""Due dates when the calendar, or what the opinion's terms are taken to be, changes (F14)."""

from collections.abc import Iterator
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select, update

from app import audit, calendars
from app.calendar import Calendar
from app.extensions import db
from app.scope import acting_as
from app.security.actor import Actor, system
from app.workflow import clocks
from models import Case

CLOCKS = system("系统（期限）")
BATCH = 1000  # cases read at a time


def _moved(calendar: Calendar, lock: bool = False) -> Iterator[tuple[Case, date | None]]:
    """The cases whose clock runs to another day by `calendar`, with that day; `lock` holds them where they stand."""
    found = select(Case).where(Case.state.in_(clocks.RUNNING), Case.ended_on.is_(None)).order_by(Case.id)
    if lock:  # a step that is being taken is waited for: a case that it closes is due on no day
        found = found.with_for_update(key_share=True).execution_options(populate_existing=True)
    for case in db.session.scalars(found.execution_options(yield_per=BATCH)):
        due = clocks.due_of(case, calendar)
        if (on := due.on if due else None) != case.due_on:
            yield case, on


def would_change(_old: Calendar, new: Calendar) -> str:
    """How many due dates the new calendar moves, in a sentence; nothing is written. What is sealed is not counted."""
    with acting_as(CLOCKS):
        count = sum(case.sealed_for is None for case, _on in _moved(new))
    return _("%(n)s 件未办结案件的到期日将变化。", n=count) if count else ""


def recalculate(calendar: Calendar, actor: Actor) -> int:
    """Move every due date that the calendar moves, on record as `actor`'s doing; how many. Flushed.

    A due date is nobody's entry: forms that are open on the case stay valid, so its version does not change.
    """
    with acting_as(CLOCKS):
        moved = [(case, on) for case, on in _moved(calendar, lock=True)]
        for case, on in moved:
            changes = {"due_on": [audit.plain(case.due_on), audit.plain(on)]}
            audit.note(db.session(), "recalculate", case, changes, actor)
        keys: dict[date | None, list[int]] = {}
        for case, on in moved:
            keys.setdefault(on, []).append(case.id)
        for on, found in keys.items():
            for n in range(0, len(found), BATCH):
                these = update(Case).where(Case.id.in_(found[n : n + BATCH])).values(due_on=on)
                db.session.execute(these, execution_options={"synchronize_session": False})
        for case, _on in moved:
            db.session.expire(case)
    return len(moved)


def _follow(new: Calendar, actor: Actor, _today: date) -> None:
    recalculate(new, actor)


FOLLOWER = calendars.Follower(would_change, _follow)
