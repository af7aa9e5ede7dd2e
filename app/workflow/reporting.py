"""The steps between a station and its superior: 上级转办、交办 (F17)."""

from flask_babel import lazy_gettext as _l

from app.workflow.hands import close, enter, sign, state_of
from app.workflow.steps import Need, Step, Workflow, declare, filled
from models import SuperiorAssignment, SuperiorState


def _since_arrival(column: str, sentence: object) -> Need:
    def holds(row: SuperiorAssignment) -> bool:
        day = getattr(row, column)
        return day is None or day >= row.arrived_on

    return Need(column, sentence, holds)


# ---- 上级转办、交办: the station signs, answers the petitioner, feeds back

ASSIGNED = declare(
    Workflow(
        SuperiorAssignment, SuperiorState, SuperiorState.SENT, state_of, enter,
        frozenset({"state", "signed_on", "signed_by", "answered_on", "fed_back_on", "feedback", "closed_on"}),
        (
            Step(SuperiorState.SENT, SuperiorState.HANDLING, _l("签收"), change=sign),
            Step(
                SuperiorState.HANDLING, SuperiorState.ANSWERED, _l("答复当事人"), ("answered_on",),
                (
                    filled("answered_on", _l("缺少答复当事人日期")),
                    _since_arrival("answered_on", _l("答复当事人日期不能早于来文日期")),
                ),
            ),
            Step(
                SuperiorState.ANSWERED, SuperiorState.FED_BACK, _l("向上级反馈"), ("fed_back_on", "feedback"),
                (
                    filled("fed_back_on", _l("缺少反馈日期")),
                    _since_arrival("fed_back_on", _l("反馈日期不能早于来文日期")),
                    filled("feedback", _l("缺少反馈内容")),
                ),
                close,
            ),
        ),
    )
)  # fmt: skip
