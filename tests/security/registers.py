"""What the security tests know of each register: one Spec in SPECS. World, policy, probes and counts follow from it.

To add a register, add its Spec after those it points to:

1. `model`, `master` (a person of tests.world who may do everything with it where he works) and `rights` by role. Rights
   are written by hand, never taken from the product: the matrix compares both.
2. `make(code, key)`: one row that lies in the division `code`, under the primary key `key`. A text column that tells
   something holds `canary(KIND, code)`; `canaries` says {KIND: column}. A kind stands for one column of one register.
   Each secret column holds `plain(kind, key)`, sealed; `secrets` says {column: kind}.
3. `form(code)`: what a browser would post to add such a row in `code`; no canaries in it, and secrets from `TYPED`.
   `key("Station", code)` is the key of another register's row.
4. Only where it differs from others: `codes` (divisions it has rows in), `is_reference` and `shared` (columns that are
   readable along one's own line), `actions`, `routes` and `without` (what it has beyond METHODS, and has not),
   `beside` (fields that a foreign key needs beside it), `reveals` (the route that may show a secret), `children`.

Foreign keys, and the column that says where a row lies, are read from the tables.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from app.security.roles import DIVISION_ADMIN, SUPERVISOR, SYSTEM_ADMIN
from models import Division, Model, Station, StationHost
from models.base import COUNTY as COUNTY_DIGITS
from models.base import TOWNSHIP, VILLAGE
from tests.world import DIVISIONS, FIRST_STATION, OWN, canary

STATION_CODES = tuple(code for code in DIVISIONS if len(code) >= TOWNSHIP)
BLOCK, CHILD_BLOCK = 1_000, 100_000  # keys of one register, of one kind of child
# Every register has these routes (method → verb), unless its Spec says otherwise.
METHODS = {
    "root": "view",
    "list": "view",
    "show": "view",
    "history": "view",
    "options": "view",
    "export": "export",
    "add": "add",
    "edit": "edit",
    "delete": "delete",
    "action_post": "action",  # the verb of the action that is asked for
}
# What a route of one row wants posted beside its token, {method: (spec) → posts}; nothing, if it does not stand here.
POSTS: dict[str, Callable[["Spec"], list[dict[str, str]]]] = {}


@dataclass(frozen=True, eq=False)
class Child:
    """Rows kept inside their parent's form, as fields `name-0-column`; they lie where the parent lies.

    `make(code, parent_key, key)` is the one child of the row in `code`, `form(code)` the columns of one line.
    """

    model: type[Model]
    parent: str  # the column that points to the parent
    name: str  # of its lines in the form
    make: Callable[[str, Any, int], Model]
    form: Callable[[str], dict[str, str]]
    canaries: dict[str, str] = field(default_factory=dict)

    @property
    def table(self) -> Any:
        return self.model.__table__

    def line(self, code: str, key: Any = "", version: Any = "", **changes: str) -> dict[str, str]:
        """The posted fields of one line: a new child, or the stored one of that key."""
        values = {"_key": str(key), "_version": str(version), **self.form(code), **changes}
        return {f"{self.name}-0-{name}": value for name, value in values.items()}


@dataclass(frozen=True, eq=False)
class Spec:
    """One register, as the security tests need it; the module's docstring tells what to write."""

    model: type[Model]
    master: str
    rights: dict[str, str]
    make: Callable[[str, Any], Model]
    form: Callable[[str], dict[str, str]]
    canaries: dict[str, str]
    codes: tuple[str, ...] = STATION_CODES
    is_reference: bool = False
    shared: tuple[str, ...] = ()
    secrets: dict[str, str] = field(default_factory=dict)
    actions: dict[str, str] = field(default_factory=lambda: {"bulk_delete": "delete"})
    routes: dict[str, str] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    beside: dict[str, dict[str, str]] = field(default_factory=dict)
    reveals: str = ""
    children: tuple[Child, ...] = ()

    @property
    def register(self) -> str:
        return self.model.__name__

    @property
    def table(self) -> Any:
        return self.model.__table__

    @property
    def place(self) -> str:
        """The column that says where a row lies."""
        return self.model.__place__

    @property
    def home(self) -> str:
        """A place where it has a row: the town of most people, if possible."""
        return OWN if OWN in self.codes else self.codes[0]

    @property
    def methods(self) -> dict[str, str]:
        """{method of the view: verb}."""
        return {name: verb for name, verb in (METHODS | self.routes).items() if name not in self.without}

    @cached_property
    def keys(self) -> dict[str, Any]:
        """{code: the primary key of the row that lies there}."""
        numbered = [spec for spec in SPECS if spec.model is not Division]
        if self not in numbered:
            return {code: code for code in self.codes}
        first = FIRST_STATION + BLOCK * numbered.index(self)
        return {code: first + n for n, code in enumerate(self.codes)}

    @cached_property
    def references(self) -> dict[str, "Spec"]:
        """{foreign key column: the register it points to}."""
        return references_of(self.table)

    def rows(self) -> Iterator[Model]:
        """Its rows in the world."""
        for code, its_key in self.keys.items():
            yield self.make(code, its_key)

    def child_rows(self) -> Iterator[Model]:
        for child in self.children:
            for code, parent_key in self.keys.items():
                yield child.make(code, parent_key, self.child_key(child, code))

    def child_key(self, child: Child, code: str) -> int:
        return self.keys[code] + CHILD_BLOCK * (1 + self.children.index(child))


