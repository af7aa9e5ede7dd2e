"""Papers of a station: what stands on them, for whom, and that text stays text in a Word file."""

import io
import zipfile
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest
from docx import Document
from docx.shared import Mm, Pt
from jinja2 import Environment

import config
from app import papers
from app.errors import DomainError
from app.exchange import word
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import Engagement, PostingKind, Seat, Sex, Specialty, Station, StationMember, VolunteerRole
from tests import paper_templates, records
from tests.security.answers import words_of
from tests.security.attacks import person
from tests.world import CHILD, OWN, SIBLING, TODAY, canary

HOSTILE = "<script>&amp; {{ 7*7 }} “引号” ]]>\x0b\f甲\t乙"
KEPT = "<script>&amp; {{ 7*7 }} “引号” ]]>甲乙"
OTHERS = ("13812345678", "0577-88881111")


def station(code=OWN):
    return db.session.get(Station, records.station_at(code))


def content(name, who=SETUP, code=OWN):
    with acting_as(who):
        return papers.PAPERS[name].content(station(code), who, TODAY)


def file(name, code=OWN):
    with acting_as(SETUP):
        return papers.PAPERS[name].file(station(code), SETUP, TODAY)


def member(name, seat, code=OWN, **columns):
    return records._kept(StationMember(station_id=records.station_at(code), name=name, seat=seat), columns)


def cells(data):
    """The texts of the tables of a Word file: table, row, cell."""
    return [[[cell.text for cell in row.cells] for row in table.rows] for table in Document(io.BytesIO(data)).tables]


# ---- what stands on them


def test_there_is_a_poster_of_every_kind_that_the_opinion_wants_on_the_wall():
    assert [str(paper.label) for paper in papers.PAPERS.values()][:3] == [kind.value for kind in PostingKind]
    assert {path.stem for path in papers.TEMPLATES.glob("*.docx")} == papers.PAPERS.keys()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("duties", ["宣传国家政策、法律法规。", "开展“平安家庭”创建活动。", "提供咨询和服务。", "接待和处理信访事项。",
                    "矛盾纠纷排查化解。", "预防和制止家庭暴力。"]),
        ("content", ["来电有人听、来信有人复、来访有人接", "申请、受理、调查、处理、结案、回访", "简单个案即时答复",
                     "7个工作日内答复", "1个月内答复", "转送综治工作中心（室）"]),
    ],
)  # fmt: skip
def test_the_texts_on_the_wall_are_those_of_the_opinion(context, name, wanted):
    said = words_of(file(name))
    assert [words for words in wanted if words not in said] == []
    assert canary("STA", OWN) in said
    lines = content(name)["lines"]
    assert sum(len(line["head"] + line["text"]) for line in lines) < 480  # one page of GB/T 9704
    assert [line["head"] for line in lines if line["head"].startswith("一、")]


def test_the_wall_names_who_serves_today_by_seat_and_role(context):
    member("陈书记", Seat.DIRECTOR, title="党委副书记", duties="分管维权")
    member("林主席", Seat.DEPUTY_WOMEN)
    member("走了的", Seat.DEPUTY_ORDER, ended_on=date(2026, 11, 1), ended_reason="调离")
    records.volunteer(name="王律师", role=VolunteerRole.LAWYER)
    records.volunteer(name="任期内", term_ends_on=TODAY)
    records.volunteer(name="到期的", term_ends_on=date(2026, 11, 23))
    records.volunteer(name="还没来", starts_on=date(2026, 11, 25))
    records.volunteer(name="离任的", ended_on=date(2026, 11, 1), ended_reason="搬走")
    said = content("team")
    assert said["members"]["rows"][:2] == [
        {"post": "主任（党委副书记）", "name": "陈书记", "duties": "分管维权"},
        {"post": "副主任（妇联主席）", "name": "林主席", "duties": ""},
    ]
    rows = {row["role"]: row["names"] for row in said["team"]["rows"]}
    assert list(rows) == ["信息员", "代理员", "法律志愿者"]
    assert (rows["信息员"], rows["法律志愿者"]) == ("任期内", "王律师")
    assert not {"走了的", "离任的"} & {row["name"] for row in content("roster")["people"]["rows"]}


