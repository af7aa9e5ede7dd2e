"""The audit: an entry for each changed row, in the transaction of the change, sealed with a MAC."""

from datetime import date, datetime, timedelta

import pytest
from flask_appbuilder.security.sqla.models import Permission
from sqlalchemy import select

from app import clock
from app.audit import NEVER, SEALED, mac_of
from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import OPERATOR, SETUP, Actor, Grant
from app.security.roles import DIVISION_ADMIN, SUPERVISOR, permissions_of
from models import AuditEntry, Division, Station, StationHost, UserScope
from tests.world import CHILD, CITY, COUNTY, FIRST_STATION, OWN, PASSWORD, SIBLING, TODAY, canary

NEW = {"division_code": CHILD, "name": "新站", "host": StationHost.SELF, "founded_on": date(2020, 3, 8)}


def said(entry: AuditEntry) -> dict:
    """What an entry says of the columns, without the number of the version."""
    return {name: pair for name, pair in entry.changes.items() if name != "version"}


@pytest.fixture
def operator(context):
    """The test acts as the command line, unless it says otherwise."""
    with acting_as(OPERATOR):
        yield


@pytest.fixture
def bare(operator):
    """A station of the township that no row refers to, so that it can be deleted and moved; made before `written`."""
    row = Station(
        division_code=OWN, name="空站", host=StationHost.CENTER, founded_on=date(2011, 3, 8), address="空站地址",
        phone="12338", is_integrated=True,
    )  # fmt: skip
    db.session.add(row)
    db.session.commit()
    return row


@pytest.fixture
def written(operator):
    """() → the entries since the test began, oldest first."""
    last = max(db.session.scalars(select(AuditEntry.id)))

    def read() -> list[AuditEntry]:
        return list(db.session.scalars(select(AuditEntry).where(AuditEntry.id > last).order_by(AuditEntry.id)))

    return read


def station() -> Station:
    """The station of the township."""
    found = db.session.get(Station, FIRST_STATION)
    assert found.division_code == OWN
    return found


def admin() -> Actor:
    return Actor("王镇联", 7, (Grant(OWN, DIVISION_ADMIN, permissions_of(DIVISION_ADMIN)),))


# ---- what is written


def test_new_row_has_only_after(written):
    row = Station(**NEW)
    db.session.add(row)
    db.session.commit()
    (entry,) = written()
    assert (entry.verb, entry.register, entry.row_key, entry.row_name) == ("add", "Station", str(row.id), "新站")
    assert said(entry) == {
        "id": [None, row.id],
        "division_code": [None, CHILD],
        "name": [None, "新站"],
        "host": [None, "SELF"],
        "founded_on": [None, "2020-03-08"],
        "is_integrated": [None, False],
        "is_in_plan": [None, False],
        "has_plaque": [None, False],
    }


def test_changed_row_has_before_and_after_of_what_changed(written):
    row = station()
    row.host, row.founded_on, row.address, row.is_integrated = StationHost.OTHER, date(2012, 1, 2), None, False
    db.session.commit()
    (entry,) = written()
    assert (entry.verb, entry.row_key, entry.row_name) == ("edit", str(row.id), row.name)
    assert said(entry) == {
        "host": ["CENTER", "OTHER"],
        "founded_on": ["2011-03-08", "2012-01-02"],
        "address": [canary("ADR", OWN), None],
        "is_integrated": [True, False],
    }


def test_deleted_row_has_only_before(bare, written):
    key = bare.id
    db.session.delete(bare)
    db.session.commit()
    (entry,) = written()
    assert (entry.verb, entry.row_key, entry.row_name) == ("delete", str(key), "空站")
    assert said(entry) == {
        "id": [key, None],
        "division_code": [OWN, None],
        "name": ["空站", None],
        "host": ["CENTER", None],
        "founded_on": ["2011-03-08", None],
        "address": ["空站地址", None],
        "phone": ["12338", None],
        "is_integrated": [True, None],
        "is_in_plan": [False, None],
        "has_plaque": [False, None],
    }


def test_each_row_of_a_flush_has_its_entry(bare, written):
    db.session.add_all([Station(**NEW), Station(**NEW | {"name": "又一站"})])
    station().name = "改名站"
    db.session.delete(bare)
    db.session.commit()
    assert sorted((e.verb, e.row_name) for e in written()) == [
        ("add", "又一站"),
        ("add", "新站"),
        ("delete", "空站"),
        ("edit", "改名站"),
    ]


def test_each_flush_of_a_transaction_is_its_own_entry(written):
    for name in ("甲站", "乙站"):
        station().name = name
        db.session.flush()
    db.session.commit()
    assert [said(e) for e in written()] == [{"name": [canary("STA", OWN), "甲站"]}, {"name": ["甲站", "乙站"]}]


def test_rollback_leaves_no_entry(written):
    station().name = "改名站"
    db.session.flush()
    assert len(written()) == 1
    db.session.rollback()
    assert written() == []
    assert station().name == canary("STA", OWN)


