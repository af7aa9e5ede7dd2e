"""For whom a 部门经办人 acts: asked for in the form of his scope, shown beside his role."""

from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import UserScope
from tests.security.attacks import OFFICER, STAFF, account_id, role_id
from tests.security.registers import BY_REGISTER
from tests.world import OWN, SIBLING, canary

UNIT = BY_REGISTER["MemberUnit"].keys


def form_for(app, role, unit=""):
    with app.app_context(), acting_as(SETUP):
        return account_id("staff"), {
            "role_id": str(role_id(role)), "division_code": OWN, "valid_from": "2026-11-25", "unit_id": str(unit),
        }  # fmt: skip


def units_of(app, user):
    with app.app_context(), acting_as(SETUP):
        return [scope.unit_id for scope in db.session.query(UserScope).filter_by(user_id=user) if scope.unit_id]


def test_an_officer_acts_for_a_unit_of_his_scope(app, client_as):
    browser = client_as("manager")
    for unit, sentence in (("", "部门经办人要填写他的成员单位"), (UNIT[SIBLING], "成员单位要在所授的管辖区划以内")):
        user, form = form_for(app, OFFICER, unit)
        answer = browser.submit(f"/accounts/grant/{user}", form)
        assert answer.status_code == 422
        assert sentence in answer.text
    user, form = form_for(app, OFFICER, UNIT[OWN])
    assert browser.submit(f"/accounts/grant/{user}", form).status_code == 302
    assert units_of(app, user) == [UNIT[OWN]]
    assert f"{OFFICER}（{canary('UNIT', OWN)}）" in browser.get(f"/accounts/show/{user}").text


def test_no_other_role_has_a_unit(app, client_as):
    user, form = form_for(app, STAFF, UNIT[OWN])
    answer = client_as("manager").submit(f"/accounts/grant/{user}", form | {"valid_from": "2020-01-01"})
    assert answer.status_code == 422
    assert units_of(app, user) == []


def test_the_units_offered_lie_where_the_manager_may_grant(client_as):
    found = client_as("manager").get(f"/accounts/units/?q={canary('UNIT', OWN)}").json["items"]
    assert [item["id"] for item in found] == [UNIT[OWN]]
    assert client_as("manager").get(f"/accounts/units/?q={canary('UNIT', '330304')}").json["items"] == []
    assert client_as("staff").get("/accounts/units/").status_code == 403
