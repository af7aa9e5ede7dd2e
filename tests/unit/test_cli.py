"""The commands: flask setup, flask divisions, flask demo, flask users, flask case, flask remind."""

import json
import re

import pytest
from flask_appbuilder.security.sqla.models import PermissionView
from sqlalchemy import select

from app import demo, setup
from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import OPERATOR
from app.security.roles import DIVISION_ADMIN, ROLES
from models import Account, AuditEntry, Division, StaffRole, Station
from tests.conftest import Browser, make_app
from tests.world import CHILD, OWN, TODAY

HEADER = "code,parent_code,level,name\n"
GOOD = HEADER + "3303,,city,温州市\n330302,3303,county,鹿城新区\n330303,3303,county,龙湾区\n"
PASSWORD = "Correct-horse-2026"


@pytest.fixture
def run(app):
    """(arguments, input) → what the command answered."""

    def invoke(*args: object, **options: object):
        return app.test_cli_runner().invoke(args=[str(arg) for arg in args], **options)

    return invoke


@pytest.fixture
def table(tmp_path):
    """(text or bytes) → a file with it."""

    def write(content: str | bytes):
        path = tmp_path / "divisions.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def rows(app, model) -> dict:
    """{primary key: the row} of a table, as committed."""
    with app.app_context(), acting_as(OPERATOR):
        found = db.session.scalars(select(model)).all()
        return {getattr(row, "code", None) or row.id: row for row in found}


def names(app) -> dict[str, str]:
    return {code: division.name for code, division in rows(app, Division).items()}


def account(app, username: str) -> Account:
    with app.app_context(), acting_as(OPERATOR):
        found = users.find(username)
        _ = found and [(s.role.name, s.division_code) for s in found.scopes]  # loaded before the session closes
        return found


# ---- flask setup


def test_setup_reports_and_may_be_run_again(run):
    for new in ("已载入建站标准 22 份。\n", ""):  # the small world has two cities, and none of theirs
        answer = run("setup")
        assert (answer.exit_code, answer.output) == (0, "数据库结构、角色与权限已就绪。\n" + new)


@pytest.mark.parametrize(("production", "accounts"), [(False, len(demo.accounts())), (True, 0)])
def test_setup_with_demo_is_for_development_only(app, run, monkeypatch, production, accounts):
    monkeypatch.setitem(app.config, "PRODUCTION", production)
    assert run("setup", "--demo").exit_code == 0
    assert sum(a.is_demo for a in rows(app, Account).values()) == accounts


def test_setup_begins_with_nothing(new_database, tmp_path, monkeypatch):
    (tmp_path / "divisions.csv").write_text(GOOD, encoding="utf-8")
    monkeypatch.setattr(setup, "DIVISIONS", tmp_path / "divisions.csv")
    app = make_app(new_database("commands"))
    answer = app.test_cli_runner().invoke(args=["setup"])
    assert (answer.exit_code, answer.output) == (
        0,
        "数据库结构、角色与权限已就绪。\n已载入区划 3 个。\n已载入 23 年的放假安排。\n已载入建站标准 11 份。\n",
    )
    assert names(app) == {"3303": "温州市", "330302": "鹿城新区", "330303": "龙湾区"}
    with app.app_context():
        db.engine.dispose()


# ---- flask divisions


def test_divisions_load_adds_and_renames(app, run, table):
    before = names(app)
    answer = run("divisions", "load", table(GOOD))
    assert (answer.exit_code, answer.output) == (0, "新增 1，更名 1，未变 1。\n")
    assert names(app) == before | {"330302": "鹿城新区", "330303": "龙湾区"}
    assert run("divisions", "load", table(GOOD)).output == "新增 0，更名 0，未变 3。\n"


