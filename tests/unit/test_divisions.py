"""The table of divisions: pseudo divisions, files good and bad, paths, and the steps of a choice."""

import csv
import random
from collections import Counter

import pytest
from sqlalchemy import select

from app import divisions, setup
from app.divisions import MAX_PROBLEMS, BadFile, Loaded
from app.extensions import db
from app.scope import acting_as
from app.security.actor import OPERATOR, Actor, Grant
from app.security.roles import DIVISION_ADMIN, SUPERVISOR, permissions_of
from models import Division
from models.base import TOWNSHIP, VILLAGE
from models.division import is_pseudo_code
from tests.conftest import make_app
from tests.watching import statements
from tests.world import CHILD, CITY, COUNTY, DIVISIONS, MERGED, OTHER_COUNTY, OWN, SIBLING

HEADER = "code,parent_code,level,name"
ROWS = [
    "9902,,city,新州市",
    "990201,9902,county,新城区",
    "990201001,990201,township,新街道",
    "990201001001,990201001,village,新社区",
]
NAMES = {row.split(",")[0]: row.split(",")[3] for row in ROWS}
BAD_LINE = len(ROWS) + 2  # where `file(line)` puts a line


def file(*more: str, newline: str = "\n") -> bytes:
    """A good file with the lines `more` at its end."""
    return newline.join([HEADER, *ROWS, *more, ""]).encode()


def admin_of(*codes: str, role: str = DIVISION_ADMIN) -> Actor:
    return Actor("某人", grants=tuple(Grant(code, role, permissions_of(role)) for code in codes))


def stored() -> dict[str, tuple[str, bool]]:
    """{code: (name, pseudo)} of every division, as committed."""
    db.session.rollback()
    with acting_as(OPERATOR):
        return {d.code: (d.name, d.is_pseudo) for d in db.session.scalars(select(Division))}


def load(data: bytes) -> Loaded:
    with acting_as(OPERATOR):
        loaded = divisions.load(data)
        db.session.commit()
    return loaded


# ---- the divisions of 温州


@pytest.fixture(scope="module")
def shipped():
    with setup.DIVISIONS.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: row for row in csv.DictReader(lines)}


def test_shipped_file_has_every_division(shipped):
    assert len(shipped) == 3889
    levels = Counter(row["level"] for row in shipped.values())
    assert levels == {"city": 1, "county": 12, "township": 191, "village": 3685}


@pytest.mark.parametrize(
    ("code", "name", "pseudo"),
    [
        (CHILD, "鼓楼社区", False),
        ("330324400", "县特产场场区", True),
        ("330324400598", "县特产场场区虚拟生活区", True),
        ("330326401", "开发区", True),
        ("330326401498", "开发区虚拟社区", True),
        ("330327113501", "县林场生活区", True),
        ("330383198", "龙港县直辖村级区划", True),
        ("330383198001", "金钗河社区", False),
        ("330383198400", "新城建设中心管理区", False),
    ],
)
def test_pseudo_divisions_are_told_by_their_code(shipped, code, name, pseudo):
    assert (shipped[code]["name"], is_pseudo_code(code)) == (name, pseudo)


SEGMENTS = {"330302197": False, "330302399": False, "330302400": True, "330302599": True, "330302600": False}
SEGMENTS |= {"330302006499": False, "330302006500": True, "330302006599": True, "330302006600": False, CITY: False}


@pytest.mark.parametrize(("code", "pseudo"), SEGMENTS.items())
def test_pseudo_segments_begin_and_end(code, pseudo):
    assert is_pseudo_code(code) is pseudo


def test_shipped_file_makes_3859_stations_due(new_database):
    app = make_app(new_database("due"))
    with app.app_context():
        setup.migrate()
        assert load(setup.DIVISIONS.read_bytes()) == Loaded(3889, 0, 0)
        with acting_as(OPERATOR):
            due = db.session.scalars(divisions.due()).all()
        assert Counter(map(len, due)) == {TOWNSHIP: 185, VILLAGE: 3674}
        assert len(set(due)) == 3859
        assert load(setup.DIVISIONS.read_bytes()) == Loaded(0, 0, 3889)
        db.session.remove()
        db.engine.dispose()


def test_due_leaves_out_pseudo_and_retired_divisions(context):
    places = {code for code in DIVISIONS if len(code) >= TOWNSHIP}
    with acting_as(OPERATOR):
        assert set(db.session.scalars(divisions.due())) == places - {MERGED}
        db.session.get(Division, SIBLING).is_pseudo = True
        db.session.flush()
        assert set(db.session.scalars(divisions.due())) == places - {MERGED, SIBLING}


