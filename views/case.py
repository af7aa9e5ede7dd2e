"""案件."""

from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l

from app import aims, clock, danger, handlers, hands, protection, scope
from app.deadlines import DueInterface, deadline_of, running
from app.related import related_to
from app.timeline import timeline_of, visits_of
from app.workflow import sealing
from app.workflow.cases import FLOW, INVESTIGATED
from app.workflow.hands import HANDS
from app.workflow.steps import Kind
from models import Case, DvOrder, DvRiskAssessment, RiskLevel
from models.hand import RUNNING
from views import once
from views.answering import Answering
from views.base import RegisterView
from views.core import Section, Shortlist, acting
from views.looking import Looking
from views.opening import Opening
from views.recording import Recording
from views.sealing import Sealing
from views.statistics import Statistics
from views.urging import Urging

LINE = FLOW.start, *(step.to for step in FLOW.steps if step.kind is Kind.FORWARD)  # 申请 … 回访


class CaseView(Sealing, Opening, Looking, Answering, Recording, Statistics, Urging, RegisterView):
    datamodel = DueInterface(Case)
    route_base = "/cases"
    class_permission_name = "Case"
    list_template = "case/list.html"
    show_template = "case/show.html"
    list_columns = ["subject", "number", "state", "due_on", "received_on", "name", "handler", "station"]
    show_columns = [
        "channel", "is_hotline", "received_on", "recorded_on", "is_proxy_entry", "station", "division", "receiver",
        "applicant", "agent_name", "agent_relation", "name", "phone", "safe_phone", "safe_times", "no_sms",
        "subject", "category", "narrative", "is_sexual", "sealed_for", "sealed_on", "seal_reason",
        "difficulty", "handler", "accepted_on", "investigated_on", "handled_on", "answered_on", "answer_way", "answer",
        "closed_on", "visited_on", "visit_way", "visit_result", "restarted_on", "state_reason", "referred_to",
        "merged_into",
        "id_number", "sex", "born_on", "ethnicity", "occupation", "education", "marital_status", "address",
        "happened_at", "went_to_office", "went_to_court", "companions", "opinion", "note",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    export_columns: ClassVar[list[str] | None] = ["number", "state", "due_on", *show_columns]
    add_columns = edit_columns = [
        "channel", "is_hotline", "received_on", "station_id", "receiver",
        "applicant", "agent_name", "agent_relation", "name", "phone", "safe_phone", "no_sms", "is_sexual",
        "subject", "category", "narrative",
        "id_number", "sex", "born_on", "ethnicity", "occupation", "education", "marital_status", "address",
        "happened_at", "went_to_office", "went_to_court", "companions", "safe_times", "is_proxy_entry", "opinion",
        "note",
    ]  # fmt: skip
    sections = {
        "channel": Section(_l("登记")),
        "applicant": Section(_l("当事人")),
        "subject": Section(_l("事由")),
        "difficulty": Section(_l("办理"), is_folded=True),
        "id_number": Section(_l("当事人的更多情况"), is_folded=True),
        "happened_at": Section(_l("其他情况"), is_folded=True),
        "ended_on": Section(_l("记录")),
    }
    form_sections: ClassVar[dict[str, Section]] = {
        "answer": Section(_l("当场答复（简单个案，保存后直接结案）"), is_folded=True),
    }
    prefill_columns = ("channel",)
    search_columns = [
        "division_code", "station_id", "state", "difficulty", "handler", "channel", "category", "received_on",
        "is_proxy_entry", "subject", "risk",
    ]  # fmt: skip
    order_columns = ["number", "due_on", "received_on", "subject", "channel", "category", "state"]
    quick_search = ["subject", "receiver", "handler"]
    shortlists: ClassVar[dict[str, Shortlist]] = {
        "open": Shortlist(_l("在办"), lambda actor, today: running()),
        **{name: Shortlist(*shown) for name, shown in aims.LISTS.items()},
    }

    def suggestions(self, row: Case) -> dict[str, Any]:
        """Whoever may handle cases there; for those who do, since accounts are nobody else's to see."""
        if not scope.covers("handle", row):
            return {}
        return {"handler": handlers.names_for(row.division_code, clock.today())}

    def _is_asked(self, row: Case, name: str) -> bool:
        """What a step writes is shown when there is something; until then its form asks."""
        held = FLOW.held | sealing.FLOW.held
        return held.isdisjoint((name, f"{name}_id")) and super()._is_asked(row, name)

    def parts_of(self, row: Case, **said: Any) -> dict[str, Any]:
        """The state, the steps, the timeline, and what else there is about the one who came."""
        taken_up = self.take_up(row)
        related, has_more = related_to(row, acting())
        may_add = self.can("handle") and scope.covers("handle", row) and row.ended_on is None
        return {
            **self._progress(row), "offered": self.suggestions(row), "timeline": timeline_of(row),
            "visits": visits_of(row), "related": related, "has_more_related": has_more, "once": once.token(),
            "activity_form": self.new_activity(row, taken_up) if may_add else None, "opened_activities": {},
            "hands": self._hands(row), "danger": self._danger(row), **self.who_looked(row),
            "urging": self.urging_parts(row, taken_up), "drafts": self.waiting(row), "taken_up": taken_up, **said,
        }  # fmt: skip

    def _hands(self, row: Case) -> dict[str, Any]:
        """What went out from it or came in for it, and what more the viewer may make."""
        actor, today = acting(), clock.today()
        known = [model for model in HANDS if actor.can("view", model.__name__)]
        found = [(hand, hands.standing_of(hand, today)) for model in known for hand in hands.of_case(model, row)]
        may_make = row.ended_on is None and row.state in RUNNING and scope.covers("handle", row)
        made = [m for m in known if m.is_for(row) and actor.covers("add", m.__name__, row.place)] if may_make else []
        return {"rows": found, "made": made}

    def _danger(self, row: Case) -> dict[str, Any]:
        """How dangerous it is, by which assessments, and what that obliges to; nothing for who may not see them."""
        register, actor = DvRiskAssessment.__name__, acting()
        is_seen = actor.covers("view", register, row.place)
        return {
            "sheets": danger.of_case(row) if is_seen else (), "duties": danger.open_duties(row) if is_seen else (),
            "orders": protection.of_case(row) if actor.covers("view", DvOrder.__name__, row.place) else (),
            "may_order": row.ended_on is None and scope.may_put_under(actor, DvOrder.__name__, row),
            "is_high": danger.risk_of(row) is RiskLevel.HIGH, "why": danger.NO_MEDIATION,
            "may_assess": row.ended_on is None and scope.may_put_under(actor, register, row),
        }  # fmt: skip

    def _progress(self, row: Case) -> dict[str, Any]:
        """How far it is, until when, and where it can go from here."""
        steps = self.steps_of(row)
        forward = next((self.asked(row, found) for found in steps if found.step.kind is Kind.FORWARD), None)
        return {
            "line": LINE if row.state in LINE else (FLOW.start, row.state), "is_on_line": row.state in LINE,
            "into": self.datamodel.get(row.merged_into_id) if row.merged_into_id else None,
            "deadline": deadline_of(row, clock.today()), "forward": forward,
            "others": [found.step for found in steps if found.step.kind is not Kind.FORWARD],
            "lacks_activity": forward is not None and INVESTIGATED.said(row) in forward.missing,
            "may_answer": forward is not None and row.state is FLOW.start,
        }  # fmt: skip
