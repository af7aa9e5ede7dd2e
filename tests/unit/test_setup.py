"""`setup.run`: the one command that brings a database to what this version needs, as often as you like."""

import csv
import hashlib
import os
from datetime import date
from unittest.mock import patch

import pytest
from babel.messages.mofile import read_mo
from flask_appbuilder.security.sqla.models import PermissionView
from sqlalchemy import MetaData, inspect, select

from app import demo, setup
from app.extensions import db
from app.scope import acting_as
from app.security import roles
from app.security.actor import OPERATOR
from app.security.roles import DIVISION_ADMIN, MANAGER, MATRIX, ROLES, SUPERVISOR, SYSTEM_ADMIN, VERBS
from models import Account, Division, StaffRole, Station, StationHost, StationLevel, UserScope
from tests import snapshot
from tests.conftest import Browser, make_app, today_is
from tests.world import COUNTY, TODAY

SMALL = "code,parent_code,level,name\n3303,,city,温州市\n330302,3303,county,鹿城区\n"
# What the demonstration is, on every machine: change it when the demonstration is meant to change.
DEMO_STATIONS = (98, "16ea5ea4bd316395e254676cac95ca634e5f00e59a03538fee813e2db2a7076d")
DEMO_RECORDS = 336  # of rosters, units, trainings and cases, with the attendance lists
CONTENT = ("division_code", "name", "level", "host", "is_integrated", "is_in_plan", "founded_on", "address", "phone")


def digest() -> dict[str, str]:
    """{table: digest of its rows}, for every table that stands in the database."""
    tables = MetaData()
    with db.engine.connect() as connection:
        tables.reflect(connection)
        rows = {name: sorted(map(repr, connection.execute(select(t)))) for name, t in tables.tables.items()}
    return {name: hashlib.sha256("\n".join(lines).encode()).hexdigest() for name, lines in rows.items()}


def cells() -> dict[str, set[tuple[str, str]]]:
    """{role: (register, verb)…} as the database has it."""
    with acting_as(OPERATOR):
        found = {
            role.name: {(p.view_menu.name, p.permission.name) for p in role.permissions}
            for role in db.session.scalars(select(StaffRole))
        }
        db.session.rollback()
    return found


def shipped() -> dict[str, set[tuple[str, str]]]:
    """The same, as app.security.roles has it now."""
    return {
        role: {(register, roles.permission_name(verb)) for register, verb in roles.shipped_cells(role)}
        for role in roles.ROLES
    }


WORKDAYS_SAID = "已载入 23 年的放假安排。"
CHECKLISTS_SAID = "已载入建站标准 11 份。"


@pytest.fixture(scope="module")
def full(new_database, tmp_path_factory):
    """The product with the counties of 温州, every division of 鹿城区, and the demonstration."""
    lines = setup.DIVISIONS.read_text(encoding="utf-8").splitlines(keepends=True)
    some = tmp_path_factory.mktemp("full") / "divisions.csv"
    wanted = [line for line in lines if line.startswith(COUNTY) or "y," in line]  # county and city
    some.write_text("".join([lines[0], *wanted]), encoding="utf-8")
    app = make_app(new_database("full"))
    with app.app_context(), today_is(TODAY), patch.object(setup, "DIVISIONS", some):
        app.said = setup.run(with_demo=True)
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module")
def small_product(new_database, tmp_path_factory):
    """The product, set up with two divisions only, and what makes its database so again."""
    few = tmp_path_factory.mktemp("small") / "divisions.csv"
    few.write_text(SMALL, encoding="utf-8")
    app = make_app(new_database("small"))
    with app.app_context(), patch.object(setup, "DIVISIONS", few):
        assert setup.run() == ["数据库结构、角色与权限已就绪。", "已载入区划 2 个。", WORKDAYS_SAID, CHECKLISTS_SAID]
        db.session.remove()
        put_back = snapshot.take(db.engine)
    yield app, put_back
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def small(small_product):
    """The product as it was set up with two divisions; a context is open."""
    app, put_back = small_product
    with app.app_context():
        put_back()
        yield app
        db.session.remove()


