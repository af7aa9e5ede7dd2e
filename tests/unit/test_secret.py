"""Secrets of people: sealed to their row and column, opened under old keys, compared without being opened."""

import base64
import logging

import pytest
from sqlalchemy import select

from app import secret
from app.extensions import db
from app.keys import keys as derived
from app.scope import acting_as
from app.security.actor import SETUP
from models import AuditEntry, Case, MemberUnit, Model, StationMember, Volunteer
from models.base import new_uid
from tests import records, world

NUMBER, PHONE = records.id_number(), records.PHONE
OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def keys(app, monkeypatch):
    """(text) → FIELD_KEYS is that text from here on."""
    return lambda text: monkeypatch.setitem(app.config, "FIELD_KEYS", text)


def sealed_row(model=Volunteer, **secrets):
    row = model(uid=new_uid())
    for column, text in secrets.items():
        secret.put(row, column, text)
    return row


def test_a_secret_comes_back_as_it_is_written_one_way(context):
    row = sealed_row(
        Case, phone="１９９-0000-1234", id_number=f" {NUMBER.lower()} ", narrative="经过\n第二行", address="某街"
    )
    assert [secret.get(row, c) for c in ("phone", "id_number", "narrative", "address")] == [
        PHONE, NUMBER, "经过\n第二行", "某街",
    ]  # fmt: skip


def test_no_secret_is_none(context):
    row = sealed_row(phone=PHONE)
    assert secret.get(row, "address") is None
    assert secret.masked(row, "address") == ""
    for nothing in (None, ""):
        secret.put(row, "phone", PHONE)
        secret.put(row, "phone", nothing)
        assert (row.phone, secret.get(row, "phone")) == (None, None)


def test_a_secret_has_the_id_of_its_key_and_nothing_in_clear(context):
    row = sealed_row(phone=PHONE)
    key_id, _, rest = row.phone.partition(":")
    content = base64.b64decode(rest, validate=True)
    assert key_id == "dev"
    assert len(content) == secret.NONCE + len(PHONE) + 16, "nonce, text, and the tag of GCM"
    assert PHONE.encode() not in content


def test_two_seals_of_one_text_differ(context):
    assert sealed_row(phone=PHONE).phone != sealed_row(phone=PHONE).phone
    row = sealed_row(phone=PHONE)
    assert secret.seal(secret.place_of(row, "phone"), b"x") != secret.seal(secret.place_of(row, "phone"), b"x")


def test_a_secret_opens_in_its_own_place_only(context):
    row = sealed_row(Case, phone=PHONE)
    other_row, other_table = sealed_row(Case), StationMember(uid=row.uid)
    other_row.phone = row.safe_phone = other_table.phone = row.phone
    assert secret.get(row, "phone") == PHONE
    assert secret.get(other_row, "phone") == secret.UNREADABLE, "another row"
    assert secret.get(row, "safe_phone") == secret.UNREADABLE, "another column"
    assert secret.get(other_table, "phone") == secret.UNREADABLE, "another table"


@pytest.mark.parametrize("at", [0, secret.NONCE, -1])
def test_a_changed_byte_is_noticed(context, at):
    row = sealed_row(phone=PHONE)
    key_id, _, rest = row.phone.partition(":")
    content = bytearray(base64.b64decode(rest))
    content[at] ^= 1
    row.phone = f"{key_id}:{base64.b64encode(content).decode()}"
    assert secret.get(row, "phone") == secret.UNREADABLE


@pytest.mark.parametrize(
    "token",
    ["x", ":", "dev:", "dev:AA==", "dev:" + "A" * 24, "dev:A", "dev:纸", "纸:AAAA", f"dev:{PHONE}", PHONE, "dev:%%%%"],
)
def test_what_is_no_seal_cannot_be_read_and_is_masked(context, caplog, token):
    row = sealed_row(phone=PHONE)
    row.phone = token
    assert secret.masked(row, "phone") == secret.UNREADABLE
    assert [r.getMessage() for r in caplog.records] == ["A secret cannot be opened: volunteer.phone"]


