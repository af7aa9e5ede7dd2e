"""What attacks on delegation are made of, and the policy they are compared with, written by hand."""

from datetime import date
from zlib import crc32

import pytest
from flask_appbuilder.security.sqla.models import PermissionView
from sqlalchemy import select

from app.errors import DomainError
from app.extensions import db
from app.scope import acting_as
from app.security import users
from app.security.actor import AUTH, SETUP, Actor
from models import Account, StaffRole, UserScope
from tests import world
from tests.conftest import IS_AUDIT
from tests.world import CHILD, CITY, COUNTY, FOREIGN, OTHER_COUNTY, OWN, SIBLING, TODAY

ADMIN, STAFF, CENTER, OFFICER, SUPERVISOR = "区划管理员", "工作人员", "综治中心经办人", "部门经办人", "督导员"
MANAGER, SYSTEM, AUDITOR = "授权管理员", "系统管理员", "审计员"
ROLES = (ADMIN, STAFF, CENTER, OFFICER, SUPERVISOR, MANAGER, SYSTEM, AUDITOR)
PLACES = (CITY, COUNTY, OWN, CHILD, SIBLING, OTHER_COUNTY, "330304001", FOREIGN, "990101")
# The policy, by hand: who hands on which roles; he does so strictly below his own place.
HANDS = {MANAGER: {ADMIN, STAFF, CENTER, OFFICER, SUPERVISOR, MANAGER}, SYSTEM: {SYSTEM, AUDITOR}}
# What a manager may put into an ordinary role.
ORDINARY = {
    *(("Division", verb) for verb in ("view", "export")),
    *(("Station", verb) for verb in ("view", "add", "edit", "end", "delete", "export")),
    *(("StationMember", verb) for verb in ("view", "reveal", "add", "edit", "end", "delete", "export")),
    *(("MemberUnit", verb) for verb in ("view", "reveal", "add", "edit", "end", "delete", "export")),
    *(("Volunteer", verb) for verb in ("view", "reveal", "add", "edit", "end", "export")),
    *(("Case", verb) for verb in ("view", "reveal", "add", "edit", "handle", "approve", "urge", "end", "export")),
    *(("Transfer", verb) for verb in ("view", "reveal", "add", "edit", "handle", "end", "export")),
    *(
        (register, verb)
        for register in ("SuperiorAssignment", "Escalation")
        for verb in ("view", "reveal", "add", "edit", "handle", "end", "export")
    ),
    *(
        (register, verb)
        for register in ("UrgentReport", "PolicyIssue")
        for verb in ("view", "add", "edit", "handle", "end", "export")
    ),
    *(("Assignment", verb) for verb in ("view", "reveal", "add", "edit", "handle", "export")),
    *(("Submission", verb) for verb in ("view", "add", "export")),
    *(("DvRiskAssessment", verb) for verb in ("view", "reveal", "add", "edit", "end", "export")),
    *(("DvOrder", verb) for verb in ("view", "reveal", "add", "edit", "end", "export")),
    *(("MandatoryReport", verb) for verb in ("view", "reveal", "add", "edit", "end", "export")),
    *(("Training", verb) for verb in ("view", "add", "edit", "end", "delete", "export")),
    *(
        (register, verb)
        for register in ("Regulation", "WallPosting", "JointMeeting", "Budget", "Inspection")
        for verb in ("view", "add", "edit", "end", "delete", "export")
    ),
    *(
        (register, verb)
        for register in ("Checklist", "Confirmation", "Recognition")
        for verb in ("view", "add", "edit", "end", "export")
    ),
    *(("Assessment", verb) for verb in ("view", "add", "edit", "handle", "approve", "end", "delete", "export")),
    *(("DutyRoster", verb) for verb in ("view", "reveal", "add", "edit", "end", "delete", "export")),
    *(("Account", verb) for verb in ("view", "add", "edit")),
    ("StaffRole", "view"),
    ("WorkCalendar", "view"),
}
TRIED = ("Station", "Account", "StaffRole", "UserScope", "AuditEntry")  # of whose cells all are tried each time
ACTIVE = [p.username for p in world.PEOPLE.values() if p.active]
FROM = date(2020, 1, 1)


def below(place: str, above: str) -> bool:
    return place != above and place.startswith(above)


def may_grant(username: str, role: str, place: str) -> bool:
    person = world.PEOPLE[username]
    return not person.expired and any(role in HANDS.get(r, ()) and below(place, p) for r, p in person.scopes)


