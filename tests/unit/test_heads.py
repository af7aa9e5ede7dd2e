"""Who heads a station follows the roles as they are: asked once in a transaction, and again when one has changed."""

import pytest
from sqlalchemy import select

from app import seals
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from app.security.roles import DIVISION_ADMIN
from models import Case, StaffRole
from tests.security.attacks import person
from tests.security.registers import BY_REGISTER
from tests.watching import statements
from tests.world import OWN

KEY = BY_REGISTER["Case"].keys[OWN]


@pytest.fixture(autouse=True)
def in_context(context):
    """These rules are called without a request."""


def heads(actor):
    """Whether somebody heads the station of a case."""
    asked = select(Case.id).where(Case.id == KEY, seals.is_head(Case.__table__.c, actor))
    return db.session.execute(asked).first() is not None


def take_approval(role):
    cells = [
        cell for cell in role.permissions if cell.view_menu.name == "Case" and cell.permission.name == "can_approve"
    ]
    assert cells
    for cell in cells:
        role.permissions.remove(cell)


def role():
    return db.session.scalars(select(StaffRole).where(StaffRole.name == DIVISION_ADMIN)).one()


def test_a_role_that_loses_the_approval_heads_nothing_from_then_on():
    town_admin, county_admin = person("town_admin"), person("county_admin")
    with acting_as(SETUP):
        assert (heads(town_admin), heads(county_admin)) == (True, False)
        before = set(seals._keys_of_roles("approve").split(","))
        take_approval(role())
        db.session.flush()
        assert before - set(seals._keys_of_roles("approve").split(",")) == {str(role().id)}
        assert (heads(town_admin), heads(county_admin)) == (True, True)  # nobody nearer approves any more
        db.session.rollback()
        assert (heads(town_admin), heads(county_admin)) == (True, False)


def test_what_a_savepoint_took_back_was_never_so():
    county_admin = person("county_admin")
    with acting_as(SETUP):
        nested = db.session.begin_nested()
        take_approval(role())
        db.session.flush()
        assert heads(county_admin)
        nested.rollback()
        assert not heads(county_admin)


def test_however_many_roles_there_are_the_statement_is_the_same():
    town_admin, county_admin = person("town_admin"), person("county_admin")
    with acting_as(SETUP), statements() as sent:
        heads(county_admin)
        first = list(sent)
        for n in range(30):
            db.session.add(StaffRole(name=f"副本{n}", permissions=list(role().permissions)))
        db.session.flush()
        sent.clear()
        assert (heads(town_admin), heads(county_admin)) == (True, False)
        assert first[-1] in sent
        assert len(seals._keys_of_roles("approve").split(",")) > 30


def test_roles_are_asked_once_in_a_transaction():
    county_admin = person("county_admin")
    with acting_as(SETUP), statements() as sent:
        for _ in range(3):
            heads(county_admin)
        assert sum("ab_permission_view_role" in statement for statement in sent) == 1
        db.session.rollback()
        heads(county_admin)
        assert sum("ab_permission_view_role" in statement for statement in sent) == 2
