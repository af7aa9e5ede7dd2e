"""Who heads a station follows the roles as they are, whatever was asked before in the same transaction."""

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


def take_approval():
    role = db.session.scalars(select(StaffRole).where(StaffRole.name == DIVISION_ADMIN)).one()
    role.permissions = [c for c in role.permissions if (c.view_menu.name, c.permission.name) != ("Case", "can_approve")]
    db.session.flush()


def test_a_role_that_loses_the_approval_heads_nothing_from_then_on():
    town_admin, county_admin = person("town_admin"), person("county_admin")
    with acting_as(SETUP):
        assert (heads(town_admin), heads(county_admin)) == (True, False)
        take_approval()
        assert (heads(town_admin), heads(county_admin)) == (True, True)  # nobody nearer approves any more
        db.session.rollback()
        assert (heads(town_admin), heads(county_admin)) == (True, False)


def test_what_a_savepoint_took_back_was_never_so():
    county_admin = person("county_admin")
    with acting_as(SETUP):
        nested = db.session.begin_nested()
        take_approval()
        assert heads(county_admin)
        nested.rollback()
        assert not heads(county_admin)


def test_one_statement_asks_however_many_roles_there_are():
    town_admin, county_admin = person("town_admin"), person("county_admin")
    with acting_as(SETUP):
        (role,) = db.session.scalars(select(StaffRole).where(StaffRole.name == DIVISION_ADMIN))
        db.session.add_all(StaffRole(name=f"副本{n}", permissions=list(role.permissions)) for n in range(30))
        db.session.flush()
        with statements() as sent:
            assert (heads(town_admin), heads(county_admin)) == (True, False)
        assert len(sent) == 2, sent
