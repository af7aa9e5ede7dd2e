"""What every part of a register's view stands on: its declaration, its columns, one row, one commit.

A register is a declaration (views.base.RegisterView); reading, writing, attaching and disclosing are its parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple

from flask import abort, flash, request, url_for
from flask_appbuilder import ModelView
from flask_babel import get_locale
from flask_wtf import FlaskForm
from sqlalchemy import ColumnElement
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app import scope, todos
from app.errors import DomainError, OutOfScope, explain
from app.extensions import db
from app.interface import RegisterInterface
from app.security.actor import Actor
from models import Ended
from views.children import Children
from views.forms import form_for
from views.seeing import saw


def bulk_action(verb: str, label: Any, confirm: Any = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A method (rows) → None for the rows ticked in a list; it flushes, and needs `verb` on every row."""

    def decorate(method: Callable[..., Any]) -> Callable[..., Any]:
        method._action = (method.__name__, label, confirm, "", True, False)  # type: ignore[attr-defined]
        method._verb = verb  # type: ignore[attr-defined]
        return method

    return decorate


def acting() -> Actor:
    """Whoever is signed in; a rule is told by whom."""
    actor = scope.current_actor()
    if actor is None:
        raise OutOfScope()
    return actor


class Section(NamedTuple):
    """Some fields of a form or page under one heading; folded away where they are seldom needed."""

    label: Any
    is_folded: bool = False


class Shortlist(NamedTuple):
    """Rows that somebody should look at, as a list by itself: what it is called, and (actor, today) → the condition."""

    label: Any
    condition: Callable[[Actor, date], ColumnElement[bool]]


def _to_dos_of(model: type) -> dict[str, Shortlist]:
    """The lists that the to-do page leads to."""
    listed = (kind for kind in todos.KINDS if kind.model is model and kind.number is None)
    return {kind.name: Shortlist(kind.label, kind.rows) for kind in listed}


