"""The small workflow that every register with endings has: 在册 ⇄ 停用 (离任, 作废, 撤销), with a day and a reason."""

import enum
from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import event

from app.errors import DomainError
from app.security.actor import Actor
from app.workflow.steps import Kind, Moment, Need, Step, Workflow, declare, filled, step_to
from models import Ended, Model
from models.base import models_by_name


class Standing(enum.Enum):
    """Whether a row counts."""

    CURRENT = "在册"
    ENDED = "停用"


# What must hold before a row of a model ends; other modules add theirs: {model's name: needs}.
BEFORE: dict[str, list[Need]] = {}
# What must hold before an ending of it is taken back, likewise.
AGAIN: dict[str, list[Need]] = {}
# What follows in other rows when one ends: {model's name: (row, moment) → None}.
AFTER: dict[str, Callable[[Any, Moment], None]] = {}


def standing_of(row: Any) -> Standing:
    """Where the row stands; what is typed into its form does not count before the step is taken."""
    return Standing.CURRENT if row.ended_on is None else Standing.ENDED


def _resume(row: Any, _moment: Moment) -> None:
    row.ended_on = row.ended_reason = None


def steps_of(model: Any) -> tuple[Step, ...]:
    """聘任/离任 of a roster, and its likes: the table."""
    needs = BEFORE.setdefault(model.__name__, [])
    needs[:0] = [filled("ended_on", _l("缺少日期")), filled("ended_reason", _l("缺少原因"))]
    current, ended, asked = Standing.CURRENT, Standing.ENDED, ("ended_on", "ended_reason")
    side = getattr(model, "__ends_at__", "")

    def after(row: Any, moment: Moment) -> None:
        if model.__name__ in AFTER:
            AFTER[model.__name__](row, moment)

    end = Step(current, ended, model.__ending__, asked, needs, kind=Kind.END, verb="end", after=after, side=side)
    again = AGAIN.setdefault(model.__name__, [])
    resume = Step(ended, current, _l("恢复"), (), again, _resume, Kind.REOPEN, verb="end", side=side)
    return (end, resume) if model.__resumes__ else (end,)


def may_end(row: Any, actor: Actor) -> bool:
    """Whether nothing but its form stands between the actor and the ending of the row."""
    try:
        step = step_to(row, Standing.ENDED, actor)[1]
    except DomainError:
        return False
    return all(column in step.asks for column, _said in step.missing(row))


def _enter(_row: Any, _to: enum.Enum) -> None:
    """The day says it all."""


def _declare(model: Any) -> None:
    held = frozenset({"ended_on", "ended_reason"})
    declare(Workflow(model, Standing, Standing.CURRENT, standing_of, _enter, held, steps_of(model)))


@event.listens_for(Model, "after_mapper_constructed", propagate=True)
def _declare_later(_mapper: Any, cls: type) -> None:
    if issubclass(cls, Ended):
        _declare(cls)


for _model in models_by_name().values():
    if issubclass(_model, Ended):
        _declare(_model)
