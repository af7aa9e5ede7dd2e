"""The one who acts: a person with grants, or the product itself under a name that the audit shows."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Grant:
    """What may be done in one division and below: a set of (register, verb)."""

    division_code: str
    role: str
    permissions: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Actor:
    """Everything a decision needs to know about who acts. Immutable for one request or one job."""

    name: str
    user_id: int | None = None
    grants: tuple[Grant, ...] = ()
    is_system: bool = False
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)

    def places(self, verb: str, register: str) -> tuple[str, ...]:
        """Division codes in and below which `verb` on `register` is granted, longest part kept once."""
        key = ("places", verb, register)
        if key not in self.memo:
            codes = {g.division_code for g in self.grants if (register, verb) in g.permissions}
            self.memo[key] = tuple(sorted(c for c in codes if not any(c != o and c.startswith(o) for o in codes)))
        return self.memo[key]

    def can(self, verb: str, register: str) -> bool:
        """Whether `verb` on `register` is granted anywhere."""
        return self.is_system or bool(self.places(verb, register))

    def covers(self, verb: str, register: str, code: str | None) -> bool:
        """Whether `verb` on `register` is granted in the division `code`; False for no code at all."""
        return self.is_system or (
            code is not None and any(code.startswith(place) for place in self.places(verb, register))
        )

    @property
    def homes(self) -> tuple[str, ...]:
        """Every division this person has a scope in."""
        return tuple(sorted({g.division_code for g in self.grants}))


def system(name: str) -> Actor:
    """The product itself; the audit names it."""
    return Actor(name=name, is_system=True)


AUTH = system("系统（登录）")
SETUP = system("系统（初始化）")
DEMO = system("系统（演示数据）")
OPERATOR = system("系统（命令行）")
