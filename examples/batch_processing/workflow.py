"""Works through many items in batches: a loop of guarded transitions, with counters in the state."""

from __future__ import annotations

from pydantic import BaseModel, Field

from loopstack_temporal import BaseWorkflow, MarkdownDocument, RunContext, guard, transition, workflow


class LettersArgs(BaseModel):
    total_items: int = Field(default=25, ge=1, le=10_000, title="Letters")
    batch_size: int = Field(default=5, ge=1, le=1_000, title="Letters per round")


class LettersState(BaseModel):
    stamped: int = 0
    rounds: list[int] = []


class LettersResult(BaseModel):
    stamped: int
    rounds: int


@workflow(title="Batch processing", description="Stamps letters, a handful per round.")
class BatchProcessingWorkflow(BaseWorkflow[LettersArgs, LettersState, LettersResult]):
    @transition(to="batch_ready")
    def fetch(self) -> None: ...

    @transition(from_="batch_ready", to="batch_done", retry=2)
    def stamp(self, state: LettersState, ctx: RunContext[LettersArgs]) -> None:
        batch = min(ctx.args.batch_size, ctx.args.total_items - state.stamped)
        # A round that fails is done again from the state before it, so no letter is counted twice.
        state.stamped += batch
        state.rounds.append(batch)

    def all_stamped(self, state: LettersState, ctx: RunContext[LettersArgs]) -> bool:
        return state.stamped >= ctx.args.total_items

    @transition(from_="batch_done", to="end", priority=10)
    @guard(all_stamped)
    async def finish(self, state: LettersState) -> LettersResult:
        await self.document_store.save(MarkdownDocument(markdown=self.render("summary.md", rounds=state.rounds)))
        return LettersResult(stamped=state.stamped, rounds=len(state.rounds))

    @transition(from_="batch_done", to="batch_ready")
    def next_batch(self) -> None: ...
