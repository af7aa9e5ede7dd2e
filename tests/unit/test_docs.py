"""The documents say what the product is: each list in them is compared with the code, in both directions.

Every checker takes the text, so that a seeded omission can prove that it would be noticed.
"""

import enum
import fnmatch
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click
import pytest
from flask import Flask

import config
import models
from app import demo
from app.security import roles
from models import Visibility
from tests import screenshots
from tests.conftest import IS_AUDIT, make_app
from views.base import RegisterView

ROOT = config.ROOT
SOME = 12  # of the seeded faults of a text are tried in make test; all in make audit
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
CHINESE = re.compile("[\u4e00-\u9fff]")
MARKS = {
    "列表": "list_columns",
    "排序": "order_columns",
    "查询": "search_columns",
    "关键字": "quick_search",
    "新增": "add_columns",
    "修改": "edit_columns",
    "详情": "show_columns",
}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def product(tmp_path_factory) -> Flask:
    """The product, put together; no table is needed to compare it with its documents."""
    return make_app(f"sqlite:///{tmp_path_factory.mktemp('docs')}/app.db")


@pytest.fixture(scope="module")
def views(product: Flask) -> dict[str, RegisterView]:
    """{register: its view} of every rule in the URL map whose view asks for permissions on a register."""
    made = {view.endpoint: view for view in product.appbuilder.baseviews}
    reached = {rule.endpoint.partition(".")[0] for rule in product.url_map.iter_rules()} & made.keys()
    found = [made[name] for name in sorted(reached) if isinstance(made[name], RegisterView)]
    return {view.class_permission_name: view for view in found if view.class_permission_name in roles.MATRIX}


# ---- reading Markdown


def rows(text: str) -> Iterator[list[str]]:
    """The rows of every table as cells, marks of code and emphasis taken off; no lines under headers."""
    for line in text.splitlines():
        if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line):
            yield [cell.strip().strip("`*") for cell in line.strip().strip("|").split("|")]


def tables(text: str) -> list[list[list[str]]]:
    """The tables of a text, each as its rows, the header first."""
    return [list(rows(block)) for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)]


def table(text: str, *header: str) -> list[list[str]]:
    """The body of the first table whose header begins with these cells; empty where there is none."""
    return next((body for head, *body in tables(text) if tuple(head[: len(header)]) == header), [])


def section(text: str, title: str) -> str:
    """The heading that contains `title` and what stands below it, up to the next of its rank."""
    parts = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    return next((part for part in parts if part.startswith("## ") and title in part.partition("\n")[0]), "")


def commands(text: str) -> list[str]:
    """The lines of the first block of code, without what is explained behind #."""
    block = re.search(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line.partition("#")[0].strip() for line in block[1].splitlines()] if block else []


def without(text: str, line: str) -> str:
    """The text with the lines that contain `line` left out: an omission to be noticed."""
    kept = [one for one in text.splitlines(keepends=True) if line not in one]
    assert len(kept) < len(text.splitlines()), f"{line!r} stands nowhere"
    return "".join(kept)


# ---- checkers: a sentence for each thing that is missing or unknown


def settings_problems(text: str) -> list[str]:
    said = {name: rest for name, *rest in table(text, "变量", "默认值")}
    wanted = {s.name: [s.default or "（空）", s.meaning] for s in config.SETTINGS}
    return [f"{name}: {said.get(name)}" for name in said.keys() | wanted.keys() if said.get(name) != wanted.get(name)]


def first_commands_problems(text: str) -> list[str]:
    return [] if commands(text)[:2] == ["make run", "make test"] else [f"begins with {commands(text)[:2]}"]


def matrix_problems(text: str) -> list[str]:
    """The table of registers × roles holds exactly the cells of the matrix."""
    said = {row[0].partition("`")[2].strip("`"): row[1:] for row in table(text, "登记册", *roles.ROLES)}
    wanted = {
        register: ["、".join(roles.VERBS[verb] for verb in cells[role].split()) or "—" for role in roles.ROLES]
        for register, cells in roles.MATRIX.items()
    }
    return [f"{name}: {said.get(name)}" for name in said.keys() | wanted.keys() if said.get(name) != wanted.get(name)]


def account_problems(text: str) -> list[str]:
    said = {row[0]: (row[2], row[3].partition(" ")[0]) for row in table(text, "账号", "姓名", "角色", "管辖范围")}
    wanted = {a["username"]: (a["role"], a["division"]) for a in demo.accounts()}
    return [f"{name}: {said.get(name)}" for name in said.keys() | wanted.keys() if said.get(name) != wanted.get(name)]


