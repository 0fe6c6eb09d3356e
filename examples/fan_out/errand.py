"""What is done many times: one errand."""

from __future__ import annotations

import asyncio

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, RunContext, transition, workflow


class ErrandArgs(BaseModel):
    thing: str
    minutes: float = Field(default=5, ge=0, description="How long it takes; a minute passes in a twentieth second.")


class Errand(BaseModel):
    thing: str
    minutes: float


@workflow(title="Errand", description="Fetches one thing.")
class ErrandWorkflow(BaseWorkflow[ErrandArgs, dict[str, object], Errand]):
    @transition(to="end")
    async def fetch(self, ctx: RunContext[ErrandArgs]) -> Errand:
        await asyncio.sleep(ctx.args.minutes / 20)
        if ctx.args.thing == "unicorn":
            raise LookupError("nobody sells unicorns")
        return Errand(thing=ctx.args.thing, minutes=ctx.args.minutes)
