"""The keys of what is stored: FIELD_KEYS holds 32-byte roots, each use takes a key of its own from them."""

import base64
import hmac
from functools import cache

from flask import current_app


@cache
def _ring(text: str) -> dict[str, bytes]:
    pairs = (part.partition(":") for part in text.split(","))
    return {name: base64.b64decode(value) for name, _, value in pairs}


@cache
def _derived(root: bytes, purpose: str) -> bytes:
    return hmac.digest(root, purpose.encode(), "sha256")


def keys(purpose: str) -> dict[str, bytes]:
    """{key id: 32 bytes} for one purpose (audit, seal, index, draft, …), the current one first."""
    return {name: _derived(root, purpose) for name, root in _ring(current_app.config["FIELD_KEYS"]).items()}