class Core(ModelView):
    """The declaration of a register, and what its parts share."""

    datamodel: RegisterInterface
    list_columns: list[str]
    show_columns: list[str]
    add_columns: list[str]
    edit_columns: list[str]
    search_columns: list[str]
    quick_search: ClassVar[list[str]] = ["name"]
    order_columns: list[str]
    export_columns: ClassVar[list[str] | None] = None
    sections: ClassVar[dict[str, Section]] = {}  # the first column of each section of forms and pages
    form_sections: ClassVar[dict[str, Section]] = {}  # those of forms only
    children: ClassVar[Sequence[Children]] = ()
    # Columns that the form of a new row asks for too, of whoever holds the verb; `_added_row` does what they say.
    extra_columns: ClassVar[Sequence[str]] = ()
    extra_verb = "add"
    prefill_columns: ClassVar[Sequence[str]] = ()  # enumerations that an address may fill an empty form with
    shortlists: ClassVar[dict[str, Shortlist]] = {}  # `_only=name` in the address of a list; its to-dos join them
    page_size = 25
    list_template = "register/list.html"
    show_template = "register/show.html"
    form_template = "register/form.html"
    history_template = "register/history.html"
    end_template = "register/end.html"
    exclude_route_methods: ClassVar[set[str]] = {"download", "action"}

    # ---- declaration → view (instead of Flask-AppBuilder's guesses)

    def _init_properties(self) -> None:
        for name in ("list_columns", "show_columns", "add_columns", "edit_columns", "search_columns", "order_columns"):
            if getattr(self, name, None) is None:
                raise TypeError(f"{type(self).__name__}.{name} has to be declared: defaults would show every column.")
        for name in (*self.search_columns, *self.order_columns, *self.quick_search):
            if {"private", "secret", "masked"} & self.datamodel.info(name).keys():
                raise TypeError(
                    f"{type(self).__name__}: searching or sorting by {name}, which some read masked, gives it away."
                )
        self.shortlists = {**self.shortlists, **_to_dos_of(self.datamodel.obj)}  # type: ignore[misc]
        self._related_views: list[Any] = []
        self.related_views: list[Any] = []
        shown = {*self.list_columns, *self.show_columns, *self.add_columns, *self.edit_columns, *self.search_columns}
        shown |= {*self.extra_columns, *(self.export_columns or ())}
        self.label_columns = {name: self.datamodel.label(name) for name in shown}
        self._labels: dict[str, dict[str, str]] = {}

    def _init_forms(self) -> None:
        asked = [*self.add_columns, *self.extra_columns]
        self.add_form = form_for(self.datamodel, asked, "add", apart=self.extra_columns)
        self.edit_form = form_for(self.datamodel, self.edit_columns, "edit")
        self.search_form = None

    def _init_titles(self) -> None:
        self.title = self.title_name

    @property
    def title_name(self) -> Any:
        """What the register is called: the model says it."""
        return self.datamodel.obj.__label__

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        methods = set(dir(type(self))) - self.exclude_route_methods
        verbs = {getattr(getattr(type(self), name), "_permission_name", None) for name in methods}
        verbs |= {action.func._verb for action in self.actions.values()}
        self.base_permissions = sorted(f"can_{verb}" for verb in verbs - {None})

    # ---- help for templates

    def can(self, verb: str) -> bool:
        """Whether the viewer holds `verb` on this register anywhere."""
        actor = scope.current_actor()
        return actor is not None and actor.can(verb, self.datamodel.register)

    def url(self, method: str, **values: Any) -> str:
        return url_for(f"{self.endpoint}.{method}", **values)

    def key(self, row: Any) -> Any:
        """The key of a stored row, without reading it again after a commit."""
        return self.datamodel.key_value(row)

    @property
    def ending(self) -> Any:
        """What ending a row is called here (离任, 作废, 撤销); None where rows do not end."""
        return self.datamodel.obj.__ending__ if issubclass(self.datamodel.obj, Ended) else None

    def has_ended(self, row: Any) -> bool:
        return self.ending is not None and row.ended_on is not None

    def can_end(self, row: Any) -> bool:
        """Whether the page of a row that stands offers to end it."""
        return True

    def resumes(self) -> bool:
        """Whether what has ended can be taken up again at all."""
        found: bool = self.datamodel.obj.__resumes__
        return found

    def can_resume(self, row: Any) -> bool:
        """Whether an ending of such a row can be taken back."""
        return self.has_ended(row) and self.resumes()

    def held_because(self, row: Any) -> str:
        """Why a row that stands is not to be changed as it is; "" where it may be."""
        return ""

    def options_of(self, verb: str) -> Sequence[str]:
        """The columns that a form of this verb may ask choices for."""
        return {"view": self.search_columns, "add": self.add_columns, "edit": self.edit_columns}.get(verb, [])

    def facts(self, row: Any) -> Sequence[tuple[Any, Sequence[str]]]:
        """What is worked out from a row and its neighbours, for its page: (label, sentences)."""
        return ()

    @property
    def labels(self) -> dict[str, str]:
        """{column: label} in the viewer's language, translated once."""
        locale = str(get_locale())
        if locale not in self._labels:
            self._labels[locale] = {name: str(label) for name, label in self.label_columns.items()}
        return self._labels[locale]

    def sections_of(self, fields: Iterable[Any]) -> list[tuple[Section, list[Any]]]:
        """The fields of a form or page (whatever has a `name`), in their order, as sections."""
        found: list[tuple[Section, list[Any]]] = []
        for field in fields:
            is_shown = isinstance(field, dict)
            name = field["name"] if is_shown else field.name
            heads = self.sections if is_shown else {**self.sections, **self.form_sections}
            if name == "csrf_token":
                continue
            if name in heads or not found:
                found.append((heads.get(name, Section("")), []))
            found[-1][1].append(field)
        return found

    def _page(self, template: str, kind: Any, row: Any = None, **values: Any) -> str:
        """A page of this register; `kind` says what it is in the window's frame, without a word of what is on it."""
        if row is not None:
            saw(self.datamodel, [row])
        crumbs = [] if template == self.list_template else [(self.title_name, self.url("list"))]
        if row is not None and template != self.show_template:
            crumbs.append((str(row), self.url("show", pk=self.key(row))))
        return self.render_template(
            template, view=self, covers=scope.covers, kind=kind, crumbs=crumbs, row=row, **values
        )

    def _row(self, pk: str, verb: str = "view") -> Any:
        """The row, 404 when the viewer cannot see it, 403 when he can see but not `verb` it."""
        rows = self.datamodel.get_many([pk], verb, lock=request.method == "POST")
        if not rows:
            abort(403 if verb != "view" and self.datamodel.get_many([pk]) else 404)
        return rows[0]

    def _save(self, form: FlaskForm | None, change: Callable[[], Any]) -> bool:
        """Do `change` and commit; a problem that the user can mend is rolled back and put into `form`, or flashed."""
        try:
            change()
            db.session.commit()
            return True
        except (DomainError, IntegrityError, StaleDataError) as error:
            db.session.rollback()
            problem = explain(error)
        if isinstance(problem, OutOfScope):
            problem.field = getattr(self.datamodel.obj, "__place_from__", self.datamodel.obj.__place__)
        if form is None:
            flash(str(problem.message), "danger")
            return False
        for name, sentence in problem.problems:
            if name in form:
                form[name].errors = [*form[name].errors, sentence]
            else:
                form.form_errors = [*form.form_errors, sentence]
        return False
