"""案件."""

from app.interface import RegisterInterface
from models import Case
from views.base import RegisterView


class CaseView(RegisterView):
    datamodel = RegisterInterface(Case)
    route_base = "/cases"
    class_permission_name = "Case"
    list_columns = ["subject", "received_on", "channel", "name", "category", "station", "receiver", "phone"]
    show_columns = [
        "subject", "channel", "is_hotline", "received_on", "recorded_on", "is_proxy_entry", "station", "division",
        "applicant", "agent_name", "agent_relation", "name", "sex", "born_on", "id_number", "ethnicity", "occupation",
        "education", "marital_status", "address", "phone", "safe_phone", "safe_times", "no_sms", "category",
        "narrative", "happened_at", "went_to_office", "went_to_court", "companions", "receiver", "opinion", "note",
        "ended_on", "ended_reason", "created_at", "changed_at",
    ]  # fmt: skip
    add_columns = edit_columns = [
        "station_id", "channel", "received_on", "subject", "category", "receiver", "is_hotline", "is_proxy_entry",
        "applicant", "agent_name", "agent_relation", "name", "id_number", "sex", "born_on", "phone", "safe_phone",
        "safe_times", "no_sms", "address", "ethnicity", "occupation", "education", "marital_status", "narrative",
        "happened_at", "went_to_office", "went_to_court", "companions", "opinion", "note",
    ]  # fmt: skip
    prefill_columns = ("channel",)
    search_columns = ["division_code", "station_id", "channel", "category", "received_on", "is_proxy_entry", "subject"]
    order_columns = ["received_on", "subject", "channel", "category"]
    quick_search = ["subject", "receiver"]
