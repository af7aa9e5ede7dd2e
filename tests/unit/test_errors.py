"""What the database refuses becomes a sentence at a field: by `explain`, and on the pages."""

import re
from datetime import date
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table, select
from sqlalchemy.exc import IntegrityError

from app import errors, references
from app.errors import BadInput, DomainError, OutOfScope, explain
from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import OPERATOR
from app.security.roles import SYSTEM_ADMIN
from models import Division, DivisionLevel, Model, Station, StationHost, UserScope
from tests.conftest import Browser
from tests.world import CHILD, CITY, COUNTY, MERGED, MERGED_INTO, OWN, PASSWORD, PEOPLE, SIBLING, TODAY, canary

SAME_NAME = "该区划已有同名的维权站。"
WRONG_LEVEL = "维权站只能设在乡镇(街道)或村(居)。"
EXISTS = "该内容已存在，不能重复。"
EMPTY = "必填内容不能为空。"
REFERRED = "该记录仍被其他记录引用，或引用的记录不存在。"
REFUSED = "内容不符合要求，没有保存。"
CODE_LENGTH = "区划代码应为4位(市)、6位(县)、9位(乡镇)或12位(村)数字。"
WRONG_PARENT = "下级区划的代码必须以上级代码开头。"
AS_JSON = {"Accept": "application/json"}
VILLAGE = f"{OWN}098"  # of a new division
RETIRED_FIRST = "填写了继任区划，请同时填写撤销日期。"


def station(**values: object) -> Station:
    return Station(**{"division_code": CHILD, "name": "甲站", "host": StationHost.OFFICE} | values)


def flushed(write) -> None:
    write()
    db.session.flush()


def add(row: object) -> None:
    db.session.add(row)


def change(model: type, key: object, **values: object) -> None:
    row = db.session.get(model, key)
    for name, value in values.items():
        setattr(row, name, value)


def delete(model: type, key: object) -> None:
    db.session.delete(db.session.get(model, key))


def second_scope(**values: object) -> None:
    """The same scope once more, with other values."""
    first = users.find("town_admin").scopes[0]
    given = {name: getattr(first, name) for name in ("user_id", "role_id", "division_code", "valid_from")}
    db.session.add(UserScope(**given | values))


def new_village() -> None:
    """A division that nothing refers to yet."""
    flushed(lambda: add(Division(code=VILLAGE, name="空社区")))


def division(code: str, **values: object) -> Division:
    """A new one that the model itself would not make."""
    row = Division(code=code, name="甲")
    for name, value in values.items():
        setattr(row, name, value)
    return row


CASES = {
    "a name twice in a division": (lambda: add(station(name=canary("STA", CHILD))), SAME_NAME, "name"),
    "a name taken by a change": (
        lambda: (add(station()), db.session.flush(), change(Station, 900002, name="甲站")), SAME_NAME, "name",
    ),
    "a station of a county": (lambda: add(station(division_code=COUNTY)), WRONG_LEVEL, "division_code"),
    "a station moved to a city": (lambda: change(Station, 900001, division_code=CITY), WRONG_LEVEL, "division_code"),
    "a successor without an end": (
        lambda: change(Division, OWN, succeeded_by=SIBLING), RETIRED_FIRST, "retired_on",
    ),
    "a code of 8 digits": (lambda: add(division("33030200", level=DivisionLevel.VILLAGE)), CODE_LENGTH, "code"),
    "another parent": (lambda: add(division("330302999", parent_code="330304")), WRONG_PARENT, "code"),
    "a village without a parent": (lambda: add(division("330302006999", parent_code=None)), REFUSED, None),
    "a code twice": (lambda: add(Division(code=OWN, name="又一街道")), EXISTS, "code"),
    "a scope twice": (second_scope, EXISTS, None),
    "a scope that ends before it begins": (
        lambda: second_scope(valid_from=TODAY, valid_until=date(2026, 1, 1)), REFUSED, None,
    ),
    "no name": (lambda: add(station(name=None)), EMPTY, "name"),
    "no host": (lambda: add(station(host=None)), EMPTY, "host"),
    "no name of a division": (lambda: change(Division, OWN, name=None), EMPTY, "name"),
    "no division": (lambda: add(Station(name="甲站", host=StationHost.OFFICE)), EMPTY, "division_code"),
    "a division that does not exist": (lambda: add(station(division_code="330302999")), REFERRED, None),
    "a parent that does not exist": (lambda: add(Division(code="330399001", name="甲街道")), REFERRED, None),
    "a deleted division with a station": (
        lambda: (new_village(), flushed(lambda: add(station(division_code=VILLAGE))), delete(Division, VILLAGE)),
        REFERRED, None,
    ),
    "a deleted successor": (
        lambda: (new_village(), change(Division, MERGED, succeeded_by=VILLAGE), db.session.flush(),
                 delete(Division, VILLAGE)),
        REFERRED, None,
    ),
    "a deleted station with rows": (lambda: delete(Station, 900001), REFERRED, None),
    "a station moved away from its rows": (lambda: change(Station, 900001, division_code=CHILD), REFERRED, None),
}  # fmt: skip


