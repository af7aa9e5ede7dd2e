"""Forms made from a model's columns: the field, its label, help and checks all come from the column and its `info`."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import BooleanField, DateField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import Field
from wtforms.validators import Length, Optional, Regexp, StopValidation, ValidationError
from wtforms.widgets import DateInput, TextArea

from app import clock, identity, secret
from app.audit import plain
from app.interface import MAX_INTEGER, RegisterInterface
from app.scope import current_actor
from views import typed

EARLIEST, LATEST = date(1949, 10, 1), date(2100, 1, 1)


class Form(FlaskForm):
    """A form that reads posted form fields (or a draft of them) and nothing else: no JSON, no files.

    `conditions` {column: "other column=its answer"}: what is asked for only beside a certain answer.
    `apart`: fields that a rule writes, not the form.
    """

    conditions: ClassVar[dict[str, str]] = {}
    apart: ClassVar[frozenset[str]] = frozenset()

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if formdata is None:
                return None
            return typed.fields() if typed.is_filled() else None

    def populate_obj(self, obj: Any) -> None:
        for name, field in self._fields.items():
            if name not in self.apart:
                field.populate_obj(obj, name)

    def is_asked(self, name: str) -> bool:
        """Whether the form asks for a field, as the others stand."""
        other, _equals, answer = self.conditions.get(name, "").partition("=")
        return other not in self or str(self[other].data or "") == answer

    def validate(self, extra_validators: Any = None) -> bool:
        """What is not asked for (`only_if`) goes with the answer that asked for it, and is not typed beside another.

        What has stood beside another answer since before stays: nobody has said a word about it.
        """
        super().validate(extra_validators)
        for name in self.conditions:
            if name not in self or self.is_asked(name):
                continue
            field, other = self[name], self[self.conditions[name].partition("=")[0]]
            field.errors, field.process_errors = [], []
            before = other._coerce(other.object_data)
            if before and before != other.data:
                field.data = None if field.type != "TickField" else False
            elif field.data and plain(field.data) != plain(field.object_data):
                text = _("现在填的「%(label)s」不需要这一项，请核对。", label=other.label.text)
                field.errors = [text]
        return not self.errors


CONTROL, CHOICE = {"class": "form-control"}, {"class": "form-select"}
SHORT = 6  # letters of the longest choice that leaves room for a second field beside it on a phone


def tidy(text: str | None) -> str | None:
    """Typed text without the blanks around it, full-width ones too; nothing at all is None."""
    if text is None:
        return None
    return text.replace("\u3000", " ").strip() or None


def printable(_form: Any, field: Field) -> None:
    """Refuse control and invisible characters (line breaks are fine where the field has several lines)."""
    allowed = "\n\r\t" if isinstance(field.widget, TextArea) else ""
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs") and c not in allowed for c in field.data or ""):
        raise ValidationError(_("含有无法识别的字符。"))


def not_future(_form: Any, field: Field) -> None:
    """A date that has happened: from 1949-10-01 to today."""
    if field.data and not (EARLIEST <= field.data <= clock.today()):
        raise ValidationError(_("日期不能早于 1949-10-01，也不能晚于今天。"))


def of_our_time(_form: Any, field: Field) -> None:
    """A date that somebody can mean: from 1949-10-01 to 2100-01-01."""
    if field.data and not (EARLIEST <= field.data <= LATEST):
        raise ValidationError(_("日期应在 1949-10-01 与 2100-01-01 之间。"))


def is_empty(field: Field) -> bool:
    """Whether nothing was typed into it; WTForms calls an empty date unreadable."""
    return not any(str(text).strip() for text in field.raw_data or ())


def countable(_form: Any, field: Field) -> None:
    """A whole number that a column holds. WTForms' NumberRange makes a float of it first, which overflows."""
    if field.data is not None and not 0 <= field.data <= MAX_INTEGER:
        raise ValidationError(_("应为 0 到 2147483647 之间的整数。"))


def required(_form: Any, field: Field) -> None:
    """Something has to stand here; an unreadable date says so itself."""
    if is_empty(field):
        field.errors = []
    if getattr(field, "masked", "") and not field.is_removed:
        return  # a secret that stands there, and is never sent to the form
    if not field.errors and field.data in (None, ""):
        raise StopValidation(_("必填。"))


required.field_flags = {"required": True}  # type: ignore[attr-defined]


