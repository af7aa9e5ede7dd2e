"""What a person sees of an answer, and whether all of it is Chinese; used by test_chinese."""

import io
import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from docx import Document
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook
from werkzeug.http import parse_options_header
from werkzeug.test import TestResponse

from app.masking import mask, mask_numbers
from app.security.roles import (
    AUDITOR,
    CENTER,
    DIVISION_ADMIN,
    MANAGER,
    STAFF,
    SUPERVISOR,
    SYSTEM_ADMIN,
    UNIT_OFFICER,
)
from tests.security.registers import KINDS, SECRETS
from tests.world import DIVISIONS, PEOPLE, canary

SITE = "http://localhost"
LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ɏ]{2,}")
ALLOWED = {"Excel", "Word", "PDF", "JPG", "PNG", "WebP", "KB", "MB", "pdf"}  # the last as the ending of a file
ALLOWED |= {"Ctrl", "Esc", "Shift"}  # as it stands on the keys
ALLOWED |= {"Linux", "Windows"}  # names of systems that have no other
# The world's own texts. A bare username is not among them: "disabled" or "expired" on a page would be a stray.
OURS = {canary(kind, code) for kind in KINDS for code in DIVISIONS}
OURS |= {mask_numbers(text) for text in OURS}  # as they hang on a wall
# And what the masks leave of its secrets. A clear one is a stray, where it has letters.
OURS |= {mask(spec.kind_of_secret(column), text) for text, (spec, _, column) in SECRETS.items()}
# What was done in a case is opened on the walks, all of it at once; and what a unit was told repeats the summary.
OURS |= {text for text, (_, _, column) in SECRETS.items() if column in ("content", "summary")}
OURS |= {f"姓名{name}" for name in PEOPLE}
WORLD = re.compile("|".join(map(re.escape, sorted(OURS, key=len, reverse=True))))
READ_OUT = ("title", "placeholder", "alt", "label", "aria-label", "aria-description", "aria-valuetext", "data-confirm")
UNSEEN_INPUTS = ("hidden", "checkbox", "radio", "password", "file")


