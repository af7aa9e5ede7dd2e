"""The schema: what the migrations build is what the models say, up and down, on both databases."""

import re
import shutil

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, func, inspect, or_, select, update

from app import setup
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import (
    AuditEntry,
    Checklist,
    ChecklistEdition,
    ChecklistItem,
    ChecklistKind,
    Model,
    Serial,
    SuperiorAssignment,
    SuperiorState,
)
from tests import world
from tests.conftest import IS_AUDIT, make_app

LINE = list(ScriptDirectory.from_config(setup.alembic_config()).walk_revisions())  # newest first
HEAD = LINE[0].revision
NEWEST = 3  # revisions that make test goes through one by one; all at once, and one by one in make audit
NEXT = '''"""One more table, as the next version would add it."""

import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "next", "{head}", None, None


def upgrade():
    op.create_table("next_table", sa.Column("id", sa.Integer, primary_key=True))
    {then}


def downgrade():
    op.drop_table("next_table")
'''


@pytest.fixture
def empty(new_database, fast_hash):
    """The product on a database without tables; a context is open."""
    app = make_app(new_database("empty"))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def with_next(tmp_path, monkeypatch):
    """(statement) → there is one more revision, whose upgrade ends with the statement."""

    def add(then: str = "") -> None:
        shutil.copytree(setup.MIGRATIONS, tmp_path / "migrations")
        text = NEXT.format(head=HEAD, then=then)
        (tmp_path / "migrations" / "versions" / "next.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(setup, "MIGRATIONS", tmp_path / "migrations")

    return add


def differences() -> list:
    """What Alembic would still have to do to make the database what the models say."""
    with db.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        return compare_metadata(MigrationContext.configure(connection, opts=options), Model.metadata)


def revision() -> str | None:
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def counts() -> dict[str, int]:
    """{table: rows} of every table in the database."""
    found = MetaData()
    with db.engine.connect() as connection:
        found.reflect(connection, only=lambda name, _: name != "alembic_version")
        return {t.name: connection.scalar(select(func.count()).select_from(t)) for t in found.sorted_tables}


def fill() -> dict[str, int]:
    """Rows in the tables of the product; how many in each."""
    with acting_as(SETUP):
        setup.grant_baseline()
        db.session.commit()
    world.clear(None)  # what the audit told of the roles would be told twice
    world.build(None)
    return counts()


NUMBERED = {
    "0016": ("Transfer", "Assignment"),
    "0020": ("SuperiorAssignment", "Escalation", "UrgentReport", "PolicyIssue"),
}


def lost_below(name: str) -> dict[str, int]:
    """{table: rows} that the way down through a revision takes out of tables that stay.

    Before 0003 an entry could not say whose history it belongs to, so those of children and attachments go: left
    in, they would be told as the history of another row with the same number. NUMBERED are taken
    along with what they name, by 0018 the questionnaires that nothing else is asked by.
    """
    if name in NUMBERED:
        handed = or_(*(Serial.series.startswith(f"{register}:") for register in NUMBERED[name]))
        with db.engine.connect() as connection:
            return {"serial": connection.scalar(select(func.count()).select_from(Serial).where(handed)) or 0}
    if name == "0018":
        asked = select(Checklist.id).where(Checklist.kind == ChecklistKind.RISK).scalar_subquery()
        with db.engine.connect() as connection:
            return {
                table.name: connection.scalar(select(func.count()).select_from(table).where(column.in_(asked))) or 0
                for table, column in (
                    (Checklist.__table__, Checklist.id),
                    (ChecklistItem.__table__, ChecklistItem.checklist_id),
                    (ChecklistEdition.__table__, ChecklistEdition.checklist_id),
                )
            }
    if name != "0003":
        return {}
    own = (AuditEntry.register == AuditEntry.root_register) & (AuditEntry.row_key == AuditEntry.root_key)
    with db.engine.connect() as connection:
        others = connection.scalar(select(func.count()).select_from(AuditEntry).where(~own))
    assert others
    return {"audit_entry": others}


# ---- up and down


def test_migrated_database_is_what_the_models_say(empty):
    setup.migrate()
    assert revision() == HEAD
    assert tables() == set(Model.metadata.tables)
    assert differences() == []


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE station ADD COLUMN extra INTEGER",
        "DROP INDEX ix_station_city_code_id_ended_on",
        "CREATE INDEX extra ON station (name)",
        "DROP TABLE user_scope",
        "CREATE TABLE extra (id INTEGER)",
    ],
)
def test_comparison_sees_a_difference(empty, statement):
    setup.migrate()
    with db.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert len(differences()) > 0