def test_moved_row_does_not_repeat_its_derived_columns(bare, written):
    bare.division_code = CHILD
    db.session.commit()
    (entry,) = written()
    assert said(entry) == {"division_code": [OWN, CHILD]}
    assert (entry.division_code, entry.township_code) == (CHILD, OWN)


def test_row_that_was_read_before_a_commit_keeps_its_before(written):
    """A commit expires what was read; the value before the change has to be there all the same."""
    row = station()
    db.session.commit()
    row.phone = "0577-12338"
    db.session.commit()
    assert [said(e) for e in written()] == [{"phone": ["12338", "0577-12338"]}]


# ---- a save that changes nothing


@pytest.mark.parametrize("expired", [False, True])
def test_unchanged_save_leaves_no_entry_and_no_new_time(written, monkeypatch, expired):
    row, moment = station(), station().changed_at
    monkeypatch.setattr(clock, "now", lambda: moment + timedelta(days=1))
    if expired:
        db.session.commit()
    row.name, row.host, row.founded_on = canary("STA", OWN), StationHost.CENTER, date(2011, 3, 8)
    row.division_code = OWN
    db.session.commit()
    assert written() == []
    assert station().changed_at == moment


def test_value_that_is_changed_back_leaves_no_entry(written):
    row = station()
    row.name = "改名站"
    row.name = canary("STA", OWN)
    db.session.commit()
    assert written() == []


def test_change_moves_the_time_of_that_row_only(written, monkeypatch):
    row, other = station(), db.session.get(Station, FIRST_STATION + 1)
    made, moment = row.created_at, row.changed_at + timedelta(days=1)
    untouched = other.changed_at
    monkeypatch.setattr(clock, "now", lambda: moment)
    row.name = "改名站"
    db.session.commit()
    assert (row.created_at, row.changed_at, other.changed_at) == (made, moment, untouched)
    assert [e.at for e in written()] == [moment]


# ---- who


@pytest.mark.parametrize(
    ("actor", "user_id"), [(OPERATOR, None), (SETUP, None), (admin(), 7)], ids=["command", "setup", "person"]
)
def test_entry_names_who_acted(written, actor, user_id):
    with acting_as(actor):
        station().name = "改名站"
        db.session.commit()
    (entry,) = written()
    assert (entry.actor_name, entry.actor_id) == (actor.name, user_id)


def test_entry_names_who_is_signed_in(app, client_as):
    form = {"division_code": CHILD, "name": "网页新站", "host": "OFFICE"}
    assert client_as("town_admin").submit("/stations/add", form).status_code == 302
    with app.app_context(), acting_as(OPERATOR):
        (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.row_name == "网页新站"))
        account = users.find("town_admin")
        assert (entry.actor_name, entry.actor_id) == ("姓名town_admin", account.id)


# ---- the seal


ROOT = ("root_register", "root_key")


def sealed(entry: AuditEntry) -> dict:
    return {name: getattr(entry, name) for name in (*SEALED, *ROOT)}


def test_seal_fits_what_was_written(written):
    db.session.add(Station(**NEW))
    station().name = "改名站"
    db.session.commit()
    db.session.expire_all()
    assert [mac_of(sealed(e)) for e in written()] == [e.mac for e in written()]
    assert all(e.mac.startswith("dev:") for e in written())


def test_seal_covers_every_column_but_itself_and_what_others_derive():
    columns = set(AuditEntry.__table__.columns.keys())
    derived = {"id", "mac", "prev", "link", "city_code", "county_code", "township_code"}
    assert columns - {*SEALED, *ROOT} == derived


@pytest.mark.parametrize(
    ("column", "value"),
    {
        "at": datetime(2026, 1, 1),  # noqa: DTZ001  UTC without zone, as the database stores it
        "actor_id": 99, "actor_name": "别人", "verb": "view", "register": "Division", "row_key": "2",
        "row_name": "别站", "division_code": SIBLING, "chain": "330304",
        "changes": {"name": [canary("STA", OWN), "别名"]}, "root_register": "Case", "root_key": "2",
    }.items(),
)  # fmt: skip
def test_seal_breaks_when_a_column_is_altered(written, column, value):
    station().name = "改名站"
    db.session.commit()
    (entry,) = written()
    assert sealed(entry)[column] != value
    assert mac_of(sealed(entry) | {column: value}) != entry.mac


def test_every_sealed_column_is_altered_above():
    (mark,) = [m for m in test_seal_breaks_when_a_column_is_altered.pytestmark if m.name == "parametrize"]
    assert sorted(column for column, _ in mark.args[1]) == sorted((*SEALED, *ROOT))


