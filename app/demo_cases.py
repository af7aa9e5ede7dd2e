"""How far the demonstration's cases have come: one in each state, one too late, one answered on the spot; all invented.

They go by the steps that people take, on the days on which people would have taken them.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from app import secret
from app.extensions import db
from app.security.actor import DEMO, system
from app.workflow.cases import Answer, answer_now
from app.workflow.steps import advance
from models import ActivityKind, AnswerWay, Case, CaseActivity, CaseState, Difficulty, Urge, VisitResult, VisitWay

TALKED = "双方到场。男方承认动过手，写了保证书；女方愿意再给一次机会，约定一周后回访。"
VISITED = "到家里看过，大门没有上锁，邻居说上周又听到争吵。"
ANSWER = "已向双方说明法律规定，双方写了书面协议，村里帮着督促。"


@dataclass(frozen=True)
class Done:
    """One line of the records: so many days after she came."""

    day: int
    kind: ActivityKind
    summary: str
    content: str = ""
    is_repeat: bool = False


@dataclass(frozen=True)
class Moved:
    """One step, so many days after she came, with what its form asks for."""

    day: int
    to: CaseState
    columns: dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Somebody asks for it to go on."""

    day: int
    reason: str


@dataclass(frozen=True)
class Way:
    """How one case went, from `ago` days before today; `spot`: what she was told there and then."""

    ago: int
    events: tuple[Done | Moved | Asked, ...] = ()
    spot: str = ""


def _accepted(difficulty: Difficulty, day: int = 0) -> Moved:
    return Moved(day, CaseState.ACCEPTED, {"difficulty": difficulty, "handler": None, "accepted_on": day})


def _looked_into(day: int) -> tuple[Moved | Done, ...]:
    done = Done(day, ActivityKind.INVESTIGATION, "走访当事人和邻居，核实情况", VISITED)
    return Moved(day, CaseState.INVESTIGATING, {}), done


def _closed(day: int) -> tuple[Moved | Done, ...]:
    answer = {"answer": ANSWER, "answer_way": AnswerWay.IN_PERSON, "answered_on": day}
    talked = Done(day, ActivityKind.MEDIATION, "请双方到站里调解", TALKED)
    return *_looked_into(1), Moved(day, CaseState.HANDLING, {}), talked, Moved(day, CaseState.CLOSED, answer)


def _over(to: CaseState, reason: str, **columns: Any) -> Moved:
    return Moved(1, to, {"state_reason": reason, **columns})


VISIT = {"visited_on": 12, "visit_way": VisitWay.HOME, "visit_result": VisitResult.SATISFIED}
WAYS = (
    Way(0),
    Way(3, spot="告诉她抚养费可以向法院起诉，县里的法律援助中心不收费，地址和电话已写给她。"),
    Way(
        40,
        (
            _accepted(Difficulty.ORDINARY),
            Done(2, ActivityKind.CALL, "打电话给当事人，没有接通"),
            Asked(15, "已经超过七个工作日，请尽快联系当事人并答复。"),
        ),
    ),
    Way(30, (_accepted(Difficulty.ORDINARY), *_closed(6), Moved(12, CaseState.VISITED, VISIT))),
    Way(9, (_over(CaseState.WITHDRAWN, "当事人说家里已经谈好，不再反映。"),)),
    Way(
        12,
        (
            _accepted(Difficulty.COMPLEX, 1),
            Done(1, ActivityKind.CALL, "与当事人通话，约定见面的时间和地点"),
            *_looked_into(3),
            Done(5, ActivityKind.RECEPTION, "当事人带着病历再次来站里", "左前臂软组织挫伤，已复印病历附后。", True),
            Done(8, ActivityKind.CONSULTATION, "与派出所、司法所商量怎么处理", "派出所同意出具告诫书。"),
        ),
    ),
    Way(8, (_accepted(Difficulty.ORDINARY), *_looked_into(2), Moved(4, CaseState.HANDLING, {}))),
    Way(15, (_over(CaseState.REFUSED, "属于劳动争议仲裁，不由本站受理。", referred_to="县劳动人事争议仲裁院"),)),
    Way(25, (_accepted(Difficulty.ORDINARY), Moved(9, CaseState.LOST, {"state_reason": "电话停机，上门没有人。"}))),
    Way(16, (_accepted(Difficulty.ORDINARY), *_closed(5))),
    Way(1),
    Way(0, (_over(CaseState.MERGED, "同一个人反映同一件事。", merged_into_id="before"),)),
)  # fmt: skip


def way_of(n: int) -> Way:
    """How the n-th case of the demonstration goes."""
    return WAYS[n % len(WAYS)]


def go(case: Case, way: Way, handler: str, before: Case | None) -> None:
    """Let a stored case go its way, flushed; `before` is the one that was registered before it."""
    if way.spot:
        answer_now(case, Answer(way.spot, AnswerWay.IN_PERSON, case.received_on), system(handler), case.received_on)
    for event in way.events:
        if isinstance(event, Done):
            _record(case, event, handler)
        elif isinstance(event, Asked):
            _ask(case, event)
        else:
            _move(case, event, handler, before)
    db.session.flush()


def _day(case: Case, n: int) -> date:
    return case.received_on + timedelta(days=n)


def _record(case: Case, done: Done, handler: str) -> None:
    row = CaseActivity(
        case_id=case.id, kind=done.kind, happened_on=_day(case, done.day), summary=done.summary, done_by=handler,
        is_repeat=done.is_repeat,
    )  # fmt: skip
    secret.put(row, "content", done.content)
    db.session.add(row)
    db.session.flush()


def _ask(case: Case, asked: Asked) -> None:
    db.session.add(
        Urge(
            case_id=case.id, to_id=case.handler_id, to_name=case.handler, by_name="林县联",
            sent_on=_day(case, asked.day), reason=asked.reason,
        )
    )  # fmt: skip
    db.session.flush()


def _move(case: Case, moved: Moved, handler: str, before: Case | None) -> None:
    def fill(row: Case) -> None:
        for name, value in moved.columns.items():
            if name == "answer":
                secret.put(row, name, value)
            elif name.endswith("_on"):
                setattr(row, name, _day(row, value))
            elif name == "merged_into_id":
                row.merged_into_id = before.id if before is not None else None
            else:
                setattr(row, name, handler if name == "handler" else value)

    advance(case, moved.to, DEMO, _day(case, moved.day), fill)
