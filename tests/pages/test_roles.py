"""The pages of roles: the matrix, what a change would mean before it is saved, copies; and attacks by post."""

import re

import pytest
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry, StaffRole
from tests.pages.chinese import problems
from tests.world import CITY, COUNTY, OTHER_COUNTY, OWN

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

SUPERVISOR, MANAGER, ADMIN = "督导员", "授权管理员", "区划管理员"


@pytest.fixture
def cells_of(app):
    """(name) → {"Station.can_view", …} as committed, None for no such role."""

    def read(name: str) -> set[str] | None:
        with app.app_context(), acting_as(SETUP):
            role = db.session.scalars(select(StaffRole).where(StaffRole.name == name)).one_or_none()
            return {f"{p.view_menu.name}.{p.permission.name}" for p in role.permissions} if role else None

    return read


@pytest.fixture
def key_of(app):
    def read(name: str) -> int:
        with app.app_context(), acting_as(SETUP):
            return db.session.scalars(select(StaffRole.id).where(StaffRole.name == name)).one()

    return read


def form_of(page: str) -> dict:
    """What the matrix form would send: the digest and the ticked cells."""
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    ticked = re.findall(r'name="cell" value="([\w.]+)"[^>]* checked', page)
    return {"digest": digest, "cell": ticked or re.findall(r'type="hidden" name="cell" value="([\w.]+)"', page)}


def change(browser, key: int, edit) -> tuple:
    """Tick by `edit`, read the confirmation, confirm; both answers."""
    data = form_of(browser.get(f"/roles/show/{key}").get_data(as_text=True))
    edit(data["cell"])
    first = browser.submit(f"/roles/change/{key}", data)
    page = first.get_data(as_text=True)
    again = browser.submit(f"/roles/change/{key}", form_of(page) | {"confirmed": "1"}) if "confirmed" in page else None
    return first, again


def test_list_shows_the_shipped_roles_and_those_along_my_line(client_as, key_of):
    city, county = client_as("city_manager"), client_as("manager")
    for owner, title in ((COUNTY, "鹿城督导"), (OTHER_COUNTY, "瓯海督导")):
        browser = city if owner == OTHER_COUNTY else county
        data = {"title": title, "division_code": COUNTY if browser is county else CITY}
        assert browser.submit(f"/roles/copy/{key_of(SUPERVISOR)}", data).status_code == 302
    page = county.get("/roles/list/").get_data(as_text=True)
    assert "鹿城督导" in page
    assert "瓯海督导" in page  # a city's copy: it lies on the county's line
    assert SUPERVISOR in page
    assert not problems("roles", county.get("/roles/list/"))


def test_city_manager_changes_a_shipped_role_after_reading_what_it_means(client_as, key_of, cells_of, app):
    browser, key = client_as("city_manager"), key_of(SUPERVISOR)
    first, again = change(browser, key, lambda cells: cells.append("Station.edit"))
    assert "人将能修改「维权站」" in first.get_data(as_text=True)
    assert not problems("confirm", first)
    assert "Station.can_edit" not in (cells_of(SUPERVISOR) - {"Station.can_edit"})
    assert again.status_code == 302
    assert "Station.can_edit" in cells_of(SUPERVISOR)
    with app.app_context(), acting_as(SETUP):
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one()
        assert (entry.register, entry.actor_name) == ("StaffRole", "姓名city_manager")
    history = browser.get(f"/roles/history/{key}")
    assert "修改「维权站」" in history.get_data(as_text=True)
    assert not problems("history", history)


def test_nothing_is_saved_before_it_is_confirmed(client_as, key_of, cells_of):
    browser, before = client_as("city_manager"), cells_of(SUPERVISOR)
    data = form_of(browser.get(f"/roles/show/{key_of(SUPERVISOR)}").get_data(as_text=True))
    answer = browser.submit(f"/roles/change/{key_of(SUPERVISOR)}", data | {"cell": []})
    assert answer.status_code == 200
    assert "人将不能再" in answer.get_data(as_text=True)
    assert cells_of(SUPERVISOR) == before


def test_a_stale_confirmation_is_refused(client_as, key_of, cells_of):
    browser, key = client_as("city_manager"), key_of(SUPERVISOR)
    stale = form_of(browser.get(f"/roles/show/{key}").get_data(as_text=True))
    change(browser, key, lambda cells: cells.append("Station.edit"))
    answer = browser.submit(f"/roles/change/{key}", stale | {"confirmed": "1"})
    assert answer.status_code == 409
    assert "Station.can_edit" in cells_of(SUPERVISOR)
    assert not problems("stale", answer)


