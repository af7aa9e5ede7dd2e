"""What a person wants remembered about his own pages, sealed: his own, whoever else may do what.

Names that he searched for may stand in it, so the database holds ciphertext, bound to table, person and name: a value
copied to another person or page does not open. It flushes; the edge commits.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidTag
from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from app import secret
from app.errors import OutOfScope
from app.extensions import db
from app.scope import acting_as, current_actor
from app.security.actor import Actor, system
from models import Preference

MEMORY = system("系统（个人设置）")
PURPOSE = "preference"
Content = dict[str, Any]
_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def owner() -> int:
    """The key of the person who acts: nobody reads or writes for another. Raises OutOfScope when there is none."""
    actor: Actor | None = current_actor()
    if actor is None or actor.user_id is None:
        raise OutOfScope()
    return actor.user_id


def _sealed(user_id: int, name: str, content: Content) -> str:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return secret.seal_text(_place(user_id, name), text, PURPOSE)


def _opened(user_id: int, name: str, token: str | None) -> Content:
    """Nothing, when it cannot be opened: a page without its memory is still a page."""
    if not token:
        return {}
    try:
        content: Content = json.loads(secret.unseal_text(_place(user_id, name), token, PURPOSE))
    except (InvalidTag, ValueError):
        current_app.logger.error("A preference cannot be opened: %s", name)
        return {}
    return content


def _place(user_id: int, name: str) -> str:
    return f"{Preference.__tablename__}:{user_id}:{name}"


def get(name: str) -> Content:
    """What the acting person has remembered under `name`; empty when there is nothing. One statement."""
    user_id = owner()
    with acting_as(MEMORY):  # no person may read the table; the condition leaves his own row
        token = db.session.scalar(select(Preference.value).where(*_mine(user_id, name)))
    return _opened(user_id, name, token)


def _mine(user_id: int, name: str) -> tuple[Any, ...]:
    return Preference.user_id == user_id, Preference.name == name


def revise(name: str, change: Callable[[Content], Content], now: datetime) -> Content:
    """Store and return what `change` makes of it; two requests at once take turns. `now` is UTC."""
    user_id = owner()
    with acting_as(MEMORY):  # no person may write the table; the row is his own by its key
        first = _INSERT[db.session.get_bind().dialect.name](Preference)
        row = {"user_id": user_id, "name": name, "value": "", "changed_at": now}
        # An update that changes nothing holds the row that is there already until the transaction ends.
        held = first.values(**row).on_conflict_do_update(
            index_elements=[Preference.user_id, Preference.name], set_={"name": name}
        )
        token = db.session.scalar(held.returning(Preference.value))
        after = change(_opened(user_id, name, token))
        values = {"value": _sealed(user_id, name, after), "changed_at": now}
        db.session.execute(update(Preference).where(*_mine(user_id, name)).values(**values))
    return after
