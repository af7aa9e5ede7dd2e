"""Small Excel files in, and those that would take all memory there is kept out."""

import io
import zipfile
from datetime import date, datetime

import pytest
import xlsxwriter

from app.errors import DomainError
from app.exchange import sheet
from app.exchange.excel import Sheet, workbook
from app.exchange.sheet import rows_of

PAGE = "xl/worksheets/sheet1.xml"


def written(*rows: tuple, at: tuple[int, int] | None = None) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        page, dated = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                page.write(number, column, value, dated if isinstance(value, date) else None)
        if at:
            page.write(*at, "x")
    return out.getvalue()


def with_part(name: str, change, content: bytes | None = None) -> bytes:
    """The same workbook with one part changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content or written(("甲", "乙")))) as package, zipfile.ZipFile(out, "w") as made:
        for part in package.namelist():
            made.writestr(part, change(package.read(part)) if part == name else package.read(part))
    return out.getvalue()


def refused(content: bytes) -> str:
    with pytest.raises(DomainError) as wrong:
        rows_of(content)
    assert wrong.value.field == "file"
    return str(wrong.value)


def test_cells_come_as_text_and_dates():
    assert rows_of(written(("日期", "名称"), (datetime(2027, 1, 1), "元旦"), ("2027-01-04",))) == [  # noqa: DTZ001
        ["日期", "名称"],
        [date(2027, 1, 1), "元旦"],
        ["2027-01-04", ""],
    ]


def test_what_the_product_exports_is_read():
    assert rows_of(workbook(Sheet("甲", ["日期"], [["=1+1"]]))) == [["日期"], ["=1+1"]]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"x", b"PK\x03\x04" + bytes(99), written(("甲",))[:-40],
        with_part("xl/workbook.xml", lambda _: b"<x/>"),
        with_part(PAGE, lambda _: b"<worksheet"),
        with_part(PAGE, lambda part: part.replace(b"</sheetData>", b"")),
    ],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_in_words(content):
    assert refused(content) == sheet.BAD


def test_zip_without_a_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("a.txt", "甲")
    assert refused(out.getvalue()) == sheet.BAD


def test_file_that_is_too_long_is_refused_unread():
    assert refused(bytes(sheet.MAX_FILE + 1)) == sheet.TOO_BIG


@pytest.mark.parametrize(
    "at", [(1048575, 16383), (1048575, 0), (0, 16383), (sheet.MAX_ROWS, 0), (0, sheet.MAX_COLUMNS)]
)
def test_cell_far_away_is_refused_before_room_is_made_for_it(at):
    assert refused(written(("甲",), at=at)) == sheet.TOO_WIDE


def test_last_cell_that_is_read():
    rows = rows_of(written(("甲",), at=(sheet.MAX_ROWS - 1, sheet.MAX_COLUMNS - 1)))
    assert (len(rows), len(rows[0])) == (sheet.MAX_ROWS, sheet.MAX_COLUMNS)


FAR = b'<row r="1"><c r="A1"><v>1</v></c></row>'
HIDDEN = [
    FAR.replace(b'"A1"', b"'XFD1048576'"),
    FAR.replace(b'"A1"', b'"xfd1048576"'),
    FAR.replace(b'"A1"', b'"&#88;FD1048576"'),
    FAR.replace(b'"A1"', b'"XFD00000001048576"'),
    FAR.replace(b'<c r="A1">', b"""<c t=' r="A1"' r="XFD1048576">"""),
    FAR.replace(b'<c r="A1">', b"""<c t=">" r="XFD1048576">"""),
    FAR.replace(b'<c r="A1">', b"<c>") * 2,
    b"<!-- " + FAR + b" --><row><c><v>1</v></c></row>",
    FAR.replace(b"<c ", b"<x:c ").replace(b'"A1"', b'"XFD1048576"'),
]


@pytest.mark.parametrize("rows", HIDDEN)
def test_cell_that_hides_where_it_stands_is_refused(rows):
    content = with_part(PAGE, lambda part: part.replace(b"<sheetData>", b"<sheetData>" + rows))
    assert refused(content) == sheet.TOO_WIDE


def test_part_that_unfolds_to_more_than_is_read_is_refused():
    bomb = with_part("xl/styles.xml", lambda part: part + b" " * (sheet.MAX_UNPACKED + 1))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bomb)) as package, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in package.namelist():
            made.writestr(name, package.read(name))
    assert len(out.getvalue()) < sheet.MAX_FILE
    assert refused(out.getvalue()) == sheet.TOO_WIDE


def test_zip_that_lies_about_the_size_of_a_part_is_refused():
    """The declared size is cut to 10 bytes in the directory and in the part's own header."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/workbook.xml", b"x" * 5000)
    size, lie = (5000).to_bytes(4, "little"), (10).to_bytes(4, "little")
    assert out.getvalue().count(size) == 2
    assert refused(out.getvalue().replace(size, lie)) == sheet.BAD


def test_zip_of_very_many_parts_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number in range(sheet.MAX_PARTS):
            made.writestr(f"xl/{number}.xml", "")
        made.writestr("xl/workbook.xml", "")
    assert refused(out.getvalue()) == sheet.TOO_WIDE
