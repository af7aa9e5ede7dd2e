"""The pages of accounts: adding, granting, taking back, disabling; and attacks by post."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import SETUP
from models import Account, AuditEntry, StaffRole, UserScope
from tests.pages.chinese import problems
from tests.world import CHILD, CITY, COUNTY, OTHER_COUNTY, OWN, PASSWORD, SIBLING, TODAY

pytestmark = pytest.mark.in_turns  # what pages say; make audit asks both databases

STAFF, ADMIN, SYSTEM, MANAGER = "工作人员", "区划管理员", "系统管理员", "授权管理员"


@pytest.fixture
def read(app):
    """(function) → what it returns, called as the product in a context of its own."""

    def call(function):
        with app.app_context(), acting_as(SETUP):
            return function()

    return call


@pytest.fixture
def account(read):
    return lambda username: read(lambda: users.find(username).id)


@pytest.fixture
def role(read):
    return lambda name: read(lambda: db.session.scalars(select(StaffRole.id).where(StaffRole.name == name)).one())


@pytest.fixture
def scopes(read):
    """(username) → [(role, place, from, until)] as committed."""

    def rows(username: str):
        found = db.session.scalars(select(UserScope).where(UserScope.user_id == users.find(username).id))
        return [(s.role.name, s.division_code, s.valid_from, s.valid_until) for s in found]

    return lambda username: read(lambda: rows(username))


def grant(role: int, place: str, start=TODAY, until="") -> dict:
    return {"role_id": str(role), "division_code": place, "valid_from": str(start), "valid_until": str(until)}


def test_list_shows_who_is_in_my_part_with_his_scopes(client_as):
    answer = client_as("manager").get("/accounts/list/")
    page = answer.get_data(as_text=True)
    assert "town_admin" in page
    assert "区划管理员 · 鹿城区 五马街道（2020-01-01 起）" in page
    assert "foreign_admin" not in page
    assert "city_admin" not in page
    assert not problems("/accounts/accounts", answer)


@pytest.mark.parametrize(
    "query",
    [
        "?q=姓名town_admin",
        "?_flt_0_active=n",
        f"?_flt_0_division_code={CHILD}",
        "?_oc_UserView=username",
    ],
)
def test_list_is_searched_and_ordered(client_as, query):
    answer = client_as("manager").get(f"/accounts/list/{query}")
    assert answer.status_code == 200
    assert not problems("/accounts/accounts", answer)


def test_account_is_added_granted_taken_back_and_disabled(client_as, account, role, scopes, read, app):
    browser = client_as("manager")
    form = {"username": "x1", "first_name": "新人", "division_code": OWN}
    assert browser.submit("/accounts/add", form).status_code == 302
    key = account("x1")
    assert read(lambda: users.find("x1").password) is None
    assert browser.submit(f"/accounts/grant/{key}", grant(role(STAFF), OWN)).status_code == 302
    later = TODAY + timedelta(days=9)
    assert browser.submit(f"/accounts/grant/{key}", grant(role(ADMIN), CHILD, later, later)).status_code == 302
    assert scopes("x1") == [(STAFF, OWN, TODAY, None), (ADMIN, CHILD, later, later)]
    page = browser.get(f"/accounts/show/{key}")
    assert "收回" in page.get_data(as_text=True)
    assert not problems("/accounts/show", page)
    history = browser.get(f"/accounts/history/{key}")
    assert "工作人员" in history.get_data(as_text=True)
    assert not problems("/accounts/history", history)
    for scope in read(lambda: list(db.session.scalars(select(UserScope.id).where(UserScope.user_id == key)))):
        assert browser.submit(f"/accounts/revoke/{key}/{scope}").status_code == 302
    assert scopes("x1") == []
    browser.submit(f"/accounts/active/{key}", {"active": "0"})
    assert read(lambda: users.find("x1").active) is False
    browser.submit(f"/accounts/active/{key}", {"active": "1"})
    assert read(lambda: users.find("x1").active) is True


def test_scope_in_force_ends_yesterday(client_as, account, scopes, read):
    key = account("town_admin")
    (scope,) = read(lambda: list(db.session.scalars(select(UserScope.id).where(UserScope.user_id == key))))
    client_as("manager").submit(f"/accounts/revoke/{key}/{scope}")
    assert scopes("town_admin")[0][3] == TODAY - timedelta(days=1)
    assert client_as("town_admin").get("/stations/list/").status_code == 403


def test_person_without_a_password_does_not_sign_in(client_as, app):
    from tests.conftest import Browser

    client_as("manager").submit("/accounts/add", {"username": "x1", "first_name": "新", "division_code": OWN})
    for password in ("", PASSWORD, "None"):
        assert Browser(app).sign_in("x1", password).status_code == 422


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"username": "", "first_name": "", "division_code": OWN}, "必填"),
        ({"username": "新 人", "first_name": "新人", "division_code": OWN}, "账号应为"),
        ({"username": "town_admin", "first_name": "新人", "division_code": OWN}, "已存在"),
        ({"username": "x1", "first_name": "新人", "division_code": COUNTY}, "下级区划以内"),
        ({"username": "x1", "first_name": "新人", "division_code": ""}, "无权操作"),
        ({"username": "x1", "first_name": "新人", "division_code": OTHER_COUNTY}, "没有找到"),
    ],
)
def test_refused_accounts_say_why(client_as, form, said):
    answer = client_as("manager").submit("/accounts/add", form)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert not problems("/accounts/add", answer)


@pytest.mark.parametrize(
    ("target", "name", "place", "status"),
    [
        ("town_admin", SYSTEM, OWN, 422),  # not in his choices
        ("town_admin", STAFF, COUNTY, 422),
        ("town_admin", STAFF, OTHER_COUNTY, 422),
        ("town_admin", MANAGER, CITY, 422),
        ("manager", ADMIN, CHILD, 422),  # himself
        ("county_admin", STAFF, CHILD, 422),  # his own level
        ("mixed", STAFF, CHILD, 422),  # somebody with a scope elsewhere
        ("city_admin", STAFF, CHILD, 404),
        ("foreign_admin", STAFF, CHILD, 404),
    ],
)
def test_refused_grants_change_nothing(client_as, account, role, scopes, target, name, place, status):
    before = scopes(target)
    answer = client_as("manager").submit(f"/accounts/grant/{account(target)}", grant(role(name), place))
    assert answer.status_code == status
    assert scopes(target) == before
    assert not problems("/accounts/grant", answer)


@pytest.mark.parametrize("target", ["manager", "county_admin", "mixed", "system_admin", "city_admin", "auditor"])
def test_refused_changes_of_accounts_change_nothing(client_as, account, scopes, read, target):
    browser, key, before = client_as("manager"), account(target), scopes(target)
    scope = read(lambda: db.session.scalars(select(UserScope.id).where(UserScope.user_id == key)).first())
    browser.submit(f"/accounts/active/{key}", {"active": "0"})
    browser.submit(f"/accounts/edit/{key}", {"first_name": "改名", "division_code": SIBLING})
    browser.submit(f"/accounts/revoke/{key}/{scope}")
    kept = read(lambda: (db.session.get(Account, key).active, db.session.get(Account, key).first_name))
    assert kept == (True, f"姓名{target}")
    assert scopes(target) == before


def test_scope_of_another_person_is_not_taken_by_way_of_mine(client_as, account, read):
    other = account("village_admin")
    scope = read(lambda: db.session.scalars(select(UserScope.id).where(UserScope.user_id == other)).one())
    assert client_as("manager").submit(f"/accounts/revoke/{account('town_admin')}/{scope}").status_code == 404


@pytest.mark.parametrize("username", ["county_admin", "staff", "supervisor", "auditor", "expired"])
def test_others_have_no_page_of_accounts(client_as, account, username):
    browser, key = client_as(username), account("village_admin")
    for path in ("list/", "add", f"show/{key}", f"edit/{key}", f"history/{key}", "places/"):
        assert browser.get(f"/accounts/{path}").status_code == 403
    for path in (f"grant/{key}", f"active/{key}", f"revoke/{key}/1"):
        assert browser.submit(f"/accounts/{path}", {}).status_code == 403


def test_places_are_those_where_i_grant(client_as):
    items = client_as("manager").get(f"/accounts/places/?parent={COUNTY}").get_json()["items"]
    assert {item["id"] for item in items} >= {OWN, SIBLING}
    assert client_as("manager").get("/accounts/places/?q=他").get_json()["items"] == []


def test_link_is_shown_once_to_who_may_manage_the_account(client_as, account, app, read):
    answer = client_as("manager").submit(f"/accounts/invite/{account('town_admin')}")
    assert answer.status_code == 200
    assert "/activate/" in answer.get_data(as_text=True)
    entry = read(lambda: db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(1)).one())
    assert (entry.verb, entry.actor_name) == ("activation", "姓名manager")


@pytest.mark.parametrize("target", ["manager", "county_admin", "mixed", "system_admin"])
def test_no_link_to_the_account_of_somebody_above_or_elsewhere(client_as, account, target):
    answer = client_as("manager").submit(f"/accounts/invite/{account(target)}", follow_redirects=True)
    page = answer.get_data(as_text=True)
    assert "/activate/" not in page
    assert "alert-danger" in page or answer.status_code in (403, 404)


def test_two_managers_on_one_account_do_not_overwrite_each_other(client_as, account):
    """A sign-in between is no change of his: the form is still the newest."""
    first, second, path = client_as("manager"), client_as("city_manager"), f"/accounts/edit/{account('town_admin')}"
    opened = second.version(path)
    client_as("town_admin")
    assert second.version(path) == opened
    assert first.submit(path, {"first_name": "甲"}).status_code == 302
    answer = second.submit(path, {"first_name": "乙", **opened})
    assert answer.status_code == 409
    assert 'value="乙"' in answer.get_data(as_text=True)


def test_a_new_account_that_is_sent_twice_is_one(client_as):
    manager = client_as("manager")
    form = {"username": "new_clerk", "first_name": "新", "division_code": OWN, "_once": "0" * 32}
    assert manager.submit("/accounts/add", form).location == manager.submit("/accounts/add", form).location
