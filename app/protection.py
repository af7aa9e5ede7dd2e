"""What protects her: how long orders last, when the next visit is due, reports that the police waits for (F52)."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, event, inspect, null, select
from sqlalchemy.orm import Session

from app.calendar import add_months
from app.errors import DomainError, OutOfScope
from app.extensions import db
from app.workflow.steps import was_set
from models import Case, DvOrder, DvVisit, MandatoryReport, OrderKind, Station

MONTHS = 6  # a protection order lasts no longer (反家庭暴力法 30)
AHEAD = timedelta(days=30)  # an order is announced before it expires: a new one is applied for in time


# ---- what waits (app.todos)


def visit_is_due(today: date) -> ColumnElement[bool]:
    """The orders that somebody should see about."""
    return DvOrder.visit_due_on <= today


def expires(today: date) -> ColumnElement[bool]:
    """The orders that are over soon."""
    return DvOrder.expires_on.between(today, today + AHEAD)


def is_unreported() -> ColumnElement[bool]:
    """The findings that the police does not know of."""
    return MandatoryReport.reported_on.is_(None)


def of_case(case: Case) -> Sequence[DvOrder]:
    """The orders of a case that the viewer sees, the newest first."""
    found = select(DvOrder).where(DvOrder.case_id == case.id)
    return db.session.scalars(found.order_by(DvOrder.issued_on.desc(), DvOrder.id.desc())).all()


_SUBJECT = select(Case.subject).where(Case.id == DvOrder.case_id).correlate(DvOrder).scalar_subquery()
_NUMBER = select(Case.number).where(Case.id == DvOrder.case_id).correlate(DvOrder).scalar_subquery()
_STATION = select(Station.name).where(Station.id == MandatoryReport.station_id).correlate(MandatoryReport)
# What the to-do list shows of them (app.todos OF_CASE).
OF_VISIT = (_SUBJECT, _NUMBER, DvOrder.kind, DvOrder.visit_due_on, null())
OF_ORDER = (_SUBJECT, _NUMBER, DvOrder.kind, DvOrder.expires_on, null())
OF_REPORT = (
    MandatoryReport.finder, _STATION.scalar_subquery(), MandatoryReport.finder_kind, MandatoryReport.found_on, null(),
)  # fmt: skip


# ---- kept


def keep(session: Session, _context: Any, _instances: Any) -> None:
    """Session hook: an order lasts as long as it may, its next visit follows, and a report is of its station's case."""
    with session.no_autoflush:
        changed = [row for row in session.dirty if session.is_modified(row)]
        visits = [row for row in (*session.new, *changed, *session.deleted) if isinstance(row, DvVisit)]
        new = [row for row in session.new if isinstance(row, DvOrder)]
        old = [row for row in changed if isinstance(row, DvOrder)]
        for order in old:
            if given := was_set(order, ("case_id", "station_id")):
                raise DomainError(_("保存以后，案件不能更换。"), given[0])
        for order in (*new, *old):
            _limit(order)
        for key in sorted({row.order_id for row in visits} | {row.id for row in old}):
            found = session.get(DvOrder, key)
            if found is None:
                raise OutOfScope()
            _schedule(session, found, visits)
        for order in new:
            order.visit_due_on = next_visit(order, [])
        for row in (*session.new, *changed):
            if isinstance(row, MandatoryReport) and row.case_id is not None:
                _is_of_its_station(session, row)


def _limit(order: DvOrder) -> None:
    """Six months of a protection order (30)."""
    is_limited = order.kind is OrderKind.PROTECTION and order.issued_on is not None
    order.latest_on = add_months(order.issued_on, MONTHS) if is_limited else None
    if order.latest_on is None:
        return
    if order.expires_on is None:
        raise DomainError(_("人身安全保护令要填写有效期到哪一天。"), "expires_on")
    if order.expires_on > order.latest_on:
        sentence = _("保护令的有效期不超过六个月（反家庭暴力法第三十条），最长到 %(day)s。", day=order.latest_on)
        raise DomainError(sentence, "expires_on")


def _schedule(session: Session, order: DvOrder, visits: list[DvVisit]) -> None:
    stored = session.scalars(select(DvVisit).where(DvVisit.order_id == order.id)).all()
    new = [row for row in visits if row in session.new and row.order_id == order.id]
    days = [row.visited_on for row in (*stored, *new) if row not in session.deleted and row.order_id == order.id]
    due = next_visit(order, days)
    if order.visit_due_on != due:
        order.visit_due_on = due


def next_visit(order: DvOrder, visited: Iterable[date]) -> date | None:
    """When somebody should go again: some days after the last visit, or after the order; None when it is over."""
    due = max((order.issued_on, *visited)) + timedelta(days=int(current_app.config["DV_VISIT_DAYS"]))
    if order.ended_on is not None or (order.expires_on is not None and due > order.expires_on):
        return None
    return due


def _is_of_its_station(session: Session, row: MandatoryReport) -> None:
    if not inspect(row).attrs.case_id.history.has_changes() and not inspect(row).attrs.station_id.history.has_changes():
        return
    case = session.get(Case, row.case_id)
    if case is not None and case.station_id != row.station_id:
        raise DomainError(_("案件应是同一个维权站的。"), "case_id")


def install(session_class: type[Session]) -> None:
    """Keep all of it in every flush of the sessions of this class."""
    event.listen(session_class, "before_flush", keep)
