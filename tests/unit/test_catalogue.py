"""The Chinese of Flask-AppBuilder: its own catalogue, completed and overridden by ours."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import flask_appbuilder
import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import gettext

import config
from app.setup import CATALOGUE

FRAMEWORK = Path(flask_appbuilder.__file__).parent
THEIRS = FRAMEWORK / "translations" / "zh" / "LC_MESSAGES" / "messages.mo"
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
OPTIONS = {"**/templates/**.html": {"silent": "false"}}
KEYWORDS = {"_": None, "__": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
FIRST_START = """
from flask_babel import gettext
from app import create_app, setup
app = create_app({"SQLALCHEMY_DATABASE_URI": "sqlite:///first.db"})
with app.app_context():
    setup.run()
with app.test_request_context("/"):
    print(gettext("Delete"))
"""


def messages(catalogue: Catalog) -> dict[str, str]:
    """{msgid: msgstr} of what a compiled catalogue holds: no header and nothing fuzzy."""
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}


def problems(msgids: Iterable[str], catalogue: dict[str, str]) -> list[str]:
    """A sentence for each msgid that has no Chinese in `catalogue`, or whose placeholders differ there."""
    found = []
    for msgid in sorted(msgids):
        text = catalogue.get(msgid, "")
        if not CHINESE.search(text):
            found.append(f"{msgid!r} has no Chinese: {text!r}")
        elif sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(msgid)):
            found.append(f"{msgid!r} has other placeholders than {text!r}")
    return found


@pytest.fixture(scope="module")
def msgids() -> set[str]:
    """Every text that the installed Flask-AppBuilder marks for translation, in its Python and its templates."""
    found = extract_from_dir(FRAMEWORK, METHODS, OPTIONS, KEYWORDS)
    return {text for _, _, message, *_ in found for text in ([message] if isinstance(message, str) else message)}


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return messages(read_po(file, locale="zh"))


@pytest.fixture(scope="module")
def theirs() -> dict[str, str]:
    with THEIRS.open("rb") as file:
        return messages(read_mo(file))


def test_extraction_reads_python_and_templates(msgids):
    assert {"Access is Denied", "Add Filter", "Are you sure you want to delete this item?"} <= msgids
    assert len(msgids) > 100


def test_every_text_of_the_framework_has_chinese(msgids, theirs, ours):
    assert not problems(msgids, theirs | ours)


def test_ours_is_needed_and_holds_nothing_dead(msgids, theirs, ours):
    assert problems(msgids, theirs), "Flask-AppBuilder is complete now: keep only what we say in other words."
    assert not problems(ours, ours)
    assert not ours.keys() - msgids, "Not one of Flask-AppBuilder's texts, so never shown."
    assert not [msgid for msgid, text in ours.items() if theirs.get(msgid) == text], "Says what theirs says."


def test_nothing_of_ours_is_fuzzy_or_empty(ours):
    with CATALOGUE.open("rb") as file:
        assert {m.id for m in read_po(file, locale="zh") if m.id} == ours.keys()


@pytest.mark.parametrize(
    "text", [None, "", "Save %(name)s {0}", "保存 %(nam)s {0}", "保存 %(name)s", "保存 %(name)s {1}"]
)
def test_checker_catches_a_bad_translation(text):
    msgid, good = "Save %(name)s {0}", "保存 %(name)s {0}"
    assert not problems([msgid], {msgid: good})
    assert problems([msgid], {} if text is None else {msgid: text})


def test_checker_catches_a_text_missing_from_the_catalogue(msgids, theirs, ours):
    whole = theirs | ours
    for msgid in msgids:
        assert problems(msgids, {k: v for k, v in whole.items() if k != msgid}) == [f"{msgid!r} has no Chinese: ''"]


def test_the_application_says_ours(app: Flask, msgids, theirs, ours):
    """What is loaded is compiled from this catalogue, and ours wins."""
    with app.test_request_context("/"):
        said = {msgid: str(gettext(msgid)) for msgid in msgids}
    assert said == {msgid: (theirs | ours)[msgid] for msgid in msgids}


def test_a_fresh_checkout_speaks_chinese_from_its_first_start(tmp_path):
    """Compiled catalogues are not in the repository: the process that compiles them has to load them too."""
    for name in ("app", "models", "views", "seed", "translations"):
        shutil.copytree(config.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    shutil.copy(config.ROOT / "config.py", tmp_path)
    done = subprocess.run([sys.executable, "-c", FIRST_START], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "删除"), done.stderr
