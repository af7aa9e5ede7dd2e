"""What: the shipped roles, as one matrix register × role → verbs. `flask setup` writes it to the database.

A role holds cells (register, verb). Beside a verb stands its twin "grant_<verb>": who holds it may hand the verb on,
with or without the right to hand it on further, to people strictly inside his part (app.security.delegation).
"""

from collections.abc import Iterable

VERBS = {
    "view": "查看",
    "reveal": "查看敏感信息",
    "add": "新增",
    "edit": "修改",
    "handle": "办理",
    "approve": "审批",
    "urge": "催办",
    "end": "停用",
    "delete": "删除",
    "export": "导出",
    "grant": "授权",
}
# What a 部门经办人 holds for his unit only, wherever he has his scope; without a unit, not at all.
OF_UNITS = frozenset({"Assignment"})
HANDING = "grant_"  # before a verb: the right to hand it on

DIVISION_ADMIN, STAFF, CENTER, UNIT_OFFICER = "区划管理员", "工作人员", "综治中心经办人", "部门经办人"
SUPERVISOR, MANAGER, SYSTEM_ADMIN, AUDITOR = "督导员", "授权管理员", "系统管理员", "审计员"
ROLES = (DIVISION_ADMIN, STAFF, CENTER, UNIT_OFFICER, SUPERVISOR, MANAGER, SYSTEM_ADMIN, AUDITOR)


def _row(**cells: str) -> dict[str, str]:
    """One register: role (by its constant's name in lower case) → verbs; nothing for a role that is not named."""
    names = {
        "division_admin": DIVISION_ADMIN, "staff": STAFF, "center": CENTER, "unit_officer": UNIT_OFFICER,
        "supervisor": SUPERVISOR, "manager": MANAGER, "system_admin": SYSTEM_ADMIN, "auditor": AUDITOR,
    }  # fmt: skip
    if unknown := cells.keys() - names.keys():
        raise TypeError(f"no such role: {unknown}")
    return {role: cells.get(name, "") for name, role in names.items()}


