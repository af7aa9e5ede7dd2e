"""案件."""

from flask_babel import lazy_gettext as _l

from app.interface import RegisterInterface
from models import Case
from views.base import RegisterView
from views.core import Section
from views.urging import Urging


class CaseView(Urging, RegisterView):
    datamodel = RegisterInterface(Case)
    route_base = "/cases"
    class_permission_name = "Case"
    list_columns = ["subject", "received_on", "channel", "name", "category", "station", "receiver", "phone"]
    show_columns = [
        "channel", "is_hotline", "received_on", "recorded_on", "is_proxy_entry", "station", "division", "receiver",
        "applicant", "agent_name", "agent_relation", "name", "phone", "safe_phone", "safe_times", "no_sms",
        "subject", "category", "narrative",
        "id_number", "sex", "born_on", "ethnicity", "occupation", "education", "marital_status", "address",
        "happened_at", "went_to_office", "went_to_court", "companions", "opinion", "note",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = [
        "channel", "is_hotline", "received_on", "station_id", "receiver",
        "applicant", "agent_name", "agent_relation", "name", "phone", "safe_phone", "no_sms",
        "subject", "category", "narrative",
        "id_number", "sex", "born_on", "ethnicity", "occupation", "education", "marital_status", "address",
        "happened_at", "went_to_office", "went_to_court", "companions", "safe_times", "is_proxy_entry", "opinion",
        "note",
    ]  # fmt: skip
    sections = {
        "channel": Section(_l("登记")),
        "applicant": Section(_l("当事人")),
        "subject": Section(_l("事由")),
        "id_number": Section(_l("当事人的更多情况"), is_folded=True),
        "happened_at": Section(_l("其他情况"), is_folded=True),
        "ended_on": Section(_l("记录")),
    }
    prefill_columns = ("channel",)
    search_columns = ["division_code", "station_id", "channel", "category", "received_on", "is_proxy_entry", "subject"]
    order_columns = ["received_on", "subject", "channel", "category"]
    quick_search = ["subject", "receiver"]
