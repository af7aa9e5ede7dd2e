"""Which views there are, in the order of the menu. An entry shows to those who may view its register."""

from typing import Any, NamedTuple

from flask import current_app
from flask_babel import lazy_gettext as _l

from app.security.actor import Actor
from views.access import opened_by
from views.account import AccountView
from views.activation import ActivationView
from views.assessment import AssessmentView
from views.assignment import AssignmentView
from views.auth import SignInView
from views.budget import BudgetView
from views.case import CaseView
from views.checklist import ChecklistView
from views.confirmation import ConfirmationView
from views.division import DivisionView
from views.duty_roster import DutyRosterView
from views.dv_order import DvOrderView
from views.dv_risk_assessment import DvRiskAssessmentView
from views.escalation import EscalationView
from views.health import HealthView
from views.inspection import InspectionView
from views.joint_meeting import JointMeetingView
from views.leaving import LeaveView
from views.look import LookView
from views.mandatory_report import MandatoryReportView
from views.member_unit import MemberUnitView
from views.policy_issue import PolicyIssueView
from views.recognition import RecognitionView
from views.regulation import RegulationView
from views.role import RoleView
from views.search import SearchView
from views.station import StationView
from views.station_member import StationMemberView
from views.submission import SubmissionView
from views.superior_assignment import SuperiorAssignmentView
from views.training import TrainingView
from views.transfer import TransferView
from views.urgent_report import UrgentReportView
from views.user import UserView
from views.volunteer import VolunteerView
from views.wall_posting import WallPostingView
from views.work_calendar import WorkCalendarView

ORGANISATION, CASES, SUPPORT, SETTINGS = _l("组织"), _l("案件"), _l("保障"), _l("设置")


class Entry(NamedTuple):
    """One line of the menu: an English id that is no permission's name, the view, its Chinese label, group and icon."""

    id: str
    view: Any
    label: Any
    group: Any = ORGANISATION
    icon: str = "journal-text"
    method: str = "list"  # the page that it leads to

    def is_at(self, endpoint: str) -> bool:
        """Whether a page belongs to it: its own, or of a list all those of the view that no other entry leads to."""
        view, _dot, method = endpoint.partition(".")
        others = {entry.method for entry in MENU if entry.view is self.view} - {"list"}
        return view == self.view.__name__ and (method if method in others else "list") == self.method


MENU = (
    Entry("menu-stations", StationView, _l("维权站"), ORGANISATION, icon="house-heart"),
    Entry("menu-members", StationMemberView, _l("班子"), ORGANISATION, icon="person-badge"),
    Entry("menu-units", MemberUnitView, _l("成员单位"), ORGANISATION, icon="buildings"),
    Entry("menu-volunteers", VolunteerView, _l("队伍"), ORGANISATION, icon="people"),
    Entry("menu-checklists", ChecklistView, _l("建站标准"), ORGANISATION, icon="card-checklist"),
    Entry("menu-confirmations", ConfirmationView, _l("人工确认"), ORGANISATION, icon="patch-check"),
    Entry("menu-recognitions", RecognitionView, _l("认定"), ORGANISATION, icon="award"),
    Entry("menu-regulations", RegulationView, _l("制度"), ORGANISATION, icon="file-text"),
    Entry("menu-postings", WallPostingView, _l("上墙"), ORGANISATION, icon="easel"),
    Entry("menu-duties", DutyRosterView, _l("值班"), ORGANISATION, icon="telephone"),
    Entry("menu-cases", CaseView, _l("案件"), CASES, icon="folder2-open"),
    Entry("menu-transfers", TransferView, _l("转办"), CASES, icon="arrow-left-right"),
    Entry("menu-assignments", AssignmentView, _l("交办"), CASES, icon="send-check"),
    Entry("menu-risks", DvRiskAssessmentView, _l("危险评估"), CASES, icon="exclamation-diamond"),
    Entry("menu-orders", DvOrderView, _l("告诫书、保护令"), CASES, icon="shield-exclamation"),
    Entry("menu-reports", MandatoryReportView, _l("强制报告"), CASES, icon="megaphone"),
    Entry("menu-superior", SuperiorAssignmentView, _l("上级交办"), CASES, icon="box-arrow-in-down"),
    Entry("menu-escalations", EscalationView, _l("疑难转报"), CASES, icon="box-arrow-up"),
    Entry("menu-urgent", UrgentReportView, _l("紧急报告"), CASES, icon="exclamation-triangle"),
    Entry("menu-policy", PolicyIssueView, _l("政策建议"), CASES, icon="lightbulb"),
    Entry("menu-statistics", CaseView, _l("统计"), CASES, icon="bar-chart", method="statistics"),
    Entry("menu-submissions", SubmissionView, _l("统计上报"), CASES, icon="file-earmark-bar-graph"),
    Entry("menu-trainings", TrainingView, _l("培训"), SUPPORT, icon="mortarboard"),
    Entry("menu-meetings", JointMeetingView, _l("联席会议"), SUPPORT, icon="chat-square-text"),
    Entry("menu-budgets", BudgetView, _l("经费"), SUPPORT, icon="cash-coin"),
    Entry("menu-inspections", InspectionView, _l("督导检查"), SUPPORT, icon="clipboard-check"),
    Entry("menu-assessments", AssessmentView, _l("考核"), SUPPORT, icon="clipboard-data"),
    Entry("menu-workdays", WorkCalendarView, _l("工作日历"), SETTINGS, icon="calendar3"),
    Entry("menu-divisions", DivisionView, _l("区划"), SETTINGS, icon="diagram-3"),
    Entry("menu-accounts", UserView, _l("账号"), SETTINGS, icon="person-gear"),
    Entry("menu-looks", LookView, _l("谁看过"), SETTINGS, icon="eye"),
    Entry("menu-roles", RoleView, _l("角色"), SETTINGS, icon="shield-check"),
)


def menu_of(actor: Actor | None) -> list[tuple[Any, list[Entry]]]:
    """(group, its entries whose registers the actor may view), in the order of the menu."""
    groups: dict[int, tuple[Any, list[Entry]]] = {}
    for entry in MENU:
        if actor is not None and actor.can("view", entry.view.class_permission_name):
            groups.setdefault(id(entry.group), (entry.group, []))[1].append(entry)
    return list(groups.values())


def register_views(appbuilder: Any) -> None:
    """Add every view of the product to the application, and what their templates ask."""
    current_app.add_template_global(opened_by)
    appbuilder.add_view_no_menu(SignInView)
    appbuilder.add_view_no_menu(ActivationView)
    appbuilder.add_view_no_menu(AccountView)
    appbuilder.add_view_no_menu(HealthView)
    appbuilder.add_view_no_menu(LeaveView)
    appbuilder.add_view_no_menu(SearchView)
    for view in dict.fromkeys(entry.view for entry in MENU):
        appbuilder.add_view_no_menu(view)
