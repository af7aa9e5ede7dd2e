"""The table of divisions: loading it from a file, naming places, walking down it."""

import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from app import finding
from app.errors import DomainError
from app.extensions import db
from app.scope import current_actor, inside
from models import Division, DivisionLevel
from models.base import place_of
from models.division import LEVEL_OF_LENGTH, parent_code_of

COLUMNS = ("code", "parent_code", "level", "name")
MAX_PROBLEMS = 20


class BadFile(DomainError):
    """A table that cannot be loaded; the message names each wrong line."""

    def __init__(self, problems: list[str]) -> None:
        shown = problems[:MAX_PROBLEMS]
        rest = len(problems) - len(shown)
        super().__init__("\n".join(["文件有误，没有改动任何数据：", *shown, *([f"……另有 {rest} 处"] if rest else [])]))


@dataclass(frozen=True)
class Loaded:
    """How many divisions a file added, changed, and left as they were."""

    added: int
    changed: int
    same: int


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):  # Excel saves CSV in either
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile(["文件不是 UTF-8 或 GB18030 编码的文本。"])


def parse(data: bytes, known: Iterable[str] = ()) -> dict[str, str]:
    """{code: name} from a CSV of `code,parent_code,level,name`; parents may stand in the file or in `known`.

    Raises BadFile with "第 n 行：…" for each wrong line.
    """
    names: dict[str, str] = {}
    where: dict[str, int] = {}
    problems: list[str] = []
    for number, cells in _lines(_text(data) or "\n"):
        if number == 1 and tuple(cells) != COLUMNS:
            raise BadFile([f"第 1 行：表头应为 {','.join(COLUMNS)}。"])
        if number == 1 or not any(cells):
            continue
        problem = _problem(cells, where)
        if problem:
            problems.append(f"第 {number} 行：{problem}")
        else:
            names[cells[0]], where[cells[0]] = cells[3], number
    present = names.keys() | set(known)
    for code in names:
        parent = parent_code_of(code)
        if parent and parent not in present:
            problems.append(f"第 {where[code]} 行：上级区划 {parent} 不在文件和系统中。")
    if not names and not problems:
        problems.append("文件中没有区划。")
    if problems:
        raise BadFile(problems)
    return names


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the line it begins on, cells) of each record, as an editor counts lines."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, [cell.strip() for cell in cells]
            number = reader.line_num + 1
    except csv.Error as error:
        raise BadFile([f"第 {number} 行：引号或内容有误，无法读取。"]) from error


def _problem(cells: list[str], seen: dict[str, int]) -> str | None:
    if len(cells) != len(COLUMNS):
        return f"应有 {len(COLUMNS)} 列，实有 {len(cells)} 列。"
    code, parent, level, name = cells
    if not (code.isascii() and code.isdecimal()) or len(code) not in LEVEL_OF_LENGTH:
        return f"区划代码「{code[:20]}」应为 4、6、9 或 12 位数字。"
    if level.upper() not in DivisionLevel.__members__ or DivisionLevel[level.upper()] is not LEVEL_OF_LENGTH[len(code)]:
        return f"级别「{level[:20]}」与代码 {code} 的位数不符。"
    if parent != (parent_code_of(code) or ""):
        return f"上级代码「{parent[:20]}」应为「{parent_code_of(code) or ''}」。"
    if code in seen:
        return f"区划代码 {code} 与第 {seen[code]} 行重复。"
    if not 1 <= len(name) <= 50 or any(unicodedata.category(c) in ("Cc", "Cf") for c in name):
        return "名称应为 1 至 50 个字。"
    return None


def load(data: bytes) -> Loaded:
    """Add or rename divisions from a CSV file, flushed. Several prefectures stand beside each other.

    A division that is not in the file stays; the pseudo flag of one that exists stays as a user set it.
    """
    known = {d.code: d for d in db.session.scalars(select(Division))}
    names = parse(data, known)
    added = changed = 0
    for code in sorted(names, key=len):  # parents first
        division = known.get(code)
        if division is None:
            db.session.add(Division(code=code, name=names[code]))
            added += 1
        elif division.name != names[code]:
            division.name = names[code]
            changed += 1
    db.session.flush()
    return Loaded(added, changed, len(names) - added - changed)


def due() -> Select[Any]:
    """Codes of the townships and villages that must have a station (F2)."""
    return select(Division.code).where(
        Division.level.in_((DivisionLevel.TOWNSHIP, DivisionLevel.VILLAGE)),
        Division.is_pseudo == false(),
        Division.retired_on.is_(None),
    )


def line_of(code: str) -> list[str]:
    """The codes from the city down to `code` itself."""
    return sorted({*(c for c in place_of(code).values() if c), code}, key=len)


def paths_of(codes: Iterable[str | None]) -> dict[str, str]:
    """{code: "鹿城区 五马街道 墨池社区"} in one statement; codes that the viewer cannot read are left out.

    The city stands only for itself: everybody works in one.
    """
    wanted = {code for code in codes if code}
    lines = {code: line_of(code) for code in wanted}
    every = sorted({c for line in lines.values() for c in line})
    if not every:
        return {}
    names = dict(db.session.execute(select(Division.code, Division.name).where(Division.code.in_(every))).all())
    return {
        code: " ".join(names[c] for c in (line[1:] or line) if c in names)
        for code, line in lines.items()
        if code in names
    }


def choices(
    verb: str, register: str, q: str = "", parent: str = "", offset: int = 0, limit: int = 20
) -> tuple[list[dict[str, Any]], bool]:
    """One page of divisions in which the actor holds `verb` on `register`, and whether there are more.

    `q` searches by name (see app.finding) or beginning of code; `parent` steps one level down; neither: where the
    actor's parts begin.
    """
    actor = current_actor()
    places = actor.places(verb, register) if actor is not None else ()
    below = aliased(Division)
    has_children = exists(select(below.code).where(below.parent_code == Division.code))
    query = select(Division, has_children).where(inside(Division, places), Division.retired_on.is_(None))
    if q:
        code = finding.normalised(q)
        begins = Division.code.startswith(code, autoescape=True) if code else false()
        query = query.where(or_(finding.matches(Division, q), begins))
    elif parent:
        query = query.where(Division.parent_code == parent)
    else:
        query = query.where(Division.code.in_(places))
    rows = db.session.execute(
        query.order_by(func.length(Division.code), Division.code).offset(offset).limit(limit + 1)
    ).all()
    paths = paths_of(division.code for division, _ in rows[:limit])
    return [
        {
            "id": d.code,
            "text": d.name,
            "path": paths.get(d.code, d.name),
            "level": d.level.value,
            "more": bool(children),
        }
        for d, children in rows[:limit]
    ], len(rows) > limit
