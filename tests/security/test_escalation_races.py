"""Two people at the same moment: a role is widened by one while another, who could not give so much, gives it away."""

from threading import Event, Thread, current_thread

import pytest
from sqlalchemy import event, select

from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP, Actor, Grant
from models import UserScope
from tests.security.attacks import ADMIN, MANAGER, cell, copied, make_puppets, person, scope, toggle
from tests.world import COUNTY, OWN

__all__ = ["make_puppets"]  # the fixture

GIVER = "giver"  # his thread
# Where he waits for the other: on PostgreSQL at the lock, or, if there were none, at the key of the row he inserts.
WAITS = ("FOR SHARE", "INSERT INTO user_scope")


@pytest.fixture
def at_the_lock(app):
    """Set once the giver comes to where he has to wait."""
    come = Event()

    def asks(_connection, _cursor, statement, *_rest):
        if current_thread().name == GIVER and any(part in statement for part in WAITS):
            come.set()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", asks)
    yield come
    event.remove(engine, "before_cursor_execute", asks)


def test_a_role_that_is_widened_meanwhile_is_not_given_by_who_could_not_give_it(app, database, puppets, at_the_lock):
    role, clerk, answers = copied(COUNTY, ADMIN), puppets[OWN], []
    grant = Grant(COUNTY, MANAGER, person("manager").grants[0].permissions, frozenset({("Station", "view")}))

    def give():
        with app.app_context(), acting_as(Actor("甲", grants=(grant,))):
            db.session.add(scope(clerk, role, OWN))
            if database == "sqlite":
                at_the_lock.set()  # his transaction waits for its turn before it asks for anything
            try:
                db.session.commit()
                answers.append("given")
            except DomainError as refused:
                answers.append(str(refused))

    giver = Thread(target=give, name=GIVER)
    with acting_as(person("city_manager")):
        toggle(role, cell("Case", "can_reveal").id)
        db.session.flush()
        giver.start()
        assert at_the_lock.wait(30)
        db.session.commit()
        giver.join(30)
    (answer,) = answers
    assert "不能超出您可转授的权限" in answer
    with acting_as(SETUP):
        assert db.session.scalars(select(UserScope).where(UserScope.user_id == clerk)).all() == []
