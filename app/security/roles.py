"""What: the shipped roles, as one matrix register × role → verbs. `flask setup` writes it to the database."""

VERBS = {
    "view": "查看",
    "reveal": "查看敏感信息",
    "add": "新增",
    "edit": "修改",
    "end": "停用",
    "delete": "删除",
    "export": "导出",
}
DIVISION_ADMIN, SUPERVISOR, SYSTEM_ADMIN = "区划管理员", "督导员", "系统管理员"
ROLES = (DIVISION_ADMIN, SUPERVISOR, SYSTEM_ADMIN)

# fmt: off
MATRIX: dict[str, dict[str, str]] = {
    "Division": {DIVISION_ADMIN: "view export",                 SUPERVISOR: "view",        SYSTEM_ADMIN: "view add edit delete export"},  # noqa: E501
    "Station":  {DIVISION_ADMIN: "view add edit end delete export", SUPERVISOR: "view export", SYSTEM_ADMIN: ""},
    "StationMember":  {DIVISION_ADMIN: "view reveal add edit end delete export", SUPERVISOR: "view export", SYSTEM_ADMIN: ""},  # noqa: E501
    "MemberUnit":  {DIVISION_ADMIN: "view reveal add edit end delete export", SUPERVISOR: "view export", SYSTEM_ADMIN: ""},  # noqa: E501
    "Volunteer":  {DIVISION_ADMIN: "view reveal add edit end export", SUPERVISOR: "view export", SYSTEM_ADMIN: ""},
    "Case":  {DIVISION_ADMIN: "view reveal add edit end export", SUPERVISOR: "view", SYSTEM_ADMIN: ""},
    "Training":  {DIVISION_ADMIN: "view add edit end delete export", SUPERVISOR: "view export", SYSTEM_ADMIN: ""},
}
# fmt: on


def permissions_of(role: str) -> frozenset[tuple[str, str]]:
    """The (register, verb) pairs that a role is shipped with."""
    return frozenset((register, verb) for register, cells in MATRIX.items() for verb in cells.get(role, "").split())