# ---- files


GOOD_FILES = {
    "plain": file(),
    "BOM": b"\xef\xbb\xbf" + file(),
    "GBK": file().decode().encode("gbk"),
    "CRLF": file(newline="\r\n"),
    "no line end at the end": file().rstrip(b"\n"),
    "blank lines": file("", ",,,", " , ,　,", ""),
    "blanks around": file().replace(b",", b" , "),
    "upper case levels": file().upper().replace(HEADER.upper().encode(), HEADER.encode()),
    "children first": "\n".join([HEADER, *reversed(ROWS)]).encode(),
    "quoted": file().replace("新州市".encode(), '"新州市"'.encode()),
}


@pytest.mark.parametrize("data", GOOD_FILES.values(), ids=GOOD_FILES)
def test_good_file_is_read(data):
    assert divisions.parse(data) == NAMES


def test_rare_characters_are_read_in_both_encodings():
    text = f"{HEADER}\n9902,,city,𬒈䲝市"
    assert divisions.parse(text.encode()) == divisions.parse(text.encode("gb18030")) == {"9902": "𬒈䲝市"}


BAD_LINES = {
    "too few columns": ("990202,9902,county", "应有 4 列，实有 3 列。"),
    "too many columns": ("990202,9902,county,甲区,x", "应有 4 列，实有 5 列。"),
    "letters in the code": ("99020A,9902,county,甲区", "区划代码「99020A」应为 4、6、9 或 12 位数字。"),
    "code of 5 digits": ("99020,9902,county,甲区", "区划代码「99020」应为 4、6、9 或 12 位数字。"),
    "code of 15 digits": ("990201001001001,9902,village,甲区", "应为 4、6、9 或 12 位数字。"),
    "code of 5000 digits": (f"{'9' * 5000},9902,county,甲区", f"区划代码「{'9' * 20}」应为"),
    "level of 5000 letters": (f"990202,9902,{'x' * 5000},甲区", f"级别「{'x' * 20}」与代码"),
    "no code": (",9902,county,甲区", "区划代码「」应为 4、6、9 或 12 位数字。"),
    "full-width digits": ("９９０２０２,9902,county,甲区", "区划代码「９９０２０２」应为 4、6、9 或 12 位数字。"),
    "superscript digits": ("99020²,9902,county,甲区", "应为 4、6、9 或 12 位数字。"),
    "level of another length": ("990202,9902,city,甲区", "级别「city」与代码 990202 的位数不符。"),
    "unknown level": ("990202,9902,region,甲区", "级别「region」与代码 990202 的位数不符。"),
    "another parent": ("990202,9903,county,甲区", "上级代码「9903」应为「9902」。"),
    "parent two levels up": ("990201002,9902,township,甲街道", "上级代码「9902」应为「990201」。"),
    "city with a parent": ("9903,9902,city,甲市", "上级代码「9902」应为「」。"),
    "no parent": ("990202,,county,甲区", "上级代码「」应为「9902」。"),
    "parent that is nowhere": ("990301,9903,county,甲区", "上级区划 9903 不在文件和系统中。"),
    "code twice": ("990201,9902,county,甲区", "区划代码 990201 与第 3 行重复。"),
    "no name": ("990202,9902,county,", "名称应为 1 至 50 个字。"),
    "blank name": ("990202,9902,county,　 ", "名称应为 1 至 50 个字。"),
    "name of 51 characters": (f"990202,9902,county,{'甲' * 51}", "名称应为 1 至 50 个字。"),
    "NUL in the name": ("990202,9902,county,甲\0区", "名称"),
    "control character in the name": ("990202,9902,county,甲\x07区", "名称"),
    "DEL in the name": ("990202,9902,county,甲\x7f区", "名称"),
    "line break in the name": ('990202,9902,county,"甲\n区"', "名称"),
}


@pytest.mark.parametrize(("line", "sentence"), BAD_LINES.values(), ids=BAD_LINES)
def test_bad_line_is_named_and_nothing_changes(context, line, sentence):
    before = stored()
    with acting_as(OPERATOR), pytest.raises(BadFile) as refused:
        divisions.load(file(line))
    first, problem = str(refused.value).split("\n")
    assert first == "文件有误，没有改动任何数据："
    assert problem.startswith(f"第 {BAD_LINE} 行：")
    assert sentence in problem
    assert len(problem) < 80
    db.session.commit()
    assert stored() == before


