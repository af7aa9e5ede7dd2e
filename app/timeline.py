"""What happened in a case, in one line of time (F15): what was done, its steps, urges, other changes; 件 and 次."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, select

from app import clock, secret
from app.extensions import db
from app.history import Change, told, verb_text
from app.interface import RegisterInterface
from app.workflow.cases import FLOW
from app.workflow.steps import Kind
from models import Attachment, AuditEntry, Case, CaseActivity, Urge

SHOWN = 50  # events of one page; the history has them all
READ = 100  # entries of the audit that are looked at for them

ACTIVITY, MOVE, URGE, REPLY, CHANGE = "activity", "move", "urge", "reply", "change"


@dataclass(frozen=True)
class Event:
    """One thing that happened: when it was written down (UTC), by whom, what it is called, what it says."""

    kind: str
    at: datetime
    order: int  # among those of one moment
    who: str
    title: str
    text: str = ""
    lines: tuple[Change, ...] = ()
    activity: CaseActivity | None = None
    masked: str = ""  # of the activity's content

    @property
    def when(self) -> str:
        """The moment in Beijing, to the minute."""
        return clock.local(self.at).strftime("%Y-%m-%d %H:%M")


class Timeline(NamedTuple):
    """The newest events, newest first, and whether there are more."""

    events: list[Event]
    has_more: bool


def timeline_of(case: Case) -> Timeline:
    """The timeline of a case, as far as the viewer sees it; three statements, whatever happened."""
    entries = _entries(case)
    added = {(e.register, e.row_key): e for e in entries if e.verb == "add"}
    events = [
        *(_of_activity(activity, added) for activity in _newest(CaseActivity, case)),
        *(event for urge in _newest(Urge, case) for event in _of_urge(urge, added)),
        *_of_entries(case, [e for e in entries if e.register in (Case.__name__, Attachment.__name__)]),
    ]
    events.sort(key=lambda event: (event.at, event.order), reverse=True)
    return Timeline(events[:SHOWN], len(events) > SHOWN or len(entries) == READ)


def _entries(case: Case) -> Sequence[AuditEntry]:
    found = select(AuditEntry).where(
        AuditEntry.root_register == Case.__name__, AuditEntry.root_key == str(case.id), AuditEntry.verb != "reveal"
    )
    return db.session.scalars(found.order_by(AuditEntry.id.desc()).limit(READ)).all()


def _newest(model: Any, case: Case) -> Sequence[Any]:
    return db.session.scalars(
        select(model).where(model.case_id == case.id).order_by(model.id.desc()).limit(SHOWN + 1)
    ).all()


# ---- what was done, and who asked for it


def _written(row: Any, added: dict[tuple[str, str], AuditEntry]) -> tuple[datetime, int, str]:
    """When, and by whom; the entry of a row may lie out of sight, where its case was before."""
    entry = added.get((type(row).__name__, str(row.id)))
    return (entry.at, entry.id, entry.actor_name) if entry else (row.created_at, 0, "")


def _of_activity(row: CaseActivity, added: dict[tuple[str, str], AuditEntry]) -> Event:
    at, order, who = _written(row, added)
    masked = secret.masked(row, "content") if row.content else ""
    return Event(ACTIVITY, at, order, who, row.kind.value, row.summary, activity=row, masked=masked)


def _of_urge(row: Urge, added: dict[tuple[str, str], AuditEntry]) -> Iterable[Event]:
    at, order, _who = _written(row, added)
    to = _("催办%(name)s", name=row.to_name) if row.to_name else _("催办")
    yield Event(URGE, at, order, row.by_name, to, row.reason)
    if row.reply is not None:
        yield Event(REPLY, row.changed_at, order + 1, row.replied_by or "", _("回复催办"), row.reply)


# ---- its steps, and other changes


def _of_entries(case: Case, entries: Sequence[AuditEntry]) -> Iterable[Event]:
    # The event's own words say the state; a clock that has stopped says nothing.
    state, due = (str(RegisterInterface.of(Case).label(name)) for name in ("state", "due_on"))
    for entry, words in zip(entries, told(case, entries), strict=True):
        lines = tuple(line for line in words.changes if line.label != state and (line.label != due or line.after))
        said: dict[str, Any] = {"at": entry.at, "order": entry.id, "who": entry.actor_name}
        if entry.register == Attachment.__name__:
            title = _("%(verb)s附件：%(name)s", verb=verb_text(entry.verb), name=entry.row_name)
            yield Event(CHANGE, title=title, **said)
        elif entry.verb == "add":
            yield Event(MOVE, title=_("登记"), **said)
        elif title := step_label(entry.changes):
            yield Event(MOVE, title=title, text=_way(entry.changes), lines=lines, **said)
        else:
            yield Event(CHANGE, title=verb_text(entry.verb), lines=lines, **said)


def step_label(changes: dict[str, list[Any]]) -> str:
    """What the step that made these changes is called; empty for what no step did."""
    if "ended_on" in changes:
        return str(Case.__ending__) if changes["ended_on"][1] else _("恢复")
    if "state" in changes:
        way = tuple(changes["state"])
        return next((str(s.label) for s in FLOW.steps if (s.start.name, s.to.name) == way), "")
    if FLOW.held.isdisjoint(changes):
        return ""
    return next(str(step.label) for step in FLOW.steps if step.kind is Kind.ADJUST)


def _way(changes: dict[str, list[Any]]) -> str:
    """申请 → 受理."""
    return " → ".join(FLOW.states[name].value for name in changes.get("state", ()) if name in FLOW.states.__members__)


# ---- 件 and 次


class Visits(NamedTuple):
    """How often she came in this matter, the first time included, and the cases that were merged into this one."""

    times: int
    merged: Sequence[Case]


def visits_of(case: Case) -> Visits:
    """A case counts once (件), each time she comes counts (次): here, and in what was merged into this one (F13)."""
    merged = db.session.scalars(select(Case).where(Case.merged_into_id == case.id).order_by(Case.id)).all()
    keys = [case.id, *(other.id for other in merged)]
    again = select(func.count(CaseActivity.id)).where(CaseActivity.case_id.in_(keys), CaseActivity.is_repeat)
    return Visits(len(keys) + (db.session.scalar(again) or 0), merged)
