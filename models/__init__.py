"""What a row is and may never violate. One file per aggregate."""

from models.activation import Activation
from models.attachment import Attachment
from models.audit import AuditEntry
from models.base import DivisionOwned, Ended, Located, Model, Sex, Stamped, StationOwned, Versioned, Visibility
from models.case import Applicant, Case, Channel, RightsCategory
from models.division import Division, DivisionLevel
from models.draft import Draft
from models.findable import Findable
from models.member_unit import MemberUnit
from models.preference import Preference
from models.role import RoleBaseline, StaffRole
from models.serial import Serial
from models.session import EndReason, SignInFailure, SignInSession
from models.station import Station, StationHost, StationLevel
from models.station_member import Seat, StationMember
from models.training import Attendance, Organizer, Training
from models.user import Account, UserScope
from models.volunteer import Engagement, Specialty, Volunteer, VolunteerRole
from models.work_calendar import CalendarDay, DayKind, WorkCalendar

__all__ = [
    "Account",
    "Activation",
    "Applicant",
    "Attachment",
    "Attendance",
    "AuditEntry",
    "CalendarDay",
    "Case",
    "Channel",
    "DayKind",
    "Division",
    "DivisionLevel",
    "DivisionOwned",
    "Draft",
    "EndReason",
    "Ended",
    "Engagement",
    "Findable",
    "Located",
    "MemberUnit",
    "Model",
    "Organizer",
    "Preference",
    "RightsCategory",
    "RoleBaseline",
    "Seat",
    "Serial",
    "Sex",
    "SignInFailure",
    "SignInSession",
    "Specialty",
    "StaffRole",
    "Stamped",
    "Station",
    "StationHost",
    "StationLevel",
    "StationMember",
    "StationOwned",
    "Training",
    "UserScope",
    "Versioned",
    "Visibility",
    "Volunteer",
    "VolunteerRole",
    "WorkCalendar",
]
