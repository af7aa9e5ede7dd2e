"""Word files out of templates that a clerk may change in Word (docxtpl: Jinja in a .docx).

What comes out of the database is text and stays text: it is escaped and not read again as a template. A template may
be anybody's file: it runs in Jinja's sandbox and is given texts, lists and dicts only.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from flask_babel import gettext as _
from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml.etree import LxmlError

from app.errors import DomainError

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# What XML 1.0 does not allow, and what docxtpl would take for a tab, a page or a paragraph; a line break stays.
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# What opening, reading, filling in and packing a file that is no such template may raise.
_BROKEN = (
    TemplateError, OpcError, LxmlError, zipfile.BadZipFile, zlib.error, OSError, EOFError, ArithmeticError,
    AttributeError, LookupError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
# Compiling is half of the work: each text of a template is compiled once.
_SANDBOX = ImmutableSandboxedEnvironment(autoescape=True)
_SANDBOX.from_string = lru_cache(100)(_SANDBOX.from_string)  # type: ignore[assignment, method-assign]


def document(template: Path, content: Mapping[str, Any]) -> bytes:
    """The template filled in, as a .docx. Raises DomainError with its name when it cannot be."""
    out = io.BytesIO()
    try:
        file = DocxTemplate(template)
        file.render(_plain(content), jinja_env=_SANDBOX, autoescape=True)
        file.save(out)
    except _BROKEN as error:
        sentence = _("Word 模板“%(name)s”有错误，请改正或恢复原来的模板；网页仍可以打印。", name=template.name)
        raise DomainError(sentence) from error
    return out.getvalue()


def _plain(value: Any) -> Any:
    """Nothing but texts, numbers, lists and dicts, without control characters."""
    if isinstance(value, str):
        return _CONTROL.sub("", value)
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value if isinstance(value, int) else str(value)
