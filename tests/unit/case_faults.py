"""The workflow of cases made otherwise for a while: for random walks and for holes on purpose."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from app import scope
from app.workflow import cases, steps
from app.workflow.steps import Step
from models import Case, CaseState


@contextmanager
def flow(**changes: Any) -> Iterator[None]:
    """The workflow of cases with other steps, or another part."""
    others = [one for one in steps.FLOWS[Case] if one is not cases.FLOW]
    with patch.dict(steps.FLOWS, {Case: [*others, replace(cases.FLOW, **changes)]}):
        yield


def without(sentence: str) -> AbstractContextManager[None]:
    """No step has the need that says this."""

    def lacking(step: Step) -> Step:
        return replace(step, needs=tuple(need for need in step.needs if sentence not in str(need.sentence)))

    return flow(steps=tuple(map(lacking, cases.STEPS)))


def asking_for(verb: str) -> AbstractContextManager[None]:
    """Every step asks for another verb."""
    return flow(steps=tuple(replace(step, verb=verb) for step in cases.STEPS))


def with_another(start: CaseState, to: CaseState) -> AbstractContextManager[None]:
    """There is one more step, which needs nothing."""
    return flow(steps=(*cases.STEPS, Step(start, to, "跳过")))


def not_held() -> AbstractContextManager[Any]:
    """What steps write, anything else may write too."""
    return patch.object(steps, "_check", lambda *_: None)


@contextmanager
def unnamed_verbs_are(verb: str) -> Iterator[None]:
    """What no verb is named for, altering a record, asks for this one."""
    scope.read_criteria.cache_clear()
    with patch.object(scope, "NOBODY", verb):
        yield
    scope.read_criteria.cache_clear()
