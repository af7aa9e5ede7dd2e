"""A form that is sent twice makes one row: the row's uid comes from the form, what is in it, and its sender."""

import hashlib
import json
import re
import secrets
from collections.abc import Sequence

from flask import request

from app.scope import current_actor
from views import typed


def token() -> str:
    """What the empty form carries, and what it carried when it comes back."""
    sent = typed.fields().get("_once", "")
    return sent if re.fullmatch(r"[0-9a-f]{32}", sent, re.ASCII) else fresh()


def fresh() -> str:
    """A new one: of a form that did not come back, on a page with several."""
    return secrets.token_hex(16)


def uid_for(register: str, files: Sequence[bytes] = ()) -> str:
    """The uid of the row that this form makes: the same for the same form of the same person, and for nobody else.

    Other content, or another file, is another row: whoever goes back to a saved form and types something else must not
    lose it.
    """
    actor = current_actor()
    typed = sorted(pair for pair in request.form.items(multi=True) if pair[0] not in ("csrf_token", "_another"))
    sent = [hashlib.sha256(content).hexdigest() for content in files]
    text = json.dumps([actor.user_id if actor else None, register, token(), typed, *sent])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