NO_HEADER = {
    "empty": b"",
    "BOM only": b"\xef\xbb\xbf",
    "blank first line": b"\n" + file(),
    "no header": "\n".join(ROWS).encode(),
    "another header": file().replace(b"parent_code", b"parent"),
    "columns in another order": b"code,level,parent_code,name\n",
    "semicolons": file().replace(b",", b";"),
}


@pytest.mark.parametrize("data", NO_HEADER.values(), ids=NO_HEADER)
def test_wrong_header_is_line_1(data):
    with pytest.raises(BadFile, match=rf"^文件有误，没有改动任何数据：\n第 1 行：表头应为 {HEADER}。$"):
        divisions.parse(data)


RUBBISH = {
    "every byte": bytes(range(256)) * 4,
    "random": random.Random(20261124).randbytes(5000),
    "an Excel workbook": b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00b\xee\x9dh^\x01",
    "UTF-16": file().decode().encode("utf-16"),
    "NUL": b"\0" * 100,
    "a header alone": f"{HEADER}\n\n".encode(),
    "no line ends": b"x" * 300_000,
}


@pytest.mark.parametrize("data", RUBBISH.values(), ids=RUBBISH)
def test_file_without_a_division_is_refused_in_words(data):
    with pytest.raises(BadFile, match=r"^文件有误，没有改动任何数据：\n.*[\u4e00-\u9fff].*。$"):
        divisions.parse(data)


BROKEN = {
    "a quote that is not closed": '990202,9902,county,"甲区',
    "text after a closed quote": '990202,9902,county,"甲"区',
    "a cell of 200,000 characters": f"990202,9902,county,{'甲' * 200_000}",
}


@pytest.mark.parametrize("line", BROKEN.values(), ids=BROKEN)
def test_broken_csv_is_named_by_its_line_and_in_chinese(line):
    with pytest.raises(BadFile) as refused:
        divisions.parse(file(line, "990203,9902,county,乙区"))
    _, problem = str(refused.value).split("\n")
    assert problem.startswith(f"第 {BAD_LINE} 行：")
    assert not [c for c in problem.replace("CSV", "") if c.isascii() and c.isalpha()]


def test_lines_are_counted_as_an_editor_shows_them():
    """A cell with a line break takes two lines; what is wrong below it is named by its own line."""
    data = file('990202,9902,county,"甲\n区"', "990203,9903,county,乙区")
    with pytest.raises(BadFile) as refused:
        divisions.parse(data)
    numbers = [problem.partition("：")[0] for problem in str(refused.value).split("\n")[1:]]
    assert numbers == [f"第 {BAD_LINE} 行", f"第 {BAD_LINE + 2} 行"]


@pytest.mark.parametrize(("wrong", "rest"), [(MAX_PROBLEMS, 0), (MAX_PROBLEMS + 1, 1), (5000, 5000 - MAX_PROBLEMS)])
def test_many_problems_are_cut_short(wrong, rest):
    with pytest.raises(BadFile) as refused:
        divisions.parse(file(*["x"] * wrong))
    _, *problems = str(refused.value).split("\n")
    shown = [f"第 {number} 行：应有 4 列，实有 1 列。" for number in range(BAD_LINE, BAD_LINE + MAX_PROBLEMS)]
    assert problems == [*shown, *([f"……另有 {rest} 处"] if rest else [])]


# ---- loading


def test_second_prefecture_stands_beside_the_first(context):
    before = stored()
    assert load(file()) == Loaded(4, 0, 0)
    assert stored() == before | {code: (name, False) for code, name in NAMES.items()}
    for code, other in ((CITY, "9902"), ("9902", CITY)):
        with acting_as(admin_of(code)):
            seen = db.session.scalars(select(Division.code)).all()
            assert seen == [c for c in seen if c.startswith(code)]
            assert code in seen
            assert db.session.get(Division, other) is None


def test_renamed_division_is_updated(context):
    load(file())
    before = stored()
    assert load(file().replace("新街道".encode(), "改名街道".encode())) == Loaded(0, 1, len(ROWS) - 1)
    assert stored() == before | {"990201001": ("改名街道", False)}


def test_pseudo_flag_of_a_user_stays(context):
    load(file("990201400,990201,township,新场"))
    assert stored()["990201400"] == ("新场", True)
    with acting_as(OPERATOR):
        db.session.get(Division, "990201400").is_pseudo = False
        db.session.get(Division, "990201001").is_pseudo = True
        db.session.commit()
    load(file("990201400,990201,township,新农场"))
    assert (stored()["990201400"], stored()["990201001"]) == (("新农场", False), ("新街道", True))


