"""Many child runs at the same time."""

from __future__ import annotations

from typing import Any

from loopstack_temporal.definition.context import RunContext, TransitionInput
from loopstack_temporal.definition.marks import guard, transition
from loopstack_temporal.definition.session import MOST_CHILDREN
from loopstack_temporal.definition.workflow import BaseWorkflow, workflow
from loopstack_temporal.flows.items import FanOutArgs
from loopstack_temporal.flows.outcomes import FanOutResult
from loopstack_temporal.flows.progress import Progress
from loopstack_temporal.flows.starting import check, start


@workflow(
    title="Fan-out",
    description="Runs several workflows at the same time and collects how each of them ended.",
    execution="local",
)
class FanOut(BaseWorkflow[FanOutArgs, Progress, FanOutResult]):
    """Starts a child for every item and completes when all have reported, also when some of them failed."""

    @transition(to="awaiting", title="Start the children")
    async def begin(self, state: Progress, ctx: RunContext[FanOutArgs]) -> None:
        check(self, ctx.args)
        await self._start_more(state, ctx.args)

    def all_reported(self, state: Progress) -> bool:
        return not state.pending

    @transition(from_="awaiting", to="end", priority=1, title="Collect the outcomes")
    @guard(all_reported)
    async def collect(self, state: Progress, ctx: RunContext[FanOutArgs]) -> FanOutResult:
        return state.result(ctx.args, FanOutResult)

    @transition(from_="awaiting", to="awaiting", wait=True, title="A child ended")
    async def child_ended(self, state: Progress, input: TransitionInput[Any], ctx: RunContext[FanOutArgs]) -> None:
        status = state.took(input)
        if status == "failed" and ctx.args.mode == "all" and not state.stopped:
            state.stopped = True
            for run_id in state.pending.values():
                self.cancel_child(run_id)
        await self._start_more(state, ctx.args)

    async def _start_more(self, state: Progress, args: FanOutArgs) -> None:
        waiting = state.unstarted(args)
        free = min(args.concurrency or MOST_CHILDREN, MOST_CHILDREN) - len(state.pending)
        await start(self, state, waiting[: max(free, 0)], self.child_ended)
