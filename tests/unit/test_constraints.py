"""What the database itself refuses, whoever writes: a wrong row of each table, the same row twice."""

import re
from datetime import date, datetime

import pytest
from sqlalchemy import CheckConstraint, func, insert, literal_column, select
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from models import (
    Account,
    ActivityKind,
    Applicant,
    Assessment,
    AssessmentAnswer,
    Attachment,
    AuditEntry,
    Budget,
    CalendarDay,
    Case,
    CaseActivity,
    Channel,
    Checklist,
    ChecklistItem,
    ChecklistKind,
    Confirmation,
    DayKind,
    Division,
    DivisionLevel,
    DutyPeriod,
    DutyRoster,
    Ended,
    EndReason,
    Engagement,
    Finding,
    Inspection,
    JointMeeting,
    Judgement,
    Located,
    MemberUnit,
    Model,
    Organizer,
    PostingKind,
    Problem,
    Recognition,
    RecognitionLevel,
    Regulation,
    RegulationKind,
    ReportKind,
    RightsCategory,
    Seat,
    SignInSession,
    StaffRole,
    Station,
    StationHost,
    StationLevel,
    StationMember,
    Submission,
    Training,
    Urge,
    UrgeKind,
    UserScope,
    Volunteer,
    VolunteerRole,
    WallPosting,
    Weekday,
)
from tests import world
from tests.unit import danger_faults, report_faults, sealed_faults, transfer_faults