def test_loading_twice_changes_nothing_and_what_a_file_leaves_out_stays(context):
    load(file())
    before = stored()
    assert load(file()) == Loaded(0, 0, len(ROWS))
    assert stored() == before
    assert load(f"{HEADER}\n990201002,990201,township,二街道\n".encode()) == Loaded(1, 0, 0)
    assert stored() == before | {"990201002": ("二街道", False)}


# ---- paths


@pytest.mark.parametrize("code", [CITY, COUNTY, OWN, CHILD])
def test_line_runs_from_the_city_down(code):
    assert divisions.line_of(code) == [c for c in (CITY, COUNTY, OWN, CHILD) if len(c) <= len(code)]


def test_paths_name_every_level_but_the_city_in_one_statement(context):
    with statements() as sent:
        assert divisions.paths_of([None, ""]) == {}
    assert sent == []
    with acting_as(OPERATOR), statements() as sent:
        paths = divisions.paths_of([CITY, COUNTY, MERGED, SIBLING, None, MERGED, "330302999"])
    assert len(sent) == 1
    assert paths.pop(MERGED) == "鹿城区 五马街道 墨池社区"
    assert paths == {CITY: "温州市", COUNTY: "鹿城区", SIBLING: "鹿城区 松台街道"}


def test_path_leaves_out_what_the_viewer_cannot_read(context):
    with acting_as(admin_of(OWN)):
        paths = divisions.paths_of([CHILD, SIBLING, "990101"])
    assert paths == {CHILD: "鹿城区 五马街道 鼓楼社区"}


# ---- choices


def ids(*args, **kwargs) -> list[str]:
    return [item["id"] for item in divisions.choices(*args, **kwargs)[0]]


def test_choice_begins_where_the_actors_parts_begin(context):
    with acting_as(admin_of(OWN, CHILD, OTHER_COUNTY)):
        items, more = divisions.choices("view", "Division")
    assert not more
    assert [tuple(item.values()) for item in items] == [
        (OTHER_COUNTY, "瓯海区", "瓯海区", "县(市、区)", True),
        (OWN, "五马街道", "鹿城区 五马街道", "乡镇(街道)", True),
    ]
    assert list(items[0]) == ["id", "text", "path", "level", "more"]


def test_choice_steps_down_one_level_and_skips_retired_divisions(context):
    with acting_as(admin_of(CITY)):
        assert ids("view", "Division", parent=CITY) == [COUNTY, OTHER_COUNTY]
        items, _more = divisions.choices("view", "Division", parent=OWN)
        assert [(item["id"], item["more"]) for item in items] == [(CHILD, False)]
        assert ids("view", "Division", parent=CHILD) == ids("view", "Division", parent="9901") == []


SEARCHES = {"街道": [OWN, SIBLING, "330304001"], "3303040010": ["330304001001"], "330302006": [OWN, CHILD]}
SEARCHES |= {"鼓楼": [CHILD], "墨池": [], "他州": [], "02006": [], "' OR 1=1 --": [], "\\": []}


@pytest.mark.parametrize(("q", "found"), SEARCHES.items())
def test_choice_searches_names_and_beginnings_of_codes(context, q, found):
    with acting_as(admin_of(CITY)):
        assert ids("view", "Division", q=q) == found


@pytest.mark.parametrize(("q", "found"), [("%", "990201002"), ("_", "990201003"), ("9_0", None), ("9%1", None)])
def test_wildcards_mean_themselves(context, q, found):
    load(file("990201002,990201,township,百分%街道", "990201003,990201,township,下划_街道"))
    with acting_as(admin_of("9902")):
        assert ids("view", "Division", q=q) == ([found] if found else [])


def test_choice_comes_in_pages(context):
    with acting_as(admin_of(CITY)):
        pages = [divisions.choices("view", "Division", parent=CITY, offset=n, limit=1) for n in range(3)]
        whole = divisions.choices("view", "Division", parent=CITY, limit=2)
    assert [[item["id"] for item in items] for items, _ in pages] == [[COUNTY], [OTHER_COUNTY], []]
    assert [more for _, more in pages] == [True, False, False]
    assert (len(whole[0]), whole[1]) == (2, False)


def test_choice_offers_only_where_the_verb_is_granted(context):
    with acting_as(admin_of(OWN, role=SUPERVISOR)):
        assert ids("view", "Station") == [OWN]
        assert ids("add", "Station") == ids("add", "Station", q="鼓楼") == ids("add", "Station", parent=OWN) == []
    assert divisions.choices("view", "Division", q="街道") == ([], False)  # nobody acts
