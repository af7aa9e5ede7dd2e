"""A case is ended and gets a hand at the same moment: whoever comes second waits, sees the first, and stops."""

from threading import Event, Thread, current_thread

import pytest
from sqlalchemy import event

from app import hands
from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.workflow.steps import advance
from models import Case, CaseState, Superior, Urgency, UrgentReport
from tests.security.attacks import person
from tests.security.registers import BY_REGISTER
from tests.world import OWN, TODAY

CASE, SECOND = BY_REGISTER["Case"].keys[OWN], "second"
REPORT = {"urgency": Urgency.GROUP, "to_level": Superior.COUNTY, "subject": "集体来访", "people": 9, "report": "来访"}


def ends(actor):
    case = db.session.get(Case, CASE)
    advance(case, CaseState.LOST, actor, TODAY, lambda row: setattr(row, "state_reason", "失联"))


def reports(actor):
    hands.add(UrgentReport(case_id=CASE, **REPORT), actor, TODAY)


@pytest.fixture
def at_the_lock(app):
    """Set once the second comes to where he has to wait: at the lock, or at the beginning of his transaction."""
    come = Event()

    def asks(_connection, _cursor, statement, *_rest):
        if current_thread().name == SECOND and ("FOR UPDATE" in statement or "UPDATE case_record" in statement):
            come.set()

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", asks)
    yield come
    event.remove(engine, "before_cursor_execute", asks)


@pytest.mark.parametrize(("first", "second", "said"), [(reports, ends, "还没有办结的"), (ends, reports, "失联")])
def test_whoever_comes_second_stops(app, database, at_the_lock, first, second, said):
    answers = []
    with app.app_context():
        actor = person("staff")

        def comes_second():
            with app.app_context(), acting_as(actor):
                if database == "sqlite":
                    at_the_lock.set()
                try:
                    second(actor)
                    db.session.commit()
                    answers.append("done")
                except DomainError as refused:
                    answers.append(str(refused))

        thread = Thread(target=comes_second, name=SECOND)
        with acting_as(actor):
            first(actor)
            thread.start()
            assert at_the_lock.wait(30)
            db.session.commit()
        thread.join(30)
    (answer,) = answers
    assert said in answer
