"""Which views there are, in the order of the menu. An entry shows to those who may view its register."""

from typing import Any, NamedTuple

from flask_babel import lazy_gettext as _l

from views.account import AccountView
from views.activation import ActivationView
from views.auth import SignInView
from views.case import CaseView
from views.division import DivisionView
from views.health import HealthView
from views.member_unit import MemberUnitView
from views.role import RoleView
from views.search import SearchView
from views.station import StationView
from views.station_member import StationMemberView
from views.training import TrainingView
from views.user import UserView
from views.volunteer import VolunteerView


class Entry(NamedTuple):
    """One line of the menu: an English id that is no permission's name, the view, its Chinese label."""

    id: str
    view: Any
    label: Any


MENU = (
    Entry("menu-stations", StationView, _l("维权站")),
    Entry("menu-members", StationMemberView, _l("班子")),
    Entry("menu-units", MemberUnitView, _l("成员单位")),
    Entry("menu-volunteers", VolunteerView, _l("队伍")),
    Entry("menu-cases", CaseView, _l("案件")),
    Entry("menu-trainings", TrainingView, _l("培训")),
    Entry("menu-divisions", DivisionView, _l("区划")),
    Entry("menu-accounts", UserView, _l("账号")),
    Entry("menu-roles", RoleView, _l("角色")),
)


def register_views(appbuilder: Any) -> None:
    """Add every view of the product to the application."""
    appbuilder.add_view_no_menu(SignInView)
    appbuilder.add_view_no_menu(ActivationView)
    appbuilder.add_view_no_menu(AccountView)
    appbuilder.add_view_no_menu(HealthView)
    appbuilder.add_view_no_menu(SearchView)
    for entry in MENU:
        appbuilder.add_view_no_menu(entry.view)
