"""Whoever's rights, password or account change is signed out everywhere: a hook of the session, so nobody forgets."""

from typing import Any

from sqlalchemy import delete, event, inspect, or_, select, update
from sqlalchemy.orm import ORMExecuteState, Session

from app.guard import pending
from models import Account, Activation, StaffRole, UserScope

ENDING = ("password", "active")  # columns of an account whose change ends its sessions


def _changed(row: Any, name: str) -> bool:
    return bool(inspect(row).attrs[name].history.has_changes())


def concerned(session: Session) -> tuple[set[int], set[int]]:
    """(users, roles) whose sessions the changes of this flush end."""
    people: set[int] = set()
    roles: set[int] = set()
    for verb, row in pending(session):
        if isinstance(row, UserScope):
            people |= {row.user_id, *(inspect(row).attrs.user_id.history.deleted or ())}
        elif isinstance(row, Account) and verb == "edit" and any(_changed(row, name) for name in ENDING):
            people.add(row.id)
        elif isinstance(row, StaffRole) and verb == "edit" and _changed(row, "permissions"):
            roles.add(row.id)
    return people - {None}, roles


def end_sessions(session: Session, _context: Any) -> None:
    """Raise the version of everybody concerned, in one statement of the same transaction."""
    people, roles = concerned(session)
    if not people and not roles:
        return
    holders = select(UserScope.user_id).where(UserScope.role_id.in_(roles))
    raised = update(Account).where(or_(Account.id.in_(people), Account.id.in_(holders)))
    # A link that was issued for a weaker account must not open a stronger one.
    links = delete(Activation).where(
        or_(Activation.user_id.in_(people), Activation.user_id.in_(holders)), Activation.used_at.is_(None)
    )
    # The connection, not the session: who changes a role need not be allowed to write accounts.
    session.connection().execute(raised.values(session_version=Account.session_version + 1))
    session.connection().execute(links)


def refuse_bulk(state: ORMExecuteState) -> None:
    """Scopes are written row by row: a bulk statement would pass the flush by, and its people stay signed in."""
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and state.bind_mapper is not None and issubclass(state.bind_mapper.class_, UserScope):
        raise RuntimeError("Write scopes as rows: their people's sessions end in the flush.")


def install(session_class: type[Session]) -> None:
    """Watch every flush of the sessions of this class."""
    event.listen(session_class, "do_orm_execute", lambda state: refuse_bulk(state))
    event.listen(session_class, "after_flush", lambda *args: end_sessions(*args))
