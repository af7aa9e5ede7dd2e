"""One-time links: the person sets his own password, whoever made or reset the account never knows it."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from app import audit
from app.extensions import db
from app.security import attempts
from app.security.actor import Actor
from app.security.sessions import digest
from models import Account, Activation

VALID = timedelta(hours=72)


def issue(user: Account, now: datetime) -> str:
    """A new token for `user`, told once; earlier ones stop working. Flushed, and in the audit under who asked."""
    token = secrets.token_urlsafe(32)
    db.session.execute(delete(Activation).where(Activation.user_id == user.id))
    db.session.add(Activation(user_id=user.id, token_hash=digest(token), expires_at=now + VALID))
    db.session.flush()
    audit.note(db.session(), "activation", user)
    return token


def owner_of(token: str, now: datetime) -> Account | None:
    """Whose password the link may set; None when it is unknown, used or too old, or the account is disabled."""
    return db.session.scalars(
        select(Account)
        .join(Activation, Activation.user_id == Account.id)
        .where(
            Activation.token_hash == digest(token),
            Activation.used_at.is_(None),
            Activation.expires_at > now,
            Account.active.is_(True),
        )
    ).one_or_none()


def redeem(token: str, password_hash: str, now: datetime) -> Account | None:
    """Use the link up: set the password, end all sessions, unlock; None when somebody else was faster. Flushed."""
    account = owner_of(token, now)
    if account is None:
        return None
    used = db.session.execute(
        update(Activation)
        .where(Activation.token_hash == digest(token), Activation.used_at.is_(None))
        .values(used_at=now)
        .returning(Activation.id)
    ).one_or_none()
    if used is None:
        return None
    account.password = password_hash
    attempts.unlock(account)
    db.session.flush()
    audit.note(db.session(), "activated", account, actor=Actor(account.get_full_name(), account.id))
    return account
