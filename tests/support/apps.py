"""The application that server tests run: small workflows, each about one thing."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path

from pydantic import BaseModel, model_validator

from loopstack_temporal import (
    BaseWorkflow,
    MarkdownDocument,
    Retry,
    RunContext,
    StudioApp,
    guard,
    transition,
    workflow,
)
from tests.support import family, flows


class Topic(BaseModel):
    topic: str = "coffee"


class Draft(BaseModel):
    draft: str | None = None


class Verdict(BaseModel):
    approved: bool
    note: str = ""


@workflow(title="Review", description="Draft, then ask a person.")
class ReviewWorkflow(BaseWorkflow[Topic, Draft, Verdict]):
    @transition(to="waiting_for_approval")
    async def generate(self, state: Draft, ctx: RunContext[Topic]) -> None:
        state.draft = f"All about {ctx.args.topic}."
        await self.document_store.save(MarkdownDocument(markdown=state.draft), key="draft")

    @transition(from_="waiting_for_approval", to="end", wait=True)
    async def decide(self, state: Draft, payload: Verdict) -> Verdict:
        return payload


@workflow(title="Hello")
class HelloWorkflow(BaseWorkflow[Topic, Draft, str]):
    @transition(to="end")
    async def greet(self, ctx: RunContext[Topic]) -> str:
        await self.document_store.save(MarkdownDocument(markdown=f"Hello, {ctx.args.topic}!"))
        return f"Hello, {ctx.args.topic}!"


class Steps(BaseModel):
    steps: int = 10
    pause: float = 0.0
    documents: int = 1


class Count(BaseModel):
    n: int = 0


@workflow(title="Chain")
class ChainWorkflow(BaseWorkflow[Steps, Count, int]):
    """Automatic steps in a row, each with documents; the result is how many there were."""

    @transition(to="running")
    async def begin(self, state: Count) -> None:
        state.n = 0

    def more(self, state: Count, ctx: RunContext[Steps]) -> bool:
        return state.n < ctx.args.steps

    @transition(from_="running", to="running", priority=1)
    @guard(more)
    async def tick(self, state: Count, ctx: RunContext[Steps]) -> None:
        state.n += 1
        for number in range(ctx.args.documents):
            await self.document_store.save(MarkdownDocument(markdown=f"{state.n}.{number}"))
        if ctx.args.pause:
            await asyncio.sleep(ctx.args.pause)

    @transition(from_="running", to="end")
    async def finish(self, state: Count) -> int:
        return state.n


class Rounds(BaseModel):
    rounds: int = 3


class Seen(BaseModel):
    answers: list[str] = []


@workflow(title="Rounds")
class RoundsWorkflow(BaseWorkflow[Rounds, Seen, list[str]]):
    """Waits again and again: every answer is a document and a line of the state."""

    def done(self, state: Seen, ctx: RunContext[Rounds]) -> bool:
        return len(state.answers) >= ctx.args.rounds

    @transition(to="asking")
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="asking", wait=True)
    async def answer(self, state: Seen, payload: str) -> None:
        state.answers.append(payload)
        await self.document_store.save(MarkdownDocument(markdown=payload))

    @transition(from_="asking", to="asking", wait=True)
    async def skip(self, state: Seen) -> None:
        state.answers.append("(skipped)")

    @transition(from_="asking", to="end")
    @guard(done)
    async def finish(self, state: Seen) -> list[str]:
        return state.answers


@workflow(title="Stages")
class StagesWorkflow(BaseWorkflow[Topic, Seen, list[str]]):
    """Two questions one after the other; each answer is a document of its own and the newest version of another."""

    @transition(to="one")
    async def begin(self) -> None:
        await self.document_store.save(MarkdownDocument(markdown="nothing yet"), key="latest")

    @transition(from_="one", to="two", wait=True)
    async def first(self, state: Seen, payload: str) -> None:
        await self.take(state, payload)

    @transition(from_="two", to="end", wait=True)
    async def second(self, state: Seen, payload: str) -> list[str]:
        await self.take(state, payload)
        return state.answers

    async def take(self, state: Seen, payload: str) -> None:
        state.answers.append(payload)
        await self.document_store.save(MarkdownDocument(markdown=payload))
        await self.document_store.save(MarkdownDocument(markdown=f"latest: {payload}"), key="latest")


class Flakiness(BaseModel):
    failures: int = 1
    kind: str = "error"
    file: str = ""
    """Counts the tries outside of the run, as the outside world would."""


def tries_of(args: Flakiness) -> int:
    path = Path(args.file)
    count = int(path.read_text()) + 1 if path.exists() else 1
    fresh = path.with_suffix(".new")
    fresh.write_text(str(count))
    fresh.replace(path)  # Tests read it at any moment, and must never find it half written.
    return count


class Unwilling(RuntimeError):
    retryable = False


async def stumble(args: Flakiness) -> None:
    if tries_of(args) > args.failures:
        return
    if args.kind == "unwilling":
        raise Unwilling("it will never work")
    raise RuntimeError("it did not work")


@workflow(title="Flaky")
class FlakyWorkflow(BaseWorkflow[Flakiness, Count, str]):
    """Fails as often as it is told; two tries more, then it parks."""

    @transition(to="end", retry=Retry(attempts=2, delay=0.05))
    async def work(self, state: Count, ctx: RunContext[Flakiness]) -> str:
        state.n += 1
        await self.document_store.save(MarkdownDocument(markdown="written by every try"))
        await stumble(ctx.args)
        return f"retry_count={ctx.retry_count} n={state.n}"


@workflow(title="Hanging")
class HangingWorkflow(BaseWorkflow[Flakiness, Count, str]):
    """Never ends within its limit; two tries more, then it parks."""

    @transition(to="end", retry=Retry(attempts=2, delay=0.05), timeout=3)
    async def work(self, ctx: RunContext[Flakiness]) -> str:
        await self.document_store.save(MarkdownDocument(markdown="written by every try"))
        tries_of(ctx.args)
        await asyncio.sleep(60)
        return "slept"


@workflow(title="Rescue")
class RescueWorkflow(BaseWorkflow[Flakiness, Count, str]):
    """Fails, and leaves its error place by an answer."""

    @transition(to="end", retry=Retry(attempts=0, place="broken"))
    async def work(self, state: Count, ctx: RunContext[Flakiness]) -> str:
        state.n = 99
        await stumble(ctx.args)
        return "worked"

    @transition(from_="broken", to="end", wait=True)
    async def repair(self, state: Count, payload: str) -> str:
        return f"{payload} n={state.n}"


@workflow(title="Fussy", on_failure="fail")
class FussyWorkflow(BaseWorkflow[Flakiness, Count, str]):
    """Ends when it fails."""

    @transition(to="end")
    async def work(self, ctx: RunContext[Flakiness]) -> str:
        await stumble(ctx.args)
        return "worked"


@workflow(title="Bumpy")
class BumpyWorkflow(BaseWorkflow[Flakiness, Count, str]):
    """A wait whose body fails on its payload until that is retried."""

    @transition(to="asking")
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="end", wait=True)
    async def answer(self, ctx: RunContext[Flakiness], payload: str) -> str:
        await stumble(ctx.args)
        return f"took {payload}"


@workflow(title="Sleeper")
class SleeperWorkflow(BaseWorkflow[Topic, Count, str]):
    """A long body, for cancels."""

    @transition(to="end")
    async def sleep(self, ctx: RunContext[Topic]) -> str:
        await asyncio.sleep(60)
        return "slept"


class Patience(BaseModel):
    seconds: float = 1.0


@workflow(title="Reminder")
class ReminderWorkflow(BaseWorkflow[Patience, Count, str]):
    """Waits for an answer, reminds, and gives up."""

    def end_of_patience(self, ctx: RunContext[Patience]) -> timedelta:
        return timedelta(seconds=ctx.args.seconds)

    @transition(to="asking")
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="end", wait=True)
    async def answer(self, payload: str) -> str:
        return payload

    @transition(from_="asking", to="end", after=end_of_patience)
    async def expire(self) -> str:
        return "expired"


class Even(BaseModel):
    number: int = 2

    @model_validator(mode="after")
    def must_be_even(self) -> Even:
        if self.number % 2:
            raise ValueError("only even numbers")
        return self


@workflow(title="Even")
class EvenWorkflow(BaseWorkflow[Even, Count, int]):
    """A rule for its arguments that JSON Schema cannot say."""

    @transition(to="end")
    async def take(self, ctx: RunContext[Even]) -> int:
        return ctx.args.number


app = StudioApp(
    name=os.environ.get("LOOPSTACK_TEST_APP", "tests"),
    title="Tests",
    workflows=[
        ReviewWorkflow,
        HelloWorkflow,
        ChainWorkflow,
        RoundsWorkflow,
        StagesWorkflow,
        FlakyWorkflow,
        HangingWorkflow,
        RescueWorkflow,
        FussyWorkflow,
        BumpyWorkflow,
        SleeperWorkflow,
        ReminderWorkflow,
        EvenWorkflow,
        *family.workflows,
        *flows.workflows,
    ],
)