def test_divisions_load_is_in_the_audit_under_the_operators_name(app, run, table):
    run("divisions", "load", table(GOOD))
    entries = [e for e in rows(app, AuditEntry).values() if e.actor_name == OPERATOR.name]
    assert {(e.verb, e.register, e.row_key) for e in entries} == {
        ("edit", "Division", "330302"),
        ("add", "Division", "330303"),
    }


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (GOOD + "33030A,3303,county,甲区\n", "第 5 行：区划代码「33030A」应为 4、6、9 或 12 位数字。"),
        ("", "第 1 行：表头应为 code,parent_code,level,name。"),
        (HEADER, "文件中没有区划。"),
        (b"\xff\xfe\x00\x01", "文件不是 UTF-8 或 GB18030 编码的文本。"),
    ],
)
def test_divisions_load_refuses_a_bad_file_and_changes_nothing(app, run, table, content, sentence):
    before, audited = names(app), len(rows(app, AuditEntry))
    answer = run("divisions", "load", table(content))
    assert (answer.exit_code, answer.output) == (1, f"Error: 文件有误，没有改动任何数据：\n{sentence}\n")
    assert (names(app), len(rows(app, AuditEntry))) == (before, audited)


def test_divisions_load_needs_a_file(run, tmp_path):
    assert run("divisions", "load", tmp_path / "none.csv").exit_code == 2
    assert run("divisions", "load", tmp_path).exit_code == 2


# ---- flask demo


def test_demo_accounts_as_json(run):
    answer = run("demo", "accounts", "--json")
    listed = json.loads(answer.output)
    assert answer.exit_code == 0
    assert listed == demo.accounts()
    assert {tuple(item) for item in listed} == {("username", "password", "role", "division")}
    assert all(isinstance(value, str) and value for item in listed for value in item.values())
    assert {item["role"] for item in listed} == set(ROLES)
    assert "区划管理员" in answer.output  # Chinese as it is, not as \\u escapes


def test_demo_accounts_as_lines(run):
    lines = run("demo", "accounts").output.splitlines()
    assert [line.split() for line in lines] == [list(item.values()) for item in demo.accounts()]


def test_demo_load_and_remove(app, run):
    people = set(rows(app, Account))
    answer = run("demo", "load")
    said = f"已载入演示账号 {len(demo.accounts())} 个。\n"  # stations are there already
    assert (answer.exit_code, answer.output) == (0, said)
    demo_user, *_ = demo.accounts()
    assert Browser(app).sign_in(demo_user["username"], demo_user["password"]).status_code == 302
    assert len(rows(app, Account)) == len(people) + len(demo.accounts())
    stations = set(rows(app, Station))
    answer = run("demo", "remove")
    assert (answer.exit_code, answer.output) == (0, f"已删除演示账号 {len(demo.accounts())} 个。\n")
    assert set(rows(app, Account)) == people
    assert set(rows(app, Station)) == stations
    assert run("demo", "remove").output == "已删除演示账号 0 个。\n"


def test_removed_demo_account_is_signed_out(app, run):
    run("demo", "load")
    demo_user, *_ = demo.accounts()
    browser = Browser(app)
    browser.sign_in(demo_user["username"], demo_user["password"])
    assert browser.get("/").status_code == 200
    run("demo", "remove")
    assert "/login/" in browser.get("/").headers["Location"]


def test_demo_load_is_refused_in_production(app, run, monkeypatch):
    monkeypatch.setitem(app.config, "PRODUCTION", True)
    people = set(rows(app, Account))
    answer = run("demo", "load")
    assert (answer.exit_code, answer.output) == (1, "Error: 生产环境不能载入演示数据。\n")
    assert set(rows(app, Account)) == people


# ---- flask users


def add(run, username="new", password=PASSWORD, role=DIVISION_ADMIN, division=OWN, name="新人", **options):
    given = ["--password", password] if password is not None else []
    return run("users", "add", username, "--name", name, "--role", role, "--division", division, *given, **options)


