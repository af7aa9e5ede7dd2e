"""The schema: what the migrations build is what the models say, up and down, on both databases."""

import re
import shutil
from datetime import date, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, MetaData, func, insert, inspect, literal_column, select
from sqlalchemy.exc import IntegrityError

from app import setup
from app.extensions import db
from app.scope import acting_as
from app.security.actor import SETUP
from models import (
    Account,
    Applicant,
    Attachment,
    AuditEntry,
    CalendarDay,
    Case,
    Channel,
    DayKind,
    Division,
    DivisionLevel,
    Ended,
    EndReason,
    Engagement,
    Located,
    MemberUnit,
    Model,
    Organizer,
    RightsCategory,
    Seat,
    SignInSession,
    StaffRole,
    Station,
    StationHost,
    StationLevel,
    StationMember,
    Training,
    UserScope,
    Volunteer,
    VolunteerRole,
)
from tests import world
from tests.conftest import make_app

NOW = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001  the database stores UTC without zone
LINE = list(ScriptDirectory.from_config(setup.alembic_config()).walk_revisions())  # newest first
HEAD = LINE[0].revision
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


def lost_below(name: str) -> dict[str, int]:
    """{table: rows} that the way down through a revision takes out of tables that stay.

    Before 0003 an entry could not say whose history it belongs to, so those of children and attachments go: left
    in, they would be told as the history of another row with the same number.
    """
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
    for step in LINE[:-1]:
        before, lost = counts(), lost_below(step.revision)
        setup.migrate(step.down_revision)
        older = tables()
        assert revision() == step.down_revision
        setup.migrate()
        assert revision() == HEAD
        assert differences() == []
        after = counts()
        assert {name: after[name] for name in older} == {name: before[name] - lost.get(name, 0) for name in older}


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


def test_every_constraint_and_index_of_the_database_is_named_as_in_the_models(empty):
    setup.migrate()
    found, database = set(), inspect(db.engine)
    for name in tables():
        # SQLite writes AUTOINCREMENT into the column, where the key can have no name.
        found.add((name, database.get_pk_constraint(name)["name"] or f"pk_{name}"))
        for many in (database.get_foreign_keys, database.get_unique_constraints, database.get_check_constraints):
            found |= {(name, constraint["name"]) for constraint in many(name)}
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


# ---- CHECKs


