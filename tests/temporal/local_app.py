"""Small workflows about how steps run: beside the workflow, and in silence."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, Retry, RunContext, StudioApp, guard, transition, workflow
from tests.support.apps import ReviewWorkflow


class Failing(BaseModel):
    file: str
    failures: int = 2


class OutOfLuck(RuntimeError):
    """What the body raises."""


@workflow(title="Nearby")
class NearbyWorkflow(BaseWorkflow[Failing]):
    """Local steps; the second one fails as often as it is told and notes when it was tried."""

    @transition(to="ready", execution="local")
    async def begin(self) -> None: ...

    @transition(from_="ready", to="end", execution="local", retry=Retry(attempts=2, delay=1.0, backoff="fixed"))
    def work(self, ctx: RunContext[Failing]) -> int:
        tries = Path(ctx.args.file)
        with tries.open("a") as file:
            file.write(f"{time.time()}\n")
        if len(tries.read_text().splitlines()) <= ctx.args.failures:
            raise OutOfLuck("not this time")
        return ctx.retry_count


class Counted(BaseModel):
    n: int = 0


@workflow(title="Hurried", execution="local")
class HurriedWorkflow(BaseWorkflow[dict[str, str], Counted, int]):
    """Ten local steps in a row."""

    def unfinished(self, state: Counted) -> bool:
        return state.n < 9

    @transition(to="hurrying")
    async def begin(self, state: Counted) -> None:
        state.n = 1

    @transition(from_="hurrying", to="hurrying", priority=1)
    @guard(unfinished)
    async def hurry(self, state: Counted) -> None:
        state.n += 1

    @transition(from_="hurrying", to="end")
    async def arrive(self, state: Counted) -> int:
        return state.n + 1


class Silence(BaseModel):
    seconds: float
    tells: bool


@workflow(title="Quiet")
class QuietWorkflow(BaseWorkflow[Silence]):
    """One long body."""

    @transition(to="end")
    async def work(self, ctx: RunContext[Silence]) -> None:
        if ctx.args.tells:
            ctx.heartbeat({"half": "done"})
        await asyncio.sleep(ctx.args.seconds)


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "tests"),
    title="Nearby",
    workflows=[NearbyWorkflow, HurriedWorkflow, QuietWorkflow, ReviewWorkflow],
)
