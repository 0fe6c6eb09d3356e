"""Several runs under test on one clock."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any, TypedDict

from typing_extensions import TypeVar, Unpack

from loopstack_temporal.definition.workflow import BaseWorkflow
from loopstack_temporal.modules import StudioApp
from loopstack_temporal.testing.clock import SkippingClock
from loopstack_temporal.testing.runs import Answers, RunReport, RunUnderTest, run_workflow, start_workflow

A = TypeVar("A", default=Any)
S = TypeVar("S", default=Any)
R = TypeVar("R", default=Any)


class Given(TypedDict, total=False):
    """What may be said of a run under test; see `start_workflow`."""

    app: StudioApp | None
    user_id: str | None
    workspace_id: str | None
    config: object


class Runner:
    """`run_workflow` and `start_workflow` with a clock that the test has in hand."""

    def __init__(self, clock: SkippingClock) -> None:
        self.clock = clock

    async def run(
        self,
        workflow: type[BaseWorkflow[A, S, R]],
        args: A | None = None,
        *,
        answers: Answers = (),
        skip: timedelta | float = 0,
        **given: Unpack[Given],
    ) -> RunReport[S, R]:
        """See `run_workflow`."""
        return await run_workflow(workflow, args, answers=answers, skip=skip, clock=self.clock, **given)

    def start(
        self, workflow: type[BaseWorkflow[A, S, R]], args: A | None = None, **given: Unpack[Given]
    ) -> AbstractAsyncContextManager[RunUnderTest[S, R]]:
        """See `start_workflow`."""
        return start_workflow(workflow, args, clock=self.clock, **given)