@pytest.fixture(name="puppets")
def make_puppets(context) -> dict[str, int]:
    """{place: the id of an account without any scope that belongs there}."""
    with acting_as(SETUP):
        made = {code: users.add(f"puppet{code}", f"姓名puppet{code}", None, [], TODAY, home=code) for code in PLACES}
        db.session.commit()
        ids = {code: account.id for code, account in made.items()}
    db.session.remove()
    return ids


def person(username: str) -> Actor:
    """Somebody of the world with his rights as the product loads them."""
    with acting_as(AUTH):
        found = db.session.scalars(select(Account).where(Account.username == username)).one()
        actor = Actor(found.get_full_name(), found.id, users.grants_of(found.id, TODAY))
    db.session.remove()
    return actor


def role_id(name: str) -> int:
    with acting_as(SETUP):
        return db.session.scalars(select(StaffRole.id).where(StaffRole.name == name)).one()


def account_id(username: str) -> int:
    with acting_as(SETUP):
        return db.session.scalars(select(Account.id).where(Account.username == username)).one()


def cell(register: str, name: str) -> PermissionView:
    found = db.session.scalars(select(PermissionView)).all()
    return next(p for p in found if (p.view_menu.name, p.permission.name) == (register, name))


def succeeds(attack, *args, commit: bool = False) -> bool:
    """Whether the database would keep what `attack` did."""
    try:
        attack(*args)
        db.session.flush()
        (db.session.commit if commit else db.session.rollback)()
        return True
    except DomainError:
        return False
    finally:
        db.session.rollback()
        db.session.expunge_all()


def scope(user: int, role: int, place: str, **values) -> UserScope:
    return UserScope(user_id=user, role_id=role, division_code=place, **{"valid_from": TODAY} | values)


def grant(user: int, role: str, place: str, **values):
    row = scope(user, role_id(role), place, **values)
    return lambda: db.session.add(row)


def change(model, key, **values):
    """Set columns of one row that the attacker got hold of, whatever he may read."""

    def attack() -> None:
        row = db.session.get(model, key)
        if row is None:
            raise DomainError("out of sight")
        for name, value in values.items():
            setattr(row, name, value)

    return attack


def drop(model, key):
    def attack() -> None:
        row = db.session.get(model, key)
        if row is None:
            raise DomainError("out of sight")
        db.session.delete(row)

    return attack


def scopes_of(username: str) -> list[int]:
    with acting_as(SETUP):
        return list(db.session.scalars(select(UserScope.id).where(UserScope.user_id == account_id(username))))


def copied(owner: str, origin: str = SUPERVISOR, title: str = "本地角色", cells=(("Station", "can_view"),)) -> int:
    """A copy of a shipped role, made by the product; its id."""
    with acting_as(SETUP):
        copy = StaffRole(name=f"{owner}:{title}", division_code=owner, based_on_id=role_id(origin))
        copy.permissions = [cell(*c) for c in cells]
        db.session.add(copy)
        db.session.commit()
        made = copy.id
    db.session.remove()
    return made


def some_cells(everything: bool) -> list[tuple[int, str, str]]:
    """(key, register, name) of cells, or of one register's: who may shape nothing is tried with fewer.

    `make audit` tries every cell, else one of four, and all of those registers that have their own rules.
    """
    found = db.session.scalars(select(PermissionView)).all()
    cells = [(p.id, p.view_menu.name, p.permission.name) for p in found]
    drawn = [
        (key, register, name)
        for key, register, name in cells
        if IS_AUDIT or register in TRIED or crc32(f"{register} {name}".encode()) % 4 == 0
    ]
    return [cell for cell in drawn if everything or cell[1] == "Station"]


def toggle(role: str | int, key: int) -> None:
    """Give a role one cell, or take it."""
    by = StaffRole.id == role if isinstance(role, int) else StaffRole.name == role
    row = db.session.scalars(select(StaffRole).where(by)).one_or_none()
    if row is None:
        raise DomainError("out of sight")
    cell = db.session.get(PermissionView, key)
    (row.permissions.remove if cell in row.permissions else row.permissions.append)(cell)


def copy_of(owner: str, origin: str, title: str, cells):
    based = role_id(origin)

    def attack() -> None:
        row = StaffRole(name=f"{owner}:{title}", division_code=owner, based_on_id=based)
        row.permissions = [cell(*c) for c in cells]
        db.session.add(row)

    return attack
