"""What a row is and may never violate. One file per aggregate."""

from models.activation import Activation
from models.assessment import Assessment, AssessmentAnswer, Conclusion, Met, Signatures
from models.assignment import Assignment, AssignmentState
from models.attachment import Attachment
from models.audit import AuditEntry
from models.base import DivisionOwned, Ended, Located, Model, Sex, Stamped, StationOwned, Versioned, Visibility
from models.budget import Budget
from models.case import (
    AnswerWay,
    Applicant,
    Case,
    CaseState,
    Channel,
    Difficulty,
    RightsCategory,
    RiskLevel,
    SealReason,
    VisitResult,
    VisitWay,
)
from models.case_activity import ActivityKind, CaseActivity
from models.case_recusal import CaseRecusal
from models.checklist import (
    Checklist,
    ChecklistEdition,
    ChecklistItem,
    ChecklistKind,
    Evidence,
    Finding,
    Judgement,
    Rule,
)
from models.confirmation import Confirmation
from models.division import Division, DivisionLevel
from models.draft import Draft
from models.duty_roster import DutyPeriod, DutyRoster, Weekday
from models.dv_order import DvOrder, DvVisit, OrderKind, VisitFinding
from models.dv_risk_assessment import DvRiskAnswer, DvRiskAssessment
from models.escalation import Escalation, EscalationNote, EscalationState
from models.findable import Findable
from models.hand import Body, Hand, Superior
from models.inspection import Inspection, Problem, ProblemResult
from models.joint_meeting import Decision, JointMeeting
from models.look import LookEntry, LookKind
from models.mandatory_report import Capacity, Finder, MandatoryReport
from models.member_unit import MemberUnit
from models.policy_issue import PolicyIssue, PolicyState
from models.preference import Preference
from models.recognition import Recognition, RecognitionLevel
from models.regulation import Regulation, RegulationKind
from models.role import RoleBaseline, StaffRole
from models.sealed_request import SealedOpening, SealedRequest
from models.serial import Serial
from models.session import EndReason, SignInFailure, SignInSession
from models.station import Station, StationHost, StationLevel
from models.station_member import Seat, StationMember
from models.submission import ReportKind, Submission
from models.superior_assignment import SuperiorAssignment, SuperiorKind, SuperiorState
from models.training import Attendance, Organizer, Training
from models.transfer import Transfer, TransferReason, TransferState
from models.urge import Urge, UrgeKind
from models.urgent_report import ReportState, ReportTurn, Urgency, UrgentPart, UrgentReport
from models.user import Account, UserScope
from models.volunteer import Engagement, Specialty, Volunteer, VolunteerRole
from models.wall_posting import PostingKind, WallPosting
from models.work_calendar import CalendarDay, DayKind, WorkCalendar

__all__ = [
    "Account",
    "Activation",
    "ActivityKind",
    "AnswerWay",
    "Applicant",
    "Assessment",
    "AssessmentAnswer",
    "Assignment",
    "AssignmentState",
    "Attachment",
    "Attendance",
    "AuditEntry",
    "Body",
    "Budget",
    "CalendarDay",
    "Capacity",
    "Case",
    "CaseActivity",
    "CaseRecusal",
    "CaseState",
    "Channel",
    "Checklist",
    "ChecklistEdition",
    "ChecklistItem",
    "ChecklistKind",
    "Conclusion",
    "Confirmation",
    "DayKind",
    "Decision",
    "Difficulty",
    "Division",
    "DivisionLevel",
    "DivisionOwned",
    "Draft",
    "DutyPeriod",
    "DutyRoster",
    "DvOrder",
    "DvRiskAnswer",
    "DvRiskAssessment",
    "DvVisit",
    "EndReason",
    "Ended",
    "Engagement",
    "Escalation",
    "EscalationNote",
    "EscalationState",
    "Evidence",
    "Findable",
    "Finder",
    "Finding",
    "Hand",
    "Inspection",
    "JointMeeting",
    "Judgement",
    "Located",
    "LookEntry",
    "LookKind",
    "MandatoryReport",
    "MemberUnit",
    "Met",
    "Model",
    "OrderKind",
    "Organizer",
    "PolicyIssue",
    "PolicyState",
    "PostingKind",
    "Preference",
    "Problem",
    "ProblemResult",
    "Recognition",
    "RecognitionLevel",
    "Regulation",
    "RegulationKind",
    "ReportKind",
    "ReportState",
    "ReportTurn",
    "RightsCategory",
    "RiskLevel",
    "RoleBaseline",
    "Rule",
    "SealReason",
    "SealedOpening",
    "SealedRequest",
    "Seat",
    "Serial",
    "Sex",
    "SignInFailure",
    "SignInSession",
    "Signatures",
    "Specialty",
    "StaffRole",
    "Stamped",
    "Station",
    "StationHost",
    "StationLevel",
    "StationMember",
    "StationOwned",
    "Submission",
    "Superior",
    "SuperiorAssignment",
    "SuperiorKind",
    "SuperiorState",
    "Training",
    "Transfer",
    "TransferReason",
    "TransferState",
    "Urge",
    "UrgeKind",
    "Urgency",
    "UrgentPart",
    "UrgentReport",
    "UserScope",
    "Versioned",
    "Visibility",
    "VisitFinding",
    "VisitResult",
    "VisitWay",
    "Volunteer",
    "VolunteerRole",
    "WallPosting",
    "Weekday",
    "WorkCalendar",
]