def test_no_phone_and_no_identity_number_hangs_on_the_wall(context):
    number = records.id_number()
    member(f"陈{OTHERS[0]}", Seat.DIRECTOR, phone=OTHERS[0], title=f"书记{OTHERS[1]}", duties=f"{OTHERS[0]}、{number}")
    records.volunteer(name=f"王{number}", phone=OTHERS[0], id_number=number, address="墨池坊 1 号", title=OTHERS[0])
    for said in (str(content("team")), words_of(file("team"))):
        assert [text for text in (*OTHERS, number, "墨池坊") if text in said] == []
    with acting_as(SETUP):
        assert (
            papers.PAPERS["team"].content(station(), SETUP, TODAY)["members"]["rows"][0]["post"]
            == "主任（书记0577-****1111）"
        )


def test_the_roster_has_the_columns_of_real_sheets_masked_as_in_exports(context):
    member("陈书记", Seat.DIRECTOR, sex=Sex.F, phone=OTHERS[0], starts_on=date(2024, 3, 8))
    records.volunteer(
        name="王律师", role=VolunteerRole.LAWYER, engagement=Engagement.FULL_TIME, specialty=Specialty.LAW, sex=Sex.F,
        born_on=date(1980, 1, 2), education="本科", politics="中共党员", title="律师", phone=OTHERS[1],
        starts_on=date(2025, 1, 1), term_ends_on=date(2027, 12, 31), id_number=records.id_number(),
    )  # fmt: skip
    said = content("roster")
    table = said["people"]
    assert list(table["columns"].values()) == [
        "序号", "职务", "姓名", "性别", "出生年月", "学历", "政治面貌", "专/兼职", "专业", "电话", "任职起止",
    ]  # fmt: skip
    first, last = table["rows"][0], table["rows"][-1]
    assert list(first.values()) == [
        "1", "主任（分管妇联工作的党委领导）", "陈书记", "女", "", "", "", "", "", "138****5678", "2024.03—今",
    ]  # fmt: skip
    assert list(last.values()) == [
        str(said["count"]), "法律志愿者（律师）", "王律师", "女", "1980.01", "本科", "中共党员", "专职", "法律",
        "0577-****1111", "2025.01—2027.12",
    ]  # fmt: skip
    written = cells(file("roster"))[0]
    assert written[0] == list(table["columns"].values())
    assert written[1:] == [list(row.values()) for row in table["rows"]]


def test_the_checklist_says_what_the_page_says_and_leaves_room_to_sign(context):
    said = content("checklist")
    assert [row["item"] for table in said["standards"] for row in table["rows"]] == [canary("ITEM", OWN)]
    written = words_of(file("checklist"))
    for place in (
        "填表人（签名）：",
        "乡镇（街道）（盖章）：",
        "县（市、区）妇联（盖章）：",
        "2026年11月24日",
        canary("ITEM", OWN),
    ):
        assert place in written


def test_a_station_without_people_has_papers_too(context):
    with acting_as(SETUP):
        bare = Station(division_code=CHILD, name="空站", host="OFFICE")
        db.session.add(bare)
        db.session.flush()
        for paper in papers.PAPERS.values():
            assert "空站" in words_of(paper.file(bare, SETUP, TODAY))
        team, roster = (cells(papers.PAPERS[name].file(bare, SETUP, TODAY)) for name in ("team", "roster"))
        assert [table[1:] for table in team] == [[["暂无"] * 3], [["暂无"] * 2]]
        assert roster[0][1:] == [["暂无"] * 11]


# ---- for whom


