"""The guard: what each visibility lets through, and what goes round it is refused."""

import pytest
from sqlalchemy import (
    delete,
    exists,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import (
    aliased,
    joinedload,
    selectinload,
)

from app.errors import OutOfScope
from app.extensions import db
from app.scope import acting_as, narrowed
from app.security.actor import SETUP, Actor, Grant
from models import Account, AuditEntry, Division, Station, StationHost, UserScope
from tests.world import CHILD, CITY, COUNTY, FOREIGN, MERGED, OTHER_COUNTY, OWN, SIBLING

EVERY = frozenset((r, v) for r in ("Station", "Division") for v in ("view", "add", "edit", "delete", "export"))
LOOK = frozenset((r, "view") for r in ("Station", "Division"))


def somebody(*places: str, permissions: frozenset[tuple[str, str]] = EVERY) -> Actor:
    return Actor("某人", 1, tuple(Grant(code, "角色", permissions) for code in places))


TOWN = somebody(OWN)
MIXED = Actor("某人", 1, (Grant(OWN, "管理", EVERY), Grant(OTHER_COUNTY, "督导", LOOK)))


def station(code: str, name: str = "新站") -> Station:
    return Station(division_code=code, name=name, host=StationHost.OFFICE)


def places_of(statement) -> set[str]:
    return set(db.session.scalars(statement))


CODES = select(Station.division_code)
OTHER = aliased(Station)


@pytest.mark.parametrize(
    "statement",
    [
        CODES,
        select(OTHER.division_code),
        CODES.where(Station.id.in_(select(OTHER.id))),
        CODES.join(OTHER, OTHER.id != Station.id).distinct(),
        select(CODES.subquery().c.division_code),
        select(CODES.cte().c.division_code),
        CODES.union_all(select(OTHER.division_code)),
        select(select(func.max(OTHER.division_code)).scalar_subquery()),
        select(Division.code).where(exists(select(Station.id).where(Station.division_code == Division.code))),
        select(Division.code).join(Station, Station.division_code == Division.code),
    ],
    ids=["plain", "alias", "in", "self join", "subquery", "cte", "union", "scalar", "exists", "join"],
)
def test_every_shape_of_a_select_is_guarded(context, statement):
    with acting_as(TOWN):
        found = {code for code in places_of(statement) if code}
    assert found
    assert all(code.startswith(OWN) for code in found)


def test_counts_and_loading_of_relations_are_guarded(context):
    with acting_as(TOWN):
        assert db.session.scalar(select(func.count()).select_from(Station)) == 3
        assert db.session.scalar(select(func.count(Station.id))) == 3
        assert db.session.query(Station).count() == 3
        for option in (joinedload(Division.successor), selectinload(Division.successor)):
            db.session.expunge_all()
            merged = db.session.scalars(select(Division).where(Division.code == MERGED).options(option)).one()
            assert merged.successor is None
        assert db.session.scalars(select(Division).where(Division.code == CHILD)).one().parent.code == OWN


def test_nobody_sees_and_writes_nothing(context):
    assert db.session.scalars(select(Station)).all() == []
    assert db.session.scalars(select(Division)).all() == []
    assert db.session.scalars(select(Account)).all() == []
    db.session.add(station(CHILD))
    with pytest.raises(OutOfScope):
        db.session.flush()


@pytest.mark.parametrize("model", [Account, UserScope], ids=lambda m: m.__name__)
def test_the_products_own_tables_are_nobodys(context, model):
    with acting_as(somebody(CITY)):
        assert db.session.scalars(select(model)).all() == []


def test_divisions_are_read_along_ones_own_line(context):
    with acting_as(TOWN):
        assert places_of(select(Division.code)) == {CITY, COUNTY, OWN, CHILD, MERGED}
    with acting_as(somebody(CHILD)):
        assert places_of(select(Division.code)) == {CITY, COUNTY, OWN, CHILD}
    with acting_as(somebody(FOREIGN)):
        assert all(code.startswith(FOREIGN) for code in places_of(select(Division.code)))


def test_several_scopes_are_added_up_and_each_keeps_its_own_verbs(context):
    with acting_as(MIXED):
        seen = places_of(CODES)
        assert {code[:6] for code in seen} == {COUNTY, OTHER_COUNTY}
        with narrowed("Station", "edit"):
            assert all(code.startswith(OWN) for code in places_of(CODES))
        row = db.session.scalars(select(Station).where(Station.county_code == OTHER_COUNTY)).first()
        row.name = "改名"
        with pytest.raises(OutOfScope):
            db.session.flush()


def test_the_history_is_that_of_the_registers_one_may_view(context):
    divisions_only = somebody(OWN, permissions=frozenset({("Division", "view")}))
    with acting_as(divisions_only):
        entries = db.session.scalars(select(AuditEntry)).all()
    assert {entry.register for entry in entries} == {"Division"}
    assert all(entry.division_code.startswith(OWN) for entry in entries)


@pytest.mark.parametrize("code", [SIBLING, COUNTY, CITY, FOREIGN + "01001"])
def test_writing_elsewhere_is_refused(context, code):
    with acting_as(TOWN):
        db.session.add(station(code))
        with pytest.raises(OutOfScope):
            db.session.flush()


def test_moving_a_row_in_or_out_is_refused(context):
    with acting_as(TOWN):
        row = db.session.scalars(select(Station).where(Station.division_code == CHILD)).one()
        row.division_code = SIBLING
        with pytest.raises(OutOfScope):
            db.session.flush()
        db.session.rollback()
    with acting_as(SETUP):
        foreign = db.session.scalars(select(Station).where(Station.division_code == SIBLING)).one()
    with acting_as(TOWN):
        db.session.add(foreign)
        foreign.division_code = CHILD
        with pytest.raises(OutOfScope):
            db.session.flush()


def test_deleting_elsewhere_is_refused(context):
    with acting_as(SETUP):
        foreign = db.session.scalars(select(Station).where(Station.division_code == SIBLING)).one()
    with acting_as(TOWN):
        db.session.delete(foreign)
        with pytest.raises(OutOfScope):
            db.session.flush()


def test_pointing_to_what_one_cannot_see_is_refused(context):
    with acting_as(TOWN):
        division = db.session.scalars(select(Division).where(Division.code == CHILD)).one()
        division.retired_on, division.succeeded_by = division.created_at.date(), SIBLING
        with pytest.raises(OutOfScope):
            db.session.flush()


@pytest.mark.parametrize(
    "statement",
    [
        select(Station.__table__.c.name),
        text("SELECT name FROM station"),
        update(Station).values(name="x"),
        delete(Station),
        insert(Station).values(name="x"),
        update(Station.__table__).values(name="x"),
    ],
    ids=["table", "text", "update", "delete", "insert", "table update"],
)
def test_what_goes_round_the_guard_raises(context, statement):
    with acting_as(TOWN), pytest.raises(RuntimeError, match="acting_as"):
        db.session.execute(statement)


def test_a_bare_table_beside_an_entity_raises(context):
    for statement in (
        select(Station.id, AuditEntry.__table__.c.mac),
        select(Station.id, Division.__table__),
        select(Station.id).join(Division.__table__, Division.__table__.c.code == Station.division_code),
        select(Station.id).where(Station.id.in_(select(Station.__table__.c.id))),
    ):
        with acting_as(TOWN), pytest.raises(RuntimeError, match="acting_as"):
            db.session.execute(statement)


def test_rows_of_a_job_do_not_stay_in_the_session(context):
    with acting_as(TOWN):
        with acting_as(SETUP):
            foreign = db.session.scalars(select(Station).where(Station.division_code == SIBLING)).one()
            assert foreign in db.session
        assert foreign not in db.session
        assert db.session.get(Station, foreign.id) is None


def test_get_never_answers_from_memory(context):
    with acting_as(SETUP):
        foreign = db.session.scalars(select(Station).where(Station.division_code == SIBLING)).one()
    assert foreign in db.session
    with acting_as(TOWN):
        assert db.session.get(Station, foreign.id) is None


def test_a_reading_transaction_cannot_write(context):
    db.session.rollback()
    db.session.connection(execution_options={"ro": True})
    with acting_as(SETUP):
        db.session.add(station(CHILD))
        with pytest.raises(RuntimeError, match="reading request"):
            db.session.flush()
        db.session.expunge_all()
