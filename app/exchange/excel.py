"""Excel files out. Text stays text: nothing that begins with = + - @ becomes a formula."""

import io
from collections.abc import Sequence

import xlsxwriter

MAX_ROWS = 100_000


def workbook(title: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """An .xlsx with one sheet: a header line that stays in view, a filter on it, one row per record."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(title[:31])
        head = book.add_format({"bold": True, "bg_color": "#F2E6EC", "border": 1})
        for column, header in enumerate(headers):
            widest = max([len(header), *(len(row[column]) for row in rows[:500])])
            sheet.set_column(column, column, min(60, 4 + 2 * widest))
            sheet.write_string(0, column, header, head)
        for number, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
        sheet.freeze_panes(1, 0)
        if rows and headers:
            sheet.autofilter(0, 0, len(rows), len(headers) - 1)
    return out.getvalue()
