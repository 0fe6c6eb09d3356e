"""The measured workflows as an author of ours writes them. `twin/` holds the same shapes written by hand."""

from typing import Any

from pydantic import BaseModel

from benchmarks.talking import talking
from loopstack_temporal import BaseWorkflow, MessageDocument, RunContext, guard, transition, workflow
from loopstack_temporal.app import StudioApp
from loopstack_temporal.flows import FanOut

NOTE = "constant ".ljust(1_024, ".")


class Steps(BaseModel):
    steps: int = 10
    """Of the whole run, first and last included; at least 3. For a fan, its children."""
    documents: int = 0
    """Saved by each step; by the first one of a run that waits."""


class Nothing(BaseModel):
    """A state that never changes."""


class Counter(BaseModel):
    """A state that changes with every step and does not grow."""

    n: int = 0
    note: str = NOTE


class Answer(BaseModel):
    n: int


def more(ctx: RunContext[Steps]) -> bool:
    return ctx.step < ctx.args.steps - 2


@workflow(title="One")
class OneWorkflow(BaseWorkflow[Steps, Nothing, int]):
    """One step that does nothing."""

    @transition(to="end")
    async def only(self) -> int:
        return 1


@workflow(title="Chain")
class ChainWorkflow(BaseWorkflow[Steps, Nothing, int]):
    """Steps in a row that do nothing, or save documents."""

    @transition(to="running")
    async def begin(self) -> None:
        return None

    @transition(from_="running", to="running", priority=1)
    @guard(more)
    async def tick(self, ctx: RunContext[Steps]) -> None:
        for _ in range(ctx.args.documents):
            await self.document_store.save(MessageDocument(role="assistant", text=f"step {ctx.step}"))

    @transition(from_="running", to="end")
    async def finish(self, ctx: RunContext[Steps]) -> int:
        return ctx.step + 1


@workflow(title="Near", execution="local")
class NearWorkflow(BaseWorkflow[Steps, Nothing, int]):
    """The chain with steps beside the workflow."""

    @transition(to="running")
    async def begin(self) -> None:
        return None

    @transition(from_="running", to="running", priority=1)
    @guard(more)
    async def tick(self) -> None:
        return None

    @transition(from_="running", to="end")
    async def finish(self, ctx: RunContext[Steps]) -> int:
        return ctx.step + 1


@workflow(title="Fan")
class FanWorkflow(BaseWorkflow[Steps, Counter, int]):
    """Children of one step each; the run hears of every one and ends with the last."""

    one: OneWorkflow

    def heard_all(self, state: Counter, ctx: RunContext[Steps]) -> bool:
        return state.n >= ctx.args.steps

    @transition(to="gathering")
    async def begin(self, ctx: RunContext[Steps]) -> None:
        for _ in range(ctx.args.steps):
            await self.one.run(Steps(), callback=self.gathered)

    @transition(from_="gathering", to="gathering", wait=True)
    async def gathered(self, state: Counter) -> None:
        state.n += 1

    @transition(from_="gathering", to="end", priority=1)
    @guard(heard_all)
    async def finish(self, state: Counter) -> int:
        return state.n


@workflow(title="Loop")
class LoopWorkflow(BaseWorkflow[Steps, Counter, int]):
    """Steps that each write a new state of the same size."""

    @transition(to="running")
    async def begin(self, state: Counter) -> None:
        state.n = 1

    @transition(from_="running", to="running", priority=1)
    @guard(more)
    async def tick(self, state: Counter) -> None:
        state.n += 1

    @transition(from_="running", to="end")
    async def finish(self, state: Counter) -> int:
        return state.n + 1


@workflow(title="Ask")
class AskWorkflow(BaseWorkflow[Steps, Counter, int]):
    """Waits for an answer again and again."""

    @transition(to="asking")
    async def begin(self, ctx: RunContext[Steps]) -> None:
        for number in range(ctx.args.documents):
            await self.document_store.save(MessageDocument(role="assistant", text=f"document {number}"))

    @transition(from_="asking", to="asking", wait=True)
    async def answer(self, state: Counter, payload: Answer) -> None:
        state.n = payload.n

    @transition(from_="asking", to="end", wait=True)
    async def stop(self, state: Counter) -> int:
        return state.n


def application(name: str) -> StudioApp:
    """The app of the benchmarks; `name` is also its task queue."""
    shapes = [OneWorkflow, ChainWorkflow, NearWorkflow, FanWorkflow, FanOut, LoopWorkflow, AskWorkflow]
    return StudioApp(name=name, title="Benchmarks", workflows=shapes, modules=[talking()])


def asked_of(shape: str, steps: int, documents: int) -> tuple[str, dict[str, Any]]:
    """The workflow of a shape and its arguments. `gather` is the fan-out that comes with the framework."""
    if shape == "gather":
        return "fan_out", {"items": [{"workflow": "one"}] * steps}
    return shape, {"steps": steps, "documents": documents}
