"""An application with pools: each step writes down in which worker process it ran."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, Retry, RunContext, StudioApp, transition, workflow

NAME = "LOOPSTACK_TEST_WORKER"


class Nothing(BaseModel):
    pass


class Places(BaseModel):
    ran: list[str] = []


class Work(BaseWorkflow[Nothing, Places, list[str]]):
    """What the workflows here have in common."""

    def note(self, state: Places, step: str) -> None:
        state.ran.append(f"{step} in {os.environ.get(NAME, 'nobody')}")


@workflow(title="Train")
class TrainWorkflow(Work):
    @transition(to="prepared")
    async def prepare(self, state: Places) -> None:
        self.note(state, "prepare")

    @transition(from_="prepared", to="fitted", pool="gpu")
    async def fit(self, state: Places) -> None:
        self.note(state, "fit")

    @transition(from_="fitted", to="end")
    async def report(self, state: Places) -> list[str]:
        self.note(state, "report")
        return state.ran


@workflow(title="Render", pool="gpu")
class RenderWorkflow(Work):
    """A whole workflow in a pool, and one transition that is taken out of it."""

    @transition(to="drawn")
    async def draw(self, state: Places) -> None:
        self.note(state, "draw")

    @transition(from_="drawn", to="end", pool="default")
    async def publish(self, state: Places) -> list[str]:
        self.note(state, "publish")
        return state.ran


class Pace(BaseModel):
    file: str
    """Every try writes a line into it: when it began, and when it ended by itself."""
    seconds: float = 1.0
    """How long the body takes in the first process it runs in; elsewhere it does not wait."""


def write(pace: Pace, what: str) -> bool:
    """Write one line; tells whether it is the first."""
    log = Path(pace.file)
    first = not log.exists()
    with log.open("a") as lines:
        lines.write(f"{what} in {os.environ.get(NAME)}\n")
    return first


@workflow(title="Slow")
class SlowWorkflow(BaseWorkflow[Pace, Nothing, str]):
    """One body that takes its time, with no try to waste."""

    @transition(to="end", retry=Retry(attempts=0))
    async def work(self, ctx: RunContext[Pace]) -> str:
        if write(ctx.args, "began"):
            await asyncio.sleep(ctx.args.seconds)
        write(ctx.args, "ended")
        return f"{os.environ.get(NAME)}, retry_count={ctx.retry_count}"


@workflow(title="Slow thread")
class SlowThreadWorkflow(BaseWorkflow[Pace, Nothing, str]):
    """The same with a body that blocks its thread."""

    @transition(to="end", retry=Retry(attempts=0))
    def work(self, ctx: RunContext[Pace]) -> str:
        if write(ctx.args, "began"):
            time.sleep(ctx.args.seconds)
        write(ctx.args, "ended")
        return f"{os.environ.get(NAME)}, retry_count={ctx.retry_count}"


@workflow(title="Deaf")
class DeafWorkflow(BaseWorkflow[Nothing, Nothing, str]):
    """A body that does not hear that its time is over."""

    @transition(to="end", timeout=0.2, retry=Retry(attempts=0))
    def work(self) -> str:
        time.sleep(60)
        return "never"


@workflow(title="Ask")
class AskWorkflow(BaseWorkflow[Nothing, Nothing, str]):
    """A question whose answer is worked on in a pool."""

    @transition(to="asking")
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="end", wait=True, pool="gpu")
    async def answer(self, payload: str) -> str:
        return payload


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "pooled"),
    title="Pooled",
    workflows=[TrainWorkflow, RenderWorkflow, SlowWorkflow, SlowThreadWorkflow, DeafWorkflow, AskWorkflow],
)
