"""Two people on one row: what the other changed since this form was opened, and which of both is to stay.

A form carries the version it was filled in on. A save on an older one is refused (409): the form comes back with what
was typed, what the other person made of each field, and a choice where both changed the same one.
"""

from dataclasses import dataclass
from typing import Any

from app import secret
from app.audit import plain
from app.history import Since, changes_since
from app.interface import RegisterInterface
from app.scope import covers
from views import typed
from views.forms import Form, SecretField

MINE, THEIRS = "mine", "theirs"
UNTOLD = object()  # equal to nothing that was typed


@dataclass
class Conflict:
    """One field that the other person changed: his value in words, and whether this form changes it too."""

    name: str
    label: str
    who: str
    at: str
    before: str
    theirs: str
    is_disputed: bool


class Conflicts:
    """The conflicts of one edit form with the row as it stands now."""

    def __init__(self, datamodel: RegisterInterface, row: Any, form: Form) -> None:
        self.datamodel, self.row, self.form = datamodel, row, form
        self.version = row.version
        self.found: list[Conflict] = []
        self.is_saved_already = False

    @property
    def is_open(self) -> bool:
        """Whether the form has to be looked at again before it is saved."""
        return bool(self.found)

    @property
    def disputed(self) -> list[Conflict]:
        return [conflict for conflict in self.found if conflict.is_disputed]

    def of(self, name: str) -> Conflict | None:
        """The dispute about one field."""
        return next((c for c in self.disputed if c.name == name), None)

    def settle(self) -> None:
        """Compare the version of the post with the row's; follow what was chosen about earlier disputes."""
        if typed.fields().get("_version") == str(self.version):
            self._choose()
            return
        for field in self._fields():
            if isinstance(field, SecretField):
                field.fill(self.form)  # as the save did
        self.is_saved_already = all(self._mine(f.name) in (None, self._current(f.name)) for f in self._fields())
        if self.is_saved_already:
            return  # sent twice
        since = changes_since(self.datamodel, self.row, typed.fields().get("_version", ""))
        self.found = [self._compare(field, since) for field in self._fields() if field.name in since.columns]
        if not self.found:
            self.found = [Conflict("", "", since.who, since.at, "", "", False)]

    def _fields(self) -> list[Any]:
        return [field for field in self.form if field.name in self.datamodel.list_columns]

    def _mine(self, name: str) -> Any:
        """What is typed, as it would be stored; None for a secret that is left alone."""
        field = self.form[name]
        if not self.form.is_asked(name) and not (current := self._current(name)):
            return current  # it goes with the answer that asked for it
        if isinstance(field, SecretField):
            return field.number if field.data else "" if field.is_removed else None
        return plain(field.data) if field.data not in (None, "") else ""

    def _current(self, name: str) -> Any:
        if isinstance(self.form[name], SecretField):
            # "Equal" is an answer: who may not open the secret could ask for one number after the other.
            return (secret.get(self.row, name) or "") if covers("reveal", self.row) else UNTOLD
        value = plain(getattr(self.row, name))
        return "" if value is None else value

    def _take_theirs(self, name: str) -> None:
        field = self.form[name]
        field.process_data(getattr(self.row, name))
        field.raw_data, field.process_errors = [], []
        if isinstance(field, SecretField):
            field.is_removed = False

    def _compare(self, field: Any, since: "Since") -> Conflict:
        name, mine, current = field.name, self._mine(field.name), self._current(field.name)
        change = since.columns[name]
        base = "" if change.base is None else change.base
        is_secret = isinstance(field, SecretField)
        untouched = mine is None if is_secret else change.is_known and mine == base
        if untouched:
            self._take_theirs(name)
        disputed = not untouched and mine != current
        label = str(self.datamodel.label(name))
        return Conflict(name, label, change.who, change.at, change.before, change.after, disputed)

    def _choose(self) -> None:
        """The second round: for each disputed field of the first one, keep what is typed or take the other's."""
        asked = [name for name in typed.fields().getlist("_disputed") if name in {f.name for f in self._fields()}]
        for name in asked:
            choice = typed.fields().get(f"_take_{name}")
            if choice == THEIRS:
                self._take_theirs(name)
            elif choice != MINE:
                theirs = self.datamodel.cells([self.row], [name])[0][0]
                label = str(self.datamodel.label(name))
                self.found.append(Conflict(name, label, "", "", "", theirs, True))
