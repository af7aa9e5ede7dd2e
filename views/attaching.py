"""Files of a row: added and removed by who may edit the row, fetched through the row by who may see it."""

import io
from typing import Any

from flask import abort, flash, redirect, request, send_file
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import attachments, audit
from app.errors import DomainError
from app.extensions import db
from app.files import MAX_FILE, MEDIA_TYPES, Checked, checked
from models import Attachment
from views.access import needs
from views.core import Core
from views.disclosing import given_reason


class Attaching(Core):
    @property
    def has_files(self) -> bool:
        return bool(getattr(self.datamodel.obj, "__attachments__", False))

    def files_of(self, row: Any) -> list[Attachment]:
        """The files of a row, for its page."""
        return attachments.of(row) if self.has_files else []

    @property
    def opening(self) -> str:
        """The verb that opens a file: where the rows have secrets, files tell them too."""
        columns = self.datamodel.list_columns
        return "reveal" if any(self.datamodel.info(name).get("secret") for name in columns) else "view"

    def _hosting(self, pk: str, verb: str) -> Any:
        if not self.has_files:
            abort(404)
        return self._row(pk, verb)

    @expose("/attach/<pk>", methods=["POST"])
    @needs("edit")
    def attach(self, pk: str) -> Any:
        self._hosting(pk, "edit")
        db.session.rollback()  # nobody waits for a lock while a picture is drawn anew
        file = request.files.get("file")
        content = file.read(MAX_FILE + 1) if file else b""
        made = self._checked(file.filename or "", content) if file and content else None
        row = self._hosting(pk, "edit")
        if not content:
            flash(_("请选择要上传的文件。"), "warning")
        elif made is not None and self._save(None, lambda: attachments.attach(row, made)):
            flash(_("已上传。"), "success")
        return redirect(self.url("show", pk=pk))

    def _checked(self, name: str, content: bytes) -> Checked | None:
        try:
            return checked(name, content)
        except DomainError as problem:
            flash(str(problem.message), "danger")
            return None

    @expose("/attachment/<pk>/<key>", methods=["GET", "POST"])
    @needs("view")
    def attachment(self, pk: str, key: str) -> Any:
        """The file. Where the rows have secrets it is one too: asked for by post, with a reason, on record."""
        row = self._hosting(pk, self.opening)
        found = attachments.find(row, key)
        if found is None:
            abort(404)
        data = io.BytesIO(attachments.content_of(found))
        if self.opening == "reveal":
            reason = given_reason()
            if reason is None:
                return redirect(self.url("show", pk=pk))
            audit.note(db.session(), "reveal", row, {"_file": [None, found.name], "_reason": [None, reason]})
            db.session.commit()
        return send_file(data, MEDIA_TYPES[found.kind], as_attachment=True, download_name=found.name)

    @expose("/detach/<pk>/<key>", methods=["POST"])
    @needs("edit")
    def detach(self, pk: str, key: str) -> Any:
        row = self._hosting(pk, "edit")
        found = attachments.find(row, key)
        if found is None:
            abort(404)
        if self._save(None, lambda: attachments.detach(row, found)):
            flash(_("已删除附件。"), "success")
        return redirect(self.url("show", pk=pk))
