"""What a row is found by: one form of every text, sounds of words and surnames; the same rows on both databases."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import inspect, select, update

from app import divisions, finding, setup
from app.extensions import db
from app.finding import forms, normalised
from app.interface import Query, RegisterInterface
from app.scope import acting_as
from app.security.actor import OPERATOR, SETUP
from models import AuditEntry, Division, Findable, MemberUnit, Seat, Station, StationMember, Volunteer, VolunteerRole
from models.findable import _refuse_private
from tests import world
from tests.world import FIRST_STATION, OWN

# ---- one form


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (" 五 马　街道\t", "五马街道"),
        ("ＷＭｊｄ１２％＿", "wmjd12%_"),
        ("330302-00001", "33030200001"),
        ("330302－00001—2", "330302000012"),
        ("阿卜杜·热西提", "阿卜杜热西提"),
        ("Lü", "lv"),
        ("LU\u0308", "lv"),
        ("五\u200b马\n街\x00道\ud800", "五马街道"),
        ("100%_\\/'", "100%_\\/'"),
        ("（中心）", "(中心)"),
        ("—　-", ""),
    ],
)
def test_texts_are_brought_to_one_form(text, form):
    assert normalised(text) == form


@pytest.mark.parametrize(
    ("name", "sounds"),
    [
        ("五马街道", ["wmjd", "wumajiedao"]),
        ("乐清市", ["yqs", "yueqingshi"]),
        ("莘塍街道", ["xcjd", "xinchengjiedao"]),
        ("单家村", ["djc", "danjiacun"]),
        ("12号楼A座", ["12hlaz", "12haolouazuo"]),
        ("计生办、卫健，平安", ["jsb", "jishengban", "wj", "weijian", "pa", "pingan"]),
        ("中心（新）站", ["zxxz", "zhongxinxinzhan"]),
        ("330302-00001", []),
        ("", []),
    ],
)
def test_a_name_is_found_by_its_sounds(name, sounds):
    assert forms(name) == [form for form in (normalised(name), *sounds) if form]


@pytest.mark.parametrize(
    ("name", "sounds"),
    [
        ("单丽", {"sl", "shanli"}),
        ("区小芳", {"oxf", "ouxiaofang"}),
        ("仇敏", {"qm", "qiumin"}),
        ("查静", {"zj", "zhajing"}),
        ("解秀", {"xx", "xiexiu"}),
        ("曾燕", {"zy", "zengyan"}),
        ("尉迟霞", {"ycx", "yuchixia"}),
        ("乐梅", {"ym", "yuemei", "lm", "lemei"}),
        ("吕兰", {"ll", "lvlan"}),
        ("王单", {"wd", "wangdan"}),
    ],
)
def test_a_surname_has_its_own_sound(name, sounds):
    assert set(forms(name, is_person=True)) == {name, *sounds}


def test_the_table_of_surnames_is_sound():
    for surname, sounds in finding.SURNAMES.items():
        assert all(len(sound.split()) == len(surname) for sound in sounds.split("/")), surname


def test_no_form_and_no_query_has_what_holds_forms_apart():
    assert normalised(finding.APART + finding.VERSION) == ""


# ---- which columns


def test_only_what_everybody_who_sees_the_row_sees_is_looked_through():
    assert {cls.__name__ for cls in finding.findable()} == {
        "Division", "Station", "StationMember", "MemberUnit", "Volunteer", "Case",
    }  # fmt: skip
    for cls in finding.findable():
        infos = [inspect(cls).columns[name].info for name in cls.__find__]
        assert not any({"private", "secret"} & info.keys() for info in infos)


@pytest.mark.parametrize("column", ["contact", "phone"])
def test_a_private_column_cannot_be_declared(column):
    with pytest.raises(TypeError, match=column):
        _refuse_private(inspect(MemberUnit), type("Broken", (Findable,), {"__find__": ("name", column)}))


# ---- in the database


def member(name: str) -> StationMember:
    return StationMember(station_id=FIRST_STATION, name=name, seat=Seat.OTHER)


def names_found(q: str) -> set[str]:
    rows = RegisterInterface.of(StationMember).page(Query(q=q), ["name"], 0, 1000)
    return {row.name for row in rows}


LETTERS = "五马街道单曾乐吕丽陈aAbWmJdüÜxX12 　%_\\/'*ＡＢ１２％＿·-—、,;()😀İſ\u200b\t\u0308"
TEXTS = st.text(LETTERS, min_size=1, max_size=8)


@settings(
    max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(names=st.lists(TEXTS, min_size=1, max_size=8, unique=True), queries=st.lists(st.text(LETTERS, max_size=3)))
def test_the_rows_found_are_those_of_a_plain_scan(context, names, queries):
    """On both databases `%`, `_` and `\\` are letters, case and width do not count, and no match leaves its form."""
    ours = {name: forms(name, is_person=True) for name in names}
    queries += [
        form[n : n + 2] for said in ours.values() for form in (*said, "".join(said)) for n in (0, len(form) // 2)
    ]
    with acting_as(SETUP):
        db.session.add_all(map(member, names))
        db.session.flush()
        for q in queries:
            wanted = normalised(q)
            scanned = {name for name, said in ours.items() if wanted and any(wanted in form for form in said)}
            assert (not q) or names_found(q) & set(names) == scanned, q
    db.session.rollback()


@pytest.mark.parametrize("q", ["单", "单丽", "丽", "s", "sl", "SHANLI", "ｓｌ", "an li", "hanl"])
def test_one_or_two_characters_are_enough(context, q):
    with acting_as(SETUP):
        db.session.add_all([member("单丽"), member("王芳")])
        db.session.flush()
        assert names_found(q) & {"单丽", "王芳"} == {"单丽"}
        db.session.rollback()


def test_a_row_is_found_by_what_the_product_fills_in(context):
    with acting_as(SETUP):
        unit = MemberUnit(division_code=OWN, name="计生办")
        person = Volunteer(
            station_id=FIRST_STATION, name="甲", role=VolunteerRole.AGENT, starts_on=date(2025, 1, 1), number=None
        )
        db.session.add_all([unit, person])
        db.session.flush()
        by_alias = db.session.scalars(select(MemberUnit).where(finding.matches(MemberUnit, "weijian"))).all()
        by_number = db.session.scalars(select(Volunteer).where(finding.matches(Volunteer, person.number))).all()
        assert (unit in by_alias, by_number) == (True, [person])
        db.session.rollback()


def test_what_begins_with_it_comes_first(context):
    with acting_as(SETUP):
        db.session.add_all([member("王单"), member("单丽")])
        db.session.flush()
        found = select(StationMember.name).where(finding.matches(StationMember, "单"))
        assert db.session.scalars(found.order_by(finding.rank(StationMember, "单"))).all() == ["单丽", "王单"]
        db.session.rollback()


def test_a_renamed_row_is_found_by_its_new_name_only(context):
    with acting_as(SETUP):
        station = db.session.get(Station, FIRST_STATION)
        for old, new in (("松涛站", "听海站"), ("听海站", "望江站")):
            station.name = new
            db.session.flush()
            found = [
                db.session.scalars(select(Station.id).where(finding.matches(Station, name))).all()
                for name in (new, old)
            ]
            assert found == [[FIRST_STATION], []]
        db.session.rollback()


def test_divisions_of_a_file_are_found_by_their_sounds(context):
    lines = "code,parent_code,level,name\n9902,,city,新州市\n990201,9902,county,{}\n"
    with acting_as(OPERATOR):
        for name, q in (("岙底区", "adq"), ("楠溪区", "nanxi")):
            divisions.load(lines.format(name).encode())
            assert db.session.scalars(select(Division.code).where(finding.matches(Division, q))).all() == ["990201"]
        assert db.session.scalars(select(Division.code).where(finding.matches(Division, "adq"))).all() == []
        db.session.rollback()


# ---- rows that were there before, or that another version wrote


def stored(cls):
    """{key: row} as it stands in the database."""
    with db.engine.connect() as connection:
        return world.read(connection, cls.__table__)


@pytest.mark.parametrize("old", ["", "\x02\nold"])
def test_setup_writes_what_is_missing_or_of_another_version(context, monkeypatch, old):
    monkeypatch.setattr(finding, "BATCH", 3)
    before = {cls: stored(cls) for cls in finding.findable()}
    entries = len(stored(AuditEntry))
    with db.engine.begin() as connection:
        for cls in finding.findable():
            connection.execute(update(cls.__table__).values(search_text=old))
    with acting_as(SETUP):
        assert finding.refresh(db.session) == sum(map(len, before.values()))
        assert finding.refresh(db.session) == 0
        db.session.commit()
    assert {cls: stored(cls) for cls in before} == before  # the same texts; versions and times stay
    assert len(stored(AuditEntry)) == entries


def test_setup_says_how_many_it_wrote(context):
    with db.engine.begin() as connection:
        connection.execute(update(Station.__table__).values(search_text=""))
    assert f"已更新 {len(stored(Station))} 条记录的查找用语。" in setup.run()
    assert not any("查找用语" in line for line in setup.run())