def our_commands(app: Flask) -> list[str]:
    """Every command of the product with its arguments in capitals, e.g. "flask users add USERNAME"."""

    def walk(command: click.Command, path: str) -> Iterator[str]:
        if isinstance(command, click.Group):
            for name, below in command.commands.items():
                yield from walk(below, f"{path} {name}")
        else:
            arguments = [p.name.upper() for p in command.params if isinstance(p, click.Argument) and p.name]
            yield " ".join([path, *arguments])

    return sorted(line for name, command in app.cli.commands.items() for line in walk(command, f"flask {name}"))


def command_problems(text: str, known: Iterable[str]) -> list[str]:
    said = {row[0] for row in table(text, "命令", "作用")}
    return [f"command {line}" for line in sorted(said ^ set(known))]


def make_problems(text: str, makefile: str) -> list[str]:
    targets = re.search(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)
    assert targets
    said = {row[0] for row in table(text, "make", "作用")}
    return [f"make target {name}" for name in sorted(said ^ {f"make {target}" for target in targets[1].split()})]


def register_problems(text: str, views: dict[str, RegisterView]) -> list[str]:
    """Of each register: route, view, every column with its label and where it stands, who may what."""
    found = [
        f"unknown register {name}" for name in re.findall(r"^## .*`(\w+)`$", text, re.MULTILINE) if name not in views
    ]
    for register, view in views.items():
        part = section(text, f"`{register}`")
        needed = (view.route_base, type(view).__name__, str(view.title_name), *view.actions)
        needed += (view.datamodel.obj.__visibility__.name, view.datamodel.obj.__tablename__)
        found += [f"{register}: {name}" for name in needed if name not in part]
        found += column_problems(part, register, view)
        for child in view.children:
            lines, datamodel = {row[0]: row[1] for row in table(part, "子表字段", "名称")}, child.datamodel
            found += [f"{register}: {n}" for n in child.columns if lines.get(n) != str(datamodel.label(n))]
        said = {row[0]: row[1:] for row in table(part, "角色", *roles.VERBS.values())}
        for role in roles.ROLES:
            cells = ["✓" if verb in roles.MATRIX[register][role].split() else "" for verb in roles.VERBS]
            found += [] if said.get(role) == cells else [f"{register}: {role} {said.get(role)}"]
    return found


def column_problems(part: str, register: str, view: RegisterView) -> list[str]:
    said = {row[0]: row[1:-1] for row in table(part, "字段", "名称", *MARKS)}
    lists = {name: getattr(view, name) for name in MARKS.values()}
    wanted = {
        name: [str(view.datamodel.label(name)), *("✓" if name in lists[mark] else "" for mark in MARKS.values())]
        for columns in lists.values()
        for name in columns
    }
    names = said.keys() | wanted.keys()
    return [f"{register}: {name} {said.get(name)}" for name in sorted(names) if said.get(name) != wanted.get(name)]


def enums() -> list[type[enum.Enum]]:
    public = (getattr(models, name) for name in models.__all__)
    return [cls for cls in public if isinstance(cls, type) and issubclass(cls, enum.Enum)]


def terms(views: dict[str, RegisterView]) -> dict[str, str | None]:
    """{identifier: its Chinese, None where the glossary alone says it} of what the glossary has to translate."""
    wanted: dict[str, str | None] = dict.fromkeys(models.__all__)
    for cls in enums():
        wanted |= {f"{cls.__name__}.{m.name}": m.value if CHINESE.search(m.value) else None for m in cls}
    wanted |= {name: value for name, value in vars(roles).items() if value in roles.ROLES}
    wanted |= roles.VERBS
    wanted |= {view.route_base: str(view.title_name) for view in views.values()}
    return wanted


def glossary_problems(text: str, wanted: dict[str, str | None]) -> list[str]:
    said = {row[0]: row[1] for body in tables(text) for row in body if row[0] != "标识符"}
    found = [f"{name}: {said.get(name)}" for name, chinese in wanted.items() if chinese not in (None, said.get(name))]
    found += [f"{name} is missing" for name in wanted if not CHINESE.search(said.get(name, ""))]
    gone = {name for name in said if re.match(r"(?:[A-Z]\w+\.[A-Z]+|/\w+)\Z", name)} - wanted.keys()
    return found + [f"{name} is no more" for name in gone]


