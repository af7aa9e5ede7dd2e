"""How a register is described to the security tests; the registers themselves stand in tests.security.registers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from app import attachments, secret
from app.files import checked
from models import Division, Ended, Model
from models.base import TOWNSHIP
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
    "query": "view",
    "columns": "view",
    "export": "export",
    "add": "add",
    "edit": "edit",
    "end": "end",
    "resume": "end",
    "delete": "delete",
    "action_post": "action",  # the verb of the action that is asked for
    "reveal": "reveal",
    "attach": "edit",
    "attachment": "view",
    "detach": "edit",
    "draft": "edit",
    "draft_new": "add",
    "discard": "edit",
    "discard_new": "add",
}
FILES = ("attach", "attachment", "detach")
BY_REGISTER: dict[str, "Spec"] = {}
BY_TABLE: dict[str, "Spec"] = {}


@dataclass(frozen=True, eq=False)
class Child:
    """Rows kept inside their parent's form, as fields `name-0-column`; they lie where the parent lies.

    `make(code, parent_key, key)` is the one child of the row in `code`, `form(code)` the columns of one line. Records
    that stand in no form of the parent say in `verbs` what adding, editing and deleting one asks for on the parent;
    what is not named is nobody's.
    """

    model: type[Model]
    parent: str  # the column that points to the parent
    name: str  # of its lines in the form
    make: Callable[[str, Any, int], Model]
    form: Callable[[str], dict[str, str]] = field(default=lambda _code: {})
    canaries: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    verbs: dict[str, str] = field(default_factory=dict)

    def asks_for(self, how: str) -> str:
        """The verb on the parent that a change of this kind asks for."""
        return self.verbs.get(how, "nobody") if self.verbs else "edit"

    @property
    def table(self) -> Any:
        return self.model.__table__

    def secret(self, column: str, its_key: int) -> str:
        """What stands sealed in that column of that row, and nowhere else."""
        return plain(self.secrets[column], its_key)

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
    children: tuple[Child, ...] = ()
    records: tuple[Child, ...] = ()
    posting: dict[str, Callable[[str], list[dict[str, str]]]] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    aims: dict[str, str] = field(default_factory=dict)
    held: dict[str, str] = field(default_factory=dict)
    file: str = ""  # the kind of canary in the name and content of the file that hangs on each of its rows

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

    def verb_of(self, old: dict[str, Any], new: dict[str, Any]) -> str:
        """What a change of a row asks for: "edit", or the one verb by which all of these columns are written."""
        changed = {name for name in new if old.get(name) != new[name]} - {"version", "changed_at"}
        verbs = {self.held.get(name, "edit") for name in changed}
        return verbs.pop() if len(verbs) == 1 else "edit"

    @property
    def home(self) -> str:
        """A place where it has a row: the town of most people, if possible."""
        return OWN if OWN in self.codes else self.codes[0]

    @property
    def methods(self) -> dict[str, str]:
        """{method of the view: verb}."""
        opening = {"attachment": "reveal"} if self.secrets else {}  # a file tells what the secrets of its row tell
        return {name: verb for name, verb in (METHODS | opening | self.routes).items() if name not in self.without}

    @cached_property
    def keys(self) -> dict[str, Any]:
        """{code: the primary key of the row that lies there}."""
        if self.model is Division:
            return {code: code for code in self.codes}
        first = FIRST_STATION + BLOCK * [s for s in BY_REGISTER.values() if s.model is not Division].index(self)
        return {code: first + n for n, code in enumerate(self.codes)}

    @cached_property
    def references(self) -> dict[str, "Spec"]:
        """{foreign key column: the register it points to}."""
        return references_of(self.table)

    def rows(self) -> Iterator[Model]:
        """Its rows in the world, with their secrets."""
        for code, its_key in self.keys.items():
            row = self.make(code, its_key)
            for column in self.secrets:
                secret.put(row, column, self.secret(column, its_key))
            yield row

    def child_rows(self) -> Iterator[Model]:
        for child in (*self.children, *self.records):
            for code, parent_key in self.keys.items():
                row = child.make(code, parent_key, its_key := self.child_key(child, code))
                for column in child.secrets:
                    secret.put(row, column, child.secret(column, its_key))
                yield row

    def attach(self, rows: Iterable[Model]) -> None:
        """Hang a file on each of the stored rows."""
        for row in rows if self.file else ():
            told = canary(self.file, row.place)
            attachments.attach(row, checked(f"{told}.pdf", pdf(told)))

    def path_end(self, method: str, code: str) -> str:
        """What stands in the path of a route behind the key of the row in `code`."""
        end = self.paths.get(method, "1")
        if end in BY_REGISTER:
            return str(BY_REGISTER[end].keys[code])
        child = next((child for child in (*self.children, *self.records) if child.name == end), None)
        return str(self.child_key(child, code)) if child is not None else end

    def aim(self, method: str, code: str) -> Any:
        """The key in the path of a route: of the row in `code`, or of the row of another register there."""
        return BY_REGISTER[self.aims.get(method, self.register)].keys[code]

    def child_key(self, child: Child, code: str) -> int:
        return self.keys[code] + CHILD_BLOCK * (1 + (*self.children, *self.records).index(child))

    def secret(self, column: str, its_key: int) -> str:
        """What stands sealed in that column of that row, and nowhere else."""
        alike = [name for name, kind in self.secrets.items() if kind == self.secrets[column]]
        return plain(self.secrets[column], its_key, alike.index(column))

    def kind_of_secret(self, column: str) -> str:
        """The kind of a secret column of its rows, or of a row that hangs on one."""
        return next(s.secrets[column] for s in (self, *self.children, *self.records) if column in s.secrets)

    def answers(self, method: str) -> bool:
        """Whether a route of one row does anything here: rows end, have secrets or files only in some registers."""
        if method in ("end", "resume"):
            return issubclass(self.model, Ended)
        return bool(self.secrets) if method == "reveal" else bool(self.file) or method not in FILES

    def posts(self, method: str, row: dict[str, Any]) -> list[dict[str, str]]:
        """What is posted to a route of one row that has a form of its own; each is tried on the version of the row."""
        if method in self.posting:
            return [{"_version": str(row["version"]), **fields} for fields in self.posting[method](row[self.place])]
        if method == "end":
            return [{"_version": str(row["version"]), "ended_on": "2026-11-01", "ended_reason": "试"}]
        if method == "reveal":
            return [{"column": column, "reason": "核对身份"} for column in self.secrets]
        if method == "attachment":
            return [{"reason": "核对身份"}]
        if method == "draft":
            return [{**self.form(row[self.place]), "_version": str(row["version"])}]
        return [{}]


def pdf(text: str) -> bytes:
    """A PDF that says nothing but `text`."""
    return f"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Title ({text}) >>\nendobj\n%%EOF\n".encode()


def declare(*specs: Spec) -> tuple[Spec, ...]:
    """Make the Specs known; each after those that it points to."""
    for spec in specs:
        BY_REGISTER[spec.register] = BY_TABLE[spec.table.name] = spec
    return specs


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


def plain(kind: str, its_key: int, turn: int = 0) -> str:
    """The secret of that kind in the row `its_key`, the first or a later one of its kind; no other row has it."""
    number = its_key - FIRST_STATION
    block, n = divmod(number % CHILD_BLOCK, BLOCK)
    if kind == "phone":
        return f"{139 - turn}{its_key:08d}"
    if kind == "id_number":
        return _id_number(date(1940 + block + 20 * (number // CHILD_BLOCK) + turn, 1, 1) + timedelta(days=n))
    return f"{kind}-{its_key}-{turn}-QX"


# What a form of the tests posts in a secret column: nobody's secret.
TYPED = {
    "phone": "13700000000",
    "id_number": _id_number(date(1933, 3, 3)),
    "address": "某街 1 号",
    "narrative": "经过",
}


# What everybody may change of each register that has no name.
TYPED_INTO = {
    "Case": "subject", "Regulation": "text", "WallPosting": "spot", "JointMeeting": "chair", "Budget": "document_no",
    "Inspection": "inspector", "Confirmation": "note", "Recognition": "note", "Assessment": "remark",
    "Transfer": "due_on", "Assignment": "due_on", "DvRiskAssessment": "assessor", "DvOrder": "issued_by",
    "MandatoryReport": "finder",
    "SuperiorAssignment": "document_no",
    "Escalation": "due_on", "UrgentReport": "subject", "PolicyIssue": "subject",
}  # fmt: skip


def typed_into(register: str) -> tuple[str, str, str]:
    """A column that may be changed, and two values for it."""
    column = TYPED_INTO.get(register, "name")
    return (column, "2027-01-04", "2027-01-05") if column.endswith("_on") else (column, "只改名", "我所填")
