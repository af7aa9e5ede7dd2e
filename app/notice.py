"""放假通知: the State Council's notice, as pasted text or as a sheet, read into days (F14).

Nothing is guessed: what contradicts itself is a problem, and what was not understood is told.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.errors import DomainError
from app.exchange.sheet import Cell, rows_of
from models import DayKind

LONGEST_TEXT = 10_000  # characters; the real notice has 700
LONGEST_REST = 15  # days of one holiday; the longest so far had 9
FESTIVALS = ("元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节")
HEADER = ("日期", "类型", "名称")
WEEKDAYS = "一二三四五六日"

_NUMBER = "[一二三四五六七八九十]+、"
_ITEM = re.compile(rf"{_NUMBER}([^:。]{{1,30}}):(.*)")
_DATE = r"(?:(?:\d{4}年)?\d{1,2}月)?\d{1,2}日(?:\([^()]*\))?"
_PARTS = re.compile(r"(?:(?:(\d{4})年)?(\d{1,2})月)?(\d{1,2})日(?:\(([^()]*)\))?")
_REST = re.compile(rf"({_DATE})(?:至({_DATE}))?放假(?:调休)?(?:(\d+)天)?(?:,?共(\d+)天)?(?:,不调休|,与周末连休)?")
_WORK = re.compile(rf"({_DATE}(?:[、,和]{_DATE})*)上班")
_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")
_NUMBERED = re.compile(r"国办发\w*〔\d{4}〕\d+号")
_TITLE = re.compile(r"(?:(?:国务院办公厅)?关于)?(\d{4})年(?:部分节假日安排的通知)?")
# Lines that every notice has around its items and that set no day apart.
_AROUND = tuple(
    map(
        re.compile,
        (
            r"国务院办公厅(?:关于)?", r"部分节假日安排的通知", r"各省、.*", r"经.*批准,.*", r"按照上述原则,.*",
            r"节假日期间,.*", r"\d{4}年\d{1,2}月\d{1,2}日",
        ),
    )
)  # fmt: skip
_KINDS = {"休息": DayKind.REST, "放假": DayKind.REST, "补班": DayKind.WORK, "上班": DayKind.WORK}


@dataclass
class Reading:
    """What a notice says: its days; its number; contradictions that have to be mended; what was not understood."""

    days: dict[date, tuple[DayKind, str]] = field(default_factory=dict)
    source: str = ""
    problems: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def put(self, day: date, kind: DayKind, name: str) -> None:
        """Set a day apart; a second, different word on it is a problem."""
        known = self.days.get(day)
        if known not in (None, (kind, name)):
            self.problems.append(f"{day} 写了两次，内容不同。")
        elif kind is DayKind.WORK and day.weekday() < 5:
            self.problems.append(f"{day} 是周{WEEKDAYS[day.weekday()]}，不是周末，不能是补班。")
        else:
            self.days[day] = kind, name


class _Wrong(Exception):
    """Something in a sentence contradicts itself; the text says what."""


def read_text(text: str, year: int) -> Reading:
    """The pasted notice for `year`."""
    if len(text) > LONGEST_TEXT:
        raise DomainError(f"通知超过 {LONGEST_TEXT} 个字，请只粘贴通知的正文。", "text")
    found = Reading()
    for line in _lines(text):
        if item := _ITEM.fullmatch(line):
            _read_item(found, item[1], item[2], year)
        elif number := _NUMBERED.fullmatch(line):
            found.source = f"国务院办公厅通知（{number[0]}）"
        elif title := _TITLE.fullmatch(line):
            if int(title[1]) != year:
                found.problems.append(f"这是 {title[1]} 年的通知，不是 {year} 年的。")
        elif not any(known.fullmatch(line) for known in _AROUND):
            found.unread.append(line)
    _miss(found)
    return found


def _lines(text: str) -> Iterator[str]:
    """The paragraphs in one kind of punctuation and without blanks, each item on a line of its own."""
    for line in unicodedata.normalize("NFKC", text).splitlines():
        plain = re.sub(r"\s", "", line)
        yield from filter(None, re.sub(rf"(?<=。)(?={_NUMBER}[^:。]{{1,30}}:)", "\n", plain).split("\n"))


def _read_item(found: Reading, name: str, body: str, year: int) -> None:
    """One holiday: each of its sentences has one of two forms, or is told as not understood."""
    for sentence in filter(None, re.split("[。;]", body)):
        try:
            if rest := _REST.fullmatch(sentence):
                for day in _span(rest, year):
                    found.put(day, DayKind.REST, name)
            elif work := _WORK.fullmatch(sentence):
                for day in _dates(work[1], year):
                    found.put(day, DayKind.WORK, name)
            else:
                found.unread.append(f"{name}：{sentence}")
        except _Wrong as wrong:
            found.problems.append(f"{name}：{wrong}")


def _span(rest: re.Match[str], year: int) -> list[date]:
    """The days of a holiday, as many as the sentence says."""
    first, *others = _dates("、".join(filter(None, rest.group(1, 2))), year)
    last = others[0] if others else first
    length = (last - first).days + 1
    if not 0 < length <= LONGEST_REST:
        raise _Wrong(f"{first} 至 {last} 的先后或长短不对。")
    for told in filter(None, rest.group(3, 4)):
        if int(told) != length:
            raise _Wrong(f"写着共 {told} 天，{first} 至 {last} 是 {length} 天。")
    return [first + timedelta(n) for n in range(length)]


def _dates(text: str, year: int) -> list[date]:
    """Dates of one sentence; year and month hold on until others are named, and weekdays have to agree."""
    found, month = [], 0
    for named_year, named_month, number, note in _PARTS.findall(text):
        year, month = int(named_year or year), int(named_month or month)
        try:
            day = date(year, month, int(number))
        except ValueError:
            raise _Wrong(f"没有 {year} 年 {month} 月 {number} 日这一天。") from None
        told = _WEEKDAY.search(note)
        if told and told[1].replace("天", "日") != WEEKDAYS[day.weekday()]:
            raise _Wrong(f"{day} 是周{WEEKDAYS[day.weekday()]}，不是周{told[1]}。")
        found.append(day)
    return found


def _miss(found: Reading) -> None:
    """Tell of a festival that is named nowhere: half of a notice is easily pasted."""
    named = "、".join(name for _kind, name in found.days.values())
    if missing := [name for name in FESTIVALS if name not in named]:
        found.unread.append(f"没有提到：{'、'.join(missing)}")


# ---- as a sheet


def read_sheet(content: bytes, year: int) -> Reading:
    """The first sheet of an .xlsx with the columns 日期, 类型 (休息 or 补班), 名称."""
    header, *rows = rows_of(content) or [[]]
    names = [str(cell).strip() for cell in header]
    if missing := [name for name in HEADER if name not in names]:
        raise DomainError(f"表格的第一行缺少：{'、'.join(missing)}。", "file")
    columns = [names.index(name) for name in HEADER]
    found = Reading()
    for number, row in enumerate(rows, start=2):
        cells = [row[column] if column < len(row) else "" for column in columns]
        if any(cell not in ("", None) for cell in row):
            _read_row(found, number, cells, year)
    _miss(found)
    return found


def _read_row(found: Reading, number: int, cells: list[Cell], year: int) -> None:
    day, kind, name = _as_day(cells[0]), _KINDS.get(str(cells[1]).strip()), str(cells[2]).strip()
    if day is None:
        found.problems.append(f"第 {number} 行的日期「{_short(cells[0])}」看不懂，应写成 {year}-10-01 这样。")
    elif kind is None:
        found.problems.append(f"第 {number} 行的类型「{_short(cells[1])}」看不懂，应是休息或补班。")
    elif not name or len(name) > 50:
        found.problems.append(f"第 {number} 行的名称应有 1 到 50 个字。")
    else:
        found.put(day, kind, name)


def _as_day(cell: Cell) -> date | None:
    if isinstance(cell, date):
        return date(cell.year, cell.month, cell.day)  # a moment is a date too
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", str(cell).strip(), re.ASCII)
    try:
        return date(*map(int, parts.groups())) if parts else None
    except ValueError:
        return None


def _short(cell: Cell) -> str:
    return str(cell)[:20]