NOW = datetime(2026, 11, 24, 9, 30)  # noqa: DTZ001  the database stores UTC without zone
PLACE = {"division_code": world.OWN, "city_code": "3303", "county_code": "330302", "township_code": world.OWN}
STAMPS = {"created_at": NOW, "changed_at": NOW}
AT_STATION = PLACE | STAMPS | {"station_id": world.FIRST_STATION, "name": "甲"}
OF_STATION = {name: value for name, value in AT_STATION.items() if name != "name"}
A_CHECKLIST = literal_column("(SELECT min(id) FROM checklist)")
AN_ITEM = literal_column("(SELECT min(id) FROM checklist_item)")
ANOTHER_ITEM = literal_column("(SELECT max(id) FROM checklist_item)")
AN_INSPECTION = literal_column("(SELECT min(id) FROM inspection)")
AN_ASSESSMENT = literal_column("(SELECT min(id) FROM assessment)")
A_CASE = literal_column("(SELECT min(id) FROM case_record)")
# One sound row of each table that has CHECKs; station and division are those of the small world.
ROWS = {
    Division: {
        "code": "330302007", "parent_code": "330302", "level": DivisionLevel.TOWNSHIP, "name": "甲街道",
        "is_pseudo": False, "city_code": "3303", "county_code": "330302", "township_code": "330302007",
    } | STAMPS,
    Station: PLACE | STAMPS | {
        "name": "甲站", "level": StationLevel.TOWNSHIP, "host": StationHost.CENTER, "is_integrated": True,
        "is_in_plan": True, "has_plaque": True,
    },
    AuditEntry: PLACE | {
        "at": NOW, "actor_name": "甲", "verb": "add", "register": "Station", "row_key": "1", "row_name": "甲站",
        "changes": {}, "mac": "k:0", "chain": "330302",
    },
    Attachment: PLACE | STAMPS | {
        "register": "Station", "row_uid": "0" * 32, "row_key": "1", "name": "甲.pdf", "kind": "pdf", "size": 1,
        "content": b"x",
    },
    MemberUnit: PLACE | STAMPS | {"name": "甲司法所"},
    StationMember: AT_STATION | {"seat": Seat.DIRECTOR},
    Volunteer: AT_STATION | {
        "number": "330302-99999", "role": VolunteerRole.INFORMANT, "engagement": Engagement.PART_TIME,
        "starts_on": date(2025, 1, 1), "service_hours": 0,
    },
    Case: AT_STATION | {
        "channel": Channel.VISIT, "is_hotline": False, "received_on": world.TODAY, "recorded_on": world.TODAY,
        "is_proxy_entry": False, "applicant": Applicant.SELF, "no_sms": False, "subject": "甲事",
        "category": RightsCategory.FAMILY, "went_to_office": False, "went_to_court": False, "receiver": "丙",
        "number": "甲-1",
    },
    CaseActivity: STAMPS | {
        "case_id": A_CASE, "kind": ActivityKind.CALL, "happened_on": world.TODAY, "summary": "回电", "done_by": "丙",
        "is_repeat": False,
    },
    Urge: STAMPS | {
        "case_id": A_CASE, "kind": UrgeKind.PERSON, "by_name": "甲", "sent_on": world.TODAY, "reason": "请尽快办理",
    },
    **transfer_faults.ROWS,
    **danger_faults.ROWS,
    **sealed_faults.ROWS,
    **report_faults.ROWS,
    Checklist: PLACE | STAMPS | {"name": "甲标准", "kind": ChecklistKind.AWARD, "level": StationLevel.VILLAGE},
    ChecklistItem: STAMPS | {"checklist_id": A_CHECKLIST, "label": "甲项"},
    Confirmation: OF_STATION | {
        "item_id": AN_ITEM, "confirmed_on": world.TODAY, "confirmed_by": "甲", "edition": 1,
    },
    Recognition: OF_STATION | {
        "by_level": RecognitionLevel.COUNTY, "recognized_on": world.TODAY, "recognized_by": "甲",
        "recorded_on": world.TODAY,
    },
    Assessment: OF_STATION | {
        "checklist_id": A_CHECKLIST, "year": 2024, "assessed_on": world.TODAY, "assessors": "甲", "edition": 1,
    },
    AssessmentAnswer: STAMPS | {
        "assessment_id": AN_ASSESSMENT, "item_id": ANOTHER_ITEM, "label": "甲项", "full_points": 10, "points": 9,
        "note": "缺台账",
    },
    Judgement: {
        "station_id": world.FIRST_STATION, "item_id": AN_ITEM, "from_on": date(2020, 1, 1), "finding": Finding.AUTO,
        "sentence": "齐全。",
    },
    Submission: PLACE | STAMPS | {
        "kind": ReportKind.VISITS, "first_on": date(2024, 1, 1), "last_on": date(2024, 12, 31),
        "submitted_on": world.TODAY, "submitted_by": "甲", "figures": {}, "seal": "0",
    },
    Training: PLACE | STAMPS | {"name": "甲课", "held_on": world.TODAY, "hours": 4, "organizer": Organizer.WOMEN},
    Regulation: OF_STATION | {
        "kind": RegulationKind.APPRAISAL, "edition": 1, "text": "一、……", "effective_on": world.TODAY,
    },
    WallPosting: OF_STATION | {"kind": PostingKind.DUTIES, "posted_on": world.TODAY},
    DutyRoster: AT_STATION | {
        "weekday": Weekday.MONDAY, "period": DutyPeriod.NIGHT, "answers_calls": True, "answers_letters": False,
        "receives_visitors": False,
    },
    JointMeeting: OF_STATION | {"held_on": world.TODAY, "chair": "甲", "topics": "甲事"},
    Budget: OF_STATION | {"year": 2026, "amount_yuan": 0, "is_in_budget": True, "document_no": "甲〔2026〕1号"},
    Inspection: OF_STATION | {"inspected_on": world.TODAY, "inspector": "甲", "content": "台账"},
    Problem: STAMPS | {"inspection_id": AN_INSPECTION, "text": "没有标牌", "due_on": world.TODAY},
    SignInSession: {
        "user_id": select(func.min(Account.id)).scalar_subquery(), "token_hash": "0" * 64, "version": 1,
        "created_at": NOW, "seen_at": NOW, "device": "", "address": "", "ended_at": NOW,
        "ended_reason": EndReason.TAKEN_DOWN,
    },
    Account: PLACE | {
        "first_name": "甲", "last_name": "", "username": "jia", "email": "jia@localhost.invalid", "is_demo": False,
    },
    CalendarDay: {"day": date(2090, 1, 1), "kind": DayKind.REST, "name": "元旦", "source": "通知", "year": 2090},
    StaffRole: {"name": f"{world.OWN}:甲角色", "division_code": world.OWN, "based_on_id": 1},
}  # fmt: skip
VILLAGE = {"code": "330302006999", "parent_code": world.OWN, "township_code": world.OWN}
VILLAGE_STATION = {"station_id": literal_column(f"(SELECT id FROM station WHERE division_code = '{world.CHILD}')")}
IN_VILLAGE = VILLAGE_STATION | {"division_code": world.CHILD}
COUNTY_STATION = {"division_code": world.COUNTY, "township_code": None}
NOBODY = literal_column("'NOBODY'")
ACCEPTED = {"state": "ACCEPTED", "difficulty": "ORDINARY", "handler": "丙", "accepted_on": world.TODAY}
CLOSED = ACCEPTED | {
    "state": "CLOSED", "answer": "k:0", "answered_on": world.TODAY, "answer_way": "CALL", "closed_on": world.TODAY,
}  # fmt: skip
VISITED = CLOSED | {"state": "VISITED", "visited_on": world.TODAY, "visit_way": "CALL", "visit_result": "SATISFIED"}
MERGED = {"state": "MERGED", "state_reason": "重复", "merged_into_id": A_CASE}
ONCE = [  # (model, what both rows have, the column or columns that the database keeps apart)
    (Case, {}, "case_record.?number"),
    (Urge, {"kind": UrgeKind.SOON, "made_for": world.TODAY}, "urge.?case_id"),
    (Regulation, {}, "regulation.?station_id"),
    (Budget, {}, "budget.?station_id"),
    (Assessment, {}, "assessment.?station_id"),
    (AssessmentAnswer, {}, "assessment_answer.?assessment_id"),
    *transfer_faults.ONCE,
    *danger_faults.ONCE,
    *report_faults.ONCE,
    (Submission, {}, "submission.?division_code"),
]


