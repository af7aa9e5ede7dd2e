"""A form that is sent twice makes one row: the row's uid comes from the form and its sender."""

import hashlib
import re
import secrets

from flask import request

from app.scope import current_actor


def token() -> str:
    """What the empty form carries, and what it carried when it comes back."""
    sent = request.form.get("_once", "")
    return sent if re.fullmatch(r"[0-9a-f]{32}", sent, re.ASCII) else secrets.token_hex(16)


def uid_for(register: str) -> str:
    """The uid of the row that this form makes: the same for the same form of the same person, and for nobody else."""
    actor = current_actor()
    text = f"{actor.user_id if actor else ''}:{register}:{token()}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]
