"""What is found by its names: in Chinese, by full pinyin and by initials."""

from typing import Any, ClassVar

from sqlalchemy import Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model


class Findable:
    """A row with a name that people look for. `__find__` names its columns: names, aliases, numbers; nothing private.

    `app.finding` says what stands in `search_text`; it is never shown, and read by the database only.
    """

    __find__: ClassVar[tuple[str, ...]] = ("name",)

    # The server's default is for rows that stood in a table before it had this column; `flask setup` fills them in.
    search_text: Mapped[str] = mapped_column(Text, server_default=text("''"), deferred=True, info={"derived": True})


@event.listens_for(Model, "after_mapper_constructed", propagate=True)
def _refuse_private(mapper: Any, cls: type) -> None:
    """Who finds a row by a column knows what stands in it."""
    for name in getattr(cls, "__find__", ()) if issubclass(cls, Findable) else ():
        if {"private", "secret"} & mapper.columns[name].info.keys():
            raise TypeError(f"{cls.__name__}: finding rows by the private column {name} gives it away.")