@pytest.mark.parametrize(("write", "sentence", "field"), CASES.values(), ids=CASES)
def test_refused_write_is_a_sentence_at_its_field(context, write, sentence, field):
    with acting_as(OPERATOR), pytest.raises(IntegrityError) as refused:
        flushed(write)
    db.session.rollback()
    problem = explain(refused.value)
    assert str(problem.message) == str(problem) == sentence
    if sentence != REFERRED:  # which key it was, PostgreSQL alone says
        assert problem.field == field


def test_message_of_a_constraint_stands_at_a_column_of_its_table():
    tables = Model.metadata.tables.values()
    infos = [(table, constraint.info) for table in tables for constraint in table.constraints if constraint.info]
    assert infos
    assert all(info["message"] and info["field"] in table.columns for table, info in infos)


def test_unnamed_problem_is_not_explained_by_another_constraint(context):
    """SQLite does not say which foreign key failed: no CHECK may answer for it."""
    check = CheckConstraint("a > 0", name="positive", info={"field": "a", "message": "应为正数。"})
    table = Table("other", MetaData(), Column("a", Integer, primary_key=True), check)
    model = SimpleNamespace(metadata=SimpleNamespace(tables={"other": table}))
    with patch.object(errors, "Model", model):
        problem = explain(IntegrityError("", {}, Exception("FOREIGN KEY constraint failed")))
    assert (str(problem.message), problem.field) == (REFERRED, None)


def test_unknown_constraint_is_refused_without_a_word_of_what_is_inside(context):
    problem = explain(IntegrityError("INSERT", {}, Exception("CHECK constraint failed: ck_secret")))
    assert (str(problem.message), problem.field) == (REFUSED, None)


@pytest.mark.parametrize(("cls", "status"), [(DomainError, 422), (BadInput, 400)])
def test_domain_error_that_leaves_a_view_is_a_page_with_its_message(app, cls, status):
    with app.test_request_context("/", headers=AS_JSON):
        answer = app.handle_user_exception(cls("请先填写甲。"))
    assert (answer.status_code, answer.json) == (status, {"message": "请先填写甲。"})


def test_out_of_scope_is_answered_like_a_row_that_does_not_exist(app, client):
    with app.test_request_context("/", headers=AS_JSON):
        answer = app.handle_user_exception(OutOfScope())
    missing = client.get("/none", headers=AS_JSON)
    assert (answer.status_code, answer.json) == (404, missing.json) == (missing.status_code, answer.json)


# ---- on the pages

FORM = {
    "division_code": CHILD,
    "name": canary("STA", CHILD),
    "host": "SELF",
    "address": "墨池坊 <1> 号",
    "phone": "12338",
}


def group(page: str, name: str) -> str:
    """The part of a form around one field: its label, its input, its errors."""
    (found,) = [part for part in page.split('<div class="field') if f'name="{name}"' in part]
    return found