def references_of(table: Any) -> dict[str, Spec]:
    """{foreign key column of `table`: the register it points to}; what the product derives is left out."""
    return {
        column.key: BY_TABLE[link.column.table.name]
        for column in table.columns
        for link in column.foreign_keys
        if link.column.primary_key and link.column.table.name in BY_TABLE and not column.info.get("derived")
    }


def key(register: str, code: str) -> Any:
    """The key of the row of `register` that lies in `code`."""
    return BY_REGISTER[register].keys[code]


# ---- secrets: digits that stand in one row only, so that a leak names its source


def _id_number(born: date) -> str:
    """A number with the right check digit (GB 11643) of somebody who was born that day."""
    digits = f"330302{born:%Y%m%d}002"
    weighed = sum(int(d) * pow(2, 17 - n, 11) for n, d in enumerate(digits))
    return digits + "10X98765432"[weighed % 11]


def plain(kind: str, its_key: int) -> str:
    """The secret of that kind in the row `its_key`; no other row has it."""
    number = its_key - FIRST_STATION
    block, n = divmod(number % CHILD_BLOCK, BLOCK)
    if kind == "phone":
        return f"139{its_key:08d}"
    if kind == "id_number":
        return _id_number(date(1940 + block + 20 * (number // CHILD_BLOCK), 1, 1) + timedelta(days=n))
    return f"{kind}-{its_key}-QX"


# What a form of the tests posts in a secret column: nobody's secret.
TYPED = {
    "phone": "13700000000",
    "id_number": _id_number(date(1933, 3, 3)),
    "address": "某街 1 号",
    "narrative": "经过",
}


# ---- the registers

SPECS: tuple[Spec, ...] = (
    Spec(
        model=Division,
        master="system_admin",
        rights={
            DIVISION_ADMIN: "view export",
            SUPERVISOR: "view",
            SYSTEM_ADMIN: "view add edit delete export",
        },
        make=lambda code, _key: Division(code=code, name=DIVISIONS[code], note=canary("NOTE", code)),
        # A new one lies below `code`; the code of one that exists is in no form.
        form=lambda code: {
            "code": f"{code}{'99' if len(code) < COUNTY_DIGITS else '999'}"[:VILLAGE],
            "name": "新区划",
        },
        canaries={"NOTE": "note"},  # and the names: see policy.division_names
        codes=tuple(DIVISIONS),
        is_reference=True,
        shared=("name",),
        beside={"succeeded_by": {"retired_on": "2026-01-01"}},
    ),
    Spec(
        model=Station,
        master="town_admin",
        rights={DIVISION_ADMIN: "view add edit delete export", SUPERVISOR: "view export", SYSTEM_ADMIN: ""},
        make=lambda code, its_key: Station(
            id=its_key,
            division_code=code,
            name=canary("STA", code),
            host=StationHost.CENTER if len(code) == TOWNSHIP else StationHost.OFFICE,
            is_integrated=True,
            address=canary("ADR", code),
            phone="12338",
            founded_on=date(2011, 3, 8),
        ),
        form=lambda code: {"division_code": code, "name": f"新站{code}", "host": "OFFICE"},
        canaries={"STA": "name", "ADR": "address"},
        actions={"bulk_delete": "delete", "bulk_plaque": "edit"},
    ),
)

BY_REGISTER = {spec.register: spec for spec in SPECS}
BY_TABLE = {spec.table.name: spec for spec in SPECS}
CHILD_TABLES = {child.table.name: (spec, child) for spec in SPECS for child in spec.children}
KINDS = {kind: (spec, column) for spec in SPECS for kind, column in spec.canaries.items()}
KINDS |= {kind: (spec, column) for spec in SPECS for c in spec.children for kind, column in c.canaries.items()}
# {the plain text of a secret: (register, division, column)}.
SECRETS = {
    plain(kind, its_key): (spec, code, column)
    for spec in SPECS
    for column, kind in spec.secrets.items()
    for code, its_key in spec.keys.items()
}
