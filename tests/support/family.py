"""Workflows with children, pauses and last words, for server tests."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from loopstack_temporal import (
    BaseWorkflow,
    MarkdownDocument,
    Retry,
    RunContext,
    StudioApp,
    TransitionInput,
    guard,
    on_cancel,
    transition,
    workflow,
)
from loopstack_temporal.definition.session import ChildOptions, session_of


class Job(BaseModel):
    text: str = "tea"
    fails: bool = False
    asks: bool = False
    seconds: float = 0.0


def is_shut(gate: str) -> bool:
    """Whether a test has not made this file yet; without a name there is nothing to wait for."""
    return bool(gate) and not Path(gate).exists()


async def opened(gate: str) -> None:
    """Wait for a file: so a test says when a body goes on, and no clock does."""
    while is_shut(gate):
        await asyncio.sleep(0.02)


class Progress(BaseModel):
    heard: list[str] = []
    asked: list[str] = []


@workflow(title="Worker")
class JobWorkflow(BaseWorkflow[Job, Progress, str]):
    """A child: works, fails or asks, as it is told."""

    def must_ask(self, ctx: RunContext[Job]) -> bool:
        return ctx.args.asks

    @transition(to="asking", priority=1)
    @guard(must_ask)
    async def ask(self) -> None:
        await self.document_store.save(MarkdownDocument(markdown="a question"))

    @transition(to="end")
    async def work(self, ctx: RunContext[Job]) -> str:
        await asyncio.sleep(ctx.args.seconds)
        if ctx.args.fails:
            raise RuntimeError(f"no {ctx.args.text} left")
        return ctx.args.text.upper()

    @transition(from_="asking", to="end", wait=True)
    async def answer(self, payload: str) -> str:
        return payload

    @on_cancel
    async def farewell(self) -> None:
        await self.document_store.save(MarkdownDocument(markdown="canceled in good order"))


class Plan(BaseModel):
    jobs: list[Job] = [Job()]
    first_fails: int = 0
    """How often the step that starts the children fails after it asked for them."""


@workflow(title="Boss")
class BossWorkflow(BaseWorkflow[Plan, Progress, list[str]]):
    """Starts children and collects what they report."""

    job: JobWorkflow

    @transition(to="collecting", retry=Retry(attempts=3, delay=0.05))
    async def begin(self, state: Progress, ctx: RunContext[Plan]) -> None:
        for number, job in enumerate(ctx.args.jobs):
            ref = await self.job.run(job, callback=self.heard, metadata={"number": number}, label=f"Job {number}")
            state.asked.append(ref.run_id)
        if ctx.retry_count < ctx.args.first_fails:
            raise RuntimeError("changed my mind")

    def complete(self, state: Progress, ctx: RunContext[Plan]) -> bool:
        return len(state.heard) >= len(ctx.args.jobs)

    @transition(from_="collecting", to="end", priority=1)
    @guard(complete)
    async def finish(self, state: Progress) -> list[str]:
        return sorted(state.heard)

    @transition(from_="collecting", to="collecting", wait=True)
    async def heard(self, state: Progress, input: TransitionInput[str]) -> None:
        told = input.data if not input.has_error else f"{input.status}: {input.error_message}"
        state.heard.append(f"{input.meta['number']} {told}")


@workflow(title="Strict boss")
class StrictBossWorkflow(BaseWorkflow[Job, Progress, str]):
    """Leaves a failed child to its error place."""

    job: JobWorkflow

    @transition(to="collecting")
    async def begin(self, ctx: RunContext[Job]) -> None:
        await self.job.run(ctx.args, callback="heard", show="hidden")

    @transition(from_="collecting", to="end", wait=True, error_place="broken")
    async def heard(self, payload: str) -> str:
        return payload

    @transition(from_="broken", to="end", wait=True)
    async def repair(self, payload: str) -> str:
        return f"repaired with {payload}"


@workflow(title="Payload boss")
class PayloadBossWorkflow(BaseWorkflow[Job, Progress, Any]):
    """Takes only what a child that worked gives."""

    job: JobWorkflow

    @transition(to="collecting")
    async def begin(self, ctx: RunContext[Job]) -> None:
        await self.job.run(ctx.args, callback=self.heard, show="link")

    @transition(from_="collecting", to="end", wait=True)
    async def heard(self, payload: str) -> str:
        return payload


@workflow(title="Rescued")
class RescuedWorkflow(BaseWorkflow[Job, Progress, str]):
    """Fails, and leaves its error place by an answer."""

    @transition(to="end", error_place="broken")
    async def work(self) -> str:
        raise RuntimeError("nothing works")

    @transition(from_="broken", to="end", wait=True)
    async def repair(self, payload: str) -> str:
        return payload


@workflow(title="Hopeful boss")
class HopefulBossWorkflow(BaseWorkflow[Job, Progress, list[str]]):
    """Hears of a child as often as that reports."""

    child: RescuedWorkflow

    @transition(to="collecting")
    async def begin(self) -> None:
        await self.child.run(callback=self.heard)

    @transition(from_="collecting", to="collecting", wait=True)
    async def heard(self, state: Progress, input: TransitionInput[str]) -> None:
        state.heard.append(f"{input.status} {input.data_or_none}")

    @transition(from_="collecting", to="end", wait=True)
    async def enough(self, state: Progress) -> list[str]:
        return state.heard


class Number(BaseModel):
    number: int = 1


@workflow(title="Number")
class NumberWorkflow(BaseWorkflow[Number, Progress, int]):
    @transition(to="end")
    async def give(self, ctx: RunContext[Number]) -> int:
        return ctx.args.number


@workflow(title="Wrong boss")
class WrongBossWorkflow(BaseWorkflow[Job, Progress, Any]):
    """Asks for children in ways that cannot work."""

    number: NumberWorkflow

    @transition(to="end")
    async def begin(self, ctx: RunContext[Job]) -> None:
        await self.number.run(Number(), show="hidden")
        options: dict[str, Any] = {"callback": {"callback": "nowhere"}, "show": {"show": "loudly"}}.get(
            ctx.args.text, {}
        )
        args: Any = {"number": "many"} if ctx.args.text == "args" else Number()
        if ctx.args.text == "name":
            await session_of(self, "run").run_child("nobody", None, ChildOptions())
        await self.number.run(args, **options)


@workflow(title="Grandparent")
class GrandparentWorkflow(BaseWorkflow[Job, Progress, str]):
    """Three levels deep."""

    boss: BossWorkflow

    @transition(to="collecting")
    async def begin(self, ctx: RunContext[Job]) -> None:
        await self.boss.run(Plan(jobs=[ctx.args]), callback=self.heard)

    @transition(from_="collecting", to="end", wait=True)
    async def heard(self, payload: list[str]) -> str:
        return ", ".join(payload)


class Slowness(BaseModel):
    seconds: float = 0.0
    gate: str = ""
    """A file that the first step waits for."""


@workflow(title="Steps with a rest between")
class SlowWorkflow(BaseWorkflow[Slowness, Progress, list[str]]):
    """Three steps, then a question: to be paused in the middle, and moved."""

    @transition(to="one")
    async def first(self, state: Progress, ctx: RunContext[Slowness]) -> None:
        await asyncio.sleep(ctx.args.seconds)
        await opened(ctx.args.gate)
        state.heard.append("first")

    @transition(from_="one", to="two")
    async def second(self, state: Progress) -> None:
        state.heard.append("second")

    @transition(from_="two", to="end", wait=True)
    async def answer(self, state: Progress, payload: str) -> list[str]:
        return [*state.heard, payload]

    @transition(from_="aside", to="end", wait=True)
    async def leave(self, payload: str) -> list[str]:
        return ["left", payload]

    @transition(from_="two", to="aside", wait=True)
    async def step_aside(self) -> None:
        return None


@workflow(title="Patient")
class PatientWorkflow(BaseWorkflow[Job, Progress, str]):
    """Fails, and would try again in an hour: the same step, or with `asks` the way over another place."""

    def goes_around(self, ctx: RunContext[Job]) -> bool:
        return ctx.args.asks

    @transition(to="around", priority=1)
    @guard(goes_around)
    async def go_around(self) -> None:
        return None

    @transition(to="end", retry=Retry(attempts=3, delay=3600, max_delay=3600))
    async def work(self) -> str:
        raise RuntimeError("not today")

    @transition(from_="around", to="end", retry=Retry(attempts=3, delay=3600, max_delay=3600, target="around"))
    async def work_around(self) -> str:
        raise RuntimeError("not today either")


@workflow(title="Insistent")
class InsistentWorkflow(BaseWorkflow[Job, Progress, list[str]]):
    """Reminds again and again until the question expires."""

    @transition(to="asking")
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="end", wait=True)
    async def answer(self, payload: str) -> list[str]:
        return [payload]

    @transition(from_="asking", to="asking", after=0.5)
    async def remind(self, state: Progress) -> None:
        state.heard.append("reminded")

    @transition(from_="asking", to="end", after=3)
    async def expire(self, state: Progress) -> list[str]:
        return state.heard


workflows = [
    InsistentWorkflow,
    PatientWorkflow,
    JobWorkflow,
    BossWorkflow,
    StrictBossWorkflow,
    PayloadBossWorkflow,
    WrongBossWorkflow,
    RescuedWorkflow,
    HopefulBossWorkflow,
    GrandparentWorkflow,
    SlowWorkflow,
]

app = StudioApp(name="family", title="Family", workflows=workflows)
