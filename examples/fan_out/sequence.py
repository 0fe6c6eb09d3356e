"""One errand after the other: `Sequence` starts the next child when the one before has ended."""

from __future__ import annotations

from examples.fan_out.errand import Errand, ErrandArgs, ErrandWorkflow
from examples.fan_out.fan_out import ShoppingArgs
from loopstack_temporal import (
    BaseWorkflow,
    ChildItem,
    MarkdownDocument,
    RunContext,
    Sequence,
    SequenceArgs,
    SequenceResult,
    transition,
    workflow,
)


@workflow(title="Errands in order", description="Sends one helper, who fetches one thing after the other.")
class SequenceExampleWorkflow(BaseWorkflow[ShoppingArgs, dict[str, object], list[str]]):
    sequence: Sequence
    errand: ErrandWorkflow

    @transition(to="awaiting")
    async def launch(self, ctx: RunContext[ShoppingArgs]) -> None:
        items = [ChildItem.of(ErrandWorkflow, ErrandArgs(thing=thing, minutes=1)) for thing in ctx.args.things]
        await self.sequence.run(SequenceArgs(items=items), callback=self.all_done, label="Helper")

    @transition(from_="awaiting", to="end", wait=True)
    async def all_done(self, payload: SequenceResult) -> list[str]:
        told = [
            outcome.data_as(Errand).thing if outcome.status == "completed" else f"{outcome.status}: {outcome.error}"
            for outcome in payload.outcomes()
        ]
        await self.document_store.save(MarkdownDocument(markdown="\n".join(f"1. {text}" for text in told)))
        return told
