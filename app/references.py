"""Why a row cannot be deleted or moved: what still refers to it, in words."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, inspect, or_, select

from app.extensions import db
from models import Attachment, Ended, Model


def problem(row: Any) -> str | None:
    """A sentence naming the registers that still refer to `row`, as far as the actor sees them; None when none does.

    What he does not see is held by the foreign key itself.
    """
    cls, found = type(row), _referring(row)
    if getattr(cls, "__attachments__", False):
        count = select(func.count(Attachment.id)).where(Attachment.row_uid == row.uid)
        found.append((Attachment, db.session.scalar(count)))
    named = _named(found)
    if not named:
        return None
    instead = _("可以改为「%(ending)s」。", ending=cls.__ending__) if issubclass(cls, Ended) else ""
    return _("「%(name)s」还有%(others)s，不能删除。", name=row, others=named) + instead


def problem_of_move(row: Any) -> str | None:
    """A sentence naming the registers that hold `row` where it was before this change; None when it may go.

    As with `problem`, what the actor does not see is held by the foreign key.
    """
    place = getattr(type(row), "__place__", None)
    if place is None or not inspect(row).attrs[place].history.deleted:
        return None
    with db.session.no_autoflush:  # the move itself is not to be written before it is known to be possible
        named = _named(_referring(row, place))
    return _("「%(name)s」还有%(others)s，不能改到其他区划。", name=row, others=named) if named else None


def _referring(row: Any, by: str | None = None) -> list[tuple[Any, int]]:
    """(model, visible rows that refer to `row`), each row once; `by` a column: only those that hold that one too."""
    cls, key = type(row), inspect(row).identity[0]
    (primary,), found = inspect(cls).primary_key, []
    for mapper in sorted(Model.registry.mappers, key=lambda m: m.class_.__name__):
        if not hasattr(mapper.class_, "__label__"):
            continue
        links = []
        for constraint in mapper.local_table.foreign_key_constraints:
            if constraint.ondelete == "CASCADE":
                continue  # it goes with the row
            pairs = {e.column: e.parent for e in constraint.elements if e.column.table is cls.__table__}
            if primary in pairs and (by is None or cls.__table__.c[by] in pairs):
                links.append(mapper.get_property_by_column(pairs[primary]).class_attribute == key)
        if links:
            counted = select(func.count()).select_from(mapper.class_).where(or_(*links))
            found.append((mapper.class_, db.session.scalar(counted)))
    return found


def _named(found: list[tuple[Any, int]]) -> str:
    return "、".join(f"{count} 条「{model.__label__}」" for model, count in found if count)
