"""Files of a row: added and removed by who may edit the row, fetched through the row by who may see it."""

import io
from typing import Any

from flask import abort, flash, redirect, request, send_file
from flask_appbuilder import expose
from flask_babel import gettext as _

from app import attachments
from app.files import MAX_FILE, MEDIA_TYPES
from models import Attachment
from views.access import needs
from views.core import Core


class Attaching(Core):
    @property
    def has_files(self) -> bool:
        return bool(getattr(self.datamodel.obj, "__attachments__", False))

    def files_of(self, row: Any) -> list[Attachment]:
        """The files of a row, for its page."""
        return attachments.of(row) if self.has_files else []

    def _hosting(self, pk: str, verb: str) -> Any:
        if not self.has_files:
            abort(404)
        return self._row(pk, verb)

    @expose("/attach/<pk>", methods=["POST"])
    @needs("edit")
    def attach(self, pk: str) -> Any:
        row = self._hosting(pk, "edit")
        file = request.files.get("file")
        content = file.read(MAX_FILE + 1) if file else b""
        if not file or not content:
            flash(_("请选择要上传的文件。"), "warning")
        elif self._save(None, lambda: attachments.attach(row, file.filename or "", content)):
            flash(_("已上传。"), "success")
        return redirect(self.url("show", pk=pk))

    @expose("/attachment/<pk>/<key>")
    @needs("view")
    def attachment(self, pk: str, key: str) -> Any:
        found = attachments.find(self._hosting(pk, "view"), key)
        if found is None:
            abort(404)
        data = io.BytesIO(attachments.content_of(found))
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
