"""四个不: 小事不出村、大事不出乡、纠纷不激化、矛盾不扩大 (2010 opinion, first paragraph; F45).

The opinion gives no formula; these are ours, and the page tells them. They count what is closed now, by the day on
which she came; each number is that of a shortlist of the register of cases. All is read through the scope guard.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select, true

from app.extensions import db
from app.hands import is_escalated, was_made
from app.periods import Period
from app.scope import inside
from app.security.actor import Actor
from app.statistics import DIMENSIONS, Bucket, Filter, Measure, Question, Source, Table, conditions
from app.workbench import Rows
from models import (
    Case,
    CaseActivity,
    CaseState,
    Difficulty,
    Division,
    Escalation,
    Superior,
    Transfer,
    TransferState,
    Urgency,
    UrgentReport,
)
from models.base import VILLAGE

Condition = Callable[[], ColumnElement[bool]]
PLACES = DIMENSIONS["division"]
CLOSED = Measure("closed", _l("已结案的件数"), (Source(Case.received_on),))
SMALL, LARGE = (Difficulty.SIMPLE, Difficulty.ORDINARY), (Difficulty.COMPLEX, Difficulty.HARD)
WORSE = (Urgency.MAJOR, Urgency.URGENT, Urgency.ABNORMAL)


# ---- what may have become of a case


def _transferred() -> ColumnElement[bool]:
    """What was sent back stayed where it was."""
    return was_made(Transfer, Transfer.state != TransferState.RETURNED)


def _above_township() -> ColumnElement[bool]:
    """The county is no step up where there is no township: 龙港市 has its villages itself (F2)."""
    no_township = exists(select(Division.code).where(Division.code == Case.township_code, Division.is_pseudo))
    to_county = is_escalated(Escalation.to_level == Superior.COUNTY)
    return is_escalated(Escalation.to_level == Superior.CITY) | (to_county & ~no_township.correlate(Case))


def _went_on() -> ColumnElement[bool]:
    """She came again after it was closed, or it was opened again."""
    again = select(CaseActivity.id).where(
        CaseActivity.case_id == Case.id, CaseActivity.is_repeat, CaseActivity.happened_on > Case.closed_on
    )
    return exists(again.correlate(Case)) | Case.restarted_on.is_not(None)


# ---- the four


class Shown(NamedTuple):
    """A list of cases: what it is called, and (actor, today) → the condition."""

    label: Any
    condition: Callable[[Actor, date], ColumnElement[bool]]


@dataclass(frozen=True)
class Aim:
    """What it is called; which closed cases count, and what breaks it, each in words and as SQL.

    `rests_on`: the registers that tell whether it is broken. Where somebody does not see them, a case does not count
    for him: he would take it for one that kept to it.
    """

    name: str
    label: Any
    counts: Any
    keeps: Any
    is_counted: Condition
    is_broken: Condition
    rests_on: tuple[Any, ...]

    def counted(self, actor: Actor, _today: date | None = None) -> ColumnElement[bool]:
        told = (inside(Case, actor.places("view", model.__name__)) for model in self.rests_on)
        return and_(Case.state.in_((CaseState.CLOSED, CaseState.VISITED)), self.is_counted(), *told)

    def kept(self, actor: Actor, today: date | None = None) -> ColumnElement[bool]:
        return self.counted(actor, today) & ~self.is_broken()

    def broken(self, actor: Actor, today: date | None = None) -> ColumnElement[bool]:
        return self.counted(actor, today) & self.is_broken()

    @property
    def lists(self) -> dict[str, Shown]:
        """{name in an address: the list}."""
        return {
            f"{self.name}_counted": Shown(_l("%(aim)s（计入的）", aim=self.label), self.counted),
            f"{self.name}_kept": Shown(_l("%(aim)s（做到的）", aim=self.label), self.kept),
            f"{self.name}_broken": Shown(_l("%(aim)s（没有做到的）", aim=self.label), self.broken),
        }


def _is_small_of_village() -> ColumnElement[bool]:
    return and_(func.length(Case.division_code) == VILLAGE, Case.difficulty.in_(SMALL))


AIMS = (
    Aim(
        "in_village", _l("小事不出村"), _l("村(居)维权站的简单、一般案件"), _l("没有转办，没有转报上级"),
        _is_small_of_village, lambda: _transferred() | is_escalated(), (Transfer, Escalation),
    ),
    Aim(
        "in_township", _l("大事不出乡"), _l("复杂、疑难案件"), _l("没有转报县级以上妇联（没有乡镇的地方，看市妇联）"),
        lambda: Case.difficulty.in_(LARGE), _above_township, (Escalation,),
    ),
    Aim(
        "not_worse", _l("纠纷不激化"), _l("全部案件"), _l("没有重大、紧急、异常访的紧急报告"),
        true, lambda: was_made(UrgentReport, UrgentReport.urgency.in_(WORSE)), (UrgentReport,),
    ),
    Aim(
        "not_wider", _l("矛盾不扩大"), _l("全部案件"), _l("没有集体访的紧急报告，结案以后当事人没有再来、案件没有重开"),
        true, lambda: was_made(UrgentReport, UrgentReport.urgency == Urgency.GROUP) | _went_on(), (UrgentReport,),
    ),
)  # fmt: skip
LISTS = {name: shown for aim in AIMS for name, shown in aim.lists.items()}


# ---- the board


class Figure(NamedTuple):
    """An aim, how many cases count and how many of them kept to it, and the filters that both have."""

    aim: Aim
    counted: int
    kept: int
    filters: tuple[Filter, ...]

    @property
    def broken(self) -> int:
        return self.counted - self.kept

    def rows(self, which: str) -> Rows:
        """The rows of `counted`, `kept` or `broken`."""
        return Rows(Case, self.filters, f"{self.aim.name}_{which}")


class Board(NamedTuple):
    """The four of all that was asked for, and of each place of it."""

    asked: Question
    total: list[Figure]
    places: list[tuple[Bucket, list[Figure]]]


def question(period: Period, within: str) -> Question:
    """The closed cases that came in a period, by places; a case may keep to several aims, so they divide nothing."""
    return Question(PLACES, PLACES, period, CLOSED, within)


def board_of(asked: Question, actor: Actor) -> Board:
    """The board of what the actor may ask for (`statistics.asked_of`); a statement, and one for the names of places."""
    place = PLACES.key(asked, Case.received_on)
    columns = [column for aim in AIMS for column in (aim.counted(actor), aim.kept(actor))]
    numbers = (func.count(case((column, 1))) for column in columns)
    where = conditions(asked.filters, CLOSED.sources[0])
    some = or_(*(aim.counted(actor) for aim in AIMS))
    found = db.session.execute(select(place, *numbers).select_from(Case).where(*where, some).group_by(place)).all()
    counts = {key: ns for key, *ns in found}
    buckets = [b for b in PLACES.buckets(asked, set(counts)) if not b.is_spare or b.key in counts]
    table, none = Table(asked, buckets, (), {}), [0] * len(columns)

    def figures(bucket: Bucket | None = None) -> list[Figure]:
        some = counts.values() if bucket is None else [counts.get(bucket.key, none)]
        sums = [sum(ns) for ns in zip(none, *some, strict=True)]
        pairs = zip(sums[::2], sums[1::2], strict=True)
        return [Figure(aim, *pair, table.filters(bucket)) for aim, pair in zip(AIMS, pairs, strict=True)]

    return Board(asked, figures(), [(bucket, figures(bucket)) for bucket in buckets])
