"""What is secret about a person: sealed in the database, opened here only, masked wherever it is shown.

A secret column holds "key id:base64(nonce + AES-GCM ciphertext)" bound to table, column and the row's uid, so a
value copied to another row or column does not open. Equal secrets of one kind share a blind index (HMAC-SHA256).
"""

import base64
import hmac
import os
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import inspect

from app import identity, phones
from app.keys import keys
from app.masking import mask
from models.base import new_uid

UNREADABLE = "（无法读取）"
NONCE = 12  # bytes, as GCM wants them


class Kind(NamedTuple):
    """How a kind of secret is written one way, and what can be wrong with it (a Chinese sentence, or None)."""

    normalise: Callable[[str], str]
    problem: Callable[[str, date], str | None]


KINDS = {
    "phone": Kind(phones.normalise, lambda text, _today: phones.problem(text)),
    "id_number": Kind(identity.normalise, identity.problem),
    "address": Kind(str.strip, lambda text, _today: "不能超过 200 个字。" if len(text) > 200 else None),
    "narrative": Kind(str.strip, lambda text, _today: "不能超过 5000 个字。" if len(text) > 5000 else None),
}


def seal(place: str, content: bytes, purpose: str = "seal") -> bytes:
    """key id + ":" + nonce + ciphertext of `content`, bound to `place` ("table:column:uid") and the key's purpose."""
    key_id, key = next(iter(keys(purpose).items()))
    nonce = os.urandom(NONCE)
    return key_id.encode() + b":" + nonce + AESGCM(key).encrypt(nonce, content, place.encode())


def unseal(place: str, sealed: bytes, purpose: str = "seal") -> bytes:
    """The content that was sealed at `place`. Raises InvalidTag for another place, another key, or a changed byte."""
    key_id, _, rest = sealed.partition(b":")
    key = keys(purpose).get(key_id.decode("ascii", "replace"))
    if key is None or len(rest) < NONCE:
        raise InvalidTag()
    return AESGCM(key).decrypt(rest[:NONCE], rest[NONCE:], place.encode())


def seal_text(place: str, text: str, purpose: str = "seal") -> str:
    """A text sealed at `place`, as a text column holds it: "key id:base64"."""
    key_id, _, rest = seal(place, text.encode(), purpose).partition(b":")
    return f"{key_id.decode()}:{base64.b64encode(rest).decode()}"


def unseal_text(place: str, token: str, purpose: str = "seal") -> str:
    """The text of `seal_text`. Raises InvalidTag as `unseal` does, ValueError for what is no such token."""
    key_id, _, rest = token.partition(":")
    return unseal(place, key_id.encode() + b":" + base64.b64decode(rest, validate=True), purpose).decode()


def place_of(row: Any, column: str) -> str:
    """What a secret of `row` is bound to."""
    return f"{row.__tablename__}:{column}:{row.uid}"


def kind_of(row: Any, column: str) -> str:
    """The kind that the model declares."""
    return inspect(type(row)).columns[column].info["secret"]


def put(row: Any, column: str, text: str | None) -> None:
    """Set a secret (None: there is none), with its blind index.

    The same text again is sealed anew and counts as a change: "nothing changed" would confirm a guess.
    """
    if row.uid is None:
        row.uid = new_uid()
    kind = kind_of(row, column)
    text = KINDS[kind].normalise(text) if text else ""
    if not text and not getattr(row, column):
        return
    setattr(row, column, seal_text(place_of(row, column), text) if text else None)
    if hasattr(type(row), f"{column}_index"):
        setattr(row, f"{column}_index", indexes_of(kind, text)[0] if text else None)


def get(row: Any, column: str) -> str | None:
    """The secret in clear, None when there is none, UNREADABLE when its key is gone or it was tampered with."""
    return opened(row, column, getattr(row, column))


def opened(row: Any, column: str, token: str | None) -> str | None:
    """As `get`, for a value that stood in the column before (the history)."""
    if not token:
        return None
    try:
        return unseal_text(place_of(row, column), token)
    except (InvalidTag, ValueError):
        current_app.logger.error("A secret cannot be opened: %s.%s", row.__tablename__, column)
        return UNREADABLE


def masked(row: Any, column: str, token: str | None = None) -> str:
    """A secret as everybody sees it who may see the row."""
    text = opened(row, column, token if token is not None else getattr(row, column))
    return text if text == UNREADABLE else mask(kind_of(row, column), text or "")


def indexes_of(kind: str, text: str) -> list[str]:
    """The blind indexes under which a secret may stand, the one for new rows first (one for each key)."""
    normal = KINDS[kind].normalise(text)
    return [
        f"{name}:{hmac.digest(key, f'{kind}:{normal}'.encode(), 'sha256').hex()}" for name, key in keys("index").items()
    ]
