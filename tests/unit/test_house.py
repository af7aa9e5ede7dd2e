"""The rules of the house that no linter knows; where an exception stands, its reason stands beside it.

Every checker takes a text, so that a seeded fault can prove that it would be noticed.
"""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

import config
from views.base import RegisterView
from views.station import StationView

ROOT = config.ROOT
LONGEST = 400  # lines of one file: more than that is two ideas
CLOCK = re.compile(r"\b(?:date\.today|datetime\.(?:now|utcnow|today|fromtimestamp)|time\.(?:time|localtime|gmtime))\Z")
FOREIGN = re.compile(r"(?:https?|wss?)://|[\"'(=]\s*//\w", re.IGNORECASE)
# Where the product acts in a name of its own, and why nobody's rights are meant there.
ACTING = {
    "app/accounts.py invite": "the table of links is the product's own; the rules of delegation are asked before",
    "app/calendars.py apply": "the calendar is nobody's to write but by its rules, which ask first whether he may",
    "app/calendars.py lock": "waits for who changes the calendar; gives nothing back",
    "app/cli.py _operating": "whoever may run commands on the server owns the database; the first account is made so",
    "app/demo.py load": "the demonstration is made before anybody can sign in",
    "app/drafts.py _run": "no person may read or write the table of drafts; every statement names the one who asks",
    "app/looks.py _lines": "no person may read the looks through the guard; the conditions say whose they are",
    "app/looks.py is_headed_by": "who heads a station is no question of what he sees; gives back yes or no",
    "app/opening.py _write": "the county decides of a case that it does not see; asked before, on record as its doing",
    "app/opening.py ask": "no person may read the table of requests; every statement names the one who asks",
    "app/opening.py mine": "the same; until when the one who asks may read",
    "app/opening.py to_decide": "whoever decides need not see the case; the statement says which are his",
    "app/opening.py to_lift": "the same, of who is shut out of a case",
    "app/preferences.py get": "no person may read the table; gives back what the one who acts stored himself",
    "app/preferences.py revise": "the same; writes the one row of the one who acts, under one name",
    "app/recalculation.py recalculate": "the calendar moves due dates wherever they are; on record as the publisher's",
    "app/recalculation.py would_change": "the same, beforehand; gives back their number",
    "app/reminders.py run": "the clock urges by itself, in every station; nobody asks it to",
    "app/setup.py run": "roles and divisions are made before anybody can sign in",
    "app/setup.py has_demo_account": "asked at the start, when nobody is signed in; gives back yes or no",
    "app/security/manager.py ScopedSecurityManager.load_user": "his rights are not known before; gives back one person",
    "app/standards.py judge": "what follows from a record follows wherever it lies; nobody may write it by himself",
    "app/standards.py judge_all": "the same, for every station; gives back how many",
    "app/standards.py _settle": "the same; finds the stations that a change touches",
    "app/workflow/sealing.py seal": "who finds out that a case is to be sealed need not be one who handles it",
    "app/workflow/transferring.py _begin": "a unit's officer may not write to the transfer that his signature moves on",
    "app/workflow/transferring.py _withdraw": "a station takes back what it cannot write to: the units' assignments",
    "app/training.py hours_of": "a county trains the village's person; gives back one sum, of whom he sees",
    "app/training.py untrained": "the same, their number and the names of those that he sees",
    "app/training.py people": "the same, a sum for each person that he sees",
    "app/__init__.py _touch_session": "nobody's rights; writes when the session that asks was seen",
    "views/auth.py SignInView._sign_in": "the same; reads one account by its name and writes when it signed in",
    "views/auth.py end_session": "ends the session that asks, which no person may write",
    "views/account.py AccountView._page": "reads the sessions of the one who asks, which no person may read",
    "views/account.py AccountView.end": "ends a session, found by its number and by the one who asks",
    "views/account.py AccountView._change": "writes the account of the one who asks, proved by his old password",
    "views/activation.py ActivationView._answer": "the token proves whose password may be set; nobody is signed in",
    "app/workflow/sealing.py _lift_together": "the same, when its seal is lifted",
    "app/workflow/sealing.py _settle": "the same; finds the case that the flush has just sealed",
    "app/opening.py lift": "whoever decides need not see the cases; it was asked whether it is his to decide",
    "app/workflow/sealing.py together": "what was merged is sealed together, whoever sees which of it",
}
# Where the connection is used past the session, whose guard does not see it.
DIRECT = {
    "app/__init__.py create_app": "sets the engine up, asks nothing",
    "app/__init__.py _read_only": "opens the transaction with its option, asks nothing",
    "app/audit.py note": "the same as record, for a look at a secret",
    "app/audit.py record": "the audit is nobody's to write through the guard",
    "app/calendars.py _hold": "a lock on the whole calendar; no row is read",
    "app/danger.py _count": "what counts are all answers of a sheet, as stored now that its case is held",
    "app/danger.py _run": "the risk of a case follows from all its assessments, whoever sees them; keys and levels",
    "app/danger.py _settle": "the same; gives back one level",
    "app/danger.py open_duties": "a case waits for what high risk asks for, whoever sees it; gives back numbers",
    "app/derive.py _is_sealed": "gives back the look of a number, of a row that the guard checks",
    "app/derive.py next_number": "counting is nobody's right; the row that gets the number is checked",
    "app/finding.py _refresh": "setup writes what it works out from the rows; nobody changed them",
    "app/handlers.py _read": "who handles cases is no secret to those who do; gives back keys and names",
    "app/guard.py guard_write": "reads the option of the transaction",
    "app/looks.py write": "looks are nobody's to write through the guard; written for the one who looks",
    "app/security/handing.py Facts.ask": "the rules of delegation count what the actor cannot see",
    "app/submissions.py _all": "whoever submits tells of all cases; gives back what suppression lets pass",
    "app/submissions.py _sealed": "the same, of the sealed ones",
    "app/submissions.py _told": "what others submitted must not tell together with this; it goes nowhere",
    "app/workflow/cases.py _case_of": "who takes an assessment back up need not see its case; gives back how it stands",
    "app/workflow/cases.py _is_no_target": "counts what was merged into a case, whoever sees it; gives back yes or no",
    "app/workflow/hands.py waiting_of": "a case waits for its hands, whoever sees them; gives back labels and numbers",
    "app/__init__.py _touch_session": "opens the transaction with its option, asks nothing",
    "app/security/revoke.py end_sessions": "who changes a role or scope need not be allowed to write accounts",
    "app/server.py start": "closes the connections before the fork",
    "app/server.py refuse_demo_accounts": "closes the connections before a fork",
    "app/setup.py migrate": "changes tables, not rows of a person",
    "app/setup.py has_demo_account": "asks whether there is a table",
    "views/health.py HealthView.check": "asks for the number 1",
}


