"""What the Spec of cases says of sealing, letting in and shutting out; what nobody may see, sealed_twins asks."""

from collections.abc import Callable

ROUTES = {
    "kept": "view",
    "requests": "view",
    "decide": "approve",
    "lift": "approve",
    "recuse": "approve",
    "unseal": "approve",
    "looks": "approve",
}
POSTS: dict[str, Callable[[str], list[dict[str, str]]]] = {
    "recuse": lambda _code: [{"user_id": "0", "reason": "亲属"}],
    "unseal": lambda _code: [{"seal_reason": "已成年"}],
}