def signature(side: str) -> dict[str, object]:
    """What one side writes when it signs, the same person each time."""
    return {f"{side}_signed_by": "甲", f"{side}_signed_on": world.TODAY, f"{side}_signer_id": 1}


REFUSED = [
    *sealed_faults.REFUSED,
    (Recognition, {"by_level": "NOBODY"}, "recognitionlevel"),
    (Recognition, {"lapses_on": world.TODAY}, "lapses_after_it_is_recorded"),
    (StaffRole, {"division_code": None}, "copy_has_owner_and_origin"),
    (StaffRole, {"based_on_id": None}, "copy_has_owner_and_origin"),
    (StaffRole, {"name": "甲角色"}, "copy_named_for_owner"),
    (StaffRole, {"name": f"{world.COUNTY}:甲角色"}, "copy_named_for_owner"),
    (Division, {"code": "3303020070", "township_code": "330302007"}, "level_of_code"),
    (Division, {"level": DivisionLevel.VILLAGE}, "level_of_code"),
    (Division, {**VILLAGE, "level": literal_column("'REGION'")}, "divisionlevel"),
    (Division, {"parent_code": "330304"}, "parent_of_code"),
    (Division, {"parent_code": "330302007"}, "parent_of_code"),
    (Division, {"parent_code": None}, "has_parent"),
    (Division, {"succeeded_by": world.SIBLING}, "retired_before_succeeded"),
    (Division, {"succeeded_by": world.COUNTY, "retired_on": world.TODAY}, "succeeded_by_its_like"),
    (Station, {"level": StationLevel.VILLAGE}, "level_of_division"),
    (Station, {"level": None}, "level_of_division"),
    (Station, COUNTY_STATION, "level_of_division"),
    (Station, COUNTY_STATION | {"level": None}, "level_of_division"),
    (Station, {"level": literal_column("'COUNTY'")}, "(stationlevel|level_of_division)"),
    (Station, {"host": NOBODY}, "stationhost"),
    (SignInSession, {"ended_at": None}, "ended_with_reason"),
    (SignInSession, {"ended_reason": None}, "ended_with_reason"),
    (SignInSession, {"ended_reason": literal_column("'BORED'")}, "endreason"),
    (StationMember, {"seat": NOBODY}, "seat"),
    (StationMember, {"sex": NOBODY}, "sex"),
    (StationMember, {"seat": Seat.UNIT}, "unit_of_seat"),
    *[(StationMember, {"seat": seat}, "seat_of_level") for seat in (Seat.BRANCH, Seat.CONGRESS, Seat.OFFICE)],
    *[(StationMember, IN_VILLAGE | {"seat": seat}, "seat_of_level")
      for seat in (Seat.DIRECTOR, Seat.DEPUTY_WOMEN, Seat.DEPUTY_ORDER)],
    (Volunteer, {"role": NOBODY}, "volunteerrole"),
    (Volunteer, {"engagement": NOBODY}, "engagement"),
    (Volunteer, {"specialty": NOBODY}, "specialty"),
    (Volunteer, {"sex": NOBODY}, "sex"),
    (Volunteer, {"term_ends_on": date(2024, 12, 31)}, "ends_after_start"),
    (Volunteer, {"service_hours": -1}, "hours_not_negative"),
    (Case, {"channel": NOBODY}, "channel"),
    (Case, {"category": NOBODY}, "rightscategory"),
    (Case, {"applicant": NOBODY}, "applicant"),
    (Case, {"sex": NOBODY}, "sex"),
    (Case, {"applicant": Applicant.AGENT}, "agent_named"),
    (Case, {"recorded_on": date(2026, 11, 23)}, "recorded_after_received"),
    *[
        (Case, {column: NOBODY}, name)
        for column, name in (
            ("state", "casestate"), ("difficulty", "difficulty"), ("answer_way", "answerway"),
            ("visit_way", "visitway"), ("visit_result", "(visitresult|visited_some_way)"),
        )
    ],
    *[
        (Case, ACCEPTED | {"state": state, missing: None}, "accepted_facts")
        for state in ("ACCEPTED", "INVESTIGATING", "HANDLING", "CLOSED", "VISITED")
        for missing in ("difficulty", "handler", "accepted_on")
    ],
    *[
        (Case, CLOSED | {"state": state, missing: None}, "closed_facts")
        for state in ("CLOSED", "VISITED")
        for missing in ("answer", "answered_on", "answer_way", "closed_on")
    ],
    *[(Case, VISITED | {missing: None}, "visited_facts") for missing in ("visited_on", "visit_result")],
    *[(Case, {"state": state}, "ended_otherwise_for_a_reason") for state in ("REFUSED", "WITHDRAWN", "LOST")],
    (Case, {"state": "MERGED", "merged_into_id": A_CASE}, "ended_otherwise_for_a_reason"),
    (Case, {"state": "MERGED", "state_reason": "重复"}, "merged_into_another"),
    (Case, {"merged_into_id": A_CASE}, "merged_into_another"),
    (Case, ACCEPTED | {"accepted_on": date(2026, 11, 23)}, "accepted_after_received"),
    *[(Case, VISITED | {"visit_way": None, "visit_result": said}, "visited_some_way")
      for said in ("SATISFIED", "FAIRLY", "DISSATISFIED")],
    (CaseActivity, {"kind": NOBODY}, "activitykind"),
    (Urge, {"kind": NOBODY}, "urgekind"),
    (Urge, {"reply": "已办"}, "reply_dated"),
    (Urge, {"replied_on": world.TODAY}, "reply_dated"),
    *transfer_faults.REFUSED,
    *danger_faults.REFUSED,
    *report_faults.REFUSED,
    (CalendarDay, {"kind": NOBODY}, "daykind"),
    (Training, {"organizer": NOBODY}, "organizer"),
    (Submission, {"kind": NOBODY}, "reportkind"),
    (Submission, {"last_on": date(2023, 12, 31)}, "ends_after_start"),
    (Submission, {"division_code": world.CHILD}, "township_and_up"),
    (Checklist, {"kind": NOBODY}, "checklistkind"),
    (Checklist, {"level": NOBODY}, "stationlevel"),
    (ChecklistItem, {"evidence": NOBODY}, "evidence"),
    *[(ChecklistItem, {"points": n}, "points_plausible") for n in (-1, 1001)],
    *[(ChecklistItem, {"validity_months": n}, "validity_plausible") for n in (0, 121)],
    (Assessment, {"conclusion": NOBODY}, "conclusion"),
    *[(Assessment, {"year": year}, "year_plausible") for year in (1999, 2101)],
    *[
        (Assessment, signature(side) | {missing: None}, f"{side}_signed_dated")
        for side in ("women", "order")
        for missing in signature(side)
    ],
    (Assessment, signature("women") | signature("order"), "two_signers"),
    (AssessmentAnswer, {"is_met": NOBODY}, "met"),
    *[(AssessmentAnswer, {"points": n}, "points_of_line") for n in (-1, 11)],
    (AssessmentAnswer, {"full_points": None}, "points_asked_for"),
    (AssessmentAnswer, {"note": None}, "deduction_explained"),
    (Judgement, {"finding": NOBODY}, "finding"),
    (Judgement, {"until_on": date(2020, 1, 1)}, "until_after_from"),
    (Regulation, {"kind": NOBODY}, "regulationkind"),
    (Regulation, {"edition": 0}, "edition_counted"),
    (WallPosting, {"kind": NOBODY}, "postingkind"),
    (DutyRoster, {"weekday": NOBODY}, "weekday"),
    (DutyRoster, {"period": NOBODY}, "dutyperiod"),
    (Budget, {"year": 1999}, "year_plausible"),
    (Budget, {"year": 2101}, "year_plausible"),
    (Budget, {"amount_yuan": -1}, "amount_not_negative"),
    (Budget, {"document_no": None}, "document_of_budget"),
    (Problem, {"result": NOBODY, "rechecked_on": world.TODAY}, "problemresult"),
    (Problem, {"result": "FIXED"}, "result_dated"),
    (Problem, {"rechecked_on": world.TODAY}, "result_dated"),
    (Training, {"hours": 0}, "hours_plausible"),
    (Training, {"hours": 201}, "hours_plausible"),
    *[
        (model, fault, "ended_for_a_reason")
        for model in ROWS
        if issubclass(model, Ended)
        for fault in ({"ended_on": world.TODAY}, {"ended_reason": "辞职"})
    ],
    *[
        (model, {f"{place}_code": wrong}, f"{place}_code_of_place")
        for model in ROWS
        if issubclass(model, Located)
        for place, other in (("city", "9901"), ("county", "330304"), ("township", world.SIBLING))
        for wrong in (other, None)
    ],
]  # fmt: skip


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_row_without_a_fault_is_accepted(context, model):
    with db.engine.begin() as connection:
        connection.execute(insert(model.__table__).values(ROWS[model]))


