"""In a real browser: a manager lets somebody in, she sets her password and works, and she is shut out again."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import SETUP
from models import StaffRole, UserScope
from tests.pages.browsing import DESK, PHONE, agree, choose, look, save, to, told
from tests.world import COUNTY, DIVISIONS, OWN, TODAY

pytestmark = [pytest.mark.browser, pytest.mark.in_turns]
NEW_PASSWORD = "Shan-Hai-8642-xin"


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
def test_somebody_is_let_in_and_shut_out(person, stranger, screen):
    manager = person("manager", screen)
    look(manager, "manager-home")
    to(manager, "账号", "账号")
    look(manager, "accounts")
    to(manager, "新增", "新增账号")
    manager.get_by_label("账号").fill("zhou.yun")
    manager.get_by_label("姓名").fill("周云")
    choose(manager, "所属区划", "五马")
    look(manager, "account-typed")
    save(manager)
    told(manager, "已新增")
    manager.get_by_label("角色").select_option("工作人员")
    choose(manager, "管辖区划", "五马")
    look(manager, "account")
    manager.get_by_role("button", name="授权").click()
    told(manager, "已授权")
    expect(manager.get_by_role("row", name="工作人员")).to_contain_text(f"鹿城区 {DIVISIONS[OWN]}")
    look(manager, "account-granted")
    account = manager.url
    agree(manager, "发送激活链接")
    link = manager.get_by_label("激活链接").input_value()
    look(manager, "link")

    new = stranger(screen)
    new.goto(link)
    expect(new.get_by_text("周云")).to_be_visible()
    new.get_by_label(re.compile("^新密码")).fill("12345678")
    new.get_by_label("再输一次新密码").fill("12345678")
    new.get_by_role("button", name="设置密码").click()
    expect(new.locator(".has-error")).to_be_visible()
    look(new, "password-refused")
    new.get_by_label(re.compile("^新密码")).fill(NEW_PASSWORD)
    new.get_by_label("再输一次新密码").fill(NEW_PASSWORD)
    new.get_by_role("button", name="设置密码").click()
    told(new, "密码已设置")
    look(new, "password-set")
    new.get_by_label("账号").fill("zhou.yun")
    new.get_by_label("密码").fill(NEW_PASSWORD)
    new.get_by_role("button", name="登录").click()
    expect(new.get_by_text("工作人员 · 鹿城区 五马街道")).to_be_visible()
    look(new, "new-home")
    to(new, "队伍", "队伍")
    expect(new.get_by_role("link", name="新增", exact=True)).to_be_visible()

    manager.goto(account)
    agree(manager, "收回")
    told(manager, "已收回")
    look(manager, "account-taken-back")
    new.get_by_role("link", name="新增", exact=True).click()
    expect(new.get_by_role("button", name="登录")).to_be_visible()  # signed out by the change
    new.get_by_label("账号").fill("zhou.yun")
    new.get_by_label("密码").fill(NEW_PASSWORD)
    new.get_by_role("button", name="登录").click()
    expect(new.get_by_role("heading", level=1)).to_contain_text("没有权限")
    look(new, "refused")
    new.goto("/")
    expect(new.get_by_text("您目前没有有效的角色")).to_be_visible()
    look(new, "nothing-left")


def test_a_manager_gives_himself_nothing(app, person):
    with app.app_context(), acting_as(SETUP):
        key = users.find("manager").id
        role = db.session.scalars(select(StaffRole.id).where(StaffRole.name == "工作人员")).one()
    page = person("manager")
    page.goto(f"/accounts/show/{key}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("姓名manager")
    for name in ("授权", "收回", "停用", "发送激活链接"):
        expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
    look(page, "own-account")
    token = page.locator("input[name=csrf_token]").first.input_value()
    form = {"csrf_token": token, "role_id": str(role), "division_code": OWN, "valid_from": str(TODAY)}
    for place in (OWN, COUNTY):
        answer = page.request.post(f"/accounts/grant/{key}", form=form | {"division_code": place})
        assert answer.status in (403, 422)
    page.reload()
    expect(page.get_by_role("row", name="工作人员")).to_have_count(0)
    with app.app_context(), acting_as(SETUP):
        assert len(db.session.scalars(select(UserScope).where(UserScope.user_id == key)).all()) == 1


def test_the_matrix_of_a_role(person):
    phone = person("manager", PHONE)
    phone.goto("/roles/list/")
    look(phone, "roles")
    to(phone, "工作人员", "工作人员")
    look(phone, "role")
    desk = person("city_manager", DESK)
    desk.goto("/roles/list/")
    to(desk, "工作人员", "工作人员")
    look(desk, "role")
    desk.get_by_label("导出「队伍」", exact=True).check()
    desk.get_by_role("button", name="下一步").click()
    expect(desk.get_by_text("人将能导出「队伍」")).to_be_visible()
    look(desk, "role-confirm")
