"""The one who acts: a person with grants, or the product itself under a name that the audit shows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from app.security.roles import Cells, plain
from models.base import CITY


@dataclass(frozen=True)
class Grant:
    """What may be done in one division and below, and what may be handed on there: sets of (register, verb)."""

    division_code: str
    role: str
    permissions: Cells = frozenset()
    grantable: Cells = frozenset()
    place: str = ""  # what the division is called
    unit_id: int | None = None  # whom he acts for, and what he may do of what is meant for that unit
    unit_permissions: Cells = frozenset()

    @property
    def is_city(self) -> bool:
        """Whether it reaches a whole city."""
        return len(self.division_code) == CITY


def _above(code: str) -> Callable[[str], bool]:
    return lambda place: code != place and code.startswith(place)


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
        return self.is_system or bool(self.places(verb, register) or self.units(verb, register))

    def units(self, verb: str, register: str) -> frozenset[int]:
        """The units for which `verb` on `register` is granted."""
        return frozenset(
            g.unit_id for g in self.grants if g.unit_id is not None and (register, verb) in g.unit_permissions
        )

    def covers(self, verb: str, register: str, code: str | None) -> bool:
        """Whether `verb` on `register` is granted in the division `code`; False for no code at all."""
        return self.is_system or (
            code is not None and any(code.startswith(place) for place in self.places(verb, register))
        )

    def covers_strictly(self, verb: str, register: str, code: str | None) -> bool:
        """As `covers`, but only below where it is granted: never in that division itself."""
        return self.is_system or (code is not None and any(map(_above(code), self.places(verb, register))))

    def may_hand_on(self, cells: Iterable[tuple[str, str]], place: str) -> bool:
        """Whether grants strictly above `place` let him hand on all of `cells` ("grant_<verb>" counts as its verb)."""
        reach = (g for g in self.grants if _above(place)(g.division_code))
        return self.is_system or plain(cells) <= self._grantable(reach)

    def may_shape(self, cells: Iterable[tuple[str, str]], owner: str | None) -> bool:
        """Whether he may put `cells` into a role of `owner`, from there or above; a shipped role, from a whole city."""
        reach = (g for g in self.grants if (owner.startswith(g.division_code) if owner else g.is_city))
        return self.is_system or plain(cells) <= self._grantable(reach)

    @staticmethod
    def _grantable(grants: Iterable[Grant]) -> Cells:
        return frozenset[tuple[str, str]]().union(*(g.grantable for g in grants))

    @property
    def posts(self) -> str:
        """Who he is and where, in a few words: 工作人员 · 五马街道 (and 2 more)."""
        first, more = self.grants[:1], len(self.grants) - 1
        return "".join(f"{g.role} · {g.place}" for g in first) + (f" 等 {more + 1} 处" if more > 0 else "")

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
CALENDAR = system("系统（工作日历）")
