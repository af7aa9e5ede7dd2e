"""What a row is and may never violate. One file per aggregate."""

from models.activation import Activation
from models.audit import AuditEntry
from models.base import DivisionOwned, Located, Model, Stamped, Visibility
from models.division import Division, DivisionLevel
from models.session import EndReason, SignInFailure, SignInSession
from models.station import Station, StationHost, StationLevel
from models.user import Account, Role, UserScope

__all__ = [
    "Account",
    "Activation",
    "AuditEntry",
    "Division",
    "DivisionLevel",
    "DivisionOwned",
    "EndReason",
    "Located",
    "Model",
    "Role",
    "SignInFailure",
    "SignInSession",
    "Stamped",
    "Station",
    "StationHost",
    "StationLevel",
    "UserScope",
    "Visibility",
]
