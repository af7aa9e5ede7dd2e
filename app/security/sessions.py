"""Sessions in the database: opening, finding, ending. A signed cookie alone signs nobody in."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import current_app
from sqlalchemy import ColumnElement, bindparam, delete, select, update

from app import audit
from app.extensions import db
from app.keys import keys
from app.security import users
from app.security.actor import Actor
from models import Account, EndReason, SignInSession

TOUCH_EVERY = timedelta(minutes=1)
KEPT = timedelta(days=30)  # how long a session, with its address, is remembered after it began
BROWSERS = (  # the more particular first: most of them also call themselves Chrome and Safari
    ("MicroMessenger", "微信"),
    ("Edg", "微软浏览器"),
    ("QQBrowser", "腾讯浏览器"),
    ("360SE|360EE|QIHU", "奇虎浏览器"),
    ("Firefox", "火狐浏览器"),
    ("Chrome", "谷歌浏览器"),
    ("Safari", "苹果浏览器"),
)
SYSTEMS = (
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("HarmonyOS", "鸿蒙设备"),
    ("Android", "安卓设备"),
    ("Windows", "Windows 电脑"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)


@dataclass(frozen=True)
class SignedIn:
    """Who asks, by which session: the account, what it may do, the key of the session and when it was seen last."""

    account: Account
    actor: Actor
    session_id: int
    seen_at: datetime


@dataclass(frozen=True)
class Open:
    """A live session as its owner sees it; times are UTC."""

    id: int
    device: str
    address: str
    created_at: datetime
    seen_at: datetime


def digest(token: str) -> str:
    """What is stored instead of a random id: SHA-256 in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def mark_of(user_id: int) -> str:
    """The sign that an open page carries of who opened it (32 hexadecimal digits): without our key it names nobody."""
    return hmac.digest(next(iter(keys("opened-by").values())), str(user_id).encode(), "sha256").hex()[:32]


def device_of(user_agent: str) -> str:
    """Browser and system in coarse words, enough to know one's own again; at most 100 characters."""

    def named(table: tuple[tuple[str, str], ...], other: str) -> str:
        return next((words for pattern, words in table if re.search(pattern, user_agent)), other)

    return f"{named(BROWSERS, '其他浏览器')}，{named(SYSTEMS, '其他设备')}"


def _oldest(now: datetime) -> dict[str, datetime]:
    """Sessions that began or were last seen at these moments (UTC) or before are over (settings SESSION_*)."""
    settings = current_app.config
    return {
        "began": now - timedelta(hours=int(settings["SESSION_HOURS"])),
        "seen": now - timedelta(minutes=int(settings["SESSION_IDLE_MINUTES"])),
    }


_LIVE: tuple[ColumnElement[bool], ...] = (
    SignInSession.ended_at.is_(None),
    SignInSession.created_at > bindparam("began"),
    SignInSession.seen_at > bindparam("seen"),
    SignInSession.version == Account.session_version,
    Account.active.is_(True),
)
# Built once: it runs for every request.
_BY_TOKEN = (
    select(Account, SignInSession.id, SignInSession.seen_at)
    .join(SignInSession, SignInSession.user_id == Account.id)
    .where(SignInSession.token_hash == bindparam("token_hash"), *_LIVE)
)


def load(token: str, today: date, now: datetime) -> SignedIn | None:
    """The person whose live session has the id `token`, and his grants on `today`; None if none. Two statements."""
    found = db.session.execute(_BY_TOKEN, {"token_hash": digest(token), **_oldest(now)}).one_or_none()
    if found is None:
        return None
    account, session_id, seen_at = found
    actor = Actor(account.get_full_name(), account.id, users.grants_of(account.id, today))
    return SignedIn(account, actor, session_id, seen_at)


def open_for(account: Account, now: datetime, device: str, address: str) -> str:
    """Begin a session with a new random id and give the id back, once; flushed. Old rows are cleared away."""
    token = secrets.token_urlsafe(32)
    # Asked, not read from memory: app.security.revoke raises it past the object.
    version = db.session.scalar(select(Account.session_version).where(Account.id == account.id))
    db.session.execute(delete(SignInSession).where(SignInSession.created_at < now - KEPT))
    db.session.add(
        SignInSession(
            user_id=account.id, token_hash=digest(token), version=version, created_at=now, seen_at=now,
            device=device[:100], address=address[:45],
        )
    )  # fmt: skip
    db.session.flush()
    return token


def sign_in(account: Account, now: datetime, device: str, address: str) -> str:
    """Open a session for somebody who has proved who he is; record it. Returns the id for his cookie."""
    account.last_login, account.login_count = now, (account.login_count or 0) + 1
    person = Actor(account.get_full_name(), account.id)
    audit.note(db.session(), "sign_in", account, {"address": [None, address], "device": [None, device]}, person)
    return open_for(account, now, device, address)


def end(session_id: int, user_id: int | None, reason: EndReason, now: datetime) -> bool:
    """End a session of this person; False when he has no such session that is open."""
    ended = db.session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.user_id == user_id, SignInSession.ended_at.is_(None))
        .values(ended_at=now, ended_reason=reason)
        .returning(SignInSession.id)
    )
    return ended.one_or_none() is not None


def sign_out(signed_in: SignedIn, now: datetime) -> None:
    """End the session that asks; record it once."""
    if end(signed_in.session_id, signed_in.actor.user_id, EndReason.SIGNED_OUT, now):
        audit.note(db.session(), "sign_out", signed_in.account, actor=signed_in.actor)


def take_down(session_id: int, signed_in: SignedIn, now: datetime) -> bool:
    """End another session of the same person; False when there is none."""
    done = end(session_id, signed_in.actor.user_id, EndReason.TAKEN_DOWN, now)
    if done:
        audit.note(db.session(), "session_ended", signed_in.account, actor=signed_in.actor)
    return done


def change_password(signed_in: SignedIn, account: Account, hashed: str, now: datetime) -> str:
    """Set a new password: every session ends, and the one that asks goes on under the new id that is returned."""
    device, address = db.session.execute(
        select(SignInSession.device, SignInSession.address).where(SignInSession.id == signed_in.session_id)
    ).one()
    end(signed_in.session_id, signed_in.actor.user_id, EndReason.NEW_PASSWORD, now)
    account.password = hashed
    db.session.flush()
    audit.note(db.session(), "password", account, actor=signed_in.actor)
    return open_for(account, now, device, address)


def live(user_id: int, now: datetime) -> list[Open]:
    """The open sessions of a person, the one last seen first."""
    found = db.session.execute(
        select(
            SignInSession.id,
            SignInSession.device,
            SignInSession.address,
            SignInSession.created_at,
            SignInSession.seen_at,
        )
        .join(Account, Account.id == SignInSession.user_id)
        .where(SignInSession.user_id == user_id, *_LIVE)
        .order_by(SignInSession.seen_at.desc(), SignInSession.id.desc()),
        _oldest(now),
    )
    return [Open(*row) for row in found]


def touch(session_id: int, now: datetime) -> None:
    """Note that the session was seen; of several at once, one writes."""
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.seen_at <= now - TOUCH_EVERY)
        .values(seen_at=now)
    )
