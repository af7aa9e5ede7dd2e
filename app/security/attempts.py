"""Guessing passwords: five wrong ones lock an account for a while, many from one address slow the address down.

An attempt is reserved in the database before its password is looked at, so that any number of workers agree; the edge
commits between the steps, and nobody holds a lock while a password is hashed.
"""

import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, null, or_, select, update

from app import audit
from app.extensions import db
from app.keys import keys
from models import Account, SignInFailure

FAILURES = 5  # wrong passwords in a row that lock an account …
LOCKED = timedelta(minutes=15)  # … for so long (GB/T 22239-2019 8.1.4.1 b)
FREE = 30  # failures from one address within WINDOW that cost nothing: a whole office sits behind one
WINDOW = timedelta(minutes=15)
LONGEST = 300  # seconds that an address waits at most


@dataclass(frozen=True)
class Attempt:
    """A reserved attempt. Without an account that may be tried, `user_id` and `secret` are None."""

    user_id: int | None = None
    secret: str | None = None
    is_last: bool = False
    failure_id: int | None = None


def key_of(address: str) -> str:
    """A keyed digest of the client's address; an IPv6 customer has a whole /64 and counts as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        name = address
    else:
        name = str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)
    key = next(iter(keys("address").values()))
    return hmac.new(key, name.encode(), "sha256").hexdigest()


def delay_of(failures: int) -> int:
    """Seconds to wait after the latest of so many recent failures: none at first, then 1, 2, 4, … up to LONGEST."""
    over = failures - FREE
    return 0 if over < 0 else min(LONGEST, 2 ** min(over, 30))


def seconds_to_wait(address: str, now: datetime) -> int:
    """How long this address has to wait before its next attempt."""
    failures, latest = db.session.execute(
        select(func.count(SignInFailure.id), func.max(SignInFailure.at)).where(
            SignInFailure.address_key == key_of(address), SignInFailure.at > now - WINDOW
        )
    ).one()
    delay = delay_of(failures)
    return max(0, -((now - latest - timedelta(seconds=delay)) // timedelta(seconds=1))) if delay else 0


def reserve(username: str, now: datetime, address: str | None = None) -> Attempt:
    """Count an attempt as failed until `succeed` says otherwise; a locked account gives nothing to compare with."""
    is_over = Account.locked_until <= now
    count = case((is_over, 1), else_=Account.fail_count + 1)
    tried = db.session.execute(
        update(Account)
        .where(
            Account.username == username, Account.active.is_(True), or_(Account.locked_until.is_(None), is_over)
        )
        .values(fail_count=count, locked_until=case((count >= FAILURES, now + LOCKED), else_=null()))
        .returning(Account.id, Account.password, Account.fail_count)
    ).one_or_none()  # fmt: skip
    failure_id = None
    if address is not None:
        db.session.execute(delete(SignInFailure).where(SignInFailure.at <= now - WINDOW))
        failure = SignInFailure(address_key=key_of(address), at=now)
        db.session.add(failure)
        db.session.flush()
        failure_id = failure.id
    if tried is None:
        return Attempt(failure_id=failure_id)
    return Attempt(tried.id, tried.password, tried.fail_count >= FAILURES, failure_id)


def fail(attempt: Attempt, now: datetime, verb: str = "sign_in_failed", address: str | None = None) -> None:
    """Record what came of a wrong password; an unknown name is not recorded, it may be a mistyped password."""
    if attempt.failure_id is not None:
        # Known name or not, the second transaction writes something: both answers take as long.
        failure = update(SignInFailure).where(SignInFailure.id == attempt.failure_id)
        db.session.execute(failure.values(at=now))
    account = db.session.get(Account, attempt.user_id) if attempt.user_id is not None else None
    if account is not None:
        told = {"address": [None, address]} if address else {}
        audit.note(db.session(), verb, account, told)
        if attempt.is_last:
            audit.note(db.session(), "lock", account, told)


def succeed(attempt: Attempt) -> Account | None:
    """Take the attempt back and give the account, held for the transaction; None when it changed meanwhile."""
    account = db.session.scalars(
        select(Account)
        .where(Account.id == attempt.user_id, Account.active.is_(True), Account.password == attempt.secret)
        .with_for_update(of=Account)
    ).one_or_none()
    if account is not None:
        account.fail_count, account.locked_until = 0, None
        db.session.execute(delete(SignInFailure).where(SignInFailure.id == attempt.failure_id))
        db.session.flush()
    return account


def unlock(account: Account) -> None:
    """Forget the wrong passwords of an account."""
    account.fail_count, account.locked_until = 0, None
