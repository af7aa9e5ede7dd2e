"""The Specs of checklists and of what somebody confirms; see tests.security.registers."""

from app.security.roles import CENTER, DIVISION_ADMIN, STAFF, SUPERVISOR
from models import Checklist, ChecklistItem, Confirmation, Recognition, RecognitionLevel, StationLevel
from models.base import TOWNSHIP
from tests.security.spec import BY_REGISTER, Child, Spec, key
from tests.security.standards import DAY
from tests.world import canary


def item_of(code: str) -> int:
    """The line of the checklist of a place."""
    checklist = BY_REGISTER["Checklist"]
    return checklist.child_key(checklist.children[0], code)


CHECKLISTS = (
    Spec(
        model=Checklist,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit end export",
            SUPERVISOR: "view export",
            STAFF: "view",
            CENTER: "view",
        },
        make=lambda code, its_key: Checklist(
            id=its_key,
            division_code=code,
            name=canary("LIST", code),
            level=StationLevel.TOWNSHIP if len(code) == TOWNSHIP else StationLevel.VILLAGE,
            note=canary("LISTNOTE", code),
        ),
        form=lambda code: {"division_code": code, "name": f"新标准{code}", "kind": "STATION", "level": "VILLAGE"},
        canaries={"LIST": "name", "LISTNOTE": "note"},
        is_reference=True,
        shared=("name", "note", "label"),
        children=(
            Child(
                model=ChecklistItem,
                parent="checklist_id",
                name="items",
                make=lambda code, parent, its_key: ChecklistItem(
                    id=its_key, checklist_id=parent, label=canary("ITEM", code)
                ),
                form=lambda _code: {"label": "新项目", "position": "2", "evidence": "NONE", "is_active": "y"},
                canaries={"ITEM": "label"},
            ),
        ),
    ),
    Spec(
        model=Confirmation,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit end export",
            SUPERVISOR: "view export",
            STAFF: "view add edit end",
        },
        make=lambda code, its_key: Confirmation(
            id=its_key,
            station_id=key("Station", code),
            item_id=item_of(code),
            confirmed_on=DAY,
            confirmed_by=canary("VOUCHER", code),
            note=canary("VOUCHED", code),
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "item_id": str(item_of(code)),
            "confirmed_on": "2026-11-20",
            "confirmed_by": "某人",
        },
        canaries={"VOUCHER": "confirmed_by", "VOUCHED": "note"},
        file="EVIDENCE",
    ),
    Spec(
        model=Recognition,
        master="town_admin",
        rights={
            DIVISION_ADMIN: "view add edit end export",
            SUPERVISOR: "view export",
            STAFF: "view",
        },
        make=lambda code, its_key: Recognition(
            id=its_key,
            station_id=key("Station", code),
            by_level=RecognitionLevel.TOWNSHIP,
            recognized_on=DAY,
            recognized_by=canary("RECOGNIZER", code),
            note=canary("RECOGNIZED", code),
        ),
        form=lambda code: {
            "station_id": str(key("Station", code)),
            "by_level": "TOWNSHIP",
            "recognized_on": "2026-11-20",
            "recognized_by": "某人",
        },
        canaries={"RECOGNIZER": "recognized_by", "RECOGNIZED": "note"},
    ),
)
