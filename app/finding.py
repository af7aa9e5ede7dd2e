"""How a row is found by a name: any part of it, in Chinese, in full pinyin or by initials; the same on both databases.

`search_text` holds every form of the names of a row, apart from each other, so that no match runs from one into the
next. Everything is brought to one form here and not by the database: two databases fold letters in two ways.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from pypinyin import lazy_pinyin, load_phrases_dict
from sqlalchemy import ColumnElement, bindparam, case, false, inspect, select, update
from sqlalchemy.orm import Session

from models import Findable, Model

APART = "\n"
# The first character says which version of this module wrote a text; no query has it. After a change of what is
# written take the next one (never NUL), and `flask setup` writes all of them again.
VERSION = "\x01"
BATCH = 1000  # rows
DOTS = "·•‧・∙"  # between the parts of a name that is written in Chinese characters but is no Chinese name
SEVERAL = re.compile(r"[、,;/]+")  # between several names in one column
# How a character sounds as a surname, where it sounds otherwise in words; some families say it in two ways.
SURNAMES = {
    "万俟": "mo qi", "单于": "chan yu", "尉迟": "yu chi", "长孙": "zhang sun", "澹台": "tan tai", "乐正": "yue zheng",
    "亓官": "qi guan", "令狐": "ling hu", "宰父": "zai fu", "皇甫": "huang fu",
    "不": "fou", "乐": "yue/le", "乜": "nie", "仇": "qiu", "任": "ren", "佴": "nai", "冼": "xian", "洗": "xian",
    "区": "ou", "单": "shan", "占": "zhan", "句": "gou", "召": "shao", "员": "yun", "哈": "ha", "宁": "ning",
    "宓": "mi/fu", "尉": "wei", "幺": "yao", "应": "ying", "解": "xie", "折": "she", "撒": "sa", "教": "jiao",
    "晁": "chao", "曾": "zeng", "朴": "piao", "查": "zha", "柏": "bai/bo", "种": "chong", "秘": "bi", "祭": "zhai",
    "粘": "nian", "纪": "ji", "缪": "miao", "繁": "po", "翟": "zhai/di", "能": "nai", "臧": "zang", "盖": "ge/gai",
    "葛": "ge", "薄": "bo", "行": "xing", "褚": "chu", "覃": "qin/tan", "谌": "chen/shen", "贠": "yun", "贾": "jia",
    "车": "che", "过": "guo", "逄": "pang", "那": "na", "郇": "xun/huan", "郗": "xi/chi", "都": "du", "重": "chong",
    "长": "zhang", "阚": "kan", "隗": "wei/kui", "颉": "xie", "黑": "he/hei", "眭": "sui", "曲": "qu", "燕": "yan",
    "华": "hua", "娄": "lou", "强": "qiang", "牟": "mou/mu",
}  # fmt: skip
# Places that sound otherwise than the dictionary says.
load_phrases_dict({"莘塍": [["xin"], ["cheng"]], "莘塍街道": [["xin"], ["cheng"], ["jie"], ["dao"]]})


def normalised(text: str) -> str:
    """The one form of a text: full-width as half-width, lower case, no blanks, dashes, name dots or control characters.

    "ü" is "v", as it is typed.
    """
    plain = unicodedata.normalize("NFKC", text).lower().replace("ü", "v")
    return "".join(c for c in plain if unicodedata.category(c)[0] not in "CZ" and not _joins(c))


def _joins(character: str) -> bool:
    return character in DOTS or unicodedata.category(character) == "Pd"


def _syllables(text: str) -> list[tuple[str, str]]:
    """(sound, initial) of each character; letters and digits stand for themselves."""
    read = lazy_pinyin(text, errors=lambda run: " " + "".join(filter(str.isalnum, run)))
    return [(s[1:], s[1:]) if s.startswith(" ") else (s, s[0]) for s in read]


def _readings(name: str, is_person: bool) -> Iterator[list[tuple[str, str]]]:
    """The ways to read a name aloud: one, or those of its surname."""
    surname = next((name[:n] for n in (2, 1) if name[:n] in SURNAMES), "") if is_person else ""
    for sound in SURNAMES[surname].split("/") if surname else ():
        yield [(s, s[0]) for s in sound.split()] + _syllables(name[len(surname) :])
    if not surname:
        yield _syllables(name)


def forms(text: str, is_person: bool = False) -> list[str]:
    """What a text is found by: itself, and of each name in it the initials and the full pinyin."""
    whole = normalised(text)
    found = [whole]
    for name in SEVERAL.split(whole):
        for reading in _readings(name, is_person):
            found += ["".join(initial for _, initial in reading), "".join(sound for sound, _ in reading)]
    return [form for form in dict.fromkeys(found) if form]


def text_of(cls: type[Findable], values: dict[str, Any]) -> str:
    """The `search_text` of a row whose columns hold `values`."""
    columns = inspect(cls).columns
    found = [
        form
        for name in cls.__find__
        for form in forms(values[name] or "", is_person=bool(columns[name].info.get("person")))
    ]
    return VERSION + APART + APART.join(dict.fromkeys(found))


def fill(row: Findable) -> None:
    """Write the forms of a row that is new or whose names change."""
    state = inspect(row)
    if not state.persistent or any(state.attrs[name].history.has_changes() for name in row.__find__):
        row.search_text = text_of(type(row), {name: getattr(row, name) for name in row.__find__})


def matches(cls: Any, q: str) -> ColumnElement[bool]:
    """The rows of `cls` one of whose forms contains `q`; none when nothing of `q` is left to look for."""
    wanted = normalised(q)
    return cls.search_text.contains(wanted, autoescape=True) if wanted else false()


def rank(cls: Any, q: str) -> ColumnElement[int]:
    """0 for the rows one of whose forms begins with `q`, 1 for the others: to sort by."""
    return case((cls.search_text.contains(APART + normalised(q), autoescape=True), 0), else_=1)


def findable() -> list[Any]:
    """Every model whose rows are found by their names."""
    return [m.class_ for m in Model.registry.mappers if issubclass(m.class_, Findable)]


def refresh(session: Session) -> int:
    """Write the forms of rows that have none, or those of another version; how many. For jobs."""
    return sum(_refresh(session, cls) for cls in findable())


def _refresh(session: Session, cls: Any) -> int:
    (key,) = inspect(cls).primary_key
    write = update(cls.__table__).where(key == bindparam("its_key")).values(search_text=bindparam("its_text"))
    stale = select(key, *(getattr(cls, name) for name in cls.__find__)).where(
        ~cls.search_text.startswith(VERSION, autoescape=True)
    )
    done = 0
    while rows := session.execute(stale.order_by(key).limit(BATCH)).all():
        texts = [
            {"its_key": row[0], "its_text": text_of(cls, dict(zip(cls.__find__, row[1:], strict=True)))} for row in rows
        ]
        # The connection, not the session: nobody changed the rows, so their version and times stay.
        session.connection().execute(write, texts)
        done += len(rows)
    return done