def test_users_add_makes_an_account_that_signs_in(app, run):
    answer = add(run, division=CHILD)
    assert (answer.exit_code, answer.output) == (0, "已新增账号 new。\n")
    made = account(app, "new")
    assert (made.first_name, made.active, made.is_demo) == ("新人", True, False)
    assert [(s.role.name, s.division_code, s.valid_from) for s in made.scopes] == [(DIVISION_ADMIN, CHILD, TODAY)]
    browser = Browser(app)
    assert browser.sign_in("new", PASSWORD).status_code == 302
    assert "共 1 条" in browser.get("/stations/list/").get_data(as_text=True)


def link_in(output: str) -> str:
    (path,) = re.findall(r"^/activate/[\w-]{43}$", output, re.MULTILINE)
    return path


def test_users_add_without_a_password_prints_a_link_that_sets_one(app, run):
    answer = add(run, password=None)
    assert answer.exit_code == 0
    assert account(app, "new").password is None
    browser, link = Browser(app), link_in(answer.output)
    assert browser.submit(link, {"new": PASSWORD, "again": PASSWORD}, page=link).status_code == 302
    assert browser.sign_in("new", PASSWORD).status_code == 302


def test_users_reset_prints_a_new_link_and_the_old_one_is_void(app, run):
    first, second = (link_in(run("users", "reset", "town_admin").output) for _ in range(2))
    browser = Browser(app)
    assert [browser.get(link).status_code for link in (first, second)] == [404, 200]
    assert browser.sign_in("town_admin").status_code == 302  # the password stands until the link is used


def test_users_reset_is_refused_for_a_disabled_account(run):
    answer = run("users", "reset", "disabled")
    assert (answer.exit_code, answer.output) == (1, "Error: 账号 disabled 已停用，请先恢复。\n")


def test_users_enable_lets_in_again(app, run):
    run("users", "disable", "town_admin")
    answer = run("users", "enable", "town_admin")
    assert (answer.exit_code, answer.output) == (0, "已恢复账号 town_admin。\n")
    assert Browser(app).sign_in("town_admin").status_code == 302


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"password": "Elf-zeichen"}, "密码不符合要求：至少 12 个字符。"),
        ({"password": ""}, "密码不符合要求：至少 12 个字符；大写字母、小写字母、数字、符号至少要有 3 种。"),
        ({"division": "330399"}, "没有代码为 330399 的区划。"),
        ({"division": ""}, "没有代码为  的区划。"),
        ({"username": "town_admin"}, "账号 town_admin 已存在。"),
    ],
)
def test_users_add_refuses_in_words_and_adds_nobody(app, run, given, sentence):
    before, audited = set(rows(app, Account)), set(rows(app, AuditEntry))
    answer = add(run, **given)
    assert (answer.exit_code, answer.output) == (1, f"Error: {sentence}\n")
    assert (set(rows(app, Account)), set(rows(app, AuditEntry))) == (before, audited)


@pytest.mark.parametrize(
    "given", [{"username": ""}, {"username": " "}, {"username": "n" * 129}, {"name": ""}, {"name": "名" * 65}]
)
def test_users_add_refuses_a_name_that_is_empty_or_does_not_fit(app, run, given):
    before = set(rows(app, Account))
    answer = add(run, **given)
    assert answer.exit_code in (1, 2)
    assert isinstance(answer.exception, SystemExit)  # in words, not as a traceback
    assert set(rows(app, Account)) == before


def test_users_add_knows_the_roles(app, run):
    answer = add(run, role="站长")
    assert answer.exit_code == 2
    assert all(role in answer.output for role in ROLES)
    assert account(app, "new") is None


def test_users_disable_ends_access_on_the_next_request(app, run, client_as):
    browser = client_as("town_admin")
    assert browser.get("/stations/list/").status_code == 200
    answer = run("users", "disable", "town_admin")
    assert (answer.exit_code, answer.output) == (0, "已停用账号 town_admin。\n")
    refused = browser.get("/stations/list/")
    assert refused.status_code == 302
    assert refused.headers["Location"].startswith("/login/")
    assert Browser(app).sign_in("town_admin").status_code == 422
    assert client_as("county_admin").get("/stations/list/").status_code == 200