def test_what_was_stored_before_opens_for_the_history(context):
    row = sealed_row(phone=PHONE)
    before = row.phone
    secret.put(row, "phone", "19900009999")
    assert secret.opened(row, "phone", before) == PHONE
    assert secret.masked(row, "phone", before) == "199****1234"
    assert secret.masked(row, "phone") == "199****9999"


# ---- keys


def test_an_old_key_opens_and_the_new_one_seals(context, keys):
    keys(OLD)
    row = sealed_row(phone=PHONE, id_number=NUMBER)
    index = row.id_number_index
    keys(f"{NEW},{OLD}")
    assert (secret.get(row, "phone"), secret.get(row, "id_number")) == (PHONE, NUMBER)
    assert index in secret.indexes_of("id_number", NUMBER)[1:], "a search looks for both"
    secret.put(row, "phone", "19900009999")
    assert row.phone.startswith("new:")
    assert sealed_row(id_number=NUMBER).id_number_index == secret.indexes_of("id_number", NUMBER)[0]
    keys(NEW)
    assert secret.get(row, "phone") == "19900009999"
    assert secret.get(row, "id_number") == secret.UNREADABLE


def test_two_keys_of_one_name_are_two_keys(context, keys):
    keys(OLD)
    row = sealed_row(phone=PHONE)
    keys(OLD.replace("old:", "dev:"))
    assert secret.get(row, "phone") == secret.UNREADABLE, "no such name"
    row.phone = row.phone.replace("old:", "dev:")
    assert secret.get(row, "phone") == PHONE, "the name is no secret"
    keys(NEW.replace("new:", "dev:"))
    assert secret.get(row, "phone") == secret.UNREADABLE, "another key under that name"


def test_a_lost_key_hides_the_secret_and_breaks_no_page(app, client_as, keys):
    with app.app_context():
        key = records.case(phone=PHONE, id_number=NUMBER)
    keys(NEW)
    browser = client_as("town_admin")
    for path in ("list/", f"show/{key}", f"history/{key}", f"edit/{key}", "export"):
        assert browser.get(f"/cases/{path}").status_code == 200
    assert secret.UNREADABLE in browser.get(f"/cases/show/{key}").text
    opened = browser.submit(f"/cases/reveal/{key}", {"column": "phone", "reason": "联系本人"})
    assert opened.status_code == 200
    assert secret.UNREADABLE in opened.text


def test_each_use_has_a_key_of_its_own(context):
    found = [derived(purpose)["dev"] for purpose in ("audit", "seal", "index")]
    assert len(set(found)) == 3
    assert {len(key) for key in found} == {32}


# ---- the same again, and equal ones


def test_the_same_text_again_is_sealed_anew(app):
    """Else "nothing changed" would tell somebody who may not open a secret that he guessed it."""
    with app.app_context():
        key = records.volunteer(phone=PHONE, id_number=NUMBER)
    with app.app_context(), acting_as(SETUP):
        row = db.session.get(Volunteer, key)
        before = (row.phone, row.id_number, row.id_number_index)
        secret.put(row, "phone", "199 0000 1234")
        secret.put(row, "id_number", NUMBER.lower())
        assert row.phone != before[0]
        assert row.id_number != before[1]
        assert row.id_number_index == before[2]
        assert (secret.get(row, "phone"), secret.get(row, "id_number")) == (PHONE, NUMBER)
        db.session.commit()
        assert row.version == 2


def test_nothing_in_place_of_nothing_changes_nothing(app):
    with app.app_context():
        key = records.volunteer()
    with app.app_context(), acting_as(SETUP):
        row = db.session.get(Volunteer, key)
        secret.put(row, "phone", None)
        secret.put(row, "id_number", "")
        assert not db.session.is_modified(row)