class Page(HTMLParser):
    """The texts of a page that are shown or read out, its links, and the language it claims."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.links: list[str] = []
        self.lang: str | None = None
        self.unseen = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.unseen = tag in ("script", "style")
        if tag == "html":
            self.lang = values.get("lang")
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.texts += [values[name] for name in READ_OUT if name in values]
        if tag == "input" and values.get("type", "text") not in UNSEEN_INPUTS:
            self.texts.append(values.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        self.unseen = False

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.texts.append(data)


@lru_cache(maxsize=4)  # read for its words, and again for its links
def page_of(html: str) -> Page:
    return Page(html)


def strays(text: str) -> list[str]:
    """The runs of Latin letters in `text` that are neither allowed nor texts of the test world."""
    if not LATIN.search(text):  # most texts; the pattern of the world's own is a long one
        return []
    return [run for run in LATIN.findall(WORLD.sub(" ", text)) if run not in ALLOWED]


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value; the names of its keys are for scripts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from strings(part)


def problems_of_page(name: str, html: str) -> list[str]:
    """ "page: stray in its text" for each stray, and a line when the page does not claim to be Chinese."""
    page = page_of(html)
    # Account pages show usernames, each as a text of its own; elsewhere "disabled" or "expired" would be a stray.
    known = PEOPLE if name.startswith("/accounts/") else ()
    texts = [text for text in page.texts if text.strip() not in known]
    found = [f"{name}: {stray!r} in {text.strip()!r}" for text in texts for stray in strays(text)]
    return found if page.lang == "zh-CN" else [f"{name}: lang={page.lang!r}", *found]


def problems(name: str, answer: TestResponse) -> list[str]:
    """What is not Chinese in an answer of any kind."""
    if answer.status_code in (301, 302, 303, 307, 308):
        return []  # a browser goes on without showing it
    if answer.mimetype == "text/html":
        return problems_of_page(name, answer.get_data(as_text=True))
    if answer.mimetype == "application/json":
        texts = list(strings(answer.get_json()))
    elif answer.mimetype.endswith("spreadsheetml.sheet"):
        book = CalamineWorkbook.from_filelike(io.BytesIO(answer.get_data()))
        rows = [row for sheet in book.sheet_names for row in book.get_sheet_by_name(sheet).to_python()]
        texts = [*book.sheet_names, *(str(cell) for row in rows for cell in row)]
    elif answer.mimetype.endswith("wordprocessingml.document"):
        texts = [run.text or "" for run in Document(io.BytesIO(answer.get_data())).element.body.iter(qn("w:t"))]
    elif answer.mimetype == "application/pdf" and "/attachment/" in name:
        _, options = parse_options_header(answer.headers["Content-Disposition"])
        texts = [options["filename"]]  # what stands in the file is the business of whoever wrote it
    else:
        return [f"{name}: unknown kind of answer {answer.mimetype}"]
    return [f"{name}: {stray!r} in {text!r}" for text in texts for stray in strays(text)]


def crawl(browser: Any, start: str = "/", within: str = "/", alike: int = 0) -> Iterator[tuple[str, TestResponse]]:
    """(path, answer) of every page of this site, or part of it, that links lead to from `start`, each path once; or of
    paths that differ in numbers only, the first `alike`.
    """
    todo, seen, kinds = [start], set(), Counter[str]()
    while todo:
        address = todo.pop()
        path = urlsplit(address).path
        kind = re.sub(r"\d+", "0", path)
        if path in seen or path.startswith("/static/") or (alike and kinds[kind] == alike):
            continue
        seen.add(path)
        kinds[kind] += 1
        answer = browser.get(address)
        yield path, answer
        links = [answer.location] if answer.location else []
        links += page_of(answer.get_data(as_text=True)).links if answer.mimetype == "text/html" else []
        full = [urljoin(f"{SITE}{address}", link) for link in links]
        todo += [link.removeprefix(SITE) for link in full if link.startswith(f"{SITE}{within}")]


# ---- what links lead each role to; a file of a case is asked for by a form, with a reason


def pages(register: str, methods: str) -> set[str]:
    """The endpoints of a register that have a page."""
    return {f"{register}View.{method}" for method in methods.split()}


EVERYBODY = {"AccountView.index", "HomeView.index", "WorkCalendarView.list"}
READ, KEPT = "list show history", "list show history add edit end"
PEOPLE_PAGES = pages("User", f"{READ} add edit") | pages("Role", READ)
REACHED = {
    DIVISION_ADMIN: EVERYBODY.union(
        pages("Division", f"{READ} export"),
        *(pages(name, f"{KEPT} export") for name in ("Station", "StationMember", "MemberUnit", "Volunteer")),
        pages("Station", "missing paper word roster"),
        pages("Case", f"{KEPT} export statistics aims"),
        pages("Submission", f"{READ} add export"),
        pages("Training", f"{KEPT} export attachment hours"),
    ),
    SUPERVISOR: EVERYBODY.union(
        pages("Division", READ),
        *(pages(name, f"{READ} export") for name in ("Station", "StationMember", "MemberUnit", "Volunteer")),
        pages("Station", "missing paper word roster"),
        pages("Case", f"{READ} statistics aims"),
        pages("Submission", f"{READ} export"),
        pages("Training", f"{READ} export attachment hours"),
    ),
    STAFF: EVERYBODY.union(
        *(pages(name, READ) for name in ("Division", "MemberUnit")),
        pages("Station", f"{READ} edit missing paper word"),
        *(pages(name, KEPT) for name in ("StationMember", "Volunteer")),
        pages("Case", f"{KEPT} statistics aims"),
        pages("Training", f"{READ} add edit attachment hours"),
    ),
    CENTER: EVERYBODY.union(
        *(pages(name, READ) for name in ("Division", "Station", "StationMember", "MemberUnit", "Volunteer")),
        pages("Station", "missing paper word"),
        pages("Training", f"{READ} attachment hours"),
    ),
    UNIT_OFFICER: EVERYBODY | pages("Division", READ) | pages("MemberUnit", READ),
    MANAGER: EVERYBODY | PEOPLE_PAGES,
    SYSTEM_ADMIN: EVERYBODY | PEOPLE_PAGES | pages("Division", f"{READ} add edit export"),
    AUDITOR: EVERYBODY,
}