def test_seal_of_an_older_key_is_still_checked(app, written, monkeypatch):
    station().name = "改名站"
    db.session.commit()
    (entry,) = written()
    newer = "k2:AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
    monkeypatch.setitem(app.config, "FIELD_KEYS", f"{newer},{app.config['FIELD_KEYS']}")
    assert mac_of(sealed(entry)).startswith("k2:")
    assert mac_of(sealed(entry), "dev") == entry.mac
    monkeypatch.setitem(app.config, "FIELD_KEYS", newer.replace("k2:", "dev:"))
    assert mac_of(sealed(entry)) != entry.mac


@pytest.mark.parametrize(
    ("code", "chain"), [(CITY, CITY), (COUNTY, COUNTY), (OWN, COUNTY), (CHILD, COUNTY), ("990101001", "990101")]
)
def test_chain_is_the_county_or_the_city(written, code, chain):
    db.session.get(Division, code).note = "新备注"
    db.session.commit()
    (entry,) = written()
    assert (entry.chain, entry.division_code, entry.row_key) == (chain, code, code)
    assert said(entry) == {"note": [canary("NOTE", code), "新备注"]}


# ---- people


def test_new_account_is_audited_without_its_password(written):
    account = users.add("new", "新人", PASSWORD, [(SUPERVISOR, OWN), (DIVISION_ADMIN, CHILD)], TODAY)
    db.session.commit()
    entries = written()
    assert sorted((e.verb, e.register, e.chain) for e in entries) == [
        ("add", "Account", COUNTY),
        ("add", "UserScope", COUNTY),
        ("add", "UserScope", COUNTY),
    ]
    (made,) = [e.changes for e in entries if e.register == "Account"]
    assert (made["username"], made["first_name"], made["active"]) == ([None, "new"], [None, "新人"], [None, True])
    assert not NEVER & made.keys()
    assert not [e for e in entries if PASSWORD in str(e.changes) or account.password in str(e.changes)]
    scopes = [e.changes for e in entries if e.register == "UserScope"]
    assert {c["division_code"][1] for c in scopes} == {OWN, CHILD}
    assert all(c["user_id"] == [None, account.id] and c["valid_from"] == [None, "2026-11-24"] for c in scopes)


def test_new_password_is_not_in_the_audit(written):
    account = users.find("town_admin")
    account.password, account.fail_login_count = "scrypt:other", 3
    db.session.commit()
    assert written() == []


def test_signing_in_is_an_event_of_the_person_and_no_change_of_a_column(app, client_as):
    with app.app_context(), acting_as(OPERATOR):
        before = db.session.scalars(select(AuditEntry.id)).all()
    client_as("county_admin")
    with app.app_context(), acting_as(OPERATOR):
        person = users.find("county_admin")
        assert person.login_count == 1
        (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.id.not_in(before))).all()
        assert (entry.verb, entry.register, entry.row_key) == ("sign_in", "Account", str(person.id))
        assert (entry.actor_id, entry.actor_name) == (person.id, "姓名county_admin")
        assert said(entry) == {"address": [None, "127.0.0.1"], "device": [None, "其他浏览器，其他设备"]}


def test_disabled_account_is_audited(written):
    users.find("town_admin").active = False
    db.session.commit()
    (entry,) = written()
    assert (entry.verb, entry.register, entry.row_name) == ("edit", "Account", "姓名town_admin")
    assert said(entry) == {"active": [True, False]}


def scope_of(username: str) -> UserScope:
    (scope,) = users.find(username).scopes
    return scope


def test_changed_scope_is_audited(written):
    scope = scope_of("town_admin")
    scope.valid_until, scope.division_code = date(2026, 12, 31), SIBLING
    db.session.commit()
    (entry,) = written()
    assert (entry.verb, entry.register, entry.row_key) == ("edit", "UserScope", str(scope.id))
    assert said(entry) == {"valid_until": [None, "2026-12-31"], "division_code": [OWN, SIBLING]}


@pytest.mark.parametrize("how", ["delete", "remove", "account"])
def test_revoked_scope_is_audited(written, how):
    scope, account = scope_of("town_admin"), users.find("town_admin")
    key, user, role = scope.id, account.id, scope.role_id
    if how == "remove":
        account.scopes.remove(scope)
    else:
        db.session.delete(scope if how == "delete" else account)
    db.session.commit()
    (entry,) = [e for e in written() if e.register == "UserScope"]
    assert (entry.verb, entry.row_key) == ("delete", str(key))
    assert {name: before for name, (before, _) in said(entry).items()} == {
        "id": key, "user_id": user, "role_id": role, "division_code": OWN, "valid_from": "2020-01-01",
    }  # fmt: skip


def test_scope_is_named_in_words(written):
    users.add("new", "新人", PASSWORD, [(SUPERVISOR, OWN)], TODAY)
    db.session.commit()
    (entry,) = [e for e in written() if e.register == "UserScope"]
    assert SUPERVISOR in entry.row_name
    assert OWN in entry.row_name


def test_tables_of_the_framework_are_not_audited(written):
    db.session.add(Permission(name="can_nothing"))
    db.session.flush()
    assert written() == []