def test_migrating_again_does_nothing(empty):
    setup.migrate()
    before = fill()
    setup.migrate()
    assert counts() == before


def test_every_revision_goes_down_and_up_with_rows_in_the_tables(empty):
    setup.migrate()
    fill()
    assert min(counts()[name] for name in ("division", "station", "user_scope", "ab_user", "audit_entry")) > 0
    for step in LINE[:-1] if IS_AUDIT else LINE[:NEWEST]:
        before, lost = counts(), lost_below(step.revision)
        setup.migrate(step.down_revision)
        older = tables()
        assert revision() == step.down_revision
        setup.migrate()
        assert revision() == HEAD
        assert differences() == []
        after = counts()
        assert {name: after[name] for name in older} == {name: before[name] - lost.get(name, 0) for name in older}


def test_what_was_taken_note_of_is_fed_back_below(empty):
    """What an older version has no state for stays, in the state before it."""
    setup.migrate()
    fill()
    facts = {"answered_on": world.TODAY, "fed_back_on": world.TODAY, "feedback": "k:0", "closed_on": world.TODAY}
    signed = {"signed_on": world.TODAY, "signed_by": "甲"}
    with db.engine.begin() as connection:
        key = connection.scalar(select(func.min(SuperiorAssignment.id)))
        noted = update(SuperiorAssignment.__table__).where(SuperiorAssignment.id == key)
        connection.execute(noted.values(state=SuperiorState.NOTED, **facts, **signed))
    for version in ("0020", "head"):
        setup.migrate(version)
        with db.engine.connect() as connection:
            assert connection.scalar(select(SuperiorAssignment.state).where(SuperiorAssignment.id == key)) is (
                SuperiorState.FED_BACK
            )


def test_base_drops_everything_and_comes_up_again(empty):
    setup.migrate()
    before = fill()
    setup.migrate("base")
    assert (tables(), revision()) == (set(), None)
    setup.migrate()
    assert fill() == before


def test_revision_is_reached_from_below_and_from_above(empty, with_next):
    with_next()
    setup.migrate(HEAD)
    assert revision() == HEAD
    setup.migrate()
    assert (revision(), "next_table" in tables()) == ("next", True)
    setup.migrate(HEAD)
    assert (revision(), "next_table" in tables()) == (HEAD, False)


def test_failing_migration_leaves_the_schema_as_it_was(empty, with_next):
    setup.migrate()
    with_next("raise RuntimeError('half way')")
    with pytest.raises(RuntimeError, match="half way"):
        setup.migrate()
    assert (revision(), "next_table" in tables()) == (HEAD, False)
    assert differences() == []


def test_history_is_one_line(empty):
    script = ScriptDirectory.from_config(setup.alembic_config())
    assert len(script.get_heads()) == len(script.get_bases()) == 1


# ---- names


def name_beside(table, foreign_key):
    """The name of a key that came to SQLite with its column: there it is read from the table's own words."""
    (column,) = foreign_key["constrained_columns"]
    with db.engine.connect() as connection:
        asked = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"
        words = connection.exec_driver_sql(asked, (table,)).scalar_one()
    found = re.search(rf"\b{column}\b[^,]*? CONSTRAINT (\w+) REFERENCES {foreign_key['referred_table']} ", words)
    return found and found[1]


def test_every_constraint_and_index_of_the_database_is_named_as_in_the_models(empty):
    setup.migrate()
    found, database = set(), inspect(db.engine)
    for name in tables():
        # SQLite writes AUTOINCREMENT into the column, where the key can have no name.
        found.add((name, database.get_pk_constraint(name)["name"] or f"pk_{name}"))
        for many in (database.get_unique_constraints, database.get_check_constraints):
            found |= {(name, constraint["name"]) for constraint in many(name)}
        found |= {(name, key["name"] or name_beside(name, key)) for key in database.get_foreign_keys(name)}
        found |= {(name, i["name"]) for i in database.get_indexes(name) if not i.get("duplicates_constraint")}
    declared = {
        (table.name, str(item.name))
        for table in Model.metadata.tables.values()
        for item in (*table.constraints, *table.indexes)
    }
    assert found == declared
    assert not {name for _, name in found if not name or name.startswith("sqlite_autoindex")}


def test_names_are_short_enough_for_postgresql():
    items = [i for t in Model.metadata.tables.values() for i in (*t.constraints, *t.indexes)]
    assert [str(i.name) for i in items if len(str(i.name)) > 63] == []
