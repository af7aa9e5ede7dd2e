"""Excel files in: small sheets, whose zip and cells are measured before anything is built from them."""

import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta

from python_calamine import CalamineError, CalamineWorkbook

from app.errors import DomainError

MAX_FILE = 1024 * 1024  # bytes as uploaded
MAX_PARTS = 100  # files in the zip
MAX_UNPACKED = 8 * 1024 * 1024  # bytes of all of them together
MAX_ROWS, MAX_COLUMNS = 1000, 50
BAD = "文件打不开，请在 Excel 里另存为“Excel 工作簿”后再上传。"
TOO_BIG = "文件太大：表格不能超过 1 MB。"
TOO_WIDE = f"表格太大：最多 {MAX_ROWS} 行、{MAX_COLUMNS} 列，请删去多余的行和列。"
# What the cells need; pictures, themes and whatever else there is stays outside.
KEPT = (
    "[Content_Types].xml",
    "_rels/",
    "xl/_rels/",
    "xl/workbook.xml",
    "xl/worksheets/",
    "xl/sharedStrings",
    "xl/styles",
)

Cell = str | int | float | bool | date | datetime | time | timedelta | None
# A cell as every office program writes it: it says where it stands. Others would be counted on from the last one.
_CELL_BEGINS = re.compile(rb"<(?:[\w.-]+:)?c[\s/>]")
_CELL = re.compile(rb'<(?:[\w.-]+:)?c((?:\s+[\w:.-]+\s*=\s*"[^"<>]*")+)\s*/?>')
_PLACE = re.compile(rb'\sr\s*=\s*"([A-Z]{1,3})([0-9]{1,7})"')
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def rows_of(content: bytes) -> list[list[Cell]]:
    """The cells of the first sheet, row by row. Raises DomainError for what is no small .xlsx."""
    if len(content) > MAX_FILE:
        raise DomainError(TOO_BIG, "file")
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(_repacked(content))) as book:
            rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except CalamineError:
        raise DomainError(BAD, "file") from None
    return [list(row) for row in rows]


def _repacked(content: bytes) -> bytes:
    """The same parts in a zip of our own: the reader sees what was measured, whatever the first zip says of itself.

    The reader makes room for every cell up to the last one named, so that two cells could ask for all memory there is.
    """
    out, left = io.BytesIO(), MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(out, "w") as clean:
            parts = {part.filename: part for part in package.infolist() if not part.is_dir()}
            if "xl/workbook.xml" not in parts:
                raise DomainError(BAD, "file")
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts.values()) > MAX_UNPACKED:
                raise DomainError(TOO_WIDE, "file")
            for name, part in sorted(item for item in parts.items() if item[0].startswith(KEPT)):
                with package.open(part) as packed:
                    data = packed.read(left + 1)
                left -= len(data)
                if left < 0 or not _is_small(data):
                    raise DomainError(TOO_WIDE, "file")
                clean.writestr(name, data)
    except _BROKEN:
        raise DomainError(BAD, "file") from None
    return out.getvalue()


def _is_small(part: bytes) -> bool:
    """Whether every cell of the part says where it stands, and none stands beyond what is read."""
    cells = _CELL.findall(part)
    if b"<!" in part or b"\0" in part or len(cells) != len(_CELL_BEGINS.findall(part)):
        return False  # comments, entities and UTF-16 could hide one
    places = [_PLACE.search(attributes) for attributes in cells]
    return all(place and int(place[2]) <= MAX_ROWS and _column(place[1]) <= MAX_COLUMNS for place in places)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
