"""What an answer says, wherever it says it: headers, cookies, body, cells of a workbook."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import Any

from flask import Flask
from itsdangerous import BadSignature
from python_calamine import CalamineWorkbook

from tests.security.registers import SECRETS

CANARY = re.compile(r"([A-Z]+)-(\d+)-QX")
HIDDEN_INPUT = re.compile(r'<input type="hidden" name="([\w-]+)" value="(\d+)">')
# What differs between two answers that say the same: tokens of 32 hex digits and of CSRF.
TOKEN = re.compile(r'value="(?:[\w.-]{60,}|[0-9a-f]{32})"')
# Hashes of passwords, and the digests (SHA-256) that stand for sessions, links, addresses and secrets.
HASH = re.compile(r"\b(?:scrypt|pbkdf2):|\b[0-9a-f]{64}\b")
GAP = re.compile(r"(?<=\d)[ \u3000\-\u2010-\u2015](?=\d)")
DIGITS = re.compile(r"\d{11,}")


def is_workbook(answer: Any) -> bool:
    return "spreadsheetml" in (answer.content_type or "")


def is_paper(answer: Any) -> bool:
    return "wordprocessingml" in (answer.content_type or "")


def words_of(data: bytes) -> str:
    """All that stands in a Word file, its properties too, a paragraph a line."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        parts = [file.read(name).decode() for name in sorted(file.namelist()) if name.endswith((".xml", ".rels"))]
    return unescape(re.sub(r"<[^>]*>", "", "\n".join(parts).replace("</w:p>", "\n")))


def cookies_of(app: Flask, answer: Any) -> Iterator[str]:
    """What stands in the cookies that an answer sets; the session's is opened (it is signed, not encrypted)."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    for cookie in answer.headers.getlist("Set-Cookie"):
        value = cookie.partition("=")[2].partition(";")[0]
        try:
            yield json.dumps(serializer.loads(value), ensure_ascii=False, default=str)
        except BadSignature:
            yield value


def body_of(answer: Any) -> str:
    """Everything readable in headers and body; cookies left out."""
    head = "\n".join(f"{k}: {v}" for k, v in answer.headers.items() if k != "Set-Cookie")
    if is_workbook(answer) and answer.data:
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
        cells = (
            str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
        )
        return head + "\n" + "\n".join(cells)
    if is_paper(answer) and answer.data:
        return f"{head}\n{words_of(answer.data)}"
    if answer.is_json and answer.data:
        return head + "\n" + json.dumps(answer.get_json(), ensure_ascii=False)
    return head + "\n" + answer.get_data().decode("utf-8", "replace")


def canaries_in(text: str) -> set[tuple[str, str]]:
    """(kind, division code) of every canary."""
    return set(CANARY.findall(text))


class Secrets:
    """Finds secrets that stand in a text in full, however their digits are set apart. `known`: {secret: its source}."""

    def __init__(self, known: dict[str, Any]) -> None:
        numbers = {text for text in known if text.rstrip("X").isdecimal()}
        self.words = {text: known[text] for text in known.keys() - numbers}
        self.numbers = {text.rstrip("X"): known[text] for text in numbers}
        self.lengths = sorted({len(number) for number in self.numbers})

    def sources(self, text: str) -> set[Any]:
        """The sources of the secrets in `text`."""
        found = {source for word, source in self.words.items() if word in text}
        for run in DIGITS.findall(GAP.sub("", text)) if self.numbers else ():
            for length in self.lengths:
                parts = (run[n : n + length] for n in range(len(run) - length + 1))
                found |= {self.numbers[part] for part in parts if part in self.numbers}
        return found


SECRET = Secrets(SECRETS)
