"""The measured workflows as an author of ours writes them. `twin/` holds the same shapes written by hand."""

from pydantic import BaseModel

from loopstack_temporal import BaseWorkflow, MessageDocument, RunContext, guard, transition, workflow
from loopstack_temporal.app import StudioApp

NOTE = "constant ".ljust(1_024, ".")


class Steps(BaseModel):
    steps: int = 10
    """Of the whole run, first and last included; at least 3."""
    documents: int = 0
    """Saved by each step."""


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
    async def begin(self) -> None:
        return None

    @transition(from_="asking", to="asking", wait=True)
    async def answer(self, state: Counter, payload: Answer) -> None:
        state.n = payload.n

    @transition(from_="asking", to="end", wait=True)
    async def stop(self, state: Counter) -> int:
        return state.n


def application(name: str) -> StudioApp:
    """The app of the benchmarks; `name` is also its task queue."""
    return StudioApp(name=name, title="Benchmarks", workflows=[OneWorkflow, ChainWorkflow, LoopWorkflow, AskWorkflow])
