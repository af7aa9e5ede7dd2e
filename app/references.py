"""Why a row cannot be deleted: what still refers to it, in words."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, inspect, select

from app.extensions import db
from models import Attachment, Ended, Model


def problem(row: Any) -> str | None:
    """A sentence naming the registers that still refer to `row`, as far as the actor sees them; None when none does.

    What he does not see is held by the foreign key itself.
    """
    cls, key = type(row), inspect(row).identity[0]
    found = []
    for mapper in sorted(Model.registry.mappers, key=lambda m: m.class_.__name__):
        for constraint in mapper.local_table.foreign_key_constraints:
            pairs = {e.column: e.parent for e in constraint.elements if e.column.table is cls.__table__}
            column = next((pairs[c] for c in inspect(cls).primary_key if c in pairs), None)
            if column is None or not hasattr(mapper.class_, "__label__"):
                continue
            attribute = mapper.get_property_by_column(column).class_attribute
            found.append((mapper.class_, db.session.scalar(select(func.count(attribute)).where(attribute == key))))
    if getattr(cls, "__attachments__", False):
        count = select(func.count(Attachment.id)).where(Attachment.row_uid == row.uid)
        found.append((Attachment, db.session.scalar(count)))
    named = "、".join(f"{count} 条「{model.__label__}」" for model, count in found if count)
    if not named:
        return None
    instead = _("可以改为「%(ending)s」。", ending=cls.__ending__) if issubclass(cls, Ended) else ""
    return _("「%(name)s」还有%(others)s，不能删除。", name=row, others=named) + instead
