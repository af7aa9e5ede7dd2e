"""What the security tests know of each register: one Spec in SPECS. World, policy, probes and counts follow from it.

To add a register, add its Spec after those it points to:

1. `model`, `master` (a person of tests.world who may do everything with it where he works) and `rights` by role. Rights
   are written by hand, never taken from the product: the matrix compares both.
2. `make(code, key)`: one row that lies in the division `code`, under the primary key `key`. A text column that tells
   something holds `canary(KIND, code)`; `canaries` says {KIND: column}. A kind stands for one column of one register.
   Secret columns are left out: `secrets` says {column: kind}, and the world seals in each what no other row has.
3. `form(code)`: what a browser would post to add such a row in `code`; no canaries in it, and secrets from `TYPED`.
   `key("Station", code)` is the key of another register's row.
4. Only where it differs from others: `codes` (divisions it has rows in), `is_reference` and `shared` (columns that are
   readable along one's own line), `actions`, `routes` and `without` (what it has beyond METHODS, and has not),
   `beside` (fields that a foreign key needs beside it), `children`, `records` (rows that hang on a row and stand in
   no form of it), `posting` (route of one row → division → the forms that are posted there), `paths` (route of one
    row → what stands behind its key: a word, the name of records, of which the row's own is meant, or that of another
    register, of which the row there is meant), `file` (KIND of the canary in attachments), `held` (column that a step
    writes → the verb that the step asks for).

Foreign keys, and the column that says where a row lies, are read from the tables.
"""

from datetime import date

from app.security.roles import CENTER, DIVISION_ADMIN, STAFF, SUPERVISOR, SYSTEM_ADMIN, UNIT_OFFICER
from models import (
    ActivityKind,
    Attendance,
    Case,
    CaseActivity,
    Channel,
    Division,
    MemberUnit,
    Organizer,
    RightsCategory,
    Seat,
    Station,
    StationHost,
    StationMember,
    Training,
    Urge,
    Volunteer,
    VolunteerRole,
)
from models.base import COUNTY, TOWNSHIP, VILLAGE
from tests.security import sealed
from tests.security.assessments import ASSESSMENTS
from tests.security.checklists import CHECKLISTS, item_of
from tests.security.dangers import DANGERS
from tests.security.reports import REPORTS
from tests.security.spec import BY_REGISTER, BY_TABLE, STATION_CODES, TYPED, Child, Spec, declare, key
from tests.security.standards import STANDARDS
from tests.security.statistics import STATISTICS
from tests.security.transfers import TRANSFERS
from tests.world import DIVISIONS, canary

DAY = date(2026, 3, 8)
# What a case tells, and what it keeps.
TOLD = {
    "PERSON": "name", "CASE": "subject", "RECEIVER": "receiver", "TIMES": "safe_times", "OPINION": "opinion",
    "CNOTE": "note",
}  # fmt: skip
SECRET = dict.fromkeys(("address", "happened_at"), "address") | dict.fromkeys(("phone", "safe_phone"), "phone")
SECRET |= {"id_number": "id_number", "narrative": "narrative"}


def is_town(code: str) -> bool:
    return len(code) == TOWNSHIP


def below(code: str) -> str:
    """A village of the town `code`; a village itself."""
    return next((c for c in STATION_CODES if c.startswith(code) and c != code), code)


