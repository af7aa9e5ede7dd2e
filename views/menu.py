"""Which views there are, in the order of the menu. An entry shows to those who may view its register."""

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from app.security.actor import Actor
from views.account import AccountView
from views.activation import ActivationView
from views.auth import SignInView
from views.case import CaseView
from views.division import DivisionView
from views.health import HealthView
from views.leaving import LeaveView
from views.member_unit import MemberUnitView
from views.role import RoleView
from views.search import SearchView
from views.station import StationView
from views.station_member import StationMemberView
from views.training import TrainingView
from views.user import UserView
from views.volunteer import VolunteerView


class Entry(NamedTuple):
    """One line of the menu: an English id that is no permission's name, the view, its Chinese label, its icon."""

    id: str
    view: Any
    label: Any
    icon: str


class Group(NamedTuple):
    """Entries that belong to one kind of work, under one heading."""

    label: Any
    entries: tuple[Entry, ...]


GROUPS = (
    Group(
        _l("组织"),
        (
            Entry("menu-stations", StationView, _l("维权站"), icon="house-heart"),
            Entry("menu-members", StationMemberView, _l("班子"), icon="person-badge"),
            Entry("menu-units", MemberUnitView, _l("成员单位"), icon="buildings"),
            Entry("menu-volunteers", VolunteerView, _l("队伍"), icon="people"),
        ),
    ),
    Group(_l("案件"), (Entry("menu-cases", CaseView, _l("案件"), icon="folder2-open"),)),
    Group(_l("保障"), (Entry("menu-trainings", TrainingView, _l("培训"), icon="mortarboard"),)),
    Group(
        _l("设置"),
        (
            Entry("menu-divisions", DivisionView, _l("区划"), icon="diagram-3"),
            Entry("menu-accounts", UserView, _l("账号"), icon="person-gear"),
            Entry("menu-roles", RoleView, _l("角色"), icon="shield-check"),
        ),
    ),
)
MENU = tuple(entry for group in GROUPS for entry in group.entries)


def menu_of(actor: Actor | None) -> list[Group]:
    """The groups with the entries whose registers the actor may view."""
    if actor is None:
        return []
    mine = [
        Group(g.label, tuple(e for e in g.entries if actor.can("view", e.view.class_permission_name))) for g in GROUPS
    ]
    return [group for group in mine if group.entries]


def register_views(appbuilder: Any) -> None:
    """Add every view of the product to the application."""
    appbuilder.add_view_no_menu(SignInView)
    appbuilder.add_view_no_menu(ActivationView)
    appbuilder.add_view_no_menu(AccountView)
    appbuilder.add_view_no_menu(HealthView)
    appbuilder.add_view_no_menu(LeaveView)
    appbuilder.add_view_no_menu(SearchView)
    for entry in MENU:
        appbuilder.add_view_no_menu(entry.view)