PLACE = {"division_code": world.OWN, "city_code": "3303", "county_code": "330302", "township_code": world.OWN}
STAMPS = {"created_at": NOW, "changed_at": NOW}
AT_STATION = PLACE | STAMPS | {"station_id": world.FIRST_STATION, "name": "甲"}
# One sound row of each table that has CHECKs; station and division are those of the small world.
ROWS = {
    Division: {
        "code": "330302007", "parent_code": "330302", "level": DivisionLevel.TOWNSHIP, "name": "甲街道",
        "is_pseudo": False, "city_code": "3303", "county_code": "330302", "township_code": "330302007",
    } | STAMPS,
    Station: PLACE | STAMPS | {
        "name": "甲站", "level": StationLevel.TOWNSHIP, "host": StationHost.CENTER, "is_integrated": True,
        "is_in_plan": True, "has_plaque": True,
    },
    AuditEntry: PLACE | {
        "at": NOW, "actor_name": "甲", "verb": "add", "register": "Station", "row_key": "1", "row_name": "甲站",
        "changes": {}, "mac": "k:0", "chain": "330302",
    },
    Attachment: PLACE | STAMPS | {
        "register": "Station", "row_uid": "0" * 32, "row_key": "1", "name": "甲.pdf", "kind": "pdf", "size": 1,
        "content": b"x",
    },
    MemberUnit: PLACE | STAMPS | {"name": "甲司法所"},
    StationMember: AT_STATION | {"seat": Seat.DIRECTOR},
    Volunteer: AT_STATION | {
        "number": "330302-99999", "role": VolunteerRole.INFORMANT, "engagement": Engagement.PART_TIME,
        "starts_on": date(2025, 1, 1), "service_hours": 0,
    },
    Case: AT_STATION | {
        "channel": Channel.VISIT, "is_hotline": False, "received_on": world.TODAY, "recorded_on": world.TODAY,
        "is_proxy_entry": False, "applicant": Applicant.SELF, "no_sms": False, "subject": "甲事",
        "category": RightsCategory.FAMILY, "went_to_office": False, "went_to_court": False, "receiver": "丙",
    },
    Training: PLACE | STAMPS | {"name": "甲课", "held_on": world.TODAY, "hours": 4, "organizer": Organizer.WOMEN},
    SignInSession: {
        "user_id": select(func.min(Account.id)).scalar_subquery(), "token_hash": "0" * 64, "version": 1,
        "created_at": NOW, "seen_at": NOW, "device": "", "address": "", "ended_at": NOW,
        "ended_reason": EndReason.TAKEN_DOWN,
    },
    Account: PLACE | {
        "first_name": "甲", "last_name": "", "username": "jia", "email": "jia@localhost.invalid", "is_demo": False,
    },
    CalendarDay: {"day": date(2090, 1, 1), "kind": DayKind.REST, "name": "元旦", "source": "通知", "year": 2090},
    StaffRole: {"name": f"{world.OWN}:甲角色", "division_code": world.OWN, "based_on_id": 1},
}  # fmt: skip
VILLAGE = {"code": "330302006999", "parent_code": world.OWN, "township_code": world.OWN}
VILLAGE_STATION = {"station_id": literal_column(f"(SELECT id FROM station WHERE division_code = '{world.CHILD}')")}
IN_VILLAGE = VILLAGE_STATION | {"division_code": world.CHILD}
COUNTY_STATION = {"division_code": world.COUNTY, "township_code": None}
NOBODY = literal_column("'NOBODY'")
REFUSED = [
    (StaffRole, {"division_code": None}, "copy_has_owner_and_origin"),
    (StaffRole, {"based_on_id": None}, "copy_has_owner_and_origin"),
    (StaffRole, {"name": "甲角色"}, "copy_named_for_owner"),
    (StaffRole, {"name": f"{world.COUNTY}:甲角色"}, "copy_named_for_owner"),
    (Division, {"code": "3303020070", "township_code": "330302007"}, "level_of_code"),
    (Division, {"level": DivisionLevel.VILLAGE}, "level_of_code"),
    (Division, {**VILLAGE, "level": literal_column("'REGION'")}, "divisionlevel"),
    (Division, {"parent_code": "330304"}, "parent_of_code"),
    (Division, {"parent_code": "330302007"}, "parent_of_code"),
    (Division, {"parent_code": None}, "has_parent"),
    (Division, {"succeeded_by": world.SIBLING}, "retired_before_succeeded"),
    (Division, {"succeeded_by": world.COUNTY, "retired_on": world.TODAY}, "succeeded_by_its_like"),
    (Station, {"level": StationLevel.VILLAGE}, "level_of_division"),
    (Station, {"level": None}, "level_of_division"),
    (Station, COUNTY_STATION, "level_of_division"),
    (Station, COUNTY_STATION | {"level": None}, "level_of_division"),
    (Station, {"level": literal_column("'COUNTY'")}, "(stationlevel|level_of_division)"),
    (Station, {"host": NOBODY}, "stationhost"),
    (SignInSession, {"ended_at": None}, "ended_with_reason"),
    (SignInSession, {"ended_reason": None}, "ended_with_reason"),
    (SignInSession, {"ended_reason": literal_column("'BORED'")}, "endreason"),
    (StationMember, {"seat": NOBODY}, "seat"),
    (StationMember, {"sex": NOBODY}, "sex"),
    (StationMember, {"seat": Seat.UNIT}, "unit_of_seat"),
    *[(StationMember, {"seat": seat}, "seat_of_level") for seat in (Seat.BRANCH, Seat.CONGRESS, Seat.OFFICE)],
    *[(StationMember, IN_VILLAGE | {"seat": seat}, "seat_of_level")
      for seat in (Seat.DIRECTOR, Seat.DEPUTY_WOMEN, Seat.DEPUTY_ORDER)],
    (Volunteer, {"role": NOBODY}, "volunteerrole"),
    (Volunteer, {"engagement": NOBODY}, "engagement"),
    (Volunteer, {"specialty": NOBODY}, "specialty"),
    (Volunteer, {"sex": NOBODY}, "sex"),
    (Volunteer, {"term_ends_on": date(2024, 12, 31)}, "ends_after_start"),
    (Volunteer, {"service_hours": -1}, "hours_not_negative"),
    (Case, {"channel": NOBODY}, "channel"),
    (Case, {"category": NOBODY}, "rightscategory"),
    (Case, {"applicant": NOBODY}, "applicant"),
    (Case, {"sex": NOBODY}, "sex"),
    (Case, {"applicant": Applicant.AGENT}, "agent_named"),
    (Case, {"recorded_on": date(2026, 11, 23)}, "recorded_after_received"),
    (CalendarDay, {"kind": NOBODY}, "daykind"),
    (Training, {"organizer": NOBODY}, "organizer"),
    (Training, {"hours": 0}, "hours_plausible"),
    (Training, {"hours": 201}, "hours_plausible"),
    *[
        (model, fault, "ended_for_a_reason")
        for model in ROWS
        if issubclass(model, Ended)
        for fault in ({"ended_on": world.TODAY}, {"ended_reason": "辞职"})
    ],
    *[
        (model, {f"{place}_code": wrong}, f"{place}_code_of_place")
        for model in ROWS
        if issubclass(model, Located)
        for place, other in (("city", "9901"), ("county", "330304"), ("township", world.SIBLING))
        for wrong in (other, None)
    ],
]  # fmt: skip


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_row_without_a_fault_is_accepted(context, model):
    with db.engine.begin() as connection:
        connection.execute(insert(model.__table__).values(ROWS[model]))


def words(value: object) -> str:
    """A model by its name, a fault by its columns and values."""
    if isinstance(value, dict):
        return " ".join(f"{name}={getattr(text, 'name', text)}" for name, text in value.items())
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("model", "fault", "constraint"), REFUSED, ids=words)
def test_database_itself_refuses_a_wrong_row(context, model, fault, constraint):
    table = model.__table__
    with pytest.raises(IntegrityError, match=f"ck_{table.name}_{constraint}"), db.engine.begin() as connection:
        connection.execute(insert(table).values(ROWS[model] | fault))


def test_database_itself_refuses_a_scope_that_ends_before_it_begins(context):
    with db.engine.begin() as connection:
        scope = dict(connection.execute(select(UserScope.__table__).limit(1)).mappings().one())
    wrong = {key: scope[key] for key in ("user_id", "role_id", "division_code")}
    wrong |= {"valid_from": date(2026, 11, 24), "valid_until": date(2026, 11, 23)}
    with pytest.raises(IntegrityError, match="ck_user_scope_until_after_from"), db.engine.begin() as connection:
        connection.execute(insert(UserScope.__table__).values(wrong))


def test_every_declared_check_is_tried():
    tried = [f"ck_{model.__tablename__}_{name}" for model, _, name in REFUSED] + ["ck_user_scope_until_after_from"]
    checks = [c for t in Model.metadata.tables.values() for c in t.constraints if isinstance(c, CheckConstraint)]
    assert [str(c.name) for c in checks if not any(re.fullmatch(name, str(c.name)) for name in tried)] == []
