"""What stands in the form of this request: what was posted, or a draft that is shown again."""

from collections.abc import Iterable

from flask import g, request
from werkzeug.datastructures import MultiDict


def restore(fields: Iterable[tuple[str, str]]) -> None:
    """Let the form of this request show what was typed before, as if it had just been posted and refused."""
    g.restored = MultiDict(fields)


def is_filled() -> bool:
    """Whether the form comes filled in; an empty one is opened anew."""
    return request.method == "POST" or "restored" in g


def fields() -> MultiDict[str, str]:
    """The fields by name, as a browser posts them. What stands in the address is none."""
    if request.method == "POST":
        return request.form
    return g.get("restored") or MultiDict()