SPECS = declare(
    Spec(
        model=Division,
        master="system_admin",
        rights={
            DIVISION_ADMIN: "view export",
            SUPERVISOR: "view",
            SYSTEM_ADMIN: "view add edit delete export",
            STAFF: "view",
            CENTER: "view",
            UNIT_OFFICER: "view",
        },
        make=lambda code, _key: Division(code=code, name=DIVISIONS[code], note=canary("NOTE", code)),
        # A new one lies below `code`; the code of one that exists is in no form.
        form=lambda code: {"code": f"{code}{'99' if len(code) < COUNTY else '999'}"[:VILLAGE], "name": "新区划"},
        canaries={"NOTE": "note"},  # and the names: see policy.division_names
        codes=tuple(DIVISIONS),
        is_reference=True,
        shared=("name",),
        beside={"succeeded_by": {"retired_on": "2026-01-01"}},
    ),
    Spec(
        model=Station,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit end delete export",
            SUPERVISOR: "view export",
            STAFF: "view edit",
            CENTER: "view",
        },
        make=lambda code, its_key: Station(
            id=its_key,
            division_code=code,
            name=canary("STA", code),
            host=StationHost.CENTER if is_town(code) else StationHost.OFFICE,
            is_integrated=True,
            address=canary("ADR", code),
            phone="12338",
            founded_on=date(2011, 3, 8),
        ),
        form=lambda code: {"division_code": code, "name": f"新站{code}", "host": "OFFICE"},
        canaries={"STA": "name", "ADR": "address"},
        actions={"bulk_delete": "delete", "bulk_plaque": "edit"},
        routes={
            "missing": "view",
            "board": "view",
            "board_export": "export",
            "fill": "view",
            "paper": "view",
            "word": "view",
            "roster": "export",
        },
        posting={"fill": lambda code: [{"item": str(item_of(code)), "note": "看过了"}]},
        paths={"fill": "Checklist", "paper": "roster", "word": "team"},
    ),
    Spec(
        model=MemberUnit,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit end delete export",
            SUPERVISOR: "view export",
            STAFF: "view",
            CENTER: "view",
            UNIT_OFFICER: "view",
        },
        make=lambda code, its_key: MemberUnit(
            id=its_key,
            division_code=code,
            name=canary("UNIT", code),
            aliases=canary("ALIAS", code),
            duties=canary("UDUTY", code),
            contact=canary("CONTACT", code),
        ),
        form=lambda code: {"division_code": code, "name": f"新单位{code}", "contact": "某人", "phone": TYPED["phone"]},
        canaries={"UNIT": "name", "ALIAS": "aliases", "UDUTY": "duties", "CONTACT": "contact"},
        codes=tuple(DIVISIONS),
        is_reference=True,
        shared=("name", "aliases", "duties"),
        secrets={"phone": "phone"},
    ),
    Spec(
        model=StationMember,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit end delete export",
            SUPERVISOR: "view export",
            STAFF: "view add edit end",
            CENTER: "view",
        },
        make=lambda code, its_key: StationMember(
            id=its_key,
            station_id=key("Station", code),
            name=canary("MEMBER", code),
            seat=Seat.UNIT if is_town(code) else Seat.OFFICE,
            title=canary("MTITLE", code),
            unit_id=key("MemberUnit", code),
            duties=canary("MDUTY", code),
            starts_on=DAY,
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "name": "新成员",
            "seat": "DIRECTOR" if is_town(code) else "BRANCH",
            "unit_id": str(key("MemberUnit", code)),
            "phone": TYPED["phone"],
        },
        canaries={"MEMBER": "name", "MTITLE": "title", "MDUTY": "duties"},
        secrets={"phone": "phone"},
    ),
    Spec(
        model=Volunteer,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit end export",
            SUPERVISOR: "view export",
            STAFF: "view add edit end",
            CENTER: "view",
        },
        make=lambda code, its_key: Volunteer(
            id=its_key,
            station_id=key("Station", code),
            name=canary("VOL", code),
            role=VolunteerRole.AGENT,
            title=canary("VTITLE", code),
            strengths=canary("SKILL", code),
            starts_on=DAY,
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "name": "新队员",
            "role": "LIAISON",
            "engagement": "PART_TIME",
            "starts_on": "2026-03-08",
            "service_hours": "0",
            "phone": TYPED["phone"],
            "address": TYPED["address"],
        },
        canaries={"VOL": "name", "VTITLE": "title", "SKILL": "strengths"},
        secrets={"id_number": "id_number", "phone": "phone", "address": "address"},
    ),
    Spec(
        model=Case,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit handle approve urge end export",
            SUPERVISOR: "view",
            STAFF: "view reveal add edit handle end",
        },
        make=lambda code, its_key: Case(
            id=its_key,
            station_id=key("Station", code),
            channel=Channel.VISIT,
            received_on=DAY,
            name=canary("PERSON", code),
            subject=canary("CASE", code),
            category=RightsCategory.FAMILY,
            receiver=canary("RECEIVER", code),
            safe_times=canary("TIMES", code),
            opinion=canary("OPINION", code),
            note=canary("CNOTE", code),
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "channel": "CALL",
            "received_on": "2026-11-20",
            "applicant": "SELF",
            "name": "某人",
            "subject": "新事由",
            "category": "FAMILY",
            "receiver": "接待人",
            "id_number": TYPED["id_number"],
            "phone": TYPED["phone"],
            "narrative": TYPED["narrative"],
        },
        canaries=TOLD,
        secrets=SECRET,
        records=(
            Child(
                model=CaseActivity,
                parent="case_id",
                name="activities",
                make=lambda code, parent, its_key: CaseActivity(
                    id=its_key,
                    case_id=parent,
                    kind=ActivityKind.RECEPTION,
                    happened_on=DAY,
                    summary=canary("DONE", code),
                    done_by=canary("DONEBY", code),
                ),
                canaries={"DONE": "summary", "DONEBY": "done_by"},
                secrets={"content": "narrative"},
                verbs={"add": "handle"},
            ),
            Child(
                model=Urge,
                parent="case_id",
                name="urges",
                make=lambda code, parent, its_key: Urge(
                    id=its_key,
                    case_id=parent,
                    by_name="某人",
                    sent_on=DAY,
                    reason=canary("URGED", code),
                ),
                canaries={"URGED": "reason"},
                verbs={"add": "urge", "edit": "handle"},
            ),
        ),
        routes={
            **sealed.ROUTES,
            "statistics": "view",
            "statistics_export": "export",
            "aims": "view",
            "visits": "view",
            "advance": "handle",
            "answer": "handle",
            "activity": "handle",
            "open_activity": "reveal",
            "urge": "urge",
            "reply": "handle",
            "draft_step": "handle",
            "discard_step": "handle",
            "draft_urge": "urge",
            "discard_urge": "urge",
        },
        paths={
            "advance": "ACCEPTED",
            "open_activity": "activities",
            "reply": "urges",
            "draft_step": "activity",
            "discard_step": "activity",
            "draft_urge": "urge",
            "discard_urge": "urge",
        },
        posting={
            "advance": lambda _code: [
                {"category": "FAMILY", "difficulty": "ORDINARY", "handler": "某人", "accepted_on": "2026-11-20"}
            ],
            **sealed.POSTS,
            "answer": lambda _code: [{"answer": "已告知", "answer_way": "IN_PERSON"}],
            "activity": lambda _code: [
                {"kind": "CALL", "happened_on": "2026-11-20", "summary": "去电", "done_by": "某人", "content": "经过"}
            ],
            "open_activity": lambda _code: [{"reason": "核对身份"}],
            "urge": lambda _code: [{"reason": "请抓紧"}],
            "reply": lambda _code: [{"reply": "已联系"}],
            "draft_step": lambda _code: [{"summary": "去电"}],
            "draft_urge": lambda _code: [{"reason": "请抓紧"}],
        },
        file="CASEFILE",
    ),
    Spec(
        model=Training,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit end delete export",
            SUPERVISOR: "view export",
            STAFF: "view add edit",
            CENTER: "view",
        },
        make=lambda code, its_key: Training(
            id=its_key,
            division_code=code,
            name=canary("COURSE", code),
            held_on=DAY,
            hours=8,
            organizer=Organizer.BOTH,
            venue=canary("VENUE", code),
            content=canary("CONTENT", code),
        ),
        form=lambda code: {
            "division_code": code,
            "name": "新培训",
            "held_on": "2026-11-20",
            "hours": "4",
            "organizer": "BOTH",
        },
        canaries={"COURSE": "name", "VENUE": "venue", "CONTENT": "content"},
        codes=STATION_CODES,
        routes={"hours": "view"},
        children=(
            Child(
                model=Attendance,
                parent="training_id",
                name="attendances",
                make=lambda code, parent, its_key: Attendance(
                    id=its_key, training_id=parent, volunteer_id=key("Volunteer", code)
                ),
                # The volunteer of the place itself stands in the list already.
                form=lambda code: {"volunteer_id": str(key("Volunteer", below(code))), "is_present": "y"},
            ),
        ),
        file="COURSEFILE",
    ),
    *STANDARDS,
    *CHECKLISTS,
    *ASSESSMENTS,
    *TRANSFERS,
    *DANGERS,
    *REPORTS,
    *STATISTICS,
)

CHILD_TABLES = {child.table.name: (spec, child) for spec in SPECS for child in (*spec.children, *spec.records)}
# {kind of a canary: (register, column)}.
KINDS = {kind: (spec, column) for spec in SPECS for kind, column in spec.canaries.items()}
KINDS |= {kind: (spec, column) for spec, c in CHILD_TABLES.values() for kind, column in c.canaries.items()}
KINDS |= {spec.file: (spec, "file") for spec in SPECS if spec.file}
# {the plain text of a secret: (register, division, column)}.
SECRETS = {
    spec.secret(column, its_key): (spec, code, column)
    for spec in SPECS
    for column in spec.secrets
    for code, its_key in spec.keys.items()
}
SECRETS |= {
    child.secret(column, spec.child_key(child, code)): (spec, code, column)
    for spec, child in CHILD_TABLES.values()
    for column in child.secrets
    for code in spec.keys
}

__all__ = ["BY_REGISTER", "BY_TABLE", "CHILD_TABLES", "KINDS", "SECRETS", "SPECS"]
