"""Excel files out. Text stays text: nothing that begins with = + - @ becomes a formula."""

import io
from collections.abc import Sequence
from typing import Any, NamedTuple

import xlsxwriter

MAX_ROWS = 100_000


class Sheet(NamedTuple):
    """A sheet of a workbook: its name, its header line, one row per record."""

    title: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str | int]]


def workbook(*sheets: Sheet) -> bytes:
    """An .xlsx; on each sheet a header line that stays in view, and a filter on it."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        for title, headers, rows in sheets:
            _fill(book, book.add_worksheet(title[:31]), headers, rows)
    return out.getvalue()


def _fill(book: Any, sheet: Any, headers: Sequence[str], rows: Sequence[Sequence[str | int]]) -> None:
    head = book.add_format({"bold": True, "bg_color": "#F2E6EC", "border": 1})
    for column, header in enumerate(headers):
        widest = max([len(header), *(len(str(row[column])) for row in rows[:500])])
        sheet.set_column(column, column, min(60, 4 + 2 * widest))
        sheet.write_string(0, column, header, head)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            (sheet.write_number if isinstance(cell, int) else sheet.write_string)(number, column, cell)
    sheet.freeze_panes(1, 0)
    if rows and headers:
        sheet.autofilter(0, 0, len(rows), len(headers) - 1)