def files(*patterns: str) -> list[Path]:
    """Files of ours that match, migrations and what `flask setup` makes left out."""
    found = {path for pattern in patterns for path in ROOT.glob(pattern) if path.is_file()}
    return sorted(path for path in found if not {"versions", "made"} & set(path.parts))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


PYTHON = files("config.py", "run.py", "app/**/*.py", "models/**/*.py", "views/**/*.py")
TESTS = files("tests/**/*.py")
FACE = files(*(f"app/{folder}/**/*.{ending}" for folder in ("templates", "static") for ending in ("html", "js", "css")))


def nodes(source: str) -> Iterator[tuple[str, ast.AST]]:
    """Every node of a module with the name of the function or class it stands in ("" on top)."""

    def walk(node: ast.AST, inside: tuple[str, ...]) -> Iterator[tuple[str, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            yield ".".join(inside), child
            named = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            yield from walk(child, (*inside, child.name) if named else inside)  # type: ignore[attr-defined]

    return walk(ast.parse(source), ())


def called(node: ast.AST) -> str:
    """What a call calls, as it is written; empty for what is no call."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


# ---- checkers


def too_long(name: str, text: str) -> list[str]:
    lines = len(text.splitlines())
    return [f"{name} has {lines} lines"] if lines > LONGEST else []


def foreign_hosts(name: str, text: str) -> list[str]:
    return [f"{name}:{n}: {line.strip()[:80]}" for n, line in enumerate(text.splitlines(), 1) if FOREIGN.search(line)]


def clock_readings(name: str, source: str) -> list[str]:
    return [f"{name} {place}: {called(node)}" for place, node in nodes(source) if CLOCK.search(called(node))]


def actings(name: str, source: str) -> set[str]:
    """The functions that act in a name of the product's own."""
    return {f"{name} {place}".strip() for place, node in nodes(source) if re.search(r"\bacting_as\Z", called(node))}


def directs(name: str, source: str) -> set[str]:
    """The functions that reach the engine or a connection past the session."""
    return {
        f"{name} {place}".strip()
        for place, node in nodes(source)
        if (isinstance(node, ast.Attribute) and node.attr == "engine") or called(node).endswith(".connection")
    }


def past_the_models(name: str, source: str) -> list[str]:
    """What a view may not do: SQL as text, tables without their class."""
    found = []
    for place, node in nodes(source):
        if isinstance(node, ast.Attribute) and node.attr in ("__table__", "metadata", "execute"):
            found.append(f"{name} {place}: .{node.attr}")
        elif isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy":
            found += [f"{name}: imports {a.name}" for a in node.names if a.name in ("text", "create_engine", "Table")]
        elif re.fullmatch(r"(?:\w+\.)?text", called(node)):
            found.append(f"{name} {place}: {called(node)}()")
    return found


def strange_ci(text: str) -> list[str]:
    """Lines of .ci/run beside going to the project and `make test`."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    known = ("set -e", 'cd "$(dirname "$0")/.."', "make test")
    return [line for line in lines if line not in known] + [line for line in known[2:] if line not in lines]


def strange_homes(views: Iterable[type[RegisterView]]) -> list[str]:
    """Registers whose view does not stand in the file with the name of the model's."""
    found = []
    for view in views:
        ours, model = view.__module__.split("."), view.datamodel.obj.__module__.split(".")
        if ours[0] != "views" or model[0] != "models" or ours[1:] != model[1:]:
            found.append(f"{view.__name__}: {view.__module__} beside {view.datamodel.obj.__module__}")
    return found


# ---- the house as it is


def of_all(check: Callable[[str, str], Iterable[str]], paths: Iterable[Path]) -> list[str]:
    """What a checker finds in these files."""
    return [found for path in paths for found in check(name_of(path), path.read_text(encoding="utf-8"))]


def test_there_is_something_to_look_at():
    assert {"app/scope.py", "models/base.py", "views/base.py", "run.py"} <= {name_of(path) for path in PYTHON}
    assert {"app/static/relation.js", "app/static/app.css", "app/templates/base.html"} <= {name_of(p) for p in FACE}


def test_no_file_is_too_long():
    assert of_all(too_long, [*PYTHON, *TESTS, *FACE]) == []


def test_pages_load_nothing_from_a_foreign_host():
    assert of_all(foreign_hosts, FACE) == []


def test_only_the_clock_reads_the_clock():
    assert of_all(clock_readings, [path for path in PYTHON if name_of(path) != "app/clock.py"]) == []


def test_the_product_acts_in_its_own_name_only_where_a_reason_stands():
    assert set(of_all(actings, PYTHON)) == set(ACTING)


def test_the_guard_is_passed_by_only_where_a_reason_stands():
    assert set(of_all(directs, PYTHON)) == set(DIRECT)


def test_views_write_no_sql():
    assert of_all(past_the_models, [path for path in files("views/**/*.py") if path.name != "health.py"]) == []


def test_a_register_is_found_by_its_name():
    assert strange_homes(RegisterView.__subclasses__()) == []


def test_ci_runs_make_test_and_nothing_else():
    assert strange_ci((ROOT / ".ci" / "run").read_text()) == []


# ---- seeded faults


def test_a_long_file_is_noticed():
    assert too_long("app/new.py", "x\n" * (LONGEST + 1))
    assert not too_long("app/new.py", "x\n" * LONGEST)


@pytest.mark.parametrize(
    "line",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link href="//cdn.example/x.css">',
        "background: url(//cdn.example/x.png)",
        'import x from "http://cdn.example/x.js";',
        "new WebSocket('wss://example')",
    ],
)
def test_a_foreign_host_is_noticed(line):
    assert foreign_hosts("x", f"<p>\n{line}\n")
    assert not foreign_hosts("x", '// a comment\n<a href="{{ url_for("x") }}">a // b</a>\n')


@pytest.mark.parametrize(
    "call", ["date.today()", "datetime.now(UTC)", "datetime.datetime.utcnow()", "datetime.date.today()", "time.time()"]
)
def test_another_clock_is_noticed(call):
    assert clock_readings("x", f"def rule():\n    return {call}\n") == [f"x rule: {call.partition('(')[0]}"]
    assert not clock_readings("x", '"""Not date.today()."""\nday = clock.today()\n')


def test_acting_elsewhere_is_noticed():
    inside = "class View:\n    def show(self):\n        with acting_as(SETUP):\n            pass\n"
    assert actings("x", inside + "with scope.acting_as(SETUP):\n    pass\n") == {"x View.show", "x"}
    assert not actings("x", "def acting_as(actor):\n    pass\n")


@pytest.mark.parametrize(
    "call", ["db.engine.connect()", "db.session.connection()", "create(db.engine)", "db.session().connection()"]
)
def test_a_way_round_the_guard_is_noticed(call):
    assert directs("x", f"def show():\n    {call}\n") == {"x show"}


@pytest.mark.parametrize(
    "line",
    [
        "select(Station.__table__)",
        "db.session.scalars(text('SELECT 1'))",
        "sqlalchemy.text('SELECT 1')",
        "from sqlalchemy import select, text",
        "db.session.execute(query)",
    ],
)
def test_sql_in_a_view_is_noticed(line):
    assert past_the_models("x", f"def show():\n    {line}\n")
    assert not past_the_models("x", "text = field.text\nshown = {'text': text}\n")


def test_a_view_in_another_file_is_noticed():
    view = StationView
    moved = type("MovedView", (), {"__module__": "views.elsewhere", "datamodel": view.datamodel})
    assert strange_homes([moved])  # type: ignore[list-item]


@pytest.mark.parametrize("line", ["make deploy", "make test || true", "pip install x"])
def test_another_command_of_ci_is_noticed(line):
    assert strange_ci(f"#!/bin/sh\nset -e\n{line}\nmake test\n") == [line]
    assert strange_ci("#!/bin/sh\nset -e\n") == ["make test"]
