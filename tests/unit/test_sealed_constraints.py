"""What the database refuses of an opening, which needs a request first; the rest is in tests.unit.test_constraints."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from models import SealedRequest
from tests.unit.sealed_faults import LATER, OPENING, ROWS


def test_database_itself_refuses_an_opening_that_ends_before_it_begins(context):
    ((model, fault, constraint),) = LATER
    with db.engine.begin() as connection:
        connection.execute(insert(SealedRequest.__table__).values(ROWS[SealedRequest]))
        connection.execute(insert(model.__table__).values(OPENING | {"uid": "a" * 32}))
        connection.execute(model.__table__.delete())
    with pytest.raises(IntegrityError, match=constraint), db.engine.begin() as connection:
        connection.execute(insert(model.__table__).values(OPENING | fault))