def change_role(name: str, register: str, verb: str, grant: bool) -> None:
    """What a manager does: give a role one cell, or take it."""
    with acting_as(OPERATOR):
        role = db.session.scalars(select(StaffRole).where(StaffRole.name == name)).one()
        every = db.session.scalars(select(PermissionView)).all()
        cell = next(p for p in every if (p.view_menu.name, p.permission.name) == (register, f"can_{verb}"))
        (role.permissions.append if grant else role.permissions.remove)(cell)
        db.session.commit()


# ---- everything at once


def test_setup_says_what_it_did(full):
    assert full.said == [
        "数据库结构、角色与权限已就绪。",
        "已载入区划 198 个。",
        WORKDAYS_SAID,
        CHECKLISTS_SAID,
        f"已载入演示账号 {len(demo.accounts())} 个。",
        f"已载入演示维权站 {DEMO_STATIONS[0]} 个。",
        f"已载入演示记录 {DEMO_RECORDS} 个。",
    ]


def test_setup_twice_changes_nothing(full):
    with full.app_context():
        before = digest()
        assert {"division", "station", "ab_user", "user_scope", "ab_role", "audit_entry", "alembic_version"} <= set(
            before
        )
        assert setup.run(with_demo=True) == ["数据库结构、角色与权限已就绪。"]
        assert digest() == before


def test_digest_sees_a_change(small):
    before = digest()
    with acting_as(OPERATOR):
        db.session.get(Division, "330302").name = "改名区"
        db.session.commit()
    assert {name for name, value in digest().items() if value != before[name]} == {"division", "audit_entry"}


def test_setup_leaves_the_divisions_as_users_made_them(small):
    with acting_as(OPERATOR):
        db.session.get(Division, "330302").name = "改名区"
        db.session.commit()
        setup.run()
        assert db.session.get(Division, "330302").name == "改名区"


def test_setup_of_an_empty_database_needs_no_demonstration(small):
    with acting_as(OPERATOR):
        assert not setup.has_demo_account()
        assert db.session.scalars(select(Account)).all() == db.session.scalars(select(Station)).all() == []


def test_setup_keeps_the_demonstration_out_of_production(small, monkeypatch):
    monkeypatch.setitem(small.config, "PRODUCTION", True)
    setup.run(with_demo=True)
    assert not setup.has_demo_account()


def test_database_without_tables_has_no_demo_account(new_database):
    app = make_app(new_database("bare"))
    with app.app_context():
        assert not setup.has_demo_account()
        assert inspect(db.engine).get_table_names() == []
        db.engine.dispose()


# ---- roles


def test_roles_are_exactly_the_matrix(small):
    assert cells() == shipped()
    standards = (
        "Regulation",
        "WallPosting",
        "DutyRoster",
        "JointMeeting",
        "Budget",
        "Inspection",
        "Checklist",
        "Confirmation",
        "Recognition",
        "Assessment",
    )
    cases = ("Submission", "UrgentReport", "PolicyIssue")
    exported = ("Station", "StationMember", "MemberUnit", "Volunteer", "Training", *cases, *standards)
    danger = ("DvRiskAssessment", "DvOrder", "MandatoryReport")
    unexported = ("Division", "Case", "Transfer", "Assignment", "SuperiorAssignment", "Escalation", *danger)
    registers = (*exported, *unexported)  # which are not exported
    viewed = {(register, "can_view") for register in (*registers, "WorkCalendar")}
    assert cells()[SUPERVISOR] == viewed | {(register, "can_export") for register in exported} | {
        ("Inspection", f"can_{verb}") for verb in ("add", "edit", "end")
    }


def test_matrix_speaks_of_known_roles_and_verbs():
    assert all(set(row) == set(ROLES) for row in MATRIX.values())
    assert {verb for row in MATRIX.values() for verbs in row.values() for verb in verbs.split()} <= set(VERBS)


