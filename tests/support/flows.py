"""Workflows that are run many at once or one after the other."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

from pydantic import BaseModel

from loopstack_temporal import (
    BaseTool,
    BaseWorkflow,
    ChildItem,
    FanOut,
    FanOutArgs,
    FanOutResult,
    RunContext,
    Sequence,
    SequenceArgs,
    SequenceResult,
    ToolOptions,
    ToolResult,
    TransitionInput,
    tool,
    transition,
    workflow,
)
from tests.support.family import Job, JobWorkflow, Number, NumberWorkflow, Progress


class Meeting(BaseModel):
    name: str = ""
    size: int = 1
    """How many have to be there at the same time before anybody leaves."""


_barriers: dict[str, asyncio.Barrier] = {}
_present: dict[str, int] = defaultdict(int)


@workflow(title="Meeting")
class MeetingWorkflow(BaseWorkflow[Meeting, Progress, int]):
    """Ends when as many as asked for run at the same time, and tells how many it saw."""

    @transition(to="end")
    async def meet(self, ctx: RunContext[Meeting]) -> int:
        name, size = ctx.args.name, ctx.args.size
        barrier = _barriers.setdefault(name, asyncio.Barrier(size))
        _present[name] += 1
        seen = _present[name]
        await barrier.wait()
        _present[name] -= 1
        return seen


@workflow(title="Fan-out parent")
class FanOutParentWorkflow(BaseWorkflow[Number, Progress, dict[str, Any]]):
    """Takes the outcomes of a fan-out as a model."""

    fan_out: FanOut

    @transition(to="collecting")
    async def begin(self, ctx: RunContext[Number]) -> None:
        items = {f"n{n}": ChildItem.of(NumberWorkflow, Number(number=n)) for n in range(ctx.args.number)}
        await self.fan_out.run(FanOutArgs(items=items, mode="allSettled"), callback=self.all_done, label="Numbers")

    @transition(from_="collecting", to="end", wait=True)
    async def all_done(self, payload: FanOutResult) -> dict[str, Any]:
        total = sum(payload[f"n{n}"].data_as(int) for n in range(len(payload.results)))
        return {"type": type(payload).__name__, "total": total, "errors": payload.error_count}


@workflow(title="Sequence parent")
class SequenceParentWorkflow(BaseWorkflow[Number, Progress, list[str]]):
    """Takes the outcomes of a sequence as a model."""

    sequence: Sequence

    @transition(to="collecting")
    async def begin(self, ctx: RunContext[Number]) -> None:
        items = [ChildItem.of(JobWorkflow, Job(text=f"job {n}")) for n in range(ctx.args.number)]
        await self.sequence.run(SequenceArgs(items=items), callback=self.all_done)

    @transition(from_="collecting", to="end", wait=True)
    async def all_done(self, payload: SequenceResult) -> list[str]:
        return [outcome.data_as(str) for outcome in payload.outcomes()]


@tool(description="Has a job done by a run of its own.")
class DelegateJobTool(BaseTool[Job, str]):
    """Starts a child and hands on whom the caller wants told."""

    job: JobWorkflow

    async def handle(self, args: Job, options: ToolOptions) -> ToolResult[str]:
        ref = await self.job.run(args, callback=options.callback, show="link", label="Delegated")
        return ToolResult(data=ref.run_id)


@workflow(title="Delegating")
class DelegatingWorkflow(BaseWorkflow[Job, Progress, list[str]]):
    """Lets a tool start its child."""

    delegate: DelegateJobTool

    @transition(to="collecting")
    async def begin(self, state: Progress, ctx: RunContext[Job]) -> None:
        reply = await self.delegate.call(ctx.args, callback=self.heard)
        state.asked = [reply.data]
        if ctx.args.text == "nobody":
            await self.delegate.call(ctx.args, callback="nobody")

    @transition(from_="collecting", to="end", wait=True)
    async def heard(self, state: Progress, input: TransitionInput[str]) -> list[str]:
        return [*state.asked, input.run_id, input.data]


workflows = [MeetingWorkflow, FanOutParentWorkflow, SequenceParentWorkflow, DelegatingWorkflow]