class Blank(Field):
    """An empty box is nothing, as everywhere; WTForms calls it unreadable where it wants a date or a number."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist and not any(value.strip() for value in valuelist):
            self.data = None
        else:
            super().process_formdata(valuelist)


class DayField(Blank, DateField):
    """A date, or nothing."""


class CountField(Blank, IntegerField):
    """A whole number, or nothing."""


class MendableDate(DateInput):
    """A native date input; what is no date stays in view as text, so that it can be mended."""

    def __call__(self, field: Field, **kwargs: Any) -> Markup:
        kwargs.setdefault("type", "text" if field.process_errors else "date")
        return super().__call__(field, **kwargs)


class TickField(BooleanField):
    """A box to tick. One that is not in the post at all (a partial post) keeps its value; a browser sends its mark."""

    def __init__(self, label: Any, is_short: bool = False, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.is_short = is_short

    @property
    def mark(self) -> str:
        return f"{self.name}__shown"

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        is_there = formdata is not None and (self.name in formdata or self.mark in formdata)
        super().process(formdata if is_there else None, *args, **kwargs)


class EnumField(SelectField):
    """One of an enumeration: posted by its English name, shown by its Chinese value."""

    def __init__(self, label: Any, enum_class: Any, **kwargs: Any) -> None:
        self.enum_class = enum_class
        choices = [SelectChoice("", _l("请选择")), *(SelectChoice(m.name, m.value) for m in enum_class)]
        super().__init__(label, choices=choices, coerce=self._coerce, **kwargs)

    def _coerce(self, value: Any) -> str:
        return getattr(value, "name", None) or str(value or "")

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, self.enum_class[self.data] if self.data else None)


class RelationField(Field):
    """A foreign key: chosen from a paged, scoped endpoint, never from an option list of a whole table.

    A key whose row the viewer may not see is shown as fixed text, is never written, and a post keeps it.
    """

    def __init__(
        self, label: Any, datamodel: RegisterInterface, column: str, target: type, verb: str, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.datamodel, self.column, self.verb = datamodel, column, verb
        self.target = RegisterInterface.of(target)
        self._found: dict[Any, Any] = {}

    def find(self, key: Any) -> Any:
        """The row that `key` points to, None when it is out of sight; looked up once for a form."""
        if key not in self._found:
            self._found[key] = self.target.get(key) if key else None
        return self._found[key]

    def prime(self, found: dict[Any, Any]) -> None:
        """Know rows that were looked up for many fields at once."""
        self._found |= found

    @property
    def fixed(self) -> bool:
        """Whether the row already points to something out of sight."""
        return self.object_data is not None and self.find(self.object_data) is None

    @property
    def text(self) -> str:
        """What the chosen row is called; empty for one out of sight."""
        row = self.find(self.data)
        return self.target.name_of(row) if row is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = self.target.key_of(tidy(valuelist[0]) or "") or None

    def pre_validate(self, form: Any) -> None:
        if self.fixed:
            self.data = self.object_data
            raise StopValidation()
        if self.data and self.data != self.object_data and not may_choose(self, self.data):
            raise StopValidation(_("没有找到所选的「%(label)s」，请重新选择。", label=self.label.text))

    def populate_obj(self, obj: Any, name: str) -> None:
        if not self.fixed:
            setattr(obj, name, self.data)


def may_choose(field: RelationField, key: Any) -> bool:
    """A place needs the verb there; any other key needs its row to be visible."""
    row = field.find(key)
    if row is None or not field.target.may_be_chosen(row):
        return False
    if not field.datamodel.places(field.column):
        return True
    actor = current_actor()
    return actor is not None and actor.covers(field.verb, field.datamodel.register, row.place)


class SecretField(StringField):
    """A secret is never sent to the form: an empty box keeps it, typing replaces it, a tick removes it."""

    def __init__(self, label: Any, kind: str, column: str, fills: dict[str, str], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.kind, self.column, self.fills, self.masked = kind, column, fills, ""
        self.stored: str | None = None

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        super().process(formdata, *args, **kwargs)
        self.is_removed = bool(formdata and formdata.get(f"{self.name}__remove"))

    def process_data(self, value: Any) -> None:
        self.data = None  # the ciphertext stays where it is

    def remember(self, row: Any) -> None:
        """Show, beside the empty box, what is stored: masked."""
        self.masked = secret.masked(row, self.column)
        self.stored = secret.get(row, self.column) if self.fills else None

    def pre_validate(self, form: Any) -> None:
        if not self.data:
            if self.stored and self.stored != secret.UNREADABLE and not self.is_removed:
                self._keep(form, self.stored)
            return
        if self.problem:
            raise StopValidation(self.problem)
        self.fill(form)
        for told, name in self.fills.items():
            field = form._fields.get(name)
            readable = field is not None and not field.errors and not field.process_errors
            if readable and field.data != getattr(identity, told)(self.number):
                raise StopValidation(_("与所填的「%(label)s」不一致，请核对。", label=field.label.text))

    @property
    def number(self) -> str:
        """What is typed, written one way."""
        return secret.KINDS[self.kind].normalise(self.data or "")

    @property
    def problem(self) -> str | None:
        return secret.KINDS[self.kind].problem(self.number, clock.today())

    def fill(self, form: Any) -> None:
        """What a sound identity number tells is filled in where nothing stands."""
        if not self.data or self.problem:
            return
        for told, name in self.fills.items():
            field = form._fields.get(name)
            if field is not None and not field.data and is_empty(field):
                field.data, field.process_errors = getattr(identity, told)(self.number), []

    def _keep(self, form: Any, number: str) -> None:
        """What the stored number tells may not be changed to something else while the number stays."""
        for told, name in self.fills.items():
            field = form._fields.get(name)
            is_new = field is not None and field.data and plain(field.data) != plain(field.object_data)
            if is_new and field.data != getattr(identity, told)(number):
                raise StopValidation(_("与已保存的号码不一致：「%(label)s」，请核对。", label=field.label.text))

    @property
    def hint(self) -> str | None:
        """What is odd about the number but no error."""
        is_number = self.kind == "id_number" and self.data
        return identity.warning(identity.normalise(self.data)) if is_number else None

    def populate_obj(self, obj: Any, name: str) -> None:
        if self.data:
            secret.put(obj, name, self.data)
        elif self.is_removed:
            secret.put(obj, name, None)


def _short(look: dict[str, str]) -> dict[str, str]:
    """The look of a control that takes half a line of a phone."""
    return look | {"class": f"{look['class']} short"}


def _text_field(info: dict[str, Any], length: int | None, validators: list[Any], common: dict[str, Any]) -> Field:
    validators += [printable]
    if length:
        validators.append(Length(max=length, message=_l("不能超过 %(max)d 个字。")))
    if "pattern" in info:
        pattern, message = info["pattern"]
        validators.append(Regexp(re.compile(rf"(?:{pattern})\Z", re.ASCII), message=message))
    if info.get("multiline"):
        return TextAreaField(filters=[tidy], render_kw=CONTROL | {"rows": 3}, **common)
    kind = {"type": info["input_type"]} if "input_type" in info else {}
    look = _short(CONTROL) if info.get("short") else CONTROL
    return StringField(filters=[tidy], render_kw=look | kind, **common)


NARROW = ("phone",)  # secrets that are always short
MODES = {"phone": {"type": "tel"}, "id_number": {"autocapitalize": "characters", "spellcheck": "false"}}


def _secret_field(info: dict[str, Any], name: str, common: dict[str, Any]) -> Field:
    common["validators"] = [*common["validators"], printable]
    common |= {"kind": info["secret"], "column": name, "fills": info.get("fills", {})}
    look: dict[str, Any] = {"autocomplete": "off", **MODES.get(info["secret"], {})}
    shape = _short(CONTROL) if common["kind"] in NARROW else CONTROL
    widget = {"widget": TextArea()} if info.get("multiline") else {}
    return SecretField(filters=[tidy], render_kw=shape | look | ({"rows": 5} if widget else {}), **widget, **common)


def field_for(datamodel: RegisterInterface, name: str, verb: str, is_needed: bool = False) -> Field:
    """The form field of one column, with the checks its type and `info` ask for."""
    column, info, kind = datamodel.list_columns[name], datamodel.info(name), datamodel.kind(name)
    validators: list[Any] = [Optional() if column.nullable and not is_needed else required]
    if kind == "boolean":
        validators = []  # a box that is not ticked is an answer
    common: dict[str, Any] = {"label": info["label"], "description": info.get("help", ""), "validators": validators}
    if column.default is not None and column.default.is_scalar:
        common["default"] = column.default.arg
    if kind == "secret":
        if "only_if" in info:
            raise TypeError(f"{name}: a secret cannot hang on another answer; it would be removed unseen.")
        return _secret_field(info, name, common)
    target = datamodel.target_of(name)
    if target is not None:
        return RelationField(datamodel=datamodel, column=name, target=target, verb=verb, **common)
    if kind == "enum":
        is_short = max(len(m.value) for m in column.type.enum_class) <= SHORT
        return EnumField(enum_class=column.type.enum_class, render_kw=_short(CHOICE) if is_short else CHOICE, **common)
    if kind == "boolean":
        return TickField(is_short=info.get("short", False), **common)
    if kind == "integer":
        validators.append(countable)
        return CountField(render_kw=_short(CONTROL) | {"inputmode": "numeric"}, **common)
    if kind == "date":
        validators.append(not_future if info.get("not_future") else of_our_time)
        return DayField(widget=MendableDate(), render_kw=_short(CONTROL), **common)
    return _text_field(info, getattr(column.type, "length", None), validators, common)


def form_for(
    datamodel: RegisterInterface,
    names: Sequence[str],
    verb: str,
    apart: Iterable[str] = (),
    needed: Iterable[str] = (),
) -> type[Form]:
    """A form class with the columns `names`; `verb` is what the post will do (add, edit).

    The fields of `apart` are asked for, and written by a rule; those of `needed` cannot stay empty here.
    """
    fields = {name: field_for(datamodel, name, verb, name in needed) for name in names}
    conditions = {
        name: "=".join(datamodel.info(name)["only_if"]) for name in names if "only_if" in datamodel.info(name)
    }
    return type(f"{datamodel.register}Form", (Form,), fields | {"conditions": conditions, "apart": frozenset(apart)})
