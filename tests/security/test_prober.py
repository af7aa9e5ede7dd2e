"""What the prober notices where no register of today shows it: secrets, children, writes past the engine."""

import pytest
from sqlalchemy import text

from app.extensions import db
from models import Station
from tests import world
from tests.security import answers, prober
from tests.security import spec as specs
from tests.security.prober import Prober
from tests.security.probes import Generator, view_of
from tests.security.registers import BY_REGISTER
from tests.security.spec import Child, Spec, plain
from tests.security.watch import Change
from tests.security.writes import Writes
from tests.world import CHILD, FOREIGN, OWN, SIBLING

KEY = world.FIRST_STATION
PHONE, NUMBER = plain("phone", KEY), plain("id_number", KEY)


@pytest.mark.parametrize(
    "shown",
    [
        PHONE,
        f"电话：{PHONE}。",
        f"{PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}",
        f"{PHONE[:3]}-{PHONE[3:7]}-{PHONE[7:]}",
        f"+86{PHONE}",
        f'<td data-x="00{PHONE}00">',
    ],
)
def test_a_phone_is_found_however_it_is_written(shown):
    assert answers.Secrets({PHONE: "here"}).sources(shown) == {"here"}


@pytest.mark.parametrize("shown", [NUMBER, NUMBER.lower(), f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}"])
def test_an_identity_number_is_found_however_it_is_written(shown):
    assert answers.Secrets({NUMBER: "here"}).sources(f"<p>{shown}</p>") == {"here"}


@pytest.mark.parametrize("shown", ["", f"{PHONE[:3]}****{PHONE[7:]}", plain("phone", KEY + 1), "330302006044"])
def test_what_is_masked_or_another_number_is_no_secret(shown):
    assert answers.Secrets({PHONE: "here", NUMBER: "there"}).sources(shown) == set()


def test_every_secret_stands_in_one_row_only():
    keys = [KEY + block * specs.BLOCK + n for block in range(12) for n in range(20)]
    keys += [key + specs.CHILD_BLOCK for key in keys]
    for kind in ("phone", "id_number", "address", "narrative"):
        made = {plain(kind, key) for key in keys}
        assert len(made) == len(keys)
        assert specs.TYPED[kind] not in made


class Lines(Spec):
    """Stations, as if each had itself as a line of its form."""

    keys = property(lambda self: BY_REGISTER["Station"].keys)  # type: ignore[assignment]

    def child_key(self, child: Child, code: str) -> int:
        return BY_REGISTER["Station"].keys[code]


@pytest.fixture
def lines(app, monkeypatch) -> Spec:
    child = Child(Station, "division_code", "stations", BY_REGISTER["Station"].make, lambda code: {"name": "新站"})
    real = BY_REGISTER["Station"]
    spec = Lines(real.model, "town_admin", real.rights, real.make, real.form, real.canaries, children=(child,))
    division = BY_REGISTER["Division"]
    monkeypatch.setattr(prober, "BY_TABLE", {"division": division})
    monkeypatch.setattr(prober, "CHILD_TABLES", {"station": (division, child)})
    return spec


def test_lines_name_children_of_others_and_keys_out_of_sight(app, lines):
    with app.app_context():
        asking = Generator(app, "town_admin", is_drill=True)
        posts = [
            p.data for p in Writes(asking, lines, view_of(app, BY_REGISTER["Station"])).children(lines.children[0])
        ]
    theirs = str(BY_REGISTER["Station"].keys[SIBLING])
    own = str(lines.keys[OWN])
    assert {post.get("stations-0-_key") for post in posts} >= {theirs, ""}
    assert any(post.get("stations-0-_key") == theirs and post["division_code"] == OWN for post in posts)
    assert any(post.get("stations-0-_key") == theirs and "stations-0-_remove" in post for post in posts)
    assert {post.get("stations-0-division_code") for post in posts} >= {SIBLING, f"{FOREIGN}01001", own}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (CHILD, OWN, False),
        (OWN, SIBLING, True),
        (SIBLING, OWN, True),
        (None, SIBLING, True),
        (SIBLING, None, True),
        (None, OWN, False),
    ],
)
def test_a_child_is_written_where_its_parent_may_be_edited(app, lines, before, after, found):
    """As system_admin, who may edit divisions of his own township."""
    asked = Prober(app, "system_admin")
    old, new = ({"division_code": code} if code else None for code in (before, after))
    assert bool(list(asked.foreign_write(Change("station", KEY, old, new)))) is found


def test_what_changes_past_the_engine_is_found_at_the_end(app):
    asked = Prober(app, "town_admin", specs=())
    asked.watch.touched = set()
    with app.app_context(), db.engine.begin() as connection:
        cursor = connection.connection.cursor()
        cursor.execute(f"UPDATE station SET name = 'x' WHERE id = {KEY}")
    with app.app_context():
        assert asked.watch.changes() == []
    assert [leak.what for leak in asked.at_the_end()] == [f"station {KEY} had changed"]
    with app.app_context():
        assert asked.watch.changes(everywhere=True) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM station_member",
        "DELETE FROM attendance",
        "DELETE FROM attachment",
        "UPDATE division SET succeeded_by = NULL",
        "DELETE FROM ab_user WHERE username = 'town_admin'",
        "UPDATE user_scope SET valid_until = '2026-12-31'",
        "DELETE FROM ab_permission_view_role",
        "DELETE FROM audit_entry",
        "UPDATE station_member SET id = id - 900000",
    ],
)
def test_what_was_changed_is_put_back(app, statement):
    asked = Prober(app, "town_admin", specs=())
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text(statement))
        changes = asked.watch.changes()
        assert len(changes) > 0
        asked.watch.put_back(app, changes)
        assert asked.watch.changes(everywhere=True) == []
