"""What everybody may do, written down a second time and by hand: the matrix compares the product with this.

A route without a line in ROUTES fails, and so does a line without a route.
"""

from app.security.roles import (
    AUDITOR,
    CENTER,
    DIVISION_ADMIN,
    MANAGER,
    STAFF,
    SUPERVISOR,
    SYSTEM_ADMIN,
    UNIT_OFFICER,
)
from models.base import place_of
from tests.world import DIVISIONS, PEOPLE

PUBLIC, SIGNED_IN = "public", "signed in"
# endpoint → who may ask: everybody, everybody signed in, or (register, verb).
ROUTES: dict[str, str | tuple[str, str]] = {
    "static": PUBLIC,
    "appbuilder.static": PUBLIC,
    "HealthView.check": PUBLIC,
    "SignInView.login": PUBLIC,
    "SignInView.logout": PUBLIC,
    "ActivationView.activate": PUBLIC,
    "HomeView.index": SIGNED_IN,
    "UserView.index": SIGNED_IN,
    "UserView.end": SIGNED_IN,
    "UserView.password": SIGNED_IN,
    **{
        f"{register}View.{method}": (register, verb)
        for register in ("Station", "Division")
        for method, verb in (
            ("root", "view"),
            ("list", "view"),
            ("show", "view"),
            ("history", "view"),
            ("options", "view"),
            ("export", "export"),
            ("add", "add"),
            ("edit", "edit"),
            ("delete", "delete"),
            ("action_post", "action"),
        )
    },
}
PEOPLE_VIEWS = (("UserView", "Account"), ("RoleView", "StaffRole"))
ROUTES |= {
    **{f"{v}.{method}": (r, "view") for v, r in PEOPLE_VIEWS for method in ("root", "list", "show", "history")},
    **{f"{v}.action_post": (r, "action") for v, r in PEOPLE_VIEWS},
    "UserView.options": ("Account", "view"),
    "UserView.add": ("Account", "add"),
    "UserView.edit": ("Account", "edit"),
    "UserView.active": ("Account", "edit"),
    "UserView.invite": ("Account", "edit"),
    "UserView.grant": ("Account", "grant"),
    "UserView.revoke": ("Account", "grant"),
    "UserView.places": ("Account", "grant"),
    "RoleView.change": ("StaffRole", "grant"),
    "RoleView.copy": ("StaffRole", "grant"),
    "RoleView.remove": ("StaffRole", "grant"),
}
ROLES = {
    DIVISION_ADMIN: {"Division": {"view", "export"}, "Station": {"view", "add", "edit", "delete", "export"}},
    STAFF: {"Division": {"view"}, "Station": {"view", "edit"}},
    CENTER: {"Division": {"view"}, "Station": {"view"}},
    UNIT_OFFICER: {"Division": {"view"}, "Station": set()},
    SUPERVISOR: {"Division": {"view"}, "Station": {"view", "export"}},
    MANAGER: {
        "Division": set(),
        "Station": set(),
        "Account": {"view", "add", "edit", "grant"},
        "StaffRole": {"view", "grant"},
    },
    SYSTEM_ADMIN: {
        "Division": {"view", "add", "edit", "delete", "export"},
        "Station": set(),
        "Account": {"view", "add", "edit", "grant"},
        "StaffRole": {"view"},
    },
    AUDITOR: {"Division": set(), "Station": set(), "AuditEntry": {"view"}},
}
ACTIONS = {"Station": {"bulk_delete": "delete", "bulk_plaque": "edit"}, "Division": {"bulk_delete": "delete"}}


def places(username: str, register: str, verb: str) -> set[str]:
    """Divisions in and below which this person may do that; empty for a stranger and for one out of force."""
    person = PEOPLE.get(username)
    if person is None or not person.active or person.expired:
        return set()
    return {code for role, code in person.scopes if verb in ROLES[role].get(register, ())}


def may(username: str, register: str, verb: str, code: str | None) -> bool:
    """Whether this person may `verb` a row of `register` that lies in `code`."""
    return code is not None and any(code.startswith(place) for place in places(username, register, verb))


def can(username: str, register: str, verb: str) -> bool:
    return bool(places(username, register, verb))


def is_signed_in(username: str) -> bool:
    return username in PEOPLE and PEOPLE[username].active


def sees_division(username: str, code: str) -> bool:
    """Divisions are a reference: readable along one's own line, up and down, whatever the role."""
    person = PEOPLE.get(username)
    if person is None or not person.active or person.expired:
        return False
    return any(code.startswith(home) or code in place_of(home).values() for _, home in person.scopes)


def division_names() -> dict[str, str]:
    """{name: code}: a division's name is its own canary."""
    return {name: code for code, name in DIVISIONS.items()}