MATRIX: dict[str, dict[str, str]] = {
    "Division": _row(
        division_admin="view export", staff="view", center="view", unit_officer="view", supervisor="view",
        system_admin="view add edit delete export",
    ),
    "Station": _row(
        division_admin="view add edit end delete export", staff="view edit", center="view", supervisor="view export",
    ),
    "StationMember": _row(
        division_admin="view reveal add edit end delete export", staff="view add edit end", center="view",
        supervisor="view export",
    ),
    "MemberUnit": _row(
        division_admin="view reveal add edit end delete export", staff="view", center="view", unit_officer="view",
        supervisor="view export",
    ),
    "Volunteer": _row(
        division_admin="view reveal add edit end export", staff="view add edit end", center="view",
        supervisor="view export",
    ),
    "Regulation": _row(
        division_admin="view add edit end delete export", staff="view add edit end", supervisor="view export",
    ),
    "WallPosting": _row(
        division_admin="view add edit end delete export", staff="view add edit end", supervisor="view export",
    ),
    "DutyRoster": _row(
        division_admin="view reveal add edit end delete export", staff="view add edit end", supervisor="view export",
    ),
    # Whoever approves cases in a station's own division is its head: he reads what is sealed, and decides who does.
    # The centre sees what a station transfers to it, a unit what is assigned to it, and neither the case.
    "Case": _row(
        division_admin="view reveal add edit handle approve urge end export", staff="view reveal add edit handle end",
        supervisor="view",
    ),
    "Transfer": _row(
        division_admin="view reveal add edit handle end export", staff="view reveal add edit end",
        center="view reveal handle", supervisor="view",
    ),
    # Whoever keeps the station or the centre also writes down what a unit says on paper (代录).
    "Assignment": _row(
        division_admin="view reveal add edit handle export", staff="view reveal edit handle",
        center="view reveal add edit handle", unit_officer="view reveal handle", supervisor="view",
    ),
    # As the case; who may take an assessment back (作废) may let the risk fall, so that is not for those who assess.
    "DvRiskAssessment": _row(
        division_admin="view reveal add edit end export", staff="view reveal add edit", supervisor="view",
    ),
    "DvOrder": _row(
        division_admin="view reveal add edit end export", staff="view reveal add edit end", supervisor="view",
    ),
    "MandatoryReport": _row(
        division_admin="view reveal add edit end export", staff="view reveal add edit end", supervisor="view",
    ),
    # Both ends hold the same: the steps of a superior ask for his division, those of a station for its own.
    "SuperiorAssignment": _row(
        division_admin="view reveal add edit handle end export", staff="view reveal add edit handle end",
        supervisor="view",
    ),
    "Escalation": _row(
        division_admin="view reveal add edit handle end export", staff="view reveal add edit handle end",
        supervisor="view",
    ),
    "UrgentReport": _row(
        division_admin="view add edit handle end export", staff="view add edit handle end", supervisor="view export",
    ),
    "PolicyIssue": _row(
        division_admin="view add edit handle end export", staff="view add edit handle end", supervisor="view export",
    ),
    "Submission": _row(division_admin="view add export", supervisor="view export"),
    "Training": _row(
        division_admin="view add edit end delete export", staff="view add edit", center="view",
        supervisor="view export",
    ),
    "Checklist": _row(
        division_admin="view add edit end export", staff="view", center="view", supervisor="view export",
    ),
    "Confirmation": _row(
        division_admin="view add edit end export", staff="view add edit end", supervisor="view export",
    ),
    "Recognition": _row(
        division_admin="view add edit end export", staff="view", supervisor="view export",
    ),
    "JointMeeting": _row(
        division_admin="view add edit end delete export", staff="view add edit", center="view", unit_officer="view",
        supervisor="view export",
    ),
    "Budget": _row(
        division_admin="view add edit end delete export", staff="view add edit", supervisor="view export",
    ),
    "Inspection": _row(
        division_admin="view add edit end delete export", staff="view add edit",
        supervisor="view add edit end export",
    ),
    # 同考评 (六(二)): 妇联 signs by `approve`, 综治 by `handle`, as the centre handles everything that reaches it.
    "Assessment": _row(
        division_admin="view add edit approve end delete export", staff="view add edit", center="view handle",
        supervisor="view export",
    ),
    "WorkCalendar": _row(
        division_admin="view", staff="view", center="view", unit_officer="view", supervisor="view", manager="view",
        system_admin="view edit", auditor="view",
    ),
    "Account": _row(manager="view add edit grant", system_admin="view add edit grant"),
    "StaffRole": _row(manager="view grant", system_admin="view"),
    "AuditEntry": _row(auditor="view"),
}  # fmt: skip
# Who may hand on every cell of which roles. It goes one way down: strictly inside his own part.
GRANTABLE: dict[str, tuple[str, ...]] = {
    MANAGER: (DIVISION_ADMIN, STAFF, CENTER, UNIT_OFFICER, SUPERVISOR, MANAGER),
    SYSTEM_ADMIN: (SYSTEM_ADMIN, AUDITOR),
}
# 三员分立: nobody is two of these at once, by a shipped role or by a copy of one.
EXCLUSIVE = (SYSTEM_ADMIN, MANAGER, AUDITOR)

Cells = frozenset[tuple[str, str]]


def permissions_of(role: str) -> Cells:
    """The (register, verb) pairs that a role is shipped with."""
    return frozenset((register, verb) for register, cells in MATRIX.items() for verb in cells.get(role, "").split())


def grantable_of(role: str) -> Cells:
    """The (register, verb) pairs that a shipped role may hand on."""
    return frozenset[tuple[str, str]]().union(*(permissions_of(other) for other in GRANTABLE.get(role, ())))


def shipped_cells(role: str) -> Cells:
    """Everything a role is shipped with: (register, verb) and (register, "grant_<verb>")."""
    return permissions_of(role) | {(register, HANDING + verb) for register, verb in grantable_of(role)}


def plain(cells: Iterable[tuple[str, str]]) -> Cells:
    """The cells without "grant_": who may hand on a verb may hand it on either way."""
    return frozenset((register, verb.removeprefix(HANDING)) for register, verb in cells)


def permission_name(verb: str) -> str:
    """What Flask-AppBuilder's table calls it: "can_view", "grant_view"."""
    return verb if verb.startswith(HANDING) else f"can_{verb}"


def verb_of(permission: str) -> str:
    """The way back from `permission_name`."""
    return permission.removeprefix("can_")
