"""The commands of `flask`: setup, divisions, demo, roles, users, case, standards, coverage, remind."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from app import board, calendars, clock, demo, divisions, reminders, roles, standards, terms
from app import setup as setup_
from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security import activation, attempts, users
from app.security.actor import OPERATOR
from app.security.roles import ROLES
from models import Account, Division

divisions_group = click.Group("divisions", help="区划：载入或更新。")
demo_group = click.Group("demo", help="演示数据：载入、列出、删除账号。")
roles_group = click.Group("roles", help="角色：与出厂权限比较。")
users_group = click.Group("users", help="账号：新增、停用、恢复、重设密码。")
standards_group = click.Group("standards", help="建站标准：重新判定。")
case_group = click.Group("case", help="案件：按工作日历算到期日。")


@contextmanager
def _operating() -> Iterator[None]:
    """Act as the operator and commit; what he can mend is rolled back and told in its own words."""
    with acting_as(OPERATOR):
        try:
            yield
        except DomainError as error:
            db.session.rollback()
            raise click.ClickException(str(error)) from error
        db.session.commit()


@click.command("setup")
@click.option("--demo", "with_demo", is_flag=True, help="同时载入演示数据（生产环境忽略）。")
@with_appcontext
def setup(with_demo: bool) -> None:
    """建立或升级数据库，创建角色与权限，载入参考数据；可重复执行。"""
    for line in setup_.run(with_demo):
        click.echo(line)


@divisions_group.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def divisions_load(file: Path) -> None:
    """从 CSV（code,parent_code,level,name）载入或更新一个设区市的区划；有错则不改动任何数据。"""
    with _operating():
        loaded = divisions.load(file.read_bytes())
    click.echo(f"新增 {loaded.added}，更名 {loaded.changed}，未变 {loaded.same}。")


@demo_group.command("load")
@with_appcontext
def demo_load() -> None:
    """载入演示账号和演示维权站。"""
    if current_app.config["PRODUCTION"]:
        raise click.ClickException("生产环境不能载入演示数据。")
    for line in demo.load(clock.today()):
        click.echo(line)


@demo_group.command("accounts")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def demo_accounts(as_json: bool) -> None:
    """列出演示账号。"""
    rows = demo.accounts()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(demo.line(row))


@demo_group.command("remove")
@with_appcontext
def demo_remove() -> None:
    """删除全部演示账号。"""
    with _operating():
        removed = demo.remove()
    click.echo(f"已删除演示账号 {removed} 个。")


@roles_group.command("diff")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@with_appcontext
def roles_diff(as_json: bool) -> None:
    """列出内置角色与出厂权限不同的地方。"""
    with _operating():
        found = roles.differences()
        rows = [{"角色": d.role, "多出": roles.texts(d.more), "缺少": roles.texts(d.fewer)} for d in found]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for row in rows:
        for what in ("多出", "缺少"):
            for text in row[what]:
                click.echo(f"{row['角色']}：{what} {text}")
    if not rows:
        click.echo("内置角色与出厂权限相同。")


@users_group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="姓名。")
@click.option("--role", required=True, type=click.Choice(ROLES), help="角色。")
@click.option("--division", required=True, help="管辖区划的代码。")
@click.option("--password", help="给脚本和测试用；不写则打印激活链接，由本人设置密码。")
@with_appcontext
def users_add(username: str, name: str, role: str, division: str, password: str | None) -> None:
    """新增一个账号，给他一个角色和一个管辖范围，打印激活链接。"""
    link = ""
    with _operating():
        account = users.add(username, name, password, [(role, division)], clock.today())
        if password is None:
            link = _link(account)
    click.echo(f"已新增账号 {username}。{link}")


def _link(account: Account) -> str:
    """A new activation link, in a sentence."""
    return f"激活链接（72 小时内有效，只能用一次）：\n/activate/{activation.issue(account, clock.now())}"


def _account(username: str) -> Account:
    account = users.find(username)
    if account is None:
        raise DomainError(f"没有账号 {username}。")
    return account


@users_group.command("reset")
@click.argument("username")
@with_appcontext
def users_reset(username: str) -> None:
    """打印新的激活链接，由本人重设密码；以前的链接作废。"""
    with _operating():
        account = _account(username)
        if not account.active:
            raise DomainError(f"账号 {username} 已停用，请先恢复。")
        link = _link(account)
    click.echo(link)


@users_group.command("enable")
@click.argument("username")
@with_appcontext
def users_enable(username: str) -> None:
    """恢复一个停用的账号，并解除锁定。"""
    with _operating():
        account = _account(username)
        account.active = True
        attempts.unlock(account)
    click.echo(f"已恢复账号 {username}。")


@users_group.command("disable")
@click.argument("username")
@with_appcontext
def users_disable(username: str) -> None:
    """停用一个账号；他的下一个请求就会被拒绝。"""
    with _operating():
        _account(username).active = False
    click.echo(f"已停用账号 {username}。")


@case_group.command("due")
@click.argument("start")
@click.argument("name")
@with_appcontext
def case_due(start: str, name: str) -> None:
    """一件事从受理那天起，最迟哪一天办完，为什么；NAME 是难易程度（简单、一般、复杂、疑难），或者受理。"""
    known = terms.terms()
    if name not in known:
        raise click.ClickException(f"没有「{name}」的期限，应是{'、'.join(known)}之一。")
    with _operating():
        due = calendars.current().due(_day(start), known[name])
    click.echo(due.on.isoformat())
    click.echo(due.sentence("申请" if name == "受理" else "受理"))


@standards_group.command("judge")
@click.option("--division", default="", help="只判这个区划里的。")
@with_appcontext
def standards_judge(division: str) -> None:
    """按现在的记录和标准，重新判定所有维权站；平时不用，记录一变就已经判过。"""
    with _operating():
        for done, of in standards.judge_all(db.session(), clock.today(), division):
            click.echo(f"已判定 {done} / {of} 个维权站。")


@click.command("coverage")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
@with_appcontext
def coverage(code: str, as_json: bool) -> None:
    """一个区划的应建、已建、系统判定达标、（县级）认定和未建的维权站各有多少。"""
    with _operating():
        if db.session.get(Division, code) is None:
            raise DomainError(f"没有区划「{code}」。")
        found = board.total([code], clock.today()).now
    if as_json:
        names = {"up": "up_to_standard"}
        figures = {names.get(name, name): n for name, n in found._asdict().items()}
        click.echo(json.dumps({**figures, "missing": found.missing}))
        return
    built = f"应建 {found.due}，已建 {found.built}，未建 {found.missing}"
    click.echo(f"{built}，系统判定达标 {found.up}，已认定 {found.confirmed}。")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise DomainError(f"「{text}」不是日期，应写成 2026-09-30 这样。") from None
    if not calendars.FIRST <= day.year <= calendars.LAST:
        raise DomainError(f"日期应在 {calendars.FIRST} 年到 {calendars.LAST} 年之间。")
    return day


@click.command("remind")
@click.option("--dry-run", is_flag=True, help="只说会新增几条，不写入。")
@with_appcontext
def remind(dry_run: bool) -> None:
    """给快到期和已逾期的案件自动催办；可以重复执行，中断了再执行就接着做。"""
    made = reminders.run(clock.today(), int(current_app.config["URGE_DAYS"]), dry_run)
    click.echo(f"（试算，没有写入）{made}" if dry_run else made)