@pytest.mark.parametrize(
    ("username", "role", "cell"),
    [
        ("manager", SUPERVISOR, "Station.edit"),  # a county's manager, a shipped role
        ("city_manager", MANAGER, "Station.grant_view"),  # a role he holds
        ("city_manager", "系统管理员", "Case.view"),
        ("city_manager", "审计员", "Case.view"),
        ("city_manager", ADMIN, "Division.add"),  # more than he may hand on
        ("city_manager", ADMIN, "Account.grant"),
        ("city_manager", ADMIN, "Station.grant_view"),
        ("city_manager", ADMIN, "Nothing.view"),
    ],
)
def test_what_may_not_be_changed_stays_whatever_is_posted(client_as, key_of, cells_of, username, role, cell):
    browser, key, before = client_as(username), key_of(role), cells_of(role)
    page = browser.get(f"/roles/show/{key}").get_data(as_text=True)
    digest = re.search(r'name="digest" value="(\w+)"', page)[1]
    held = [f"{c.partition('.')[0]}.{c.partition('.')[2].removeprefix('can_')}" for c in before]
    browser.submit(f"/roles/change/{key}", {"digest": digest, "cell": [*held, cell], "confirmed": "1"})
    assert cells_of(role) == before


@pytest.mark.parametrize("username", ["county_admin", "staff", "supervisor", "auditor", "expired", "nowhere"])
def test_others_have_no_page_of_roles(client_as, key_of, username):
    browser = client_as(username)
    for path in ("list/", f"show/{key_of(SUPERVISOR)}"):
        assert browser.get(f"/roles/{path}").status_code == 403
    for path in ("change", "copy", "remove"):
        assert browser.submit(f"/roles/{path}/{key_of(SUPERVISOR)}", {"title": "新"}).status_code == 403


def test_system_administrator_reads_and_changes_nothing(client_as, key_of):
    browser, key = client_as("system_admin"), key_of(SUPERVISOR)
    assert 'name="cell"' not in browser.get(f"/roles/show/{key}").get_data(as_text=True)
    assert browser.submit(f"/roles/change/{key}", {"cell": "Station.edit"}).status_code == 403


def test_copy_is_made_changed_and_deleted(client_as, key_of, cells_of):
    browser = client_as("manager")
    answer = browser.submit(f"/roles/copy/{key_of(SUPERVISOR)}", {"title": "本县督导", "division_code": COUNTY})
    assert answer.status_code == 302
    name = f"{COUNTY}:本县督导"
    assert cells_of(name) == cells_of(SUPERVISOR)
    key = key_of(name)
    assert not problems("copy", browser.get(f"/roles/show/{key}"))
    change(browser, key, lambda cells: cells.remove("Station.export"))
    assert cells_of(name) == cells_of(SUPERVISOR) - {"Station.can_export"}
    browser.submit(f"/roles/remove/{key}")
    assert cells_of(name) is None


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"title": "", "division_code": COUNTY}, "名称应为"),
        ({"title": "系统管理员", "division_code": COUNTY}, "不能与内置角色同名"),
        ({"title": "系统\u200b管理员", "division_code": COUNTY}, "名称应为"),
        ({"title": "本县督导\u202e", "division_code": COUNTY}, "名称应为"),
        ({"title": "系统管\uf9e4员", "division_code": COUNTY}, "不能与内置角色同名"),
        ({"title": "系统　管理员", "division_code": COUNTY}, "不能与内置角色同名"),
        ({"title": "外县", "division_code": OTHER_COUNTY}, "无权操作"),
        ({"title": "上级", "division_code": CITY}, "无权操作"),
        ({"title": "没有", "division_code": ""}, "无权操作"),
        ({"title": "冒号:名", "division_code": COUNTY}, "不能有冒号"),
    ],
)
def test_refused_copies_say_why(client_as, key_of, data, said):
    answer = client_as("manager").submit(f"/roles/copy/{key_of(SUPERVISOR)}", data, follow_redirects=True)
    assert said in answer.get_data(as_text=True)
    assert not problems("copy", answer)


def test_copy_of_another_county_does_not_exist_for_me(client_as, key_of, app):
    with app.app_context(), acting_as(SETUP):
        origin = key_of(SUPERVISOR)
        db.session.add(StaffRole(name=f"{OTHER_COUNTY}:外县", division_code=OTHER_COUNTY, based_on_id=origin))
        db.session.add(StaffRole(name=f"{OWN}:乡镇", division_code=OWN, based_on_id=origin))
        db.session.commit()
    browser = client_as("manager")
    assert browser.get(f"/roles/show/{key_of(f'{OTHER_COUNTY}:外县')}").status_code == 404
    assert browser.submit(f"/roles/change/{key_of(f'{OTHER_COUNTY}:外县')}").status_code == 404
    assert browser.get(f"/roles/show/{key_of(f'{OWN}:乡镇')}").status_code == 200
