"""How far a row of one workflow has come, for the page that shows it: its line of states, deadline, next and other
steps.
"""

from __future__ import annotations

from typing import Any, ClassVar

from flask_babel import gettext as _

from app import clock
from app.hands import PARTS, case_of, is_superior_of, standing_of
from app.workflow.endings import may_end
from app.workflow.steps import Kind, Step, Workflow
from models import Hand
from views.core import acting
from views.stepping import VERB, Stepping


class Progressing(Stepping):
    flow: Workflow
    step_pages: ClassVar[dict[Any, str]] = {}  # {state: the page that leads there, instead of a form of its own}

    def held_because(self, row: Any) -> str:
        return "" if row.runs else _("这件%(label)s已经办结，不能修改。", label=row.__label__)

    def can_end(self, row: Any) -> bool:
        return may_end(row, acting())

    def _is_asked(self, row: Any, name: str) -> bool:
        """What was not sent, and what no step has written yet, is not there to be filled in."""
        return name not in self.flow.held.union(PARTS) and super()._is_asked(row, name)

    def parts_of(self, row: Any, **said: Any) -> dict[str, Any]:
        return {**self.progress_of(row), "case": case_of(row) if isinstance(row, Hand) else None, **said}

    def line_of(self, row: Any) -> tuple[Any, ...]:
        """The states from the first to the one it is meant to end in; what went another way, first and last."""
        forward = (step.to for step in self.flow.steps if step.kind is Kind.FORWARD)
        line = tuple(dict.fromkeys((self.flow.start, *forward)))
        return line if row.state in line else (self.flow.start, row.state)

    def _is_of_station(self, row: Any, step: Step) -> bool:
        """Whether the station goes on by it, where the viewer is its superior: he may do it instead, if he must."""
        is_forward = step.kind is Kind.FORWARD and not step.side
        return is_forward and isinstance(row, Hand) and is_superior_of(row, acting())

    def step_text(self, row: Any, step: Step) -> str:
        text = super().step_text(row, step)
        return _("代维权站%(step)s", step=text) if self._is_of_station(row, step) else text

    def progress_of(self, row: Any) -> dict[str, Any]:
        taken_up = self.take_up(row)
        steps = [found for found in self.steps_of(row) if found.step.verb == VERB]
        ahead = [found for found in steps if found.step.kind is Kind.FORWARD]
        forward = next((found for found in ahead if not self._is_of_station(row, found.step)), None)
        instead = [found.step for found in ahead if forward is None]
        asked = self.asked(row, forward) if forward and forward.step.to not in self.step_pages else None
        return {
            "line": self.line_of(row), "deadline": standing_of(row, clock.today()), "forward": asked,
            "next_page": self.step_pages.get(forward.step.to, "") if forward else "",
            "others": [*instead, *(found.step for found in steps if found.step.kind is not Kind.FORWARD)],
            "waits_for": instead[0].label if instead else "",
            "drafts": self.waiting(row), "taken_up": taken_up,
        }  # fmt: skip
