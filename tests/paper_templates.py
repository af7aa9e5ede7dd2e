"""The Word templates of seed/paper, built from the measures of GB/T 9704—2012 (A4, 小标宋 22 pt, 仿宋 16 pt).

`.venv/bin/python -m tests.paper_templates` writes them; the tests compare them with what it would write. Fonts are
named, not shipped: the font table tells Word what to take where one is missing.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from app import papers

TITLE_FONT, BODY_FONT, HEAD_FONT = "方正小标宋简体", "仿宋_GB2312", "黑体"
INSTEAD = {TITLE_FONT: "华文中宋", BODY_FONT: "仿宋", HEAD_FONT: "SimHei"}  # of Office and Windows
FONTS = "".join(
    f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/>'
    '<w:pitch w:val="variable"/></w:font>'
    for name, other in INSTEAD.items()
)
SIZE = (210, 297)  # mm, as all below
PORTRAIT = (37, 26, 35, 28)  # top, right, bottom, left
LANDSCAPE = (28, 37, 26, 35)  # the same sheet turned: the bound side is on top
KEPT = {"Normal", "Default Paragraph Font", "Normal Table", "Table Grid"}
SPARE = ("/thumbnail", "/customXml", "/stylesWithEffects", "/numbering", "/theme", "/webSettings")
Column = tuple[str, float]  # the key of a table's column, its width

WALL_MEMBERS: Sequence[Column] = (("post", 56), ("name", 28), ("duties", 72))
WALL_TEAM: Sequence[Column] = (("role", 40), ("names", 116))
PEOPLE: Sequence[Column] = (
    ("number", 11), ("post", 36), ("name", 19), ("sex", 11), ("born", 19), ("education", 14), ("politics", 19),
    ("engagement", 17), ("specialty", 15), ("phone", 30), ("term", 34),
)  # fmt: skip
LINES: Sequence[Column] = (("number", 15), ("item", 36), ("finding", 26), ("sentence", 79))
LEFT = {"duties", "names", "item", "sentence"}  # columns of words; the others are centred


def _font(run: Any, name: str, size: float) -> None:
    """Of a style: for Chinese and Latin alike, quotation marks as Chinese ones."""
    run.font.size, run.font.name = Pt(size), name
    fonts = run.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[theme]
    for kind in ("eastAsia", "hAnsi", "cs"):
        fonts.set(qn(f"w:{kind}"), name)
    fonts.set(qn("w:hint"), "eastAsia")


def _style(file: Any, identity: str, name: str, font: str, size: float, line: float, align: Any) -> Any:
    style = file.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.element.set(qn("w:styleId"), identity)
    style.base_style, style.quick_style = file.styles["Normal"], True
    _font(style, font, size)
    style.paragraph_format.alignment, style.paragraph_format.line_spacing = align, Pt(line)
    style.paragraph_format.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    return style


def _new(is_wide: bool = False, cells: float = 14) -> Any:
    """An empty file with the page and the styles of all papers; `cells` is the size of what stands in tables."""
    file = Document()
    for style in [s for s in file.styles if s.name not in KEPT]:
        style.delete()
    defaults = file.styles.element.find(qn("w:docDefaults"))
    for fonts in defaults.iter(qn("w:rFonts")):
        fonts.getparent().remove(fonts)  # they ask for a theme
    normal = file.styles["Normal"]
    _font(normal, BODY_FONT, 16)
    normal.element.rPr.append(OxmlElement("w:lang", {qn("w:val"): "zh-CN", qn("w:eastAsia"): "zh-CN"}))
    layout = normal.paragraph_format
    layout.space_before = layout.space_after = Pt(0)
    layout.line_spacing, layout.line_spacing_rule = Pt(28), WD_LINE_SPACING.EXACTLY
    layout.alignment, layout.widow_control = ALIGN.JUSTIFY, True
    title = _style(file, "PaperTitle", "公文标题", TITLE_FONT, 22, 36, ALIGN.CENTER)
    title.paragraph_format.space_after = Pt(14)
    _style(file, "PaperUnder", "副题", BODY_FONT, 14, 22, ALIGN.CENTER).paragraph_format.space_after = Pt(7)
    clause = _style(file, "PaperClause", "条款", BODY_FONT, 16, 28, ALIGN.JUSTIFY)
    clause.paragraph_format.first_line_indent = Pt(32)
    clause.element.pPr.find(qn("w:ind")).set(qn("w:firstLineChars"), "200")
    head = _style(file, "PaperHead", "小标题", HEAD_FONT, 16, 28, ALIGN.LEFT)
    head.paragraph_format.space_before, head.paragraph_format.space_after = Pt(10), Pt(6)
    head.paragraph_format.keep_with_next = True
    line = cells + 6
    _style(file, "PaperColumn", "表头", HEAD_FONT, cells, line, ALIGN.CENTER).paragraph_format.keep_with_next = True
    _style(file, "PaperCell", "表格文字", BODY_FONT, cells, line, ALIGN.CENTER)
    _style(file, "PaperWords", "表格说明", BODY_FONT, cells, line, ALIGN.LEFT)
    _style(file, "PaperSign", "签名", BODY_FONT, 16, 28, ALIGN.LEFT).paragraph_format.keep_with_next = True
    section = file.sections[0]
    width, height = reversed(SIZE) if is_wide else SIZE
    section.orientation = WD_ORIENT.LANDSCAPE if is_wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(width), Mm(height)
    margins = map(Mm, LANDSCAPE if is_wide else PORTRAIT)
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = margins
    section.header_distance, section.footer_distance = Mm(15), Mm(20 if is_wide else 28)
    core = file.core_properties
    core.author = core.last_modified_by = core.comments = core.title = ""
    core.created = core.modified = datetime(2026, 1, 1)  # noqa: DTZ001  the same file whenever it is built
    package = file.part.package
    for rels in (package.rels, file.part.rels):  # what python-docx's own template brings and nobody needs
        for key in [key for key, rel in rels.items() if rel.reltype.endswith(SPARE)]:
            del rels[key]
    for part in package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            ours = rb"\1" + FONTS.encode() + rb"\2"
            part._blob = re.sub(rb"(<w:fonts[^>]*>).*(</w:fonts>)", ours, part.blob, flags=re.DOTALL)
    return file


def _heading(file: Any, is_dated: bool = True, is_broken: bool = True) -> None:
    paragraph = file.add_paragraph("{{ station }}", "公文标题")
    if is_broken:
        paragraph.add_run().add_break()
    paragraph.add_run("{{ title }}")
    if is_dated:
        file.add_paragraph("{{ division }}　{{ day }}", "副题")


def _table(file: Any, name: str, columns: Sequence[Column]) -> None:
    """A table: its head on every page, a line for each row of `name`, no line torn, 暂无 where there is none.

    The last two lines stay with what follows: no page begins with one line, or with nothing but signatures.
    """
    table = file.add_table(0, len(columns), "Table Grid")
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    head = _line(table, columns, lambda key: (f"{{{{ {name}.columns.{key} }}}}", "表头"))
    head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for rows, is_last in ((f"{name}.rows[:-2]", False), (f"{name}.rows[-2:]", True)):
        _mark(table, f"for row in {rows}")
        line = _line(table, columns, lambda key: (f"{{{{ row.{key} }}}}", "表格说明" if key in LEFT else "表格文字"))
        for cell in line.cells if is_last else ():
            cell.paragraphs[0].paragraph_format.keep_with_next = True
        if is_last:
            _mark(table, "else")
            row = table.add_row()
            cell = row.cells[0].merge(row.cells[-1])
            cell.paragraphs[0].text, cell.paragraphs[0].style = "暂无", "表格文字"
        _mark(table, "endfor")
    _fit(table, columns)


def _mark(table: Any, text: str) -> None:
    """A line that is none: it says where lines are repeated."""
    table.add_row().cells[0].paragraphs[0].text = f"{{%tr {text} %}}"


def _line(table: Any, columns: Sequence[Column], say: Callable[[str], tuple[str, str]]) -> Any:
    """A line of the table; `say` gives the text and the style of a column."""
    row = table.add_row()
    for cell, (key, _width) in zip(row.cells, columns, strict=True):
        cell.paragraphs[0].text, cell.paragraphs[0].style = say(key)
    return row


def _fit(table: Any, columns: Sequence[Column]) -> None:
    """Widths that no word pushes aside, some room around the words, lines that are not torn."""
    for column, (_key, width) in zip(table.columns, columns, strict=True):
        column.width = Mm(width)
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", 60), ("left", 85), ("bottom", 60), ("right", 85)):
        margins.append(OxmlElement(f"w:{side}", {qn("w:w"): str(twips), qn("w:type"): "dxa"}))
    table._tbl.tblPr.find(qn("w:tblLook")).addprevious(margins)
    for row in table.rows:
        row._tr.get_or_add_trPr().insert(0, OxmlElement("w:cantSplit"))
        for cell, (_key, width) in zip(row.cells, columns, strict=True):
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            if cell.grid_span == 1:
                cell.width = Mm(width)


def _pages(file: Any) -> None:
    """— 1 — below the text."""
    footer = file.sections[0].footer.paragraphs[0]
    footer.style = file.styles["副题"]
    footer.add_run("— ")
    footer._p.append(OxmlElement("w:fldSimple", {qn("w:instr"): "PAGE"}))
    footer.add_run(" —")


def _text() -> Any:
    file = _new()
    _heading(file, is_dated=False)
    file.add_paragraph("{%p for line in lines %}")
    paragraph = file.add_paragraph("", "条款")
    head = paragraph.add_run("{{ line.head }}")
    fonts = head._r.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("ascii", "hAnsi", "eastAsia"):
        fonts.set(qn(f"w:{kind}"), HEAD_FONT)
    paragraph.add_run("{{ line.text }}")
    file.add_paragraph("{%p endfor %}")
    return file


def _team() -> Any:
    file = _new(cells=16)
    _heading(file)
    for name, columns in (("members", WALL_MEMBERS), ("team", WALL_TEAM)):
        file.add_paragraph(f"{{{{ {name}.label }}}}", "小标题")
        _table(file, name, columns)
    return file


def _roster() -> Any:
    file = _new(is_wide=True, cells=10.5)
    _heading(file, is_broken=False)
    _table(file, "people", PEOPLE)
    file.add_paragraph("共 {{ count }} 人", "副题").paragraph_format.space_before = Pt(7)
    _pages(file)
    return file


def _checklist() -> Any:
    file = _new()
    _heading(file)
    file.add_paragraph("{%p for table in standards %}")
    file.add_paragraph("{{ table.label }}", "小标题")
    _table(file, "table", LINES)
    file.add_paragraph("{%p else %}")
    file.add_paragraph("还没有适用的标准。", "副题")
    file.add_paragraph("{%p endfor %}")
    file.add_paragraph("{%p for place in signatures %}")
    sign = file.add_paragraph("{{ place }}：", "签名")
    sign.paragraph_format.space_before = Pt(16)
    sign.paragraph_format.tab_stops.add_tab_stop(Mm(104))
    sign.add_run("\t年　　月　　日")
    file.add_paragraph("{%p endfor %}")
    _pages(file)
    return file


BUILT = {"duties": _text, "content": _text, "team": _team, "roster": _roster, "checklist": _checklist}


def write(folder: Path) -> None:
    """All templates, into this folder."""
    for name, build in BUILT.items():
        build().save(folder / f"{name}.docx")


if __name__ == "__main__":
    write(papers.TEMPLATES)