def test_papers_ask_for_what_they_carry_where_the_station_is(context):
    admin, center = person("town_admin"), person("center")
    with acting_as(SETUP):
        own, other = station(), station(SIBLING)
        assert [paper.name for paper in papers.offered(own, admin)] == list(papers.PAPERS)
        assert papers.offered(other, admin) == []
        assert papers.offered(own, person("unit_officer")) == []
        may = [paper.name for paper in papers.PAPERS.values() if paper.may(center, own, paper.verb)]
    assert may == ["duties", "content", "team", "checklist"]  # the roster leaves by the right to export


def test_nobody_reads_the_people_of_another_place_on_a_paper(context):
    records.volunteer(SIBLING, name="别处的")
    with acting_as(SETUP):
        other = station(SIBLING)
        db.session.expunge_all()
    with acting_as(admin := person("town_admin")):
        assert papers.PAPERS["roster"].content(other, admin, TODAY)["people"]["rows"] == []


# ---- text stays text


@pytest.mark.parametrize("name", papers.PAPERS)
def test_what_is_typed_is_no_markup_and_no_template(context, name):
    with acting_as(SETUP):
        row = station()
        row.name = HOSTILE
        db.session.flush()
        data = papers.PAPERS[name].file(row, SETUP, TODAY)
    assert KEPT in "\n".join(p.text for p in Document(io.BytesIO(data)).paragraphs)
    assert "49" not in words_of(data)


def test_lines_of_a_text_are_kept_and_nothing_else_of_it_is_a_command(context):
    member("陈\a书记", Seat.DIRECTOR, duties="一、接访\n二、<b>走访</b>\f三、{{ station }}")
    assert cells(file("team"))[0][1] == [
        "主任（分管妇联工作的党委领导）",
        "陈书记",
        "一、接访\n二、<b>走访</b>三、{{ station }}",
    ]


# ---- templates


@pytest.fixture
def own_templates(context, tmp_path):
    with patch.dict(context.config, PAPER_TEMPLATES=str(tmp_path)):
        yield tmp_path


def template(folder: Path, text: str, name: str = "duties") -> None:
    document = Document()
    document.add_paragraph(text)
    document.save(folder / f"{name}.docx")


def test_the_operators_own_template_takes_the_place_of_ours(own_templates):
    template(own_templates, "{{ station }}墙上的{{ title }}")
    assert f"{canary('STA', OWN)}墙上的工作职责" in words_of(file("duties"))
    assert "墙上的" not in words_of(file("content"))  # which he has none of


TOLD = "Word 模板“duties[.]docx”有错误"
ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ lines.__class__.__base__.__subclasses__()|length }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os.environ }}",
    "{{ station.__init__.__globals__ }}",
    "{% set x = lines.append(1) %}{{ lines }}",
    "{{ self._TemplateReference__context.eval_ctx.environment }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% for n in range(10**9) %}{% endfor %}",
]
BROKEN = [
    "{{ station",
    "{% for line in lines %}",
    "{{ 1 / 0 }}",
    "{{ station() }}",
    "{{ station + 1 }}",
    "{{ nothing.at.all }}",
    "{{ station|nofilter }}",
    "{%p endfor %}",
]


@pytest.mark.parametrize("text", [*ATTACKS, *BROKEN])
def test_a_template_that_reaches_for_more_or_is_wrong_is_told(own_templates, text):
    template(own_templates, text)
    with pytest.raises(DomainError, match=TOLD):
        file("duties")


def test_a_template_formats_no_way_out(own_templates):
    template(own_templates, "{{ '{0.__class__}'.format(station) }}。")
    assert [p.text for p in Document(io.BytesIO(file("duties"))).paragraphs] == ["。"]


def test_without_the_sandbox_a_template_would_run_code(own_templates):
    template(own_templates, ATTACKS[3])
    with patch.object(word, "_SANDBOX", Environment(autoescape=True)):
        assert "environ({" in words_of(file("duties"))


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_no_word_file_is_told(own_templates, data):
    (own_templates / "duties.docx").write_bytes(data)
    with pytest.raises(DomainError, match=TOLD):
        file("duties")