def words(value: object) -> str:
    """A model by its name, a fault by its columns and values."""
    if isinstance(value, dict):
        return " ".join(f"{name}={getattr(text, 'name', text)}" for name, text in value.items())
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("model", "fault", "constraint"), REFUSED, ids=words)
def test_database_itself_refuses_a_wrong_row(context, model, fault, constraint):
    table = model.__table__
    with pytest.raises(IntegrityError, match=f"ck_{table.name}_{constraint}"), db.engine.begin() as connection:
        connection.execute(insert(table).values(ROWS[model] | fault))


@pytest.mark.parametrize("state", [ACCEPTED, CLOSED, VISITED, MERGED], ids=lambda state: state["state"].lower())
def test_case_with_all_that_its_state_asks_for_is_accepted(context, state):
    with db.engine.begin() as connection:
        connection.execute(insert(Case.__table__).values(ROWS[Case] | state))


@pytest.mark.parametrize(("model", "both", "kept_apart"), ONCE, ids=words)
def test_database_itself_refuses_the_same_again(context, model, both, kept_apart):
    row = ROWS[model] | both
    with db.engine.begin() as connection:
        connection.execute(insert(model.__table__).values(row | {"uid": "a" * 32}))
    with pytest.raises(IntegrityError, match=kept_apart), db.engine.begin() as connection:
        connection.execute(insert(model.__table__).values(row | {"uid": "b" * 32}))


