"""What a row is and may never violate. One file per aggregate."""

from models.audit import AuditEntry
from models.base import DivisionOwned, Located, Model, Stamped, Visibility
from models.division import Division, DivisionLevel
from models.station import Station, StationHost, StationLevel
from models.user import Account, RoleBaseline, StaffRole, UserScope

__all__ = [
    "Account",
    "AuditEntry",
    "Division",
    "DivisionLevel",
    "DivisionOwned",
    "Located",
    "Model",
    "RoleBaseline",
    "StaffRole",
    "Stamped",
    "Station",
    "StationHost",
    "StationLevel",
    "UserScope",
    "Visibility",
]