@pytest.mark.parametrize(
    ("role", "register", "verb", "grant"),
    [
        (DIVISION_ADMIN, "Station", "delete", False),
        (SUPERVISOR, "Station", "export", False),
        (SUPERVISOR, "Station", "edit", True),
        (SYSTEM_ADMIN, "Station", "view", True),
    ],
)
def test_cell_that_a_manager_changed_stays(small, role, register, verb, grant):
    change_role(role, register, verb, grant)
    changed = cells()
    assert changed[role] ^ shipped()[role] == {(register, f"can_{verb}")}
    setup.run()
    assert cells() == changed


def test_new_register_is_granted_and_what_a_manager_changed_stays(small, monkeypatch):
    change_role(DIVISION_ADMIN, "Station", "delete", False)
    before = cells()
    monkeypatch.setitem(MATRIX, "Case", {DIVISION_ADMIN: "view add", SUPERVISOR: "view", SYSTEM_ADMIN: ""})
    setup.run()
    new = {DIVISION_ADMIN: {("Case", "can_view"), ("Case", "can_add")}, SUPERVISOR: {("Case", "can_view")}}
    new[MANAGER] = {("Case", "grant_view"), ("Case", "grant_add")}
    assert cells() == {role: old | new.get(role, set()) for role, old in before.items()}
    setup.run()
    assert cells() == {role: old | new.get(role, set()) for role, old in before.items()}


def test_new_verb_is_granted_and_what_a_manager_changed_stays(small, monkeypatch):
    change_role(SUPERVISOR, "Station", "export", False)
    before = cells()
    monkeypatch.setitem(VERBS, "approve", "审批")
    monkeypatch.setitem(MATRIX, "Station", MATRIX["Station"] | {SUPERVISOR: "view export approve"})
    setup.run()
    new = {SUPERVISOR: {("Station", "can_approve")}, MANAGER: {("Station", "grant_approve")}}
    assert cells() == {role: old | new.get(role, set()) for role, old in before.items()}


def test_new_cell_of_an_old_register_and_verb_is_granted_and_what_a_manager_took_stays_away(small, monkeypatch):
    change_role(SUPERVISOR, "Station", "export", False)
    before = cells()
    monkeypatch.setitem(MATRIX, "Station", MATRIX["Station"] | {SUPERVISOR: "view export delete"})
    setup.run()
    assert cells() == before | {SUPERVISOR: before[SUPERVISOR] | {("Station", "can_delete")}}
    change_role(SUPERVISOR, "Station", "delete", False)
    setup.run()
    assert cells() == before


def test_cell_that_is_withdrawn_and_shipped_again_is_new_again(small, monkeypatch):
    whole = MATRIX["Station"]
    monkeypatch.setitem(MATRIX, "Station", whole | {SUPERVISOR: "view"})
    setup.run()
    assert cells()[SUPERVISOR] >= {("Station", "can_export")}, "setup takes nothing away"
    change_role(SUPERVISOR, "Station", "export", False)
    monkeypatch.setitem(MATRIX, "Station", whole)
    setup.run()
    assert cells() == shipped()


def test_new_role_gets_its_whole_column(small, monkeypatch):
    before = cells()
    monkeypatch.setattr(roles, "ROLES", (*ROLES, "巡视员"))
    monkeypatch.setitem(MATRIX, "Division", MATRIX["Division"] | {"巡视员": "view export"})
    setup.run()
    assert cells() == before | {"巡视员": {("Division", "can_view"), ("Division", "can_export")}}


# ---- the demonstration


def test_demo_stations_are_the_same_on_every_machine(full):
    with full.app_context(), acting_as(OPERATOR):
        stations = db.session.scalars(select(Station).order_by(Station.id)).all()
        lines = "\n".join(repr([str(getattr(s, name)) for name in CONTENT]) for s in stations)
        assert (len(stations), hashlib.sha256(lines.encode()).hexdigest()) == DEMO_STATIONS