@pytest.mark.parametrize(
    ("model", "other"),
    [(Regulation, {"edition": 2}), (Budget, {"amount_yuan": 1}), (Assessment, {"assessors": "乙"})],
    ids=words,
)
def test_what_has_ended_makes_room_for_the_next(context, model, other):
    ended = {"ended_on": world.TODAY, "ended_reason": "换新"}
    with db.engine.begin() as connection:
        for n, changes in enumerate((ended, ended, other)):
            connection.execute(insert(model.__table__).values(ROWS[model] | changes | {"uid": str(n) * 32}))


def test_what_people_urge_may_be_urged_again(context):
    with db.engine.begin() as connection:
        for uid in ("a" * 32, "b" * 32):
            connection.execute(insert(Urge.__table__).values(ROWS[Urge] | {"uid": uid}))


def test_database_itself_refuses_a_scope_that_ends_before_it_begins(context):
    with db.engine.begin() as connection:
        scope = dict(connection.execute(select(UserScope.__table__).limit(1)).mappings().one())
    wrong = {key: scope[key] for key in ("user_id", "role_id", "division_code")}
    wrong |= {"valid_from": date(2026, 11, 24), "valid_until": date(2026, 11, 23)}
    with pytest.raises(IntegrityError, match="ck_user_scope_until_after_from"), db.engine.begin() as connection:
        connection.execute(insert(UserScope.__table__).values(wrong))


def test_every_declared_check_is_tried():
    tried = [f"ck_{model.__tablename__}_{name}" for model, _, name in [*REFUSED, *sealed_faults.LATER]] + [
        "ck_user_scope_until_after_from"
    ]
    checks = [c for t in Model.metadata.tables.values() for c in t.constraints if isinstance(c, CheckConstraint)]
    assert [str(c.name) for c in checks if not any(re.fullmatch(name, str(c.name)) for name in tried)] == []