@pytest.mark.parametrize("command", ["disable", "enable", "reset"])
def test_users_commands_need_an_account(run, command):
    answer = run("users", command, "nobody")
    assert (answer.exit_code, answer.output) == (1, "Error: 没有账号 nobody。\n")


# ---- flask roles


def test_roles_diff_tells_what_managers_changed(app, run):
    assert run("roles", "diff").output == "内置角色与出厂权限相同。\n"
    with app.app_context(), acting_as(OPERATOR):
        role = db.session.scalars(select(StaffRole).where(StaffRole.name == "督导员")).one()
        export = next(p for p in role.permissions if (p.view_menu.name, p.permission.name) == ("Station", "can_export"))
        edit = next(
            p
            for p in db.session.scalars(select(PermissionView))
            if (p.view_menu.name, p.permission.name) == ("Station", "can_edit")
        )
        role.permissions = [p for p in role.permissions if p is not export] + [edit]
        db.session.commit()
    answer = run("roles", "diff")
    assert (answer.exit_code, answer.output) == (0, "督导员：多出 修改「维权站」\n督导员：缺少 导出「维权站」\n")
    assert json.loads(run("roles", "diff", "--json").output) == [
        {"角色": "督导员", "多出": ["修改「维权站」"], "缺少": ["导出「维权站」"]}
    ]


# ---- flask case


def test_due_date_stands_on_the_first_line_and_its_reason_on_the_second(run):
    answer = run("case", "due", "2026-09-30", "一般")
    assert answer.exit_code == 0
    assert answer.output.splitlines() == [
        "2026-10-15",
        "受理 2026-09-30，次日起算 7 个工作日，国庆放假、10月10日补班，最迟 2026-10-15（含当日）",
    ]


def test_due_date_of_accepting_counts_from_the_application(run):
    answer = run("case", "due", "2026-12-31", "受理")
    assert answer.output.splitlines()[0] == "2027-01-04"
    assert answer.output.splitlines()[1].startswith("申请 2026-12-31，")


@pytest.mark.parametrize(
    ("start", "name", "message"),
    [
        ("2026-9-30", "一般", "「2026-9-30」不是日期，应写成 2026-09-30 这样。"),
        ("2026-02-30", "一般", "「2026-02-30」不是日期"),
        ("9999-12-31", "一般", "日期应在 1949 年到 2100 年之间。"),
        ("0001-01-01", "复杂", "日期应在 1949 年到 2100 年之间。"),
        ("2026-09-30", "困难", "没有「困难」的期限，应是受理、简单、一般、复杂、疑难之一。"),
    ],
)
def test_due_date_of_nonsense_is_refused_in_words(run, start, name, message):
    answer = run("case", "due", start, name)
    assert (answer.exit_code, answer.exception.__class__) == (1, SystemExit)
    assert message in answer.output


# ---- flask coverage


def test_coverage_is_told_in_words_and_as_json(run):
    told = json.loads(run("coverage", OWN, "--json").output)
    assert list(told) == ["due", "built", "up_to_standard", "confirmed", "missing"]
    assert told["missing"] == told["due"] - told["built"]
    assert told["built"] >= 2
    figures = [int(n) for n in re.findall(r"\d+", run("coverage", OWN).output)]
    assert figures == [told[name] for name in ("due", "built", "missing", "up_to_standard", "confirmed")]


@pytest.mark.parametrize("code", ["9", "x", "", "330302 006", "330302006"[:8]])
def test_coverage_of_no_division_is_refused(run, code):
    answer = run("coverage", code)
    assert (answer.exit_code, f"没有区划「{code}」。" in answer.output) == (1, True)
