"""现场填报: what is asked of a place, filled in line by line on a telephone, each line saved by itself.

A page is one `Sheet`; another kind of them (考核: yes or no, and points) is another subclass and the same template.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from flask import abort, flash, jsonify, make_response, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field

from app import board, clock, confirming
from app.errors import DomainError
from app.extensions import db
from app.files import MAX_FILE, Checked, checked
from app.interface import RegisterInterface
from models import Confirmation, Finding, Station
from views import once
from views.access import is_script, needs
from views.core import Core, acting
from views.forms import Form, form_for

MOST = 6  # files of one post; each picture is drawn anew
WAYS = ("photo", "file")  # from the camera, and from what is there already


class Files(NamedTuple):
    """What was sent as files: those that may be kept, and what is wrong with the others."""

    sound: list[Checked]
    problems: list[str]


class FilesField(Field):
    """The files that a line is shown with. They come by two ways, and are checked outside the transaction."""

    data: list[Checked]

    def process_formdata(self, valuelist: list[str]) -> None:
        """Text under this name is no file."""

    def take(self, files: Files) -> None:
        self.data, self.process_errors = files


LineForm: Any = type(
    "LineForm",
    (form_for(RegisterInterface.of(Confirmation), ["note"], "add"),),
    {"files": FilesField(_l("照片"), default=list)},
)


def form_of(key: int, files: Files | None = None) -> Form:
    """The form of a line, which is one of many on its page: empty, or as it was posted with these files."""
    form = LineForm(formdata=None) if files is None else LineForm()
    for field in form:
        field.id = field.label.field_id = f"{field.name}-{key}"
    if files is not None:
        form.files.take(files)
    return form


@dataclass
class Line:
    """One line of a sheet: what it asks, what the product makes of it, what is kept of it, and its form."""

    key: int
    label: str
    form: Form
    once: str
    button: str
    hint: Any = ""
    is_met: bool = False
    finding: str = ""
    why: str = ""
    mend: str = ""
    kept: Sequence[str] = ()
    is_saved: bool = False  # today


class Sheet(ABC):
    """What is filled in at a place: its name, its lines, how one of them is saved, and what comes of all."""

    key: Any  # in its address
    name: str
    lines: Sequence[Line]
    verdict: Any = _l("系统判定")
    back: Any = _l("回到这个站")

    @property
    @abstractmethod
    def result(self) -> str:
        """What the product makes of the whole, in a word or two."""

    def form_of(self, key: int, files: Files) -> Form:
        """The form of a line, as it was posted with these files."""
        return form_of(key, files)

    @abstractmethod
    def save(self, line: Line, uid: str) -> None:
        """Write what stands in the form of a line, as the row `uid`; flushed. Raises DomainError."""


class StandardSheet(Sheet):
    """A checklist at a station. By hand a line is confirmed; beside a rule what is shown is evidence and no verdict."""

    def __init__(self, station: Station, standing: board.Standing, mend: Any) -> None:
        self.station, self.standing = station, standing
        self.key, self.name = standing.checklist.id, str(standing.checklist)
        kept = confirming.kept(station, [line.item.id for line in standing.lines])
        self.lines = [self._line(line, kept.get(line.item.id, ()), mend) for line in standing.lines]

    def _line(self, line: board.Line, kept: Sequence[confirming.Kept], mend: Any) -> Line:
        item, by_hand, today = line.item, line.item.rule is None, clock.today()
        return Line(
            key=item.id,
            label=item.label,
            form=form_of(item.id),
            once=once.fresh(),
            button=_("保存确认") if by_hand else _("保存佐证"),
            hint=confirming.ASKED[item.evidence] if by_hand else confirming.NO_VERDICT,
            is_met=line.finding is not Finding.MISSING,
            finding=str(line.finding.value),
            why=line.sentence,
            mend="" if by_hand else mend(line),
            kept=[_("%(on)s %(by)s 保存，附件 %(n)s 个", on=k.on, by=k.by, n=k.files) for k in kept],
            is_saved=any(k.on == today for k in kept),
        )

    @property
    def result(self) -> str:
        return _("系统判定 %(met)s / %(asked)s", met=self.standing.met, asked=len(self.lines))

    def save(self, line: Line, uid: str) -> None:
        item = next(one.item for one in self.standing.lines if one.item.id == line.key)
        confirming.confirm(
            self.station, item, acting(), clock.today(), line.form.note.data, line.form.files.data, uid
        )  # fmt: skip


class Filling(Core):
    """Of a station: its sheets, for whoever may look at it and confirm there."""

    def may_fill(self, row: Any) -> bool:
        return not self.has_ended(row) and acting().covers("add", Confirmation.__name__, row.place)

    def _is_kept(self, uid: str) -> bool:
        """Whether a post was saved before, under this number."""
        return confirming.is_kept(uid)

    def _mend(self, row: Any, line: board.Line) -> str:
        """Where a line that is not met is mended; "" for nowhere."""
        return ""

    def _filled_row(self, pk: str) -> Any:
        """The station, 404 when it is out of sight; 403 for who may look at it and not confirm there."""
        if not acting().can("add", Confirmation.__name__):
            abort(403)
        row = self._row(pk)
        return row if acting().covers("add", Confirmation.__name__, row.place) else abort(403)

    def _sheet(self, row: Any, key: str) -> Sheet | None:
        """What is asked of the station; None for a checklist that is not."""
        asked = board.of_station(row, acting(), clock.today())
        standing = next((one for one in asked if str(one.checklist.id) == key), None)
        return standing and StandardSheet(row, standing, partial(self._mend, row))

    def _posted(self, row: Any, key: str) -> tuple[Sheet, Line]:
        """The sheet and its line that is posted; 404 for one of another sheet, or that is asked no more."""
        sheet, item = self._sheet(row, key) or abort(404), request.form.get("item", "")
        return sheet, next((line for line in sheet.lines if str(line.key) == item), None) or abort(404)

    @expose("/fill/<pk>/<key>", methods=["GET", "POST"])
    @needs("view")
    def fill(self, pk: str, key: str) -> Any:
        """A sheet, and one line of it that is saved: answered as JSON to a script, else by coming back to its place.

        A post that is repeated is answered as it was the first time, and makes nothing.
        """
        row = self._filled_row(pk)
        if request.method != "POST":  # HEAD too
            return self._fill_page(row, self._sheet(row, key) or abort(404))
        sent = _sent()
        uid = once.uid_for(f"{request.path} of", [content for _name, content in sent])
        if self._is_kept(uid):
            return self._line_saved(row, key)
        self._posted(row, key)
        db.session.rollback()  # nobody waits for a lock while a picture is drawn anew
        files = _checked(sent)
        row = self._filled_row(pk)
        sheet, line = self._posted(row, key)
        line.form, line.once = sheet.form_of(line.key, files), once.token()
        is_sound = line.form.validate_on_submit()
        is_saved = self._is_kept(uid) or (is_sound and self._save(line.form, lambda: sheet.save(line, uid)))
        if is_saved or self._is_kept(uid):
            return self._line_saved(row, key)
        return self._line_refused(row, key, line)

    def _fill_page(self, row: Any, sheet: Sheet, status: int = 200) -> Any:
        title = _("现场填报：%(name)s", name=sheet.name)
        url = self.url("fill", pk=self.key(row), key=sheet.key)
        return make_response(
            self._page("filling/sheet.html", _("填写"), row, title=title, sheet=sheet, url=url), status
        )

    def _line_saved(self, row: Any, key: str) -> Any:
        item = request.form.get("item", "")
        if not is_script():
            flash(_("已保存。"), "success")
            return redirect(self.url("fill", pk=self.key(row), key=key, _anchor=f"line-{item}"))
        sheet = self._sheet(row, key)
        line = next((one for one in sheet.lines if str(one.key) == item), None) if sheet else None
        if sheet is None or line is None:
            return jsonify(saved=True)  # it was, and is not asked any more
        return jsonify(saved=True, met=line.is_met, finding=line.finding, why=line.why, result=sheet.result)

    def _line_refused(self, row: Any, key: str, refused: Line) -> Any:
        problems = {field.name: [str(error) for error in field.errors] for field in refused.form if field.errors}
        if is_script():
            return jsonify(problems=problems, message="".join(map(str, refused.form.form_errors))), 422
        sheet = self._sheet(row, key) or abort(404)
        sheet.lines = [refused if line.key == refused.key else line for line in sheet.lines]
        return self._fill_page(row, sheet, 422)


def _sent() -> list[tuple[str, bytes]]:
    """(name, content) of the files of a post; an empty box sends one without a name."""
    found = [file for way in WAYS for file in request.files.getlist(way)]
    sent = [(file.filename or "", file.read(MAX_FILE + 1)) for file in found]
    return [(name, content) for name, content in sent if name or content]


def _checked(sent: Sequence[tuple[str, bytes]]) -> Files:
    """What may be kept of what was sent, and a sentence for each file that may not."""
    if len(sent) > MOST:
        return Files([], [_("一次最多 %(n)s 个文件，请分几次保存。", n=MOST)])
    files = Files([], [])
    for name, content in sent:
        try:
            files.sound.append(checked(name, content))
        except DomainError as problem:
            files.problems.append(f"{name}：{problem.message}")
    return files
