"""Files for the tests, and a browser's way to send them."""

import io
from typing import Any

from tests.conftest import Browser
from tests.unit.test_files import pdf, picture

PDF, JPEG = pdf(), picture("jpeg")


def send(browser: Browser, path: str, content: bytes, name: str = "甲.pdf", **options: Any) -> Any:
    """The answer to an upload, as a multipart form."""
    return browser.submit(path, {"file": (io.BytesIO(content), name)}, content_type="multipart/form-data", **options)


def upload(browser: Browser, path: str, content: bytes, name: str = "甲.pdf") -> str:
    """The page after an upload."""
    return send(browser, path, content, name, follow_redirects=True).text
