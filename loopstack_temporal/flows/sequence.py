"""Child runs one after the other."""

from __future__ import annotations

from typing import Any

from loopstack_temporal.definition.context import RunContext, TransitionInput
from loopstack_temporal.definition.marks import guard, transition
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow
from loopstack_temporal.flows.items import SequenceArgs
from loopstack_temporal.flows.outcomes import SequenceResult
from loopstack_temporal.flows.progress import Progress
from loopstack_temporal.flows.starting import check, start


@workflow(
    title="Sequence",
    description="Runs several workflows one after the other and collects how each ended.",
    execution="local",
)
class Sequence(BaseWorkflow[SequenceArgs, Progress, SequenceResult]):
    """Starts a child when the one before has ended, and completes after the last, also when some of them failed."""

    @transition(to="awaiting", title="Start the first child")
    async def begin(self, state: Progress, ctx: RunContext[SequenceArgs]) -> None:
        check(self, ctx.args)
        await self._start_next(state, ctx.args)

    def all_reported(self, state: Progress) -> bool:
        return not state.pending

    @transition(from_="awaiting", to="end", priority=1, title="Collect the outcomes")
    @guard(all_reported)
    async def collect(self, state: Progress, ctx: RunContext[SequenceArgs]) -> SequenceResult:
        return state.result(ctx.args, SequenceResult)

    @transition(from_="awaiting", to="awaiting", wait=True, title="A child ended")
    async def child_ended(self, state: Progress, input: TransitionInput[Any], ctx: RunContext[SequenceArgs]) -> None:
        status = state.took(input)
        if status is None:
            return
        # A canceled child leaves a gap as well; what comes after may need what it did not give.
        state.stopped = status != "completed" and ctx.args.mode == "all"
        await self._start_next(state, ctx.args)

    async def _start_next(self, state: Progress, args: SequenceArgs) -> None:
        await start(self, state, state.unstarted(args)[:1], self.child_ended)