def test_demo_stations_stand_where_one_is_due(full):
    with full.app_context(), acting_as(OPERATOR):
        codes = db.session.scalars(select(Station.division_code)).all()
        assert len(codes) == len(set(codes))
        assert set(codes) < set(db.session.scalars(demo.divisions.due()))
        assert set(db.session.scalars(select(Station.level))) == set(StationLevel)
        assert set(db.session.scalars(select(Station.host))) == set(StationHost)
        assert date(2010, 10, 8) <= min(db.session.scalars(select(Station.founded_on)))
        assert max(db.session.scalars(select(Station.founded_on))) <= TODAY


def test_demo_accounts_are_those_of_the_file(full):
    with demo.ACCOUNTS.open(encoding="utf-8", newline="") as file:
        listed = {(r["username"], r["name"], r["role"], r["division"]) for r in csv.DictReader(file)}
    with full.app_context(), acting_as(OPERATOR):
        scopes = db.session.scalars(select(UserScope)).all()
        stored = {(s.user.username, s.user.first_name, s.role.name, s.division_code) for s in scopes}
        assert stored == listed
        assert all(s.user.is_demo and s.user.active and s.valid_from == TODAY and not s.valid_until for s in scopes)
    assert {role for _, _, role, _ in listed} == set(ROLES)


@pytest.mark.in_turns  # make audit asks both databases
@pytest.mark.parametrize("account", demo.accounts(), ids=lambda account: account["username"])
def test_demo_account_signs_in_and_sees_the_home_page(full, account):
    browser = Browser(full)
    assert browser.sign_in(account["username"], account["password"]).status_code == 302
    assert browser.get("/").status_code == 200


def test_removed_demonstration_comes_back_without_a_second_set_of_stations(full):
    with full.app_context(), acting_as(OPERATOR):
        try:
            assert demo.remove() == len(demo.accounts())
            assert not setup.users.has_demo_account()
            assert demo.load(TODAY) == [f"已载入演示账号 {len(demo.accounts())} 个。"]
            usernames = db.session.scalars(select(Account.username)).all()
            assert sorted(usernames) == sorted(a["username"] for a in demo.accounts())
        finally:
            db.session.rollback()


# ---- the catalogue

PO = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Delete"\nmsgstr "{}"\n'


@pytest.fixture
def catalogue(tmp_path):
    """A .po of one text, compiled; a context is open."""
    source = tmp_path / "messages.po"
    source.write_text(PO.format("删除"), encoding="utf-8")
    with make_app(f"sqlite:///{tmp_path}/app.db").app_context():
        setup.compile_catalogue(source)
        yield source


def text_of(source) -> str:
    with source.with_suffix(".mo").open("rb") as file:
        return read_mo(file)["Delete"].string


def age(source, seconds: int) -> None:
    """Make the source so much newer than what was compiled."""
    made = source.with_suffix(".mo").stat().st_mtime
    os.utime(source, (made + seconds, made + seconds))


@pytest.mark.parametrize(("seconds", "text"), [(1, "去掉"), (0, "删除"), (-1, "删除")])
def test_catalogue_is_compiled_again_when_the_source_is_newer(catalogue, seconds, text):
    catalogue.write_text(PO.format("去掉"), encoding="utf-8")
    age(catalogue, seconds)
    setup.compile_catalogue(catalogue)
    assert text_of(catalogue) == text


def test_unreadable_source_leaves_the_compiled_catalogue(catalogue):
    catalogue.write_bytes(PO.format("去掉").encode("gbk"))
    age(catalogue, 1)
    with pytest.raises(UnicodeDecodeError):
        setup.compile_catalogue(catalogue)
    assert text_of(catalogue) == "删除"


def test_shipped_catalogue_is_compiled_by_setup(product):
    compiled = setup.CATALOGUE.with_suffix(".mo")
    assert compiled.stat().st_mtime >= setup.CATALOGUE.stat().st_mtime