def test_equal_secrets_have_equal_indexes_and_kinds_differ(context):
    first, second = sealed_row(id_number=NUMBER), sealed_row(Case, id_number=NUMBER.lower())
    assert first.id_number_index == second.id_number_index
    assert first.id_number_index != sealed_row(id_number=records.id_number(sequence="002")).id_number_index
    digits = "12345678901"
    assert len({secret.indexes_of(kind, digits)[0] for kind in secret.KINDS}) == len(secret.KINDS)
    assert NUMBER not in first.id_number_index
    secret.put(first, "id_number", None)
    assert first.id_number_index is None


def test_an_index_fits_its_column(context):
    assert len(secret.indexes_of("id_number", NUMBER)[0]) <= Volunteer.__table__.c.id_number_index.type.length


# ---- nothing in clear anywhere


SECRETS = {
    "phone": PHONE, "safe_phone": "19900005678", "id_number": NUMBER, "address": "某镇某街某号",
    "narrative": "经过如此这般", "happened_at": "某镇某地某处",
}  # fmt: skip


def test_every_secret_column_of_the_product_has_a_known_kind():
    columns = [c for m in Model.registry.mappers for c in m.columns if c.info.get("secret")]
    assert {c.info["secret"] for c in columns} == set(secret.KINDS)
    assert {c.table.name for c in columns} >= {m.__tablename__ for m in (Case, MemberUnit, StationMember, Volunteer)}
    assert {c.key for c in columns if c.table is Case.__table__} == {*SECRETS, "answer"}


@pytest.fixture
def log(app, caplog):
    """Everything that the product, SQLAlchemy and the driver log from here on, at their most talkative."""
    caplog.set_level(logging.DEBUG)
    with app.app_context():
        engine = db.engine
    engine.echo = "debug"
    yield lambda: " ".join(f"{r.getMessage()} {r.exc_text or ''}" for r in caplog.records)
    engine.echo = False


def test_nothing_stands_in_clear_in_the_database_or_in_a_log(app, client_as, log):
    """Not in the row, not in the audit, not in what SQLAlchemy and the product log."""
    browser = client_as("town_admin")
    with app.app_context():
        station = records.station_at(world.OWN)
    data = {
        "station_id": station, "channel": "VISIT", "received_on": "2026-11-24", "subject": "某事", "category": "OTHER",
        "receiver": "丙", "applicant": "SELF", "name": "乙", **SECRETS,
    }  # fmt: skip
    assert browser.submit("/cases/add", data).status_code == 302
    with app.app_context(), acting_as(SETUP):
        row = db.session.scalars(select(Case).where(Case.subject == "某事")).one()
        key = row.id
        stored = " ".join(str(getattr(row, c.key)) for c in Case.__table__.columns)
        assert [secret.get(row, column) for column in SECRETS] == list(SECRETS.values())
    changed = {**data, "phone": "19900007777", "_version": "1"}
    assert browser.submit(f"/cases/edit/{key}", changed).status_code == 302
    with app.app_context(), acting_as(SETUP):
        entries = db.session.scalars(select(AuditEntry).where(AuditEntry.root_register == "Case")).all()
        told = " ".join(f"{e.row_name} {e.changes}" for e in entries if e.root_key == str(key))
        assert "dev:" in told, "the ciphertext is there"
    logged = log()
    assert "INSERT INTO case_record" in logged, "the log tells of this very statement"
    for text in (*SECRETS.values(), "19900007777"):
        assert text not in stored
        assert text not in told
        assert text not in logged


def test_a_refused_row_is_logged_without_its_secrets(app, client_as, log):
    browser = client_as("town_admin")
    with app.app_context():
        records.volunteer(id_number=NUMBER)
        station = records.station_at(world.OWN)
    answer = browser.submit("/volunteers/add", {
        "station_id": station, "name": "又一人", "role": "AGENT", "engagement": "PART_TIME", "starts_on": "2026-01-01",
        "service_hours": "0", "id_number": NUMBER, "phone": PHONE,
    })  # fmt: skip
    assert answer.status_code == 422
    assert "该站已有同一身份证号的人员" in answer.text
    logged = log()
    assert "INSERT INTO volunteer" in logged
    assert NUMBER not in logged
    assert PHONE not in logged
