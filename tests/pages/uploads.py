"""Files for the tests, and a browser's way to send them."""

import io
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.conftest import Browser
from tests.unit.test_files import pdf, picture

PDF, JPEG = pdf(), picture("jpeg")


def send(
    browser: Browser,
    path: str,
    content: bytes,
    name: str = "甲.pdf",
    fields: dict[str, str] | None = None,
    **options: Any,
) -> Any:
    """The answer to an upload, as a multipart form (encoded in memory: the client's temporary file stays open)."""
    file = FileStorage(io.BytesIO(content), filename=name)
    boundary, body = encode_multipart({**(fields or {}), "csrf_token": browser.token(), "file": file})
    return browser.post(path, data=body, content_type=f'multipart/form-data; boundary="{boundary}"', **options)


def upload(browser: Browser, path: str, content: bytes, name: str = "甲.pdf") -> str:
    """The page after an upload."""
    return send(browser, path, content, name, follow_redirects=True).text