def tree(text: str) -> dict[str, str]:
    """{path: what it is} of the annotated tree: two blanks a level."""
    block = re.search(r"^## 目录\n+```\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    found: dict[str, str] = {}
    above: list[str] = []
    for line in block[1].splitlines() if block else []:
        indent, name, words = re.match(r"( *)(\S+)\s*(.*)", line).groups()  # type: ignore[union-attr]
        above = [*above[: len(indent) // 2], name]
        found["".join(above)] = words
    return found


def ours(root: Path) -> set[str]:
    """What has to stand in the tree: everything on top that is not ignored, and every module of the product."""
    ignored = [line.rstrip("/") for line in (root / ".gitignore").read_text().split()] + [".git"]
    top = {p.name + "/" * p.is_dir() for p in root.iterdir() if not any(fnmatch.fnmatch(p.name, i) for i in ignored)}
    modules = {p for folder in ("app", "models", "views") for p in (root / folder).rglob("*.py")}
    return top | {p.relative_to(root).as_posix() for p in modules if "versions" not in p.parts}


def tree_problems(text: str, wanted: set[str]) -> list[str]:
    said = tree(text)
    found = [f"{name} is missing" for name in wanted - said.keys()]
    found += [f"{name} does not exist" for name in said if not (ROOT / name).exists()]
    return found + [f"{name} says nothing" for name, words in said.items() if not words and "__init__" not in name]


def visibility_problems(text: str) -> list[str]:
    said = {row[0] for row in table(text, "种类", "能读的行", "能写的行")}
    return [f"visibility {name}" for name in sorted(said ^ {kind.name for kind in Visibility})]


def audit_problems(text: str) -> list[str]:
    columns = set(models.AuditEntry.__table__.columns.keys()) - {"id", "city_code", "county_code", "township_code"}
    said = {name for row in table(section(text, "修改记录"), "列", "内容") for name in re.findall(r"[a-z_]+", row[0])}
    return [f"audit column {name}" for name in sorted(said ^ columns)]


def dependency_problems(text: str) -> list[str]:
    """Packages of pyproject.toml without a reason, and reasons for what is no dependency."""
    names = re.findall(r'^ +"([\w-]+)(?:\[\w+\])?==', read("pyproject.toml"), re.MULTILINE)
    said = {name for row in table(section(text, "依赖"), "软件包") for name in row[0].lower().split("、")}
    return [f"package {name}" for name in sorted(said ^ {name.lower() for name in names})]


def anchors(text: str) -> set[str]:
    """The anchors of the headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def link_problems(name: str, text: str) -> list[str]:
    """Links and pictures to files that are not there, or to headings that no longer are."""
    found = []
    for target in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            found.append(f"{name}: {target}")
    return found


def markdown() -> list[str]:
    ignored = {".venv", "var", ".git"}
    found = (p.relative_to(ROOT) for p in ROOT.rglob("*.md"))
    return sorted(p.as_posix() for p in found if not ignored & set(p.parts))


# ---- every link and picture


@pytest.mark.parametrize("name", markdown())
def test_links_and_pictures_lead_somewhere(name):
    assert link_problems(name, read(name)) == []


def test_there_is_a_small_picture_of_every_kind_of_page():
    sizes = {path.name: path.stat().st_size for path in screenshots.FOLDER.iterdir()}
    assert sizes.keys() == screenshots.names(), "make screenshots"
    assert max(sizes.values()) < 80_000
    assert sum(sizes.values()) < 3_000_000


# ---- each list is whole, and what is left out of it, added or changed is noticed


def all_noticed(check: Callable[[str], list[str]], text: str, seeded: Iterable[str]) -> None:
    """The text is right as it is, and each of the wrong ones is found out."""
    assert check(text) == []
    texts = list(seeded)
    assert texts
    for wrong in texts if IS_AUDIT else texts[:: 1 + len(texts) // SOME]:
        assert wrong != text
        assert check(wrong), wrong


def test_settings_are_listed_with_default_and_meaning():
    text = read("docs/settings.md")
    seeded = [without(text, f"| `{s.name}` |") for s in config.SETTINGS]
    seeded += [text.replace(s.meaning, s.meaning[:-1]) for s in config.SETTINGS]
    seeded += [text.replace("`8080`", "`8000`"), text.replace("| `PORT`", "| `NOTHING` | `1` | 无 |\n| `PORT`")]
    all_noticed(settings_problems, text, seeded)


def test_readme_begins_with_two_commands():
    text = read("README.md")
    all_noticed(
        first_commands_problems, text, [without(text, "make run    #"), text.replace("```sh", "```sh\npip install", 1)]
    )


def test_readme_has_the_matrix():
    text = read("README.md")
    seeded = [without(text, f"`{register}` |") for register in roles.MATRIX]
    seeded += [text.replace(f"| {role}", "| 管理员") for role in roles.ROLES]
    seeded += [text.replace("查看、导出 |", "查看 |", 1), text.replace("| — |", "| 查看 |", 1)]
    all_noticed(matrix_problems, text, seeded)


def test_readme_has_the_demo_accounts():
    text = read("README.md")
    seeded = [without(text, f"| `{account['username']}` |") for account in demo.accounts()]
    all_noticed(account_problems, text, [*seeded, text.replace("330302026 松台", "330302006 松台")])


def test_readme_has_every_command(product):
    text, known = read("README.md"), our_commands(product)
    assert len(known) >= 7
    seeded = [without(text, f"| `{line}` |") for line in known] + [text.replace("| `flask setup`", "| `flask set`")]
    all_noticed(lambda wrong: command_problems(wrong, known), text, seeded)
    seeded = [without(text, f"| `make {target}` |") for target in ("run", "drill", "clean")]
    all_noticed(lambda wrong: make_problems(wrong, read("Makefile")), text, seeded)


def test_every_register_is_described(views):
    # The audit is read in the history of each row; the calendar has a page of its own, which is no list of rows.
    assert set(views) == set(roles.MATRIX) - {"AuditEntry", "WorkCalendar"}
    text, seeded = read("docs/registers.md"), []
    for view in views.values():
        seeded.append(text.replace(f"`{view.route_base}`", "`/elsewhere`"))
        seeded.append(text.replace(f"`{view.class_permission_name}`", "`Nothing`"))
        seeded += [without(text, f"`{name}` |") for name in {*view.show_columns, *view.add_columns}]
        seeded += [without(text, f"| {role} |") for role in roles.ROLES]
        seeded += [without(text, f"| `{name}` |") for child in view.children for name in child.columns]
    seeded += [text.replace("✓ |", " |", 1), text.replace("依托 |", "依靠 |", 1), text + "\n## 工单 `Ticket`\n"]
    all_noticed(lambda wrong: register_problems(wrong, views), text, seeded)


def test_glossary_translates_everything(views):
    text, wanted = read("docs/glossary.md"), terms(views)
    assert {"Station", "StationHost.SELF", "Visibility.DOWN", "SUPERVISOR", "export", "/stations"} <= wanted.keys()
    seeded = [without(text, f"| `{name}` |") for name in wanted]
    seeded += [text.replace("| 自行建立 |", "| 自建 |"), text + "\n| `StationHost.NONE` | 无 | |\n"]
    all_noticed(lambda wrong: glossary_problems(wrong, wanted), text, seeded)


def test_tree_names_every_module():
    text, wanted = read("docs/architecture.md"), ours(ROOT)
    names = {name.rstrip("/").rpartition("/")[2] for name in wanted if name.endswith(".py") and "__init__" not in name}
    seeded = [re.sub(rf"^ *{re.escape(name)} .*\n", "", text, flags=re.MULTILINE) for name in names]
    seeded += [
        text.replace("  scope.py ", "  scopes.py ", 1),
        re.sub(r"(?m)^  scope\.py .*$", "  scope.py", text, count=1),
    ]
    all_noticed(lambda wrong: tree_problems(wrong, wanted), text, seeded)


def test_architecture_lists_visibilities_and_audit_columns():
    text = read("docs/architecture.md")
    all_noticed(visibility_problems, text, [without(text, f"| `{kind.name}` |") for kind in Visibility])
    all_noticed(audit_problems, text, [without(text, f"| `{name}`") for name in ("at", "changes", "mac", "actor_id")])


def test_every_dependency_has_a_reason():
    text = read("docs/architecture.md")
    all_noticed(dependency_problems, text, [without(text, "| alembic |"), text.replace("| psycopg |", "| psycopg2 |")])


def test_a_broken_link_is_noticed():
    text = read("README.md")
    seeded = [
        text.replace("docs/settings.md", "docs/setting.md"),
        text.replace("#现在没有的", "#没有"),
        text + "![x](x.png)",
    ]
    all_noticed(lambda wrong: link_problems("README.md", wrong), text, seeded)
