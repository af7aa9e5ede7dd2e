"""The worked example of CONTRIBUTING does everything a register does, in few lines."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import config
from models import Model
from tests.unit.test_docs import read, table, without

pytestmark = pytest.mark.in_turns  # a whole product in a process of its own

EXAMPLE = Path(config.ROOT / "tests" / "example" / "register.py")


def lines_beyond_columns(source: str) -> int:
    """Lines of the classes without blank ones and without what declares columns or lists them."""
    count = 0
    for cls in (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)):
        columns = {
            line
            for node in cls.body
            if isinstance(node, ast.AnnAssign)
            or (isinstance(node, ast.Assign) and "columns" in ast.unparse(node.targets[0]))
            for line in range(node.lineno, (node.end_lineno or 0) + 1)
        }
        text = source.splitlines()
        count += sum(
            bool(text[n - 1].strip()) for n in range(cls.lineno, (cls.end_lineno or 0) + 1) if n not in columns
        )
    return count


def test_a_register_of_few_lines_does_everything(new_database):
    uri = new_database("example")
    command = [sys.executable, "-W", "error", "-m", "tests.example.check", uri]
    environment = {**os.environ, "PYTHONPATH": str(config.ROOT)}
    done = subprocess.run(command, cwd=config.ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "409" in done.stdout


def test_the_example_has_at_most_20_lines_beyond_its_columns():
    assert lines_beyond_columns(EXAMPLE.read_text(encoding="utf-8")) <= 20


def test_lines_are_counted():
    source = 'class A:\n    """Doc."""\n\n    x: int = 1\n    def f(self):\n        return 1\n'
    assert lines_beyond_columns(source) == 4


def test_the_example_stands_in_contributing():
    model, _, view = EXAMPLE.read_text(encoding="utf-8").partition("class ServiceBrand(")[2].partition("\n\n\nclass ")
    text = read("CONTRIBUTING.md")
    assert model.strip() in text
    assert view.strip() in text


def unexplained(text: str) -> set[str]:
    """Keys of a column's `info` that CONTRIBUTING does not explain, and explained ones that no column has."""
    used = {key for t in Model.metadata.tables.values() for column in t.columns for key in column.info}
    return used ^ {row[0] for row in table(text, "键", "意思")}


def test_every_key_of_info_is_explained():
    text = read("CONTRIBUTING.md")
    assert unexplained(text) == set()
    assert unexplained(without(text, "| `serial` |")) == {"serial"}
    assert unexplained(text.replace("| `fills` |", "| `fill` |")) == {"fill", "fills"}