def test_same_name_twice_is_told_at_the_name_and_the_input_is_kept(app, client_as):
    answer = client_as("town_admin").submit("/stations/add", FORM | {"is_in_plan": "y", "founded_on": "2020-03-08"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert SAME_NAME in group(page, "name")
    assert page.count(SAME_NAME) == 1
    kept = {"name": FORM["name"], "address": "墨池坊 &lt;1&gt; 号", "founded_on": "2020-03-08", "division_code": CHILD}
    assert all(f'value="{text}"' in group(page, name) for name, text in kept.items())
    assert re.search(r"<option selected value=\"SELF\">", group(page, "host"))
    assert "checked" in group(page, "is_in_plan")
    assert "checked" not in group(page, "has_plaque")
    with app.app_context(), acting_as(OPERATOR):
        assert len(db.session.scalars(select(Station).where(Station.division_code == CHILD)).all()) == 1


def test_same_name_in_a_change_is_told_and_the_row_stays(app, client_as):
    browser = client_as("town_admin")
    taken = {"division_code": OWN, "name": "甲站"}
    assert browser.submit("/stations/add", FORM | taken).status_code == 302
    answer = browser.submit("/stations/edit/900001", FORM | taken)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert SAME_NAME in group(page, "name")
    assert canary("STA", OWN) in browser.get("/stations/show/900001").get_data(as_text=True)


def test_same_name_in_another_division_is_fine(client_as):
    assert client_as("town_admin").submit("/stations/add", FORM | {"division_code": OWN}).status_code == 302


def test_code_that_exists_is_told_at_the_code(client_as):
    answer = client_as("system_admin").submit("/divisions/add", {"code": CHILD, "name": "又一社区"})
    assert answer.status_code == 422
    assert EXISTS in group(answer.get_data(as_text=True), "code")


@pytest.fixture
def city_system_admin(app, client_as):
    """A browser of a system administrator of the whole city."""
    with app.app_context(), acting_as(OPERATOR):
        users.add("city_system", "市系统", PASSWORD, [(SYSTEM_ADMIN, CITY)], TODAY)
        db.session.commit()
    browser = Browser(app)
    browser.sign_in("city_system")
    return browser


def test_successor_without_an_end_is_told_at_the_end(city_system_admin):
    form = {"name": "鼓楼社区", "succeeded_by": MERGED_INTO}
    answer = city_system_admin.submit(f"/divisions/edit/{CHILD}", form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert RETIRED_FIRST in group(page, "retired_on")
    assert f'value="{MERGED_INTO}"' in group(page, "succeeded_by")


@pytest.mark.parametrize("code", [CHILD, OWN, MERGED], ids=["itself", "its township", "one that is no more"])
def test_successor_is_another_living_division_of_the_level(city_system_admin, code):
    form = {"name": "鼓楼社区", "succeeded_by": code, "retired_on": "2026-01-01"}
    answer = city_system_admin.submit(f"/divisions/edit/{CHILD}", form)
    assert answer.status_code == 422
    assert "has-error" in answer.get_data(as_text=True)


def in_use(name: str, others: str) -> str:
    return f"「{name}」还有{others}，不能删除。"


def people_at(code: str) -> int:
    """How many of the world's people work there; each has one account and one scope there."""
    return sum(place == code for person in PEOPLE.values() for _, place in person.scopes)


def names_of_uses(code: str, divisions: str = "", more: int = 0) -> str:
    """What a system administrator is told of: accounts and scopes, divisions below, the one unit of each place."""
    n, checklists = people_at(code) + more, "3 条「建站标准」、" if len(code) >= len(OWN) else ""
    return f"{n} 条「账号」、{checklists}{divisions}1 条「成员单位」、{n} 条「管辖范围」"


@pytest.mark.parametrize(
    ("code", "sentence"),
    {
        CHILD: in_use("鼓楼社区", names_of_uses(CHILD)),
        OWN: in_use("五马街道", names_of_uses(OWN, "3 条「区划」、")),
        MERGED_INTO: in_use("菱藕社区", "3 条「建站标准」、1 条「区划」、1 条「成员单位」"),
        COUNTY: in_use("鹿城区", names_of_uses(COUNTY, "2 条「区划」、")),
        CITY: in_use("温州市", names_of_uses(CITY, "2 条「区划」、", more=1)),  # who asks is one more
        VILLAGE: REFERRED,  # a system administrator sees no stations: the foreign key keeps it
    }.items(),
)
def test_division_in_use_cannot_be_deleted_and_the_page_says_why(app, city_system_admin, code, sentence):
    with app.app_context(), acting_as(OPERATOR):
        new_village()
        add(station(division_code=VILLAGE))
        db.session.commit()
    answer = city_system_admin.submit(f"/divisions/delete/{code}", follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert answer.request.path == f"/divisions/show/{code}"
    assert sentence in page
    assert "已删除" not in page
    assert city_system_admin.get(f"/divisions/show/{code}").status_code == 200


def test_division_in_use_stays_in_a_bulk_delete_with_all_the_others(app, city_system_admin):
    with app.app_context(), acting_as(OPERATOR):
        db.session.add(Division(code="330302006099", name="空社区"))
        db.session.commit()
    data = {"action": "bulk_delete", "rowid": ["330302006099", CHILD]}
    page = city_system_admin.submit("/divisions/action_post", data, follow_redirects=True).get_data(as_text=True)
    assert in_use("鼓楼社区", names_of_uses(CHILD)) in page
    assert "空社区" in page
    only = {"action": "bulk_delete", "rowid": ["330302006099"]}
    page = city_system_admin.submit("/divisions/action_post", only, follow_redirects=True).get_data(as_text=True)
    assert "空社区" not in page


# ---- a station in use

REGISTERS = (
    "考核", "交办", "经费", "案件", "人工确认", "值班", "告诫书、保护令", "家暴危险评估", "疑难转报", "督导检查",
    "联席会议", "强制报告", "政策建议", "认定", "制度", "班子", "上级交办", "转办", "紧急报告", "队伍", "上墙",
)  # fmt: skip
OF_A_STATION = "、".join(f"{3 if register == '案件' else 1} 条「{register}」" for register in REGISTERS)
STATION = "/stations/{}/900001"


def test_station_in_use_cannot_be_deleted_and_the_page_says_why(client_as):
    browser = client_as("town_admin")
    answer = browser.submit(STATION.format("delete"), follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert answer.request.path == STATION.format("show")
    assert in_use(canary("STA", OWN), OF_A_STATION) + "可以改为「撤销」。" in page
    assert "已删除" not in page
    assert browser.get(STATION.format("show")).status_code == 200


def test_station_in_use_cannot_be_moved_and_the_form_says_why(client_as):
    browser = client_as("town_admin")
    answer = browser.submit(STATION.format("edit"), FORM | {"name": "改名站"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f"「改名站」还有{OF_A_STATION}，不能改到其他区划。" in group(page, "division_code")
    assert 'value="改名站"' in group(page, "name")
    assert browser.submit(STATION.format("edit"), FORM | {"name": "改名站", "division_code": OWN}).status_code == 302


def test_station_is_kept_from_moving_away_from_rows_that_nobody_named(client_as, monkeypatch):
    """Rows that its admin does not see, or that came in meanwhile: the foreign key answers, still in a sentence."""
    monkeypatch.setattr(references, "problem_of_move", lambda row: None)
    browser = client_as("town_admin")
    answer = browser.submit(STATION.format("edit"), FORM | {"name": "改名站"})
    assert answer.status_code == 422
    assert REFERRED in answer.get_data(as_text=True)
    assert canary("STA", OWN) in browser.get(STATION.format("show")).get_data(as_text=True)


def test_station_without_rows_moves_and_goes(app, client_as):
    browser = client_as("town_admin")
    made = browser.submit("/stations/add", FORM | {"name": "空站"}).location
    assert browser.submit(made.replace("show", "edit"), {"division_code": OWN}).status_code == 302
    assert browser.submit(made.replace("show", "delete")).location == "/stations/list/"
    assert browser.get(made).status_code == 404
