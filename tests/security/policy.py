"""What everybody may do, written down a second time and by hand: the matrix compares the product with this.

The rights of each register stand in its Spec (tests.security.registers). A route without a line in ROUTES fails, and so
does a line without a route.
"""

from app.security.roles import MANAGER, SYSTEM_ADMIN
from app.security.roles import ROLES as ALL_ROLES
from models.base import TOWNSHIP, place_of
from tests.security.registers import BY_REGISTER, SPECS
from tests.world import DIVISIONS, PEOPLE

PUBLIC, SIGNED_IN = "public", "signed in"
# endpoint → who may ask: everybody, everybody signed in, or (register, verb).
ROUTES: dict[str, str | tuple[str, str]] = {
    "static": PUBLIC,
    "appbuilder.static": PUBLIC,
    "HealthView.check": PUBLIC,
    "LeaveView.leave": PUBLIC,
    "LeaveView.calendar": PUBLIC,
    "SignInView.login": PUBLIC,
    "SignInView.logout": PUBLIC,
    "SignInView.token": PUBLIC,
    "ActivationView.activate": PUBLIC,
    "HomeView.index": SIGNED_IN,
    "AccountView.index": SIGNED_IN,
    "AccountView.end": SIGNED_IN,
    "AccountView.password": SIGNED_IN,
    "TodoView.index": SIGNED_IN,
    "SearchView.index": SIGNED_IN,
    "SearchView.suggest": SIGNED_IN,
    "WorkCalendarView.list": ("WorkCalendar", "view"),
    "WorkCalendarView.notice": ("WorkCalendar", "edit"),
    "WorkCalendarView.day": ("WorkCalendar", "edit"),
    "WorkCalendarView.publish": ("WorkCalendar", "edit"),
    **{f"{s.register}View.{method}": (s.register, verb) for s in SPECS for method, verb in s.methods.items()},
}
ROUTES["LookView.list"] = ("AuditEntry", "view")
ROUTES["StationView.fill"] = ("Confirmation", "add")  # whoever sees the station and may confirm there
PEOPLE_VIEWS = (("UserView", "Account"), ("RoleView", "StaffRole"))
PEOPLE_READING = ("root", "list", "show", "history", "query", "columns")
ROUTES |= {
    **{f"{v}.{method}": (r, "view") for v, r in PEOPLE_VIEWS for method in PEOPLE_READING},
    **{f"{v}.action_post": (r, "action") for v, r in PEOPLE_VIEWS},
    "UserView.options": ("Account", "view"),
    "UserView.add": ("Account", "add"),
    "UserView.edit": ("Account", "edit"),
    "UserView.active": ("Account", "edit"),
    "UserView.invite": ("Account", "edit"),
    "UserView.grant": ("Account", "grant"),
    "UserView.revoke": ("Account", "grant"),
    "UserView.places": ("Account", "grant"),
    "UserView.units": ("Account", "grant"),
    "RoleView.change": ("StaffRole", "grant"),
    "RoleView.copy": ("StaffRole", "grant"),
    "RoleView.remove": ("StaffRole", "grant"),
}
# Accounts and roles, which have no Spec: tests.security.people asks about them.
PEOPLE_RIGHTS = {
    "Account": {MANAGER: "view add edit grant", SYSTEM_ADMIN: "view add edit grant"},
    "StaffRole": {MANAGER: "view grant", SYSTEM_ADMIN: "view"},
}
CALENDAR_RIGHTS = {"WorkCalendar": dict.fromkeys(ALL_ROLES, "view") | {SYSTEM_ADMIN: "view edit"}}
RIGHTS = {s.register: s.rights for s in SPECS} | PEOPLE_RIGHTS | CALENDAR_RIGHTS
# role → register → verbs
ROLES = {role: {name: set(held.get(role, "").split()) for name, held in RIGHTS.items()} for role in ALL_ROLES}
ACTIONS = {s.register: s.actions for s in SPECS} | {name: {"bulk_delete": "delete"} for name in PEOPLE_RIGHTS}


def homes(username: str) -> list[tuple[str, str]]:
    """(role, division) of this person; none for a stranger and for one out of force."""
    person = PEOPLE.get(username)
    return [] if person is None or not person.active or person.expired else list(person.scopes)


def places(username: str, register: str, verb: str) -> set[str]:
    """Divisions in and below which this person may do that."""
    return {code for role, code in homes(username) if verb in ROLES[role][register]}


def may(username: str, register: str, verb: str, code: str | None) -> bool:
    """Whether this person may `verb` a row of `register` that lies in `code`."""
    return code is not None and any(code.startswith(place) for place in places(username, register, verb))


def is_near(username: str, register: str, code: str) -> bool:
    """Whether this person reads the row as one of its township or village; who is above them reads names masked."""
    return any(len(place) >= TOWNSHIP and code.startswith(place) for place in places(username, register, "view"))


def can(username: str, register: str, verb: str) -> bool:
    return bool(places(username, register, verb))


def is_signed_in(username: str) -> bool:
    return username in PEOPLE and PEOPLE[username].active


def on_his_line(username: str, code: str) -> bool:
    """A reference is readable along one's own line, up and down, whatever the role."""
    return any(code.startswith(home) or code in place_of(home).values() for _, home in homes(username))


def sees(username: str, register: str, code: str | None) -> bool:
    """Whether this person may read the row of `register` that lies in `code`, if only as a reference.

    A role that lies in "" is a shipped one; copies are readable along the line of who may look at roles.
    """
    if register == "StaffRole":
        mine = places(username, register, "view")
        return code is not None and any(code.startswith(place) or place.startswith(code) for place in mine)
    if register in BY_REGISTER and BY_REGISTER[register].is_reference:
        return code is not None and on_his_line(username, code)
    return may(username, register, "view", code)


def division_names() -> dict[str, str]:
    """{name: code}: a division's name is its own canary."""
    return {name: code for code, name in DIVISIONS.items()}
