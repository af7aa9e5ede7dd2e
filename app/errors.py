"""What can go wrong in words a user can act on; database constraints become field messages."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from models import Model


class DomainError(Exception):
    """A user can mend it: the form is shown again with `message` at `field` (or on top when there is none)."""

    def __init__(self, message: Any, field: str | None = None) -> None:
        super().__init__(str(message))
        self.message, self.field = message, field

    @property
    def problems(self) -> list[tuple[str | None, Any]]:
        """(field, sentence) of everything that is wrong."""
        return [(self.field, self.message)]


class OutOfScope(DomainError):
    """The row is not the actor's to write; answered like a row that does not exist."""

    def __init__(self) -> None:
        super().__init__(_l("没有找到该记录，或者您无权操作。"))


class BadInput(DomainError):
    """A parameter that no form of ours sends (page, order, filter, action name): answered with 400."""


_UNNAMED = {
    "UNIQUE": _l("该内容已存在，不能重复。"),
    "NOT NULL": _l("必填内容不能为空。"),
    "FOREIGN KEY": _l("该记录仍被其他记录引用，或引用的记录不存在。"),
}
_REFUSED = _l("内容不符合要求，没有保存。")
_SQLSTATES = {"23505": "UNIQUE", "23502": "NOT NULL", "23503": "FOREIGN KEY"}


def _constraint(error: IntegrityError) -> tuple[str, str]:
    """(kind, constraint name or "table.column, …") of a refused write, on both databases."""
    origin: Any = error.orig
    if hasattr(origin, "diag"):
        kind = _SQLSTATES.get(origin.sqlstate, "CHECK")
        return kind, origin.diag.constraint_name or f"{origin.diag.table_name}.{origin.diag.column_name}"
    kind, _, rest = str(origin).partition(" constraint failed")
    return kind, rest.removeprefix(": ")


def explain(error: DomainError | IntegrityError | StaleDataError) -> DomainError:
    """What went wrong as a DomainError: what a constraint declares in its `info`, or a sentence for its kind."""
    if isinstance(error, DomainError):
        return error
    if isinstance(error, StaleDataError):
        return DomainError(_l("该记录已被他人修改或删除，请重新打开后再操作。"))
    kind, name = _constraint(error)
    for table in Model.metadata.tables.values():
        for constraint in (*table.constraints, *table.indexes):
            columns = [f"{table.name}.{c.name}" for c in constraint.columns]
            if name and name in (constraint.name, ", ".join(columns)):
                field = constraint.info.get("field") or (constraint.columns[0].name if len(columns) == 1 else None)
                return DomainError(constraint.info.get("message") or _UNNAMED.get(kind, _REFUSED), field)
    return DomainError(_UNNAMED.get(kind, _REFUSED), name.rpartition(".")[2] if kind == "NOT NULL" else None)
