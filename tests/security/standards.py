"""The Specs of the registers of the standards; what each part means stands in tests.security.registers."""

from datetime import date

from app.security.roles import CENTER, DIVISION_ADMIN, STAFF, SUPERVISOR, UNIT_OFFICER
from models import (
    Budget,
    Decision,
    DutyPeriod,
    DutyRoster,
    Inspection,
    JointMeeting,
    PostingKind,
    Problem,
    Regulation,
    RegulationKind,
    WallPosting,
    Weekday,
)
from tests.security.spec import TYPED, Child, Spec, key
from tests.world import canary

DAY = date(2026, 3, 8)

STANDARDS = (
    Spec(
        model=Regulation,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit end delete export",
            SUPERVISOR: "view export",
            STAFF: "view add edit end",
        },
        make=lambda code, its_key: Regulation(
            id=its_key,
            station_id=key("Station", code),
            kind=RegulationKind.DAILY,
            text=canary("RULES", code),
            effective_on=DAY,
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "kind": "JOINT",
            "edition": "1",
            "effective_on": "2026-11-20",
            "text": "一、新制度。",
        },
        canaries={"RULES": "text"},
        routes={"complete": "add"},
        aims={"complete": "Station"},
        file="RULESFILE",
    ),
    Spec(
        model=WallPosting,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit end delete export",
            SUPERVISOR: "view export",
            STAFF: "view add edit end",
        },
        make=lambda code, its_key: WallPosting(
            id=its_key,
            station_id=key("Station", code),
            kind=PostingKind.ROSTER,
            posted_on=DAY,
            spot=canary("SPOT", code),
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "kind": "DUTIES",
            "posted_on": "2026-11-20",
            "spot": "大厅",
        },
        canaries={"SPOT": "spot"},
        file="WALLFILE",
    ),
    Spec(
        model=DutyRoster,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view reveal add edit end delete export",
            SUPERVISOR: "view export",
            STAFF: "view add edit end",
        },
        make=lambda code, its_key: DutyRoster(
            id=its_key,
            station_id=key("Station", code),
            weekday=Weekday.MONDAY,
            period=DutyPeriod.ALL_DAY,
            name=canary("DUTY", code),
            answers_calls=True,
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "weekday": "FRIDAY",
            "period": "MORNING",
            "name": "值班的",
            "phone": TYPED["phone"],
        },
        canaries={"DUTY": "name"},
        secrets={"phone": "phone"},
    ),
    Spec(
        model=JointMeeting,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit end delete export",
            SUPERVISOR: "view export",
            STAFF: "view add edit",
            CENTER: "view",
            UNIT_OFFICER: "view",
        },
        make=lambda code, its_key: JointMeeting(
            id=its_key,
            station_id=key("Station", code),
            held_on=DAY,
            chair=canary("CHAIR", code),
            units_present=canary("PRESENT", code),
            topics=canary("TOPICS", code),
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "held_on": "2026-11-20",
            "chair": "主任",
            "topics": "新议题",
        },
        canaries={"CHAIR": "chair", "PRESENT": "units_present", "TOPICS": "topics"},
        children=(
            Child(
                model=Decision,
                parent="meeting_id",
                name="decisions",
                make=lambda code, parent, its_key: Decision(
                    id=its_key,
                    meeting_id=parent,
                    text=canary("DECIDED", code),
                    unit_id=key("MemberUnit", code),
                    due_on=date(2026, 12, 31),
                ),
                form=lambda code: {
                    "text": "新事项",
                    "unit_id": str(key("MemberUnit", code)),
                    "due_on": "2026-12-20",
                },
                canaries={"DECIDED": "text"},
            ),
        ),
        file="MEETINGFILE",
    ),
    Spec(
        model=Budget,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit end delete export",
            SUPERVISOR: "view export",
            STAFF: "view add edit",
        },
        make=lambda code, its_key: Budget(
            id=its_key,
            station_id=key("Station", code),
            year=2025,
            amount_yuan=20_000,
            is_in_budget=True,
            document_no=canary("DOCNO", code),
        ),
        form=lambda code: {"station_id": str(key("Station", code)), "year": "2026", "amount_yuan": "30000"},
        canaries={"DOCNO": "document_no"},
        file="BUDGETFILE",
    ),
    Spec(
        model=Inspection,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit end delete export",
            SUPERVISOR: "view add edit end export",
            STAFF: "view add edit",
        },
        make=lambda code, its_key: Inspection(
            id=its_key,
            station_id=key("Station", code),
            inspected_on=DAY,
            inspector=canary("INSPECTOR", code),
            content=canary("INSPECTED", code),
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "inspected_on": "2026-11-20",
            "inspector": "督导员",
            "content": "查台账",
        },
        canaries={"INSPECTOR": "inspector", "INSPECTED": "content"},
        children=(
            Child(
                model=Problem,
                parent="inspection_id",
                name="problems",
                make=lambda code, parent, its_key: Problem(
                    id=its_key,
                    inspection_id=parent,
                    text=canary("FOUND", code),
                    due_on=date(2026, 12, 31),
                ),
                form=lambda _code: {"text": "没有标牌", "due_on": "2026-12-20"},
                canaries={"FOUND": "text"},
            ),
        ),
        file="INSPECTIONFILE",
    ),
)