@pytest.mark.parametrize("part", ["word/document.xml", "[Content_Types].xml", "word/styles.xml", "_rels/.rels"])
@pytest.mark.parametrize("instead", [None, b"", b"<x", b"<x/>", b"\xff\xfe"])
def test_a_word_file_that_lacks_a_part_breaks_nothing(own_templates, part, instead):
    out = own_templates / "duties.docx"
    with zipfile.ZipFile(papers.TEMPLATES / "duties.docx") as whole, zipfile.ZipFile(out, "w") as broken:
        for name in whole.namelist():
            data = instead if name == part else whole.read(name)
            if data is not None:
                broken.writestr(name, data)
    is_bare = (part, instead) == ("word/styles.xml", b"<x/>")
    with nullcontext() if is_bare else pytest.raises(DomainError, match=TOLD):
        file("duties")


def test_a_folder_of_templates_that_is_not_there_is_told_at_the_start(tmp_path):
    assert config.load({"PAPER_TEMPLATES": str(tmp_path)})["PAPER_TEMPLATES"] == str(tmp_path)
    with pytest.raises(SystemExit, match="PAPER_TEMPLATES 应为已有的文件夹"):
        config.load({"PAPER_TEMPLATES": str(tmp_path / "nothing")})


# ---- our templates have the measures of GB/T 9704


@pytest.mark.parametrize("name", papers.PAPERS)
def test_the_templates_are_those_that_the_measures_make(name, tmp_path):
    built = tmp_path / "built.docx"
    paper_templates.BUILT[name]().save(built)
    with zipfile.ZipFile(built) as new, zipfile.ZipFile(papers.TEMPLATES / f"{name}.docx") as old:
        assert new.namelist() == old.namelist()
        assert [part for part in new.namelist() if new.read(part) != old.read(part)] == []


@pytest.mark.parametrize("paper", papers.PAPERS.values(), ids=lambda paper: paper.name)
def test_paper_margins_and_type_are_those_of_the_standard(context, paper):
    document = Document(io.BytesIO(file(paper.name)))
    (section,) = document.sections
    size, margins = (section.page_width, section.page_height), (
        section.top_margin, section.right_margin, section.bottom_margin, section.left_margin,
    )  # fmt: skip
    wanted = ((297, 210), (28, 37, 26, 35)) if paper.is_wide else ((210, 297), (37, 26, 35, 28))
    assert all(abs(has - Mm(mm)) < Mm(0.1) for has, mm in zip((*size, *margins), (*wanted[0], *wanted[1]), strict=True))
    title, normal = document.styles["公文标题"], document.styles["Normal"]
    assert (title.font.name, title.font.size) == ("方正小标宋简体", Pt(22))
    assert (normal.font.name, normal.font.size, normal.paragraph_format.line_spacing) == ("仿宋_GB2312", Pt(16), Pt(28))
    assert document.paragraphs[0].style == title
    properties = document.core_properties
    assert (properties.author, properties.last_modified_by, properties.title) == ("", "", "")


def test_the_font_table_tells_what_to_take_instead():
    with zipfile.ZipFile(papers.TEMPLATES / "duties.docx") as file_:
        table = file_.read("word/fontTable.xml").decode()
    for name, other in paper_templates.INSTEAD.items():
        assert f'<w:font w:name="{name}"><w:altName w:val="{other}"/>' in table


def test_heads_stand_on_every_page_and_no_line_is_torn(context):
    for n in range(40):
        records.volunteer(name=f"甲{n}")
    (table,) = Document(io.BytesIO(file("roster"))).tables
    rows = [row._tr.xml for row in table.rows]
    assert ["w:tblHeader" in row for row in rows] == [True] + [False] * (len(rows) - 1)
    assert all("w:cantSplit" in row for row in rows)
    assert ["w:keepNext" in row for row in rows[1:]] == [False] * (len(rows) - 3) + [True, True]


def test_a_word_file_is_made_of_plain_values_only():
    assert word._plain({"a": ["x\x00y", {"b": 1}], 2: Path("p")}) == {"a": ["xy", {"b": 1}], "2": "p"}
