"""Ways round the guard, each of which was open once; and the visibilities that no register has yet, on toy models."""

from unittest.mock import patch

import pytest
from flask import g
from sqlalchemy import (
    ForeignKey,
    String,
    case,
    column,
    create_engine,
    exists,
    func,
    literal_column,
    select,
    table,
    text,
    union_all,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, aliased, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from app import guard, scope
from app.errors import OutOfScope
from app.extensions import db
from app.scope import acting_as, narrowed
from app.security.actor import SETUP, Actor, Grant
from models import Division, Station, StationHost
from models.base import Located, Visibility
from tests.unit.test_scope import OTHER, TOWN, places_of, somebody
from tests.world import CHILD, CITY, COUNTY, FIRST_STATION, OWN, SIBLING


class Toy(DeclarativeBase):
    """Registers of the kinds that no register of the product has yet."""


class Parent(Located, Toy):
    __tablename__ = "parent"
    __visibility__ = Visibility.DOWN
    id: Mapped[int] = mapped_column(primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))


class Child(Toy):
    __tablename__ = "child"
    __visibility__, __parent__ = Visibility.PARENT, "parent"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("parent.id"))
    parent: Mapped[Parent] = relationship()


class Note(Located, Toy):
    __tablename__ = "note"
    __visibility__ = Visibility.DOWN
    id: Mapped[int] = mapped_column(primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    child_id: Mapped[int] = mapped_column(ForeignKey("child.id"))
    child: Mapped[Child] = relationship(lazy="joined")


class Letter(Located, Toy):
    __tablename__ = "letter"
    __visibility__, __addressee__ = Visibility.ADDRESSED, "to_code"
    id: Mapped[int] = mapped_column(primary_key=True)
    division_code: Mapped[str] = mapped_column(String(12))
    to_code: Mapped[str] = mapped_column(String(12))


TOYS = frozenset((r, v) for r in ("Parent", "Child", "Letter", "Note") for v in ("view", "add", "edit", "delete"))
LOOKING = frozenset((r, "view") for r in ("Parent", "Child", "Letter"))


class ToySession(Session):
    """A session with the product's guard."""


guard.install(ToySession)


@pytest.fixture
def toys():
    engine = create_engine("sqlite://")
    Toy.metadata.create_all(engine)
    scope.read_criteria.cache_clear()
    with patch.object(scope, "Model", Toy), ToySession(engine) as session:
        with acting_as(SETUP):
            for number, code in enumerate((CHILD, SIBLING), start=1):
                where = {"city_code": CITY, "county_code": COUNTY, "township_code": code[:9]}
                session.add(Parent(id=number, division_code=code, **where))
                session.flush()
                session.add(Child(id=number, parent_id=number))
                session.add(
                    Letter(id=number, division_code=SIBLING, to_code=code, **where | {"township_code": SIBLING})
                )
            session.commit()
        yield session
    scope.read_criteria.cache_clear()
    engine.dispose()


def ids(session, model, actor, narrow=("", "view")) -> list[int]:
    with acting_as(actor), narrowed(*narrow):
        return list(session.scalars(select(model.id).order_by(model.id)))


KEEPER = Actor("某人", 1, (Grant(OWN, "管理", TOYS), Grant(SIBLING, "督导", LOOKING)))


def test_children_follow_their_parent(toys):
    assert ids(toys, Child, somebody(OWN, permissions=TOYS)) == [1]
    assert ids(toys, Child, somebody(COUNTY, permissions=TOYS)) == [1, 2]
    assert ids(toys, Child, somebody(OWN)) == []
    assert ids(toys, Child, None) == []
    assert ids(toys, Child, KEEPER) == [1, 2]
    assert ids(toys, Child, KEEPER, ("Child", "edit")) == [1]


@pytest.mark.parametrize(("parent_id", "is_allowed"), [(1, True), (2, False), (99, False)])
def test_a_child_is_added_only_where_its_parent_may_be_edited(toys, parent_id, is_allowed):
    with acting_as(KEEPER):
        toys.add(Child(parent_id=parent_id))
        if is_allowed:
            toys.flush()
        else:
            with pytest.raises(OutOfScope):
                toys.flush()


@pytest.mark.parametrize(("child", "parent_id"), [(1, 2), (2, 1)], ids=["out", "in"])
def test_a_child_is_not_moved_between_parents_one_may_not_edit(toys, child, parent_id):
    with acting_as(KEEPER):
        row = toys.scalars(select(Child).where(Child.id == child)).one()
        row.parent_id = parent_id
        with pytest.raises(OutOfScope):
            toys.flush()


def test_setting_the_relationship_instead_of_the_key_is_an_error(toys):
    with acting_as(KEEPER):
        parent = toys.scalars(select(Parent).where(Parent.id == 1)).one()
        toys.add(Child(parent_id=1, parent=parent))
        with pytest.raises(RuntimeError, match="foreign key"):
            toys.flush()


def test_what_is_sent_to_me_is_mine_to_read_only(toys):
    actor = somebody(OWN, permissions=TOYS)
    assert ids(toys, Letter, actor) == [1]
    assert ids(toys, Letter, actor, ("Letter", "edit")) == []
    with acting_as(actor):
        letter = toys.scalars(select(Letter)).one()
        letter.to_code = OWN
        with pytest.raises(OutOfScope):
            toys.flush()


# ---- round the guard (each of these was a way in once)


@pytest.mark.parametrize(
    "statement",
    [
        select(OTHER.division_code).select_from(Station).join(OTHER, OTHER.id != Station.id),
        select(OTHER.division_code).select_from(Station).outerjoin(OTHER, OTHER.id != Station.id),
        select(OTHER.division_code).join_from(Station, OTHER, OTHER.id != Station.id),
        select(OTHER.division_code).select_from(Division).join(OTHER, OTHER.name != Division.name),
    ],
    ids=["join", "outer join", "join from", "join from a division"],
)
def test_an_alias_in_the_on_of_a_join_is_guarded(context, statement):
    with acting_as(TOWN):
        found = {code for code in places_of(statement) if code}
    assert found
    assert all(code.startswith(OWN) for code in found)


BARE = Station.__table__.alias()


@pytest.mark.parametrize(
    "statement",
    [
        select(Station.id, text("(SELECT name FROM station)")),
        select(Station.id, literal_column("(SELECT max(name) FROM station)")),
        select(Station.id, BARE.c.name),
        select(Station.id, BARE),
        select(Station.id, select(BARE.c.name).limit(1).scalar_subquery()),
        select(Station.id).where(select(BARE.c.id).exists()),
        select(Station.id, table("station", column("name")).c.name),
        select(Station.id).union(select(BARE.c.id)),
        select(Station.id).prefix_with("DISTINCT"),
    ],
    ids=["text", "literal", "alias", "whole", "scalar", "exists", "light table", "union", "prefix"],
)
def test_text_and_bare_aliases_beside_an_entity_raise(context, statement):
    with acting_as(TOWN), pytest.raises(RuntimeError, match="acting_as"):
        db.session.execute(statement)


def _shapes():
    child, other = aliased(Child), aliased(Parent)
    below = select(Child.parent_id).where(Child.id > 0)
    first = select(Parent.id, Parent.division_code).cte("first")
    yield select(Parent)
    yield select(Child.id)
    yield select(func.count()).select_from(Child)
    yield select(Child).join(Child.parent)
    yield select(child.id).join(other, other.id == child.parent_id)
    yield select(Parent).join(Child)
    yield select(Parent).where(Parent.id.in_(below))
    yield select(Letter).where(exists(select(Child.id).where(Child.parent_id == Letter.id)))
    yield select(Child).where(Child.parent.has(Parent.id > 0))
    yield select(Letter.id, select(func.max(Child.id)).scalar_subquery())
    yield select(Letter).join(aliased(Child, below.add_columns(Child.id).subquery()), Letter.id > 0)
    yield select(Letter).where(Letter.id.in_(select(first.c.id)))
    yield select(case((Child.id > 1, Letter.id))).where(Letter.id == Child.id)
    yield select(Note)
    yield union_all(select(Child.id), select(Letter.id))


@pytest.mark.parametrize("number", range(15))
def test_the_criteria_of_the_classes_asked_about_do_what_all_criteria_do(toys, number):
    statement, actor = list(_shapes())[number], somebody(OWN, permissions=TOYS)
    with acting_as(actor):
        some = scope.criteria(guard.classes_in(statement))
        by_some, by_all = (str(statement.options(*options)) for options in (some, scope.criteria()))
    assert 0 < len(some) <= len(scope.criteria())
    assert by_some == by_all
    assert by_some != str(statement)


WHO = [
    (KEEPER, ("", "view"), [1, 2]),
    (KEEPER, ("Parent", "edit"), [1]),
    (somebody(SIBLING, permissions=TOYS), ("", "view"), [2]),
    (somebody(CITY, SIBLING, permissions=TOYS), ("", "view"), [1, 2]),
    (Actor("无", 2), ("", "view"), []),
]


def test_a_statement_that_is_kept_is_guarded_for_whoever_asks(toys):
    """It is remembered with its criteria: for the same person and the same question, and nobody else."""
    kept = select(Parent.id).order_by(Parent.id)
    for actor, narrow, seen in [*WHO, *reversed(WHO), *WHO]:
        with acting_as(actor), narrowed(*narrow):
            assert toys.scalars(kept).all() == seen
    assert toys.scalars(kept).all() == []  # nobody
    with acting_as(SETUP):
        assert toys.scalars(kept).all() == [1, 2]


def test_criteria_of_another_structure_have_another_key(toys):
    """SQLAlchemy takes a compiled statement again where the keys are the same; values may differ, nothing else."""

    def said(actor, model, narrow):
        with acting_as(actor), narrowed(*narrow):
            option = scope.asking()[model]
        values = []
        return option._gen_cache_key(None, values), str(option.where_criteria), len(values)

    actors = {actor: narrow for actor, narrow, _seen in WHO}
    found = [said(actor, model, narrow) for actor, narrow in actors.items() for model in (Parent, Child, Letter, Note)]
    assert len({key for key, *_rest in found}) > 4
    for key, sql, number in found:
        for other, its_sql, its_number in found:
            assert key != other or (sql, number) == (its_sql, its_number)


def test_bulk_writes_raise(context):
    row = {"id": FIRST_STATION, "name": "x", "division_code": SIBLING, "host": StationHost.SELF}
    for write in (
        lambda: db.session.bulk_insert_mappings(Station, [row]),
        lambda: db.session.bulk_update_mappings(Station, [row]),
        lambda: db.session.bulk_save_objects([Station(**row)]),
    ):
        with acting_as(TOWN), pytest.raises(RuntimeError, match="acting_as"):
            write()


def test_a_row_that_lies_about_its_place_is_not_written(context):
    """The database knows where the row is, whatever the object says."""
    with acting_as(SETUP):
        foreign = db.session.scalars(select(Station).where(Station.division_code == SIBLING)).one()
        set_committed_value(foreign, "division_code", CHILD)
    with acting_as(TOWN):
        foreign.name = "改名"
        with pytest.raises(OutOfScope):
            db.session.flush()


def test_a_job_does_not_save_what_the_person_may_not(app):
    with app.test_request_context():
        g._login_user, g.actor = object(), TOWN
        row = db.session.scalars(select(Station).where(Station.division_code == CHILD)).one()
        row.division_code = SIBLING
        with pytest.raises(OutOfScope), acting_as(SETUP):
            pass
        db.session.rollback()


def test_a_request_begins_as_nobody_whatever_a_job_left_behind(app, client_as):
    browser = client_as("town_admin")

    def leaking():
        with acting_as(SETUP):
            yield

    left_open = leaking()
    next(left_open)
    page = browser.get("/stations/list/").get_data(as_text=True)
    scope.forget()
    assert "共 3 条" in page
